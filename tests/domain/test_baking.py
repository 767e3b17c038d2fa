"""The steps of an operation that is verified."""

from dataclasses import replace

import pytest

from bot.domain import advancing, baking
from bot.domain.facts import Live
from bot.domain.operations import Effect, Operation, State
from bot.domain.reasons import Reason
from bot.domain.terms import MINUTE, SECOND, Action
from bot.domain.verification import Judgement, Outcome, Rules
from tests.domain.test_operations import NEW, NOW, OLD, live, operation

RULES = Rules(probes=("http",), bake=5 * MINUTE, every=15 * SECOND)


def watched(state: State = State.VERIFYING, **changes: object) -> Operation:
    return operation(state, watch_since=NOW, bake=RULES.bake, **changes)


def test_begun() -> None:
    """The first look is due at once; what the target says is kept."""
    after = baking.begun(operation(State.VERIFYING, note="x"), RULES, live(), at=NOW + 5)
    assert (after.watch_since, after.bake, after.due_at, after.note) == (NOW + 5, RULES.bake, NOW + 5, "")
    assert (after.serving, after.state) == (NEW, State.VERIFYING)
    assert baking.begun(operation(State.VERIFYING), RULES, None, at=NOW).serving == ""


def test_goes_on() -> None:
    """How far it is, what is on its way to a failure, and when to look again."""
    found = Judgement(outcome=Outcome.WATCHING, healthy=MINUTE, seen="http: 503 (1 of 3)")
    after = baking.goes_on(watched(), found, RULES, at=NOW)
    assert (after.healthy_for, after.note, after.due_at) == (MINUTE, "http: 503 (1 of 3)", NOW + RULES.every)


def test_healthy() -> None:
    """Live and verified, for the whole bake time."""
    after = baking.healthy(watched(note="x"), live(), at=NOW)
    assert (after.state, after.verified, after.healthy_for, after.note) == (State.SUCCEEDED, True, RULES.bake, "")


def test_displaced() -> None:
    """What others brought says nothing about this revision."""
    after = baking.displaced(watched(rollback_at=NOW), live(OLD), at=NOW)
    assert (after.state, after.reason, after.effect) == (State.FAILED, Reason.NOT_SERVING, Effect.UNKNOWN)
    assert (after.rollback_at, after.serving) == (0, OLD)
    assert after.note == "While it was watched, web itself came to serve a41c9e2"


def test_unhealthy() -> None:
    """It was carried out whole, and is not well."""
    after = baking.unhealthy(watched(rollback_at=NOW), "http: 503", at=NOW)
    assert (after.state, after.reason, after.effect) == (State.FAILED, Reason.UNHEALTHY, Effect.WHOLE)
    assert (after.note, after.rollback_at) == ("http: 503", 0)


def test_the_countdown() -> None:
    """A deadline in the row, and in when it is looked at again."""
    after = baking.counts_down(watched(), "http: 503", RULES, at=NOW)
    assert (after.state, after.rollback_at, after.due_at) == (State.VERIFYING, NOW + MINUTE, NOW + MINUTE)
    assert not baking.missed(after, at=NOW + MINUTE + baking.TOO_LATE - 1)
    assert baking.missed(after, at=NOW + MINUTE + baking.TOO_LATE)


@pytest.mark.parametrize("state", [State.VERIFYING, State.PAUSED])
def test_anew(state: State) -> None:
    """From the beginning, whatever was before."""
    before = watched(state, rollback_at=NOW, healthy_for=9, not_undone="x", note="x", reason=Reason.INCONCLUSIVE)
    after = baking.anew(before, at=NOW + 7)
    assert after.state is State.VERIFYING
    assert (after.watch_since, after.due_at, after.rollback_at, after.healthy_for) == (NOW + 7, NOW + 7, 0, 0)
    assert (after.note, after.not_undone) == ("", "")


def test_a_person_is_asked() -> None:
    """Where nobody can tell, and where going back would not undo it all."""
    found = Judgement(outcome=Outcome.INCONCLUSIVE, healthy=MINUTE, seen="http: no data")
    silent = baking.inconclusive(watched(), found, at=NOW)
    assert (silent.state, silent.reason, silent.due_at) == (State.PAUSED, Reason.INCONCLUSIVE, 0)
    assert silent.note == "Not known to be healthy. http: no data"
    asks = baking.asks_first(watched(rollback_at=NOW), "http: 503", "0042.sql", at=NOW)
    assert (asks.state, asks.reason, asks.not_undone) == (State.PAUSED, Reason.IRREVERSIBLE, "0042.sql")
    assert asks.rollback_at == 0


def test_the_answers() -> None:
    """Accepted is live without proof; left is failed as it is."""
    accepted = baking.accepted(watched(State.PAUSED), "Ada", at=NOW)
    assert (accepted.state, accepted.verified) == (State.SUCCEEDED, False)
    left = baking.left(watched(note="http: 503", rollback_at=NOW), "Ada", at=NOW)
    assert (left.state, left.note) == (State.FAILED, "http: 503. Ada chose not to roll it back")


def test_once() -> None:
    """A deployment may be rolled back by itself, what that brought may not."""
    assert baking.may_roll_back_itself(watched())
    assert not baking.may_roll_back_itself(watched(child_id=13))
    assert not baking.may_roll_back_itself(replace(watched(), action=Action.ROLLBACK))


def test_the_rollback_itself() -> None:
    """It says why, what it will not undo, and that nobody asked; its end tells that to its parent."""
    child = baking.by_itself(operation(action=Action.ROLLBACK), because="http: 503", not_undone="0042.sql")
    assert (child.automatic, child.because, child.not_undone) == (True, "http: 503", "0042.sql")
    parent = operation(State.ROLLING_BACK, lock=3)
    ended = advancing.rollback_ended(parent, replace(child, state=State.SUCCEEDED, serving=OLD), at=NOW)
    assert (ended.state, ended.note, ended.not_undone, ended.lock) == (State.ROLLED_BACK, "http: 503", "0042.sql", 3)


def test_what_is_served_is_optional() -> None:
    """A target that says nothing changes nothing in the row."""
    assert isinstance(live(), Live)
    assert baking.healthy(watched(serving=NEW), None, at=NOW).serving == NEW
