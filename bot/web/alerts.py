"""Alerts come in: who sent it is proven on the raw bytes, what it says is committed, and only then the answer is 2xx."""

import asyncio
import contextlib
import ipaddress
import zlib
from collections import Counter
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from aiohttp import web

from bot.domain.alerts import Alert
from bot.domain.terms import SECOND, Millis
from bot.errors import StoreError, Unreadable
from bot.ports import AlertSource, Authentic, Body, Clock, Forged, Needs, RawDelivery
from bot.web.fetching import Fetcher, NotFetched

log = structlog.get_logger(__name__)
LARGEST = 4 * 1024 * 1024  # bytes of a body, compressed or not, whose sender is proven by the headers
LARGEST_SIGNED = 1024 * 1024  # the same where the body has to be read before the sender is known
AT_ONCE = 32  # deliveries of one source
PATIENCE: Millis = 5 * SECOND  # for the whole body
COMMIT: Millis = 1500  # after it the sender hears 503 and sends again; that the first one still arrives does no harm
ASIDE = 256 * 1024  # bytes from which a body is read in a thread, so that nobody else waits for it
RETRY_AFTER = 5  # seconds
LINGER: Millis = (
    SECOND  # how long, and how much, is read and thrown away after an answer that came before the end of the body
)
LINGER_BYTES = 8 * 1024 * 1024
MOST_FETCHED = 2  # addresses for one delivery


class Take(Protocol):
    """The engine's door: returns when what changed is committed; raises StoreError where it cannot be."""

    def __call__(self, alerts: tuple[Alert, ...], *, delivery_key: str, source: str) -> Awaitable[object]:
        """Take what one delivery says; an empty key means that it repeats what is."""


@dataclass(frozen=True, kw_only=True)
class Entrance:
    """One configured source. `alertmanager`: it may also send to `/api/v2/alerts`."""

    source: AlertSource
    secrets: tuple[str, ...] = field(repr=False)
    alertmanager: bool = False


class Refusal(Exception):
    """What the sender hears; `why` is for the log and holds nothing of the request."""

    def __init__(self, *, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


class AlertDoor:
    """Receives deliveries of all configured sources. `counted` is how many ended how, by source and status."""

    def __init__(self, entrances: Mapping[str, Entrance], *, take: Take, clock: Clock, fetcher: Fetcher) -> None:
        self._entrances = entrances
        self._take = take
        self._clock = clock
        self._fetcher = fetcher
        self._inside: Counter[str] = Counter()
        self._committing: set[asyncio.Future[object]] = set()
        self.counted: Counter[tuple[str, int]] = Counter()

    def add_to(self, app: web.Application) -> None:
        """Open `/webhooks/NAME`, and `/api/v2/alerts` where Prometheus may send."""
        app.router.add_post("/webhooks/{source}", self._receive_named)
        if any(each.alertmanager for each in self._entrances.values()):
            app.router.add_post("/webhooks/{source}/api/v2/alerts", self._receive_named)
            app.router.add_post("/api/v2/alerts", self._receive_any)

    async def close(self) -> None:
        """Let what is being committed end."""
        if self._committing:
            await asyncio.wait(self._committing)

    async def _receive_named(self, request: web.Request) -> web.Response:
        name = request.match_info["source"].lower()
        entrance = self._entrances.get(name)
        if entrance is None or (request.path.endswith("/api/v2/alerts") and not entrance.alertmanager):
            return await _answered(request, 404)
        return await self._answer(request, name)

    async def _receive_any(self, request: web.Request) -> web.Response:
        """The token says which source it is."""
        raw = self._head(request)
        for name, entrance in self._entrances.items():
            if entrance.alertmanager and isinstance(entrance.source.authentic(raw, entrance.secrets, {}), Authentic):
                return await self._answer(request, name)
        return await self._refused(request, "", Refusal(status=401, why="no source has this token"))

    async def _answer(self, request: web.Request, name: str) -> web.Response:
        if self._inside[name] >= AT_ONCE:
            return await self._refused(request, name, Refusal(status=503, why="too many deliveries at once"))
        self._inside[name] += 1
        refusal: Refusal | None = None
        try:
            await self._receive(request, name, self._entrances[name])
        except Refusal as found:
            refusal = found
        finally:
            self._inside[name] -= 1
        if refusal is not None:
            return await self._refused(request, name, refusal)
        self.counted[name, 200] += 1
        return await _answered(request, 200)

    async def _receive(self, request: web.Request, name: str, entrance: Entrance) -> None:
        raw = self._head(request)
        if not entrance.source.signs_body:
            await self._proven(raw, entrance)
        raw = await self._whole(request, raw, LARGEST_SIGNED if entrance.source.signs_body else LARGEST)
        proof = await self._proven(raw, entrance)
        if proof.confirm:
            await self._fetched(entrance, proof.confirm, keep=False)
            log.info("subscription confirmed", source=name)
            return
        alerts = await _read(entrance.source, raw)
        if alerts:
            await self._committed(name, alerts, f"{name}:{proof.delivery}" if proof.delivery else "")

    def _head(self, request: web.Request) -> RawDelivery:
        names = Counter(key.lower() for key, _ in request.headers.items())  # its keys alone hide repetitions
        headers = {key.lower(): value for key, value in request.headers.items() if names[key.lower()] == 1}
        return RawDelivery(headers=headers, body=b"", at=self._clock.now())

    async def _whole(self, request: web.Request, head: RawDelivery, largest: int) -> RawDelivery:
        """The delivery with its body, of at most `largest` bytes."""
        if (request.content_length or 0) > largest:
            raise Refusal(status=413, why=f"larger than {largest} bytes")
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(PATIENCE / SECOND):
                async for part in request.content.iter_any():
                    parts.append(part)
                    if (size := size + len(part)) > largest:
                        raise Refusal(status=413, why=f"larger than {largest} bytes")
        except TimeoutError:
            raise Refusal(status=408, why="the body took too long") from None
        except (ValueError, web.HTTPException):
            raise Refusal(status=400, why="the body cannot be read") from None
        return RawDelivery(headers=head.headers, body=b"".join(parts), at=head.at)

    async def _proven(self, raw: RawDelivery, entrance: Entrance) -> Authentic:
        fetched: dict[str, bytes] = {}
        for _ in range(MOST_FETCHED + 1):
            found = entrance.source.authentic(raw, entrance.secrets, fetched)
            if isinstance(found, Authentic):
                return found
            if isinstance(found, Forged):
                raise Refusal(status=401, why=found.why)
            fetched[found.url] = await self._needed(entrance, found)
        raise Refusal(status=401, why="asks for too many addresses")

    async def _needed(self, entrance: Entrance, needs: Needs) -> bytes:
        return await self._fetched(entrance, needs.url, keep=True)

    async def _fetched(self, entrance: Entrance, url: str, *, keep: bool) -> bytes:
        if not entrance.source.may_fetch(url):
            raise Refusal(status=401, why="asks for an address that is not allowed")
        try:
            return await self._fetcher.fetch(url, keep=keep)
        except NotFetched as error:
            raise Refusal(status=503, why=f"cannot fetch what the check needs: {error}") from None

    async def _committed(self, name: str, alerts: tuple[Alert, ...], key: str) -> None:
        """Wait for the commit, but not for ever; one that comes later is not undone: the same again changes nothing."""
        taking = asyncio.ensure_future(self._take(alerts, delivery_key=key, source=name))
        self._committing.add(taking)
        taking.add_done_callback(self._ended)
        done, _ = await asyncio.wait({taking}, timeout=COMMIT / SECOND)
        if not done:
            raise Refusal(status=503, why="not committed in time")
        if isinstance(error := taking.exception(), StoreError):
            raise Refusal(status=503, why="cannot be written") from error
        taking.result()

    def _ended(self, taking: "asyncio.Future[object]") -> None:
        self._committing.discard(taking)
        if not taking.cancelled():
            taking.exception()  # seen: whoever waits has it, and nobody waits for a late one

    async def _refused(self, request: web.Request, name: str, refusal: Refusal) -> web.Response:
        self.counted[name, refusal.status] += 1
        log.warning("alerts refused", source=name, status=refusal.status, why=refusal.why, peer=_peer(request))
        return await _answered(request, refusal.status)


async def _answered(request: web.Request, status: int) -> web.Response:
    """The answer, sent at once; then what is still coming is thrown away for a while: a sender that is cut off would not read it."""
    response = web.Response(status=status, headers={"Retry-After": str(RETRY_AFTER)} if status == 503 else {})
    response.force_close()
    await response.prepare(request)
    await response.write_eof()
    left = LINGER_BYTES
    with contextlib.suppress(TimeoutError, ValueError, ConnectionError, web.HTTPException):
        async with asyncio.timeout(LINGER / SECOND):
            while left > 0 and (part := await request.content.readany()):
                left -= len(part)
    return response


async def _read(source: AlertSource, raw: RawDelivery) -> tuple[Alert, ...]:
    try:
        body = Body(content=_inflated(raw), headers=raw.headers, at=raw.at)
        if len(body.content) < ASIDE:
            return source.alerts(body)
        return await asyncio.to_thread(source.alerts, body)
    except Unreadable as error:
        raise Refusal(status=400, why=str(error)) from None


def _inflated(raw: RawDelivery) -> bytes:
    """The body without its compression; raises Unreadable, or Refusal where it grows too large."""
    encoding = raw.headers.get("content-encoding", "identity").strip().lower()
    if encoding in {"", "identity"}:
        return raw.body
    if encoding != "gzip":
        raise Refusal(status=415, why="compressed in another way than gzip")
    inflating = zlib.decompressobj(wbits=31)
    try:
        content = inflating.decompress(raw.body, LARGEST + 1)
    except zlib.error:
        raise Unreadable("not gzip") from None
    if len(content) > LARGEST:
        raise Refusal(status=413, why=f"inflates to more than {LARGEST} bytes")
    if not inflating.eof:
        raise Unreadable("not the whole gzip stream")
    return content


def _peer(request: web.Request) -> str:
    try:
        return str(ipaddress.ip_address(request.remote or ""))
    except ValueError:
        return "unknown"
