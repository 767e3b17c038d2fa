"""The door to httpx: bounded calls with our own semaphore, a deadline for the whole answer, and no more of it than was asked for."""

import asyncio
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.operations import Effect
from bot.domain.terms import Millis
from bot.errors import IntegrationError, Kind

if TYPE_CHECKING:
    import httpx

AT_ONCE = 20  # requests of one client; httpx's own pool wedges when a waiting request is cancelled
LONGEST = 64 * 1024  # bytes of a body
CONNECT: Millis = 5_000  # for a connection to stand; before that nothing was sent
_SENDING = "send_request_headers.started"  # from here on somebody may have heard us


@dataclass(frozen=True, kw_only=True)
class Call:
    """What is sent: `changes` says that it may have an effect there, so that an answer that is lost proves nothing.

    Of the answer at most `longest` bytes are kept: its beginning, or of a body of at most `most` bytes its end. Headers may hold
    credentials: they go to `url` and nowhere else.
    """

    url: str = field(repr=False)
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    changes: bool = False
    longest: int = LONGEST
    most: int = 0  # 0: the beginning is kept


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back: a status, a part of the body as text, whether there was more of it, and headers by their names in lower case."""

    status: int
    body: str
    cut: bool = False
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class Reached(StrEnum):
    """How far a call came that has no whole answer."""

    NOWHERE = "nowhere"  # nobody could be asked: no such name, a certificate that is not trusted, no address
    NOBODY = "nobody"  # no connection: nothing was sent
    SOMEBODY = "somebody"  # it was sent, at least in part


class Unanswered(Exception):
    """No whole answer; `reached` says what may have come of it, the message repeats nothing of the address."""

    def __init__(self, why: str, *, reached: Reached) -> None:
        super().__init__(why)
        self.reached = reached


@dataclass(frozen=True, kw_only=True)
class Http:
    """Asks, and follows nobody: a redirect is an answer, not a way on. Nothing is sent along but a name, and what the call itself holds.

    `authority` is a file with the certificates that are trusted instead of the system's.
    """

    agent: str = "quarterdeck"
    authority: Path | None = None
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE), repr=False, compare=False)

    async def get(self, url: str, *, deadline: Millis, longest: int = LONGEST) -> Answer:
        """One GET of an http or https address, with nothing of ours in it. Raises as `send`."""
        return await self.send(Call(url=url, longest=longest), deadline=deadline)

    async def send(self, call: Call, *, deadline: Millis) -> Answer:
        """One call, whatever its answer is; `deadline` is for all of it, in milliseconds.

        Raises IntegrationError: UNAVAILABLE where whoever is there gives no whole answer in time, INVALID where it cannot even be asked (the
        name is not known, the certificate is not trusted, the address is none). Of a call that changes something, an answer that is lost
        after it was sent is AMBIGUOUS with effect UNKNOWN; everything else proves that nothing happened. No error holds the address.
        """
        try:
            return await self.ask(call, deadline=deadline)
        except Unanswered as error:
            if call.changes and error.reached is Reached.SOMEBODY:
                raise IntegrationError(str(error), kind=Kind.AMBIGUOUS, effect=Effect.UNKNOWN) from None
            kind = Kind.INVALID if error.reached is Reached.NOWHERE else Kind.UNAVAILABLE
            raise IntegrationError(str(error), kind=kind, effect=Effect.NONE) from None

    async def ask(self, call: Call, *, deadline: Millis) -> Answer:
        """The same for those who judge by themselves what an answer that is missing means; raises Unanswered and nothing else.

        Each call has a connection of its own: none is used that the other side may have closed meanwhile, so that a write which was not
        sent is known not to have been.
        """
        import httpx  # noqa: PLC0415  # a quarter of the time that `check` takes, which asks nobody

        sent = _Sent()
        try:
            async with self.turns, asyncio.timeout(deadline / 1000), self._client(deadline) as client:
                return await _answer(client, call, agent=self.agent, sent=sent)
        except httpx.ConnectTimeout:
            why = f"no connection within {min(deadline, CONNECT) / 1000:g} s"
            raise Unanswered(why, reached=Reached.NOBODY) from None
        except (TimeoutError, httpx.TimeoutException):
            raise Unanswered(f"no answer within {deadline / 1000:g} s", reached=sent.reached) from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise Unanswered("not an address that can be asked", reached=Reached.NOWHERE) from None
        except httpx.ConnectError as error:
            raise _unconnected(error) from None
        except httpx.HTTPError as error:
            raise Unanswered(f"the answer broke off ({type(error).__name__})", reached=sent.reached) from None

    def _client(self, deadline: Millis) -> "httpx.AsyncClient":
        """One for each call: nothing is kept that somebody would have to close."""
        import httpx  # noqa: PLC0415  # as above

        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        timeout = httpx.Timeout(deadline / 1000, connect=min(deadline, CONNECT) / 1000)
        trusted = _trusted(self.authority)
        return httpx.AsyncClient(
            verify=trusted, limits=limits, timeout=timeout, follow_redirects=False, trust_env=False
        )


class _Sent:
    """Whether the first byte of a call may have left."""

    def __init__(self) -> None:
        self.reached = Reached.NOBODY

    async def trace(self, event: str, _: object) -> None:
        """What httpx calls at every step of a request."""
        if event.endswith(_SENDING):
            self.reached = Reached.SOMEBODY


def _trusted(authority: Path | None) -> ssl.SSLContext:
    try:
        return _context(authority)
    except (OSError, ssl.SSLError):
        raise Unanswered("its certificate authority cannot be read", reached=Reached.NOWHERE) from None


@cache
def _context(authority: Path | None) -> ssl.SSLContext:
    """Reading the certificates of all authorities takes longer than most calls."""
    return ssl.create_default_context(cafile=authority)


async def _answer(client: "httpx.AsyncClient", call: Call, *, agent: str, sent: _Sent) -> Answer:
    headers = {"User-Agent": agent, "Accept-Encoding": "identity", **call.headers}
    extensions = {"trace": sent.trace}
    async with client.stream(
        call.method, call.url, headers=headers, content=call.body or None, extensions=extensions
    ) as got:
        body, cut = await _body(got, call)
        told = {name.lower(): value for name, value in got.headers.items()}
        return Answer(status=got.status_code, body=body.decode("utf-8", "replace"), cut=cut, headers=told)


async def _body(got: "httpx.Response", call: Call) -> tuple[bytes, bool]:
    """What is kept of the body, and whether anything of it is missing."""
    kept, read = bytearray(), 0
    async for part in got.aiter_raw():
        kept += part
        read += len(part)
        if read > (call.most or call.longest):
            break
        if call.most and len(kept) > 2 * call.longest:
            del kept[: -call.longest]
    wanted = kept[-call.longest :] if call.most else kept[: call.longest]
    return bytes(wanted), read > call.longest


def _unconnected(error: "httpx.ConnectError") -> Unanswered:
    causes = tuple(_causes(error))
    if any(isinstance(each, socket.gaierror) for each in causes):
        return Unanswered("its name is not known", reached=Reached.NOWHERE)
    if any(isinstance(each, ssl.SSLError) for each in causes):
        return Unanswered("its certificate is not trusted", reached=Reached.NOWHERE)
    return Unanswered("no connection", reached=Reached.NOBODY)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
