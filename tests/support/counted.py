"""The store of a ship: rows in memory, counted, and on demand slow or broken."""

from collections.abc import Callable
from typing import TypeVar

from bot.domain.terms import Millis
from bot.errors import StoreError
from bot.ports import Clock
from bot.store import InlineStore, Tx, operations

T = TypeVar("T")


class Counted:
    """The Store protocol; `slow` is how long a write waits before (or, with `late`, after) it is committed."""

    def __init__(self, inner: InlineStore | None = None) -> None:
        self.inner = inner or InlineStore.memory()
        self.count = 0
        self.broken = False
        self.slow: Millis = 0
        self.late = False
        self.clock: Clock | None = None
        self.after: Callable[[], object] | None = None
        self.counting: Callable[[Tx], int] = _operations  # what has to grow for `after` to happen

    @classmethod
    def reborn_of(cls, before: "Counted") -> "Counted":
        """The same committed rows for a new process; the old one is refused from now on."""
        return cls(before.inner.reborn())

    async def read(self, fn: Callable[[Tx], T]) -> T:
        """Read."""
        self.count += 1
        return await self.inner.read(fn)

    async def write(self, fn: Callable[[Tx], T]) -> T:
        """Write, if the disk is willing."""
        self.count += 1
        if self.broken:
            raise StoreError("database or disk is full")
        if self.slow and self.clock and not self.late:
            await self.clock.sleep(self.slow)
        before = await self.inner.read(self.counting) if self.after else 0
        done = await self.inner.write(fn)
        if self.after is not None and await self.inner.read(self.counting) > before:
            happens, self.after = self.after, None
            happens()
        if self.slow and self.clock and self.late:
            await self.clock.sleep(self.slow)
        return done

    async def close(self) -> None:
        """Close."""
        await self.inner.close()


def _operations(tx: Tx) -> int:
    return len(operations.newest(tx, 1_000))
