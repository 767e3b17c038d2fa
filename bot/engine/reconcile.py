"""Advance every unfinished operation one step at a time, from its row: the only place that changes the outside world."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.domain import advancing
from bot.domain.operations import Operation, State
from bot.domain.reasons import Reason
from bot.domain.terms import SECOND, Millis
from bot.engine import following, preflight, record, watching
from bot.engine.runtime import Runtime
from bot.store import operations

log = structlog.get_logger(__name__)
SWEEP: Millis = 2 * SECOND
STEP_DEADLINE: Millis = 90 * SECOND
BATCH = 200

Step = Callable[[Runtime, Operation], Awaitable[bool]]

STEPS: dict[State, Step] = {
    State.QUEUED: preflight.ask,
    State.TRIGGERING: following.recover,
    State.UNKNOWN: following.find_out,
    State.RUNNING: following.observe,
    State.CANCELLING: following.stop,
    State.VERIFYING: following.verify,
    State.NEEDS_HUMAN: watching.look,
}
"""What reconcile does in each state; a state that is not here waits for a person or for its rollback."""


async def sweep(runtime: Runtime) -> int:
    """Start a pass for every operation that is due; returns how many. Repeating it is harmless."""
    now = runtime.clock.now()
    due = await runtime.store.read(lambda tx: operations.due(tx, now, BATCH))
    for operation in due:
        start(runtime, operation.id)
    return len(due)


def start(runtime: Runtime, operation_id: int) -> None:
    """Give one operation its own supervised pass: a provider that hangs delays nobody else."""

    async def work() -> None:
        await advance(runtime, operation_id)

    runtime.supervisor.start(f"operation:{operation_id}", work)


async def advance(runtime: Runtime, operation_id: int) -> None:
    """Take steps for as long as they are due now; each step reads the row afresh."""
    while True:
        operation = await runtime.store.read(lambda tx: operations.get(tx, operation_id))
        if operation is None or operation.state not in STEPS:
            return
        if (early := operation.due_at - runtime.clock.now()) > 0:
            # An earlier wake-up may have taken the place of the one for then.
            runtime.runner.wake(f"operation:{operation_id}", early)
            return
        if runtime.catalogue.find(operation.target) is None:
            await _not_configured(runtime, operation)
            return
        if not await _one_step(runtime, operation):
            return


async def _one_step(runtime: Runtime, operation: Operation) -> bool:
    try:
        async with asyncio.timeout(STEP_DEADLINE / 1000):
            return await STEPS[operation.state](runtime, operation)
    except TimeoutError:
        log.warning("step took too long", operation=operation.id, state=operation.state)
    except Exception:
        log.exception("step failed", operation=operation.id, state=operation.state)
    await _look_again(runtime, operation)
    return False


async def _not_configured(runtime: Runtime, operation: Operation) -> None:
    """The target was taken out of the configuration meanwhile: nobody can be asked, so a person has to say."""
    now = runtime.clock.now()
    if operation.state is State.NEEDS_HUMAN:
        await record.step(runtime, operation, advancing.watched(operation, None, "", at=now))
        return
    state = State.REJECTED if operation.state is State.QUEUED else State.NEEDS_HUMAN
    note = f"{operation.target} is not configured any more"
    after = operation.to(state, at=now, reason=Reason.UNKNOWN_TARGET, note=note)
    await record.step(runtime, operation, after)


async def _look_again(runtime: Runtime, seen: Operation) -> None:
    """A step that broke is taken again later from whatever the row says then, never in a hot loop."""
    current = await runtime.store.read(lambda tx: operations.get(tx, seen.id))
    if current is not None and not current.finished and current.version == seen.version:
        await record.step(runtime, current, current.but(due_at=runtime.clock.now() + 5 * SECOND))
