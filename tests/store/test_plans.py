"""Plans, approvals and offers: decided once, by whoever was first."""

import pytest

from bot.domain.approvals import Approval, Decision
from bot.domain.plans import PlanState
from bot.store import Tx, approvals, offers, plans
from bot.store.errors import InvariantBroken
from bot.store.offers import Use
from tests.store.samples import ANN, API, BOB, WEB, offer, plan


def test_a_plan_changes_state_once(tx: Tx) -> None:
    """Compare-and-set: the second decision is refused, and the operation is remembered."""
    plans.insert(tx, plan())
    assert plans.save_state(tx, "p1", PlanState.OPEN, PlanState.CONFIRMED, operation=12)
    assert not plans.save_state(tx, "p1", PlanState.OPEN, PlanState.DECLINED)
    assert plans.get(tx, "p1") == plan(state=PlanState.CONFIRMED, operation=12)
    assert plans.save_state(tx, "p1", PlanState.CONFIRMED, PlanState.EXPIRED)
    assert plans.get(tx, "p1") == plan(state=PlanState.EXPIRED, operation=12)
    assert plans.get(tx, "nope") is None
    with pytest.raises(InvariantBroken):
        plans.insert(tx, plan())


def test_what_waits_for_me(tx: Tx) -> None:
    """My own open plans that have not expired, newest first; `newest` is the last one whatever became of it."""
    for id_, who, created_at, state in (
        ("a", ANN, 10, PlanState.OPEN), ("b", ANN, 30, PlanState.OPEN), ("c", BOB, 40, PlanState.OPEN),
        ("d", ANN, 50, PlanState.DECLINED),
    ):  # fmt: skip
        plans.insert(tx, plan(id=id_, who=who, created_at=created_at, expires_at=created_at + 100, state=state))
    assert [each.id for each in plans.open_of(tx, ANN, 100)] == ["b", "a"]
    assert [each.id for each in plans.open_of(tx, ANN, 110)] == ["b"]
    newest = plans.newest(tx, ANN)
    assert newest is not None
    assert newest.id == "d"
    assert plans.newest(tx, ANN.__class__(team="T9", user="U1")) is None


def test_a_newer_plan_of_the_same_person_and_target_replaces_the_open_one(tx: Tx) -> None:
    """Other people's plans, other targets and decided plans stay."""
    plans.insert(tx, plan(id="mine"))
    plans.insert(tx, plan(id="theirs", who=BOB))
    plans.insert(tx, plan(id="elsewhere", target=API))
    plans.insert(tx, plan(id="done", state=PlanState.CONFIRMED))
    assert plans.supersede(tx, ANN, WEB, 5_000) == 1
    states = {id_: found.state for id_ in ("mine", "theirs", "elsewhere", "done") if (found := plans.get(tx, id_))}
    assert states == {
        "mine": PlanState.SUPERSEDED, "theirs": PlanState.OPEN, "elsewhere": PlanState.OPEN, "done": PlanState.CONFIRMED
    }  # fmt: skip


def test_plans_expire_a_few_at_a_time(tx: Tx) -> None:
    """Oldest first, each returned once, so that its message can be closed."""
    for n in range(5):
        plans.insert(tx, plan(id=f"p{n}", expires_at=100 - n))
    plans.insert(tx, plan(id="later", expires_at=101))
    assert [each.id for each in plans.expire(tx, 100, limit=3)] == ["p4", "p3", "p2"]
    assert [(each.id, each.state) for each in plans.expire(tx, 100)] == [
        ("p1", PlanState.EXPIRED),
        ("p0", PlanState.EXPIRED),
    ]
    assert plans.expire(tx, 100) == ()


def test_the_first_word_of_each_person_stands(tx: Tx) -> None:
    """For exactly the plan hash that they saw."""
    yes = Approval(plan_id="p1", plan_hash="h", who=ANN, decision=Decision.YES, at=5)
    no = Approval(plan_id="p1", plan_hash="h", who=ANN, decision=Decision.NO, at=6)
    other = Approval(plan_id="p1", plan_hash="h2", who=BOB, decision=Decision.NO, at=7)
    assert [approvals.insert(tx, each) for each in (yes, no, other)] == [True, False, True]
    assert approvals.of_plan(tx, "p1", "h") == (yes,)


def test_an_offer_is_used_once_and_the_second_is_told_who_won(tx: Tx) -> None:
    """A double click by two people: one right, one winner, by name and time."""
    offers.insert_many(tx, (offer(),))
    first = offers.use(tx, "o1", "U1", 20)
    assert (first.use, first.ok) == (Use.NOW, True)
    second = offers.use(tx, "o1", "U2", 21)
    assert (second.use, second.ok) == (Use.BEFORE, False)
    assert second.winner == offer(used_at=20, used_by="U1")
    assert offers.get(tx, "o1") == second.winner


def test_an_offer_ends_with_its_time(tx: Tx) -> None:
    """At the very instant of its expiry it is over."""
    offers.insert_many(tx, (offer(expires_at=50),))
    assert offers.use(tx, "o1", "U1", 50).use is Use.EXPIRED
    assert offers.use(tx, "o1", "U1", 49).use is Use.NOW
    assert offers.use(tx, "nope", "U1", 49).use is Use.UNKNOWN
    assert offers.get(tx, "nope") is None


def test_the_other_answer_is_retired_when_one_was_given(tx: Tx) -> None:
    """Who clicks Decline after Confirm hears who confirmed; a retired reading offer is over too."""
    yes, no, look = offer(id="yes"), offer(id="no"), offer(id="look", single_use=False)
    offers.insert_many(tx, (yes, no, look, offer(id="other", subject="plan:p2")))
    assert offers.use(tx, "yes", "U1", 20).ok
    assert offers.retire(tx, "plan:p1", 20) == 2
    late = offers.use(tx, "no", "U2", 21)
    assert late.use is Use.EXPIRED
    assert late.winner is not None
    assert (late.winner.id, late.winner.used_by) == ("yes", "U1")
    assert offers.use(tx, "look", "U2", 21).use is Use.EXPIRED
    assert offers.use(tx, "other", "U2", 21).ok
    assert [each.id for each in offers.of_subject(tx, "plan:p1")] == ["look", "no", "yes"]
    assert offers.retire(tx, "plan:p1", 30) == 0, "used and retired ones stay as they are"


def test_retiring_at_the_beginning_of_time_still_ends_an_offer(tx: Tx) -> None:
    """0 means "as long as its subject", so a simulated clock at 0 must not revive it."""
    offers.insert_many(tx, (offer(),))
    offers.retire(tx, "plan:p1", 0)
    assert offers.use(tx, "o1", "U1", 1).use is Use.EXPIRED


def test_looking_is_allowed_again_and_again(tx: Tx) -> None:
    """A reading offer keeps no trace of who looked."""
    offers.insert_many(tx, (offer(single_use=False),))
    assert [offers.use(tx, "o1", user, 20).ok for user in ("U1", "U2", "U1")] == [True, True, True]
    assert offers.get(tx, "o1") == offer(single_use=False)
