"""Plans and offers: exactly what will happen, shown before it happens, and the right to make it happen once."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.changes import ChangeSet
from bot.domain.terms import MINUTE, Action, Identity, Millis, Target

PLAN_LIFE: Millis = 15 * MINUTE


class PlanState(StrEnum):
    """What became of a plan."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What will happen to one target, as shown; `hash` covers everything that must not change between look and leap.

    `live` is the revision that was live at planning, `recorded` what our own record said (they may differ); `takes_over` names the
    operation that a rollback will take the target from, and `late_landing` whether that one could still take effect.
    """

    id: str
    hash: str
    action: Action
    target: Target
    who: Identity
    asked_ref: str  # what was typed; empty: chosen for them
    ref: str  # what people read: a branch, a tag, "the last good revision"
    revision: str
    live: str
    live_said_by: str
    recorded: str
    policy_hash: str
    workflow: str  # what the provider will run, as a content hash
    steps: tuple[str, ...]
    because: str
    merged: bool
    production: bool
    changes: ChangeSet | None
    gates: int  # how many passed
    typical_ms: Millis  # how long it usually takes; 0: unknown
    takes_over: int
    takes_over_state: str
    late_landing: bool
    filled: frozenset[str]
    verified_before_at: Millis  # when the environment before had this revision live; 0: never or not asked
    channel: str
    thread: str
    direct: bool
    created_at: Millis
    expires_at: Millis
    state: PlanState = PlanState.OPEN
    operation: int = 0


def plan_hash(
    *,
    action: Action,
    target: Target,
    who: Identity,
    revision: str,
    live: str,
    policy_hash: str,
    workflow: str,
    steps: tuple[str, ...],
    takes_over: int,
) -> str:
    """SHA-256 over what must not change between look and leap; never verdicts, times or texts."""
    content = {
        "action": action,
        "service": target.service,
        "environment": target.environment,
        "team": who.team,
        "user": who.user,
        "revision": revision,
        "live": live,
        "policy": policy_hash,
        "workflow": workflow,
        "steps": list(steps),
        "takes_over": takes_over,
    }
    return canonical_hash(content)


def canonical_hash(content: Mapping[str, object]) -> str:
    """SHA-256 of canonical JSON: sorted keys, no spaces."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


class OfferVerb(StrEnum):
    """What a button does."""

    CONFIRM = "confirm"
    DECLINE = "decline"
    SHOW_CHANGES = "show_changes"
    SHOW_LOG = "show_log"
    ADOPT = "adopt"  # what is live here is known to be good
    STOP = "stop"  # asks first
    STOP_NOW = "stop_now"
    PLAN_ROLLBACK = "plan_rollback"
    PLAN_DEPLOY = "plan_deploy"
    DECIDE = "decide"  # opens the form
    WATCH_ON = "watch_on"  # watches it once more from the beginning
    ACCEPT = "accept"  # takes it as it is, without proof
    ROLL_BACK_NOW = "roll_back_now"  # does not wait for the end of the countdown
    LEAVE = "leave"  # does not roll back
    UNLOCK = "unlock"  # asks first
    UNLOCK_NOW = "unlock_now"
    APPROVE = "approve"  # shows the plan; the form's button says yes
    REJECT = "reject"  # asks why
    AGREE = "agree"  # the same form, for the second person who has to say it
    RELEASE = "release"  # what is held since a restore
    SUGGEST = "suggest"  # runs the command in the body, as if it was typed
    DISMISS = "dismiss"


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A stored, opaque, single-use right to do one thing; `audience` is the user id it is for, empty for whoever has the right.

    `body` holds what the verb needs (a plan id, an operation, a suggested command). Reading offers (`single_use=False`) may be used again.
    """

    id: str
    verb: OfferVerb
    subject: str  # "plan:…" or "operation:…" or "command"
    audience: str
    body: Mapping[str, str] = field(default_factory=dict)
    single_use: bool = True
    created_at: Millis = 0
    expires_at: Millis = 0  # 0: as long as its subject
    used_at: Millis = 0
    used_by: str = ""
