"""Seeded people: they type, look, confirm, press twice, stop, roll back what runs, decide, change their minds, and mistype."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.domain.messages import Message, View
from bot.domain.operations import Operation, State
from bot.domain.plans import Offer, OfferVerb
from bot.domain.requests import Delivery, DeliveryKind, Invocation
from bot.domain.terms import MINUTE, SECOND, Door, Identity, Millis, Place, Target
from bot.ports import RunState
from bot.store import offers, operations
from bot.views import forms
from tests.simulation import answers
from tests.simulation.setting import ACTORS, ONLOOKER, TARGETS, TEAM, channel_of

if TYPE_CHECKING:
    from tests.simulation.world import World

V = OfferVerb


@dataclass(frozen=True, kw_only=True)
class Habits:
    """How people are: chances from 0 to 1, and how long between two wishes."""

    confirms: float = 0.86
    declines: float = 0.04
    late: float = 0.02  # confirms after the plan has expired
    twice: float = 0.12  # presses again at once
    foreign: float = 0.03  # somebody else presses, with an id that was not for them
    stops: float = 0.2
    stops_now: float = 0.85  # says yes when asked
    takes_over: float = 0.2
    takes_over_unknown: float = 0.25
    rolls_back: float = 0.06
    suggestions: float = 0.1
    looks: float = 0.02
    repeats: float = 0.7  # does it again after Slack showed an error
    mistypes: float = 0.1  # in the form that asks for the service's name
    leaves: float = 0.3  # says no to a rollback that begins by itself
    hurries: float = 0.1  # has it begin at once
    hesitates: Millis = 0  # before they go to see what became of it
    agrees: float = 0.5  # says it too where a second person is asked for
    unlocks: float = 0.8  # lifts what a failed verification left
    between: Millis = 6 * SECOND


QUIET = Habits(
    confirms=1, declines=0, late=0, twice=0, foreign=0, stops=0, stops_now=1, takes_over=0, takes_over_unknown=0,
    rolls_back=0, suggestions=0, looks=0, mistypes=0, repeats=1, leaves=0, hurries=0, agrees=1, unlocks=0,
)  # fmt: skip
"""Somebody who does exactly what a script says, and does it again where Slack shows an error."""


@dataclass(kw_only=True)
class Crew:
    """What people do next follows from what they see; `busy` is whether they still ask for new things."""

    world: "World"
    rng: random.Random
    habits: Habits = field(default_factory=Habits)
    busy: bool = True
    reacted: set[str] = field(default_factory=set)
    deciding: dict[int, Millis] = field(default_factory=dict)
    pausing: set[int] = field(default_factory=set)
    says_so: dict[str, list[State]] = field(default_factory=dict)  # what a story has somebody answer, whatever is true

    # ---- wishes --------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Start to wish."""
        self._wish_later()

    def _wish_later(self) -> None:
        between = self.habits.between
        self.world.time.later(self.rng.randrange(between // 3, 2 * between), self._wish)

    def _wish(self) -> None:
        if not self.busy:
            return
        user = self.rng.choice(ACTORS) if self.rng.random() > 0.03 else ONLOOKER
        target = self._somewhere()
        self.type(user, self._words(target), place=self._place(user, target))
        self._wish_later()

    def _somewhere(self) -> Target:
        """Mostly where nothing is going on."""
        free = [each for each in TARGETS if not self.world.going_on(each)]
        return self.rng.choice(free if free and self.rng.random() < 0.8 else TARGETS)

    def _words(self, target: Target) -> str:
        where = f"{target.service} {target.environment}"
        chance = self.rng.random()
        if chance < 0.66:
            return f"deploy {where} {self._revision(target)}".rstrip()
        if chance < 0.84:
            return f"rollback {where} because it is broken"
        if chance < 0.92:
            return f"promote {target.service}" if target.environment == "production" else f"deploy {where} main"
        return self.rng.choice(
            (f"status {target.service}", f"stop {where}", f"history {where}", "deplyo web", f"plan {where}")
        )

    def _revision(self, target: Target) -> str:
        """The newest, or any of the last few."""
        if self.rng.random() < 0.3:
            return ""
        recent = self.world.repositories[f"acme/{target.service}"].commits[-6:]
        return self.rng.choice(recent).revision[:10]

    def _place(self, user: str, target: Target) -> tuple[Place, Door]:
        chance = self.rng.random()
        if chance < 0.7:
            return Place(channel=channel_of(target.service)), Door.SLASH
        if chance < 0.88:
            return Place(channel=channel_of(target.service)), Door.MENTION
        return Place(channel=f"D{user[1:]}", direct=True), Door.DIRECT

    # ---- words, clicks, forms ------------------------------------------------------------------------------------------

    def type(self, user: str, words: str, *, place: tuple[Place, Door] | None = None) -> None:
        """Words, by slash command unless `place` says another door."""
        where, door = place or (Place(channel="C00"), Door.SLASH)
        key, trigger, url = self._marks(user, "words")
        slash = door is Door.SLASH
        text = words if slash or door is Door.DIRECT or words.startswith("<") else f"<@U00BOT> {words}"
        invocation = Invocation(
            who=Identity(team=TEAM, user=user), where=where, door=door, at=self.world.time.now, text=text, ref=key,
            trigger=trigger if slash else "", response_url=url if slash else "",
        )  # fmt: skip
        number = self.world.slack.number()
        message = "" if slash else f"{self.world.time.now // 1000}.9{number:05d}"
        self._send(
            Delivery(
                key=key, kind=DeliveryKind.WORDS, invocation=invocation, command="/ops" if slash else "",
                message=message,
            )
        )  # fmt: skip

    def click(self, user: str, offer: str, *, channel: str, ts: str) -> None:
        """Press the button with this offer behind it; without a channel it is the one in the Home tab."""
        key, trigger, url = self._marks(user, "click")
        invocation = Invocation(
            who=Identity(team=TEAM, user=user), where=Place(channel=channel, direct=channel.startswith("D")),
            door=Door.BUTTON if channel else Door.HOME, at=self.world.time.now, ref=key, trigger=trigger,
            response_url=url if channel else "",
        )  # fmt: skip
        self._send(
            Delivery(
                key=key, kind=DeliveryKind.CLICK, invocation=invocation, action=f"offer:{offer}", offer=offer,
                message=(ts or "1.1") if channel else "",
            )
        )  # fmt: skip

    def submit(self, user: str, view: View, values: dict[str, str]) -> None:
        """Fill a form in and send it."""
        key, trigger, _ = self._marks(user, "form")
        invocation = Invocation(
            who=Identity(team=TEAM, user=user), where=Place(channel=""), door=Door.MODAL, at=self.world.time.now,
            ref=key, trigger=trigger,
        )  # fmt: skip
        body: dict[str, Any] = dict(view.body)
        self._send(
            Delivery(
                key=key, kind=DeliveryKind.SUBMIT, invocation=invocation, action=str(body["callback_id"]),
                values=values, view="V1", carried=str(body.get("private_metadata", "")),
            )
        )  # fmt: skip

    def _marks(self, user: str, kind: str) -> tuple[str, str, str]:
        slack = self.world.slack
        number = slack.number()
        key, trigger, url = f"{kind}:{number}", f"{number}.1.a", f"https://hooks.slack.com/{number}"
        slack.triggers[trigger] = user
        slack.urls[url] = user
        return key, trigger, url

    def _send(self, delivery: Delivery) -> None:
        self.world.trace(
            f"crew: {delivery.key} {delivery.invocation.who.user} {delivery.invocation.text or delivery.offer}"
        )
        self.world.slack.send(delivery)

    def failed(self, delivery: Delivery) -> None:
        """Slack showed an error: mostly they do it again."""
        if self.rng.random() >= self.habits.repeats:
            return
        invocation = delivery.invocation
        wait = self.rng.randrange(3 * SECOND, 30 * SECOND)
        if delivery.kind is DeliveryKind.CLICK:
            self.world.time.later(
                wait,
                lambda: self.click(
                    invocation.who.user, delivery.offer, channel=invocation.where.channel, ts=delivery.message
                ),
            )
        elif delivery.kind is DeliveryKind.WORDS and (self.busy or self.habits.repeats == 1):
            again = (invocation.where, invocation.door)
            self.world.time.later(wait, lambda: self.type(invocation.who.user, invocation.text, place=again))

    # ---- what they see -------------------------------------------------------------------------------------------------

    def saw(self, message: Message, *, channel: str, ts: str, user: str) -> None:
        """A message with buttons: each new one is looked at once. `user` is empty where everybody sees it."""
        fresh = [each for each in _values(message) if each not in self.reacted]
        if not fresh:
            return
        self.reacted.update(fresh)
        for found in self.world.rows(lambda tx: [offers.get(tx, each) for each in fresh]):
            if found is not None:
                self._react(found, user or self.rng.choice(ACTORS), channel, ts)

    def _react(self, offer: Offer, user: str, channel: str, ts: str) -> None:
        habits, chance = self.habits, self.rng.random()
        verb = offer.verb
        if verb is V.CONFIRM:
            self._asked(offer, user, channel, ts, chance)
        elif verb is V.STOP_NOW:
            self.press(offer, user, channel, ts, after=self.rng.randrange(800, 8 * SECOND), likely=habits.stops_now)
        elif verb is V.STOP:
            self.press(offer, user, channel, ts, after=self.rng.randrange(200, 6 * SECOND), likely=habits.stops)
        elif verb is V.PLAN_ROLLBACK:
            after = self.rng.randrange(200, self.rng.choice((5, 30)) * SECOND)
            self.press(offer, user, channel, ts, after=after, likely=self._rolls(offer))
        elif verb is V.DECIDE:
            number = int(offer.body["operation"])
            self.deciding.setdefault(number, self.world.time.now)
            self._decide_later(number)
        elif verb in answers.ANSWERED:
            answers.react(self, offer, user, channel, ts)
        elif verb in {V.SUGGEST, V.PLAN_DEPLOY} and self.busy:
            self.press(
                offer, user, channel, ts, after=self.rng.randrange(SECOND, 20 * SECOND), likely=habits.suggestions
            )
        elif verb in {V.SHOW_CHANGES, V.SHOW_LOG, V.DISMISS, V.ADOPT}:
            self.press(offer, user, channel, ts, after=self.rng.randrange(SECOND, MINUTE), likely=habits.looks)

    def _rolls(self, offer: Offer) -> float:
        if "operation" not in offer.body:  # it leads to a new plan
            return self.habits.suggestions if self.busy else 0.0
        operation = self.operation(int(offer.body["operation"]))
        if operation.finished:
            return self.habits.rolls_back if self.busy else 0.0
        unsure = operation.state in {State.UNKNOWN, State.NEEDS_HUMAN}
        return self.habits.takes_over_unknown if unsure else self.habits.takes_over

    def _asked(self, offer: Offer, user: str, channel: str, ts: str, chance: float) -> None:
        habits = self.habits
        after = self.rng.randrange(SECOND, 12 * SECOND)
        if chance < habits.declines:
            rows = self.world.rows(lambda tx: offers.of_subject(tx, offer.subject))
            no = next((each for each in rows if each.verb is V.DECLINE), offer)
            self.press(no, user, channel, ts, after=after, likely=1)
            return
        if chance < habits.declines + habits.late:
            after = 16 * MINUTE
        elif chance > habits.confirms + habits.declines + habits.late:
            return
        self.press(offer, user, channel, ts, after=after, likely=1)
        if self.rng.random() < habits.twice:
            self.press(offer, user, channel, ts, after=after + self.rng.choice((0, 1, 120, 900)), likely=1)
        if self.rng.random() < habits.foreign:
            other = self.rng.choice([each for each in (*ACTORS, ONLOOKER) if each != user])
            self.press(offer, other, channel, ts, after=after + self.rng.randrange(-500, 500), likely=1)

    def press(self, offer: Offer, user: str, channel: str, ts: str, *, after: Millis, likely: float) -> None:
        """Perhaps press a button, so much later."""
        if self.rng.random() < likely:
            self.world.time.later(after, lambda: self.click(user, offer.id, channel=channel, ts=ts))

    def someone(self) -> str:
        """Anybody who may."""
        return self.rng.choice(ACTORS)

    def saw_form(self, user: str, view: View) -> None:
        """A form opened for somebody."""
        body: dict[str, Any] = dict(view.body)
        carried = str(body.get("private_metadata", ""))
        after = self.rng.randrange(SECOND, 10 * SECOND)
        if body["callback_id"] == forms.CONFIRM:
            name = carried.partition(" ")[2] if self.rng.random() > self.habits.mistypes else "something"
            self.world.time.later(after, lambda: self.submit(user, view, {forms.NAME: name}))
        elif body["callback_id"] == forms.DECIDE:
            self.world.time.later(after, lambda: self._say(user, view, carried))

    # ---- deciding ------------------------------------------------------------------------------------------------------

    def _decide_later(self, number: int) -> None:
        wait = self.habits.hesitates + self.rng.randrange(5 * SECOND, 90 * SECOND)
        self.world.time.later(wait, lambda: self._decide(number))

    def _decide(self, number: int) -> None:
        """Somebody looks at the provider and presses what is true; until it has been decided they come back."""
        operation = self.operation(number)
        if operation.state is not State.NEEDS_HUMAN:
            self.deciding.pop(number, None)
            return
        self._end_by_hand(operation)
        answer = self.truth(operation)
        rows = self.world.rows(lambda tx: offers.open_of(tx, f"operation:{number}", self.world.time.now))
        right = next((each for each in rows if each.verb is V.DECIDE and each.body.get("answer") == answer), None)
        card = next(iter(self.world.slack.by_key.get(f"operation:{number}:card", ())), None)
        if answer and right is not None:
            # Somebody may have deleted the card: the Home tab asks the same.
            channel, ts = (card.channel, card.ts) if card else ("", "")
            self.click(self.rng.choice(ACTORS), right.id, channel=channel, ts=ts)
        self.world.time.later(2 * MINUTE, lambda: self._decide(number))

    def _end_by_hand(self, operation: Operation) -> None:
        """Whoever decides makes sure that nothing of it still runs."""
        provider = self.world.provider_of(operation.target)
        for run in provider.of_operation(operation.id):
            if run.state is RunState.RUNNING:
                provider.cancel(run.id, by_hand=True)

    def truth(self, operation: Operation) -> str:
        """What a person finds who looks at the provider itself; empty while something runs."""
        provider = self.world.provider_of(operation.target)
        if any(run.state is RunState.RUNNING for run in provider.of_operation(operation.id)):
            return ""
        runs = provider.acted_for(operation.id)
        if not runs:  # that a run which has the claim never started is not for anybody to say
            return State.FAILED if operation.claimed_by else State.CANCELLED
        return State.SUCCEEDED if runs[-1].state is RunState.SUCCEEDED else State.FAILED

    def _say(self, user: str, view: View, carried: str) -> None:
        offer = self.world.rows(lambda tx: offers.get(tx, carried))
        if offer is None:
            return
        scripted = self.says_so.get(user)
        answer = scripted.pop(0) if scripted else self.truth(self.operation(int(offer.body["operation"])))
        if answer:
            self.submit(user, view, {forms.ANSWER: answer, forms.SAW: "looked at it"})

    def operation(self, number: int) -> Operation:
        found = self.world.rows(lambda tx: operations.get(tx, number))
        assert found is not None, "what they see exists"
        return found


def _values(message: Message) -> Iterator[str]:
    for block in message.blocks:
        if block["type"] == "actions":
            elements: Any = block["elements"]
            for element in elements:
                if "value" in element:
                    yield str(element["value"])
