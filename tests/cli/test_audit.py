"""`quarterdeck audit`, as an operator and as a script use it."""

import hashlib
import json
import sqlite3
from pathlib import Path

import pytest

from bot.domain.audit import Head
from bot.store import Tx, audit
from bot.store.database import connect, prepare
from bot.store.outside import look
from bot.store.transactions import commit_together
from tests.app.harbour import installation
from tests.cli.inside import TOKENS, Call
from tests.cli.shell import quarterdeck


@pytest.fixture
def head(tmp_path: Path) -> Head:
    """Three lines in the audit of the installation; where the chain ends."""
    path = tmp_path / "quarterdeck.db"
    prepare(path)

    def write(tx: Tx) -> None:
        for n in (1, 2, 3):
            audit.append(
                tx, at=n * 86_400_000, actor="T1/U1", action="deploy.confirmed", subject=f"operation:{n}",
                reason="naïve \x1b[31m fix" if n == 2 else "", body={"target": "web → production"},
            )  # fmt: skip

    with connect(path) as database:
        commit_together(database, [write])
    return look(path, audit.head)


def tamper(folder: Path, *statements: str) -> None:
    raw = sqlite3.connect(folder / "quarterdeck.db")
    for statement in ("drop trigger audit_is_never_changed", "drop trigger audit_is_never_cut", *statements):
        raw.execute(statement)
    raw.commit()
    raw.close()


def test_verify(tmp_path: Path, call: Call, head: Head) -> None:
    """Whole: status 0. Broken: status 1 and the place. A cut that hides itself: found with a head from outside, in any form."""
    ran = call("audit", "verify")
    assert ran.code == 0, ran.said
    assert f"whole: 3 lines, head {head}" in ran.out
    (tmp_path / "channel.txt").write_text(f"Audit head\nhead={head} of today\n")
    words = ["audit", "verify", "--head", head.hash, "--head", str(head), "--heads", "channel.txt", "--json"]
    ran = call(*words)
    assert ran.code == 0, ran.said
    assert json.loads(ran.out) == {"whole": True, "lines": 3, "head": str(head), "compared": 3, "breaks": []}
    cut = "update audit_head set id = 2, count = 2, hash = (select hash from audit where id = 2)"
    tamper(tmp_path, "delete from audit where id = 3", cut)
    assert (call("audit", "verify")).code == 0
    ran = call("audit", "verify", "--heads", "channel.txt")
    assert ran.code == 1
    assert "BROKEN  line 3 was posted, but the audit ends at line 2" in ran.out


def test_verify_names_the_place(tmp_path: Path, call: Call, head: Head) -> None:
    """An edit in the middle, for people and for scripts."""
    tamper(tmp_path, "update audit set actor = 'T1/U9' where id = 2")
    ran = call("audit", "verify", "--json")
    assert ran.code == 1
    found = json.loads(ran.out)
    assert (found["whole"], found["breaks"][0]["fault"], found["breaks"][0]["id"]) == (False, "edited", 2)


def test_a_head_that_is_none(tmp_path: Path, call: Call, head: Head) -> None:
    """Mistyped or missing heads are never taken for agreement: status 2."""
    ran = call("audit", "verify", "--head", head.hash[:-1])
    assert ran.code == 2
    assert "LINE:HASH" in ran.err
    (tmp_path / "empty.txt").write_text("nothing here")
    ran = call("audit", "verify", "--heads", "empty.txt")
    assert ran.code == 2
    assert "no head in it" in ran.err


def test_show(tmp_path: Path, call: Call, head: Head) -> None:
    """By subject and by time; what people typed reaches no terminal as an order."""
    ran = call("audit", "show")
    assert ran.code == 0, ran.said
    assert ran.out.count("\n") == 3
    assert "\x1b" not in ran.out
    assert r"because: naïve \x1b[31m fix" in ran.out
    ran = call("audit", "show", "--subject", "operation:2", "--json")
    assert [json.loads(line)["id"] for line in ran.out.splitlines()] == [2]
    ran = call("audit", "show", "--since", "1970-01-03", "--json")
    assert [json.loads(line)["id"] for line in ran.out.splitlines()] == [2, 3]
    assert (call("audit", "show", "--since", "7d")).out == ""
    ran = call("audit", "show", "--since", "yesterday")
    assert ran.code == 2
    assert "--since yesterday" in ran.err


def test_export_can_be_verified_without_us(tmp_path: Path, call: Call, head: Head) -> None:
    """As docs/audit.md describes it: a few lines of any language, from the export alone."""
    ran = call("audit", "export")
    assert ran.code == 0, ran.said
    lines = [json.loads(line) for line in ran.out.splitlines()]
    before = "0" * 64
    for line in lines:
        assert line["schema"] == "quarterdeck.audit/1"
        names = ("id", "at", "actor", "action", "subject", "reason", "body", "previous_hash")
        text = json.dumps({name: line[name] for name in names}, sort_keys=True, separators=(",", ":"))
        assert line["previous_hash"] == before
        assert line["hash"] == hashlib.sha256(text.encode()).hexdigest()
        before = line["hash"]
    assert before == head.hash
    assert lines[0]["time"] == "1970-01-02T00:00:00.000Z"
    later = call("audit", "export", "--after", "2")
    assert [json.loads(line)["id"] for line in later.out.splitlines()] == [3]


def test_no_database_yet(call: Call) -> None:
    """Named, with a fix, and no traceback."""
    ran = call("audit", "verify")
    assert ran.code == 1
    assert "quarterdeck.db is not there" in ran.err
    assert "Traceback" not in ran.said


async def test_as_a_process(tmp_path: Path, head: Head) -> None:
    """The status of a broken chain reaches the shell."""
    installation(tmp_path)
    tamper(tmp_path, "delete from audit where id = 2")
    ran = await quarterdeck("audit", "verify", cwd=tmp_path, extra=TOKENS)
    assert ran.code == 1, ran.said
    assert "BROKEN  line 2 is missing before line 3" in ran.out
