"""Right before the effect: everything is asked again, the lease is taken and the attempt committed; only then is the provider called."""

from dataclasses import replace

import structlog

from bot.domain import advancing
from bot.domain.changes import Resolution
from bot.domain.events import Event
from bot.domain.operations import Attempt, AttemptKey, AttemptState, Effect, Operation
from bot.domain.plans import Plan
from bot.domain.policy import (
    Answer,
    Live,
    Refusal,
    Verdict,
)
from bot.domain.reasons import Reason
from bot.domain.terms import SECOND, short
from bot.engine import planning, record
from bot.engine.runtime import Runtime
from bot.errors import IntegrationError
from bot.ports import Deployer, Order, Run, RunState
from bot.store import Tx, attempts, effects, events, leases, operations, plans

log = structlog.get_logger(__name__)


async def ask(runtime: Runtime, operation: Operation) -> bool:
    """Ask all gates again; then trigger, wait, or end as rejected with every reason."""
    if await _predecessor_still_runs(runtime, operation):
        return False
    plan = await runtime.store.read(lambda tx: plans.get(tx, operation.plan_id))
    assert plan is not None, "an operation has its plan"
    question = planning.question_of(plan, ref=plan.revision, owner_operation=operation.id)
    draft = await planning.draft(runtime, question, because=plan.because, filled=plan.filled)
    refusal = draft.refusal or _changed(plan, operation, draft)
    now = runtime.clock.now()
    if refusal is not None:
        await record.step(runtime, operation, advancing.refused(operation, refusal, at=now))
        return False
    return await _trigger(runtime, operation)


def _changed(plan: Plan, operation: Operation, draft: planning.Draft) -> Refusal | None:
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


async def _predecessor_still_runs(runtime: Runtime, operation: Operation) -> bool:
    """A rollback that took over waits until the run it takes over from has ended: first cancel, then roll back."""
    if not operation.parent_id:
        return False
    parent = await runtime.store.read(lambda tx: operations.get(tx, operation.parent_id))
    if parent is None or not await run_goes_on(runtime, parent):
        return False
    now = runtime.clock.now()
    note = f"Waiting for #{parent.id} to stop"
    await record.step(runtime, operation, operation.but(note=note, due_at=now + advancing.POLL))
    return True


async def run_goes_on(runtime: Runtime, operation: Operation) -> bool:
    """Whether the run of an operation that was taken over is still going, after asking it to stop."""
    runs = await _runs_of(runtime, operation)
    _, environment = runtime.place_of(operation.target)
    deployer = runtime.integration_of(environment).deployer
    if deployer is None:
        return False
    going = False
    for run in runs:
        snapshot = await deployer.observe(run)
        if snapshot.state in {RunState.QUEUED, RunState.RUNNING}:
            await deployer.cancel(run)
            going = True
    if not going:
        key = f"cancel:{operation.id}"
        await runtime.store.write(lambda tx: effects.finish(tx, key, runtime.clock.now()))
    return going


async def _runs_of(runtime: Runtime, operation: Operation) -> tuple[Run, ...]:
    if operation.run:
        return (Run(reference=operation.run, url=operation.run_url),)
    if not operation.attempt:
        return ()
    deployer, order = await order_of(runtime, operation)
    return await deployer.find(order)


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


async def call(runtime: Runtime, operation: Operation) -> bool:
    """Call the provider for the committed attempt, and commit what its answer proves. Every other failure is unknown, not failed."""
    deployer, order = await order_of(runtime, operation)
    try:
        run = await deployer.start(order)
    except IntegrationError as error:
        return await _after_error(runtime, operation, order.key, error)
    now = runtime.clock.now()
    after = advancing.started(operation, run.reference, run.url, at=now)
    return await record.step(runtime, operation, after, and_then=lambda tx: bind(tx, order.key, run))


async def _after_error(runtime: Runtime, operation: Operation, key: AttemptKey, error: IntegrationError) -> bool:
    now = runtime.clock.now()
    if error.effect is Effect.NONE:
        after = advancing.had_no_effect(operation, str(error), retry_after=error.retry_after, at=now)
        return await record.step(
            runtime,
            operation,
            after,
            and_then=lambda tx: attempts.close(tx, key, AttemptState.NO_EFFECT, now, str(error)),
        )
    return await record.step(runtime, operation, advancing.lost(operation, str(error), at=now))


def bind(tx: Tx, key: AttemptKey, run: Run) -> None:
    """The attempt has its run."""
    attempt = attempts.get(tx, key)
    if attempt is not None and attempt.state is AttemptState.OPEN:
        attempts.save(tx, replace(attempt, state=AttemptState.BOUND, run=dict(run.reference)))


async def order_of(runtime: Runtime, operation: Operation) -> tuple[Deployer, Order]:
    """The current attempt of an operation as the provider's order, rebuilt from rows."""
    service, environment = runtime.place_of(operation.target)
    deployer = runtime.integration_of(environment).deployer
    assert deployer is not None, f"{environment.via} deploys: the configuration was checked"
    key = AttemptKey(operation=operation.id, step=1, n=operation.attempt)
    attempt = await runtime.store.read(lambda tx: attempts.get(tx, key))
    order = Order(
        key=key,
        action=operation.action,
        target=operation.target,
        revision=operation.revision,
        previous=operation.previous,
        repository=service.repository,
        how=environment.how,
        sent_at=attempt.sent_at if attempt else 0,
        deadline=environment.deadline,
    )
    return deployer, order
