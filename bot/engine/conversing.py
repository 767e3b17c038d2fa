"""From a delivery to an answer: words are parsed, clicks looked up, forms read; acting goes to planning, asking to the desk."""

from collections.abc import Awaitable, Callable, Mapping

from bot.commanding import Command, Context, Missing, Misunderstood, Parsed, Suggestion, Vocabulary, parse, with_verb
from bot.commanding.desk import Rights
from bot.domain.messages import Message
from bot.domain.people import Standing
from bot.domain.plans import Offer
from bot.domain.policy import STANDING_REFUSALS
from bot.domain.requests import (
    Ack,
    BypassRequest,
    Delivery,
    DeliveryKind,
    Invocation,
    Request,
    StopRequest,
    UnlockRequest,
)
from bot.domain.status import Desk
from bot.domain.terms import MINUTE, Door, Permission, Place, Target, Unknown
from bot.engine import (
    agents,
    agreeing,
    forming,
    homes,
    presenting,
    proposing,
    rechecking,
    stopping,
    unlocking,
    withdrawing,
)
from bot.engine.answering import Answering, ArrivedLate
from bot.engine.clicks import Clicks
from bot.engine.desk import EngineDesk, Findings
from bot.engine.intake import NOTHING, Prepared
from bot.engine.runtime import Runtime
from bot.engine.vocabulary import vocabulary_of
from bot.errors import ChatError, Refused, UserError
from bot.store import offers, operations, outbox
from bot.views import home, notices, refusals, welcome

Asked = Request | StopRequest | UnlockRequest | BypassRequest
Handling = Callable[[Answering], Awaitable[None]]
ALWAYS = frozenset({"whoami"})
NEVER_LATE = 30 * MINUTE  # acting words that were stored longer ago than this are not carried out unseen


class Conversation:
    """Everything a person can say to the bot, from any door."""

    def __init__(
        self, runtime: Runtime, commands: Mapping[str, Command], *, line_of: Callable[[str], str], examine: Findings
    ) -> None:
        self._runtime = runtime
        self.vocabulary: Vocabulary = vocabulary_of(runtime.catalogue, commands)
        self._desk = EngineDesk(runtime, self.vocabulary, line_of=line_of, examine=examine)
        self._clicks = Clicks(runtime, self.typed)
        self._forms = forming.Forms(runtime, self.vocabulary)
        self._kinds: Mapping[DeliveryKind, Handling] = {
            DeliveryKind.WORDS: self._words,
            DeliveryKind.CLICK: self._clicks.click,
            DeliveryKind.SUBMIT: self._forms.submitted,
            DeliveryKind.SHORTCUT: self._shortcut,
            DeliveryKind.HOME: self._home,
            DeliveryKind.NEWS: self._news,
        }

    # ---- in the ack ----------------------------------------------------------------------------------------------------

    def instant(self, delivery: Delivery) -> Prepared:
        """What can be said without reading anything: usage errors and form errors at once, else "Looking…"."""
        if delivery.kind is DeliveryKind.SUBMIT:
            errors = self._forms.problems(delivery)
            return Prepared(ack=Ack(errors=errors), done=True) if errors else NOTHING
        if delivery.kind is not DeliveryKind.WORDS or delivery.invocation.door is not Door.SLASH:
            return NOTHING
        outcome = parse(self.line(delivery), self.vocabulary, Context(door=Door.SLASH))
        if isinstance(outcome, Misunderstood):
            rights = self._suggestions(delivery.invocation, outcome.suggestions)
            return Prepared(ack=Ack(message=hint(outcome, rights)), offers=rights, done=True)
        return Prepared(ack=Ack(message=notices.looking()))

    async def suggest(self, delivery: Delivery) -> tuple[tuple[str, str], ...]:
        """Options for a form's external select; nobody but members is told what there is."""
        if await stopping.stranger(self._runtime, delivery.invocation.who) is not None:
            return ()
        return await self._forms.suggest(delivery)

    # ---- after the ack -------------------------------------------------------------------------------------------------

    async def work(self, answering: Answering) -> None:
        """Carry a stored delivery out; what nobody knows gets help."""
        handling = self._kinds.get(answering.delivery.kind)
        if handling is not None:
            await handling(answering)

    def line(self, delivery: Delivery) -> str:
        """The words as one line: a command that is a verb of its own (`/deploy`) puts that verb in front."""
        return with_verb(delivery.command, delivery.invocation.text, self.vocabulary)

    async def _words(self, answering: Answering) -> None:
        if answering.delivery.by_app:
            await agents.heard(self._runtime, answering, self.line(answering.delivery), self.vocabulary)
            return
        await self.typed(answering, self.line(answering.delivery))

    async def typed(self, answering: Answering, line: str) -> None:
        """Understand a line and do what it says, with everything that this place adds to it."""
        context = await self._context(answering)
        outcome = parse(line, self.vocabulary, context)
        if isinstance(outcome, Parsed):
            await self._carry_out(answering, outcome, line)
        elif isinstance(outcome, Missing):
            await self._ask_for(answering, outcome)
        else:
            rights = self._suggestions(answering.delivery.invocation, outcome.suggestions)
            await self._runtime.store.write(lambda tx: offers.insert_many(tx, rights))
            await answering.privately(hint(outcome, rights))

    async def _context(self, answering: Answering) -> Context:
        invocation = answering.delivery.invocation
        where = invocation.where
        return Context(
            door=invocation.door,
            thread_target=await self._thread_target(where),
            channel_services=self.vocabulary.services_of(where.channel, await self._channel_name(where)),
            bot_user=self._runtime.home.bot_user,
        )

    async def _thread_target(self, where: Place) -> Target | None:
        if not where.thread:
            return None
        known = await self._runtime.store.read(lambda tx: outbox.at(tx, where.channel, where.thread))
        if known is None or not known.subject.startswith("operation:"):
            return None
        number = int(known.subject.removeprefix("operation:"))
        operation = await self._runtime.store.read(lambda tx: operations.get(tx, number))
        return operation.target if operation else None

    async def _channel_name(self, where: Place) -> str:
        if where.direct or not where.channel:
            return ""
        try:
            return (await self._runtime.chat.channel(where.channel)).name
        except ChatError:
            return ""

    async def _carry_out(self, answering: Answering, outcome: Parsed, line: str) -> None:
        command, invocation = outcome.command, answering.delivery.invocation
        if command.request is None and not await self._may_read(answering, command):
            return
        try:
            if command.request is not None:
                await self._act(answering, command.request(outcome.words, invocation), line)
                return
            assert command.answer is not None, "a command asks or acts"
            message = await command.answer(outcome.words, invocation, self._desk)
        except UserError as error:
            await answering.privately(refusals.misunderstood(error))
            return
        except Refused as error:
            await answering.privately(refusals.refusal(error.refusal))
            return
        await (answering.privately(message) if command.private else answering.in_thread(message))

    async def _may_read(self, answering: Answering, command: Command) -> bool:
        """Help and whoami answer everybody who belongs here; other questions need their permission somewhere."""
        rights = await self._desk.rights(answering.delivery.invocation)
        if command.permission in rights.allowed or command.name in ALWAYS:
            return True
        await answering.privately(self._may_not(command, rights))
        return False

    def _may_not(self, command: Command, rights: Rights) -> Message:
        person = rights.whoami.person
        if isinstance(person, Unknown):
            return notices.unreachable(person.what, person.why)
        standing = person.standing if rights.whoami.home else Standing.OTHER_TEAM
        if standing in STANDING_REFUSALS:
            reason, sentence = STANDING_REFUSALS[standing]
            return refusals.not_possible(sentence, next_step="A member of this workspace has to ask.", reason=reason)
        return notices.not_allowed(f"You may not use {command.name} here.", rights.helpers)

    async def _act(self, answering: Answering, request: Asked, line: str) -> None:
        late_by = self._runtime.clock.now() - answering.delivery.invocation.at
        if answering.late and late_by > NEVER_LATE:
            raise ArrivedLate(f"{self.vocabulary.command} {line}", late_by)
        if isinstance(request, StopRequest):
            await self._stop(answering, request)
        elif isinstance(request, UnlockRequest):
            asked = answering.delivery.invocation
            await answering.privately(await unlocking.unlock(self._runtime, request, by=asked.who, where=asked.where))
        elif isinstance(request, BypassRequest):
            asked = answering.delivery.invocation
            await answering.privately(await agreeing.bypass(self._runtime, request, by=asked.who, where=asked.where))
        else:
            await proposing.propose(self._runtime, answering, request)

    async def _stop(self, answering: Answering, request: StopRequest) -> None:
        operation = await stopping.active(self._runtime, request.target)
        invocation = answering.delivery.invocation
        no = await stopping.allowed(
            self._runtime, invocation.who, Permission.STOP, request.target, where=invocation.where
        )
        if no is not None:
            await answering.privately(presenting.no(no))
        elif operation is None:
            await answering.privately(notices.nothing_to_stop(request.target))
        else:
            await withdrawing.ask(self._runtime, answering, operation, because=request.because)

    async def _shortcut(self, answering: Answering) -> None:
        if not await self._outsider(answering):
            await self._forms.shortcut(answering)

    async def _outsider(self, answering: Answering) -> bool:
        """True, and told so, for whoever is no member of this workspace: a form lists everything that there is."""
        no = await stopping.stranger(self._runtime, answering.delivery.invocation.who)
        if no is not None:
            await answering.privately(presenting.no(no))
        return no is not None

    async def _ask_for(self, answering: Answering, outcome: Missing) -> None:
        if await self._outsider(answering):
            return
        form = self._forms.for_missing(outcome, answering.delivery.invocation)
        rights = self._suggestions(answering.delivery.invocation, outcome.suggestions)
        otherwise = refusals.not_understood(outcome.problem, offers=rights, example=outcome.example)
        await self._runtime.store.write(lambda tx: offers.insert_many(tx, rights))
        if form is None:
            await answering.privately(otherwise)
            return
        opened = await answering.open(form, otherwise)
        if opened and answering.delivery.invocation.door is Door.SLASH:
            await answering.privately(refusals.not_understood(outcome.problem, hint="The form asks for the rest."))

    def _suggestions(self, invocation: Invocation, meant: tuple[Suggestion, ...]) -> tuple[Offer, ...]:
        return presenting.suggestions(self._runtime, invocation.who, [(each.label, each.text) for each in meant])

    async def _home(self, answering: Answering) -> None:
        invocation = answering.delivery.invocation
        who = invocation.who
        rights = await self._desk.rights(invocation)
        if Permission.PLAN not in rights.allowed:
            view = home.home(Desk(), command=self.vocabulary.command)
        else:
            mine, names = await self._desk.mine(invocation)
            topics = await self._desk.topics(invocation)
            view = home.home(
                mine, name=names.get(who.user, ""), topics=topics, names=names, command=self.vocabulary.command
            )
            await self._runtime.store.write(lambda tx: homes.remember(tx, who))
        await self._runtime.chat.publish_home(who.user, view)

    async def _news(self, answering: Answering) -> None:
        """The bot was invited: it says once what it is for."""
        if answering.delivery.topic in rechecking.CONCERNS:
            await rechecking.recheck(self._runtime)
        if answering.delivery.topic != "joined":
            return
        channel = answering.delivery.about
        name = await self._channel_name(Place(channel=channel))
        services = self.vocabulary.services_of(channel, name)
        example = self._desk.example(services)
        message = welcome.welcome_channel(services, command=self.vocabulary.command, example=example)
        await self._runtime.chat.post(channel, message)


def hint(outcome: Misunderstood, rights: tuple[Offer, ...]) -> Message:
    """What is wrong, what to type instead, and up to three buttons that show a plan and start nothing."""
    return refusals.not_understood(outcome.problem, hint=outcome.hint, offers=rights, example=outcome.example)
