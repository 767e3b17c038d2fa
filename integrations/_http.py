"""The door to httpx: bounded calls with our own semaphore, a deadline for the whole answer, and no more of it than was asked for."""

import asyncio
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True, kw_only=True)
class Call:
    """What is sent: `changes` says that it may have an effect there, so that an answer that is lost proves nothing."""

    url: str = field(repr=False)
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    changes: bool = False


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back: a status, headers with lower-case names, the beginning of the body as text, and whether there was more of it."""

    status: int
    body: str
    cut: bool = False
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


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
        return await self.send(Call(url=url), deadline=deadline, longest=longest)

    async def send(self, call: Call, *, deadline: Millis, longest: int = LONGEST) -> Answer:
        """One call, whatever its answer is; `deadline` is for all of it, in milliseconds.

        Raises IntegrationError: UNAVAILABLE where whoever is there gives no whole answer in time, INVALID where it cannot even be asked (the
        name is not known, the certificate is not trusted, the address is none). Of a call that changes something, an answer that is lost
        after it was sent is AMBIGUOUS with effect UNKNOWN; everything else proves that nothing happened. No error holds the address.
        """
        import httpx  # noqa: PLC0415  # a quarter of the time that `check` takes, which asks nobody

        sent = _lost if call.changes else _failed
        try:
            async with self.turns, asyncio.timeout(deadline / 1000), self._client(deadline) as client:
                return await _answer(client, call, agent=self.agent, longest=longest)
        except httpx.ConnectTimeout:
            raise _failed(f"no connection within {min(deadline, CONNECT) / 1000:g} s") from None
        except (TimeoutError, httpx.TimeoutException):
            raise sent(f"no answer within {deadline / 1000:g} s") from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise _failed("not an address that can be asked", kind=Kind.INVALID) from None
        except httpx.ConnectError as error:
            raise _unconnected(error) from None
        except httpx.HTTPError as error:
            raise sent(f"the answer broke off ({type(error).__name__})") from None

    def _client(self, deadline: Millis) -> "httpx.AsyncClient":
        """One for each call: nothing is kept that somebody would have to close."""
        import httpx  # noqa: PLC0415  # as above

        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        timeout = httpx.Timeout(deadline / 1000, connect=min(deadline, CONNECT) / 1000)
        trusted = _trusted(self.authority)
        return httpx.AsyncClient(
            verify=trusted, limits=limits, timeout=timeout, follow_redirects=False, trust_env=False
        )


def _trusted(authority: Path | None) -> ssl.SSLContext:
    try:
        return _context(authority)
    except (OSError, ssl.SSLError):
        raise _failed("its certificate authority cannot be read", kind=Kind.INVALID) from None


@cache
def _context(authority: Path | None) -> ssl.SSLContext:
    """Reading the certificates of all authorities takes longer than most calls."""
    return ssl.create_default_context(cafile=authority)


async def _answer(client: "httpx.AsyncClient", call: Call, *, agent: str, longest: int) -> Answer:
    headers = {"User-Agent": agent, "Accept-Encoding": "identity", **call.headers}
    async with client.stream(call.method, call.url, headers=headers, content=call.body or None) as got:
        body = bytearray()
        async for part in got.aiter_raw():
            body += part
            if len(body) > longest:
                break
        text = bytes(body[:longest]).decode("utf-8", "replace")
        named = {name.lower(): value for name, value in got.headers.items()}
        return Answer(status=got.status_code, body=text, cut=len(body) > longest, headers=named)


def _unconnected(error: "httpx.ConnectError") -> IntegrationError:
    causes = tuple(_causes(error))
    if any(isinstance(each, socket.gaierror) for each in causes):
        return _failed("its name is not known", kind=Kind.INVALID)
    if any(isinstance(each, ssl.SSLError) for each in causes):
        return _failed("its certificate is not trusted", kind=Kind.INVALID)
    return _failed("no connection")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _failed(why: str, *, kind: Kind = Kind.UNAVAILABLE) -> IntegrationError:
    return IntegrationError(why, kind=kind, effect=Effect.NONE)


def _lost(why: str) -> IntegrationError:
    return IntegrationError(why, kind=Kind.AMBIGUOUS, effect=Effect.UNKNOWN)
