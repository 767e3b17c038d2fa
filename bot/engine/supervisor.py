"""The one place that starts tasks: referenced, named, at most one of a name at a time, drained at the end."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.domain.terms import Millis
from bot.ports import Clock

log = structlog.get_logger(__name__)
Work = Callable[[], Awaitable[None]]


class Supervisor:
    """Starts work under a key. Work that is asked for again while it runs, runs once more afterwards: no wake-up is lost."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: dict[str, Work] = {}
        self._later: set[asyncio.Task[None]] = set()
        self._closing = False

    def start(self, key: str, work: Work) -> None:
        """Run `work` now; the same key never runs twice at once."""
        if self._closing:
            return
        if key in self._running:
            self._again[key] = work
            return
        task = asyncio.get_running_loop().create_task(self._run(key, work), name=key)
        self._running[key] = task

    def start_later(self, key: str, work: Work, after: Millis) -> None:
        """Run `work` after that long; forgotten at shutdown, since every deadline is also a row."""
        if self._closing:
            return
        task = asyncio.get_running_loop().create_task(self._wait(key, work, after), name=f"later {key}")
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def _wait(self, key: str, work: Work, after: Millis) -> None:
        await self._clock.sleep(after)
        self.start(key, work)

    async def _run(self, key: str, work: Work) -> None:
        try:
            await work()
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("work failed", key=key)
        finally:
            self._running.pop(key, None)
            again = self._again.pop(key, None)
            if again is not None:
                self.start(key, again)

    def runs(self, key: str) -> bool:
        """Whether work under this key is under way."""
        return key in self._running

    @property
    def busy(self) -> int:
        """How many tasks are running."""
        return len(self._running)

    async def idle(self) -> None:
        """Return when nothing runs any more (delayed work does not count)."""
        while self._running:
            await asyncio.wait(tuple(self._running.values()))

    async def close(self, patience: Millis) -> None:
        """Start nothing new, let running work finish for that long, then cancel it: rows carry on where it stopped."""
        self._closing = True
        self._again.clear()
        for task in tuple(self._later):
            task.cancel()
        running = tuple(self._running.values())
        if running:
            await asyncio.wait(running, timeout=patience / 1000)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, *self._later, return_exceptions=True)
