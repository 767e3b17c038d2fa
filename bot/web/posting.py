"""Hands lines to an address that takes them by POST: a status says whether they arrived, and nothing else counts."""

from dataclasses import dataclass

import aiohttp

from bot.domain.terms import SECOND, Millis

SECONDS = 10
KIND = "application/x-ndjson"
LONGEST_WAIT: Millis = 3_600 * SECOND


@dataclass(frozen=True, kw_only=True)
class Posted:
    """What came of it: taken, or why not (never with the address or the token); `too_large` asks for fewer lines at once."""

    taken: bool
    why: str = ""
    too_large: bool = False
    retry_after: Millis = 0


async def post_lines(url: str, token: str, body: bytes) -> Posted:
    """One POST; never raises, follows no redirect, reads no body."""
    headers = {"Content-Type": KIND, "User-Agent": "quarterdeck"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, data=body, headers=headers, allow_redirects=False) as got,
        ):
            if 200 <= got.status < 300:
                return Posted(taken=True)
            wait = _seconds(got.headers.get("Retry-After", "")) * SECOND
            why = f"it answered with status {got.status}"
            return Posted(taken=False, why=why, too_large=got.status == 413, retry_after=min(wait, LONGEST_WAIT))
    except (TimeoutError, aiohttp.ClientError, ValueError) as error:
        return Posted(taken=False, why=f"it could not be reached ({type(error).__name__})")


def _seconds(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
