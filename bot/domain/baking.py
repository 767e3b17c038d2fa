"""The steps of an operation that is verified: (operation, what was judged, now) → the operation that follows. Pure."""

from dataclasses import replace

from bot.domain.advancing import served
from bot.domain.facts import Live
from bot.domain.operations import Effect, Operation, State
from bot.domain.reasons import Reason
from bot.domain.terms import MINUTE, Action, Millis, short
from bot.domain.verification import Judgement, Rules

TOO_LATE: Millis = MINUTE  # a countdown that ended this long ago while we were away, nobody could have stopped


def begun(operation: Operation, rules: Rules, live: Live | None, *, at: Millis) -> Operation:
    """The run ended well and the target does not deny it: from now on its probes are read."""
    return operation.but(watch_since=at, bake=rules.bake, healthy_for=0, note="", due_at=at, **served(live))


def goes_on(operation: Operation, found: Judgement, rules: Rules, *, at: Millis) -> Operation:
    """Nothing is settled yet; what is on its way to a failure is said."""
    return operation.but(healthy_for=found.healthy, note=found.seen, due_at=at + rules.every)


def healthy(operation: Operation, live: Live | None, *, at: Millis) -> Operation:
    """Every probe passed for the whole bake time: live, and known to be well."""
    return operation.to(
        State.SUCCEEDED, at=at, verified=True, healthy_for=operation.bake, reason="", note="", **served(live)
    )


def displaced(operation: Operation, live: Live, *, at: Millis) -> Operation:
    """Something else is served by now: the bake says nothing about this revision."""
    note = f"While it was watched, {live.said_by} came to serve {short(live.revision)}"
    return operation.to(
        State.FAILED, at=at, reason=Reason.NOT_SERVING, effect=Effect.UNKNOWN, note=note, rollback_at=0, **served(live)
    )


def unhealthy(operation: Operation, seen: str, *, at: Millis) -> Operation:
    """Verification failed, and it stays as it is until a person says otherwise."""
    return operation.to(
        State.FAILED, at=at, reason=Reason.UNHEALTHY, effect=Effect.WHOLE, note=seen, rollback_at=0, healthy_for=0
    )


def counts_down(operation: Operation, seen: str, rules: Rules, *, at: Millis) -> Operation:
    """Verification failed: it is rolled back by itself, unless somebody stops that in time."""
    until = at + rules.countdown
    return operation.but(rollback_at=until, note=seen, healthy_for=0, due_at=until)


def missed(operation: Operation, *, at: Millis) -> bool:
    """Whether the countdown ended while nobody could have stopped it."""
    return at >= operation.rollback_at + TOO_LATE


def anew(operation: Operation, *, at: Millis) -> Operation:
    """Watched from the beginning: after a pause, or after a countdown that nobody could have stopped."""
    fresh = {"watch_since": at, "healthy_for": 0, "rollback_at": 0, "not_undone": "", "note": "", "due_at": at}
    if operation.state is State.PAUSED:
        return operation.to(State.VERIFYING, at=at, reason="", **fresh)
    return operation.but(**fresh)


def inconclusive(operation: Operation, found: Judgement, *, at: Millis) -> Operation:
    """Nobody can tell whether it is well: a person is asked."""
    note = f"Not known to be healthy. {found.seen}"
    return operation.to(State.PAUSED, at=at, reason=Reason.INCONCLUSIVE, note=note, healthy_for=found.healthy, due_at=0)


def asks_first(operation: Operation, seen: str, not_undone: str, *, at: Millis) -> Operation:
    """It failed, but going back may leave something behind: a person is asked."""
    return operation.to(
        State.PAUSED, at=at, reason=Reason.IRREVERSIBLE, note=seen, not_undone=not_undone, rollback_at=0,
        healthy_for=0, due_at=0,
    )  # fmt: skip


def accepted(operation: Operation, name: str, *, at: Millis) -> Operation:
    """A person takes it as it is, without proof."""
    note = f"{name} accepted it before it was known to be healthy"
    return operation.to(State.SUCCEEDED, at=at, verified=False, reason="", note=note)


def left(operation: Operation, name: str, *, at: Millis) -> Operation:
    """A person said that it is not rolled back."""
    return unhealthy(operation, f"{operation.note}. {name} chose not to roll it back", at=at)


def by_itself(rollback: Operation, *, because: str, not_undone: str) -> Operation:
    """A rollback that no person asked for, before it is stored."""
    return replace(rollback, automatic=True, because=because, not_undone=not_undone)


def may_roll_back_itself(operation: Operation) -> bool:
    """Once: what a rollback brought is never rolled back again without a person."""
    return operation.action is not Action.ROLLBACK and not operation.child_id
