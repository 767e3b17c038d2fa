"""Whose word about an operation counts, and what is found out while it is waited for."""

from dataclasses import replace

import pytest

from bot.domain import advancing
from bot.domain.approvals import Approval, Decision, answer_hash, first_word, needs_second, own_word
from bot.domain.facts import Live
from bot.domain.operations import State
from bot.domain.terms import HOUR, MINUTE, Identity
from tests.domain.test_operations import NEW, NOW, OLD, operation

ADA, GRACE = Identity(team="T1", user="U02ADA"), Identity(team="T1", user="U02GRACE")


def word(who: Identity = ADA, *, decision: Decision = Decision.YES, expires_at: int = NOW + HOUR) -> Approval:
    """Somebody's word."""
    return Approval(plan_id="operation:12", plan_hash="h", who=who, decision=decision, at=NOW, expires_at=expires_at)


@pytest.mark.parametrize(("answer", "production", "two"), [
    (State.CANCELLED, True, True), (State.CANCELLED, False, False), (State.SUCCEEDED, True, False), (State.FAILED, True, False),
])  # fmt: skip
def test_what_takes_two(answer: State, production: bool, two: bool) -> None:  # a table
    """Only what could let a second one start, and only in production."""
    assert needs_second(answer, production=production) is two


def test_nobody_is_their_own_second_person() -> None:
    """By team and user: the same user id in another team is somebody else, another enterprise id is not."""
    assert first_word([word()], ADA, NOW) is None
    assert first_word([word()], replace(ADA, enterprise="E1"), NOW) is None
    assert first_word([word()], GRACE, NOW) == word()
    assert first_word([word()], replace(ADA, team="T2"), NOW) == word()
    assert own_word([word()], ADA, NOW) == word()
    assert own_word([word()], GRACE, NOW) is None


def test_a_word_ends() -> None:
    """By its time, and a no is no yes; one without an end stands."""
    assert first_word([word()], GRACE, NOW + HOUR - 1) is not None
    assert first_word([word()], GRACE, NOW + HOUR) is None
    assert first_word([word(decision=Decision.NO)], GRACE, NOW) is None
    assert first_word([word(expires_at=0)], GRACE, NOW + 1000 * HOUR) is not None


@pytest.mark.parametrize(
    "moved", [{"attempt": 2}, {"epoch": 7}, {"run": {"id": "1"}}, {"changed_at": NOW + 1}, {"id": 13}]
)
def test_a_word_is_about_one_question(moved: dict[str, object]) -> None:
    """Where the operation moves on it is another question; what was merely seen since leaves it the same."""
    asked = operation(State.NEEDS_HUMAN)
    assert answer_hash(replace(asked, **moved), State.CANCELLED) != answer_hash(asked, State.CANCELLED)  # type: ignore[arg-type]
    assert answer_hash(replace(asked, note="new", version=9, serving=NEW), State.CANCELLED) == answer_hash(
        asked, State.CANCELLED
    )
    assert answer_hash(asked, State.FAILED) != answer_hash(asked, State.CANCELLED)


def test_it_is_watched_ever_more_rarely() -> None:
    """Five minutes at first, an hour at last; evidence is kept and ends nothing."""
    asked = operation(State.NEEDS_HUMAN, note="nobody knows", serving=OLD, serving_at=NOW)
    assert advancing.unwatched(asked, at=NOW + 5 * MINUTE - 1)
    assert not advancing.unwatched(asked, at=NOW + 5 * MINUTE)
    waits = []
    for at in (5 * MINUTE, 20 * MINUTE, HOUR, 10 * HOUR):
        seen = advancing.watched(asked, None, "", at=NOW + at)
        waits.append(seen.due_at - NOW - at)
        assert (seen.state, seen.note, seen.serving) == (State.NEEDS_HUMAN, "nobody knows", OLD)
    assert waits == [5 * MINUTE, 20 * MINUTE, HOUR, HOUR]
    live = Live(revision=NEW, said_by="web itself", at=NOW + MINUTE)
    told = advancing.watched(asked, live, "It has ended", at=NOW + HOUR)
    assert (told.serving, told.serving_at, told.note) == (NEW, NOW + MINUTE, "It has ended")
    same = advancing.watched(asked, replace(live, revision=OLD), "", at=NOW + HOUR)
    assert same.serving_at == NOW
