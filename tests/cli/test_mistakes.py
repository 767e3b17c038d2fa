"""Expected errors become a sentence and a fix; bugs keep their traceback."""

import errno
import os
from pathlib import Path

import pytest

from bot.cli.mistakes import said
from bot.errors import ChatError, StoreError
from bot.playground.errors import PlaygroundError
from bot.slack.failures import NotUsable
from bot.web.listeners import PortInUse
from tests.app.harbour import installation
from tests.cli.shell import quarterdeck, typed

TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1-abc", "SLACK_APP_TOKEN": "xapp-1-abc", "SLACK_BASE_URL": "http://127.0.0.1:9/api/"}


def by_the_system(code: int) -> OSError:
    return OSError(code, os.strerror(code), "/srv/quarterdeck.db")


@pytest.mark.parametrize(
    ("error", "says", "fix"),
    [
        (by_the_system(errno.ENOSPC), "/srv/quarterdeck.db: No space left", "Free some space"),
        (by_the_system(errno.EROFS), "Read-only", "mount it writable"),
        (by_the_system(errno.EACCES), "Permission denied", "Give your user access"),
        (by_the_system(errno.EIO), "/srv/quarterdeck.db", "system log"),
        (OSError("only words"), "only words", "system log"),
        (TimeoutError(), "no answer in time", "network"),
        (ChatError("unreachable"), "could not be reached", "slack.base_url"),
        (ChatError("who_knows"), "who_knows", "documentation"),
        (NotUsable("invalid_auth", what="slack.bot_token: unknown", fix="Copy it."), "slack.bot_token", "Copy it."),
        (StoreError("It is full. Free some."), "It is full.", "Free some."),
        (PortInUse("Cannot listen. Choose another."), "Cannot listen.", "Choose another."),
        (PlaygroundError("no such channel"), "no such channel", ""),
    ],
)
def test_said(error: Exception, says: str, fix: str) -> None:
    """What happened, and what to do."""
    words = said(error)
    assert words is not None
    assert says in words
    assert fix in words


def test_a_bug_is_not_explained_away() -> None:
    """Its traceback is wanted."""
    assert said(KeyError("x")) is None


async def test_slack_out_of_reach(tmp_path: Path) -> None:
    """The first start needs Slack, and says so with a fix."""
    installation(tmp_path)
    ran = await quarterdeck("run", cwd=tmp_path, extra=TOKENS)
    assert ran.code == 1
    assert ran.err.splitlines()[-1].startswith("quarterdeck: Slack could not be reached. Check the network")
    assert "Traceback" not in ran.said


async def test_only_another_instance_is_waited_for(tmp_path: Path) -> None:
    """A disk that cannot be written will not get better within a minute: told at once."""
    installation(tmp_path)
    (tmp_path / "quarterdeck.db.lock").mkdir()
    ran = await quarterdeck("run", "--lock-wait", "3600", cwd=tmp_path, extra=TOKENS)
    assert ran.code == 1
    assert "quarterdeck.db.lock" in ran.err
    assert "waiting" not in ran.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("run", "--log-level", "loud"), "'loud' is not one of"),
        (("adopt", "wbe"), "did you mean `web`?"),
        (("adopt", "web", "stagin"), "did you mean `staging`?"),
        (("config", "show", "web"), "It has staging, production"),
        (("playground", "--manifest", "quarterdeck.yaml"), "is not JSON"),
        (("playground", "--http", "localhost"), "http://"),
        (("demo", "--folder", "quarterdeck.yaml/x"), "A part of this path is a file"),
    ],
)
def test_what_was_typed_wrongly(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    """One message with what would be right, and nothing started."""
    installation(tmp_path)
    ran = typed(*words, cwd=tmp_path, extra=TOKENS)
    assert ran.code in {1, 2}
    assert says in ran.err
    assert "Traceback" not in ran.said
