"""Stop…: what stopping would mean now is asked first; where it is too late for that, what can be done instead is said."""

from bot.domain.messages import Message
from bot.domain.operations import Operation, State
from bot.domain.plans import Offer, OfferVerb
from bot.domain.requests import DeliveryKind
from bot.domain.terms import MINUTE, Target
from bot.engine import presenting, record, rendering, stopping
from bot.engine.answering import Answering
from bot.engine.runtime import Runtime
from bot.store import offers
from bot.views import asking, notices


async def ask(runtime: Runtime, answering: Answering, operation: Operation, *, because: str = "") -> None:
    """What stopping means here, and two buttons; where it cannot be stopped any more, what can be done instead."""
    who, where = answering.delivery.invocation.who, answering.delivery.invocation.where
    replace = answering.delivery.kind is DeliveryKind.WORDS
    no = await stopping.may_stop(runtime, operation, who, where=where)
    if no is not None:
        await answering.privately(presenting.no(no), replace=replace)
        return
    if operation.state not in record.STOPPABLE:
        outcome = stopping.Outcome(wish=stopping.Wish.TOO_LATE, operation=operation)
        await answering.privately(answer(runtime, outcome, operation.target), replace=replace)
        return
    now = runtime.clock.now()
    rights = tuple(
        Offer(
            id=runtime.random.token(),
            verb=verb,
            subject=f"stop:{operation.id}",
            audience=who.user,
            body={"operation": str(operation.id), "because": because},
            created_at=now,
            expires_at=now + 15 * MINUTE,
        )
        for verb in (OfferVerb.STOP_NOW, OfferVerb.DISMISS)
    )
    await runtime.store.write(lambda tx: offers.insert_many(tx, rights))
    names = await rendering.names_of(runtime, operation)
    await answering.privately(asking.stop_question(operation, rights, names=names), replace=replace)


def answer(runtime: Runtime, outcome: stopping.Outcome, target: Target) -> Message:
    """What came of a wish to stop."""
    operation = outcome.operation
    if outcome.wish in {stopping.Wish.FORBIDDEN, stopping.Wish.UNKNOWN}:
        return presenting.no(outcome)
    if operation is None or outcome.wish is stopping.Wish.NOTHING:
        return notices.nothing_to_stop(target)
    if outcome.wish is stopping.Wish.TOO_LATE:
        return notices.too_late_to_stop(operation, command=runtime.catalogue.command)
    return notices.withdrawn(operation) if operation.state is State.CANCELLED else notices.stopping(operation)
