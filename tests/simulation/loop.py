"""Virtual time: one clock, one queue of moments outside the bot, and an asyncio loop that never waits and can be abandoned."""

import asyncio
import heapq
import math
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
from itertools import count
from typing import Any

from bot.domain.terms import Millis

START: Millis = 1_795_511_040_000  # 2026-11-24 09:04 UTC
Moment = Callable[[], object]


class Time:
    """Now, and everything outside the bot that will happen: equal instants happen in the order they were asked for."""

    def __init__(self) -> None:
        self.now = START
        self._order = count()
        self._queue: list[tuple[Millis, int, Moment]] = []

    def later(self, millis: Millis, what: Moment) -> None:
        """Do that so much later."""
        heapq.heappush(self._queue, (self.now + max(0, int(millis)), next(self._order), what))

    def upcoming(self) -> Millis | None:
        """When the next moment is."""
        return self._queue[0][0] if self._queue else None

    def take_due(self) -> Moment | None:
        """The next moment that is due."""
        if self._queue and self._queue[0][0] <= self.now:
            return heapq.heappop(self._queue)[2]
        return None


class Call(asyncio.Handle):
    """A callback that waits: as asyncio's, without asking the loop whether anybody debugs it."""

    __slots__ = ()

    def __init__(self, callback: Callable[..., object], args: tuple[Any, ...], context: Context | None) -> None:
        self._callback: Callable[..., object] | None = callback
        self._args: tuple[Any, ...] | None = args
        self._context = copy_context() if context is None else context
        self._cancelled = False

    def cancel(self) -> None:
        """Do not call."""
        self._cancelled = True
        self._callback = self._args = None


class VirtualLoop(asyncio.AbstractEventLoop):
    """The part of an event loop that coroutines need, one callback at a time, so that it can stop between any two."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self._order = count()
        self._ready: deque[Call] = deque()
        self._timers: list[tuple[Millis, int, Call]] = []
        self.broken: list[str] = []  # what reached the loop's own exception handler: a defect

    def time(self) -> float:
        """Virtual seconds."""
        return self._time.now / 1000

    def call_soon(  # type: ignore[override]  # arguments need no types here
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Call:
        """Call in the next turn."""
        handle = Call(callback, args, context)
        self._ready.append(handle)
        return handle

    def call_later(  # type: ignore[override]  # as above
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Call:
        """Call so many seconds later."""
        return self.call_at(self._time.now / 1000 + delay, callback, *args, context=context)

    def call_at(  # type: ignore[override]  # as above
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Call:
        """Call at that time of the loop, rounded up to a millisecond."""
        handle = Call(callback, args, context)
        heapq.heappush(self._timers, (math.ceil(round(when * 1000, 3)), next(self._order), handle))
        return handle

    def create_future(self) -> "asyncio.Future[Any]":
        """A future of this loop."""
        return asyncio.Future(loop=self)

    def create_task(  # type: ignore[override]  # ours are all coroutines
        self, coro: Coroutine[Any, Any, Any], *, name: str | None = None, context: Context | None = None
    ) -> "asyncio.Task[Any]":
        """A task of this loop."""
        return asyncio.Task(coro, loop=self, name=name, context=context)

    def get_debug(self) -> bool:
        """Never: it reads the wall clock."""
        return False

    def is_running(self) -> bool:
        """While a callback runs."""
        return True

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Nobody else saw this error."""
        self.broken.append(f"{context.get('message')}: {context.get('exception')!r}")

    # ---- driven from outside -------------------------------------------------------------------------------------------

    def upcoming(self) -> Millis | None:
        """When the next timer is; now where something is ready."""
        if self._ready:
            return self._time.now
        while self._timers and self._timers[0][2].cancelled():
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    def turn(self) -> bool:
        """Run one callback; False where none is ready now."""
        timers, ready = self._timers, self._ready
        while timers and timers[0][0] <= self._time.now:
            handle = heapq.heappop(timers)[2]
            if not handle._cancelled:
                ready.append(handle)
        while ready:
            next_one = ready.popleft()
            if not next_one._cancelled:
                self._call(next_one)
                return True
        return False

    def _call(self, handle: Call) -> None:
        try:
            handle._context.run(handle._callback, *handle._args)  # type: ignore[arg-type, misc]  # it was not cancelled
        except Exception as error:  # noqa: BLE001  # as asyncio does
            self.call_exception_handler({"message": f"in {handle._callback}", "exception": error})

    def pending(self) -> "list[asyncio.Task[Any]]":
        """Every task that has not ended."""
        return sorted(asyncio.all_tasks(self), key=lambda task: task.get_name())


def dispose(tasks: "list[asyncio.Task[Any]]") -> None:
    """Let go of abandoned tasks once their world has been judged: what their `finally` does then, nobody sees any more."""
    for task in tasks:
        task._log_destroy_pending = False  # type: ignore[attr-defined]  # as asyncio does for tasks it gives up
        try:
            task.get_coro().close()
        except (RuntimeError, ValueError):
            continue
