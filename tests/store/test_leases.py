"""Leases against a tiny model: one holder, epochs that only rise, release by one's own epoch alone."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.domain.leases import Lease
from bot.domain.locks import Lock
from bot.domain.terms import Target
from bot.store import Tx, leases, locks
from bot.store.database import memory
from bot.store.errors import InvariantBroken, Stale
from tests.store.samples import API, WEB, asked

OPERATIONS = st.integers(1, 4)
TARGETS = st.sampled_from([WEB, API])
EPOCHS = st.integers(1, 6)


class LeaseMachine(RuleBasedStateMachine):
    """What the model holds: who has which target, and the highest epoch it ever had."""

    def __init__(self) -> None:
        super().__init__()
        self.database = memory()
        self.database.conn.execute("begin")
        self.tx = Tx(self.database, writable=True)
        asked(self.tx, 4)
        self.holder: dict[Target, tuple[int, int]] = {}
        self.highest = {WEB: 0, API: 0}
        self.now = 0

    def teardown(self) -> None:
        self.database.close()

    @rule(place=TARGETS, operation=OPERATIONS)
    def take(self, place: Target, operation: int) -> None:
        self.now += 1
        lease = leases.take(self.tx, place, operation, self.now)
        if place not in self.holder:
            self.highest[place] += 1
            self.holder[place] = (operation, self.highest[place])
        expected = self.holder[place] if self.holder[place][0] == operation else None
        assert (lease and (lease.operation, lease.epoch)) == expected

    @rule(place=TARGETS, giver=OPERATIONS, taker=OPERATIONS)
    def transfer(self, place: Target, giver: int, taker: int) -> None:
        self.now += 1
        if self.holder.get(place, (0, 0))[0] != giver:
            with pytest.raises(Stale):
                leases.transfer(self.tx, place, giver, taker, self.now)
            return
        self.highest[place] += 1
        self.holder[place] = (taker, self.highest[place])
        lease = leases.transfer(self.tx, place, giver, taker, self.now)
        assert lease == Lease(target=place, operation=taker, epoch=self.highest[place], taken_at=self.now)

    @rule(place=TARGETS, operation=OPERATIONS, epoch=EPOCHS)
    def release_some_epoch(self, place: Target, operation: int, epoch: int) -> None:
        self.now += 1
        mine = self.holder.get(place) == (operation, epoch)
        assert leases.release(self.tx, place, operation, epoch, self.now) is mine
        if mine:
            del self.holder[place]

    @rule(place=TARGETS)
    def release_by_its_holder(self, place: Target) -> None:
        if place in self.holder:
            self.release_some_epoch(place, *self.holder[place])

    @invariant()
    def the_rows_say_what_the_model_says(self) -> None:
        held = {lease.target: (lease.operation, lease.epoch) for lease in leases.held(self.tx)}
        assert held == self.holder

    @invariant()
    def epochs_strictly_rise(self) -> None:
        for target, highest in self.highest.items():
            history = leases.history(self.tx, target, 100)
            assert [lease.epoch for lease in history] == list(range(highest, 0, -1))
            assert all(lease.released_at for lease in history[1:]), "only the newest can be in force"


LeaseMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestLeases = LeaseMachine.TestCase


def test_the_schema_refuses_a_second_holder(tx: Tx) -> None:
    """Even code that forgets to ask cannot hold a held target, nor use an epoch again."""
    asked(tx, 2)
    leases.take(tx, WEB, 1, 5)
    row: dict[str, int | str | None] = {
        "service": WEB.service,
        "environment": WEB.environment,
        "operation": 2,
        "taken_at": 6,
    }
    with pytest.raises(InvariantBroken):
        tx.insert("leases", row | {"epoch": 2})
    with pytest.raises(InvariantBroken):
        tx.insert("leases", row | {"epoch": 1, "released_at": 7})


def test_locks_overlap_and_end(tx: Tx) -> None:
    """Those of the target, of its service, of its environment and of everything count, until released or expired."""

    def lock(**changes: object) -> Lock:
        return Lock(**{"kind": "person", "owner": "U1", "reason": "demo", "at": 1} | changes)  # type: ignore[arg-type]

    added = [
        locks.add(tx, lock(service="web", environment="production")), locks.add(tx, lock(service="web")),
        locks.add(tx, lock(environment="production", expires_at=50)), locks.add(tx, lock()),
        locks.add(tx, lock(service="api")),
    ]  # fmt: skip
    assert [each.id for each in locks.current(tx, WEB, 10)] == [1, 2, 3, 4]
    assert [each.id for each in locks.current(tx, WEB, 50)] == [1, 2, 4]
    assert locks.release(tx, added[1].id, "U2", 20)
    assert not locks.release(tx, added[1].id, "U3", 21)
    assert [each.id for each in locks.current(tx, WEB, 10)] == [1, 3, 4]
