"""The server around the API: page files, hostile requests, response URLs, files, the playground alone, and its own machinery."""

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.playground import Playground, Served, VirtualClock, serve_forever
from bot.playground.__main__ import main
from bot.playground.alone import introduction
from bot.playground.changes import BACKLOG, Changes
from bot.playground.clock import RealClock, within
from bot.playground.payloads import command
from bot.playground.tasks import Tasks
from tests.playground.conftest import settled


async def test_the_page_is_served_with_its_types(served: Served) -> None:
    """The index, its modules and styles come uncached with the right types; permalinks lead to the page."""
    async with aiohttp.ClientSession() as session:
        for path, kind in (
            ("", "text/html"),
            ("archives/C02TEAMWEB/p1", "text/html"),
            ("page/main.js", "text/javascript"),
            ("page/theme.css", "text/css"),
            ("page/icon.svg", "image/svg+xml"),
        ):
            async with session.get(served.url + path) as answer:
                assert (answer.status, answer.content_type) == (200, kind), path
                assert answer.headers["Cache-Control"] == "no-store"
        async with session.get(served.url + "page/missing.js") as answer:
            assert answer.status == 404
        async with session.get(served.url + "favicon.ico") as answer:
            assert answer.status == 204


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b"{", 400, "invalid_payload"),
        (b"[]", 400, "invalid_payload"),
        (b"{}", 400, "no_text"),
        (b'{"blocks": 3}', 400, "invalid_blocks_format"),
        (json.dumps({"attachments": [{}] * 101}).encode(), 400, "too_many_attachments"),
        (b'{"text": "x"}', 200, None),
        (b'{"blocks": "[{\\"type\\": \\"divider\\"}]"}', 200, None),
    ],
)
async def test_what_may_be_posted_to_a_response_url(
    playground: Playground, served: Served, body: bytes, status: int, error: str | None
) -> None:
    """Malformed answers are refused with a code; nested JSON strings are understood."""
    payload = command(
        playground.slack, playground.workspace.user("ada"), playground.workspace.channel("team-web"), "/ops", ""
    )
    async with aiohttp.ClientSession() as session, session.post(payload["response_url"], data=body) as answer:
        assert answer.status == status
        if error:
            assert (await answer.json())["error"] == error
    async with (
        aiohttp.ClientSession() as session,
        session.post(served.url + "commands/T0/1/made-up", data=b"{}") as answer,
    ):
        assert (answer.status, (await answer.json())["error"]) == (404, "expired_url")


async def test_uploads_and_downloads(playground: Playground, served: Served, client: Any) -> None:
    """A promise is kept once; images may show, anything else downloads as bytes; a snippet is text."""
    async with aiohttp.ClientSession() as session:
        for name, snippet, kind in (
            ("a.png", "", "image/png"),
            ("a.html", "", "application/octet-stream"),
            ("a.py", "python", "text/plain"),
        ):
            promise = await client.files_getUploadURLExternal(filename=name, length=3, snippet_type=snippet)
            form = aiohttp.FormData()
            form.add_field("file", b"abc", filename=name)
            async with session.post(promise["upload_url"], data=form) as answer:
                assert await answer.text() == "OK - 3"
            async with session.post(promise["upload_url"], data=b"again") as answer:
                assert answer.status == 404
            done = await client.files_completeUploadExternal(files=[{"id": promise["file_id"]}])
            async with session.get(done["files"][0]["url_private"]) as answer:
                assert (answer.content_type, await answer.read()) == (kind, b"abc")
        async with session.get(served.url + "files-pri/T-F0/none") as answer:
            assert answer.status == 404
    assert playground.messages("team-web") == []


async def test_the_playground_alone_says_what_an_app_needs() -> None:
    """`serve_forever` prints URL, base_url and tokens, and ends when cancelled."""
    said: asyncio.Queue[str] = asyncio.Queue()
    manifest = {"display_information": {"name": "Alone"}}
    running = asyncio.create_task(
        serve_forever(port=0, manifest=manifest, http_url="http://127.0.0.1:9/x", say=said.put_nowait)
    )
    text = await asyncio.wait_for(said.get(), 5)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert "base_url    http://127.0.0.1:" in text
    assert "xoxb-" in text
    assert "delivering to http://127.0.0.1:9/x" in text


async def test_a_taken_port_is_an_error(served: Served) -> None:
    """A port in use raises OSError and leaves nothing behind."""
    port = int(served.url.rstrip("/").rpartition(":")[2])
    with pytest.raises(OSError, match="address already in use"):
        async with Playground().serve(port=port):
            pass
    assert "Socket Mode" in introduction(served, None)
    assert served.bot_token not in repr(served)


async def test_unreadable_acks_are_noted(playground: Playground, served: Served, client: Any) -> None:
    """Whatever an app sends over its socket, the playground survives and writes it down."""
    url = (await client.apps_connections_open(app_token=served.app_token))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        await socket.send_str("nonsense")
        await socket.send_str("[]")
        await playground.wait_for(lambda: len(playground.journal.acks("unreadable")) == 2)
        await socket.ping()
        typing = asyncio.create_task(playground.type("ada", "team-web", "/ops"))
        envelope = await socket.receive_json()
        assert envelope["accepts_response_payload"] is True
        await socket.send_json({"envelope_id": envelope["envelope_id"], "payload": "just text"})
        assert (await typing).notice == ""
    assert playground.ephemerals("ada")[0].text == "just text"


async def test_an_answer_in_the_ack_that_slack_would_refuse(
    playground: Playground, served: Served, client: Any
) -> None:
    """Invalid blocks in a command's ack are an error for the person."""
    url = (await client.apps_connections_open(app_token=served.app_token))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        await socket.receive_json()
        typing = asyncio.create_task(playground.type("ada", "team-web", "/ops"))
        envelope = await socket.receive_json()
        await socket.send_json({"envelope_id": envelope["envelope_id"], "payload": {"blocks": [{"type": "x"}]}})
        assert (await typing).notice == '/ops failed with the error "invalid_blocks"'


async def test_waiting_says_what_did_not_happen(playground: Playground) -> None:
    """A condition that never comes true is named."""
    with pytest.raises(TimeoutError, match="made true: the moon"):
        await playground.wait_for(lambda: False, timeout=0.01, what="the moon")


async def test_a_page_that_falls_behind_is_cut_off() -> None:
    """A reader two thousand events behind gets its stream ended instead of eating memory."""
    changes = Changes()

    async def read() -> list[dict]:
        return [event async for event in changes.listen("U1")]

    reading = asyncio.create_task(read())
    await settled()
    for number in range(BACKLOG + 1):
        changes.tell(["U1"], {"n": number})
    assert len(await asyncio.wait_for(reading, 5)) == BACKLOG - 1


async def test_sleepers_wake_in_order_on_a_virtual_clock() -> None:
    """Advancing wakes each sleeper at its own instant; `within` raises when the time is over."""
    clock, woken = VirtualClock(start=100.0), []

    async def sleeper(seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((seconds, clock.now()))

    sleeping = [asyncio.create_task(sleeper(seconds)) for seconds in (3, 1, 2)]
    await clock.advance(2.5)
    assert woken == [(1, 101.0), (2, 102.0)]
    await clock.sleep(0)
    await clock.advance(1)
    await asyncio.gather(*sleeping)
    with pytest.raises(TimeoutError):
        await within(RealClock(), 0.001, asyncio.Event().wait())


async def test_a_task_that_breaks_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """An exception in the background leaves a traceback in the log."""
    tasks = Tasks()

    async def broken() -> None:
        raise RuntimeError("boom")

    tasks.spawn(broken())
    with caplog.at_level(logging.ERROR):
        await settled()
    assert "boom" in caplog.text
    await tasks.close()


def test_every_file_of_the_page_has_a_known_type() -> None:
    """No file of the page would be served as bytes."""
    from bot.playground.server import PAGE, TYPES

    assert {path.suffix for path in Path(PAGE).iterdir() if path.is_file()} <= set(TYPES)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--port", "99999"], "port must be 0-65535"),
        (["--manifest", "missing.json"], "No such file"),
        (["--manifest", __file__], f"{__file__} is not JSON"),
    ],
)
def test_starting_wrongly_says_why(
    argv: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bad port, a missing or unreadable manifest: one line and exit code 2, no traceback."""
    monkeypatch.setattr("sys.argv", ["playground", *argv])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert f"The playground did not start: {said}" in capsys.readouterr().err.replace("bind(): ", "").replace(
        "[Errno 2] ", ""
    )
