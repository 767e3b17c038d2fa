"""Forms: open them with what is known, check them in the ack, and turn what comes back into the same requests as typed words."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.commanding import Missing, Vocabulary
from bot.domain.messages import View
from bot.domain.operations import State
from bot.domain.plans import OfferVerb
from bot.domain.requests import Delivery, Invocation, Request
from bot.domain.terms import Action, Place, Target
from bot.engine import agreeing, deciding, presenting, proposing, stopping, submit
from bot.engine.answering import Answering
from bot.engine.record import DECISIONS
from bot.engine.runtime import Runtime, read
from bot.store import offers, operations, plans
from bot.views import approvals, forms, notices

Submitted = Callable[[Answering], Awaitable[None]]
ACTIONS = {forms.DEPLOY: Action.DEPLOY, forms.ROLLBACK: Action.ROLLBACK}
SUGGESTED = 100


class Forms:
    """The bot's modals; what is in a form is data, never parsed as a command."""

    def __init__(self, runtime: Runtime, vocabulary: Vocabulary) -> None:
        self._runtime = runtime
        self._vocabulary = vocabulary
        self._callbacks: Mapping[str, Submitted] = {
            forms.DEPLOY: self._request,
            forms.ROLLBACK: self._request,
            forms.CONFIRM: self._confirmed,
            forms.DECIDE: self._decided,
            **dict.fromkeys((approvals.APPROVE, approvals.TAKE_BACK, approvals.REJECT), self._approval),
        }

    # ---- opening -------------------------------------------------------------------------------------------------------

    def for_missing(self, outcome: Missing, invocation: Invocation) -> View | None:
        """The form that asks for what was left out, with the rest filled in; None where there is no form for that command."""
        words = outcome.words
        given = {
            "service": words.services[0] if words.services else "",
            "environment": words.environment,
            "because": words.because,
            "carried": carried(invocation.where),
        }
        if outcome.command.name == "deploy":
            return forms.deploy_form(self._services(), self._choices(), ref=words.ref, **given)
        if outcome.command.name == "rollback":
            return forms.rollback_form(self._services(), self._choices(), to=words.to, **given)
        return None

    def _services(self) -> list[str]:
        return list(self._runtime.catalogue.services)

    def _choices(self) -> list[forms.Choice]:
        """Every environment once, in order of promotion; one that is production anywhere counts as production."""
        found: dict[str, bool] = {}
        for service in self._runtime.catalogue.services.values():
            for each in service.environments:
                found[each.name] = found.get(each.name, False) or each.policy.production
        return [forms.Choice(name=name, production=production) for name, production in found.items()]

    async def shortcut(self, answering: Answering) -> None:
        """A global shortcut opens the empty form; one on a message fills in the ref that the message names."""
        delivery = answering.delivery
        where = delivery.invocation.where
        form = forms.deploy_form(
            self._services(), self._choices(), ref=ref_in(delivery.message_text), carried=carried(where)
        )
        await answering.open(form, notices.window_gone(f"{self._vocabulary.command} deploy"))

    async def suggest(self, delivery: Delivery) -> tuple[tuple[str, str], ...]:
        """Options while somebody types: services, or branches and tags of the service chosen so far."""
        typed = delivery.invocation.text.strip()
        if delivery.action == forms.SERVICE:
            return tuple((name, name) for name in self._services() if typed.lower() in name)[:SUGGESTED]
        service = self._runtime.catalogue.services.get(delivery.values.get(forms.SERVICE, ""))
        if service is None or not service.environments:
            return ((typed, typed),) if typed else ()
        changes = self._runtime.integration_of(service.environments[0]).changes
        found = await read("branches and tags", changes.suggest(service.repository, typed)) if changes else ()
        names = found if isinstance(found, tuple) else ()
        options = ((typed, *names) if typed and typed not in names else names)[:SUGGESTED]
        return tuple((name, name) for name in options)

    # ---- coming back ---------------------------------------------------------------------------------------------------

    def problems(self, delivery: Delivery) -> dict[str, str]:
        """What is wrong with a submitted form, by field; looked at in the ack, so that the form stays open."""
        values = delivery.values
        if delivery.action in ACTIONS:
            target = Target(service=values.get(forms.SERVICE, ""), environment=values.get(forms.ENVIRONMENT, ""))
            if target.service not in self._runtime.catalogue.services:
                return {forms.SERVICE: "There is no such service."}
            if self._runtime.catalogue.find(target) is None:
                return {forms.ENVIRONMENT: f"{target.service} has no {target.environment}."}
        if delivery.action == forms.CONFIRM:
            wanted = confirming(delivery.carried)[1]
            if values.get(forms.NAME, "").strip().lower() != wanted.lower():
                return {forms.NAME: f"That is not {wanted}."}
        if delivery.action == forms.DECIDE and values.get(forms.ANSWER) not in DECISIONS:
            return {forms.ANSWER: "Choose what became of it."}
        if delivery.action == forms.DECIDE and not values.get(forms.SAW, "").strip():
            return {forms.SAW: "Say what you saw."}
        if delivery.action == approvals.REJECT and not values.get(approvals.BECAUSE, "").strip():
            return {approvals.BECAUSE: "Say why not."}
        return {}

    async def submitted(self, answering: Answering) -> None:
        """Carry out a form that was found in order; one that nobody knows any more says so."""
        work = self._callbacks.get(answering.delivery.action)
        if work is None:
            await answering.privately(notices.window_gone(f"{self._vocabulary.command} help"))
            return
        await work(answering)

    async def _request(self, answering: Answering) -> None:
        delivery = answering.delivery
        values = delivery.values
        target = Target(service=values[forms.SERVICE], environment=values[forms.ENVIRONMENT])
        request = Request(
            action=ACTIONS[delivery.action],
            targets=(target,),
            ref=values.get(forms.REF, "").strip(),
            because=values.get(forms.BECAUSE, "").strip(),
        )
        await proposing.propose(self._runtime, back_where_opened(answering), request)

    async def _confirmed(self, answering: Answering) -> None:
        offer_id, _ = confirming(answering.delivery.carried)
        who = answering.delivery.invocation.who
        offer = await self._runtime.store.read(lambda tx: offers.get(tx, offer_id))
        if offer is None or offer.verb is not OfferVerb.CONFIRM or offer.audience != who.user:
            await answering.privately(notices.too_old(self._vocabulary.command))
            return
        plan = await self._runtime.store.read(lambda tx: plans.get(tx, offer.body["plan"]))
        assert plan is not None, "an offer to confirm names its plan"
        if answering.delivery.values.get(forms.NAME, "").strip().lower() != plan.target.service.lower():
            await answering.privately(notices.too_old(self._vocabulary.command))
            return
        outcome = await submit.confirm(self._runtime, offer, answering.delivery.invocation)
        message = await presenting.confirmation(self._runtime, outcome, plan, who)
        place = Place(channel=plan.channel, thread=plan.thread, direct=plan.direct)
        await at(answering, place).privately(message)

    async def _approval(self, answering: Answering) -> None:
        await agreeing.submitted(self._runtime, answering)

    async def _decided(self, answering: Answering) -> None:
        delivery = answering.delivery
        offer = await self._runtime.store.read(lambda tx: offers.get(tx, delivery.carried))
        if offer is None or offer.verb not in {OfferVerb.DECIDE, OfferVerb.AGREE}:
            await answering.privately(notices.too_old(self._vocabulary.command))
            return
        operation = await self._runtime.store.read(lambda tx: operations.get(tx, int(offer.body["operation"])))
        assert operation is not None, "an offer to decide names its operation"
        outcome = await deciding.decide(
            self._runtime,
            operation,
            State(delivery.values[forms.ANSWER]),
            because=delivery.values[forms.SAW].strip(),
            by=delivery.invocation.who,
            where=delivery.invocation.where,
        )
        if outcome.wish is stopping.Wish.DONE and outcome.operation is not None:
            await answering.privately(notices.decided(outcome.operation))
        elif outcome.wish in {stopping.Wish.ASKED, stopping.Wish.ALONE}:
            await answering.privately(notices.second_wanted(operation, again=outcome.wish is stopping.Wish.ALONE))
        elif outcome.wish in {stopping.Wish.FORBIDDEN, stopping.Wish.UNKNOWN}:
            await answering.privately(presenting.no(outcome))
        else:
            await answering.privately(notices.too_old(f"{self._vocabulary.command} status {operation.target.service}"))


def carried(where: Place) -> str:
    """Where a form was opened, for its private metadata: data, no authority."""
    return json.dumps({"channel": where.channel, "thread": where.thread})


def place_in(text: str) -> Place:
    """Where a form was opened; nowhere where that cannot be read."""
    try:
        found = json.loads(text or "{}")
        channel, thread = found["channel"], found["thread"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return Place(channel="")
    if not (isinstance(channel, str) and isinstance(thread, str)):
        return Place(channel="")
    # Whether that is a direct message is for Slack's ids to say: there nobody asks whether it is shared.
    return Place(channel=channel, thread=thread, direct=channel.startswith("D"))


def back_where_opened(answering: Answering) -> Answering:
    """The answer goes where the form was opened."""
    return at(answering, place_in(answering.delivery.carried))


def at(answering: Answering, place: Place) -> Answering:
    """The same answering at another place."""
    invocation = replace(answering.delivery.invocation, where=place)
    return replace(answering, delivery=replace(answering.delivery, invocation=invocation))


def confirming(text: str) -> tuple[str, str]:
    """The offer and the name to type, from the private metadata of the confirm form."""
    offer, _, name = text.partition(" ")
    return offer, name


def ref_in(text: str) -> str:
    """A pull request or a commit that a message names; empty for none."""
    for word in text.replace("(", " ").replace(")", " ").split():
        bare = word.strip(".,:;`<>")
        if bare.startswith("#") and bare[1:].isdigit():
            return bare
        if 7 <= len(bare) <= 40 and all(letter in "0123456789abcdef" for letter in bare) and not bare.isdigit():
            return bare
    return ""
