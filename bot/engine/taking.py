"""A rollback that took a target over: first the run that it took over ends, then it starts."""

from bot.domain import advancing
from bot.domain.operations import Effect, Operation, State
from bot.domain.reasons import Reason
from bot.domain.terms import MINUTE, Millis, Unknown
from bot.engine import fencing, record, twins
from bot.engine.ordering import order_of
from bot.engine.runtime import Runtime, read
from bot.ports import Deployer, Run, RunState, TriggerClass
from bot.store import effects, operations

STOP_PATIENCE: Millis = 10 * MINUTE  # how long a run that was asked to stop may take, before a person has to look


async def waits(runtime: Runtime, operation: Operation) -> bool:
    """True while the run that this rollback takes over goes on; it is asked to stop, and asked again."""
    parent = await _parent(runtime, operation)
    why = await _still_runs(runtime, parent) if parent is not None else ""
    if parent is None or not why:
        return False
    now = runtime.clock.now()
    if now - operation.created_at < STOP_PATIENCE:
        after = operation.but(note=why, due_at=now + advancing.POLL)
    else:
        note = f"#{parent.id} has not stopped in {STOP_PATIENCE // MINUTE} minutes"
        after = operation.to(State.REJECTED, at=now, reason=Reason.TARGET_HELD, note=note, effect=Effect.NONE)
    await record.step(runtime, operation, after)
    return True


async def _parent(runtime: Runtime, operation: Operation) -> Operation | None:
    return await runtime.store.read(lambda tx: operations.get(tx, operation.parent_id)) if operation.parent_id else None


async def _still_runs(runtime: Runtime, parent: Operation) -> str:
    """Why to wait, in words; empty where nothing of the operation that was taken over runs any more."""
    if parent.attempt and not parent.run and runtime.supervisor.runs(f"operation:{parent.id}"):
        return f"Waiting for the answer to the start of #{parent.id}"
    deployer, order = await order_of(runtime, parent)
    runs: tuple[Run, ...] | Unknown = (Run(reference=parent.run, url=parent.run_url),) if parent.run else ()
    if parent.attempt and not parent.run:
        runs = await read("its runs", deployer.find(order))
    if isinstance(runs, Unknown):
        return f"Could not ask about #{parent.id}: {runs.why}"
    beside = await twins.others(runtime, parent) if parent.run else ()
    going = [why for run in (*runs, *beside) if (why := await _stopped(deployer, run, parent))]
    if not going:
        await runtime.store.write(lambda tx: effects.finish(tx, f"cancel:{parent.id}", runtime.clock.now()))
    return going[0] if going else ""


async def _stopped(deployer: Deployer, run: Run, parent: Operation) -> str:
    """Ask a run that goes on to stop; empty where it has ended."""
    snapshot = await read("its run", deployer.observe(run))
    if isinstance(snapshot, Unknown):
        return f"Could not ask about #{parent.id}: {snapshot.why}"
    if snapshot.state not in {RunState.QUEUED, RunState.RUNNING}:
        return ""
    await read("the stop", deployer.cancel(run))
    return f"Waiting for #{parent.id} to stop"


async def could_still_land(runtime: Runtime, operation: Operation) -> int:
    """The number of what this rollback took over, where its start may take effect after all; else 0."""
    parent = await _parent(runtime, operation)
    if parent is None or not parent.attempt or parent.run:
        return 0
    if await fencing.holds(runtime, parent.target):
        return 0  # it was taken back, and hears that when it asks
    deployer, _ = await order_of(runtime, parent)
    return parent.id if deployer.trigger_class in {TriggerClass.C, TriggerClass.D} else 0
