"""Time as an argument: the real clock, and one that moves only when a test moves it."""

import asyncio
import heapq
import itertools
import time
from collections.abc import Awaitable
from typing import Protocol, TypeVar

T = TypeVar("T")
START = 1_795_516_200.0  # 2026-11-24 10:30 UTC: where a virtual clock begins
SETTLE = 25  # loop turns given to woken tasks before time moves on


class Clock(Protocol):
    """Seconds since the epoch, and sleeping in them."""

    def now(self) -> float:
        """Return the present instant in seconds since the epoch."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds` of this clock."""
        ...


class RealClock:
    """The wall clock and the event loop's own timers."""

    def now(self) -> float:
        """Return the present instant in seconds since the epoch."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""
        await asyncio.sleep(seconds)


class VirtualClock:
    """A clock that stands still until `advance` is called; sleepers wake in the order of their deadlines."""

    def __init__(self, start: float = START) -> None:
        self._now = start
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> float:
        """Return the virtual instant in seconds since the epoch."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Return once the clock has been advanced past `seconds` from now."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + seconds, next(self._order), waking))
        await waking

    async def advance(self, seconds: float) -> None:
        """Move time forward by `seconds`, waking every sleeper that falls due on the way."""
        target = self._now + seconds
        await _settle()
        while self._sleepers and self._sleepers[0][0] <= target:
            due, _, waking = heapq.heappop(self._sleepers)
            self._now = max(self._now, due)
            if not waking.done():
                waking.set_result(None)
            await _settle()
        self._now = target


async def _settle() -> None:
    for _ in range(SETTLE):
        await asyncio.sleep(0)


async def within(clock: Clock, seconds: float, awaited: Awaitable[T]) -> T:
    """Await `awaited` for at most `seconds` of `clock`; raise TimeoutError (and cancel it) after that."""
    work = asyncio.ensure_future(awaited)
    alarm = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait({work, alarm}, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            return work.result()
        raise TimeoutError
    finally:
        alarm.cancel()
        work.cancel()
