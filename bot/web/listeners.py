"""The two listeners: in public only what Slack needs in HTTP mode, in private health and metrics."""

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog
from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from bot.config.values import Listen
from bot.domain.terms import SECOND, Millis
from bot.web.health import Health
from bot.web.rawcheck import LARGEST, authentic
from bot.web.reach import KNOCK

log = structlog.get_logger(__name__)
Answered = tuple[int, Mapping[str, str], bytes]
Dispatch = Callable[[Mapping[str, str], bytes], Awaitable[Answered]]
Metrics = Callable[[], Awaitable[bytes]]
PATIENCE: Millis = 20 * SECOND  # of one connection, from opening to the last byte; Slack itself waits three seconds
MOST = 500  # connections at once; beyond it the oldest go
LINE = 8 * 1024  # bytes of a request line or header
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class PortInUse(Exception):
    """Somebody else listens there; the message names the address, the setting and the fix."""


@dataclass(frozen=True, kw_only=True)
class SlackDoor:
    """What the public listener needs to let Slack in: the path, the signing secret, the clock, and who answers."""

    path: str
    secret: str
    now: Callable[[], Millis]
    dispatch: Dispatch
    instance: str = ""


def public_app(door: SlackDoor) -> web.Application:
    """Slack's requests, each checked on its raw bytes before anything is parsed."""

    async def receive(request: web.Request) -> web.Response:
        try:
            raw = await request.content.read(LARGEST + 1)
            while len(raw) <= LARGEST and not request.content.at_eof():
                raw += await request.content.read(LARGEST + 1 - len(raw))
        except ValueError:
            return web.Response(status=400)
        rejection = authentic(request.headers, raw, door.secret, door.now())
        if rejection is not None:
            log.warning("request rejected", status=rejection.status, why=rejection.why, peer=_peer(request))
            return web.Response(status=rejection.status)
        status, headers, body = await door.dispatch(request.headers, raw)
        return web.Response(status=status, headers=dict(headers), body=body)

    app = knock_app(door.instance)
    app.router.add_post(door.path, receive)
    return app


def knock_app(instance: str) -> web.Application:
    """A public listener that only says whose it is: in Socket Mode, for what else may come in there."""

    async def answer_knock(request: web.Request) -> web.Response:
        del request
        return web.Response(text=instance)

    app = web.Application(client_max_size=LARGEST)
    app.router.add_get(KNOCK, answer_knock)
    return app


def _peer(request: web.Request) -> str:
    try:
        return str(ipaddress.ip_address(request.remote or ""))
    except ValueError:
        return "unknown"


def private_app(health: Health, metrics: Metrics) -> web.Application:
    """`/healthz`, `/readyz`, `/metrics`: for your own monitoring, not for the internet."""

    async def alive(request: web.Request) -> web.Response:
        del request
        report = await health.alive()
        return web.json_response(report.body, status=200 if report.well else 503)

    async def ready(request: web.Request) -> web.Response:
        del request
        report = await looked.ask()
        return web.json_response(report.body, status=200 if report.well else 503)

    async def measure(request: web.Request) -> web.Response:
        del request
        return web.Response(body=await measured.ask(), headers={"content-type": METRICS_TYPE})

    looked, measured = _OneAtATime(health.ready), _OneAtATime(metrics)
    app = web.Application()
    app.router.add_get("/healthz", alive)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", measure)
    return app


T = TypeVar("T")


class _OneAtATime(Generic[T]):
    """However many ask, the database is asked once at a time: whoever comes meanwhile gets the same answer."""

    def __init__(self, ask: Callable[[], Awaitable[T]]) -> None:
        self._ask = ask
        self._asking: asyncio.Task[T] | None = None

    async def ask(self) -> T:
        """The answer, at most as old as the question before this one."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.ensure_future(self._asked())
        return await asyncio.shield(self._asking)

    async def _asked(self) -> T:
        return await self._ask()


class Listener:
    """One address that is listened on; `close` stops taking requests and finishes those under way.

    A connection carries one request and lives `patience` ms at most, however slowly somebody sends or reads.
    """

    def __init__(self, app: web.Application, listen: Listen, setting: str, *, patience: Millis = PATIENCE) -> None:
        app.on_response_prepare.append(_last)
        self._runner = web.AppRunner(
            app, access_log=None, handle_signals=False, auto_decompress=False, max_line_size=LINE, max_field_size=LINE
        )
        self._listen = listen
        self._setting = setting
        self._patience = patience / SECOND
        self._since: dict[RequestHandler, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    async def open(self) -> str:
        """Listen; returns host:port as it really is (port 0 chooses one). Raises PortInUse."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._listen.host, self._listen.port)
        try:
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            raise PortInUse(
                f"Cannot listen on {self._listen}: {error.strerror or error}. "
                f"Choose another address in {self._setting}, or stop what uses it."
            ) from error
        self._watch()
        host, port = self._runner.addresses[0][:2]
        return f"{host}:{port}"

    async def close(self) -> None:
        """Stop listening."""
        if self._timer is not None:
            self._timer.cancel()
        await self._runner.cleanup()

    def _watch(self) -> None:
        """Cut what has been open for too long, and the oldest where there are too many; aiohttp itself waits for ever."""
        assert self._runner.server is not None, "it is set up"
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._since = {each: self._since.get(each, now) for each in self._runner.server.connections}
        oldest_first = sorted(self._since, key=lambda each: self._since[each])
        too_many = oldest_first[: max(0, len(oldest_first) - MOST)]
        for each in {*too_many, *(each for each in oldest_first if now - self._since[each] > self._patience)}:
            _cut(each)
        self._timer = loop.call_later(self._patience / 20, self._watch)


def _cut(connection: RequestHandler) -> None:
    if isinstance(connection.transport, asyncio.Transport):
        connection.transport.abort()  # `close` would wait for somebody to read what was written


async def _last(request: web.BaseRequest, response: web.StreamResponse) -> None:
    """One request for each connection, so that an old connection is always a slow one."""
    del request
    response.force_close()
