"""The admin socket, and `status` with and without a bot behind it."""

import asyncio
import json
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.domain.operations import State
from bot.store import ThreadedStore, operations
from bot.web.admin import AdminSocket, ask, path_beside
from tests.app.harbour import installation
from tests.cli.shell import typed
from tests.store.samples import operation

TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1-abc", "SLACK_APP_TOKEN": "xapp-1-abc", "SLACK_BASE_URL": "http://127.0.0.1:9/api/"}


async def echo(asked: Mapping[str, object]) -> Mapping[str, object]:
    return {"heard": asked["word"]}


async def breaks(asked: Mapping[str, object]) -> Mapping[str, object]:
    raise RuntimeError("with a secret in it")


@pytest.mark.parametrize("folder", ["short", "d" * 120 + "/" + "e" * 120])
async def test_question_and_answer(tmp_path: Path, folder: str) -> None:
    """One line in, one out; private; in a folder whose name is longer than socket addresses may be, too."""
    path = path_beside(tmp_path / folder / "quarterdeck.db")
    path.parent.mkdir(parents=True)
    path.write_text("a killed process left this")
    admin = AdminSocket(path, {"echo": echo})
    await admin.open()
    try:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_ISSOCK(path.stat().st_mode)
        assert await ask(path, {"verb": "echo", "word": "ahoy"}) == {"ok": True, "heard": "ahoy"}
    finally:
        await admin.close()
    assert not path.exists()
    assert await ask(path, {"verb": "echo", "word": "ahoy"}) is None


@pytest.mark.parametrize("request_line", [b"not json\n", b"[]\n", b'{"verb": "dance"}\n', b"\n", b'"echo"\n'])
async def test_what_it_does_not_know(tmp_path: Path, request_line: bytes) -> None:
    """It says what it knows, and goes on answering."""
    path = tmp_path / "q.admin"
    admin = AdminSocket(path, {"echo": echo})
    await admin.open()
    try:
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(request_line)
        answer = json.loads(await reader.readline())
        writer.close()
        assert answer == {"ok": False, "error": "unknown request; known: echo"}
        assert await ask(path, {"verb": "echo", "word": "still here"}) is not None
    finally:
        await admin.close()


async def test_a_verb_that_breaks(tmp_path: Path) -> None:
    """The kind of error is told, its text stays in the log."""
    path = tmp_path / "q.admin"
    admin = AdminSocket(path, {"breaks": breaks})
    await admin.open()
    try:
        answer = await ask(path, {"verb": "breaks"})
    finally:
        await admin.close()
    assert answer is not None
    assert "RuntimeError" in answer["error"]
    assert "secret" not in answer["error"]


async def test_no_socket_is_no_reason_to_stop(tmp_path: Path) -> None:
    """Where none can be made the bot runs without one."""
    path = tmp_path / "taken"
    (path / "by a folder").mkdir(parents=True)
    admin = AdminSocket(path, {})
    await admin.open()
    await admin.close()
    assert (path / "by a folder").exists()


def test_status_of_a_bot_that_does_not_run(tmp_path: Path) -> None:
    """Its rows say what it left unfinished, and nothing is written."""
    installation(tmp_path)
    empty = typed("status", "--json", cwd=tmp_path, extra=TOKENS)
    assert empty.code == 1
    assert json.loads(empty.out) == {"running": False}
    assert "quarterdeck run --config quarterdeck.yaml" in empty.err
    asyncio.run(_leave_one(tmp_path / "quarterdeck.db"))
    before = (tmp_path / "quarterdeck.db").read_bytes()
    found = json.loads(typed("status", "--json", cwd=tmp_path, extra=TOKENS).out)
    assert [(each["id"], each["state"], each["service"]) for each in found["unfinished"]] == [(1, "queued", "web")]
    assert "#1 deploy web → production a1b2c3d: queued" in typed("status", cwd=tmp_path, extra=TOKENS).out
    assert (tmp_path / "quarterdeck.db").read_bytes() == before


async def _leave_one(path: Path) -> None:
    store = await ThreadedStore.open(path)
    await store.write(lambda tx: operations.insert(tx, operation(state=State.QUEUED)))
    await store.close()


def test_status_of_a_damaged_database(tmp_path: Path) -> None:
    """One sentence with a fix."""
    installation(tmp_path)
    (tmp_path / "quarterdeck.db").write_bytes(b"SQLite format 3\0" + b"x" * 8000)
    ran = typed("status", cwd=tmp_path, extra=TOKENS)
    assert ran.code == 1
    assert "damaged" in ran.err
    assert "Traceback" not in ran.said
