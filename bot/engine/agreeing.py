"""What the buttons of a request for approval do: show the plan and ask, then carry the answer out."""

from dataclasses import replace

from bot.domain.approvals import Approval, Decision
from bot.domain.messages import Message
from bot.domain.operations import Operation, State
from bot.domain.plans import Offer, OfferVerb, Plan
from bot.domain.quorums import stands
from bot.domain.requests import BypassRequest
from bot.domain.status import Waiting
from bot.domain.terms import MINUTE, Identity, Place, Target
from bot.engine import approvers, approving, counting, rendering, stopping
from bot.engine.answering import Answering
from bot.engine.approving import Answer, Said
from bot.engine.runtime import Runtime
from bot.store import Tx, offers, operations, outbox, plans
from bot.views import approvals as views
from bot.views import notices, refusals

FORM_LIFE = 30 * MINUTE
DOES = {OfferVerb.APPROVE: Decision.YES, OfferVerb.REJECT: Decision.NO}


async def pressed(runtime: Runtime, answering: Answering, offer: Offer) -> None:
    """*See plan and approve…* or *Reject…*: whoever may is shown the form, everybody else hears why not."""
    command = runtime.catalogue.command
    operation = await _operation(runtime, offer)
    if await _copied(runtime, answering, offer):
        await answering.privately(views.copied(command), replace=False)
        return
    who, where = answering.delivery.invocation.who, answering.delivery.invocation.where
    plan = await runtime.store.read(lambda tx: plans.get(tx, operation.plan_id))
    if offer.verb is OfferVerb.APPROVE and plan is not None and await _own_yes(runtime, plan, who) is not None:
        await _open(runtime, answering, operation, plan, offer.verb, own=True)
        return
    question = await approving.ask(runtime, operation, DOES[offer.verb], by=who, where=where)
    if isinstance(question, Said):
        await answering.privately(answer(runtime, question), replace=False)
        return
    await _open(runtime, answering, operation, question.plan, offer.verb, own=False)


async def _operation(runtime: Runtime, offer: Offer) -> Operation:
    number = int(offer.body["operation"])
    found = await runtime.store.read(lambda tx: operations.get(tx, number))
    assert found is not None, "an offer of an operation outlives it never"
    return found


async def _copied(runtime: Runtime, answering: Answering, offer: Offer) -> bool:
    """Whether a button that is for everybody was pressed on a message that we did not put there."""
    if offer.audience or not answering.delivery.message:
        return False
    channel = answering.delivery.invocation.where.channel
    known = await runtime.store.read(lambda tx: outbox.at(tx, channel, answering.delivery.message))
    return known is None or known.subject != offer.subject


async def _own_yes(runtime: Runtime, plan: Plan, who: Identity) -> Approval | None:
    now = runtime.clock.now()
    words = await counting.words_of(runtime, plan)
    return next((each for each in words if each.who == who and stands(each, now)), None)


async def _open(
    runtime: Runtime, answering: Answering, operation: Operation, plan: Plan, verb: OfferVerb, *, own: bool
) -> None:
    right = _right(runtime, answering, operation, verb)
    await runtime.store.write(lambda tx: offers.insert_many(tx, (right,)))
    names = await rendering.names_of(runtime, operation)
    if verb is OfferVerb.REJECT:
        form = views.reject_form(operation, names=names, carried=right.id)
    else:
        lines = await rendering.approval_lines(runtime, operation, plan)
        shown = views.take_back_form if own else views.approve_form
        form = shown(operation, plan, lines, names=names, carried=right.id)
    await answering.open(form, notices.window_gone(f"{runtime.catalogue.command} approvals"))


def _right(runtime: Runtime, answering: Answering, operation: Operation, verb: OfferVerb) -> Offer:
    """The right to send this form, of this person, for this plan, from where the button was: nothing of that comes from the form."""
    now, asked = runtime.clock.now(), answering.delivery.invocation
    return Offer(
        id=runtime.random.token(),
        verb=verb,
        subject=f"form:{operation.id}",
        audience=asked.who.user,
        body={
            "operation": str(operation.id),
            "hash": operation.plan_hash,
            "channel": asked.where.channel,
            "direct": "yes" if asked.where.direct else "",
        },
        single_use=False,
        created_at=now,
        expires_at=now + FORM_LIFE,
    )


async def submitted(runtime: Runtime, answering: Answering) -> None:
    """A form came back: what it is about is looked up by its right; everything is asked again."""
    delivery = answering.delivery
    who = delivery.invocation.who
    right = await runtime.store.read(lambda tx: offers.get(tx, delivery.carried))
    fits = right is not None and right.subject.startswith("form:") and right.audience == who.user
    if right is None or not fits or right.expires_at <= runtime.clock.now():
        await answering.privately(notices.too_old(f"{runtime.catalogue.command} approvals"))
        return
    operation = await _operation(runtime, right)
    place = Place(channel=right.body["channel"], direct=bool(right.body["direct"]))
    said = await _carried_out(runtime, delivery.action, operation, who, place, delivery.values.get(views.BECAUSE, ""))
    invocation = replace(delivery.invocation, where=place)
    back = replace(answering, delivery=replace(delivery, invocation=invocation))
    await back.privately(answer(runtime, said))


async def _carried_out(
    runtime: Runtime, action: str, operation: Operation, who: Identity, place: Place, because: str
) -> Said:
    if action == views.TAKE_BACK:
        no = await stopping.stranger(runtime, who)
        return Said(answer=Answer.NOTHING) if no is not None else await approving.take_back(runtime, operation, who)
    decision = Decision.NO if action == views.REJECT else Decision.YES
    return await approving.say(runtime, operation, decision, by=who, where=place, because=because.strip())


def answer(runtime: Runtime, said: Said) -> Message:
    """What came of a word, for whoever said it."""
    command, operation = runtime.catalogue.command, said.operation
    if said.answer is Answer.FORBIDDEN:
        assert said.verdict is not None, "a no has its reason"
        return refusals.not_possible(
            said.verdict.sentence, next_step=said.verdict.next_step, reason=said.verdict.reason
        )
    if operation is None or said.answer is Answer.TOO_LATE:
        return views.too_late(operation, command=command)
    if said.answer is Answer.CHANGED:
        assert said.verdict is not None, "it says what changed"
        return views.moved(operation, said.verdict, command=command)
    if said.answer is Answer.COUNTED:
        return views.counted(operation, said.missing)
    made = {
        Answer.APPROVED: views.approved,
        Answer.AGAIN: views.again,
        Answer.REFUSED: views.refused,
        Answer.WITHDRAWN: views.taken_back,
        Answer.NOTHING: views.nothing_to_take_back,
        Answer.BYPASSED: views.went_on,
        Answer.EXPIRED: views.expired,
    }
    return made[said.answer](operation)


async def bypass(runtime: Runtime, request: BypassRequest, *, by: Identity, where: Place) -> Message:
    """Go on without the others, by right, with a reason, loudly."""
    command = runtime.catalogue.command
    operation = await waits_at(runtime, request.target)
    if operation is None:
        return views.nobody_waits(command)
    if not request.because:
        return views.reason_wanted(command)
    said = await approving.say(runtime, operation, Decision.BYPASS, by=by, where=where, because=request.because)
    return answer(runtime, said)


async def waits_at(runtime: Runtime, target: Target) -> Operation | None:
    """What waits for an approval at a target."""
    recent = await runtime.store.read(lambda tx: operations.of_target(tx, target, 20))
    return next((each for each in recent if each.state is State.AWAITING_APPROVAL), None)


async def mine(runtime: Runtime, who: Identity) -> tuple[tuple[Waiting, ...], tuple[Operation, ...]]:
    """What waits for this person's approval, with buttons that are theirs alone, and what they wait for themselves."""
    unfinished = await runtime.store.read(operations.unfinished)
    waiting = [each for each in unfinished if each.state is State.AWAITING_APPROVAL]
    found = await approvers.approver(runtime, who)
    answerable = [each for each in waiting if await approvers.may_answer(runtime, each, found)]
    own = tuple(each for each in waiting if each.who == who)
    made = [Waiting(operation=each, offers=_rights(runtime, each, who)) for each in answerable]

    def keep(tx: Tx) -> None:
        for each in made:
            offers.insert_many(tx, each.offers)

    if made:
        await runtime.store.write(keep)
    return tuple(made), own


def _rights(runtime: Runtime, operation: Operation, who: Identity) -> tuple[Offer, ...]:
    now = runtime.clock.now()
    return tuple(
        Offer(
            id=runtime.random.token(),
            verb=verb,
            subject=f"operation:{operation.id}",
            audience=who.user,
            body={"operation": str(operation.id)},
            single_use=False,
            created_at=now,
            expires_at=operation.deadline_at,
        )
        for verb in DOES
    )
