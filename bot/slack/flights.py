"""Single flight: identical reads that overlap share one call."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Flights(Generic[T]):
    """Calls under way by key; whoever asks for the same key meanwhile gets the same answer, or the same error."""

    def __init__(self) -> None:
        self._under_way: dict[str, asyncio.Task[T]] = {}

    async def join(self, key: str, call: Callable[[], Awaitable[T]]) -> T:
        """The answer to `key`; one who stops waiting does not stop the others."""
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.get_running_loop().create_task(_awaited(call), name=f"slack {key}")
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._landed(key, done))
        return await asyncio.shield(task)

    def _landed(self, key: str, task: asyncio.Task[T]) -> None:
        self._under_way.pop(key, None)
        if not task.cancelled():
            task.exception()  # everybody may have stopped waiting: it counts as seen

    async def close(self) -> None:
        """Cancel what is under way."""
        tasks = tuple(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _awaited(call: Callable[[], Awaitable[T]]) -> T:
    return await call()
