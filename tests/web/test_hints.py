"""The door for hints over a real listener: who is let in, what is too much, and what is said when nothing could be written."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from bot.errors import StoreError
from bot.ports import RawDelivery
from bot.web import hints as room
from bot.web.hints import HintDoor


class Place:
    """A listener; `answer` is what the engine makes of it."""

    def __init__(self) -> None:
        self.answer: bool | None = True
        self.error: Exception | None = None
        self.hangs = False
        self.heard: list[tuple[str, RawDelivery]] = []
        app = web.Application()
        HintDoor(self.hear, lambda: 1_000).add_to(app)
        self.server = TestServer(app)

    async def hear(self, connection: str, raw: RawDelivery) -> bool | None:
        if self.hangs:
            await asyncio.Event().wait()
        if self.error is not None:
            raise self.error
        self.heard.append((connection, raw))
        return self.answer

    async def send(self, body: bytes = b"{}", headers: dict[str, str] | None = None) -> int:
        url = self.server.make_url("/v1/hints/GitHub")
        async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers or {}) as got:
            return got.status


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    made = Place()
    await made.server.start_server(shutdown_timeout=0.1)
    yield made
    await made.server.close()


@pytest.mark.parametrize(("answer", "status"), [(True, 202), (False, 401), (None, 404)])
async def test_who_is_let_in(place: Place, answer: bool | None, status: int) -> None:
    """What is genuine, what is not, and where nobody listens; the bytes are handed on as they came."""
    place.answer = answer
    assert await place.send(b"\xff{}", {"X-Hub-Signature-256": "sha256=1"}) == status
    (connection, raw), *_ = place.heard
    assert (connection, raw.body, raw.headers["x-hub-signature-256"]) == ("github", b"\xff{}", "sha256=1")


async def test_a_header_that_comes_twice_counts_for_nothing(place: Place) -> None:
    """Nobody knows which of them is meant."""
    reader, writer = await asyncio.open_connection("127.0.0.1", place.server.port)
    head = (
        "POST /v1/hints/github HTTP/1.1",
        "Host: x",
        "X-Two: 1",
        "x-two: 2",
        "Content-Length: 0",
        "Connection: close",
    )
    writer.write("\r\n".join([*head, "", ""]).encode())
    assert b" 202 " in await reader.readline()
    writer.close()
    assert "x-two" not in place.heard[0][1].headers


async def test_too_large(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not looked at; polling finds out the same."""
    monkeypatch.setattr(room, "LARGEST", 10)
    assert (await place.send(b"x" * 10), await place.send(b"x" * 11)) == (202, 413)
    assert len(place.heard) == 1


async def test_nothing_could_be_written(place: Place) -> None:
    """The sender hears that it was not taken, and the log holds nothing of it."""
    place.error = StoreError("full")
    with capture_logs() as logs:
        assert await place.send(b"secret") == 503
    assert "secret" not in str(logs)


async def test_a_slow_database(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for it for long."""
    monkeypatch.setattr(room, "COMMIT", 20)
    place.hangs = True
    assert await place.send() == 503


async def test_too_many_at_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest come again, or are found out by looking."""
    monkeypatch.setattr(room, "AT_ONCE", 0)
    assert await place.send() == 429
