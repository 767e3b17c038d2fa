"""Find out what became of an attempt: find, observe, cancel, verify. What the provider says now is the truth; memory is not."""

from dataclasses import replace

from bot.domain import advancing
from bot.domain.baking import begun
from bot.domain.facts import Live
from bot.domain.operations import Effect, Operation, State
from bot.domain.terms import MINUTE, Millis, Unknown, short
from bot.engine import baking, fencing, preflight, record, taking, twins
from bot.engine.living import what_is_live
from bot.engine.ordering import bind, order_of
from bot.engine.runtime import Runtime, read
from bot.ports import Deployer, Order, Run, RunState, Snapshot, TriggerClass
from bot.store import attempts

LANDING_LAG: Millis = MINUTE


async def recover(runtime: Runtime, operation: Operation) -> bool:
    """Found in `triggering` by a pass that did not call: we stopped in the middle, so the answer counts as lost."""
    now = runtime.clock.now()
    why = f"We asked {_provider(runtime, operation)} to start and stopped before its answer was written down"
    return await record.step(runtime, operation, advancing.lost(operation, why, at=now))


async def find_out(runtime: Runtime, operation: Operation) -> bool:
    """Look for the run of a lost answer; send the same key again only where that is proven to be safe."""
    if operation.run:
        return await _look_at_vanished(runtime, operation)
    deployer, order = await order_of(runtime, operation)
    runs = await read(f"the runs of {_provider(runtime, operation)}", deployer.find(order))
    now = runtime.clock.now()
    if isinstance(runs, Unknown):
        return await _still_lost(runtime, operation, f"Could not look for the run: {runs.why}")
    if len(runs) > 1:
        return await _commit(runtime, operation, advancing.ambiguous(operation, len(runs), at=now))
    if runs:
        after = advancing.started(operation, runs[0].reference, runs[0].url, at=now)
        return await record.step(runtime, operation, after, and_then=lambda tx: bind(tx, order.key, runs[0]))
    if deployer.trigger_class is TriggerClass.A and not operation.claimed_by:
        return await _resend(runtime, operation, deployer, order)
    if await fencing.may_try_anew(runtime, operation, order):
        return await _try_anew(runtime, operation, deployer, order)
    return await _still_lost(runtime, operation, f"{_provider(runtime, operation)} shows no run with this key yet")


async def _resend(runtime: Runtime, operation: Operation, deployer: Deployer, order: Order) -> bool:
    """Only what was shown and confirmed is sent again; where that is something else by now, a person has to look."""
    if (stop := await _unsendable(runtime, operation, deployer, order)) is not None:
        return stop
    now = runtime.clock.now()
    if now - order.sent_at >= advancing.SEARCH_FOR:
        why = f"{_provider(runtime, operation)} shows no run, and does not take the same key again"
        return await _commit(runtime, operation, advancing.still_lost(operation, why, patience=0, at=now))
    again = advancing.resend(operation, at=now)
    if not await record.step(runtime, operation, again):
        return False
    return await preflight.call(runtime, again, resent=True)


async def _unsendable(runtime: Runtime, operation: Operation, deployer: Deployer, order: Order) -> bool | None:
    """What became of an operation that cannot be sent again as it was confirmed; None where it can."""
    moved = await fencing.moved(runtime, operation, deployer, order)
    if isinstance(moved, Unknown):
        return await _still_lost(runtime, operation, f"Could not read what would run: {moved.why}")
    return await _commit(runtime, operation, advancing.outdated(operation, at=runtime.clock.now())) if moved else None


async def _try_anew(runtime: Runtime, operation: Operation, deployer: Deployer, order: Order) -> bool:
    """The fence stands: the try that was lost is taken back, and whatever of it comes late hears that it may not go on."""
    if (stop := await _unsendable(runtime, operation, deployer, order)) is not None:
        return stop
    again = await fencing.try_anew(runtime, operation, order.key)
    return await preflight.call(runtime, again) if again is not None else False


async def _still_lost(runtime: Runtime, operation: Operation, why: str) -> bool:
    now = runtime.clock.now()
    after = advancing.still_lost(operation, why, patience=advancing.SEARCH_FOR, at=now)
    return await _commit(runtime, operation, after)


async def _commit(runtime: Runtime, operation: Operation, after: Operation) -> bool:
    """Commit; whoever has to decide is told what the target serves meanwhile."""
    if after.state is State.NEEDS_HUMAN:
        live = await _live(runtime, operation)
        after = replace(after, **advancing.served(live if isinstance(live, Live) else None))  # type: ignore[arg-type]  # the names are its own
    return await record.step(runtime, operation, after)


async def _look_at_vanished(runtime: Runtime, operation: Operation) -> bool:
    snapshot = await _snapshot(runtime, operation)
    now = runtime.clock.now()
    if not isinstance(snapshot, Unknown) and snapshot.state is not RunState.UNKNOWN:
        return await record.step(
            runtime, operation, advancing.started(operation, operation.run, operation.run_url, at=now)
        )
    live = await _live(runtime, operation)
    seen = f"; {live.said_by} serves {short(live.revision)}" if isinstance(live, Live) and live.revision else ""
    why = f"The run ended without saying how{seen}"
    after = advancing.still_lost(operation, why, patience=advancing.VANISHED_FOR, at=now)
    return await _commit(runtime, operation, after)


async def observe(runtime: Runtime, operation: Operation) -> bool:
    """What the run says now; a wish to stop that came while the start was under way is carried out first."""
    if operation.stop_asked_by is not None:
        now = runtime.clock.now()
        return await record.step(runtime, operation, advancing.stopping(operation, operation.stop_asked_by, at=now))
    if not operation.run:
        return await _claimed(runtime, operation)
    snapshot = await _snapshot(runtime, operation)
    now = runtime.clock.now()
    if isinstance(snapshot, Unknown):
        return await _commit(runtime, operation, advancing.progressed(operation, operation.progress, at=now))
    return await _follow(runtime, operation, snapshot)


async def _claimed(runtime: Runtime, operation: Operation) -> bool:
    """A run came forward before anybody found it: only one may go on, so which of those with our key it is matters to nobody else."""
    deployer, order = await order_of(runtime, operation)
    runs = await read(f"the runs of {_provider(runtime, operation)}", deployer.find(order))
    now = runtime.clock.now()
    if isinstance(runs, Unknown) or len(runs) != 1:
        return await _commit(runtime, operation, advancing.progressed(operation, operation.progress, at=now))
    found = operation.but(run=dict(runs[0].reference), run_url=runs[0].url, due_at=now)
    return await record.step(runtime, operation, found, and_then=lambda tx: bind(tx, order.key, runs[0]))


async def _follow(runtime: Runtime, operation: Operation, snapshot: Snapshot) -> bool:
    now = runtime.clock.now()
    if snapshot.state in {RunState.QUEUED, RunState.RUNNING}:
        step = snapshot.step if snapshot.step[0] else operation.progress
        return await _commit(runtime, operation, advancing.progressed(operation, step, at=now))
    if snapshot.state is RunState.UNKNOWN:
        return await record.step(
            runtime, operation, advancing.lost(operation, "The run ended without saying how", at=now)
        )
    return await _ended(runtime, operation, snapshot)


async def _ended(runtime: Runtime, operation: Operation, snapshot: Snapshot) -> bool:
    now = runtime.clock.now()
    if snapshot.state is RunState.SUCCEEDED:
        after = advancing.provider_succeeded(operation, at=now)
        return await record.step(
            runtime, operation, after, and_then=lambda tx: attempts.end(tx, operation.id, now, snapshot.state)
        )
    runs = await twins.count(runtime, operation)
    if isinstance(runs, Unknown):
        return await _commit(runtime, operation, advancing.progressed(operation, operation.progress, at=now))
    if runs > 1:  # this may be the one that was turned away
        return await _commit(runtime, operation, advancing.ambiguous(operation, runs, at=now))
    answer = await _live(runtime, operation)
    live = answer if isinstance(answer, Live) else None
    effect = snapshot.effect or Effect.PARTIAL
    if snapshot.state is RunState.CANCELLED:
        after = advancing.provider_cancelled(operation, live=live, effect=effect, at=now)
    else:
        after = advancing.provider_failed(
            operation, detail=snapshot.detail, effect=effect, step=snapshot.step, live=live, at=now
        )
    return await record.step(
        runtime, operation, after, and_then=lambda tx: attempts.end(tx, operation.id, now, snapshot.state)
    )


async def stop(runtime: Runtime, operation: Operation) -> bool:
    """Somebody asked to stop: ask the provider (again), then see what it made of it."""
    if not operation.run:
        return await record.step(
            runtime,
            operation,
            advancing.lost(operation, "Asked to stop before it was known to run", at=runtime.clock.now()),
        )
    deployer, _ = await order_of(runtime, operation)
    run = Run(reference=operation.run, url=operation.run_url)
    snapshot = await _snapshot(runtime, operation)
    if not isinstance(snapshot, Unknown) and snapshot.state in {
        RunState.SUCCEEDED,
        RunState.FAILED,
        RunState.CANCELLED,
    }:
        return await _ended(runtime, operation, snapshot)
    await read("the stop", deployer.cancel(run))
    now = runtime.clock.now()
    if not isinstance(snapshot, Unknown) and snapshot.state is RunState.UNKNOWN:
        return await record.step(
            runtime, operation, advancing.lost(operation, "The run ended without saying how", at=now)
        )
    return await _commit(runtime, operation, advancing.progressed(operation, operation.progress, at=now))


async def verify(runtime: Runtime, operation: Operation) -> bool:
    """Ask the target what it serves; then, where it has probes, watch those for the bake time."""
    rules = baking.rules_of(runtime, operation)
    if operation.watch_since and rules is not None:
        return await baking.look(runtime, operation, rules)
    answer = await _live(runtime, operation)
    live = answer if isinstance(answer, Live) and answer.said_by != "our record" else None
    why_not = f"Could not ask {operation.target.service}: {answer.why}" if isinstance(answer, Unknown) else ""
    now = runtime.clock.now()
    after = advancing.serves(operation, live, why_not, at=now)
    until = operation.changed_at + LANDING_LAG
    if after.finished and now < until and (number := await taking.could_still_land(runtime, operation)):
        # Whatever the first one's start still does, it does within the lag: one more look tells.
        after = operation.but(note=f"Looking once more: #{number} could still land", due_at=until)
    if after.state is State.SUCCEEDED and rules is not None:
        after = begun(operation, rules, live, at=now)
    return await record.step(runtime, operation, after)


async def _snapshot(runtime: Runtime, operation: Operation) -> Snapshot | Unknown:
    deployer, _ = await order_of(runtime, operation)
    run = Run(reference=operation.run, url=operation.run_url)
    return await read(f"the run of {_provider(runtime, operation)}", deployer.observe(run))


async def _live(runtime: Runtime, operation: Operation) -> Live | Unknown | None:
    _, environment = runtime.place_of(operation.target)
    return await what_is_live(runtime, environment)


def _provider(runtime: Runtime, operation: Operation) -> str:
    _, environment = runtime.place_of(operation.target)
    return environment.via
