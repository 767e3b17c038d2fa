"""Time that a test moves, and chance that repeats."""

import asyncio
import heapq
from itertools import count

from bot.domain.terms import Millis

START: Millis = 1_795_511_040_000  # 2026-11-24 09:04 UTC


class FakeClock:
    """Stands still until `advance` moves it; sleepers wake in order."""

    def __init__(self, now: Millis = START) -> None:
        self._now = now
        self._order = count()
        self._sleepers: list[tuple[Millis, int, asyncio.Future[None]]] = []

    def now(self) -> Millis:
        """Milliseconds UTC."""
        return self._now

    async def sleep(self, millis: Millis) -> None:
        """Return when time was moved that far."""
        if millis <= 0:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + millis, next(self._order), future))
        await future

    def next_wake(self) -> Millis | None:
        """When the first sleeper wants to wake."""
        return self._sleepers[0][0] if self._sleepers else None

    def move_to(self, instant: Millis) -> None:
        """Set the time and wake whoever is due."""
        self._now = max(self._now, instant)
        while self._sleepers and self._sleepers[0][0] <= self._now:
            _, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                future.set_result(None)


class FakeRandom:
    """Tokens `t1`, `t2`, … and always one half."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def token(self) -> str:
        """The next token."""
        return f"t{next(self._numbers)}"

    def fraction(self) -> float:
        """Always the middle."""
        return 0.5


class FakeRunner:
    """Remembers wake-ups; the test's `settle` dispatches what is due."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._due: dict[str, Millis] = {}

    def wake(self, key: str, after: Millis = 0) -> None:
        """Keep the earliest wake-up of each key."""
        at = self._clock.now() + max(0, after)
        self._due[key] = min(at, self._due.get(key, at))

    def take_due(self) -> list[str]:
        """The keys that are due, which are forgotten then."""
        due = [key for key, at in self._due.items() if at <= self._clock.now()]
        for key in due:
            del self._due[key]
        return due

    def next_wake(self) -> Millis | None:
        """When the first key is due."""
        return min(self._due.values(), default=None)
