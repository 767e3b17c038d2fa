"""An operation's life: its states, the one table of transitions, and the attempts that carry it out."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.domain.terms import Action, Identity, Millis, Target


class State(StrEnum):
    """Where an operation stands; the word that people see is in `bot.views.cards`."""

    AWAITING_APPROVAL = "awaiting_approval"
    QUEUED = "queued"
    TRIGGERING = "triggering"
    RUNNING = "running"
    VERIFYING = "verifying"
    UNKNOWN = "unknown"
    PAUSED = "paused"
    CANCELLING = "cancelling"
    ROLLING_BACK = "rolling_back"
    NEEDS_HUMAN = "needs_human"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


S = State
TERMINAL = frozenset({S.SUCCEEDED, S.FAILED, S.ROLLED_BACK, S.CANCELLED, S.REJECTED, S.EXPIRED, S.SUPERSEDED})
UNFINISHED = frozenset(State) - TERMINAL

TRANSITIONS: dict[State, frozenset[State]] = {
    S.AWAITING_APPROVAL: frozenset({S.QUEUED, S.REJECTED, S.EXPIRED, S.CANCELLED, S.SUPERSEDED}),
    S.QUEUED: frozenset({S.TRIGGERING, S.REJECTED, S.FAILED, S.CANCELLED, S.EXPIRED, S.SUPERSEDED}),
    S.TRIGGERING: frozenset({S.RUNNING, S.QUEUED, S.UNKNOWN, S.FAILED, S.ROLLING_BACK, S.CANCELLING, S.NEEDS_HUMAN}),
    S.RUNNING: frozenset({S.VERIFYING, S.FAILED, S.CANCELLING, S.CANCELLED, S.UNKNOWN, S.ROLLING_BACK, S.NEEDS_HUMAN}),
    S.VERIFYING: frozenset({S.TRIGGERING, S.SUCCEEDED, S.FAILED, S.PAUSED, S.ROLLING_BACK, S.NEEDS_HUMAN}),
    S.UNKNOWN: frozenset({S.RUNNING, S.TRIGGERING, S.ROLLING_BACK, S.NEEDS_HUMAN}),
    S.PAUSED: frozenset(
        {S.VERIFYING, S.TRIGGERING, S.SUCCEEDED, S.FAILED, S.ROLLING_BACK, S.CANCELLING, S.NEEDS_HUMAN}
    ),
    S.CANCELLING: frozenset({S.CANCELLED, S.FAILED, S.VERIFYING, S.UNKNOWN, S.ROLLING_BACK, S.NEEDS_HUMAN}),
    S.ROLLING_BACK: frozenset({S.ROLLED_BACK, S.NEEDS_HUMAN}),
    S.NEEDS_HUMAN: frozenset({S.SUCCEEDED, S.FAILED, S.CANCELLED, S.RUNNING, S.ROLLING_BACK}),
} | dict.fromkeys(TERMINAL, frozenset[State]())
"""Every allowed step; whatever is not here cannot happen."""

TAKEABLE = frozenset(state for state, following in TRANSITIONS.items() if S.ROLLING_BACK in following)
"""Where a rollback takes the target over instead of waiting for it."""

RESTING = frozenset({S.AWAITING_APPROVAL, S.ROLLING_BACK})
"""Where nothing is due however long it takes: a person or its rollback moves it on."""

HOLDS = UNFINISHED - {S.AWAITING_APPROVAL, S.QUEUED}
"""Where an operation holds the lease of its target (a queued rollback that took over holds it too)."""


class Effect(StrEnum):
    """What a failed operation did to its target."""

    NONE = "none"
    PARTIAL = "partial"
    UNKNOWN = "unknown"
    WHOLE = "whole"  # carried out to its end, and not healthy


class IllegalTransition(AssertionError):
    """Somebody asked for a step that is not in TRANSITIONS: a bug."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """The durable record of one plan being carried out; `version` rises with each change, `epoch` with each lease.

    `note` is the one thing to know now, in words for people; `due_at` says when reconcile looks again; `run` is the provider's
    run reference as a JSON-shaped mapping; `progress` is the provider's step as (number, of, name).
    """

    id: int
    plan_id: str
    plan_hash: str
    action: Action
    target: Target
    revision: str
    who: Identity
    state: State
    version: int = 0
    epoch: int = 0
    previous: str = ""  # the revision live at planning
    parent_id: int = 0  # the operation this rollback took over
    child_id: int = 0  # the rollback that took this one over
    because: str = ""
    reason: str = ""  # a code of bot.domain.reasons, for failed, rejected, held
    note: str = ""
    effect: Effect | None = None
    attempt: int = 0
    run: dict[str, str] = field(default_factory=dict)
    run_url: str = ""
    progress: tuple[int, int, str] = (0, 0, "")
    serving: str = ""  # what the target answered last
    serving_at: Millis = 0
    verified: bool = False
    changes: int = 0  # commits that arrive (or, for a rollback, leave)
    change_line: str = ""
    stop_asked_by: Identity | None = None
    channel: str = ""  # where its card goes
    asked_in: str = ""  # where it was typed
    created_at: Millis = 0
    started_at: Millis = 0
    changed_at: Millis = 0
    finished_at: Millis = 0
    deadline_at: Millis = 0
    due_at: Millis = 0
    automatic: bool = False  # a rollback that verification began, not a person
    watch_since: Millis = 0  # from when on probes are read, where the target has them
    bake: Millis = 0  # how long they have to pass
    healthy_for: Millis = 0  # how much of that is covered
    rollback_at: Millis = 0  # when it is rolled back by itself, unless somebody stops that
    lock: int = 0  # the lock that its automatic rollback left, until somebody lifts it
    not_undone: str = ""  # what a rollback leaves as it is, in words
    claimed_by: str = ""  # what the run calls itself that asked whether it may go on
    unclaimed: str = ""  # why nobody can be sure that only one run carried it out, in words

    def to(self, state: State, *, at: Millis, **changes: object) -> "Operation":
        """The same operation one allowed step further; the only way to change `state`.

        Raises IllegalTransition for anything that TRANSITIONS does not list.
        """
        if state not in TRANSITIONS[self.state]:
            raise IllegalTransition(f"operation {self.id}: {self.state} → {state} is not in the table")
        finished = at if state in TERMINAL else 0
        moved = {"state": state, "changed_at": at, "finished_at": finished, "version": self.version + 1}
        return replace(self, **moved | changes)  # type: ignore[arg-type]  # names are checked by replace itself

    def but(self, **changes: object) -> "Operation":
        """The same operation in the same state with other facts (progress, due time); the version rises."""
        assert "state" not in changes, "state changes go through to()"
        return replace(self, version=self.version + 1, **changes)  # type: ignore[arg-type]  # as above

    @property
    def finished(self) -> bool:
        """True in a terminal state."""
        return self.state in TERMINAL


@dataclass(frozen=True, kw_only=True)
class AttemptKey:
    """Names one try at triggering one step of an operation, for ever: `operation:step:n`."""

    operation: int
    step: int
    n: int

    def __str__(self) -> str:
        return f"{self.operation}:{self.step}:{self.n}"

    @staticmethod
    def parse(text: str) -> "AttemptKey":
        """The key in `12:1:1`; ValueError for anything else."""
        operation, step, n = (int(part) for part in text.split(":"))
        return AttemptKey(operation=operation, step=step, n=n)


class AttemptState(StrEnum):
    """What is known of one attempt."""

    OPEN = "open"  # committed; the call may or may not have had its effect
    BOUND = "bound"  # a run is known
    NO_EFFECT = "no_effect"  # the answer proved that nothing started
    REVOKED = "revoked"  # taken over: whatever still lands is not ours any more
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try at triggering one step; committed before the provider is called."""

    key: AttemptKey
    state: AttemptState
    sent_at: Millis
    epoch: int
    run: dict[str, str] = field(default_factory=dict)
    ended_at: Millis = 0
    result: str = ""
    claimed_by: str = ""  # the one run that may have its effect
    claimed_at: Millis = 0
