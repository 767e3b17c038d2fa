"""Claims: who may go on, from the rows; and tokens that only the installation can make."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.advancing import GRACE, tried_anew
from bot.domain.barring import claim_seen
from bot.domain.claims import (
    DID_NOT_ASK,
    SENTENCES,
    Answer,
    Claim,
    ClaimRule,
    claimed,
    decide,
    flagged,
    outside_token,
    rehearsal_token,
    same,
    skipped,
    token_of,
)
from bot.domain.facts import Facts, TargetPolicy
from bot.domain.operations import Attempt, AttemptKey, AttemptState, Operation, State
from bot.domain.reasons import Reason
from bot.domain.terms import Action, Identity, Target, Unknown

SECRET = "the-installation's-secret"
KEY = AttemptKey(operation=12, step=1, n=1)
WEB = Target(service="web", environment="production")
ANN = Identity(team="T1", user="U1")


def operation(state: State = State.TRIGGERING, **changes: Any) -> Operation:
    made = Operation(
        id=12, plan_id="p", plan_hash="h", action=Action.DEPLOY, target=WEB, revision="a1", who=ANN, state=state, epoch=3, attempt=1,
    )  # fmt: skip
    return replace(made, **changes)


def attempt(state: AttemptState = AttemptState.OPEN, **changes: Any) -> Attempt:
    return replace(Attempt(key=KEY, state=state, sent_at=5, epoch=3), **changes)


def asked(run: str = "run-1", token: str = "", key: AttemptKey = KEY) -> Claim:
    return Claim(key=key, run=run, token=token or token_of(SECRET, key))


def answer(found: Attempt | None, op: Operation | None, claim: Claim | None = None) -> Answer:
    return decide(claim or asked(), found, op, secret=SECRET)


def test_a_token_is_made_from_the_key_alone() -> None:
    """Always the same for one attempt, another for every other, and for a rehearsal; nothing but the secret can make it."""
    others = [replace(KEY, operation=13), replace(KEY, step=2), replace(KEY, n=2)]
    tokens = {token_of(SECRET, key) for key in (KEY, *others)}
    assert len(tokens) == 4
    assert token_of(SECRET, KEY) == token_of(SECRET, KEY)
    assert token_of("another secret", KEY) not in tokens
    assert rehearsal_token(SECRET, str(KEY)) not in tokens
    assert outside_token(SECRET, WEB) not in tokens
    assert outside_token(SECRET, WEB) != outside_token(SECRET, replace(WEB, environment="staging"))
    assert token_of(SECRET, KEY) not in repr(asked())


@given(st.text())
def test_no_other_text_is_the_token(text: str) -> None:
    """Whatever is sent, comparing it neither breaks nor lets it pass."""
    assert not same(text, token_of(SECRET, KEY))


def test_strangers_and_unknown_attempts() -> None:
    """A wrong token is looked at first; both are told the same."""
    assert answer(attempt(), operation(), asked(token="qd1_" + "0" * 64)) is Answer.UNAUTHORISED
    assert answer(None, operation()) is Answer.UNKNOWN
    assert answer(attempt(), None) is Answer.UNKNOWN
    assert SENTENCES[Answer.UNKNOWN] == SENTENCES[Answer.UNAUTHORISED]
    assert set(SENTENCES) == set(Answer)


@pytest.mark.parametrize("state", [State.TRIGGERING, State.UNKNOWN, State.RUNNING, State.NEEDS_HUMAN])
def test_the_first_run_may_go_on(state: State) -> None:
    """Wherever an attempt is open, and also where a person was asked already: a claim proves that the run is there."""
    assert answer(attempt(), operation(state)) is Answer.GRANTED
    after = claimed(operation(state), "run-1", at=99)
    assert (after.state, after.claimed_by) == (State.RUNNING, "run-1")
    assert after.version == 1


def test_one_run_and_no_other() -> None:
    """The same run hears yes again, everybody else no."""
    taken = attempt(claimed_by="run-1", claimed_at=7)
    assert answer(taken, operation(State.RUNNING)) is Answer.AGAIN
    assert answer(taken, operation(State.CANCELLING)) is Answer.AGAIN
    assert answer(taken, operation(State.RUNNING), asked(run="run-2")) is Answer.CONFLICT
    assert [each for each in Answer if each.may_go_on] == [Answer.GRANTED, Answer.AGAIN, Answer.OUTSIDE]


@pytest.mark.parametrize("holder", ["", "run-1"])
def test_what_was_taken_back_stays_taken_back(holder: str) -> None:
    """Revoked, or of a lease that is no longer ours: also for the run that had claimed it."""
    assert answer(attempt(AttemptState.REVOKED, claimed_by=holder), operation(State.ROLLING_BACK)) is Answer.REVOKED
    assert answer(attempt(claimed_by=holder), operation(epoch=4)) is Answer.REVOKED


@pytest.mark.parametrize("state", [AttemptState.ENDED, AttemptState.NO_EFFECT])
def test_what_is_over_is_over(state: AttemptState) -> None:
    """A run of an attempt that has ended may not go on, whoever it is: somebody ran an old one again."""
    assert answer(attempt(state, claimed_by="run-1"), operation(State.SUCCEEDED)) is Answer.OVER


def test_an_open_attempt_of_an_operation_that_is_elsewhere() -> None:
    """Rows that do not fit together let nobody go on."""
    assert answer(attempt(), operation(State.VERIFYING)) is Answer.OVER


def test_a_stop_comes_before_a_run_that_has_not_begun() -> None:
    """Whoever asked to stop before the claim is heard."""
    assert answer(attempt(), operation(State.CANCELLING)) is Answer.STOPPING
    assert answer(attempt(), operation(stop_asked_by=ANN)) is Answer.STOPPING


def test_success_without_a_claim_is_flagged_where_one_is_required() -> None:
    """Only there, only at the end, and never over what is known better."""
    done = operation(State.SUCCEEDED)
    assert flagged(done, ClaimRule.REQUIRED).unclaimed == DID_NOT_ASK
    assert flagged(done, ClaimRule.PREFERRED) == done
    assert flagged(operation(State.FAILED), ClaimRule.REQUIRED).unclaimed == ""
    assert flagged(replace(done, claimed_by="run-1"), ClaimRule.REQUIRED).unclaimed == ""
    gone = skipped(operation(State.RUNNING), "the host is gone")
    assert flagged(replace(gone, state=State.SUCCEEDED), ClaimRule.REQUIRED).unclaimed == "skipped: the host is gone"


def facts(action: Action, rule: ClaimRule | None, unclaimed: int) -> Facts:
    policy = TargetPolicy(production=True, confirm=True, claim=rule) if rule else None
    nobody = Unknown(what="the person", why="not asked")
    return Facts(
        now=1, action=action, target=WEB, policy=policy, person=nobody, home_team="T1", shared_channel=False, resolution=None,
        unclaimed=unclaimed,
    )  # fmt: skip


def test_the_gate() -> None:
    """It holds deployments where a claim is required and the last was not claimed; never a rollback."""
    verdict = claim_seen(facts(Action.DEPLOY, ClaimRule.REQUIRED, 41))
    assert verdict.reason is Reason.CLAIM_MISSING
    assert "#41" in verdict.sentence
    assert "doctor --claim web production" in verdict.next_step
    assert claim_seen(facts(Action.ROLLBACK, ClaimRule.REQUIRED, 41)).passed
    assert claim_seen(facts(Action.DEPLOY, ClaimRule.REQUIRED, 0)).passed
    assert claim_seen(facts(Action.DEPLOY, ClaimRule.PREFERRED, 41)).passed
    assert claim_seen(facts(Action.DEPLOY, None, 41)).passed


def test_a_try_that_was_taken_back_is_made_anew() -> None:
    """Under the same lease, with the next number, and a deadline of its own."""
    again = tried_anew(operation(State.UNKNOWN, note="no answer", reason="lost"), deadline=1_000, at=50)
    assert (again.state, again.attempt, again.epoch, again.due_at) == (State.TRIGGERING, 2, 3, 50)
    assert again.deadline_at == 1_050 + GRACE
    assert again.note == again.reason == ""
