"""The two listeners: in public only what Slack needs in HTTP mode, in private health and metrics."""

import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog
from aiohttp import web

from bot.config.values import Listen
from bot.domain.terms import Millis
from bot.web.health import Health
from bot.web.rawcheck import LARGEST, authentic
from bot.web.reach import KNOCK

log = structlog.get_logger(__name__)
Answered = tuple[int, Mapping[str, str], bytes]
Dispatch = Callable[[Mapping[str, str], bytes], Awaitable[Answered]]
Metrics = Callable[[], Awaitable[bytes]]
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

    async def answer_knock(request: web.Request) -> web.Response:
        del request
        return web.Response(text=door.instance)

    app = web.Application(client_max_size=LARGEST)
    app.router.add_post(door.path, receive)
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
        report = await health.ready()
        return web.json_response(report.body, status=200 if report.well else 503)

    async def measure(request: web.Request) -> web.Response:
        del request
        return web.Response(body=await metrics(), headers={"content-type": METRICS_TYPE})

    app = web.Application()
    app.router.add_get("/healthz", alive)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", measure)
    return app


class Listener:
    """One address that is listened on; `close` stops taking requests and finishes those under way."""

    def __init__(self, app: web.Application, listen: Listen, setting: str) -> None:
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False)
        self._listen = listen
        self._setting = setting

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
        host, port = self._runner.addresses[0][:2]
        return f"{host}:{port}"

    async def close(self) -> None:
        """Stop listening."""
        await self._runner.cleanup()
