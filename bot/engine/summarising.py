"""The change summary of an operation, told from the rows of its plan, and whose changes it carried."""

from bot.domain.changes import Relation
from bot.domain.messages import Message
from bot.domain.operations import Effect, Operation, State
from bot.domain.summaries import summarise
from bot.domain.terms import Target
from bot.engine.runtime import Runtime
from bot.store import plans
from bot.views import changes

CALLED = frozenset({State.SUCCEEDED, State.FAILED, State.ROLLED_BACK})
"""What becomes of a change that its author wants to hear of."""


async def summary(runtime: Runtime, operation: Operation) -> Message | None:
    """The first reply under a production card; None where the plan could not read the changes."""
    plan = await runtime.store.read(lambda tx: plans.get(tx, operation.plan_id))
    if plan is None or plan.changes is None:
        return None
    return changes.summary(plan.changes, operation.target, tickets=tickets_of(runtime, operation.target))


async def rest(runtime: Runtime, operation: Operation) -> Message | None:
    """What the summary has no room for; None where it says all."""
    plan = await runtime.store.read(lambda tx: plans.get(tx, operation.plan_id))
    return changes.rest(plan.changes, operation.target) if plan is not None and plan.changes is not None else None


def tickets_of(runtime: Runtime, target: Target) -> str:
    """Where the tickets of a service are read; empty where nobody said so."""
    service = runtime.catalogue.services.get(target.service)
    return service.tickets if service else ""


async def authors(runtime: Runtime, operation: Operation) -> tuple[str, ...]:
    """Slack users whose change went live in production, failed there or left it: only those that `people:` names, without the asker.

    A rollback that took an operation over calls nobody: the end of that one does.
    """
    found = runtime.catalogue.find(operation.target)
    nothing = operation.state is State.FAILED and operation.effect is Effect.NONE
    if found is None or not found[1].policy.production or operation.state not in CALLED or nothing:
        return ()
    if operation.parent_id or not runtime.catalogue.people:
        return ()
    plan = await runtime.store.read(lambda tx: plans.get(tx, operation.plan_id))
    if plan is None or plan.changes is None or plan.changes.relation is Relation.UNRELATED:
        return ()
    named = (runtime.catalogue.person_of(author) for author in summarise(plan.changes).authors)
    return tuple(dict.fromkeys(user for user in named if user and user != operation.who.user))
