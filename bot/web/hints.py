"""Providers say by themselves that there is something new: `/v1/hints/CONNECTION` takes it, and it only makes us look."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from bot.domain.terms import SECOND, Millis
from bot.errors import StoreError
from bot.ports import RawDelivery

log = structlog.get_logger(__name__)
PATH = "/v1/hints/{connection}"
LARGEST = 1024 * 1024  # bytes of a body; whatever is larger is found out by looking
PATIENCE: Millis = 5 * SECOND  # for the whole body
COMMIT: Millis = 1500
AT_ONCE = 16

Heard = Callable[[str, RawDelivery], Awaitable[bool | None]]


class HintDoor:
    """Receives deliveries; `heard` says whether one is genuine, or None where nobody understands it (yet)."""

    def __init__(self, heard: Heard, now: Callable[[], Millis]) -> None:
        self._heard = heard
        self._now = now
        self._inside = 0

    def add_to(self, app: web.Application) -> None:
        """Open the path."""
        app.router.add_post(PATH, self.receive)

    async def receive(self, request: web.Request) -> web.Response:
        """202 for what is genuine, 401 for what is not, 404 where nobody listens; 413, 429 and 503 where it was not looked at."""
        if self._inside >= AT_ONCE:
            return web.Response(status=429, headers={"Retry-After": "5"})
        self._inside += 1
        try:
            return web.Response(status=await self._taken(request))
        except StoreError as error:
            log.warning("hint not taken", error=type(error).__name__)
            return web.Response(status=503)
        finally:
            self._inside -= 1

    async def _taken(self, request: web.Request) -> int:
        try:
            async with asyncio.timeout(PATIENCE / SECOND):
                body = await _body(request)
        except TimeoutError:
            return 408
        except (ValueError, web.HTTPException):
            return 400
        if len(body) > LARGEST:
            return 413
        try:
            async with asyncio.timeout(COMMIT / SECOND):
                genuine = await self._heard(request.match_info["connection"].lower(), self._raw(request, body))
        except TimeoutError:
            return 503
        if genuine is False:
            log.warning("hint refused", why="it is not genuine")
        return 404 if genuine is None else 202 if genuine else 401

    def _raw(self, request: web.Request, body: bytes) -> RawDelivery:
        """Header names in lower case; one that came twice is left out: nobody knows which counts."""
        names = Counter(name.lower() for name, _ in request.headers.items())  # its keys alone hide repetitions
        headers = {name.lower(): value for name, value in request.headers.items() if names[name.lower()] == 1}
        return RawDelivery(headers=headers, body=body, at=self._now())


async def _body(request: web.Request) -> bytes:
    raw = b""
    while len(raw) <= LARGEST and not request.content.at_eof():
        raw += await request.content.read(LARGEST + 1 - len(raw))
    return raw
