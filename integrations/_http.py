"""The door to httpx: bounded GETs with our own semaphore, a deadline for the whole answer, and no more of it than was asked for."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from bot.domain.operations import Effect
from bot.domain.terms import Millis
from bot.errors import IntegrationError, Kind

if TYPE_CHECKING:
    import httpx

AT_ONCE = 20  # requests of one client; httpx's own pool wedges when a waiting request is cancelled
LONGEST = 64 * 1024  # bytes of a body


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back: a status, the beginning of the body as text, and whether there was more of it."""

    status: int
    body: str
    cut: bool = False


@dataclass(frozen=True, kw_only=True)
class Http:
    """Asks, and follows nobody: a redirect is an answer, not a way on. Nothing is sent along but a name."""

    agent: str = "quarterdeck"
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE), repr=False, compare=False)

    async def get(self, url: str, *, deadline: Millis, longest: int = LONGEST) -> Answer:
        """One GET of an http or https address.

        Raises IntegrationError: UNAVAILABLE where whoever is there gives no whole answer in time, INVALID where it cannot even be asked (the
        name is not known, the certificate is not trusted, the address is none).
        """
        import httpx  # noqa: PLC0415  # a quarter of the time that `check` takes, which asks nobody

        try:
            async with self.turns, asyncio.timeout(deadline / 1000), _client(deadline) as client:
                return await _answer(client, url, agent=self.agent, longest=longest)
        except (TimeoutError, httpx.TimeoutException):
            raise _failed(f"no answer within {deadline / 1000:g} s") from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise _failed("not an address that can be asked", kind=Kind.INVALID) from None
        except httpx.ConnectError as error:
            raise _unconnected(error) from None
        except httpx.HTTPError as error:
            raise _failed(f"the answer broke off ({type(error).__name__})") from None


def _client(deadline: Millis) -> "httpx.AsyncClient":
    """One for each request: nothing is kept that somebody would have to close."""
    import httpx  # noqa: PLC0415  # as above

    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    timeout = httpx.Timeout(deadline / 1000)
    return httpx.AsyncClient(verify=_trusted(), limits=limits, timeout=timeout, follow_redirects=False, trust_env=False)


@cache
def _trusted() -> ssl.SSLContext:
    """Reading the certificates of all authorities takes longer than most requests."""
    return ssl.create_default_context()


async def _answer(client: "httpx.AsyncClient", url: str, *, agent: str, longest: int) -> Answer:
    headers = {"User-Agent": agent, "Accept-Encoding": "identity"}
    async with client.stream("GET", url, headers=headers) as got:
        body = bytearray()
        async for part in got.aiter_raw():
            body += part
            if len(body) > longest:
                break
        text = bytes(body[:longest]).decode("utf-8", "replace")
        return Answer(status=got.status_code, body=text, cut=len(body) > longest)


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
