"""Right before the effect: everything is asked again, the lease is taken and the attempt committed; only then is the provider called."""

from dataclasses import replace

from bot.domain import advancing
from bot.domain.changes import Resolution
from bot.domain.events import Event
from bot.domain.facts import Live
from bot.domain.operations import Attempt, AttemptKey, AttemptState, Effect, Operation, State
from bot.domain.plans import Plan
from bot.domain.reasons import Reason
from bot.domain.terms import MINUTE, SECOND, Millis, short
from bot.domain.verdicts import Answer, Refusal, Verdict
from bot.engine import approvers, counting, planning, record, taking
from bot.engine.ordering import bind, order_of
from bot.engine.runtime import Runtime
from bot.errors import IntegrationError
from bot.store import Tx, attempts, events, leases, operations, plans

FACTS_PATIENCE: Millis = MINUTE  # how long a confirmed operation asks again for a fact that cannot be read


async def ask(runtime: Runtime, operation: Operation) -> bool:
    """Ask all gates again; then trigger, wait, or end as rejected with every reason."""
    if operation.stop_asked_by is not None:
        after = advancing.withdrawn(operation, operation.stop_asked_by, at=runtime.clock.now())
        return await record.step(runtime, operation, after)
    if await taking.waits(runtime, operation):
        return False
    plan = await runtime.store.read(lambda tx: plans.get(tx, operation.plan_id))
    assert plan is not None, "an operation has its plan"
    # What others approved names a branch that still has to be where it was; what nobody approved is the revision itself.
    asked = approvers.rule_of(runtime, plan, automatic=operation.automatic) is not None
    ref = plan.asked_ref if asked else plan.revision
    question = planning.question_of(plan, ref=ref, owner_operation=operation.id)
    if operation.automatic:
        question = replace(question, automatic=True, leaving=operation.previous)
    draft = await planning.draft(runtime, question, because=plan.because, filled=plan.filled)
    refusal = draft.refusal or changed(plan, operation, draft) or await counting.missing(runtime, operation, plan)
    if refusal is not None:
        await _refused(runtime, operation, refusal)
        return False
    return await _trigger(runtime, operation)


async def _refused(runtime: Runtime, operation: Operation, refusal: Refusal) -> None:
    """End it; where nothing but an answer is missing, ask for it a little longer first."""
    now = runtime.clock.now()
    unread = all(verdict.reason is Reason.FACT_UNKNOWN for verdict in refusal.verdicts)
    if (
        unread and now - operation.changed_at < FACTS_PATIENCE
    ):  # since it was its turn: it may have waited for others before
        after = operation.but(note=refusal.verdicts[0].sentence, due_at=now + advancing.RETRY)
    else:
        after = advancing.refused(operation, refusal, at=now)
    await record.step(runtime, operation, after)


def changed(plan: Plan, operation: Operation, draft: planning.Draft) -> Refusal | None:
    """What a person confirmed is exactly what starts: another live revision or other rules need a new plan."""
    facts, environment = draft.gathered.facts, draft.gathered.environment
    assert environment is not None, "judge() passed, so the target exists"
    assert isinstance(facts.resolution, Resolution), "judge() passed, so the revision is known"
    live = facts.live.revision if isinstance(facts.live, Live) else ""
    sentence = ""
    if facts.resolution.revision != plan.revision:
        sentence = f"The revision is not {short(plan.revision)} any more."
    elif live != plan.live and not operation.parent_id:
        sentence = f"{plan.target.environment} serves {short(live) or 'nothing'} now, not {short(plan.live) or 'nothing'} as the plan said."
    elif environment.policy_hash != plan.policy_hash:
        sentence = "The rules for this target have changed since the plan was confirmed."
    elif draft.plan is None or (draft.plan.workflow, draft.plan.steps) != (plan.workflow, plan.steps):
        sentence = "What would run has changed since the plan was confirmed, or could not be read."
    if not sentence:
        return None
    verdict = Verdict(
        gate="plan",
        answer=Answer.REFUSE,
        sentence=sentence,
        reason=Reason.PLAN_CHANGED,
        next_step="Look at a new plan: type the command again.",
    )
    return Refusal(action=plan.action, target=plan.target, verdicts=(verdict,), passed=len(draft.verdicts))


async def _trigger(runtime: Runtime, operation: Operation) -> bool:
    _, environment = runtime.place_of(operation.target)
    now = runtime.clock.now()

    def commit(tx: Tx) -> Operation | None:
        current = operations.get(tx, operation.id)
        if current is None or current.version != operation.version:
            return None
        lease = leases.take(tx, operation.target, operation.id, now)
        if lease is None:
            return None
        begun = advancing.begun(current, epoch=lease.epoch, deadline=environment.deadline, at=now)
        key = AttemptKey(operation=begun.id, step=1, n=begun.attempt)
        attempts.insert(tx, Attempt(key=key, state=AttemptState.OPEN, sent_at=now, epoch=lease.epoch))
        record.write_step(tx, runtime, current, begun)
        events.append(
            tx, Event(kind="attempt.committed", subject=f"operation:{begun.id}", at=now, body={"key": str(key)})
        )
        return begun

    begun = await runtime.store.write(commit)
    if begun is None:
        held = operation.but(note="Waiting for the target", due_at=now + 2 * SECOND)
        await record.step(runtime, operation, held)
        return False
    record.wake(runtime, begun)
    return await call(runtime, begun)


async def call(runtime: Runtime, operation: Operation, *, resent: bool = False) -> bool:
    """Call the provider for the committed attempt, and commit what its answer proves. Every other failure is unknown, not failed.

    A refusal of a key that is `resent` proves nothing about the first sending, which may still be on its way.
    """
    deployer, order = await order_of(runtime, operation)
    try:
        run = await deployer.start(order)
    except IntegrationError as error:
        return await _after_error(runtime, operation, order.key, error, resent=resent)
    now = runtime.clock.now()

    def started(current: Operation) -> Operation | None:
        if current.attempt != operation.attempt:
            return None
        if current.state is State.TRIGGERING:
            return advancing.started(current, run.reference, run.url, at=now)
        # Taken over while we called: its rollback has to know which run to stop. Or the run was faster than its answer, and claimed.
        taken = current.state in {State.ROLLING_BACK, State.RUNNING} and not current.run
        return current.but(run=dict(run.reference), run_url=run.url) if taken else None

    return await record.change(runtime, operation.id, started, and_then=lambda tx: bind(tx, order.key, run))


async def _after_error(
    runtime: Runtime, operation: Operation, key: AttemptKey, error: IntegrationError, *, resent: bool
) -> bool:
    now = runtime.clock.now()
    nothing = error.effect is Effect.NONE and not resent
    wait = max(error.retry_after, advancing.RETRY) if resent else 0

    def failed(current: Operation) -> Operation | None:
        if current.state is not State.TRIGGERING or current.attempt != operation.attempt:
            return None
        if nothing:
            return advancing.had_no_effect(current, str(error), retry_after=error.retry_after, at=now)
        return advancing.lost(current, str(error), at=now, wait=wait)

    def close(tx: Tx) -> None:
        if nothing:
            attempts.close(tx, key, AttemptState.NO_EFFECT, now, str(error))

    return await record.change(runtime, operation.id, failed, and_then=close)
