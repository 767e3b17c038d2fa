"""Simulated Slack: what stands in channels, and how people's words and clicks come to the bot: once, twice, late, or not."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.domain.messages import Message, View
from bot.domain.requests import Delivery, DeliveryKind
from bot.domain.terms import MINUTE, SECOND, Door, Millis
from bot.errors import ChatError
from bot.slack.answers import Reply, by_event
from tests.simulation.setting import GROUPS, PEOPLE, channels

if TYPE_CHECKING:
    from tests.simulation.world import World

ACK_WAIT: Millis = 3 * SECOND
RETRIES: tuple[Millis, ...] = (1 * SECOND, 1 * MINUTE, 5 * MINUTE)  # of an event that was not acknowledged


@dataclass(kw_only=True)
class Posted:
    """A message of the bot in a channel."""

    channel: str
    ts: str
    message: Message
    thread: str
    key: str
    edits: int = 0


@dataclass(kw_only=True)
class Sent:
    """One delivery, however often it is sent: what became of it."""

    delivery: Delivery
    tries: int = 0
    acked: bool = False
    acked_at: Millis = 0
    refused: bool = False  # the bot said that it recorded nothing
    answers: int = 0
    lost_answers: int = 0  # Slack refused or was away: best effort
    operations: set[int] = field(default_factory=set)
    forgotten: bool = False  # by a restore
    settled: bool = False  # everything said about it was right


@dataclass(kw_only=True)
class SimSlack:
    """Everything that Slack remembers; it outlives the bot."""

    world: "World"
    rng: random.Random
    posts: dict[tuple[str, str], Posted] = field(default_factory=dict)
    by_key: dict[str, list[Posted]] = field(default_factory=dict)
    sent: dict[str, Sent] = field(default_factory=dict)
    triggers: dict[str, str] = field(default_factory=dict)  # to whom a trigger belongs
    urls: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    made: int = 0
    away_until: Millis = 0

    def __post_init__(self) -> None:
        self.channels = channels()

    def number(self) -> int:
        """One more of anything."""
        self.made += 1
        return self.made

    def away(self) -> bool:
        """Whether Slack is out of reach."""
        return self.world.time.now < self.away_until

    # ---- what the bot says ---------------------------------------------------------------------------------------------

    def post(self, channel: str, message: Message, thread: str, key: str) -> str:
        """A message appears."""
        ts = f"{self.world.time.now // 1000}.{self.number():06d}"
        posted = Posted(channel=channel, ts=ts, message=message, thread=thread, key=key)
        self.posts[channel, ts] = posted
        if key:
            self.by_key.setdefault(key, []).append(posted)
        self.world.trace(f"slack: post {key or '(answer)'} in {channel}: {message.text[:60]}")
        self.world.judge.posted(posted)
        self.world.crew.saw(message, channel=channel, ts=ts, user=f"U{channel[1:]}" if channel.startswith("D") else "")
        return ts

    def update(self, channel: str, ts: str, message: Message) -> None:
        """A message changes."""
        posted = self.posts.get((channel, ts))
        if posted is None:
            raise ChatError("message_not_found")
        posted.message, posted.edits = message, posted.edits + 1
        self.world.trace(f"slack: edit {posted.key}: {message.text[:60]}")
        self.world.crew.saw(message, channel=channel, ts=ts, user="")

    def delete(self, key: str) -> None:
        """Somebody removes a message; when it is edited next, it is missed."""
        for posted in self.by_key.pop(key, []):
            del self.posts[posted.channel, posted.ts]
            self.deleted.add(key)
            self.world.trace(f"slack: somebody deletes {key}")

    def show(self, user: str, message: Message, channel: str) -> None:
        """One person sees something."""
        self.world.trace(f"slack: {user} sees: {message.text[:60]}")
        self.world.crew.saw(message, channel=channel, ts="", user=user)

    def open_view(self, trigger: str, view: View) -> str:
        """A modal opens for whoever pressed."""
        user = self.triggers.get(trigger, "")
        if not user:
            raise ChatError("expired_trigger_id")
        self.world.trace(f"slack: a form opens for {user}: {view.body['callback_id']}")
        self.world.crew.saw_form(user, view)
        return f"V{self.number()}"

    def find(self, channel: str, key: str) -> str | None:
        """Our message with this key in that channel."""
        return next((each.ts for each in self.by_key.get(key, ()) if each.channel == channel), None)

    def direct(self, user: str) -> str:
        """The direct conversation with somebody."""
        return f"D{user[1:]}"

    # ---- what people say -----------------------------------------------------------------------------------------------

    def send(self, delivery: Delivery) -> None:
        """Slack takes something to the bot: perhaps late, perhaps twice, perhaps in vain."""
        plan = self.world.faults.plan
        sent = self.sent.setdefault(delivery.key, Sent(delivery=delivery))
        wait = self.rng.randrange(20, 300)
        if self.rng.random() < plan.late_delivery:
            self.world.count("slack: delivered late")
            wait = self.rng.randrange(1, 90) * SECOND
        self.world.time.later(wait, lambda: self._take(sent, 0))
        if self.rng.random() < plan.twice:
            self.world.count("slack: delivered twice")
            gap = self.rng.choice((0, 1, 400, 5 * SECOND, 10 * MINUTE))
            self.world.time.later(wait + gap, lambda: self._take(sent, 1))

    def _take(self, sent: Sent, retry: int) -> None:
        """One try: to a bot that is not there it fails at once."""
        sent.tries += 1
        bot = self.world.bot
        if self.away():
            self.world.time.later(5 * SECOND, lambda: self._not_acked(sent, retry))
            return
        if not bot.listening:
            self._not_acked(sent, retry)
            return
        at = self.world.time.now
        delivery = replace(sent.delivery, invocation=replace(sent.delivery.invocation, at=at), retry=retry)
        self.world.trace(f"slack: delivers {delivery.key} ({what(delivery)})")
        acked: list[Reply] = []
        bot.deliver(delivery, lambda reply: self._answered(sent, reply, acked))
        self.world.time.later(ACK_WAIT, lambda: None if acked else self._not_acked(sent, retry))

    def _answered(self, sent: Sent, reply: Reply, acked: list[Reply]) -> None:
        acked.append(reply)
        if not reply.accepted:
            sent.refused = True
            self._again(sent, 0)
            return
        sent.acked, sent.acked_at = True, self.world.time.now
        if reply.body is not None:
            text = str(reply.body.get("text", ""))
            sent.answers += 0 if text.startswith("Looking") else 1

    def _not_acked(self, sent: Sent, retry: int) -> None:
        """An event comes again; of everything else the person sees an error, and may do it again."""
        if sent.acked:
            return
        self.world.trace(f"slack: {sent.delivery.key} is not acknowledged")
        if not self._again(sent, retry):
            self.world.crew.failed(sent.delivery)

    def _again(self, sent: Sent, retry: int) -> bool:
        if not by_event(sent.delivery) or retry >= len(RETRIES):
            return False
        self.world.time.later(RETRIES[retry], lambda: None if sent.acked else self._take(sent, retry + 1))
        return True

    def errors(self, *, writes: bool) -> dict[str, Callable[[], Exception]]:
        """Slack's troubles, classified as the chat room does."""
        return {
            "limited": lambda: ChatError("ratelimited", retry_after=self.rng.randrange(1, 30) * SECOND),
            "unreachable": lambda: ChatError("unreachable"),
            "error_after": lambda: ChatError("connection_lost", lost=writes),
            "error_before": lambda: ChatError("server_error", lost=writes),
        }


def what(delivery: Delivery) -> str:
    """A delivery in a few words."""
    text = delivery.invocation.text or delivery.offer or delivery.action
    return f"{delivery.kind} by {delivery.invocation.who.user}: {text}"


def expects_answer(delivery: Delivery) -> bool:
    """Whether silence would be wrong."""
    return delivery.kind in {DeliveryKind.WORDS, DeliveryKind.CLICK, DeliveryKind.SUBMIT}


def a_slash(delivery: Delivery) -> bool:
    """Typed as a command."""
    return delivery.kind is DeliveryKind.WORDS and delivery.invocation.door is Door.SLASH


__all__ = ["GROUPS", "PEOPLE", "Posted", "Sent", "SimSlack", "a_slash", "expects_answer", "what"]
