"""Tasks that somebody holds: bounded in number, referenced until they end, drained at the stop."""

import asyncio
from collections.abc import Coroutine

import structlog

log = structlog.get_logger(__name__)


class Tasks:
    """At most `limit` tasks at once; `start` waits for a place, which slows the source down instead of piling up work."""

    def __init__(self, limit: int) -> None:
        assert limit > 0, "somebody has to work"
        self._limit = limit
        self._running: set[asyncio.Task[None]] = set()
        self._free = asyncio.Event()
        self._free.set()

    @property
    def running(self) -> int:
        """How many there are."""
        return len(self._running)

    @property
    def full(self) -> bool:
        """True where the next one has to wait."""
        return len(self._running) >= self._limit

    async def start(self, work: Coroutine[object, object, None], name: str) -> None:
        """Run `work` as a task of its own; return once it has a place."""
        try:
            while self.full:
                await self._free.wait()
        except asyncio.CancelledError:
            work.close()
            raise
        self._begin(work, name)

    def start_if_free(self, work: Coroutine[object, object, None], name: str) -> bool:
        """The same where there is a place at once, else drop the work and say so."""
        if self.full:
            work.close()
            log.warning("too much at once: dropped", work=name, limit=self._limit)
            return False
        self._begin(work, name)
        return True

    def _begin(self, work: Coroutine[object, object, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.add(task)
        if self.full:
            self._free.clear()
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._free.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("a task broke", work=task.get_name(), exc_info=error)

    async def drain(self, patience: float) -> int:
        """Wait for all of them, at most `patience` seconds, then cancel the rest; how many had to be cancelled."""
        if not self._running:
            return 0
        _, late = await asyncio.wait(tuple(self._running), timeout=patience)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return len(late)
