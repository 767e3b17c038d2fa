"""One outside call as the bot sees it: sent, landing with its effect whether or not the bot still lives, answered or not."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from bot.errors import QuarterdeckError
from bot.store import InlineStore, Tx
from bot.store.transactions import AFTER_COMMIT
from tests.simulation.crash import Struck
from tests.simulation.faults import Fate

if TYPE_CHECKING:
    from tests.simulation.bot import Bot

T = TypeVar("T")
WORD = {"store.before_commit": "before commit", "store.after_commit": "after commit"}


async def never() -> NoReturn:
    """Wait for ever: the process is dead, and the driver runs nothing of it any more."""
    await asyncio.get_running_loop().create_future()
    raise AssertionError("an abandoned loop runs")


class Wire:
    """All outside calls of one incarnation of the bot."""

    def __init__(self, bot: "Bot") -> None:
        self._bot = bot

    async def call(self, name: str, effect: Callable[[], T], fate: Fate, *, changes: bool) -> T:
        """Send, wait, return what came back.

        The process may die before, between sending and effect, between effect and answer, and with the answer. A call that only
        reads has one point: nothing outside tells its others apart.
        """
        bot, world = self._bot, self._bot.world
        if changes and bot.strikes(f"{name} before"):
            await never()
        answer: asyncio.Future[tuple[Any, Exception | None]] = bot.loop.create_future()
        landed: list[tuple[Any, Exception | None]] = []

        def land() -> None:
            try:
                landed.append((effect(), None))
            except QuarterdeckError as error:  # the other side says no: that is its answer
                landed.append((None, error))
            if changes and bot.alive:
                bot.strikes(f"{name} landed")

        def come_back() -> None:
            if bot.alive and not answer.done():
                answer.set_result((None, fate.error) if fate.error is not None else landed[0])

        if fate.lands is not None:
            world.time.later(fate.lands, land)
        if fate.answers is not None:
            world.time.later(fate.answers, come_back)
        if changes and fate.lands is not None and bot.strikes(f"{name} sent"):
            await never()
        value, error = await answer
        if bot.strikes(f"{name} answered"):
            await never()
        if error is not None:
            raise error
        return value  # type: ignore[no-any-return]  # what the effect returned


class SimStore:
    """The store of one incarnation: the process may die before each commit, and after it before anybody learns of it."""

    def __init__(self, bot: "Bot", inner: InlineStore) -> None:
        self._bot = bot
        self._inner = inner

    async def read(self, fn: Callable[[Tx], T]) -> T:
        """Read."""
        if not self._bot.alive:
            await never()
        return await self._inner.read(fn)

    async def write(self, fn: Callable[[Tx], T]) -> T:
        """Write; a commit that the process dies in is unwound by SQLite alone, as at a real death."""
        if not self._bot.alive:
            await never()
        try:
            return await self._inner.write(fn)
        except Struck:
            await never()

    async def close(self) -> None:
        """Close."""
        await self._inner.close()


def probe_of(bot: "Bot") -> Callable[[str], None]:
    """What the inner store calls around each commit."""

    def probe(point: str) -> None:
        if point == AFTER_COMMIT:
            bot.world.judge.committed(bot)
        if bot.strikes(WORD[point]):
            raise Struck(point)

    return probe
