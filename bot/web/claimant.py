"""The other end of the claim: a run asks the bot, patiently for a while, and takes nothing but a clear yes for a yes."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

LONGEST = 4 * 1024  # bytes of an answer
SECONDS = 10  # for one question
PAUSE = 5  # seconds between two, unless the bot says how long
LONGEST_PAUSE = 60
PATIENTLY = frozenset({408, 429})  # the two refusals that are none


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What came back: the status (0: nobody answered), and in words why."""

    status: int
    sentence: str
    reason: str = ""
    retry_after: int = 0

    @property
    def final(self) -> bool:
        """False where asking again may help: nobody answered, or something else than the bot did."""
        return self.status == 200 or (400 <= self.status < 500 and self.status not in PATIENTLY)


async def ask(url: str, body: Mapping[str, str], *, patience: int) -> Heard:
    """Ask until there is an answer, for `patience` seconds at most; never raises, follows no redirect."""
    loop = asyncio.get_running_loop()
    until = loop.time() + patience
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        while True:
            heard = await _once(session, url, body)
            pause = min(heard.retry_after or PAUSE, LONGEST_PAUSE)
            if heard.final or loop.time() + pause > until:
                return heard
            await asyncio.sleep(pause)


async def _once(session: aiohttp.ClientSession, url: str, body: Mapping[str, str]) -> Heard:
    try:
        async with session.post(url, json=dict(body), allow_redirects=False) as answer:
            raw = await answer.content.read(LONGEST)
            return _read(answer.status, answer.headers.get("Retry-After", ""), raw)
    except (TimeoutError, aiohttp.ClientError, ValueError) as error:
        return Heard(status=0, sentence=f"no answer from {url}: {type(error).__name__}")


def _read(status: int, retry: str, raw: bytes) -> Heard:
    try:
        said = json.loads(raw)
        sentence, reason = str(said["sentence"]), str(said["reason"])
    except (ValueError, TypeError, KeyError, RecursionError):
        # Only the bot's own words count: a proxy or a sign-in page also answers 200.
        return Heard(status=0 if status == 200 else status, sentence=f"status {status}, and not from Quarterdeck")
    return Heard(status=status, sentence=sentence, reason=reason, retry_after=int(retry) if retry.isdecimal() else 0)
