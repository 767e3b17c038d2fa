"""Approvals: a person's yes or no to exactly one plan hash."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.terms import Identity, Millis


class Decision(StrEnum):
    """What the person said."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, kw_only=True)
class Approval:
    """One person's decision about one plan as it was shown; `expires_at` 0 means as long as the plan."""

    plan_id: str
    plan_hash: str
    who: Identity
    decision: Decision
    at: Millis
    because: str = ""
    expires_at: Millis = 0
