"""Turns: one person's deliveries are worked on a few at a time, so that nobody's flood is everybody's trouble."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.domain.terms import Identity

AT_ONCE = 8  # of one person
MOST = 100  # of one person, with those that wait


@dataclass(kw_only=True)
class _Queue:
    free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    length: int = 0


class Turns:
    """Who has how much under way; only manners, never correctness: a fresh process starts with nothing."""

    def __init__(self) -> None:
        self._of: dict[Identity, _Queue] = {}

    def full(self, who: Identity) -> bool:
        """Whether the next one of this person has to be sent away."""
        queue = self._of.get(who)
        return queue is not None and queue.length >= MOST

    @asynccontextmanager
    async def turn(self, who: Identity) -> AsyncIterator[None]:
        """Wait until it is this one's turn, and have it while the block runs."""
        queue = self._of.setdefault(who, _Queue())
        queue.length += 1
        try:
            async with queue.free:
                yield
        finally:
            queue.length -= 1
            if not queue.length:
                del self._of[who]
