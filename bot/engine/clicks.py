"""What a button does: the value is an offer's id, everything else is looked up, and every right is checked again."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.domain.messages import Message
from bot.domain.operations import Operation, State
from bot.domain.plans import Offer, OfferVerb, Plan, PlanState
from bot.domain.requests import Request, UnlockRequest
from bot.domain.terms import Action, Permission, Target
from bot.engine import (
    adopting,
    agreeing,
    deciding,
    holding,
    homes,
    presenting,
    proposing,
    rendering,
    settling,
    stopping,
    submit,
    summarising,
    unlocking,
    withdrawing,
)
from bot.engine.answering import Answering
from bot.engine.runtime import Runtime
from bot.store import Tx, offers, operations, plans
from bot.store import people as people_rows
from bot.views import changes, forms, kit, notices
from bot.views import plans as plan_views

Click = Callable[[Answering, Offer], Awaitable[None]]
Typed = Callable[[Answering, str], Awaitable[None]]
NO_LIMIT = 0
LASTING = frozenset(
    {
        *(OfferVerb.CONFIRM, OfferVerb.DECLINE),  # of a plan, which has a state of its own
        *(OfferVerb.SHOW_CHANGES, OfferVerb.SHOW_LOG, OfferVerb.PLAN_DEPLOY, OfferVerb.PLAN_ROLLBACK),
    }
)
"""What an expired offer may still do: nothing of it acts by itself."""


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
            OfferVerb.AGREE: self._agree,
            **dict.fromkeys(agreeing.DOES, self._approval),
            **dict.fromkeys(settling.ANSWERS, self._settle),
            OfferVerb.UNLOCK: self._unlock,
            OfferVerb.UNLOCK_NOW: self._unlock_now,
            OfferVerb.RELEASE: self._release,
            OfferVerb.SUGGEST: self._suggest,
            OfferVerb.DISMISS: self._dismiss,
        }

    async def click(self, answering: Answering) -> None:
        """Answer a click; one on something old, foreign or unknown changes nothing and says so."""
        offer = await self.offer(answering.delivery.offer)
        if offer is None or not self._fresh(offer) or await self._left_behind(offer):
            await answering.privately(await self._too_old(offer), replace=False)
            return
        who = answering.delivery.invocation.who
        if offer.audience and offer.audience != who.user:
            await self._not_yours(answering, offer)
            return
        no = await stopping.stranger(self._runtime, who)
        if no is not None:
            await answering.privately(presenting.no(no), replace=False)
            return
        await self._verbs[offer.verb](answering, offer)

    async def offer(self, offer_id: str) -> Offer | None:
        """A stored offer; forged and forgotten ids are None."""
        return await self._runtime.store.read(lambda tx: offers.get(tx, offer_id))

    def _fresh(self, offer: Offer) -> bool:
        """Expired plans have an answer of their own, looking and planning start nothing; everything else that expired is old."""
        expired = offer.expires_at != NO_LIMIT and offer.expires_at <= self._runtime.clock.now()
        return not expired or offer.verb in LASTING

    async def _left_behind(self, offer: Offer) -> bool:
        """Whether the plan that it is about is not kept any more."""
        return "plan" in offer.body and await self._plan_of(offer) is None

    async def _too_old(self, offer: Offer | None) -> Message:
        """What to type instead; an old button of a card names its target."""
        command = self._runtime.catalogue.command
        if offer is None or "operation" not in offer.body:
            return notices.too_old(command)
        target = (await self._operation_of(offer)).target
        return notices.too_old(f"{command} status {target.service} {target.environment}")

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

        def decline(tx: Tx) -> Plan | None:
            now = self._runtime.clock.now()
            if plan.expires_at > now and plans.save_state(tx, plan.id, PlanState.OPEN, PlanState.DECLINED):
                offers.retire(tx, f"plan:{plan.id}", now)
                return None
            return plans.get(tx, plan.id)

        other = await self._runtime.store.write(decline)
        homes.wake(self._runtime, plan.who)
        await answering.privately(await self._not_declined(other) if other else notices.declined(plan.target))

    async def _not_declined(self, plan: Plan) -> Message:
        """It was too late to say no: what became of the plan instead."""
        if plan.state is PlanState.CONFIRMED:
            return plan_views.plan_closed(plan)
        if plan.state is PlanState.DECLINED:
            return notices.declined(plan.target)
        return await presenting.ended(self._runtime, plan)

    async def _changes(self, answering: Answering, offer: Offer) -> None:
        plan = await self._plan_of(offer)
        if plan is None:
            operation = await self._operation_of(offer)
            plan = await self._runtime.store.read(lambda tx: plans.get(tx, operation.plan_id))
        if plan is None or plan.changes is None:
            target = plan.target if plan else Target(service="", environment="")
            unread = plan is not None and plan.live
            why = (
                "They could not be read."
                if unread
                else "Nothing was live there before, so there is nothing to compare."
            )
            message = changes.no_changes(target, why)
        else:
            tickets = summarising.tickets_of(self._runtime, plan.target)
            message = changes.change_list(plan.changes, plan.target, tickets=tickets)
        await answering.privately(message, replace=False)

    async def _log(self, answering: Answering, offer: Offer) -> None:
        operation = await self._operation_of(offer)
        await answering.privately(await rendering.log_of(self._runtime, operation), replace=False)

    async def _adopt(self, answering: Answering, offer: Offer) -> None:
        plan = await self._plan_of(offer)
        assert plan is not None, "an offer to adopt names the plan it was made with"
        who, where = answering.delivery.invocation.who, answering.delivery.invocation.where
        no = await stopping.allowed(self._runtime, who, Permission.ROLLBACK, plan.target, where=where)
        if no is not None:
            await answering.privately(presenting.no(no), replace=False)
            return
        message = await adopting.adopt(self._runtime, plan.target, by=f"{who.team}/{who.user}")
        await answering.privately(message, replace=False)

    async def _stop(self, answering: Answering, offer: Offer) -> None:
        operation = await self._operation_of(offer)
        await withdrawing.ask(self._runtime, answering, operation)

    async def _stop_now(self, answering: Answering, offer: Offer) -> None:
        operation = await self._operation_of(offer)
        invocation = answering.delivery.invocation
        because = offer.body.get("because", "")
        outcome = await stopping.stop(self._runtime, operation, invocation.who, where=invocation.where, because=because)
        await answering.privately(withdrawing.answer(self._runtime, outcome, operation.target))

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
        await proposing.propose(
            self._runtime, answering, request, replace=not {"operation", "proposal"} & offer.body.keys()
        )

    async def _decide(self, answering: Answering, offer: Offer) -> None:
        operation = await self._operation_of(offer)
        who, where = answering.delivery.invocation.who, answering.delivery.invocation.where
        no = await stopping.allowed(self._runtime, who, Permission.DECIDE, operation.target, where=where)
        if no is not None:
            await answering.privately(presenting.no(no), replace=False)
            return
        names = await rendering.names_of(self._runtime, operation)
        word = await deciding.first(self._runtime, operation, who)
        form = forms.decision_form(
            operation,
            carried=offer.id,
            answer=offer.body.get("answer", ""),
            looked_at=(operation.note,),
            names=names,
            first=word,
            second=self._second(operation.target),
        )
        again = f"{self._runtime.catalogue.command} status {operation.target.service}"
        await answering.open(form, notices.window_gone(again))

    def _second(self, target: Target) -> bool:
        """Whether *it never started* takes two people there."""
        found = self._runtime.catalogue.find(target)
        return found is None or found[1].policy.production

    async def _agree(self, answering: Answering, offer: Offer) -> None:
        """The second person's form; whoever said it first is told that it takes somebody else."""
        operation = await self._operation_of(offer)
        if await deciding.alone(self._runtime, operation, answering.delivery.invocation.who):
            await answering.privately(notices.second_wanted(operation, again=True), replace=False)
            return
        await self._decide(answering, replace(offer, body={**offer.body, "answer": State.CANCELLED}))

    async def _approval(self, answering: Answering, offer: Offer) -> None:
        await agreeing.pressed(self._runtime, answering, offer)

    async def _settle(self, answering: Answering, offer: Offer) -> None:
        operation = await self._operation_of(offer)
        asked = answering.delivery.invocation
        message = await settling.settle(self._runtime, operation, offer.verb, by=asked.who, where=asked.where)
        await answering.privately(message, replace=False)

    async def _unlock(self, answering: Answering, offer: Offer) -> None:
        await unlocking.ask(self._runtime, answering, await self._operation_of(offer))

    async def _unlock_now(self, answering: Answering, offer: Offer) -> None:
        operation = await self._operation_of(offer)
        asked = answering.delivery.invocation
        request = UnlockRequest(target=operation.target)
        message = await unlocking.unlock(self._runtime, request, by=asked.who, where=asked.where)
        await answering.privately(message)

    async def _release(self, answering: Answering, offer: Offer) -> None:
        target = Target(service=offer.body["service"], environment=offer.body["environment"])
        who, where = answering.delivery.invocation.who, answering.delivery.invocation.where
        done = await holding.release(self._runtime, target, by=who, where=where)
        await answering.privately(presenting.released(done), replace=False)

    async def _suggest(self, answering: Answering, offer: Offer) -> None:
        await self._typed(answering, offer.body["command"])

    async def _dismiss(self, answering: Answering, offer: Offer) -> None:
        operation = await self._operation_of(offer)
        await answering.privately(notices.notice(kit.mark("{} goes on.", kit.number_of(operation.id))))
