"""One Socket Mode connection: reads envelopes, answers them, and says when it has to be replaced."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import TypeAlias

import aiohttp
import structlog
from slack_bolt.response import BoltResponse

from bot.ports import Clock
from bot.slack.fields import Body, mapping, text, word
from bot.slack.tasks import Tasks

log = structlog.get_logger(__name__)

PING_INTERVAL = 5_000  # milliseconds
SILENT_PINGS = 4
HELLO = 10.0  # seconds
Dispatch: TypeAlias = Callable[[Body, Mapping[str, str]], Awaitable[BoltResponse]]
_PERSONAL = frozenset({"slash_commands", "interactive"})


class Connection:
    """A live WebSocket. `leaving` is set once it should be replaced; it goes on reading until it is closed.

    Frames are read by us (`autoping` off), so that each one counts as a sign of life.
    """

    def __init__(self, ws: aiohttp.ClientWebSocketResponse, clock: Clock, tasks: Tasks, dispatch: Dispatch) -> None:
        self._ws = ws
        self._clock = clock
        self._tasks = tasks
        self._dispatch = dispatch
        self.leaving = asyncio.Event()
        self.greeted = asyncio.Event()
        self.reason = ""
        self.opened_at = clock.now()
        self._taking = True
        self._heard = True
        self._answering = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    @property
    def open(self) -> bool:
        """True from Slack's hello until it has to be replaced."""
        return self.greeted.is_set() and not self.leaving.is_set()

    def leave(self, reason: str) -> None:
        """Ask for a successor; the first reason counts."""
        if not self.leaving.is_set():
            self.reason = reason
            self.leaving.set()

    def stop_taking(self) -> None:
        """Leave new envelopes to Slack, which gives them to somebody else; finish what is being answered."""
        self._taking = False
        self.leave("stopping")

    async def read(self) -> None:
        """Take frames until the connection ends."""
        try:
            while True:
                frame = await self._ws.receive()
                self._heard = True
                if frame.type is aiohttp.WSMsgType.TEXT:
                    await self._take(frame.data)
                elif frame.type is aiohttp.WSMsgType.PING:
                    with suppress(OSError):
                        await self._ws.pong(frame.data)
                elif frame.type not in {aiohttp.WSMsgType.PONG, aiohttp.WSMsgType.BINARY}:
                    break
        finally:
            self.leave("closed")

    async def watch(self) -> None:
        """Ping, and leave when four pings brought no sign of life (a half-open connection looks alive for hours)."""
        silent = 0
        while not self.leaving.is_set():
            self._heard = False
            with suppress(OSError):  # a broken one is noticed by `read`
                await self._ws.ping()
            await self._clock.sleep(PING_INTERVAL)
            silent = 0 if self._heard else silent + 1
            if silent >= SILENT_PINGS:
                self.leave("silent")

    async def _take(self, data: str) -> None:
        try:
            envelope = mapping(json.loads(data))
        except (ValueError, RecursionError):
            log.warning("not an envelope", size=len(data))
            return
        kind = word(envelope, "type")
        if kind == "hello":
            self.greeted.set()
        elif kind == "disconnect":
            self.leave(word(envelope, "reason") or "disconnect")
        elif self._taking and word(envelope, "envelope_id"):
            self._answering += 1
            self._quiet.clear()
            await self._tasks.start(self._answer(envelope, kind), f"envelope {kind}")

    async def _answer(self, envelope: Body, kind: str) -> None:
        try:
            answer = await self._dispatch(mapping(envelope.get("payload")), _retry_headers(envelope))
            if answer.status == 200:
                await self._acknowledge(word(envelope, "envelope_id"), kind, answer.body)
            else:
                log.warning("left for Slack to send again", kind=kind, status=answer.status)
        finally:
            self._answering -= 1
            if not self._answering:
                self._quiet.set()

    async def _acknowledge(self, envelope_id: str, kind: str, body: str) -> None:
        ack: dict[str, object] = {"envelope_id": envelope_id}
        if body.startswith("{") and kind in _PERSONAL:
            ack["payload"] = json.loads(body)
        try:
            await self._ws.send_str(json.dumps(ack))
        except (OSError, aiohttp.ClientError):
            # events come again with the same event id; a command's answer is lost, what it asked for is recorded
            log.warning("an acknowledgement found its connection closed", kind=kind)

    async def close(self, patience: float) -> None:
        """Let what is being answered finish (so many seconds), then close."""
        self.leave("closing")
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._quiet.wait()
        await self._ws.close()


def _retry_headers(envelope: Body) -> dict[str, str]:
    headers = {}
    attempt = envelope.get("retry_attempt")
    if isinstance(attempt, int) and not isinstance(attempt, bool):
        headers["x-slack-retry-num"] = str(attempt)
    if reason := text(envelope.get("retry_reason"), 60):
        headers["x-slack-retry-reason"] = reason
    return headers
