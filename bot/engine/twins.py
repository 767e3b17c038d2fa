"""More than one run of one try: only the one that claimed it may act, and what the others say is not what became of it."""

from bot.domain.claims import Answer
from bot.domain.operations import AttemptKey, Operation
from bot.domain.terms import Unknown
from bot.engine.ordering import order_of
from bot.engine.runtime import Runtime, read
from bot.ports import Run
from bot.store import events


async def count(runtime: Runtime, operation: Operation) -> int | Unknown:
    """How many runs carry the key of a try that was claimed, as far as anybody has seen; 1 where none claimed it."""
    if not operation.claimed_by:
        return 1
    deployer, order = await order_of(runtime, operation)
    listed = await read("the runs of this try", deployer.find(order))
    if isinstance(listed, Unknown):
        return listed
    return max(len(listed), 1 + await _turned_away(runtime, order.key))


async def others(runtime: Runtime, operation: Operation) -> tuple[Run, ...]:
    """What is listed beside the run that is known, of a try that was claimed; empty where nobody can be asked."""
    if not operation.claimed_by:
        return ()
    deployer, order = await order_of(runtime, operation)
    listed = await read("the runs of this try", deployer.find(order))
    return () if isinstance(listed, Unknown) else tuple(run for run in listed if run.reference != operation.run)


async def _turned_away(runtime: Runtime, key: AttemptKey) -> int:
    """How many other runs asked for this try and heard that it is taken."""
    told = await runtime.store.read(lambda tx: events.of_subject(tx, f"operation:{key.operation}"))
    kind = f"claim.{Answer.CONFLICT}"
    return len({each.body["run"] for each in told if each.kind == kind and each.body["attempt"] == str(key)})
