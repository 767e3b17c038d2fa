"""What reached an environment, as the delivery metrics count it: shipments, the commits that came with them, incidents."""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.bumps import is_program
from bot.domain.changes import ChangeSet, Relation
from bot.domain.operations import TERMINAL, Effect, Operation, State
from bot.domain.terms import Action, Millis, Target
from bot.domain.titles import says_nothing

HOTFIX = "hotfix"
"""The first word of a reason (`--because "hotfix: …"`) with which a person declares a deployment to be one."""


class Reach(StrEnum):
    """How far it came."""

    WHOLE = "whole"  # carried out to its end; whether that was good is another question
    PART = "part"  # failed or stopped on the way, with an effect that somebody has to deal with
    NONE = "none"  # the target was never touched: a failed pipeline, not a failed deployment


class Kind(StrEnum):
    """Why it was done."""

    PLANNED = "planned"
    HOTFIX = "hotfix"
    ROLLBACK = "rollback"
    SAME = "same"  # the same revision again, or one that changes nothing of this service


@dataclass(frozen=True, kw_only=True)
class Commit:
    """One commit that arrived: `merge` says nothing of its own, `program` was written by a bot."""

    revision: str
    at: Millis
    merge: bool = False
    program: bool = False


@dataclass(frozen=True, kw_only=True)
class Landing:
    """What came into a target with one operation, kept when it ended: plans are forgotten, numbers are not."""

    operation: int
    relation: Relation
    total: int
    commits: tuple[Commit, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Shipment:
    """One finished try to change what a target serves; `at` is when it was there, or when it failed.

    `landing` is None where nobody knows what came with it; `first` means that there was nothing before to compare with.
    """

    id: int
    target: Target
    revision: str
    at: Millis
    kind: Kind = Kind.PLANNED
    reach: Reach = Reach.WHOLE
    previous: str = ""
    takes_over: int = 0
    landing: Landing | None = None

    @property
    def first(self) -> bool:
        """Nothing was live before it."""
        return not self.previous


@dataclass(frozen=True, kw_only=True)
class Incident:
    """Trouble in a target: `caused_by` and `repaired_by` are operations that a person linked (0: nobody has)."""

    id: int
    target: Target
    started_at: Millis
    resolved_at: Millis = 0  # 0: it is still open
    caused_by: int = 0
    repaired_by: int = 0
    not_by: frozenset[int] = field(default_factory=frozenset)  # operations that a person ruled out


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What the metrics ask of a finished operation: years of them are read at once, so nothing else is."""

    id: int
    target: Target
    action: Action
    state: State
    effect: Effect | None
    revision: str
    previous: str
    because: str
    parent_id: int
    child_id: int
    created_at: Millis
    finished_at: Millis
    watch_since: Millis

    @property
    def finished(self) -> bool:
        """As an operation has it."""
        return self.state in TERMINAL


def landing_of(operation: int, changes: ChangeSet) -> Landing:
    """The commits of a range with all that the metrics ask of them."""
    merges = {each.via for each in changes.arriving}
    return Landing(
        operation=operation,
        relation=changes.relation,
        total=max(changes.total, len(changes.arriving)),
        commits=tuple(
            Commit(
                revision=each.revision,
                at=each.committed_at,
                merge=each.revision in merges or says_nothing(each.title),
                program=is_program(each.author),
            )
            for each in changes.arriving
        ),
    )


def shipment_of(
    operation: Operation | Ended, landing: Landing | None, child: Operation | Ended | None = None
) -> Shipment | None:
    """A finished operation as the metrics see it; None where it has not ended. `child` is the rollback that took it over."""
    if not operation.finished:
        return None
    return Shipment(
        id=operation.id,
        target=operation.target,
        revision=operation.revision,
        at=_reached_at(operation, child),
        kind=_kind(operation, landing),
        reach=_reach(operation),
        previous=operation.previous,
        takes_over=operation.parent_id,
        landing=landing,
    )


def _reached_at(operation: Operation | Ended, child: Operation | Ended | None) -> Millis:
    """One that was found to be bad was there when its verification began; one that was taken over at the latest when that was asked."""
    if operation.state is State.ROLLED_BACK or operation.effect is Effect.WHOLE:
        asked = child.created_at if child else operation.finished_at
        return operation.watch_since or min(asked, operation.finished_at)
    return operation.finished_at


def _reach(operation: Operation | Ended) -> Reach:
    if operation.state is State.SUCCEEDED or operation.effect is Effect.WHOLE:
        return Reach.WHOLE
    if operation.state is State.ROLLED_BACK:
        return Reach.WHOLE if operation.watch_since else Reach.PART
    # An effect that nobody knows needs somebody who looks: that is a failure, and the better number would be a guess.
    touched = operation.state is State.FAILED and operation.effect is not Effect.NONE
    stopped = operation.state is State.CANCELLED and operation.effect in {Effect.PARTIAL, Effect.UNKNOWN}
    return Reach.PART if touched or stopped else Reach.NONE


def _kind(operation: Operation | Ended, landing: Landing | None) -> Kind:
    back = landing is not None and landing.relation is Relation.BEHIND
    if operation.action is Action.ROLLBACK or back:
        return Kind.ROLLBACK
    nothing = landing is not None and landing.relation in {Relation.AHEAD, Relation.IDENTICAL} and not landing.total
    if operation.revision == operation.previous or nothing:
        return Kind.SAME
    return Kind.HOTFIX if operation.because.lower().lstrip().startswith(HOTFIX) else Kind.PLANNED
