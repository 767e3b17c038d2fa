"""What rings: the one table of which moment is a message, of which form, and whom it calls."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.operations import Operation, State
from bot.domain.terms import MINUTE, SECOND, Millis


class Moment(StrEnum):
    """A moment in an operation's life that somebody may want to hear of."""

    FINISHED_WELL = "finished_well"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"
    UNKNOWN = "unknown"
    DECISION_NEEDED = "decision_needed"
    APPROVAL_WANTED = "approval_wanted"
    YOUR_TURN = "your_turn"
    STEP = "step"
    LOG = "log"
    EDIT = "edit"


class Form(StrEnum):
    """How it is said. An edit does not notify, so it never carries news that somebody must hear."""

    REPLY = "reply"  # in the card's thread
    BROADCAST = "broadcast"  # in the thread and in the channel
    CARD = "card"
    DIRECT = "direct"
    EDIT = "edit"


class Whom(StrEnum):
    """Who is called."""

    NOBODY = "nobody"
    ASKER = "asker"
    ASKER_AND_OWNERS = "asker_and_owners"
    ASKER_THEN_OWNERS = "asker_then_owners"  # the owners ten minutes later
    APPROVERS = "approvers"
    THAT_PERSON = "that_person"


@dataclass(frozen=True, kw_only=True)
class Ring:
    """Form and addressee; `after` is how long the moment has to last first, `again_after` when the owners are called too."""

    form: Form
    whom: Whom
    after: Millis = 0
    again_after: Millis = 0


QUICK: Millis = 30 * SECOND
"""Whoever asked for something this short is still looking: nobody is called when it ends well."""

WHAT_RINGS: dict[Moment, Ring] = {
    Moment.FINISHED_WELL: Ring(form=Form.REPLY, whom=Whom.ASKER),
    Moment.FAILED: Ring(form=Form.BROADCAST, whom=Whom.ASKER_AND_OWNERS),
    Moment.ROLLED_BACK: Ring(form=Form.BROADCAST, whom=Whom.ASKER_AND_OWNERS),
    Moment.UNKNOWN: Ring(form=Form.REPLY, whom=Whom.ASKER_THEN_OWNERS, after=2 * MINUTE, again_after=10 * MINUTE),
    Moment.DECISION_NEEDED: Ring(form=Form.REPLY, whom=Whom.ASKER_THEN_OWNERS, again_after=10 * MINUTE),
    Moment.APPROVAL_WANTED: Ring(form=Form.CARD, whom=Whom.APPROVERS),
    Moment.YOUR_TURN: Ring(form=Form.DIRECT, whom=Whom.THAT_PERSON),
    Moment.STEP: Ring(form=Form.REPLY, whom=Whom.NOBODY),
    Moment.LOG: Ring(form=Form.REPLY, whom=Whom.NOBODY),
    Moment.EDIT: Ring(form=Form.EDIT, whom=Whom.NOBODY),
}

_MOMENTS: dict[State, Moment] = {
    State.SUCCEEDED: Moment.FINISHED_WELL,
    State.FAILED: Moment.FAILED,
    State.ROLLED_BACK: Moment.ROLLED_BACK,
    State.CANCELLED: Moment.STEP,
    State.REJECTED: Moment.FINISHED_WELL,
    State.EXPIRED: Moment.FINISHED_WELL,
    State.UNKNOWN: Moment.UNKNOWN,
    State.NEEDS_HUMAN: Moment.DECISION_NEEDED,
    State.PAUSED: Moment.DECISION_NEEDED,
    State.AWAITING_APPROVAL: Moment.APPROVAL_WANTED,
}


def moment_of(operation: Operation) -> Moment:
    """Which moment a state is; most are edits only."""
    return _MOMENTS.get(operation.state, Moment.EDIT)


def ring_of(operation: Operation) -> Ring:
    """Form and addressee of the state an operation is in now: what ended well within 30 s calls nobody."""
    ring = WHAT_RINGS[moment_of(operation)]
    quick = operation.started_at and operation.finished_at - operation.started_at < QUICK
    if operation.state is State.SUCCEEDED and quick:
        return Ring(form=ring.form, whom=Whom.NOBODY)
    return ring
