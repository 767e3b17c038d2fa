"""A first configuration, written from six answers: every part with a comment that says what it is for."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from bot.config.safe_yaml import quoted

SLACK = "https://slack.com/api/"
INVISIBLE = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff]")  # YAML forbids them, or takes them for the end of a line


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What was answered; `who` is a Slack user id, `public_url` is empty in Socket Mode or where it is not known yet."""

    bot_token: str
    app_secret: str
    who: str
    repository: str
    run: tuple[str, ...]
    channel: str
    base_url: str = SLACK
    public_url: str = ""

    @property
    def service(self) -> str:
        """Named after the repository, as the configuration allows it."""
        name = Path(self.repository.rstrip("/")).name.removesuffix(".git").lower()
        return re.sub(r"[^a-z0-9]+", "-", name)[:40].strip("-") or "web"

    @property
    def socket_mode(self) -> bool:
        """An app-level token chooses Socket Mode."""
        return self.app_secret.startswith("xapp-")

    @property
    def secrets(self) -> dict[str, str]:
        """What must not stand in the file, by configuration key."""
        return {"bot_token": self.bot_token, how_in(self.app_secret): self.app_secret}


def scalar(text: str) -> str:
    """The text as a YAML scalar that is read back as it is, whatever it holds."""
    return INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted(text))


def how_in(secret: str) -> str:
    """The configuration key that this secret belongs to."""
    return "app_token" if secret.startswith("xapp-") else "signing_secret"


def keep_secrets(folder: Path, answers: Answers) -> None:
    """One file for each secret, readable by their owner alone, and out of reach of `git add`. Raises OSError."""
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    for name, value in {**answers.secrets, ".gitignore": "*\n"}.items():
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(folder / name, flags, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(descriptor, 0o600)
            file.write(value)


def written(answers: Answers, secrets: Path) -> str:
    """The configuration as text; the secrets are named, not repeated."""
    lines = [f"  {name}: {scalar(f'${{file:{secrets / name}}}')}" for name in answers.secrets]
    if answers.base_url != SLACK:
        lines.append(f"  base_url: {scalar(answers.base_url)}")
    return TEMPLATE.format(
        slack="\n".join(lines),
        http="" if answers.socket_mode else HTTP.format(url=scalar(answers.public_url or "https://ops.example.com")),
        who=scalar(answers.who),
        service=scalar(answers.service),
        repository=scalar(answers.repository),
        channel=scalar(answers.channel),
        run=", ".join(scalar(word) for word in answers.run),
    )


HTTP = """
web:
  public: {{listen: "127.0.0.1:8080", url: {url}}}   # your proxy's address, as Slack reaches it
"""

TEMPLATE = """# Quarterdeck's configuration. `quarterdeck check` validates it; docs/configuration.md explains every key.
slack:
{slack}
{http}
# Who may do what. Nothing is allowed that no role allows; reading is open to every member.
roles:
  deployers:
    people: [{who}]              # user ids (profile → ⋮ → Copy member ID) and user groups
    may: [deploy, rollback, stop, doctor]

services:
  {service}:
    repository: {repository}
    channel: {channel}              # where the cards go
    deploy:
      via: local                     # a program on this machine, started without a shell, beside this file
      run: [{run}]
      # current: [./current.sh, "{{environment}}"]   # prints the revision that is live; without it only our record is known
    environments: [staging, production]   # in this order: staging has to have had a revision first

store: quarterdeck.db                # one file on a local disk
"""
