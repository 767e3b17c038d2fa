"""The fence: where runs are known to ask first, a try whose answer was lost is taken back unclaimed, and made anew."""

from bot.domain import advancing
from bot.domain.claims import ClaimRule
from bot.domain.events import Event
from bot.domain.operations import Attempt, AttemptKey, AttemptState, Operation
from bot.domain.terms import MINUTE, Millis, Target, Unknown
from bot.engine import record
from bot.engine.runtime import Runtime, read
from bot.ports import Deployer, Order
from bot.store import Tx, attempts, claims, events, plans
from bot.store.errors import Stale

LISTED: Millis = 2 * MINUTE  # how long a provider may take to list a run that it has started


async def holds(runtime: Runtime, target: Target) -> bool:
    """Whether a run that comes late to this target would ask, and hear that it may not: required, and shown by the last one."""
    found = runtime.catalogue.find(target)
    if found is None or found[1].policy.claim is not ClaimRule.REQUIRED:
        return False
    return await runtime.store.read(lambda tx: claims.proven(tx, target))


async def moved(runtime: Runtime, operation: Operation, deployer: Deployer, order: Order) -> bool | Unknown:
    """Whether what would run is something else than what was shown and confirmed."""
    would_run = await read("what would run", deployer.preview(order))
    if isinstance(would_run, Unknown):
        return would_run
    plan = await runtime.store.read(lambda tx: plans.get(tx, operation.plan_id))
    _, environment = runtime.place_of(operation.target)
    now = (environment.policy_hash, would_run.workflow, would_run.steps)
    return plan is None or now != (plan.policy_hash, plan.workflow, plan.steps)


async def may_try_anew(runtime: Runtime, operation: Operation, order: Order) -> bool:
    """Nobody claimed it, it had its time to be listed, there are tries left, and nobody wants it to stop."""
    if operation.claimed_by or operation.stop_asked_by is not None or operation.attempt >= advancing.MAX_TRIES:
        return False
    listed = runtime.clock.now() - order.sent_at >= LISTED
    return listed and await holds(runtime, operation.target)


async def try_anew(runtime: Runtime, operation: Operation, key: AttemptKey) -> Operation | None:
    """Take the try back and commit to the next in one transaction; None where a run claimed it first, or the row has moved on."""
    _, environment = runtime.place_of(operation.target)
    now = runtime.clock.now()
    again = advancing.tried_anew(operation, deadline=environment.deadline, at=now)

    def commit(tx: Tx) -> bool:
        if not attempts.revoke_unclaimed(tx, key, now, "no answer, no run, no claim"):
            return False
        try:
            record.write_step(tx, runtime, operation, again)
        except Stale:
            # The savepoint of a function that raises is undone; one that returns keeps what it did.
            raise _Overtaken from None
        after = AttemptKey(operation=operation.id, step=key.step, n=again.attempt)
        attempts.insert(tx, Attempt(key=after, state=AttemptState.OPEN, sent_at=now, epoch=again.epoch))
        body = {"key": str(after), "revoked": str(key)}
        events.append(tx, Event(kind="attempt.committed", subject=f"operation:{operation.id}", at=now, body=body))
        return True

    try:
        done = await runtime.store.write(commit)
    except _Overtaken:
        return None
    if not done:
        return None
    record.wake(runtime, again)
    return again


class _Overtaken(Exception):
    """The row has moved on meanwhile: nothing is kept."""
