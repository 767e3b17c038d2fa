"""The database fails at the N-th write, and at the N-th read, for every N of a whole deployment: whoever asks is told, and the truth comes out."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

import pytest

from bot.domain.operations import State
from bot.domain.terms import Millis
from bot.errors import StoreError
from bot.store import InlineStore, Tx
from bot.store.database import Link, Remembered
from bot.store.errors import Trouble, unusable
from bot.store.transactions import BEFORE_COMMIT
from tests.support.counted import Counted
from tests.support.invariants import check
from tests.support.ship import Ship, catalogue

T = TypeVar("T")
ADA = "U02ADA"
CODES = {
    Trouble.BUSY: sqlite3.SQLITE_BUSY,
    Trouble.FULL: sqlite3.SQLITE_FULL,
    Trouble.IO: sqlite3.SQLITE_IOERR,
    Trouble.CORRUPT: sqlite3.SQLITE_CORRUPT,
}
KINDS = tuple(CODES)
DEPLOY = "Deploy to staging"
NOT_RECORDED = "Not recorded, nothing was done"
TRIES = 6
SWEEP: Millis = 10_000
ASIDE: Millis = 20_000  # until somebody asks again
REST: Millis = 120_000  # until everything has to be in order


@dataclass(kw_only=True)
class Faults:
    """From the `first` write (or read) on, `lasting` of them fail with this trouble; 0 for `first`: none does."""

    trouble: Trouble = Trouble.BUSY
    of: str = "write"
    first: int = 0
    lasting: int = 1
    calls: dict[str, int] = field(default_factory=lambda: {"write": 0, "read": 0})
    failed: int = 0
    over: bool = False  # the story is told: what a test looks at is not counted

    def strikes(self, kind: str) -> bool:
        """Whether this call fails."""
        if self.over:
            return False
        self.calls[kind] += 1
        strikes = kind == self.of and self.first <= self.calls[kind] < self.first + self.lasting and self.first > 0
        self.failed += strikes
        return strikes


class Brittle(InlineStore):
    """A store on such a disk. A write fails at its commit, as SQLite does: what it wrote is rolled back."""

    def __init__(self, link: Link, faults: Faults) -> None:
        super().__init__(link, probe=self._before_commit)
        self.faults = faults

    def _before_commit(self, point: str) -> None:
        if point == BEFORE_COMMIT and self.faults.strikes("write"):
            error = sqlite3.OperationalError(f"as if: {self.faults.trouble}")
            error.sqlite_errorcode = CODES[self.faults.trouble]
            raise error

    async def read(self, fn: Callable[[Tx], T]) -> T:
        """Read, if the disk is willing."""
        if self.faults.strikes("read"):
            raise unusable(self.faults.trouble, "quarterdeck.db")
        return await super().read(fn)


class Patient(Ship):
    """Its alarm clock rings again after a sweep that failed, as the real one does."""

    async def sweep(self) -> None:
        """Every sweep, whatever became of the one before."""
        engine = self.engine
        for sweep in (engine.sweep_operations, engine.sweep_outbox, engine.sweep_plans):
            with suppress(StoreError):
                await sweep()
        await self.settle()

    async def pass_time(self, millis: Millis) -> None:
        """That long, with a sweep every ten seconds."""
        for _ in range(millis // SWEEP):
            await self.wait(SWEEP)


@dataclass(kw_only=True)
class Story:
    """One deployment from the command to live, by somebody who does what the bot says."""

    faults: Faults
    told: list[str] = field(default_factory=list)
    ship: Patient = field(init=False)
    plain: InlineStore = field(init=False)

    def __post_init__(self) -> None:
        link = Remembered()
        self.plain = InlineStore(link)
        self.ship = Patient(catalogue=catalogue(), store=Counted(Brittle(link, self.faults)))

    async def tell(self) -> None:
        """Command, plan, confirm, run, live."""
        ship = self.ship
        assert await self._until(lambda: ship.type(ADA, "/ops deploy web staging"), self._plan_is_there), self.told
        assert await self._until(lambda: ship.click(ADA, DEPLOY), self._started), self.told
        ship.provider.step("1:1:1", 3, "migrate")
        await ship.pass_time(SWEEP)
        ship.provider.succeed("1:1:1")
        await ship.pass_time(REST)
        self.faults.over = True

    async def _until(self, act: Callable[[], object], done: Callable[[], bool]) -> bool:
        """Do it, and again where the answer says that it was not done."""
        for _ in range(TRIES):
            before = await self._recorded()
            said = str(await act())  # type: ignore[misc]
            self.told.append(said)
            await self._is_honest(said, before)
            await self.ship.pass_time(ASIDE)
            if done():
                return True
        return False

    async def _is_honest(self, said: str, before: int) -> None:
        """Acknowledged is recorded, not recorded is not; and nobody is met with silence."""
        now = await self._recorded()
        assert said, "silence"
        assert not said.startswith("Looking"), "nothing came after it"
        assert now - before == (0 if said.startswith(NOT_RECORDED) else 1), said

    async def _recorded(self) -> int:
        return len(await self.plain.read(lambda tx: tx.all("select key from inbox where state <> 'void'")))

    def _plan_is_there(self) -> bool:
        return any(DEPLOY in said for said in self.told)

    def _started(self) -> bool:
        return self.ship.provider.starts != []

    async def ended_well(self) -> None:
        """One start, live, every row as it must be, every delivery closed, every message true."""
        assert self.ship.provider.starts == ["1:1:1"], self.told
        assert (await self.ship.operation(1)).state is State.SUCCEEDED
        assert "Live" in self.ship.card(1)
        open_ones = await self.plain.read(lambda tx: tx.all("select key, state from inbox where state <> 'done'"))
        assert open_ones == [], "a delivery that nobody closes"
        await check(self.ship)


async def calls_of_the_story() -> dict[str, int]:
    """How many writes and reads it takes when nothing fails."""
    story = Story(faults=Faults())
    await story.tell()
    await story.ended_well()
    return dict(story.faults.calls)


async def tell_all(of: str, *, lasting: int = 1, troubles: int = 1, every: int = 1) -> None:
    """The story with a fault at each of its calls (or every so many), each with that many troubles in turn."""
    calls = (await calls_of_the_story())[of]
    assert calls > 50, "a whole deployment"
    for n in range(1, calls + 1, every):
        for trouble in [KINDS[(n + turn) % len(KINDS)] for turn in range(troubles)]:
            story = Story(faults=Faults(trouble=trouble, of=of, first=n, lasting=lasting))
            try:
                await story.tell()
                await story.ended_well()
            except AssertionError as error:
                raise AssertionError(f"{trouble} at {of} {n} of {calls}, {lasting} times: {error}") from error
            assert story.faults.failed, f"{of} {n} was not reached"


@pytest.mark.slow
@pytest.mark.parametrize(("of", "every"), [("write", 1), ("read", 3)])
async def test_a_call_fails(of: str, every: int) -> None:
    """Busy, full, I/O error, damaged, in turn at every commit and at every third read.

    Nothing is acknowledged that is not stored, nothing starts twice; who cannot read does not guess.
    """
    await tell_all(of, every=every)


@pytest.mark.slow
@pytest.mark.parametrize(("of", "every"), [("write", 3), ("read", 9)])
async def test_trouble_that_lasts(of: str, every: int) -> None:
    """Eight calls in a row fail, also those that would have written the failure down; it carries on by itself."""
    await tell_all(of, lasting=8, every=every)


@pytest.mark.prove
@pytest.mark.parametrize("of", ["write", "read"])
@pytest.mark.parametrize("lasting", [1, 2, 3, 20])
async def test_everything_at_every_call(of: str, lasting: int) -> None:
    """Each call, each trouble, short and long."""
    await tell_all(of, lasting=lasting, troubles=len(KINDS))
