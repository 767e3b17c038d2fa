"""What a button does: the value is an offer's id, everything else is looked up, and every right is checked again."""

from collections.abc import Awaitable, Callable, Mapping

from bot.domain.leases import Deployment
from bot.domain.messages import Message
from bot.domain.operations import Operation, State
from bot.domain.plans import Offer, OfferVerb, Plan, PlanState
from bot.domain.policy import STANDING_REFUSALS, Live
from bot.domain.requests import Invocation, Request
from bot.domain.terms import MINUTE, Action, Permission, Target, Unknown
from bot.engine import people, planning, presenting, rendering, stopping, submit
from bot.engine.answering import Answering
from bot.engine.facts import what_is_live
from bot.engine.runtime import Runtime
from bot.store import Tx, audit, deployments, offers, operations, plans
from bot.store import people as people_rows
from bot.views import asking, changes, forms, kit, notices
from bot.views import plans as plan_views
from bot.views.together import together

Click = Callable[[Answering, Offer], Awaitable[None]]
Typed = Callable[[Answering, str], Awaitable[None]]
NO_LIMIT = 0


class Clicks:
    """Looks an offer up and does what it is for; `typed` carries out a suggested command as if it was typed."""

    def __init__(self, runtime: Runtime, typed: Typed) -> None:
        self._runtime = runtime
        self._typed = typed
        self._verbs: Mapping[OfferVerb, Click] = {
            OfferVerb.CONFIRM: self._confirm,
            OfferVerb.DECLINE: self._decline,
            OfferVerb.SHOW_CHANGES: self._changes,
            OfferVerb.SHOW_LOG: self._log,
            OfferVerb.ADOPT: self._adopt,
            OfferVerb.STOP: self._stop,
            OfferVerb.STOP_NOW: self._stop_now,
            OfferVerb.PLAN_ROLLBACK: self._plan,
            OfferVerb.PLAN_DEPLOY: self._plan,
            OfferVerb.DECIDE: self._decide,
            OfferVerb.SUGGEST: self._suggest,
            OfferVerb.DISMISS: self._dismiss,
        }

    async def click(self, answering: Answering) -> None:
        """Answer a click; one on something old, foreign or unknown changes nothing and says so."""
        offer = await self.offer(answering.delivery.offer)
        if offer is None or not self._fresh(offer):
            await answering.privately(notices.too_old(self._runtime.catalogue.command), replace=False)
            return
        who = answering.delivery.invocation.who
        if offer.audience and offer.audience != who.user:
            await self._not_yours(answering, offer)
            return
        person = await people.who(self._runtime, who)
        if isinstance(person, Unknown) or who.team != self._runtime.home.team or person.standing in STANDING_REFUSALS:
            await self._no_stranger(answering, person.why if isinstance(person, Unknown) else "")
            return
        await self._verbs[offer.verb](answering, offer)

    async def offer(self, offer_id: str) -> Offer | None:
        """A stored offer; forged and forgotten ids are None."""
        return await self._runtime.store.read(lambda tx: offers.get(tx, offer_id))

    def _fresh(self, offer: Offer) -> bool:
        """Expired plans have an answer of their own; everything else that expired is simply old."""
        expired = offer.expires_at != NO_LIMIT and offer.expires_at <= self._runtime.clock.now()
        return not expired or offer.verb in {OfferVerb.CONFIRM, OfferVerb.DECLINE, OfferVerb.SHOW_CHANGES}

    async def _no_stranger(self, answering: Answering, why: str) -> None:
        sentence = f"Could not read who you are: {why}." if why else "Only members of this workspace can press that."
        await answering.privately(notices.not_allowed(sentence), replace=False)

    async def _not_yours(self, answering: Answering, offer: Offer) -> None:
        plan = await self._plan_of(offer)
        if plan is None:
            name = await self._name(answering, offer.audience)
            await answering.privately(notices.for_somebody_else(name), replace=False)
            return
        names = {plan.who.user: await self._name(answering, plan.who.user)}
        command = self._runtime.catalogue.command
        await answering.privately(plan_views.not_yours(plan, names=names, command=command), replace=False)

    async def _name(self, answering: Answering, user: str) -> str:
        team = answering.delivery.invocation.who.team
        names = await self._runtime.store.read(lambda tx: people_rows.names(tx, team))
        return names.get(user, "the person it was made for")

    async def _plan_of(self, offer: Offer) -> Plan | None:
        plan_id = offer.body.get("plan", "")
        return await self._runtime.store.read(lambda tx: plans.get(tx, plan_id)) if plan_id else None

    async def _operation_of(self, offer: Offer) -> Operation:
        number = int(offer.body["operation"])
        operation = await self._runtime.store.read(lambda tx: operations.get(tx, number))
        assert operation is not None, "an offer of an operation outlives it never"
        return operation

    async def _confirm(self, answering: Answering, offer: Offer) -> None:
        plan = await self._plan_of(offer)
        assert plan is not None, "an offer to confirm names its plan"
        invocation = answering.delivery.invocation
        if plan.late_landing:
            form = forms.confirm_form(plan, carried=f"{offer.id} {plan.target.service}")
            again = f"{self._runtime.catalogue.command} rollback {plan.target.service} {plan.target.environment}"
            await answering.open(form, notices.window_gone(again))
            return
        outcome = await submit.confirm(self._runtime, offer, invocation)
        message = await presenting.confirmation(self._runtime, outcome, plan, invocation.who)
        await answering.privately(message)

    async def _decline(self, answering: Answering, offer: Offer) -> None:
        plan = await self._plan_of(offer)
        assert plan is not None, "an offer to decline names its plan"

        def decline(tx: Tx) -> None:
            plans.save_state(tx, plan.id, PlanState.OPEN, PlanState.DECLINED)
            offers.retire(tx, f"plan:{plan.id}", self._runtime.clock.now())

        await self._runtime.store.write(decline)
        await answering.privately(notices.declined(plan.target))

    async def _changes(self, answering: Answering, offer: Offer) -> None:
        plan = await self._plan_of(offer)
        if plan is None:
            operation = await self._operation_of(offer)
            plan = await self._runtime.store.read(lambda tx: plans.get(tx, operation.plan_id))
        if plan is None or plan.changes is None:
            target = plan.target if plan else Target(service="", environment="")
            message = changes.no_changes(target, "Nothing was live there before, so there is nothing to compare.")
        else:
            message = changes.change_list(plan.changes, plan.target)
        await answering.privately(message, replace=False)

    async def _log(self, answering: Answering, offer: Offer) -> None:
        operation = await self._operation_of(offer)
        await answering.privately(await rendering.log_of(self._runtime, operation), replace=False)

    async def _adopt(self, answering: Answering, offer: Offer) -> None:
        plan = await self._plan_of(offer)
        assert plan is not None, "an offer to adopt names the plan it was made with"
        who = answering.delivery.invocation.who
        no = await stopping.allowed(self._runtime, who, Permission.ROLLBACK, plan.target)
        if no is not None:
            await answering.privately(notices.not_allowed(no.sentence, no.who), replace=False)
            return
        message = await adopt(self._runtime, plan.target, by=f"{who.team}/{who.user}")
        await answering.privately(message, replace=False)

    async def _stop(self, answering: Answering, offer: Offer) -> None:
        operation = await self._operation_of(offer)
        await ask_before_stop(self._runtime, answering, operation)

    async def _stop_now(self, answering: Answering, offer: Offer) -> None:
        operation = await self._operation_of(offer)
        outcome = await stopping.stop(self._runtime, operation, answering.delivery.invocation.who)
        await answering.privately(stop_answer(self._runtime, outcome, operation.target))

    async def _plan(self, answering: Answering, offer: Offer) -> None:
        """Plan again, or plan a rollback of what a card is about: the same gates as if it was typed."""
        if "operation" in offer.body:
            operation = await self._operation_of(offer)
            rollback = offer.verb is OfferVerb.PLAN_ROLLBACK
            action = Action.ROLLBACK if rollback else operation.action
            ref = "" if rollback or operation.action is not Action.DEPLOY else operation.revision
            request = Request(action=action, targets=(operation.target,), ref=ref)
        else:
            target = Target(service=offer.body["service"], environment=offer.body["environment"])
            request = Request(
                action=Action(offer.body["action"]),
                targets=(target,),
                ref=offer.body["ref"],
                because=offer.body["because"],
            )
        await propose(self._runtime, answering, request, replace="operation" not in offer.body)

    async def _decide(self, answering: Answering, offer: Offer) -> None:
        operation = await self._operation_of(offer)
        who = answering.delivery.invocation.who
        no = await stopping.allowed(self._runtime, who, Permission.DECIDE, operation.target)
        if no is not None:
            await answering.privately(notices.not_allowed(no.sentence, no.who), replace=False)
            return
        names = await rendering.names_of(self._runtime, operation)
        form = forms.decision_form(
            operation, carried=offer.id, answer=offer.body.get("answer", ""), looked_at=(operation.note,), names=names
        )
        again = f"{self._runtime.catalogue.command} status {operation.target.service}"
        await answering.open(form, notices.window_gone(again))

    async def _suggest(self, answering: Answering, offer: Offer) -> None:
        await self._typed(answering, offer.body["command"])

    async def _dismiss(self, answering: Answering, offer: Offer) -> None:
        operation = await self._operation_of(offer)
        await answering.privately(notices.notice(kit.mark("{} goes on.", kit.number_of(operation.id))))


async def propose(runtime: Runtime, answering: Answering, request: Request, *, replace: bool = True) -> None:
    """Plan, and show what was planned or refused to whoever asked; unconfirmed targets start at once."""
    invocation = answering.delivery.invocation
    made = await planning.plan(runtime, request, invocation)
    message = presenting.answers(runtime, made, dry_run=request.dry_run)
    if not request.dry_run:
        message = await start_unconfirmed(runtime, invocation, made) or message
    await answering.privately(message, replace=replace)


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
        messages.append(await presenting.confirmation(runtime, outcome, each.plan, invocation.who))
    return together(messages) if messages else None


def needs_confirmation(runtime: Runtime, plan: Plan) -> bool:
    """What the environment asks for; taking another operation over is always confirmed."""
    found = runtime.catalogue.find(plan.target)
    return found is None or found[1].policy.confirm or plan.takes_over != 0


async def ask_before_stop(runtime: Runtime, answering: Answering, operation: Operation) -> None:
    """What stopping means here, and two buttons."""
    who = answering.delivery.invocation.who
    no = await stopping.allowed(runtime, who, Permission.STOP, operation.target)
    if no is not None:
        await answering.privately(notices.not_allowed(no.sentence, no.who), replace=False)
        return
    now = runtime.clock.now()
    rights = tuple(
        Offer(
            id=runtime.random.token(),
            verb=verb,
            subject=f"stop:{operation.id}",
            audience=who.user,
            body={"operation": str(operation.id)},
            created_at=now,
            expires_at=now + 15 * MINUTE,
        )
        for verb in (OfferVerb.STOP_NOW, OfferVerb.DISMISS)
    )
    await runtime.store.write(lambda tx: offers.insert_many(tx, rights))
    await answering.privately(asking.stop_question(operation, rights), replace=False)


def stop_answer(runtime: Runtime, outcome: stopping.Outcome, target: Target) -> Message:
    """What came of a wish to stop."""
    operation = outcome.operation
    if outcome.wish in {stopping.Wish.FORBIDDEN, stopping.Wish.UNKNOWN}:
        return notices.not_allowed(outcome.sentence, outcome.who)
    if operation is None or outcome.wish is stopping.Wish.NOTHING:
        return notices.nothing_to_stop(target)
    if outcome.wish is stopping.Wish.TOO_LATE:
        return notices.too_late_to_stop(operation, command=runtime.catalogue.command)
    return notices.withdrawn(operation) if operation.state is State.CANCELLED else notices.stopping(operation)


async def adopt(runtime: Runtime, target: Target, *, by: str) -> Message:
    """Record what a target serves now as known to be good, so that a rollback can return to it."""
    _, environment = runtime.place_of(target)
    live = await what_is_live(runtime, environment)
    if not isinstance(live, Live) or not live.revision:
        why = live.why if isinstance(live, Unknown) else "nothing is live there"
        return notices.not_allowed(f"Nothing to adopt: {why}.")
    now = runtime.clock.now()
    good = Deployment(target=target, revision=live.revision, since=now, verified=True, by="adopted")

    def keep(tx: Tx) -> None:
        deployments.record(tx, good)
        audit.append(
            tx, at=now, actor=by, action="adopt", subject=str(target), reason="", body={"revision": live.revision}
        )

    await runtime.store.write(keep)
    return notices.adopted(target, live.revision)
