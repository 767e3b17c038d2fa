"""`quarterdeck backup` and `quarterdeck restore`, with and without a running bot."""

import json
import re
from pathlib import Path

import pytest

from bot.app import subject_of
from bot.examining import examine
from bot.ports import Severity
from bot.store import settings
from bot.store.database import connect, prepare
from bot.store.lockfile import instance_lock
from bot.store.outside import look
from tests.app.harbour import afloat
from tests.cli.inside import Call
from tests.cli.shell import quarterdeck


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The database of the installation."""
    path = tmp_path / "quarterdeck.db"
    prepare(path)
    return path


def put(path: Path, value: str) -> None:
    with connect(path) as database:
        database.execute(settings.PUT, {"key": "word", "value": value})


def word(path: Path) -> str | None:
    return look(path, lambda tx: settings.get(tx, "word"))


def test_backup_and_restore(tmp_path: Path, path: Path, call: Call) -> None:
    """What is said names every file, and the same words in other order bring the database back."""
    put(path, "then")
    made = call("backup")
    assert made.code == 0, made.said
    (copy,) = (tmp_path / "backups").iterdir()
    assert str(copy) in made.out
    assert str(copy) in call("backup", "--list").out
    put(path, "now")
    done = call("restore", copy.name)
    assert done.code == 0, done.said
    assert word(path) == "then"
    aside = re.search(r"kept: (.*)", done.out)
    assert aside is not None
    assert word(Path(aside[1])) == "now"
    assert "quarterdeck adopt" in done.out


def test_restore_refuses_while_the_bot_runs(path: Path, call: Call) -> None:
    """Whoever holds the database is named, and nothing is changed."""
    put(path, "then")
    copy = Path(call("backup").out.split()[0])
    put(path, "now")
    with instance_lock(path, since=1):
        ran = call("restore", str(copy))
    assert ran.code == 1
    assert "in use by process" in ran.err
    assert word(path) == "now"


def test_what_is_no_backup(path: Path, call: Call) -> None:
    """One clear sentence."""
    ran = call("restore", "quarterdeck.yaml")
    assert ran.code == 1
    assert "quarterdeck.yaml" in ran.err
    assert call("restore", "none.db").code == 1


def test_no_room(tmp_path: Path, path: Path, call: Call) -> None:
    """A folder that cannot be made: status 1, with the setting."""
    (tmp_path / "backups").write_text("")
    ran = call("backup")
    assert ran.code == 1
    assert "backups" in ran.err


@pytest.mark.real
async def test_through_the_running_bot(tmp_path: Path) -> None:
    """The bot makes it, says so in its metrics, and the doctor sees it."""
    async with afloat(tmp_path) as (port, app):
        assert await app.keeper.age() is None
        extra = {
            "SLACK_BOT_TOKEN": port.served.bot_token,
            "SLACK_APP_TOKEN": port.served.app_token,
            "SLACK_BASE_URL": port.served.api_url,
        }
        ran = await quarterdeck("backup", cwd=tmp_path, extra=extra)
        assert ran.code == 0, ran.said
        assert await app.keeper.age() is not None
        status = await quarterdeck("status", "--json", cwd=tmp_path, extra=extra)
        assert json.loads(status.out)["backup_age"] >= 0
        (finding,) = [each for each in await examine(subject_of(app)) if each.subject == "backups"]
        assert finding.severity is Severity.FINE
        refused = await quarterdeck("restore", ran.out.split()[0], cwd=tmp_path, extra=extra)
        assert refused.code == 1
        assert "in use by process" in refused.err
