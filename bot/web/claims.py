"""The claim over HTTP: a run shows its token and asks whether it may go on; only 200 means yes."""

import asyncio
import ipaddress
import json
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from aiohttp import web

from bot.domain.claims import SENTENCES, TOKEN, Answer, Claim
from bot.domain.operations import AttemptKey
from bot.domain.terms import MINUTE, SECOND, Millis, Target
from bot.errors import StoreError

log = structlog.get_logger(__name__)
PATH = "/v1/claim"
LARGEST = 4 * 1024  # bytes of a body
PATIENCE: Millis = 5 * SECOND  # for the whole body
COMMIT: Millis = 5 * SECOND  # for the answer to be written; the same run may ask again
RETRY_AFTER = 5  # seconds
PER_MINUTE = 30  # claims of one operation; and failures of one address
REMEMBERED = 4096  # addresses, and operations, whose requests are counted
LONGEST_RUN = 200  # characters of what a run calls itself
LONGEST_REASON = 200
LONGEST_NAME = 100
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
_REHEARSAL = re.compile(r"rehearsal-([A-Za-z0-9_-]{1,100})")
_TOKEN = re.compile(TOKEN)


class Claims(Protocol):
    """The engine's door. What writes raises StoreError where it cannot: then nobody may go on, yet."""

    def genuine(self, claim: Claim) -> Awaitable[bool]:
        """Whether the token belongs to the attempt."""

    def genuine_rehearsal(self, rehearsal: str, token: str) -> Awaitable[bool]:
        """The same of a rehearsal."""

    def claim(self, claim: Claim) -> Awaitable[Answer]:
        """May this run go on?"""

    def skip(self, claim: Claim, reason: str) -> Awaitable[Answer]:
        """It goes on without asking."""

    def genuine_outside(self, target: Target, token: str) -> Awaitable[bool]:
        """The same of the standing token of a target."""

    def outside(self, target: Target, run: str) -> Awaitable[Answer]:
        """A run that was not started from here."""

    def heard(self, rehearsal: str, run: str) -> Awaitable[Answer]:
        """It rehearses."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a body says, checked for its shape; `rehearsal` or `outside` instead of a key, `skip` instead of a question."""

    run: str
    token: str = field(repr=False)
    key: AttemptKey | None = None
    rehearsal: str = ""
    outside: Target | None = None
    skip: str = ""

    @property
    def about(self) -> str:
        """Whose claims are counted together."""
        return str(self.key.operation) if self.key else self.rehearsal or str(self.outside)

    @property
    def claim(self) -> Claim:
        """The same in the engine's words."""
        assert self.key is not None, "a rehearsal is no claim"
        return Claim(key=self.key, run=self.run, token=self.token)


class Malformed(Exception):
    """Not a claim at all; the status, and words that hold nothing of the request."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Pace:
    """At most so many a minute for each name; of the names, only the latest are remembered."""

    def __init__(self, most: int, now: Callable[[], Millis], *, names: int = REMEMBERED) -> None:
        self._most = most
        self._now = now
        self._names = names
        self._seen: OrderedDict[str, tuple[Millis, int]] = OrderedDict()

    def spent(self, name: str) -> bool:
        """Count one more; True where it is one too many."""
        now = self._now()
        since, count = self._seen.pop(name, (now, 0))
        if not 0 <= now - since < MINUTE:
            since, count = now, 0
        self._seen[name] = (since, min(count + 1, self._most + 1))
        if len(self._seen) > self._names:
            self._seen.popitem(last=False)
        return count >= self._most


class ClaimDoor:
    """Receives claims; `claims` gives the engine's door, or None while the bot is not ready yet."""

    def __init__(
        self,
        claims: Callable[[], Claims | None],
        now: Callable[[], Millis],
        *,
        proxies: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = (),
    ) -> None:
        self._claims = claims
        self._proxies = proxies
        self._strangers = Pace(PER_MINUTE, now)
        self._operations = Pace(PER_MINUTE, now)

    def add_to(self, app: web.Application) -> None:
        """Open the path."""
        app.router.add_post(PATH, self.receive)

    async def receive(self, request: web.Request) -> web.Response:
        """The answer to one claim: 200, 401, 409, or why it could not be asked."""
        try:
            asked = read(await _body(request))
        except Malformed as error:
            return self._refused(request, error.status, str(error))
        claims = self._claims()
        if claims is None:
            return _later("The bot is starting.")
        try:
            async with asyncio.timeout(COMMIT / SECOND):
                return await self._answer(request, asked, claims)
        except (StoreError, TimeoutError) as error:
            log.warning("claim not answered", error=type(error).__name__)
            return _later("The answer could not be written down. Ask again.")

    async def _answer(self, request: web.Request, asked: Asked, claims: Claims) -> web.Response:
        if not await _genuine(claims, asked):
            return self._refused(request, 401, SENTENCES[Answer.UNAUTHORISED])
        # Counted only now: who has no token cannot use up the patience that an operation's own run needs.
        if self._operations.spent(asked.about):
            return _said(429, "too_many", "Too many claims of this operation. Wait a minute.", retry=60)
        return _answered(await _ask(claims, asked))

    def _refused(self, request: web.Request, status: int, why: str) -> web.Response:
        """A stranger; the same whatever exists. One who tries too often waits."""
        peer = self._peer(request)
        if self._strangers.spent(peer):
            return _said(429, "too_many", "Too many requests. Wait a minute.", retry=60)
        log.warning("claim refused", status=status, why=why, peer=peer)
        return _said(status, "unauthorised" if status == 401 else "malformed", why)

    def _peer(self, request: web.Request) -> str:
        """Who asks: the last address on the way that is not a proxy which the configuration trusts."""
        path = [word.strip() for word in request.headers.get("x-forwarded-for", "").split(",")[-20:]]
        peer = request.remote or ""
        while path and _inside(peer, self._proxies):
            peer = path.pop()
        try:
            return str(ipaddress.ip_address(peer))
        except ValueError:
            return "unknown"


def _inside(address: str, networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found.version == network.version and found in network for network in networks)


async def _body(request: web.Request) -> bytes:
    if request.content_type != "application/json":
        raise Malformed(415, "Send JSON, with content-type: application/json.")
    raw = b""
    try:
        async with asyncio.timeout(PATIENCE / SECOND):
            while len(raw) <= LARGEST and not request.content.at_eof():
                raw += await request.content.read(LARGEST + 1 - len(raw))
    except TimeoutError:
        raise Malformed(408, "The body took too long.") from None
    except (ValueError, web.HTTPException):
        raise Malformed(400, "The body cannot be read.") from None
    if len(raw) > LARGEST:
        raise Malformed(413, "The body is too large.")
    return raw


def read(raw: bytes) -> Asked:
    """The claim in a body; raises Malformed for anything else, and tells nothing about what exists."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise Malformed(400, "Not JSON.") from None
    if not isinstance(body, dict):
        raise Malformed(400, "Not a JSON object.")
    run, token, skip = _text(body, "run_id", LONGEST_RUN), _text(body, "token", 100), body.get("skip", "")
    if not isinstance(skip, str) or len(skip) > LONGEST_REASON or ("skip" in body and not skip.strip()):
        raise Malformed(400, f"skip has to be a reason of at most {LONGEST_REASON} characters.")
    if not _TOKEN.fullmatch(token):
        token = ""  # it fits nothing, whatever it is
    practice = _REHEARSAL.fullmatch(str(body.get("operation")))
    if practice:
        return Asked(run=run, token=token, rehearsal=practice[1])
    if body.get("operation") == "outside":
        names = {name: _text(body, name, LONGEST_NAME) for name in ("service", "environment")}
        return Asked(run=run, token=token, outside=Target(**names))
    operation, step, n = (_number(body, name) for name in ("operation", "step", "attempt"))
    return Asked(run=run, token=token, key=AttemptKey(operation=operation, step=step, n=n), skip=_plain(skip))


def _text(body: dict[str, Any], name: str, longest: int) -> str:
    value = body.get(name)
    if not isinstance(value, str | int) or isinstance(value, bool) or not 0 < len(str(value).strip()) <= longest:
        raise Malformed(400, f"{name} has to be a text of 1 to {longest} characters.")
    return _plain(str(value))


def _plain(text: str) -> str:
    """Without what a terminal would obey."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _number(body: dict[str, Any], name: str) -> int:
    value = body.get(name)
    if isinstance(value, bool) or not _NUMBER.fullmatch(str(value)):
        raise Malformed(400, f"{name} has to be a number.")
    return int(str(value))


async def _genuine(claims: Claims, asked: Asked) -> bool:
    if asked.outside is not None:
        return await claims.genuine_outside(asked.outside, asked.token)
    if asked.rehearsal:
        return await claims.genuine_rehearsal(asked.rehearsal, asked.token)
    return await claims.genuine(asked.claim)


async def _ask(claims: Claims, asked: Asked) -> Answer:
    if asked.outside is not None:
        return await claims.outside(asked.outside, asked.run)
    if asked.rehearsal:
        return await claims.heard(asked.rehearsal, asked.run)
    return await (claims.skip(asked.claim, asked.skip) if asked.skip else claims.claim(asked.claim))


def _answered(answer: Answer) -> web.Response:
    if answer in {Answer.UNKNOWN, Answer.UNAUTHORISED}:
        return _said(401, "unauthorised", SENTENCES[answer])
    good = answer.may_go_on or answer is Answer.SKIPPED
    return _said(200 if good else 409, str(answer), SENTENCES[answer])


def _later(sentence: str) -> web.Response:
    return _said(503, "not_now", sentence, retry=RETRY_AFTER)


def _said(status: int, reason: str, sentence: str, *, retry: int = 0) -> web.Response:
    headers = {"Retry-After": str(retry)} if retry else {}
    return web.json_response({"reason": reason, "sentence": sentence}, status=status, headers=headers)
