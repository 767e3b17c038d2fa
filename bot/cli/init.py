"""`quarterdeck init`: six questions, a commented configuration, and the doctor's opinion of it."""

import asyncio
import os
import re
import shlex
import sys
import webbrowser
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from bot import config, logs
from bot.app import findings
from bot.cli.doctor import line
from bot.cli.loading import DEFAULT, wrong
from bot.cli.manifest import app_manifest
from bot.cli.mistakes import said
from bot.cli.starter import SLACK, Answers, how_in, keep_secrets, written
from bot.discovering import integration_models, integration_modules
from bot.errors import ChatError, ConfigError
from bot.ports import Severity
from bot.schedule import SystemClock, SystemRandom
from bot.slack.manifest import create_link
from bot.slack.room import SlackRoom

USER = re.compile(r"[UW][A-Z0-9]{2,}")
SIGNING = re.compile(r"[0-9a-f]{32}")
COPY_ID = "answer with your user id instead (in Slack: profile → ⋮ → Copy member ID)"
SCRIPT = "./deploy.sh {environment} {revision}"


@click.command(
    help="Set up a real workspace: at most six questions, then a commented file and the doctor's opinion of it."
)
@click.option(
    "--config", "file", envvar="QUARTERDECK_CONFIG", default=DEFAULT, show_default=True, type=click.Path(path_type=Path)
)
@click.option("--bot-token", help="xoxb-…, from OAuth & Permissions.")
@click.option("--app-secret", help="xapp-… for Socket Mode, or the signing secret for HTTP mode.")
@click.option("--me", help="Your e-mail address in Slack, or your user id: you become deployer.")
@click.option("--repository", help="A git repository on this machine.")
@click.option("--run", help="The program that deploys, with its arguments.")
@click.option("--channel", help="Where the cards go.")
@click.option("--public-url", default="", help="In HTTP mode: your proxy's address, as Slack reaches it.")
@click.option("--slack-base-url", "base_url", default=SLACK, show_default=True, help="Where Slack's Web API is.")
@click.option("--yes", is_flag=True, help="Ask nothing: what was not given takes its default, or is an error.")
@click.option("--force", is_flag=True, help="Replace a configuration that is there (it is kept as FILE.before).")
@click.option("--no-browser", is_flag=True, help="Print the link instead of opening it.")
def command(
    file: Path, base_url: str, public_url: str, yes: bool, force: bool, no_browser: bool, **given: str | None  # noqa: FBT001 (click's)
) -> None:  # fmt: skip
    """Ask what was not given; write; check; examine."""
    if not file.resolve().parent.is_dir():
        wrong(f"{file.resolve().parent} is not a folder. Create it first, or choose another --config.")
    if file.exists() and not force and (yes or not _replace(file)):
        wrong(f"{file} is there already. Move it away, choose another --config, or add --force.")
    asking = _Asking(given, silent=yes)
    answers = _ask(asking, base_url, public_url, browser=not no_browser)
    configuration = _write(file, answers)
    _examine(file, configuration, answers)


class _Asking:
    """Takes each answer from the options, else asks for it, until it can be used; what an option got wrong ends the command."""

    def __init__(self, given: Mapping[str, str | None], *, silent: bool) -> None:
        self.given = given
        self._silent = silent

    def __call__(
        self, name: str, question: str, check: Callable[[str], str], *, default: str | None = None, hidden: bool = False
    ) -> str:
        """`check` returns the answer as it is used, or raises ValueError with what is wrong with it."""
        option = f"--{name.replace('_', '-')}"
        answer = self.given[name]
        if answer is None and self._silent:
            answer = default if default is not None else wrong(f"{option} is missing: --yes cannot guess it.")
        if answer is None:
            judge = _judged(check, aloud=hidden)
            return str(click.prompt(question, default=default, hide_input=hidden, value_proc=judge))
        try:
            return check(answer)
        except ValueError as error:
            wrong(f"{option}: {error}")


def _judged(check: Callable[[str], str], *, aloud: bool) -> Callable[[str], str]:
    def judge(answer: str) -> str:
        try:
            return check(answer)
        except ValueError as error:
            if aloud:  # click keeps to itself what is wrong with a hidden answer
                click.echo(str(error), err=True)
            raise click.UsageError(str(error)) from error

    return judge


def _replace(file: Path) -> bool:
    return sys.stdin.isatty() and click.confirm(f"{file} is there already. Replace it (it is kept as {file}.before)?")


def _ask(ask: _Asking, base_url: str, public_url: str, *, browser: bool) -> Answers:
    if ask.given["bot_token"] is None:
        _create_app(browser=browser)
    bot_token = ask("bot_token", "1/6  Bot token (OAuth & Permissions, xoxb-…)", _bot_token, hidden=True)
    secret = ask("app_secret", "2/6  App-level token (xapp-…), or signing secret", _app_secret, hidden=True)
    who = ask("me", "3/6  Your e-mail address in Slack (you become deployer)", _person(bot_token, secret, base_url))
    near = repositories(Path.cwd())
    for path in near:
        click.echo(f"     {path}")
    first = str(near[0]) if near else None
    repository = ask("repository", "4/6  The git repository to deploy (a folder here)", _repository, default=first)
    run = ask("run", "5/6  The program that deploys", _program, default=SCRIPT)
    channel = ask("channel", "6/6  The channel for its cards", _channel, default="general")
    return Answers(
        bot_token=bot_token,
        app_secret=secret,
        who=who,
        repository=repository,
        run=tuple(shlex.split(run)),
        channel=channel,
        base_url=base_url,
        public_url=public_url,
    )


def _create_app(*, browser: bool) -> None:
    link = create_link(app_manifest(None))  # type: ignore[arg-type]  # JSON
    click.echo("First, create the Slack app from our manifest, and install it in your workspace:\n")
    if browser and webbrowser.open(link):
        click.echo("(opened in your browser)\n")
    else:
        click.echo(f"{link}\n")


def _bot_token(answer: str) -> str:
    if not answer.strip().startswith("xoxb-"):
        raise ValueError("a bot token begins with xoxb- (OAuth & Permissions → Bot User OAuth Token)")
    return answer.strip()


def _app_secret(answer: str) -> str:
    secret = answer.strip()
    if not secret.startswith("xapp-") and not SIGNING.fullmatch(secret):
        raise ValueError("an app-level token begins with xapp-; a signing secret is 32 hexadecimal digits")
    return secret


def _person(bot_token: str, secret: str, base_url: str) -> Callable[[str], str]:
    def check(answer: str) -> str:
        return answer if USER.fullmatch(answer) else _look_up(bot_token, secret, base_url, answer.strip())

    return check


def _look_up(bot_token: str, secret: str, base_url: str, email: str) -> str:
    if "@" not in email:
        raise ValueError(f"{email!r} is not an e-mail address; {COPY_ID}")
    try:
        settings = config.Slack.model_validate({"bot_token": bot_token, how_in(secret): secret, "base_url": base_url})
    except ValueError:
        wrong(f"--slack-base-url {base_url}: not the address of a Web API; {SLACK} is Slack's own.")

    async def ask() -> str:
        room = SlackRoom(settings, SystemClock(), SystemRandom())
        try:
            return await room.user_by_email(email)
        finally:
            await room.stop()

    logs.set_up((bot_token, secret), level="warning")
    try:
        found = asyncio.run(ask())
    except ChatError as error:
        raise ValueError(f"{said(error)} Or {COPY_ID}") from error
    if not found:
        raise ValueError(f"nobody in this workspace has {email}; {COPY_ID}")
    return found


def repositories(here: Path) -> list[Path]:
    """The git repositories that can be seen from a folder, the nearest first, at most eight."""
    seen = (here, *sorted(here.glob("*")), *sorted(here.parent.glob("*")))
    return list(dict.fromkeys(path for path in seen if is_repository(path)))[:8]


def is_repository(path: Path) -> bool:
    """A work tree or a bare repository; what cannot be looked into is none."""
    try:
        return (path / ".git").exists() or ((path / "HEAD").is_file() and (path / "objects").is_dir())
    except OSError:
        return False


def _repository(answer: str) -> str:
    path = Path(answer).expanduser().resolve()
    if "://" in answer or not is_repository(path):
        raise ValueError(f"{answer} is not a git repository on this machine; clone it first (git clone --mirror URL)")
    return str(path)


def _program(answer: str) -> str:
    try:
        words = shlex.split(answer)
    except ValueError as error:
        raise ValueError(f"{answer!r} cannot be taken apart: {str(error).lower()}") from error
    if not words:
        raise ValueError(f"name a program, for example {SCRIPT}")
    return answer


def _channel(answer: str) -> str:
    return answer.strip().removeprefix("#")


def _write(file: Path, answers: Answers) -> config.Configuration:
    """Write beside, validate, then put in place: a file that was there is never replaced by one that cannot be used."""
    secrets = file.resolve().parent / "secrets"
    keep_secrets(secrets, answers)
    fresh = file.with_name(file.name + ".new")
    fresh.write_text(written(answers, secrets), encoding="utf-8")
    try:
        configuration = config.load(fresh, integration_models(integration_modules()), os.environ)
    except ConfigError as error:
        fresh.unlink()
        wrong(f"these answers make no configuration; {file} was not written.\n{config.render_problems(error.problems)}")
    if file.exists():
        file.replace(file.with_name(file.name + ".before"))
    fresh.replace(file)
    click.echo(f"\nWrote {file}, and the tokens to {secrets} (readable by you alone).")
    return configuration


def _examine(file: Path, configuration: config.Configuration, answers: Answers) -> None:
    logs.set_up(configuration.secrets, level="warning")
    found = asyncio.run(findings(configuration))
    shown = [line(each) for each in found if each.severity is not Severity.FINE]
    click.echo("\n".join(shown) or "The doctor found nothing wrong.")
    if not answers.socket_mode:
        click.echo(
            f"\nHTTP mode: set web.public in {file}, update the app from `quarterdeck manifest --config {file}`,"
            " and let your proxy pass Slack's requests on."
        )
    click.echo(f"\nNext: quarterdeck run --config {file}, then type {configuration.slack.command} help in Slack.")
    sys.exit(1 if any(each.severity is Severity.PROBLEM for each in found) else 0)
