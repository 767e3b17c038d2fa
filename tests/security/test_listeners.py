"""Both listeners, met by somebody who is slow, greedy or many."""

import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest

from bot.config.values import Listen
from bot.web import listeners
from bot.web.health import Health
from bot.web.listeners import Listener, SlackDoor, private_app, public_app

NOW = 1_795_511_040_000


async def _dispatch(_headers: Mapping[str, str], _raw: bytes) -> tuple[int, Mapping[str, str], bytes]:
    return 200, {}, b""


def _door() -> SlackDoor:
    return SlackDoor(path="/slack/events", secret="s" * 32, now=lambda: NOW, dispatch=_dispatch, instance="me")


@pytest.fixture
async def public() -> AsyncIterator[int]:
    """The public listener's port; its patience is a fifth of a second."""
    listener = Listener(public_app(_door()), Listen("127.0.0.1:0"), "web.public.listen", patience=200)
    yield int((await listener.open()).rpartition(":")[2])
    await listener.close()


async def _until_closed(port: int, sent: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    try:
        async with asyncio.timeout(10):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"POST /slack/events HTTP/1.1\r\nhost: x\r\nx-slow: ",
        b"POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nabc",
        b"POST /slack/events HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab",
    ],
)
async def test_whoever_sends_slowly_is_cut_off(public: int, sent: bytes) -> None:
    """In the headers, in the body or before both: a connection that goes on for too long is closed."""
    assert b"200" not in await _until_closed(public, sent)


async def test_a_connection_carries_one_request(public: int) -> None:
    """So that none is kept for later, and an old one is always a slow one."""
    sent = b"GET /quarterdeck/knock HTTP/1.1\r\nhost: x\r\n\r\n"
    said = await _until_closed(public, sent * 2)
    assert said.count(b"HTTP/1.1 200") == 1
    assert b"me" in said


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /slack/events HTTP/1.1\r\nhost: x\r\n\r\n", b"405"),
        (b"POST /../../etc/passwd HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n", b"404"),
        (b"POST /slack/events HTTP/1.1\r\nhost: x\r\nx-long: " + b"a" * 20_000 + b"\r\n\r\n", b"400"),
        (b"POST /slack/events HTTP/1.1\r\n" + b"x-many: 1\r\n" * 2_000 + b"\r\n", b"400"),
        (b"POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-length: 400000\r\n\r\n" + b"a" * 400_000, b"413"),
    ],
)
async def test_what_is_not_slacks_costs_little(public: int, sent: bytes, status: bytes) -> None:
    """Method, path, headers and body are limited before anything is read."""
    assert (await _until_closed(public, sent)).split(b" ")[1:2] == [status]


async def test_too_many_connections_push_out_the_oldest(public: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can take the last place by opening connections and saying nothing."""
    monkeypatch.setattr(listeners, "MOST", 5)
    many = [await asyncio.open_connection("127.0.0.1", public) for _ in range(30)]
    said = await _until_closed(public, b"GET /quarterdeck/knock HTTP/1.1\r\nhost: x\r\n\r\n")
    assert b"me" in said
    for _, writer in many:
        writer.close()


async def test_a_flood_of_probes_is_one_write_at_a_time() -> None:
    """Whoever reaches the private listener cannot keep the database busy."""
    writing, most = 0, 0
    begun, enough = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        nonlocal writing, most
        writing += 1
        begun.set()
        most = max(most, writing)
        await enough.wait()
        writing -= 1

    health = Health(writer_alive=lambda: True, write=write, intake_open=lambda: True, degraded=tuple)

    async def metrics() -> bytes:
        return b""

    listener = Listener(private_app(health, metrics), Listen("127.0.0.1:0"), "web.private.listen")
    port = int((await listener.open()).rpartition(":")[2])
    sent = b"GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n"
    asking = [asyncio.ensure_future(_until_closed(port, sent)) for _ in range(20)]
    await begun.wait()
    enough.set()
    assert all(b"200" in said for said in await asyncio.gather(*asking))
    assert most == 1
    await listener.close()
