"""The one table of states as people see them: a shape of its own for each, and the word that always stands beside it."""

from dataclasses import dataclass

from bot.domain.operations import Operation, State
from bot.domain.reasons import Reason
from bot.domain.terms import Action, Target
from bot.views import kit


@dataclass(frozen=True, kw_only=True)
class Face:
    """An emoji and its word."""

    emoji: str
    word: str


FACES: dict[State, Face] = {
    State.AWAITING_APPROVAL: Face(emoji="✍️", word="Needs approval"),
    State.QUEUED: Face(emoji="⏳", word="Queued"),
    State.TRIGGERING: Face(emoji="📤", word="Starting"),
    State.RUNNING: Face(emoji="🔄", word="Running"),
    State.VERIFYING: Face(emoji="👀", word="Verifying"),
    State.UNKNOWN: Face(emoji="❓", word="Outcome unknown"),
    State.PAUSED: Face(emoji="⏸️", word="Paused"),
    State.CANCELLING: Face(emoji="🛑", word="Stopping"),
    State.ROLLING_BACK: Face(emoji="⏪", word="Rolling back"),
    State.NEEDS_HUMAN: Face(emoji="✋", word="Decision needed"),
    State.SUCCEEDED: Face(emoji="✅", word="Live"),
    State.FAILED: Face(emoji="❌", word="Failed"),
    State.ROLLED_BACK: Face(emoji="↩️", word="Rolled back"),
    State.CANCELLED: Face(emoji="⏹️", word="Stopped"),
    State.REJECTED: Face(emoji="⛔", word="Not started"),
    State.EXPIRED: Face(emoji="⌛", word="Expired"),
    State.SUPERSEDED: Face(emoji="⏭️", word="Superseded"),
}
OBSERVED = Face(emoji="👁️", word="Observed")
WARNING = Face(emoji="⚠️", word="Warning")

UNHEALTHY = Face(emoji="🤒", word="Unhealthy")
UNVERIFIED = Face(emoji="✔️", word="Live, not verified")
ROLLBACK_RUNNING = FACES[State.ROLLING_BACK]
ROLLBACK_DONE = FACES[State.ROLLED_BACK]


def face_of(operation: Operation) -> Face:
    """The face of an operation; a rollback that runs is *Rolling back*, one that ended well is *Rolled back*."""
    if operation.action is Action.ROLLBACK and operation.state is State.RUNNING:
        return ROLLBACK_RUNNING
    counts_down = operation.state is State.VERIFYING and operation.rollback_at
    if counts_down or (operation.state is State.PAUSED and operation.reason == Reason.IRREVERSIBLE):
        return UNHEALTHY
    if operation.state is State.SUCCEEDED:
        if operation.action is Action.ROLLBACK:
            return ROLLBACK_DONE
        return FACES[State.SUCCEEDED] if operation.verified else UNVERIFIED
    return FACES[operation.state]


def headline(face: Face, target: Target) -> kit.Markup:
    """Line 1: emoji, state, service → environment, in at most 44 characters; long names lose their middle."""
    room = kit.limits.LINE_1 - len(f"{face.emoji} {face.word} ·  → ")
    service, environment = names_within(target, room)
    return kit.mark("{} {} · {} → {}", kit.Markup(face.emoji), kit.bold(face.word), service, environment)


def names_within(target: Target, room: int) -> tuple[str, str]:
    """Service and environment in together at most `room` characters; the service is shortened first."""
    service, environment = kit.bare(target.service, 300), kit.bare(target.environment, 300)
    if len(service) + len(environment) <= room:
        return service, environment
    environment = kit.middle(environment, max(room // 2, room - len(service)))
    return kit.middle(service, room - len(environment)), environment


def place(target: Target) -> str:
    """web to production: for `text`."""
    return f"{target.service} to {target.environment}"
