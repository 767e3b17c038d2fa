"""One step of an operation: (operation, what was observed, now) → the operation that follows. Pure; the engine commits the result."""

from collections.abc import Mapping

from bot.domain.facts import Live
from bot.domain.operations import Effect, Operation, State
from bot.domain.reasons import Reason
from bot.domain.terms import MINUTE, SECOND, Identity, Millis, short
from bot.domain.verdicts import Refusal

POLL: Millis = 2 * SECOND
RETRY: Millis = 5 * SECOND
SEARCH_FOR: Millis = 25 * MINUTE  # how long a lost answer is looked for before a person has to decide
VANISHED_FOR: Millis = 2 * MINUTE  # how long a run without an answer is looked at again
SETTLE: Millis = MINUTE  # how long a target may take to serve what was deployed
GRACE: Millis = 2 * MINUTE  # beyond the provider's own deadline
WATCH_FIRST: Millis = (
    5 * MINUTE
)  # while a person has to decide it is looked at again: after this, then ever more rarely
WATCH_LAST: Millis = 60 * MINUTE
MAX_TRIES = 5


def rarer(operation: Operation, first: Millis, *, at: Millis) -> Millis:
    """When to look again: soon after something changed, then ever rarer, at most once in ten times as long."""
    return at + min(max(first, (at - operation.changed_at) // 20), 10 * first)


def begun(operation: Operation, *, epoch: int, deadline: Millis, at: Millis) -> Operation:
    """Preflight passed and the lease is ours: the next attempt is committed before anybody is called."""
    return operation.to(
        State.TRIGGERING,
        at=at,
        epoch=epoch,
        attempt=operation.attempt + 1,
        started_at=operation.started_at or at,
        deadline_at=at + deadline + GRACE,
        due_at=at,
        reason="",
        note="",
    )


def refused(operation: Operation, refusal: Refusal, *, at: Millis) -> Operation:
    """Preflight said no: nothing was started."""
    first = refusal.verdicts[0]
    note = " ".join(verdict.sentence for verdict in refusal.verdicts)
    return operation.to(State.REJECTED, at=at, reason=str(first.reason or ""), note=note, effect=Effect.NONE)


def started(operation: Operation, run: Mapping[str, str], url: str, *, at: Millis) -> Operation:
    """The provider named a run, now or when it was found again."""
    return operation.to(State.RUNNING, at=at, run=dict(run), run_url=url, due_at=at + POLL, reason="", note="")


def had_no_effect(operation: Operation, why: str, *, retry_after: Millis, at: Millis) -> Operation:
    """The answer proved that nothing started: try again later, at most five times."""
    if operation.attempt >= MAX_TRIES:
        note = f"Could not be started in {MAX_TRIES} tries: {why}"
        return operation.to(State.FAILED, at=at, effect=Effect.NONE, reason=Reason.NEVER_STARTED, note=note)
    wait = max(retry_after, RETRY * operation.attempt)
    return operation.to(State.QUEUED, at=at, note=f"Not started yet: {why}", due_at=at + wait)


def lost(operation: Operation, why: str, *, at: Millis, wait: Millis = 0) -> Operation:
    """The answer was lost: whether it started has to be found out (after `wait`); never a blind retry."""
    return operation.to(State.UNKNOWN, at=at, reason=Reason.LOST, note=why, due_at=at + wait)


def ambiguous(operation: Operation, count: int, *, at: Millis) -> Operation:
    """More than one run carries our key: a person has to look."""
    note = f"{count} runs carry the key of this operation"
    return operation.to(State.NEEDS_HUMAN, at=at, reason=Reason.AMBIGUOUS, note=note)


def outdated(operation: Operation, *, at: Millis) -> Operation:
    """No run was found, and what would run is not what was confirmed: nobody sends that unseen."""
    note = "No run was found, and what would run has changed since it was confirmed: it was not sent again"
    return operation.to(State.NEEDS_HUMAN, at=at, reason=Reason.PLAN_CHANGED, note=note)


def resend(operation: Operation, *, at: Millis) -> Operation:
    """Nothing was found and the key is permanent: the same attempt is sent again."""
    return operation.to(State.TRIGGERING, at=at, due_at=at)


def tried_anew(operation: Operation, *, deadline: Millis, at: Millis) -> Operation:
    """The try before was taken back before any run had claimed it: the next one is committed under the same lease."""
    changes = {"attempt": operation.attempt + 1, "deadline_at": at + deadline + GRACE}
    return operation.to(State.TRIGGERING, at=at, due_at=at, reason="", note="", **changes)


def still_lost(operation: Operation, why: str, *, patience: Millis, at: Millis) -> Operation:
    """Nothing found yet: look again, or after `patience` ask a person."""
    if at - operation.changed_at >= patience:
        return operation.to(State.NEEDS_HUMAN, at=at, reason=Reason.LOST, note=why)
    return operation.but(note=why, due_at=rarer(operation, RETRY, at=at))


def progressed(operation: Operation, step: tuple[int, int, str], *, at: Millis) -> Operation:
    """The run goes on; beyond its deadline a person has to look."""
    if operation.deadline_at and at > operation.deadline_at:
        note = "The run is past its deadline and does not end"
        return operation.to(State.NEEDS_HUMAN, at=at, reason=Reason.TIMED_OUT, note=note)
    return operation.but(progress=step, due_at=rarer(operation, POLL, at=at))


def stopping(operation: Operation, by: Identity, *, at: Millis) -> Operation:
    """Somebody asked to stop it; what the provider makes of that is observed."""
    return operation.to(State.CANCELLING, at=at, stop_asked_by=by, due_at=at)


def stop_wanted(operation: Operation, by: Identity, *, at: Millis) -> Operation:
    """Somebody asked to stop while the start is under way: kept, and carried out as soon as the run is known."""
    return operation.but(stop_asked_by=by, due_at=at)


def provider_succeeded(operation: Operation, *, at: Millis) -> Operation:
    """The run ended well; whether the target serves it is asked next."""
    return operation.to(State.VERIFYING, at=at, due_at=at)


def provider_failed(
    operation: Operation, *, detail: str, effect: Effect, step: tuple[int, int, str], live: Live | None, at: Millis
) -> Operation:
    """The run ended badly; what is served now was asked at once."""
    return operation.to(
        State.FAILED,
        at=at,
        reason=Reason.RUN_FAILED,
        note=detail,
        effect=effect,
        progress=step if step[0] else operation.progress,
        **served(live),
    )


def provider_cancelled(operation: Operation, *, live: Live | None, effect: Effect, at: Millis) -> Operation:
    """The run was stopped, by us or at the provider."""
    reason = Reason.STOPPED if operation.stop_asked_by else Reason.RUN_CANCELLED
    return operation.to(State.CANCELLED, at=at, reason=reason, effect=effect, **served(live))


def serves(operation: Operation, live: Live | None, why_not: str, *, at: Millis) -> Operation:
    """Whether the target serves what was deployed: yes, not yet, no, or nobody can say.

    Without an answer the operation passes as live but not verified; another revision for a minute is a failure.
    """
    if live is not None and live.revision == operation.revision:
        return operation.to(State.SUCCEEDED, at=at, verified=True, note="", **served(live))
    if live is not None and live.revision:
        return _serves_another(operation, live, at=at)
    if why_not and at - operation.changed_at < SETTLE:
        return operation.but(note=why_not, due_at=at + POLL)
    return operation.to(State.SUCCEEDED, at=at, verified=False, note=why_not)


def _serves_another(operation: Operation, live: Live, *, at: Millis) -> Operation:
    if at - operation.changed_at < SETTLE:
        return operation.but(due_at=at + POLL, **served(live))
    note = f"The run ended well, but {live.said_by} says it serves {short(live.revision)}"
    return operation.to(
        State.FAILED, at=at, reason=Reason.NOT_SERVING, effect=Effect.UNKNOWN, note=note, **served(live)
    )


def taken_over(operation: Operation, child: int, *, at: Millis) -> Operation:
    """A rollback takes the target: this operation ends when the rollback does."""
    return operation.to(State.ROLLING_BACK, at=at, child_id=child, reason=Reason.TAKEN_OVER, note="", due_at=0)


def rollback_ended(parent: Operation, child: Operation, *, at: Millis) -> Operation:
    """The end of an operation that was taken over comes from its rollback."""
    facts: dict[str, object] = {"serving": child.serving, "serving_at": child.serving_at}
    facts["not_undone"] = child.not_undone
    if child.state in {State.SUCCEEDED, State.ROLLED_BACK}:
        return parent.to(State.ROLLED_BACK, at=at, note=child.because if child.automatic else parent.note, **facts)
    note = f"The rollback #{child.id} did not succeed: {child.note}"
    return parent.to(State.NEEDS_HUMAN, at=at, note=note, **facts)


def watched(operation: Operation, live: Live | None, seen: str, *, at: Millis) -> Operation:
    """What was found out while a person has to decide: shown as evidence (`seen`, in words), never an end by itself."""
    asked = max(WATCH_FIRST, min(WATCH_LAST, at - operation.changed_at))
    changes = served(live) if live is not None and live.revision != operation.serving else {}
    return operation.but(note=seen or operation.note, due_at=at + asked, **changes)


def unwatched(operation: Operation, *, at: Millis) -> bool:
    """Whether it needs a decision for so short a time that looking again would find what is known."""
    return at - operation.changed_at < WATCH_FIRST


def withdrawn(operation: Operation, by: Identity, *, at: Millis) -> Operation:
    """Stopped before anything was started."""
    return operation.to(
        State.CANCELLED, at=at, reason=Reason.STOPPED, stop_asked_by=by, effect=Effect.NONE, note="Nothing was started"
    )


def approved(operation: Operation, *, at: Millis) -> Operation:
    """Enough people agree: everything is asked again, and then it starts."""
    return operation.to(State.QUEUED, at=at, due_at=at, deadline_at=0, note="", reason="")


def not_approved(operation: Operation, because: str, *, at: Millis) -> Operation:
    """Somebody who was asked said no."""
    note = because or "Somebody who was asked said no"
    return operation.to(State.REJECTED, at=at, reason=Reason.APPROVAL_REJECTED, note=note, effect=Effect.NONE)


def approval_expired(operation: Operation, *, at: Millis) -> Operation:
    """Not enough people agreed in time."""
    note = "Nobody decided in time; nothing was started"
    return operation.to(State.EXPIRED, at=at, reason=Reason.APPROVAL_EXPIRED, note=note, effect=Effect.NONE)


def approval_lost(operation: Operation, *, at: Millis) -> Operation:
    """A yes that it needs was taken back before anything started."""
    note = "An approval was taken back before it started"
    return operation.to(State.REJECTED, at=at, reason=Reason.APPROVAL_LOST, note=note, effect=Effect.NONE)


def asker_left(operation: Operation, reason: Reason, *, at: Millis) -> Operation:
    """Whoever asked is not one of us any more: nothing of theirs starts."""
    note = "Whoever asked for it may not ask any more"
    return operation.to(State.REJECTED, at=at, reason=reason, note=note, effect=Effect.NONE)


def decided(operation: Operation, outcome: State, *, because: str, at: Millis) -> Operation:
    """A person said what became of it, and why they think so."""
    effect = {State.SUCCEEDED: None, State.FAILED: Effect.UNKNOWN, State.CANCELLED: Effect.NONE}[outcome]
    return operation.to(outcome, at=at, effect=effect, note=because)


def served(live: Live | None) -> dict[str, object]:
    """The facts of what the target answered, for the row."""
    return {} if live is None else {"serving": live.revision, "serving_at": live.at}
