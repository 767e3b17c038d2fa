"""`quarterdeck audit`, as an operator and as a script use it."""

import hashlib
import json
import sqlite3
from pathlib import Path

import pytest

from bot.domain.audit import Head
from bot.store import InlineStore, Tx, audit
from tests.app.harbour import installation
from tests.cli.shell import quarterdeck

TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1-abc", "SLACK_APP_TOKEN": "xapp-1-abc", "SLACK_BASE_URL": "http://127.0.0.1:9/api/"}


@pytest.fixture
async def head(tmp_path: Path) -> Head:
    """An installation with three lines in its audit; where the chain ends."""
    installation(tmp_path)
    store = InlineStore.open(tmp_path / "quarterdeck.db")

    def write(tx: Tx) -> Head:
        for n in (1, 2, 3):
            audit.append(
                tx, at=n * 86_400_000, actor="T1/U1", action="deploy.confirmed", subject=f"operation:{n}",
                reason="naïve \x1b[31m fix" if n == 2 else "", body={"target": "web → production"},
            )  # fmt: skip
        return audit.head(tx)

    found = await store.write(write)
    await store.close()
    return found


def tamper(folder: Path, *statements: str) -> None:
    raw = sqlite3.connect(folder / "quarterdeck.db")
    for statement in ("drop trigger audit_is_never_changed", "drop trigger audit_is_never_cut", *statements):
        raw.execute(statement)
    raw.commit()
    raw.close()


async def test_verify(tmp_path: Path, head: Head) -> None:
    """Whole: status 0. Broken: status 1 and the place. A cut that hides itself: found with a head from outside, in any form."""
    ran = await quarterdeck("audit", "verify", cwd=tmp_path, extra=TOKENS)
    assert ran.code == 0, ran.said
    assert f"whole: 3 lines, head {head}" in ran.out
    (tmp_path / "channel.txt").write_text(f"Audit head\nhead={head} of today\n")
    words = ["audit", "verify", "--head", head.hash, "--head", str(head), "--heads", "channel.txt", "--json"]
    ran = await quarterdeck(*words, cwd=tmp_path, extra=TOKENS)
    assert ran.code == 0, ran.said
    assert json.loads(ran.out) == {"whole": True, "lines": 3, "head": str(head), "compared": 3, "breaks": []}
    cut = "update audit_head set id = 2, count = 2, hash = (select hash from audit where id = 2)"
    tamper(tmp_path, "delete from audit where id = 3", cut)
    assert (await quarterdeck("audit", "verify", cwd=tmp_path, extra=TOKENS)).code == 0
    ran = await quarterdeck("audit", "verify", "--heads", "channel.txt", cwd=tmp_path, extra=TOKENS)
    assert ran.code == 1
    assert "BROKEN  line 3 was posted, but the audit ends at line 2" in ran.out


async def test_verify_names_the_place(tmp_path: Path, head: Head) -> None:
    """An edit in the middle, for people and for scripts."""
    tamper(tmp_path, "update audit set actor = 'T1/U9' where id = 2")
    ran = await quarterdeck("audit", "verify", "--json", cwd=tmp_path, extra=TOKENS)
    assert ran.code == 1
    found = json.loads(ran.out)
    assert (found["whole"], found["breaks"][0]["fault"], found["breaks"][0]["id"]) == (False, "edited", 2)


async def test_a_head_that_is_none(tmp_path: Path, head: Head) -> None:
    """Mistyped or missing heads are never taken for agreement: status 2."""
    ran = await quarterdeck("audit", "verify", "--head", head.hash[:-1], cwd=tmp_path, extra=TOKENS)
    assert ran.code == 2
    assert "LINE:HASH" in ran.err
    (tmp_path / "empty.txt").write_text("nothing here")
    ran = await quarterdeck("audit", "verify", "--heads", "empty.txt", cwd=tmp_path, extra=TOKENS)
    assert ran.code == 2
    assert "no head in it" in ran.err


async def test_show(tmp_path: Path, head: Head) -> None:
    """By subject and by time; what people typed reaches no terminal as an order."""
    ran = await quarterdeck("audit", "show", cwd=tmp_path, extra=TOKENS)
    assert ran.code == 0, ran.said
    assert ran.out.count("\n") == 3
    assert "\x1b" not in ran.out
    assert r"because: naïve \x1b[31m fix" in ran.out
    ran = await quarterdeck("audit", "show", "--subject", "operation:2", "--json", cwd=tmp_path, extra=TOKENS)
    assert [json.loads(line)["id"] for line in ran.out.splitlines()] == [2]
    ran = await quarterdeck("audit", "show", "--since", "1970-01-03", "--json", cwd=tmp_path, extra=TOKENS)
    assert [json.loads(line)["id"] for line in ran.out.splitlines()] == [2, 3]
    assert (await quarterdeck("audit", "show", "--since", "7d", cwd=tmp_path, extra=TOKENS)).out == ""
    ran = await quarterdeck("audit", "show", "--since", "yesterday", cwd=tmp_path, extra=TOKENS)
    assert ran.code == 2
    assert "--since yesterday" in ran.err


async def test_export_can_be_verified_without_us(tmp_path: Path, head: Head) -> None:
    """As docs/audit.md describes it: a few lines of any language, from the export alone."""
    ran = await quarterdeck("audit", "export", cwd=tmp_path, extra=TOKENS)
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
    later = await quarterdeck("audit", "export", "--after", "2", cwd=tmp_path, extra=TOKENS)
    assert [json.loads(line)["id"] for line in later.out.splitlines()] == [3]


async def test_no_database_yet(tmp_path: Path) -> None:
    """Named, with a fix, and no traceback."""
    installation(tmp_path)
    ran = await quarterdeck("audit", "verify", cwd=tmp_path, extra=TOKENS)
    assert ran.code == 1
    assert "quarterdeck.db is not there" in ran.err
    assert "Traceback" not in ran.said
