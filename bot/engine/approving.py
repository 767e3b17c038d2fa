"""Approve, refuse, take back, bypass: one person's word about one plan, written down as the rows stand when it counts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain import advancing
from bot.domain.approvals import Approval, Decision
from bot.domain.approving import Approver, Wanted, may_approve, may_bypass, may_refuse
from bot.domain.operations import Operation, State
from bot.domain.plans import Plan
from bot.domain.quorums import ApprovalRule, stands
from bot.domain.reasons import Reason
from bot.domain.roles import Place as Named
from bot.domain.terms import Identity, Millis, Place, Unknown
from bot.domain.timers import Timer
from bot.domain.verdicts import Refusal, Verdict, refuse, unknown
from bot.engine import agreement, approvers, counting, placing, planning, preflight, record, waiting
from bot.engine.counting import Counted
from bot.engine.facts import shared
from bot.engine.runtime import Runtime
from bot.store import Tx, approvals, audit, operations, plans, timers

TRIES = 10
SHARED = "This channel is shared with another workspace, where Quarterdeck only reads."


class Answer(StrEnum):
    """What became of a word."""

    APPROVED = "approved"  # enough people agree: it starts
    COUNTED = "counted"  # kept, and others are still missing
    AGAIN = "again"  # said already
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    BYPASSED = "bypassed"
    TOO_LATE = "too_late"  # answered already, or it went on
    EXPIRED = "expired"
    CHANGED = "changed"  # what was shown is not what would happen now
    FORBIDDEN = "forbidden"
    NOTHING = "nothing"  # nobody waits for it


@dataclass(frozen=True, kw_only=True)
class Said:
    """The answer to a word; `verdict` says why not, `missing` how many others it takes."""

    answer: Answer
    operation: Operation | None = None
    verdict: Verdict | None = None
    missing: int = 0


@dataclass(frozen=True, kw_only=True)
class Question:
    """What somebody is about to say something about, and what was read of them."""

    operation: Operation
    plan: Plan
    rule: ApprovalRule
    wanted: Wanted
    by: Identity
    who: Approver
    place: Named


Judge = Callable[..., Verdict]
JUDGES: dict[Decision, Judge] = {
    Decision.YES: may_approve,
    Decision.NO: may_refuse,
    Decision.BYPASS: may_bypass,
}


async def ask(
    runtime: Runtime, operation: Operation, decision: Decision, *, by: Identity, where: Place
) -> Question | Said:
    """Whether this person may say that about this operation now; nothing is written."""
    plan = await runtime.store.read(lambda tx: plans.get(tx, operation.plan_id))
    rule = approvers.rule_of(runtime, plan, automatic=operation.automatic) if plan else None
    if plan is None or rule is None or operation.state is not State.AWAITING_APPROVAL:
        return Said(answer=Answer.TOO_LATE, operation=operation)
    foreign = await shared(runtime, where)
    if foreign is not False:
        return Said(answer=Answer.FORBIDDEN, operation=operation, verdict=_elsewhere(foreign))
    question = Question(
        operation=operation,
        plan=plan,
        rule=rule,
        wanted=await approvers.wanted(runtime, plan, rule),
        by=by,
        who=await approvers.approver(runtime, by),
        place=await placing.named(runtime, where),
    )
    verdict = JUDGES[decision](question.who, question.wanted, place=question.place)
    return question if verdict.passed else Said(answer=Answer.FORBIDDEN, operation=operation, verdict=verdict)


def _elsewhere(foreign: bool | Unknown) -> Verdict:  # noqa: FBT001 (what was read of the channel)
    if isinstance(foreign, Unknown):
        return unknown("channel", foreign)
    return refuse("channel", Reason.SHARED_CHANNEL, SHARED, "Ask in one of your own channels.")


async def say(
    runtime: Runtime, operation: Operation, decision: Decision, *, by: Identity, where: Place, because: str = ""
) -> Said:
    """Say yes, no or *without the others*: rights, plan and everybody else's rights are looked at again first."""
    question = await ask(runtime, operation, decision, by=by, where=where)
    if isinstance(question, Said):
        return question
    if decision is not Decision.NO:
        moved = await _moved(runtime, question)
        if moved is not None:
            return await _ended_by(runtime, question, moved)
    for _ in range(TRIES):
        words = await counting.words_of(runtime, question.plan)
        counted = await counting.look(runtime, [each for each in words if each.who != by], question.wanted)
        if counted.unread is not None:
            return Said(answer=Answer.FORBIDDEN, operation=operation, verdict=counted.unread)
        writing = _Writing(runtime, question, decision, because, counted)
        said = await runtime.store.write(writing.write)
        if said is not None:
            if said.operation is not None:
                record.wake(runtime, said.operation)
                await agreement.wake_homes(runtime, said.operation)
            return said
    return Said(answer=Answer.TOO_LATE, operation=operation)


async def _moved(runtime: Runtime, question: Question) -> Refusal | None:
    """What makes this another plan than the one that was shown; other refusals are for when it starts."""
    again = planning.question_of(question.plan, owner_operation=question.operation.id)
    draft = await planning.draft(runtime, again, because=question.plan.because, filled=question.plan.filled)
    if draft.refusal is None:
        return preflight.changed(question.plan, question.operation, draft)
    moved = tuple(
        each for each in draft.refusal.verdicts if each.reason in {Reason.REVISION_MOVED, Reason.UNKNOWN_TARGET}
    )
    return replace(draft.refusal, verdicts=moved) if moved else None


async def _ended_by(runtime: Runtime, question: Question, refusal: Refusal) -> Said:
    now = runtime.clock.now()

    def alter(current: Operation) -> Operation | None:
        waits = current.state is State.AWAITING_APPROVAL
        return advancing.refused(current, refusal, at=now) if waits else None

    done = await record.change(runtime, question.operation.id, alter)
    current = await runtime.store.read(lambda tx: operations.get(tx, question.operation.id))
    answer = Answer.CHANGED if done else Answer.TOO_LATE
    return Said(answer=answer, operation=current, verdict=refusal.verdicts[0])


class _Writing:
    """One word, as it is written down; `write` gives None where somebody else spoke in between."""

    def __init__(
        self, runtime: Runtime, question: Question, decision: Decision, because: str, counted: Counted
    ) -> None:
        self._runtime = runtime
        self._question = question
        self._decision = decision
        self._because = because
        self._counted = counted

    def write(self, tx: Tx) -> Said | None:
        now, plan, by = self._runtime.clock.now(), self._question.plan, self._question.by
        current = operations.get(tx, self._question.operation.id)
        if current is None or current.state is not State.AWAITING_APPROVAL:
            return Said(answer=Answer.TOO_LATE, operation=current)
        if now >= current.deadline_at:
            return Said(answer=Answer.EXPIRED, operation=expire(tx, self._runtime, current, now))
        words = approvals.of_plan(tx, plan.id, plan.hash)
        if not self._counted.knows(each for each in words if each.who != by):
            return None
        if self._decision is Decision.YES and any(
            each.who == by and each.decision is Decision.YES and stands(each, now) for each in words
        ):
            return Said(answer=Answer.AGAIN, operation=current)
        approvals.put(tx, self._word(now))
        self._note(tx, current, now)
        return self._follows(tx, current, now)

    def _word(self, now: Millis) -> Approval:
        return Approval(
            plan_id=self._question.plan.id,
            plan_hash=self._question.plan.hash,
            who=self._question.by,
            decision=self._decision,
            at=now,
            because=self._because,
            expires_at=now + self._question.rule.within,
        )

    def _note(self, tx: Tx, current: Operation, now: Millis) -> None:
        by = self._question.by
        audit.append(
            tx, at=now, actor=f"{by.team}/{by.user}", action=f"approval.{self._decision}", subject=f"operation:{current.id}",
            reason=self._because, body={"target": str(current.target), "plan": current.plan_hash},
        )  # fmt: skip

    def _follows(self, tx: Tx, current: Operation, now: Millis) -> Said:
        plan, by, rule = self._question.plan, self._question.by, self._question.rule
        if self._decision is Decision.NO:
            after = advancing.not_approved(current, self._because, at=now)
            record.write_step(tx, self._runtime, current, after)
            return Said(answer=Answer.REFUSED, operation=after)
        counted = self._counted.adding(by, self._question.who, JUDGES[self._decision](
            self._question.who, self._question.wanted, place=self._question.place))  # fmt: skip
        found = counted.tally(rule, approvals.of_plan(tx, plan.id, plan.hash), now)
        if not found.enough:
            after = current.but(note=asking_for(current.note, found.missing))
            record.write_step(tx, self._runtime, current, after)
            return Said(answer=Answer.COUNTED, operation=after, missing=found.missing)
        after = advancing.approved(current, at=now)
        record.write_step(tx, self._runtime, current, after)
        if self._decision is Decision.BYPASS:
            waiting.bypassed(tx, after, by, self._because, now)
            return Said(answer=Answer.BYPASSED, operation=after)
        return Said(answer=Answer.APPROVED, operation=after)


def asking_for(note: str, missing: int) -> str:
    """The words of the card: whom it asks, for how many."""
    whom = note.rpartition(" for ")[0]
    return f"{whom} for {missing} {'approval' if missing == 1 else 'approvals'}"


def asked_for(note: str) -> int:
    """How many the card asks for now."""
    return int(note.rpartition(" for ")[2].partition(" ")[0])


def expire(tx: Tx, runtime: Runtime, current: Operation, now: Millis) -> Operation:
    """Nobody agreed in time."""
    after = advancing.approval_expired(current, at=now)
    record.write_step(tx, runtime, current, after)
    return after


def fire(tx: Tx, runtime: Runtime, timer: Timer, now: Millis) -> bool:
    """A deadline has come: end the request, or call the approvers once more; False where it was done or moved meanwhile."""
    if not timers.fire(tx, timer):
        return False
    operation = operations.get(tx, int(timer.subject.partition(":")[2]))
    if operation is None or operation.state is not State.AWAITING_APPROVAL:
        return False
    if timer.kind == waiting.AGAIN:
        waiting.call(tx, operation, now, again=True)
    else:
        expire(tx, runtime, operation, now)
    return True


async def take_back(runtime: Runtime, operation: Operation, by: Identity) -> Said:
    """Take one's own yes back, for as long as nothing was started on it; always allowed."""

    def write(tx: Tx) -> Said:
        now = runtime.clock.now()
        current = operations.get(tx, operation.id)
        if current is None or current.attempt or current.state not in {State.AWAITING_APPROVAL, State.QUEUED}:
            return Said(answer=Answer.TOO_LATE, operation=current)
        words = approvals.of_plan(tx, current.plan_id, current.plan_hash)
        mine = next((each for each in words if each.who == by and stands(each, now)), None)
        if mine is None:
            return Said(answer=Answer.NOTHING, operation=current)
        return Said(answer=Answer.WITHDRAWN, operation=revoke(tx, runtime, current, mine, "taken back", now))

    said = await runtime.store.write(write)
    if said.operation is not None:
        record.wake(runtime, said.operation)
    return said


def revoke(tx: Tx, runtime: Runtime, current: Operation, word: Approval, why: str, now: Millis) -> Operation:
    """A yes that does not count any more: one more is missing, or what already waited for its start is not started."""
    approvals.put(tx, replace(word, decision=Decision.WITHDRAWN))
    audit.append(
        tx, at=now, actor=f"{word.who.team}/{word.who.user}", action="approval.withdrawn", subject=f"operation:{current.id}",
        reason=why, body={"target": str(current.target), "plan": current.plan_hash},
    )  # fmt: skip
    if current.state is State.QUEUED:
        after = advancing.approval_lost(current, at=now)
    else:
        after = current.but(note=asking_for(current.note, asked_for(current.note) + 1))
    record.write_step(tx, runtime, current, after)
    return after
