"""Leases and locks of processes that die and wake up late, on a store of their own, against tiny models."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from bot.domain.leases import Lease
from bot.domain.locks import Lock
from bot.domain.terms import Target
from bot.store import InlineStore, Tx, leases, locks
from bot.store.database import Remembered
from bot.store.errors import Stale
from bot.store.transactions import AFTER_COMMIT, BEFORE_COMMIT
from tests.store.samples import API, WEB, asked

T = TypeVar("T")
OPERATIONS = st.integers(1, 3)
TARGETS = st.sampled_from([WEB, API])
POINTS = st.sampled_from([BEFORE_COMMIT, AFTER_COMMIT])


class Crash(BaseException):
    """The process is gone; nobody learns anything of the commit."""


class Machine(RuleBasedStateMachine):
    """A store whose process may die around any commit; the next one starts on the committed rows."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.store = InlineStore(Remembered(), probe=self._probe)
        self.dies_at = ""
        self.now = 0

    def _probe(self, point: str) -> None:
        if point == self.dies_at:
            self.dies_at = ""
            raise Crash

    def write(self, fn: Callable[[Tx], T]) -> T:
        """In a transaction of its own, a moment later."""
        self.now += 1
        return self.loop.run_until_complete(self.store.write(fn))

    def read(self, fn: Callable[[Tx], T]) -> T:
        """What is committed."""
        return self.loop.run_until_complete(self.store.read(fn))

    def dying(self, fn: Callable[[Tx], object], point: str) -> bool:
        """The process dies in this commit; True where it was kept all the same."""
        self.dies_at = point
        with pytest.raises(Crash):
            self.write(fn)
        self.store = self.store.reborn(probe=self._probe)
        return point == AFTER_COMMIT

    @rule()
    def restart(self) -> None:
        """A new process: time passes, and releases nothing."""
        self.now += 1_000_000
        self.store = self.store.reborn(probe=self._probe)

    def teardown(self) -> None:
        self.loop.run_until_complete(self.store.close())
        self.loop.close()


class LeaseMachine(Machine):
    """The model: who holds which target, and the highest epoch that it ever had. `old` are leases that somebody remembers."""

    old: Bundle[Lease] = Bundle("old")

    def __init__(self) -> None:
        super().__init__()
        self.holder: dict[Target, tuple[int, int]] = {}
        self.highest = {WEB: 0, API: 0}

    @initialize()
    def operations(self) -> None:
        """Leases refer to operations."""
        self.write(lambda tx: asked(tx, 3))

    def _taken(self, place: Target, operation: int) -> None:
        if place not in self.holder:
            self.highest[place] += 1
            self.holder[place] = (operation, self.highest[place])

    @rule(target=old, place=TARGETS, operation=OPERATIONS)
    def acquire(self, place: Target, operation: int) -> Lease:
        """Free: it is theirs. Held by themselves: the same lease. Held by another: nothing."""
        lease = self.write(lambda tx: leases.take(tx, place, operation, self.now))
        self._taken(place, operation)
        mine = self.holder[place][0] == operation
        assert (lease and (lease.operation, lease.epoch)) == (self.holder[place] if mine else None)
        return lease or Lease(target=place, operation=operation, epoch=self.highest[place], taken_at=0)

    @rule(place=TARGETS, operation=OPERATIONS, point=POINTS)
    def die_while_acquiring(self, place: Target, operation: int, point: str) -> None:
        """Whole or not at all, and the next process sees which."""
        if self.dying(lambda tx: leases.take(tx, place, operation, self.now), point):
            self._taken(place, operation)

    @rule(target=old, place=TARGETS, giver=OPERATIONS, child=OPERATIONS)
    def transfer(self, place: Target, giver: int, child: int) -> Lease:
        """To the child rollback, one epoch up; from who does not hold it, nothing."""
        if self.holder.get(place, (0, 0))[0] != giver:
            with pytest.raises(Stale):
                self.write(lambda tx: leases.transfer(tx, place, giver, child, self.now))
            return Lease(target=place, operation=giver, epoch=self.highest[place], taken_at=0)
        before = Lease(target=place, operation=giver, epoch=self.highest[place], taken_at=0)
        self._passed_on(place, child)
        lease = self.write(lambda tx: leases.transfer(tx, place, giver, child, self.now))
        assert (lease.operation, lease.epoch) == self.holder[place]
        return before

    def _passed_on(self, place: Target, child: int) -> None:
        self.highest[place] += 1
        self.holder[place] = (child, self.highest[place])

    @rule(place=TARGETS, child=OPERATIONS, point=POINTS)
    def die_while_transferring(self, place: Target, child: int, point: str) -> None:
        """There is no instant at which nobody, or both, hold it."""
        if place in self.holder:
            giver = self.holder[place][0]
            if self.dying(lambda tx: leases.transfer(tx, place, giver, child, self.now), point):
                self._passed_on(place, child)

    @rule(lease=old)
    def wake_up_and_release(self, lease: Lease) -> None:
        """A process that was paused releases what it remembers: that works only while it is still the one in force."""
        self._released(lease)

    @rule(lease=old)
    def sleep_through_a_round(self, lease: Lease) -> None:
        """The same operation let go and took it again while a process of it was paused: that one's epoch is over."""
        if self.holder.get(lease.target) == (lease.operation, lease.epoch):
            self._released(lease)
            self._taken(lease.target, lease.operation)
            assert self.write(lambda tx: leases.take(tx, lease.target, lease.operation, self.now))
            self._released(lease)

    @rule(lease=consumes(old))
    def release_twice(self, lease: Lease) -> None:
        """The second time has no effect."""
        self._released(lease)
        assert not self.write(lambda tx: leases.release(tx, lease.target, lease.operation, lease.epoch, self.now))

    def _released(self, lease: Lease) -> None:
        mine = self.holder.get(lease.target) == (lease.operation, lease.epoch)
        done = self.write(lambda tx: leases.release(tx, lease.target, lease.operation, lease.epoch, self.now))
        assert done is mine
        if mine:
            del self.holder[lease.target]

    @invariant()
    def rows_say_what_the_model_says(self) -> None:
        """One holder at most, and every epoch there ever was, once."""
        held = {lease.target: (lease.operation, lease.epoch) for lease in self.read(leases.held)}
        assert held == self.holder
        for place, highest in self.highest.items():
            epochs = [lease.epoch for lease in self.read(lambda tx, place=place: leases.history(tx, place, 100))]  # type: ignore[misc]  # bound now
            assert epochs == list(range(highest, 0, -1))


class LockMachine(Machine):
    """The model: every lock that was ever made, and when it ended."""

    made: Bundle[int] = Bundle("made")

    def __init__(self) -> None:
        super().__init__()
        self.all: dict[int, Lock] = {}
        self.released: set[int] = set()

    def _lock(self, service: str, environment: str, life: int) -> Lock:
        expires = self.now + life if life else 0
        return Lock(
            kind="person", owner="U1", reason="r", at=self.now, service=service, environment=environment,
            expires_at=expires,
        )  # fmt: skip

    @rule(
        target=made,
        service=st.sampled_from(["", "web", "api"]),
        environment=st.sampled_from(["", "production", "staging"]),
        life=st.sampled_from([0, 1, 3, 20]),
    )
    def lock(self, service: str, environment: str, life: int) -> int:
        """Locks overlap: each counts for itself."""
        wanted = self._lock(service, environment, life)
        lock = self.write(lambda tx: locks.add(tx, wanted))
        assert lock.id not in self.all
        self.all[lock.id] = lock
        return lock.id

    @rule(service=st.sampled_from(["", "web"]), point=POINTS)
    def die_while_locking(self, service: str, point: str) -> None:
        """A lock is there or not; nobody else's is touched."""
        wanted = self._lock(service, "", 0)
        if self.dying(lambda tx: locks.add(tx, wanted), point):
            found = self.read(lambda tx: locks.current(tx, WEB, self.now))[-1]
            self.all[found.id] = found

    @rule(number=made)
    def release(self, number: int) -> None:
        """Once; also where it had expired."""
        first = number not in self.released
        assert self.write(lambda tx: locks.release(tx, number, "U2", self.now)) is first
        self.released.add(number)

    @rule(number=made, point=POINTS)
    def die_while_releasing(self, number: int, point: str) -> None:
        """Released or not, as committed."""
        if self.dying(lambda tx: locks.release(tx, number, "U2", self.now), point):
            self.released.add(number)

    @rule(number=st.integers(1_000, 1_010))
    def release_what_nobody_made(self, number: int) -> None:
        """Nothing happens."""
        assert not self.write(lambda tx: locks.release(tx, number, "U2", self.now))

    @invariant()
    def what_covers_is_what_the_model_says(self) -> None:
        """By service, by environment, by both, by neither; until released or expired."""
        for place in (WEB, API, Target(service="web", environment="staging")):
            found = self.read(lambda tx, place=place: locks.current(tx, place, self.now))  # type: ignore[misc]  # bound now
            assert [each.id for each in found] == [
                each.id
                for each in self.all.values()
                if each.id not in self.released
                and (not each.expires_at or each.expires_at > self.now)
                and each.service in {"", place.service}
                and each.environment in {"", place.environment}
            ]


LeaseMachine.TestCase.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)
LockMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestLeasesOfProcesses = LeaseMachine.TestCase
TestLocksOfProcesses = LockMachine.TestCase
