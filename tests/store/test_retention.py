"""The sweep takes what is finished and old, a few at a time, and nothing else."""

import pytest

from bot.domain.approvals import Approval, Decision
from bot.domain.deliveries import Delivered
from bot.domain.digests import Edition, Findings, Why
from bot.domain.events import Event
from bot.domain.locks import Lock, Quarantine
from bot.domain.operations import State
from bot.domain.people import Person, Standing
from bot.domain.plans import PlanState
from bot.domain.terms import DAY
from bot.domain.verification import Reading, Signal
from bot.store import (
    Tx,
    approvals,
    digests,
    effects,
    events,
    groups,
    inbox,
    leases,
    locks,
    offers,
    operations,
    outbox,
    people,
    plans,
    quarantines,
    readings,
    slots,
)  # fmt: skip
from bot.store.retention import SWEEPS, Ages, sweep
from tests.store.samples import ANN, WEB, delivery, offer, operation, outgoing, plan

AGES = Ages()
LONG_AGO = 1_000
NOW = 400 * DAY


def count(tx: Tx, table: str) -> int:
    return int(tx.all(f"select count(*) as number from {table}")[0]["number"])


def edition(at: int) -> Edition:
    return Edition(
        key="daily", name="daily", at=at, since=0, told_at=at, channel="C1", why=Why.USUAL, schedule="09:30 mon-fri", zone="UTC",
        parts=(), findings=Findings(),
    )  # fmt: skip


def old_and_finished(tx: Tx) -> None:
    """A finished operation with everything that comes with it, long ago."""
    operations.insert(tx, operation(state=State.SUCCEEDED, plan_id="p1"))
    inbox.add(tx, delivery(), LONG_AGO)
    inbox.finish(tx, "Ev1", LONG_AGO)
    plans.insert(tx, plan(state=PlanState.CONFIRMED, operation=1))
    approvals.insert(tx, Approval(plan_id="p1", plan_hash="h", who=ANN, decision=Decision.YES, at=LONG_AGO))
    offers.insert_many(tx, (offer(), offer(id="o2", subject="operation:1")))
    outbox.put(tx, outgoing())
    outbox.mark(tx, "operation:1:card", 1)
    outbox.save_delivered(tx, "operation:1:card", Delivered(channel="C1", ts="1", material="", sent_at=LONG_AGO))
    effects.put(tx, kind="cancel", key="cancel:1", subject="operation:1", due_at=LONG_AGO)
    effects.finish(tx, "cancel:1", LONG_AGO)
    slots.claim(tx, "daily", LONG_AGO)
    digests.add(tx, edition(LONG_AGO))
    events.append(tx, Event(kind="k", subject="operation:1", at=LONG_AGO))
    people.put(tx, Person(identity=ANN, name="Ann", standing=Standing.MEMBER, read_at=LONG_AGO))
    groups.put(tx, "S1", {"U1"}, LONG_AGO)
    locks.release(tx, locks.add(tx, Lock(kind="person", owner="U1", reason="r", at=1)).id, "U1", LONG_AGO)
    readings.add(tx, (Reading(signal=Signal.PASS, probe="http", at=LONG_AGO, operation=1),))
    quarantines.add(tx, Quarantine(target=WEB, revision="bad", operation=1, reason="r", at=1))
    quarantines.lift(tx, quarantines.current(tx, WEB)[0].id, by="U1", because="", at=LONG_AGO)
    for at in (1, 2):
        lease = leases.take(tx, WEB, 1, at)
        assert lease is not None
        leases.release(tx, WEB, 1, lease.epoch, at)


def test_what_is_finished_and_old_goes(tx: Tx) -> None:
    """From every table that has an age, one row each; of the leases the highest epoch stays."""
    old_and_finished(tx)
    gone = sweep(tx, NOW, AGES)
    assert gone == dict.fromkeys(SWEEPS, 1) | {"offers": 2}
    assert {table: count(tx, table) for table in SWEEPS} == dict.fromkeys(SWEEPS, 0) | {"leases": 1}
    assert count(tx, "operations") == 1
    lease = leases.take(tx, WEB, 1, 9)
    assert lease is not None
    assert lease.epoch == 3, "an epoch never comes again, however much was swept"


def test_what_is_young_stays(tx: Tx) -> None:
    """Nothing goes before its age."""
    old_and_finished(tx)
    assert set(sweep(tx, 6 * DAY, AGES).values()) == {0}


def test_what_is_unfinished_stays_however_old(tx: Tx) -> None:
    """A held operation keeps its plan, its buttons, its card and its thread; what waits goes on waiting."""
    old_and_finished(tx)
    tx.run("update operations set state = 'needs_human'")
    inbox.add(tx, delivery("Ev2"), LONG_AGO)
    plans.insert(tx, plan(id="p2"))
    outbox.put(tx, outgoing("elsewhere", subject="digest:1"))
    effects.put(tx, kind="cancel", key="cancel:2", subject="operation:2", due_at=LONG_AGO)
    locks.add(tx, Lock(kind="person", owner="U1", reason="r", at=1))
    sweep(tx, NOW, AGES)
    assert operations.get(tx, 1) is not None
    assert inbox.state(tx, "Ev2") is not None
    assert plans.get(tx, "p1") is not None, "reconcile reads it"
    assert plans.get(tx, "p2") is not None, "it is open"
    assert approvals.of_plan(tx, "p1", "h")
    assert offers.get(tx, "o2") is not None
    assert outbox.delivered(tx, "operation:1:card") is not None, "its card is still to be updated"
    assert outbox.get(tx, "elsewhere") is not None
    assert effects.get(tx, "cancel:2") is not None
    assert len(locks.current(tx, WEB, NOW)) == 1


def test_a_thread_keeps_its_root_while_a_reply_waits(tx: Tx) -> None:
    """Otherwise the reply would open a thread of its own."""
    outbox.put(tx, outgoing("root", subject="digest:1"))
    outbox.mark(tx, "root", 1)
    outbox.put(tx, outgoing("reply", subject="digest:1", thread_key="root", due_at=NOW + 1))
    assert sweep(tx, NOW, AGES)["outbox"] == 0


def test_a_message_that_was_updated_lately_stays(tx: Tx) -> None:
    """Its age counts from the last time it was sent."""
    outbox.put(tx, outgoing(subject="digest:1"))
    outbox.mark(tx, "operation:1:card", 1)
    outbox.save_delivered(tx, "operation:1:card", Delivered(channel="C1", ts="1", material="", sent_at=NOW))
    assert sweep(tx, NOW, AGES)["outbox"] == 0


@pytest.mark.parametrize("limit", [1, 3])
def test_a_sweep_is_bounded(tx: Tx, limit: int) -> None:
    """The writer is never held up for long: at most so many rows of a table at once."""
    for n in range(7):
        events.append(tx, Event(kind="k", subject=str(n), at=n))
    sizes = [sweep(tx, NOW, AGES, limit=limit)["events"] for _ in range(8)]
    assert max(sizes) == limit
    assert sum(sizes) == 7


def test_the_sweep_erases_secrets_on_its_way(tx: Tx) -> None:
    """Also of a delivery that is still waiting."""
    inbox.add(tx, delivery(), LONG_AGO)
    sweep(tx, 1 * DAY, AGES)
    assert "secret" not in tx.all("select delivery from inbox")[0]["delivery"]
    assert inbox.unfinished(tx)
