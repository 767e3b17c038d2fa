"""Approvals: a person's yes or no to exactly one plan hash, or to exactly one answer about an operation."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.operations import Operation, State
from bot.domain.plans import canonical_hash
from bot.domain.terms import HOUR, Identity, Millis

DECISION_LIFE: Millis = HOUR
"""How long one person's word waits for a second person's."""


class Decision(StrEnum):
    """What the person said."""

    YES = "yes"
    NO = "no"
    WITHDRAWN = "withdrawn"  # a yes that its giver took back, or lost the right to
    BYPASS = "bypass"  # somebody with the right to said: without the others


@dataclass(frozen=True, kw_only=True)
class Approval:
    """One person's decision about one plan as it was shown; `expires_at` 0 means as long as the plan.

    A word about an operation names it in `plan_id` (`operation:12`), and in `plan_hash` the answer to the question as it was asked.
    """

    plan_id: str
    plan_hash: str
    who: Identity
    decision: Decision
    at: Millis
    because: str = ""
    expires_at: Millis = 0


def answer_hash(operation: Operation, answer: State) -> str:
    """SHA-256 over the question and the answer: where the operation moves on, what was said before is about something else."""
    return canonical_hash(
        {
            "operation": operation.id,
            "answer": answer,
            "attempt": operation.attempt,
            "epoch": operation.epoch,
            "run": operation.run,
            "asked_at": operation.changed_at,
        }
    )


def needs_second(answer: State, *, production: bool) -> bool:
    """Whether one person's word is too little: *it never started* lets another start there, which in production could be a second one."""
    return production and answer is State.CANCELLED


def first_word(approvals: Iterable[Approval], by: Identity, now: Millis) -> Approval | None:
    """Somebody else's yes that stands; nobody is their own second person, by workspace and user."""
    return next((each for each in approvals if _stands(each, now) and not same(each.who, by)), None)


def own_word(approvals: Iterable[Approval], by: Identity, now: Millis) -> Approval | None:
    """The yes that this person has given already."""
    return next((each for each in approvals if _stands(each, now) and same(each.who, by)), None)


def same(one: Identity, other: Identity) -> bool:
    """Whether that is one person: by (team, user), never by name."""
    return (one.team, one.user) == (other.team, other.user)


def _stands(approval: Approval, now: Millis) -> bool:
    return approval.decision is Decision.YES and (not approval.expires_at or approval.expires_at > now)
