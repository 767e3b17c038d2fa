"""Fetches the few addresses that a source's check needs: https only, no redirects, small, slow to be asked twice."""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import aiohttp

LONGEST = 64 * 1024  # bytes of an answer
SECONDS = 4
MOST_KEPT = 32
Get = Callable[[str], Awaitable[bytes]]


class NotFetched(Exception):
    """Nobody answered, or not as expected; the message holds nothing of the answer."""


async def get(url: str) -> bytes:
    """What the address answers with 200; raises NotFetched."""
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url, allow_redirects=False) as got:
            if got.status != 200:
                raise NotFetched(f"status {got.status}")
            return await _all(got.content)
    except (TimeoutError, aiohttp.ClientError, ValueError) as error:
        raise NotFetched(type(error).__name__) from None


async def _all(content: aiohttp.StreamReader) -> bytes:
    body = b""
    async for part in content.iter_any():
        body += part
        if len(body) > LONGEST:
            raise NotFetched("the answer is too large")
    return body


def _is_plain_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and parts.port in {None, 443} and not parts.username and bool(parts.hostname)
    except ValueError:
        return False


class Fetcher:
    """Fetches one address at a time, and keeps those answers that stay the same (certificates)."""

    def __init__(self, get: Get = get) -> None:
        self._get = get
        self._kept: dict[str, bytes] = {}
        self._one_at_a_time = asyncio.Lock()

    async def fetch(self, url: str, *, keep: bool) -> bytes:
        """What the address answers; raises NotFetched. Whether it may be asked is the caller's to know."""
        if not _is_plain_https(url):
            raise NotFetched("not a plain https address")
        async with self._one_at_a_time:
            if url not in self._kept or not keep:
                answer = await self._get(url)
                if not keep:
                    return answer
                self._keep(url, answer)
            return self._kept[url]

    def _keep(self, url: str, answer: bytes) -> None:
        if len(self._kept) >= MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))
        self._kept[url] = answer
