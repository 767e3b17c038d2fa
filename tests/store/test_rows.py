"""The smaller nouns: effects, timers, slots, settings, people, groups, events and the audit."""

from dataclasses import replace

import pytest

from bot.domain.effects import WriteState
from bot.domain.events import Event
from bot.domain.people import Person, Standing
from bot.domain.terms import Identity
from bot.domain.timers import Timer
from bot.store import Tx, audit, effects, events, groups, people, settings, slots, timers
from bot.store.errors import InvariantBroken, Stale
from tests.store.samples import ANN, BOB


def wish(tx: Tx, key: str, due_at: int = 10) -> bool:
    return effects.put(tx, kind="cancel", key=key, subject="operation:1", due_at=due_at, body={"run": "7"})


def test_an_outside_write_is_wanted_once(tx: Tx) -> None:
    """Its key names it for ever: asked again after its end, it is not done again."""
    assert wish(tx, "cancel:1")
    assert not wish(tx, "cancel:1")
    assert effects.finish(tx, "cancel:1", 20)
    assert not effects.finish(tx, "cancel:1", 21)
    assert not wish(tx, "cancel:1")
    found = effects.get(tx, "cancel:1")
    assert found is not None
    assert (found.state, found.finished_at, found.body) == (WriteState.DONE, 20, {"run": "7"})
    assert effects.get(tx, "nope") is None


def test_outside_writes_are_tried_until_they_are_done_or_abandoned(tx: Tx) -> None:
    """The longest due first; a failure waits; what is abandoned stays on record."""
    for key, due_at in (("a", 30), ("b", 10), ("c", 99)):
        wish(tx, key, due_at)
    assert [each.key for each in effects.due(tx, 30, 9)] == ["b", "a"]
    assert effects.postpone(tx, "b", 60, "no answer")
    assert [each.key for each in effects.due(tx, 30, 9)] == ["a"]
    assert effects.abandon(tx, "b", 70, "tried often enough")
    assert not effects.postpone(tx, "b", 80, "late")
    assert [
        (each.key, each.state, each.attempts) for each in effects.of_subject(tx, "operation:1") if each.key == "b"
    ] == [("b", WriteState.ABANDONED, 1)]


def test_saving_an_outside_write_that_has_ended_is_stale(tx: Tx) -> None:
    """Two passes over one row: the slower one is told."""
    wish(tx, "a")
    (found,) = effects.due(tx, 10, 9)
    effects.save(tx, replace(found, state=WriteState.DONE, finished_at=11))
    with pytest.raises(Stale, match="effect a"):
        effects.save(tx, found)


def test_a_timer_fires_once_and_not_if_it_was_moved(tx: Tx) -> None:
    """Setting again moves it; whoever saw the old time claims nothing."""
    first = Timer(kind="remind", subject="operation:1", due_at=10, body={"n": "1"})
    timers.set(tx, first)
    timers.set(tx, Timer(kind="remind", subject="operation:2", due_at=5))
    assert [each.subject for each in timers.due(tx, 10, 9)] == ["operation:2", "operation:1"]
    assert timers.next_due(tx) == 5
    moved = replace(first, due_at=20)
    timers.set(tx, moved)
    assert not timers.fire(tx, first)
    assert timers.get(tx, "remind", "operation:1") == moved
    assert timers.fire(tx, moved)
    assert not timers.fire(tx, moved)
    assert timers.cancel(tx, "remind", "operation:2")
    assert not timers.cancel(tx, "remind", "operation:2")
    assert timers.next_due(tx) is None
    assert timers.get(tx, "remind", "operation:2") is None


def test_an_occurrence_belongs_to_whoever_claims_it(tx: Tx) -> None:
    """One digest for each slot, however many clocks ring."""
    assert slots.last(tx, "daily") is None
    assert [slots.claim(tx, "daily", at) for at in (10, 10, 20)] == [True, False, True]
    assert slots.claim(tx, "weekly", 10)
    assert slots.last(tx, "daily") == 20


def test_the_first_secret_counts(tx: Tx) -> None:
    """Two starts at once agree on one installation secret."""
    assert settings.get(tx, "secret") is None
    assert settings.keep(tx, "secret", "one") == "one"
    assert settings.keep(tx, "secret", "two") == "one"
    settings.put(tx, "secret", "three")
    assert settings.get(tx, "secret") == "three"


def test_people_are_remembered_with_the_age_of_what_we_know(tx: Tx) -> None:
    """By team and user id; a later reading replaces the earlier one."""
    ann = Person(identity=ANN, name="Ann", standing=Standing.MEMBER, groups=frozenset({"S1"}), read_at=5)
    people.put(tx, ann)
    people.put(tx, replace(ann, identity=BOB, name="", read_at=6))
    renamed = replace(ann, identity=replace(ANN, enterprise="E1"), name="Anna", groups=frozenset(), read_at=9)
    people.put(tx, renamed)
    assert people.get(tx, ANN) == renamed
    assert people.get(tx, Identity(team="T2", user="U1")) is None
    assert people.names(tx, "T1") == {"U1": "Anna"}
    assert people.forget(tx, "U1")
    assert not people.forget(tx, "U1")
    assert people.get(tx, ANN) is None


def test_groups_are_known_by_id_or_handle(tx: Tx) -> None:
    """With their age; an unknown group is None, an empty one is empty."""
    groups.put(tx, "S1", {"U1", "U2"}, 5, handle="web")
    groups.put(tx, "S2", (), 7)
    assert groups.members(tx, "S1") == groups.members(tx, "web") == frozenset({"U1", "U2"})
    assert groups.members(tx, "S2") == frozenset()
    assert groups.members(tx, "") is None
    assert (groups.age(tx, "S1", 25), groups.age(tx, "nope", 25)) == (20, None)
    assert groups.of_user(tx, "U1") == frozenset({"S1", "web"})
    groups.put(tx, "S1", {"U2"}, 30, handle="web")
    assert groups.of_user(tx, "U1") == frozenset()
    assert groups.forget_all(tx) == 2
    assert groups.get(tx, "S1") is None


def test_events_are_facts(tx: Tx) -> None:
    """In order, by subject, by place and by time; what happened cannot be rewritten."""
    told = [Event(kind=f"k{n}", subject=f"operation:{n % 2}", at=10 * n, body={"n": str(n)}) for n in range(4)]
    assert [events.append(tx, each) for each in told] == [1, 2, 3, 4]
    assert events.of_subject(tx, "operation:1") == (told[1], told[3])
    assert events.since(tx, 2, 1) == ((3, told[2]),)
    assert events.between(tx, 10, 30, 9) == (told[1], told[2])
    with pytest.raises(InvariantBroken, match="append-only"):
        tx.run("update events set kind = 'other'")


def test_the_audit_keeps_its_order(tx: Tx) -> None:
    """Who, what, to which, why; by subject and by place."""
    first = audit.append(
        tx, at=1, actor="T1/U1", action="deploy.confirmed", subject="operation:1", reason="fix", body={"a": "b"}
    )
    second = audit.append(tx, at=2, actor="quarterdeck", action="deploy.running", subject="operation:1")
    other = audit.append(tx, at=2, actor="quarterdeck", action="deploy.running", subject="operation:2")
    assert [entry.id for entry in (first, second, other)] == [1, 2, 3]
    assert audit.of_subject(tx, "operation:1") == (first, second)
    assert audit.since(tx, 1, 9) == (second, other)
