"""Keep looking while a person has to decide: what is found out is shown as evidence, and a run that is ours beyond doubt is followed."""

from bot.domain import advancing
from bot.domain.facts import Live
from bot.domain.operations import AttemptState, Operation
from bot.domain.reasons import Reason
from bot.domain.terms import Unknown
from bot.engine import record
from bot.engine.living import what_is_live
from bot.engine.ordering import bind, order_of
from bot.engine.runtime import Runtime, read
from bot.ports import Run, RunState
from bot.store import attempts

OVER = frozenset({RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED})


async def look(runtime: Runtime, operation: Operation) -> bool:
    """One look; the next is due later, ever more rarely. Nothing that it finds ends the operation."""
    now = runtime.clock.now()
    if advancing.unwatched(operation, at=now):
        await record.step(runtime, operation, operation.but(due_at=operation.changed_at + advancing.WATCH_FIRST))
        return False
    if operation.reason == Reason.LOST and not operation.child_id and await _found(runtime, operation):
        return True
    _, environment = runtime.place_of(operation.target)
    live = await what_is_live(runtime, environment)
    known_run = operation.run and not operation.child_id and operation.reason != Reason.AMBIGUOUS
    seen = await _ended(runtime, operation) if known_run else ""
    known = live if isinstance(live, Live) and live.said_by != "our record" else None
    after = advancing.watched(operation, known, seen, at=runtime.clock.now())
    await record.step(runtime, operation, after)
    return False


async def _found(runtime: Runtime, operation: Operation) -> bool:
    """Whether exactly one run carries our key after all, and nobody took the try away: then it is followed as if it had been found at once."""
    deployer, order = await order_of(runtime, operation)
    attempt = await runtime.store.read(lambda tx: attempts.get(tx, order.key))
    if operation.run or attempt is None or attempt.state is not AttemptState.OPEN:
        return False
    runs = await read("its runs", deployer.find(order))
    if isinstance(runs, Unknown) or len(runs) != 1:
        return False
    after = advancing.started(operation, runs[0].reference, runs[0].url, at=runtime.clock.now())
    return await record.step(runtime, operation, after, and_then=lambda tx: bind(tx, order.key, runs[0]))


async def _ended(runtime: Runtime, operation: Operation) -> str:
    """What the run says by now, in words; empty where that is nothing new."""
    deployer, _ = await order_of(runtime, operation)
    snapshot = await read("its run", deployer.observe(Run(reference=operation.run, url=operation.run_url)))
    if isinstance(snapshot, Unknown) or snapshot.state not in OVER:
        return ""
    return f"The run has ended since, and says that it {WORDS[snapshot.state]}"


WORDS = {
    RunState.SUCCEEDED: "succeeded",
    RunState.FAILED: "failed",
    RunState.CANCELLED: "was stopped",
}
