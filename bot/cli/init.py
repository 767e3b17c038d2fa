"""`quarterdeck init`: six questions, a commented configuration, and the doctor's opinion of it."""

import asyncio
import os
import re
import shlex
import sys
import webbrowser
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from bot import config
from bot.app import findings
from bot.cli.doctor import line
from bot.cli.manifest import app_manifest
from bot.config.safe_yaml import quoted
from bot.discovering import integration_models, integration_modules
from bot.errors import ChatError, ConfigError
from bot.ports import Severity
from bot.schedule import SystemClock, SystemRandom
from bot.slack.manifest import create_link
from bot.slack.room import SlackRoom

USER = re.compile(r"[UW][A-Z0-9]{2,}")
SLACK = "https://slack.com/api/"


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What was answered; `who` is a Slack user id."""

    bot_token: str
    app_secret: str
    who: str
    repository: str
    run: tuple[str, ...]
    channel: str
    base_url: str

    @property
    def service(self) -> str:
        """Named after the repository."""
        name = Path(self.repository.rstrip("/")).name.removesuffix(".git").lower()
        return re.sub(r"[^a-z0-9-]+", "-", name).strip("-") or "web"

    @property
    def socket_mode(self) -> bool:
        """An app-level token chooses Socket Mode."""
        return self.app_secret.startswith("xapp-")


@click.command(
    help="Set up a real workspace: at most six questions, then a commented file and the doctor's opinion of it."
)
@click.option("--config", "file", default="quarterdeck.yaml", show_default=True, type=click.Path(path_type=Path))
@click.option("--bot-token", help="xoxb-…, from OAuth & Permissions.")
@click.option("--app-secret", help="xapp-… for Socket Mode, or the signing secret for HTTP mode.")
@click.option("--me", help="Your e-mail address in Slack, or your user id: you become deployer.")
@click.option("--repository", help="A git repository on this machine.")
@click.option("--run", "run_words", help="The program that deploys, with its arguments.")
@click.option("--channel", help="Where the cards go.")
@click.option("--slack-base-url", "base_url", default=SLACK, show_default=True, help="Where Slack's Web API is.")
@click.option("--force", is_flag=True, help="Replace a configuration that is there.")
@click.option("--no-browser", is_flag=True, help="Print the link instead of opening it.")
def command(file: Path, base_url: str, force: bool, no_browser: bool, **given: str | None) -> None:  # noqa: FBT001 (click's)
    """Ask what was not given; write; check; examine."""
    if file.exists() and not force:
        click.echo(f"{file} is there already. Move it away, choose another --config, or add --force.", err=True)
        sys.exit(2)
    answers = _ask(given, base_url, browser=not no_browser)
    folder = file.resolve().parent
    _keep_secrets(folder / "secrets", answers)
    file.write_text(written(answers, folder))
    click.echo(f"\nWrote {file}, and the tokens to {folder / 'secrets'} (readable by you alone).")
    _examine(file)


def _ask(given: Mapping[str, str | None], base_url: str, *, browser: bool) -> Answers:
    if not given["bot_token"]:
        _create_app(browser=browser)
    bot_token = given["bot_token"] or click.prompt("1/6  Bot token (OAuth & Permissions, xoxb-…)", hide_input=True)
    secret = given["app_secret"] or click.prompt("2/6  App-level token (xapp-…), or signing secret", hide_input=True)
    me = given["me"] or click.prompt("3/6  Your e-mail address in Slack (you become deployer)")
    who = me if USER.fullmatch(me) else _look_up(bot_token, secret, base_url, me)
    repository = given["repository"] or _choose_repository()
    run_words = given["run_words"] or click.prompt(
        "5/6  The program that deploys", default="./deploy.sh {environment} {revision}"
    )
    channel = given["channel"] or click.prompt("6/6  The channel for its cards", default="general")
    return Answers(
        bot_token=bot_token,
        app_secret=secret,
        who=who,
        repository=str(Path(repository).expanduser().resolve()),
        run=tuple(shlex.split(run_words)),
        channel=channel.removeprefix("#"),
        base_url=base_url,
    )


def _create_app(*, browser: bool) -> None:
    link = create_link(app_manifest(None))  # type: ignore[arg-type]  # JSON
    click.echo("First, create the Slack app from our manifest, and install it in your workspace:\n")
    if browser and webbrowser.open(link):
        click.echo("(opened in your browser)\n")
    else:
        click.echo(f"{link}\n")


def _choose_repository() -> str:
    here = Path.cwd()
    seen = [path for path in (here, *sorted(here.glob("*")), *sorted(here.parent.glob("*"))) if is_repository(path)][:8]
    for path in dict.fromkeys(seen):
        click.echo(f"     {path}")
    default = str(seen[0]) if seen else None
    return str(click.prompt("4/6  The git repository to deploy (a folder on this machine)", default=default))


def is_repository(path: Path) -> bool:
    """A work tree or a bare repository."""
    return (path / ".git").exists() or ((path / "HEAD").is_file() and (path / "objects").is_dir())


def _look_up(bot_token: str, secret: str, base_url: str, email: str) -> str:
    text = (
        f"slack: {{bot_token: {quoted(bot_token)}, {_how_in(secret)}: {quoted(secret)}, base_url: {quoted(base_url)}}}"
    )
    settings = config.Slack.model_validate(config.safe_yaml.loads(text)["slack"])  # type: ignore[index,call-overload]

    async def ask() -> str:
        room = SlackRoom(settings, SystemClock(), SystemRandom())
        try:
            return await room.user_by_email(email)
        finally:
            await room.stop()

    try:
        found = asyncio.run(ask())
    except ChatError as error:
        click.echo(
            f"Slack could not be asked for {email}: {error}. Answer with your user id (profile → ⋮ → Copy member ID).",
            err=True,
        )
        sys.exit(1)
    if not found:
        click.echo(
            f"Nobody in this workspace has {email}. Answer with your user id (profile → ⋮ → Copy member ID).", err=True
        )
        sys.exit(1)
    return found


def _how_in(secret: str) -> str:
    return "app_token" if secret.startswith("xapp-") else "signing_secret"


def _keep_secrets(folder: Path, answers: Answers) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    for name, value in (("bot_token", answers.bot_token), (_how_in(answers.app_secret), answers.app_secret)):
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(value)


def written(answers: Answers, folder: Path) -> str:
    """The configuration as text, every part with a comment that says what it is for."""
    how = _how_in(answers.app_secret)
    http = "" if answers.socket_mode else HTTP
    base = "" if answers.base_url == SLACK else f"  base_url: {quoted(answers.base_url)}\n"
    words = ", ".join(quoted(word) for word in answers.run)
    return TEMPLATE.format(
        bot=quoted(f"${{file:{folder / 'secrets' / 'bot_token'}}}"),
        how=how,
        secret=quoted(f"${{file:{folder / 'secrets' / how}}}"),
        base=base,
        http=http,
        who=answers.who,
        service=answers.service,
        repository=quoted(answers.repository),
        channel=answers.channel,
        run=words,
    )


HTTP = """
web:
  public: {listen: "127.0.0.1:8080", url: "https://ops.example.com"}   # your proxy's address, as Slack reaches it
"""

TEMPLATE = """# Quarterdeck's configuration. `quarterdeck check` validates it; docs/configuration.md explains every key.
slack:
  bot_token: {bot}
  {how}: {secret}
{base}{http}
# Who may do what. Nothing is allowed that no role allows; reading is open to every member.
roles:
  deployers:
    people: [{who}]                  # user ids and user groups
    may: [deploy, rollback, stop, doctor]

services:
  {service}:
    repository: {repository}
    channel: {channel}
    deploy:
      via: local                     # a program on this machine, started without a shell
      run: [{run}]
      # current: [./current.sh, "{{environment}}"]   # prints the revision that is live; without it only our record is known
    environments: [staging, production]   # in this order: staging has to have had a revision first

store: quarterdeck.db
"""


def _examine(file: Path) -> None:
    models = integration_models(integration_modules())
    try:
        configuration = config.load(file, models, os.environ)
    except ConfigError as error:
        click.echo(config.render_problems(error.problems), err=True)
        sys.exit(2)
    found = asyncio.run(findings(configuration))
    click.echo(
        "\n".join(line(each) for each in found if each.severity is not Severity.FINE)
        or "The doctor found nothing wrong."
    )
    click.echo(f"\nNext: quarterdeck run --config {file}, then type {configuration.slack.command} help in Slack.")
    sys.exit(1 if any(each.severity is Severity.PROBLEM for each in found) else 0)
