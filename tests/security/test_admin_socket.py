"""The admin socket: for our own user alone, whatever is sent to it."""

import asyncio
import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.web.admin import AdminSocket


async def _status(_asked: Mapping[str, object]) -> Mapping[str, object]:
    return {"fine": True}


async def test_it_is_ours_alone_without_touching_the_umask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The umask is the whole process's: a folder that another thread makes in that instant would be unusable."""
    touched: list[int] = []
    monkeypatch.setattr(os, "umask", touched.append)
    path = tmp_path / "a.admin"
    socket = AdminSocket(path, {"status": _status})
    await socket.open()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert touched == []
    await socket.close()


@pytest.mark.parametrize(
    "sent",
    [b"[" * 200_000 + b"\n", b"\xff\xfe\n", b"null\n", b'{"verb": []}\n', b'{"verb": "__init__"}\n', b"9" * 5_000],
)
async def test_nonsense_is_answered_and_breaks_nothing(tmp_path: Path, sent: bytes) -> None:
    """One line in, one line out; the next one is served."""
    path = tmp_path / "a.admin"
    socket = AdminSocket(path, {"status": _status})
    await socket.open()
    for line, fine in ((sent, False), (b'{"verb": "status"}\n', True)):
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(line)
        writer.write_eof()
        async with asyncio.timeout(10):
            assert json.loads(await reader.readline())["ok"] is fine
        writer.close()
    await socket.close()
