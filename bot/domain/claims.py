"""The claim: a run asks whether it may go on. The token proves whose run asks; the rows of attempt and operation decide."""

import hashlib
import hmac
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.domain.operations import Attempt, AttemptKey, AttemptState, Operation, State
from bot.domain.terms import HOUR, SECOND, Millis, Target

POLL: Millis = 2 * SECOND
REHEARSAL_LIFE: Millis = HOUR
TOKEN = r"qd1_[0-9a-f]{64}"  # noqa: S105  # a pattern: what every token looks like, so that it can be hidden wherever it turns up
DID_NOT_ASK = "its run did not ask whether it may go on"
CLAIMABLE = frozenset({State.TRIGGERING, State.UNKNOWN, State.RUNNING, State.NEEDS_HUMAN})
"""Where a run that nobody knew of yet may come forward: its attempt was committed, and nothing has ended."""


class ClaimRule(StrEnum):
    """What an environment asks of the runs that deploy there."""

    REQUIRED = "required"
    PREFERRED = "preferred"


class OutsideRule(StrEnum):
    """What becomes of runs that were not started from here, where they ask."""

    REPORT = "report"
    REFUSE = "refuse"


class Answer(StrEnum):
    """What a run hears; the word is the reason code."""

    GRANTED = "granted"
    AGAIN = "granted_again"  # the same run asked before
    CONFLICT = "claimed_by_another"
    REVOKED = "revoked"  # taken over by a rollback, or tried anew
    OVER = "over"  # the operation has ended, or this try of it has
    STOPPING = "stopping"  # somebody asked to stop before the run began
    UNKNOWN = "unknown"
    UNAUTHORISED = "unauthorised"
    REHEARSED = "rehearsal"  # heard, and nothing may be deployed by it
    SKIPPED = "skipped"  # it goes on without asking, and said so
    OUTSIDE = "outside"  # not started from here: it goes on, and is written down
    NOT_FROM_OUTSIDE = "outside_refused"

    @property
    def may_go_on(self) -> bool:
        """Only these let a run have its effect."""
        return self in {Answer.GRANTED, Answer.AGAIN, Answer.OUTSIDE}


SENTENCES: dict[Answer, str] = {
    Answer.GRANTED: "Go on.",
    Answer.AGAIN: "Go on: this run has the claim.",
    Answer.CONFLICT: "Another run has claimed this attempt. Nothing may be deployed twice.",
    Answer.REVOKED: "This attempt was taken back: a rollback took over, or it was started anew.",
    Answer.OVER: "This attempt is over. Ask for a new deployment instead of running an old one again.",
    Answer.STOPPING: "Somebody asked to stop this deployment before it began.",
    Answer.UNKNOWN: "The token does not fit.",
    Answer.UNAUTHORISED: "The token does not fit.",
    Answer.REHEARSED: "A rehearsal: the claim works. Nothing may be deployed by this run.",
    Answer.SKIPPED: "Noted: this run goes on without a claim.",
    Answer.OUTSIDE: "Noted: this run was not started by Quarterdeck, and goes on.",
    Answer.NOT_FROM_OUTSIDE: "Runs that Quarterdeck did not start are refused here. Deploy from Slack.",
}
"""What the log of the run shows. Who has no token learns nothing about what exists."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a run sends: the attempt that it carries out, what it is called, and the token that it was given."""

    key: AttemptKey
    run: str
    token: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """A claim for practice: proves that the runs of a target ask, and lets none of them go on. Without a target it proves the road only."""

    id: str
    target: Target
    created_at: Millis
    expires_at: Millis
    claimed_by: str = ""
    claimed_at: Millis = 0


def token_of(secret: str, key: AttemptKey) -> str:
    """The token of an attempt: always the same, stored nowhere."""
    return _sealed(secret, f"attempt:{key}")


def rehearsal_token(secret: str, rehearsal: str) -> str:
    """The token of a rehearsal."""
    return _sealed(secret, f"rehearsal:{rehearsal}")


def outside_token(secret: str, target: Target) -> str:
    """The standing token of runs that are started elsewhere and deploy there; for the forge's secrets."""
    return _sealed(secret, f"outside:{target.service}:{target.environment}")


def _sealed(secret: str, what: str) -> str:
    assert secret, "without a secret anybody could make tokens"
    return "qd1_" + hmac.new(secret.encode(), what.encode(), hashlib.sha256).hexdigest()


def same(token: str, right: str) -> bool:
    """Compare in a time that does not tell how much of it is right."""
    return hmac.compare_digest(token.encode("utf-8", "replace"), right.encode())


def decide(claim: Claim, attempt: Attempt | None, operation: Operation | None, *, secret: str) -> Answer:
    """The one answer to a claim, from the rows as they are in its transaction."""
    if not same(claim.token, token_of(secret, claim.key)):
        return Answer.UNAUTHORISED
    if attempt is None or operation is None:
        return Answer.UNKNOWN
    if attempt.state is AttemptState.REVOKED or attempt.epoch != operation.epoch:
        return Answer.REVOKED
    if attempt.state not in {AttemptState.OPEN, AttemptState.BOUND}:
        return Answer.OVER
    if attempt.claimed_by:
        return Answer.AGAIN if attempt.claimed_by == claim.run else Answer.CONFLICT
    if operation.stop_asked_by is not None or operation.state is State.CANCELLING:
        return Answer.STOPPING
    return Answer.GRANTED if operation.state in CLAIMABLE else Answer.OVER


def claimed(operation: Operation, run: str, *, at: Millis) -> Operation:
    """A claim was granted: whatever was not known before, there is a run now. Its reference is looked for next."""
    if operation.state is State.RUNNING:
        return operation.but(claimed_by=run)
    return operation.to(State.RUNNING, at=at, claimed_by=run, due_at=at + POLL, reason="", note="")


def skipped(operation: Operation, reason: str) -> Operation:
    """The run went on without asking, because whoever may said so."""
    return operation.but(unclaimed=f"skipped: {reason}")


def flagged(operation: Operation, rule: ClaimRule) -> Operation:
    """One that succeeded where a claim is required, and that no run has claimed, says so for ever."""
    alone = operation.state is State.SUCCEEDED and not operation.claimed_by and not operation.unclaimed
    return replace(operation, unclaimed=DID_NOT_ASK) if alone and rule is ClaimRule.REQUIRED else operation
