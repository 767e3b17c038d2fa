"""Socket Mode: single-use tickets, up to ten connections, envelopes at random over them, acks from any of them."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from bot.playground.chance import Chance
from bot.playground.clock import Clock, within
from bot.playground.deliveries import ACK_SECONDS, Delivery, Kind, Outcome
from bot.playground.errors import Json
from bot.playground.faults import Faults, Trouble
from bot.playground.journal import Journal
from bot.playground.journal import Kind as Line
from bot.playground.tasks import Tasks

MOST_CONNECTIONS = 10
TICKET_SECONDS = 30.0
LIFE_SECONDS = 18_060
DEBUG_LIFE_SECONDS = 360
WARNING_SECONDS = 10
PING_SECONDS = 5


@dataclass(kw_only=True, eq=False)
class Connection:
    """One open WebSocket of the app. `deaf`: half-open, nothing passes but nobody was told."""

    number: int
    socket: web.WebSocketResponse
    request: web.Request
    deaf: bool = False


@dataclass(kw_only=True)
class _Ticket:
    until: float


@dataclass(kw_only=True)
class Sockets:
    """The Socket Mode side of the playground; a `Transport`."""

    clock: Clock
    chance: Chance
    journal: Journal
    faults: Faults
    tasks: Tasks
    app_id: str
    changed: Callable[[], None]
    open: list[Connection] = field(default_factory=list)
    tickets_issued: int = 0
    _tickets: dict[str, _Ticket] = field(default_factory=dict)
    _pending: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    _numbers: int = 0

    @property
    def connections(self) -> int:
        """Return how many sockets are open (half-open ones count: Slack does not know either)."""
        return len(self.open)

    def ticket(self) -> str:
        """Return a new single-use ticket, valid for half a minute."""
        secret = self.chance.letters(32)
        self._tickets[secret] = _Ticket(until=self.clock.now() + TICKET_SECONDS)
        self.tickets_issued += 1
        return secret

    def _redeem(self, secret: str) -> bool:
        ticket = self._tickets.pop(secret, None)
        if ticket is None or ticket.until < self.clock.now():
            return False
        return self.faults.take("apps.connections.open", Trouble.REFUSE_TICKET) is None

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """Answer the WebSocket request: 408 for a used or old ticket, else serve the connection until it ends."""
        if not self._redeem(request.query.get("ticket", "")):
            self.journal.note(Line.CALL, "socket", error="ticket_refused")
            return web.Response(status=408, text="ticket expired or already used")
        socket = web.WebSocketResponse(autoping=False, max_msg_size=4 * 2**20)
        await socket.prepare(request)
        if self.connections >= MOST_CONNECTIONS:
            await socket.send_json(self._goodbye("too_many_websockets"))
            await socket.close()
            return socket
        self._numbers += 1
        connection = Connection(number=self._numbers, socket=socket, request=request)
        debug = request.query.get("debug_reconnects") == "true"
        await self._serve(connection, DEBUG_LIFE_SECONDS if debug else LIFE_SECONDS)
        return socket

    async def _serve(self, connection: Connection, life: float) -> None:
        self.open.append(connection)
        keepers = [asyncio.ensure_future(keep) for keep in (_keep_alive(connection), self._age(connection, life))]
        try:
            await connection.socket.send_json(self._hello(life))
            self.journal.note(Line.CALL, "socket", detail={"open": self.connections, "number": connection.number})
            self.changed()
            await self._read(connection)
        finally:
            for keeper in keepers:
                keeper.cancel()
            self._forget(connection)

    def _forget(self, connection: Connection) -> None:
        if connection in self.open:
            self.open.remove(connection)
            self.changed()

    def _hello(self, life: float) -> Json:
        debug = {"host": "applink-playground", "build_number": 1, "approximate_connection_time": int(life)}
        hello: Json = {"type": "hello", "num_connections": self.connections, "debug_info": debug}
        return hello | {"connection_info": {"app_id": self.app_id}}

    def _goodbye(self, reason: str) -> Json:
        return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-playground"}}

    async def _read(self, connection: Connection) -> None:
        async for message in connection.socket:
            if connection.deaf:
                continue
            if message.type is WSMsgType.PING:
                await connection.socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                self._acknowledge(message.data)

    def _acknowledge(self, text: str) -> None:
        try:
            ack = json.loads(text)
            envelope = str(ack["envelope_id"])
        except (ValueError, TypeError, KeyError):
            self.journal.note(Line.ACK, "unreadable", error="invalid_ack", detail={"text": text[:200]})
            return
        pending = self._pending.pop(envelope, None)
        if pending is None:
            self.journal.note(Line.ACK, "late", error="too_late", detail={"envelope_id": envelope})
        elif self.faults.take("*", Trouble.LOST_ACK) is not None:
            return
        elif not pending.done():
            pending.set_result(ack.get("payload"))

    async def _age(self, connection: Connection, life: float) -> None:
        await self.clock.sleep(life - WARNING_SECONDS)
        await self.refresh(connection)

    async def refresh(self, connection: Connection) -> None:
        """Say `warning` on a connection, ten seconds later `refresh_requested`, and close it."""
        await connection.socket.send_json(self._goodbye("warning"))
        await self.clock.sleep(WARNING_SECONDS)
        if not connection.socket.closed:
            await connection.socket.send_json(self._goodbye("refresh_requested"))
            await connection.socket.close()

    async def ask_to_refresh(self) -> None:
        """Say `refresh_requested` on every connection, as Slack does before it moves one; the app reconnects."""
        for connection in list(self.open):
            await connection.socket.send_json(self._goodbye("refresh_requested"))

    async def close(self) -> None:
        """Close every connection in the orderly way."""
        for connection in list(self.open):
            await connection.socket.close(code=1001, message=b"playground stops")

    def drop(self) -> None:
        """Cut every connection without a word, as a broken network does."""
        for connection in list(self.open):
            if connection.request.transport is not None:
                connection.request.transport.abort()
            self._forget(connection)

    def deafen(self) -> None:
        """Make every present connection half-open: open to the eye, nothing passes."""
        for connection in self.open:
            connection.deaf = True

    async def send(self, delivery: Delivery) -> Outcome:
        """Send one envelope over a random connection and wait three seconds for its ack."""
        if not self.open:
            self.journal.note(Line.ENVELOPE, delivery.name, error="dispatch_failed", detail=_sketch(delivery))
            return Outcome(error="dispatch_failed", reason="connection_failed")
        envelope_id = self.chance.uuid()
        pending: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._pending[envelope_id] = pending
        started = time.perf_counter()
        await self._put(delivery, envelope_id)
        return await self._await_ack(delivery, envelope_id, pending, started)

    async def _put(self, delivery: Delivery, envelope_id: str) -> None:
        connection = self.chance.pick(self.open)
        if self.faults.take(delivery.name, Trouble.HALF_OPEN) is not None:
            connection.deaf = True
        detail = _sketch(delivery) | {"envelope_id": envelope_id, "connection": connection.number}
        self.journal.note(Line.ENVELOPE, delivery.name, detail=detail)
        if connection.deaf or self.faults.take(delivery.name, Trouble.LOST_DELIVERY) is not None:
            return
        try:
            await connection.socket.send_json(envelope(delivery, envelope_id))
        except ConnectionError:
            self._forget(connection)

    async def _await_ack(
        self, delivery: Delivery, envelope_id: str, pending: "asyncio.Future[Any]", started: float
    ) -> Outcome:
        try:
            body = await within(self.clock, ACK_SECONDS, pending)
        except TimeoutError:
            self._pending.pop(envelope_id, None)
            self.journal.note(Line.ACK, delivery.name, error="operation_timeout", ms=ACK_SECONDS * 1000)
            return Outcome(error="operation_timeout", reason="timeout")
        ms = (time.perf_counter() - started) * 1000
        self.journal.note(Line.ACK, delivery.name, ms=ms, detail={"envelope_id": envelope_id, "body": body})
        return Outcome(body=body if isinstance(body, dict) else ({"text": body} if body else None))


def envelope(delivery: Delivery, envelope_id: str) -> Json:
    """Return the Socket Mode envelope around a payload."""
    wrapped: Json = {"envelope_id": envelope_id, "type": str(delivery.kind), "payload": delivery.payload}
    wrapped["accepts_response_payload"] = delivery.kind is not Kind.EVENT
    if delivery.kind is Kind.EVENT:
        attempt = delivery.retry.attempt if delivery.retry else 0
        wrapped |= {"retry_attempt": attempt, "retry_reason": delivery.retry.reason if delivery.retry else ""}
    return wrapped


def _sketch(delivery: Delivery) -> Json:
    event_id = delivery.payload.get("event_id")
    shown: Json = {"type": str(delivery.kind)} | ({"event_id": event_id} if event_id else {})
    if delivery.retry:
        shown |= {"retry_attempt": delivery.retry.attempt, "retry_reason": delivery.retry.reason}
    return shown


async def _keep_alive(connection: Connection) -> None:
    """Ping in real time whatever the clock says: this keeps a TCP connection alive, it is not workspace time."""
    while not connection.socket.closed:
        await asyncio.sleep(PING_SECONDS)
        if not connection.deaf:
            try:
                await connection.socket.ping(b"Ping from the playground")
            except ConnectionError:
                return
