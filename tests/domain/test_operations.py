"""An operation's life: only the table's steps, and each step says what it must."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain import advancing
from bot.domain.facts import Live
from bot.domain.operations import (
    HOLDS,
    TAKEABLE,
    TERMINAL,
    TRANSITIONS,
    UNFINISHED,
    AttemptKey,
    Effect,
    IllegalTransition,
    Operation,
    State,
)
from bot.domain.reasons import Reason
from bot.domain.terms import MINUTE, SECOND, Action, Identity, Target
from bot.domain.verdicts import Answer, Refusal, Verdict

WEB = Target(service="web", environment="production")
ADA = Identity(team="T1", user="U02ADA")
NEW, OLD = "5d2f0b7" + "0" * 33, "a41c9e2" + "0" * 33
NOW = 1_000_000


def operation(state: State = State.QUEUED, **changes: Any) -> Operation:
    made = Operation(
        id=12, plan_id="p", plan_hash="h", action=Action.DEPLOY, target=WEB, revision=NEW, who=ADA, state=state,
        previous=OLD, changed_at=NOW, created_at=NOW,
    )  # fmt: skip
    return replace(made, **changes)


def live(revision: str = NEW) -> Live:
    return Live(revision=revision, said_by="web itself", at=NOW)


@pytest.mark.parametrize("before", list(State))
@pytest.mark.parametrize("after", list(State))
def test_only_the_table(before: State, after: State) -> None:
    """`to` allows exactly what the table lists, and terminal states are final."""
    if after in TRANSITIONS[before]:
        stepped = operation(before).to(after, at=NOW + 5)
        assert (stepped.state, stepped.version, stepped.changed_at) == (after, 1, NOW + 5)
        assert stepped.finished is (after in TERMINAL)
        assert bool(stepped.finished_at) is (after in TERMINAL)
        assert before not in TERMINAL
    else:
        with pytest.raises(IllegalTransition, match=r"operation 12"):
            operation(before).to(after, at=NOW)


def test_the_sets_agree_with_the_table() -> None:
    """Every unfinished state leads somewhere; all that hold a lease can be taken over, or are being rolled back."""
    assert all(TRANSITIONS[state] for state in UNFINISHED)
    assert {State.ROLLING_BACK} == HOLDS - TAKEABLE


def test_facts_change_without_a_step() -> None:
    """`but` raises the version and refuses to change the state."""
    assert operation().but(note="x").version == 1
    with pytest.raises(AssertionError):
        operation().but(state=State.RUNNING)


def test_attempt_keys() -> None:
    """A key reads back as it was written."""
    key = AttemptKey(operation=12, step=1, n=3)
    assert AttemptKey.parse(str(key)) == key
    with pytest.raises(ValueError, match="unpack"):
        AttemptKey.parse("12:1")


def test_beginning() -> None:
    """The attempt counts up, the deadline has grace, and the first start is remembered."""
    begun = advancing.begun(operation(), epoch=3, deadline=10 * MINUTE, at=NOW)
    assert (begun.state, begun.epoch, begun.attempt) == (State.TRIGGERING, 3, 1)
    assert begun.deadline_at == NOW + 10 * MINUTE + advancing.GRACE
    again = advancing.begun(replace(begun, state=State.QUEUED), epoch=3, deadline=MINUTE, at=NOW + 9)
    assert (again.attempt, again.started_at) == (2, NOW)


def test_a_refusal_at_preflight_starts_nothing() -> None:
    """Rejected, with every sentence and the first code."""
    verdicts = tuple(
        Verdict(gate="g", answer=Answer.REFUSE, sentence=words, reason=reason)
        for words, reason in (("One.", Reason.TARGET_HELD), ("Two.", None))
    )
    ended = advancing.refused(
        operation(), Refusal(action=Action.DEPLOY, target=WEB, verdicts=verdicts, passed=3), at=NOW
    )
    assert (ended.state, ended.reason, ended.note, ended.effect) == (
        State.REJECTED, Reason.TARGET_HELD, "One. Two.", Effect.NONE,
    )  # fmt: skip
    nameless = Refusal(action=Action.DEPLOY, target=WEB, verdicts=verdicts[1:], passed=0)
    assert advancing.refused(operation(), nameless, at=NOW).reason == ""


def test_no_effect_is_tried_five_times() -> None:
    """Back to the queue, later each time and never before the provider allows; then failed, with nothing done."""
    tried = operation(State.TRIGGERING, attempt=1)
    again = advancing.had_no_effect(tried, "connection refused", retry_after=0, at=NOW)
    assert (again.state, again.due_at) == (State.QUEUED, NOW + advancing.RETRY)
    told = advancing.had_no_effect(tried, "slow down", retry_after=60 * SECOND, at=NOW)
    assert told.due_at == NOW + 60 * SECOND
    last = advancing.had_no_effect(replace(tried, attempt=advancing.MAX_TRIES), "no", retry_after=0, at=NOW)
    assert (last.state, last.effect, last.reason) == (State.FAILED, Effect.NONE, Reason.NEVER_STARTED)


def test_a_lost_answer_is_unknown() -> None:
    """Never failed, never retried blindly; found again it runs; two runs need a person."""
    lost = advancing.lost(operation(State.TRIGGERING), "timeout", at=NOW)
    assert (lost.state, lost.due_at) == (State.UNKNOWN, NOW)
    found = advancing.started(lost, {"id": "1"}, "https://ci/1", at=NOW)
    assert (found.state, found.run, found.reason) == (State.RUNNING, {"id": "1"}, "")
    assert advancing.ambiguous(lost, 2, at=NOW).state is State.NEEDS_HUMAN
    assert advancing.resend(lost, at=NOW).state is State.TRIGGERING


def test_patience_ends_with_a_person() -> None:
    """It is looked for until the patience is over, counted from when it became unknown."""
    lost = operation(State.UNKNOWN)
    waiting = advancing.still_lost(lost, "no run yet", patience=MINUTE, at=NOW + MINUTE - 1)
    assert (waiting.state, waiting.changed_at) == (State.UNKNOWN, NOW)
    assert advancing.still_lost(waiting, "none", patience=MINUTE, at=NOW + MINUTE).state is State.NEEDS_HUMAN


def test_progress_and_deadline() -> None:
    """Progress keeps the state; past its deadline a person has to look."""
    running = operation(State.RUNNING, deadline_at=NOW + 10)
    assert advancing.progressed(running, (3, 4, "migrate"), at=NOW).progress == (3, 4, "migrate")
    assert advancing.progressed(running, (3, 4, "migrate"), at=NOW + 11).state is State.NEEDS_HUMAN


def test_stopping() -> None:
    """A stop is a wish until the provider says what became of it."""
    stopping = advancing.stopping(operation(State.RUNNING), ADA, at=NOW)
    assert (stopping.state, stopping.stop_asked_by) == (State.CANCELLING, ADA)
    assert advancing.stop_wanted(operation(State.TRIGGERING), ADA, at=NOW).state is State.TRIGGERING
    stopped = advancing.provider_cancelled(stopping, live=live(OLD), effect=Effect.PARTIAL, at=NOW)
    assert (stopped.state, stopped.reason, stopped.serving) == (State.CANCELLED, Reason.STOPPED, OLD)
    elsewhere = advancing.provider_cancelled(operation(State.RUNNING), live=None, effect=Effect.PARTIAL, at=NOW)
    assert (elsewhere.reason, elsewhere.serving) == (Reason.RUN_CANCELLED, "")
    assert advancing.withdrawn(operation(), ADA, at=NOW).effect is Effect.NONE


def test_failure_keeps_the_step_and_what_is_served() -> None:
    """Where it failed, what it said, and what the target answers now."""
    running = operation(State.RUNNING, progress=(2, 4, "build"))
    failed = advancing.provider_failed(
        running, detail="locked", effect=Effect.PARTIAL, step=(3, 4, "migrate"), live=live(OLD), at=NOW
    )
    assert (failed.state, failed.progress, failed.serving) == (State.FAILED, (3, 4, "migrate"), OLD)
    silent = advancing.provider_failed(running, detail="", effect=Effect.UNKNOWN, step=(0, 0, ""), live=None, at=NOW)
    assert silent.progress == (2, 4, "build")


@pytest.mark.parametrize(
    ("answer", "why_not", "after", "state", "verified"),
    [
        (live(NEW), "", 0, State.SUCCEEDED, True),
        (live(OLD), "", 0, State.VERIFYING, False),
        (live(OLD), "", advancing.SETTLE, State.FAILED, False),
        (None, "no answer", 0, State.VERIFYING, False),
        (None, "no answer", advancing.SETTLE, State.SUCCEEDED, False),
        (None, "", 0, State.SUCCEEDED, False),
        (live(""), "", 0, State.SUCCEEDED, False),
    ],
)
def test_serving(answer: Live | None, why_not: str, after: int, state: State, verified: bool) -> None:
    """Only the target's own answer verifies; another revision for a minute is a failure; silence is live, not verified."""
    verifying = advancing.provider_succeeded(operation(State.RUNNING), at=NOW)
    ended = advancing.serves(verifying, answer, why_not, at=NOW + after)
    assert (ended.state, ended.verified) == (state, verified)
    if state is State.FAILED:
        assert (ended.reason, ended.effect) == (Reason.NOT_SERVING, Effect.UNKNOWN)


@pytest.mark.parametrize(
    ("child", "parent"),
    [
        (State.SUCCEEDED, State.ROLLED_BACK),
        (State.ROLLED_BACK, State.ROLLED_BACK),
        (State.FAILED, State.NEEDS_HUMAN),
        (State.CANCELLED, State.NEEDS_HUMAN),
        (State.REJECTED, State.NEEDS_HUMAN),
    ],
)
def test_the_end_comes_from_the_rollback(child: State, parent: State) -> None:
    """An operation that was taken over ends as its rollback does; a rollback that did not succeed needs a person."""
    taken = advancing.taken_over(operation(State.RUNNING), 13, at=NOW)
    assert (taken.state, taken.child_id) == (State.ROLLING_BACK, 13)
    assert advancing.rollback_ended(taken, operation(child, id=13, serving=OLD), at=NOW).state is parent


@pytest.mark.parametrize(
    ("outcome", "effect"),
    [(State.SUCCEEDED, None), (State.FAILED, Effect.UNKNOWN), (State.CANCELLED, Effect.NONE)],
)
def test_decisions(outcome: State, effect: Effect | None) -> None:
    """A person's word ends it, with what they saw."""
    ended = advancing.decided(operation(State.NEEDS_HUMAN), outcome, because="saw it", at=NOW)
    assert (ended.state, ended.effect, ended.note) == (outcome, effect, "saw it")


def test_what_changed_meanwhile_is_not_sent_again() -> None:
    """No run was found and the recipe is another one by now: a person has to look."""
    ended = advancing.outdated(operation(State.UNKNOWN), at=NOW)
    assert (ended.state, ended.reason) == (State.NEEDS_HUMAN, Reason.PLAN_CHANGED)


def test_a_yes_that_is_taken_back_ends_it_before_anything_started() -> None:
    """Nothing has happened, and the card says why."""
    after = advancing.approval_lost(operation(State.AWAITING_APPROVAL), at=NOW + 1)
    assert (after.state, after.reason, after.effect) == (State.REJECTED, Reason.APPROVAL_LOST, Effect.NONE)
