"""Show what would happen to whoever asked for it; where the configuration asks for no confirmation, it starts at once."""

from bot.domain.messages import Message
from bot.domain.operations import Operation
from bot.domain.plans import OfferVerb, Plan
from bot.domain.requests import DeliveryKind, Invocation, Request
from bot.engine import planning, presenting, rendering, submit
from bot.engine.answering import Answering
from bot.engine.runtime import Runtime
from bot.store import Tx, operations
from bot.views.together import together


async def propose(runtime: Runtime, answering: Answering, request: Request, *, replace: bool = True) -> None:
    """Plan, and show what was planned or refused to whoever asked; unconfirmed targets start at once."""
    invocation = answering.delivery.invocation
    if (
        answering.late
        and spoken(answering)
        and (before := await started_before(runtime, request, invocation)) is not None
    ):
        await answering.privately(before, replace=replace)
        return
    made = await planning.plan(runtime, request, invocation)
    message = await presenting.answers(runtime, made, invocation.who, dry_run=request.dry_run)
    if not request.dry_run and spoken(answering):
        message = await start_unconfirmed(runtime, invocation, made) or message
    await answering.privately(message, replace=replace)


def spoken(answering: Answering) -> bool:
    """Whether whoever asked wrote out what they want; a button that leads to a plan, or to a word that was meant, never starts it."""
    return answering.delivery.kind in {DeliveryKind.WORDS, DeliveryKind.SUBMIT}


async def started_before(runtime: Runtime, request: Request, invocation: Invocation) -> Message | None:
    """What this very delivery had started before we stopped in the middle of it; None where it had started nothing."""

    def look(tx: Tx) -> Operation | None:
        mine = operations.by_person(tx, invocation.who, 20)
        return next((each for each in mine if _is_of(each, request, invocation)), None)

    found = await runtime.store.read(look)
    if found is None:
        return None
    names = await rendering.names_of(runtime, found)
    return presenting.second_click(runtime, found, invocation.who, names)


def _is_of(operation: Operation, request: Request, invocation: Invocation) -> bool:
    same = operation.action is request.action and operation.target in request.targets
    return same and operation.created_at >= invocation.at


async def start_unconfirmed(runtime: Runtime, invocation: Invocation, made: planning.Answers) -> Message | None:
    """Where the configuration asks for no confirmation, the plan that was just made is carried out; None where all ask."""
    started = []
    for each in made:
        if not isinstance(each, planning.Planned) or needs_confirmation(runtime, each.plan):
            return None
        started.append(each)
    messages = []
    for each in started:
        confirm = next(offer for offer in each.offers if offer.verb is OfferVerb.CONFIRM)
        outcome = await submit.confirm(runtime, confirm, invocation)
        messages.append(await presenting.confirmation(runtime, outcome, each.plan, invocation.who, unasked=True))
    return together(messages) if messages else None


def needs_confirmation(runtime: Runtime, plan: Plan) -> bool:
    """What the environment asks for; taking another operation over is always confirmed."""
    found = runtime.catalogue.find(plan.target)
    return found is None or found[1].policy.confirm or plan.takes_over != 0
