"""Dataclasses survive the way into STRICT tables and back."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.audit import NOTHING
from bot.domain.changes import Change, ChangeSet, Relation
from bot.domain.operations import AttemptKey
from bot.domain.requests import Delivery
from bot.store import (
    Tx,
    approvals,
    attempts,
    audit,
    deployments,
    effects,
    events,
    groups,
    leases,
    locks,
    offers,
    operations,
    outbox,
    people,
    plans,
    timers,
)  # fmt: skip
from bot.store.codec import Codec, clean, dumps, loads
from bot.store.database import memory
from tests.store import samples

TABLES: dict[str, Codec[Any]] = {
    "operations": operations.CODEC, "attempts": attempts.CODEC, "leases": leases.CODEC, "locks": locks.CODEC,
    "plans": plans.CODEC, "approvals": approvals.CODEC, "offers": offers.CODEC, "deployments": deployments.CODEC,
    "outbox": outbox.CODEC, "deliveries": outbox.DELIVERED, "effects": effects.CODEC, "timers": timers.CODEC,
    "people": people.CODEC, "user_groups": groups.CODEC, "events": events.CODEC, "audit": audit.CODEC,
}  # fmt: skip
OURS_ALONE = {"leases": {"id"}, "deployments": {"id"}, "events": {"id"}, "deliveries": {"key"}}

NUMBERS = st.integers(min_value=0, max_value=2**63 - 1)


@pytest.fixture(scope="module")
def shared() -> Iterator[Tx]:
    database = memory()
    database.execute("pragma foreign_keys = off")
    yield Tx(database, writable=True)
    database.close()


@pytest.mark.parametrize("table", TABLES)
def test_each_field_has_its_column(table: str, shared: Tx) -> None:
    """Schema and dataclass name the same columns, so that a new field cannot be forgotten."""
    columns = {row["name"] for row in shared.all(f"select name from pragma_table_info('{table}')")}
    assert columns - OURS_ALONE.get(table, set()) == set(TABLES[table].columns)


@pytest.mark.parametrize("table", TABLES)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_every_dataclass_comes_back_as_it_went(table: str, shared: Tx, data: st.DataObject) -> None:
    """Enums, tuples, sets, mappings, nested dataclasses and None survive a STRICT table."""
    codec = TABLES[table]
    thing = data.draw(anything(codec._kind))
    shared.all("begin")
    try:
        shared.insert(table, codec.row(thing) | ({"key": "k"} if table == "deliveries" else {}))
        (row,) = shared.all(f"select * from {table}")
        assert codec.thing(row) == thing
    finally:
        shared.all("rollback")


def anything(kind: Any) -> st.SearchStrategy[Any]:
    """Instances within the schema's own bounds."""
    numbers = {field.name: NUMBERS for field in dataclasses.fields(kind) if field.type is int}
    return st.builds(kind, **numbers | special(kind))


def special(kind: Any) -> dict[str, st.SearchStrategy[Any]]:
    if kind.__name__ == "Outgoing":
        return {"wanted": st.just(2**62), "done": st.integers(0, 2**62)}
    if kind.__name__ == "Attempt":
        return {"key": st.builds(AttemptKey, operation=NUMBERS, step=NUMBERS, n=NUMBERS)}
    if kind.__name__ == "Entry":
        return {"previous_hash": st.just(NOTHING), "hash": st.just("a" * 64)}
    if kind.__name__ == "Lease":
        return {"epoch": st.integers(1, 2**62)}
    return {}


@settings(max_examples=60, deadline=None)
@given(delivery=st.from_type(Delivery))
def test_a_delivery_comes_back_as_it_went(delivery: Delivery) -> None:
    """A delivery is kept whole as JSON."""
    assert loads(dumps(delivery, Delivery), Delivery) == delivery


def test_a_change_set_inside_a_plan_survives(tx: Tx) -> None:
    """Nested dataclasses in tuples in an optional dataclass."""
    changes = ChangeSet(
        base="a",
        head="b",
        relation=Relation.AHEAD,
        arriving=(Change(revision="b", title="Fix “it” 🚢", author="ann"),),
        total=1,
    )
    plans.insert(tx, samples.plan(changes=changes))
    assert plans.get(tx, "p1") == samples.plan(changes=changes)


def test_half_a_surrogate_pair_can_be_stored(tx: Tx) -> None:
    """JSON from outside may hold half a character; text columns replace it, JSON columns keep it."""
    half = "x\ud83d"
    made = operations.insert(tx, samples.operation(because=half, run={"note": half}))
    found = operations.get(tx, made.id)
    assert found is not None
    assert found.because == clean(half) == "x\ufffd"
    assert found.run == {"note": half}


def test_a_row_from_before_a_field_takes_its_default() -> None:
    """Older rows stay readable: a missing column or JSON key is the field's default."""
    row = attempts.CODEC.row(samples.attempt())
    del row["result"]
    assert attempts.CODEC.thing(row) == samples.attempt()
    text = dumps(samples.delivery(), Delivery).replace('"carried":"",', "")
    assert loads(text, Delivery) == samples.delivery()


def test_what_cannot_be_stored_is_refused_when_the_codec_is_made() -> None:
    """A field of a kind that rows cannot hold is a mistake found at import, not at night."""

    @dataclasses.dataclass(frozen=True, kw_only=True)
    class Odd:
        value: complex

    with pytest.raises(AssertionError, match="cannot be stored"):
        Codec(Odd)
