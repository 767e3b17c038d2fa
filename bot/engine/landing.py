"""When an operation has ended: what came with it is kept beside it, since its plan will be forgotten."""

from dataclasses import replace

from bot.domain.operations import Effect, Operation
from bot.domain.shipments import landing_of
from bot.store import Tx, landings, plans

MOST = 5_000  # commits that are kept of one range; the others are counted


def keep(tx: Tx, operation: Operation) -> None:
    """In the transaction of the end; nothing where nothing reached the target, or the plan could not read the changes."""
    if operation.effect is Effect.NONE:
        return
    plan = plans.get(tx, operation.plan_id)
    if plan is None or plan.changes is None:
        return
    found = landing_of(operation.id, plan.changes)
    landings.save(tx, replace(found, commits=found.commits[:MOST]))
