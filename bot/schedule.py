"""The alarm clock and the local runner: they only wake; what is due stands in rows."""

import asyncio
import random
import secrets
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog
from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.domain.terms import HOUR, Millis

log = structlog.get_logger(__name__)
Dispatch = Callable[[str], None]
LOOK = 5.0  # seconds between two looks at whether the clock was set back
SLIP = 2.0  # seconds that it may be corrected by


class SystemClock:
    """The wall clock of this machine, in UTC milliseconds."""

    def now(self) -> Millis:
        """Milliseconds since 1970, UTC."""
        return time.time_ns() // 1_000_000

    async def sleep(self, millis: Millis) -> None:
        """Return after that long."""
        await asyncio.sleep(max(0, millis) / 1000)


class SystemRandom:
    """The operating system's randomness."""

    def token(self) -> str:
        """144 bits, url-safe."""
        return secrets.token_urlsafe(18)

    def fraction(self) -> float:
        """At least 0, below 1; for jitter, not for secrets."""
        return random.random()  # noqa: S311 (jitter)


class LocalRunner:
    """Wakes by timers of this process's loop. A wake-up that is lost with the process is repaired by the next sweep."""

    def __init__(self) -> None:
        self._dispatch: Dispatch | None = None
        self._timers: dict[str, tuple[float, asyncio.TimerHandle]] = {}

    def connect(self, dispatch: Dispatch) -> None:
        """Say who looks at a key; wake-ups before this are dropped."""
        self._dispatch = dispatch

    def wake(self, key: str, after: Millis = 0) -> None:
        """Look at `key` after that long; of several wake-ups for a key only the earliest is kept."""
        if self._dispatch is None:
            return
        loop = asyncio.get_running_loop()
        at = loop.time() + max(0, after) / 1000
        pending = self._timers.get(key)
        if pending is not None and pending[0] <= at:
            return
        if pending is not None:
            pending[1].cancel()
        self._timers[key] = (at, loop.call_at(at, self._fire, key))

    def _fire(self, key: str) -> None:
        self._timers.pop(key, None)
        if self._dispatch is not None:
            self._dispatch(key)

    def close(self) -> None:
        """Forget all wake-ups; the rows remember."""
        self._dispatch = None
        for _, timer in self._timers.values():
            timer.cancel()
        self._timers.clear()


class AlarmClock:
    """Calls sweeps at intervals. APScheduler with its memory store: it holds no state that matters."""

    def __init__(self, wall: Callable[[], float] = time.time, look: float = LOOK) -> None:
        """`wall` is the clock that APScheduler goes by, in seconds; `look` how often it is compared with a steady one."""
        self._wall = wall
        self._look = look
        self._drift = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._scheduler = AsyncIOScheduler(
            executors={"default": AsyncIOExecutor()},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": HOUR // 1000},
            timezone="UTC",
        )

    def every(self, millis: Millis, name: str, sweep: Callable[[], Awaitable[object]]) -> None:
        """Call `sweep` at this interval; one that is still busy is not called twice, one that fails is called again."""

        async def ring() -> None:
            try:
                await sweep()
            except Exception:
                log.exception("sweep failed", sweep=name)

        self._scheduler.add_job(ring, "interval", seconds=millis / 1000, id=name)

    def start(self) -> None:
        """Begin to ring; needs a running loop."""
        self._scheduler.start()
        self._drift = self._difference()
        self._watch()

    def _difference(self) -> float:
        return self._wall() - asyncio.get_running_loop().time()

    def _watch(self) -> None:
        """Where the wall clock was set back, every alarm rings now: it would wait until the old time has come again."""
        drift = self._difference()
        if drift + SLIP < self._drift:
            log.warning("the clock was set back", seconds=round(self._drift - drift))
            for alarm in self._scheduler.get_jobs():
                alarm.modify(next_run_time=datetime.now(UTC))
        self._drift = drift
        self._timer = asyncio.get_running_loop().call_later(self._look, self._watch)

    def close(self) -> None:
        """Ring no more. Sweeps that run are the supervisor's to drain."""
        if self._timer is not None:
            self._timer.cancel()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
