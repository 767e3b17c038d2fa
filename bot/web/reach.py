"""Does an address reach this very bot? The public listener answers a knock with its instance's name."""

from dataclasses import dataclass

import aiohttp

KNOCK = "/quarterdeck/knock"
LONGEST = 200  # bytes of an answer
SECONDS = 8


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Who answered, or why nobody did."""

    instance: str = ""
    error: str = ""


async def knock(url: str) -> Answer:
    """Ask; never raises, follows no redirect, reads no more than a name."""
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url, allow_redirects=False) as got:
            body = await got.content.read(LONGEST)
            if got.status != 200:
                return Answer(error=f"status {got.status}")
            return Answer(instance=body.decode("ascii", "replace").strip())
    except (TimeoutError, aiohttp.ClientError, ValueError) as error:
        return Answer(error=type(error).__name__)


async def beat(url: str) -> str:
    """Tell an outside watcher that the bot is well; returns what went wrong, or nothing."""
    answer = await knock(url)
    return "" if not answer.error or answer.error in {"status 201", "status 202", "status 204"} else answer.error
