"""The whole bot in one test: real Bolt in front, real engine, store and views, hand-written fakes at the ports, time that a test moves."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from bot.app import all_commands
from bot.domain.messages import Message
from bot.domain.operations import Operation
from bot.domain.policy import Role, TargetPolicy
from bot.domain.terms import MINUTE, SECOND, Millis, Permission, Target
from bot.engine.catalogue import Catalogue, Environment, Service
from bot.engine.conversing import Conversation
from bot.engine.engine import Engine
from bot.engine.intake import Intake
from bot.engine.runtime import Home, Runtime
from bot.engine.supervisor import Supervisor
from bot.ports import Finding, Severity
from bot.slack.app import bolt_app, dispatch
from bot.slack.client import web_client
from bot.slack.followups import Followups
from bot.slack.router import Router
from bot.store import InlineStore, operations
from bot.views.kit import Redactor
from tests.fakes.chat import TEAM, FakeChat, acme
from tests.fakes.clock import FakeClock, FakeRandom, FakeRunner
from tests.fakes.deployer import FakeProvider, FakeTarget, sha
from tests.support.text import plain

BOT = "U00BOT"
ENGINEERS = Role(
    name="deployers",
    people=frozenset({"engineering"}),
    may=frozenset({Permission.DEPLOY, Permission.ROLLBACK, Permission.STOP, Permission.DOCTOR}),
)
WEB_STAGING = Target(service="web", environment="staging")
WEB_PRODUCTION = Target(service="web", environment="production")
API_STAGING = Target(service="api", environment="staging")


def catalogue(*, confirm_staging: bool = True) -> Catalogue:
    """Two services with staging and production; everything is announced in the service's channel."""
    services = {name: _service(name, confirm_staging=confirm_staging) for name in ("web", "api")}
    return Catalogue(services=services, roles=(ENGINEERS,), command="/ops")


def _service(name: str, *, confirm_staging: bool) -> Service:
    def environment(where: str, after: str) -> Environment:
        production = where == "production"
        policy = TargetPolicy(
            production=production, confirm=production or confirm_staging, after=after, roles=(ENGINEERS,)
        )
        return Environment(
            target=Target(service=name, environment=where),
            aliases=("prod",) if production else (),
            policy=policy,
            policy_hash=f"{name}-{where}",
            via="fake",
            how=FakeTarget(),
            deadline=30 * MINUTE,
            announce="channel",
            channel=f"team-{name}",
        )

    return Service(
        name=name,
        aliases=("site",) if name == "web" else (),
        team="",
        repository=f"acme/{name}",
        channel=f"team-{name}",
        paths=(),
        irreversible=(),
        environments=(environment("staging", ""), environment("production", "staging")),
    )


@dataclass(kw_only=True)
class Ship:
    """The bot, its world, and what people do to it."""

    clock: FakeClock = field(default_factory=FakeClock)
    random: FakeRandom = field(default_factory=FakeRandom)
    chat: FakeChat = field(default_factory=acme)
    store: InlineStore = field(default_factory=InlineStore.memory)
    provider: FakeProvider = field(init=False)
    catalogue: Catalogue = field(default_factory=catalogue)

    def __post_init__(self) -> None:
        self.provider = FakeProvider(clock=self.clock)
        self._numbers = count(1)
        self._history()
        self.start()

    def _history(self) -> None:
        provider = self.provider
        provider.commit("a41c9e2", "Start of the story")
        provider.commit("b52d0f3", "Faster checkout (#412)", number=412)
        provider.commit("5d2f0b7", "Retry failed webhooks (#415)", author="Linus", number=415)
        provider.branches["#416"] = sha("9f00416")
        for service in ("web", "api"):
            provider.live[Target(service=service, environment="staging")] = sha("a41c9e2")
            provider.live[Target(service=service, environment="production")] = sha("a41c9e2")

    def start(self) -> None:
        """A new process on the same rows: nothing is remembered but what was stored."""
        self.runner = FakeRunner(self.clock)
        runtime = Runtime(
            catalogue=self.catalogue,
            store=self.store,
            chat=self.chat,
            clock=self.clock,
            random=self.random,
            runner=self.runner,
            supervisor=Supervisor(self.clock),
            integrations={"fake": self.provider.integration()},
            home=Home(team=TEAM, bot_user=BOT),
            redactor=Redactor.of(()),
        )
        self.runtime = runtime
        conversation = Conversation(
            runtime, all_commands(), line_of=lambda _key: "quarterdeck.yaml:7", examine=_examine
        )
        self.conversation = conversation
        intake = Intake(
            runtime, instant=conversation.instant, work=conversation.work, suggest=conversation.suggest
        )
        self.engine = Engine(runtime, intake)
        self.followups = Followups(self.chat)
        router = Router(
            intake.receive, self.clock, self.followups, whoami=lambda: BOT, heard=lambda _topic, _about: None
        )
        self.bolt = bolt_app(web_client("xoxb-not-a-token", "http://127.0.0.1:9/api/"), router)

    # ---- what people do ------------------------------------------------------------------------------------------------

    async def type(self, user: str, text: str, *, channel: str = "C02", settle: bool = True) -> str:
        """A slash command; returns what the person sees last."""
        command, _, words = text.partition(" ")
        number = next(self._numbers)
        url = f"https://hooks.slack.com/commands/{TEAM}/{number}"
        self.chat.urls[url] = (user, channel)
        body = {
            "command": command,
            "text": words,
            "team_id": TEAM,
            "user_id": user,
            "channel_id": channel,
            "trigger_id": f"{number}.1.a",
            "response_url": url,
        }
        return await self._deliver(user, body, settle=settle)

    async def mention(self, user: str, text: str, *, channel: str = "C02", thread: str = "") -> str:
        """`@quarterdeck …` in a channel or thread; returns what is answered last, to all or privately."""
        number = next(self._numbers)
        event: dict[str, Any] = {
            "type": "app_mention",
            "user": user,
            "text": f"<@{BOT}> {text}",
            "ts": f"{1_795_500_000 + number}.000001",
            "channel": channel,
            "team": TEAM,
            "event_ts": f"{1_795_500_000 + number}.000001",
        }
        if thread:
            event["thread_ts"] = thread
        return await self._event(user, event, f"Ev{number}")

    async def say(self, user: str, text: str) -> str:
        """A direct message."""
        number = next(self._numbers)
        channel = await self.chat.open_direct(user)
        event = {
            "type": "message",
            "channel_type": "im",
            "user": user,
            "text": text,
            "ts": f"{1_795_500_000 + number}.000002",
            "channel": channel,
            "team": TEAM,
            "event_ts": f"{1_795_500_000 + number}.000002",
        }
        return await self._event(user, event, f"Ev{number}")

    async def open_home(self, user: str) -> str:
        """The Home tab; returns it as lines."""
        event = {"type": "app_home_opened", "user": user, "tab": "home", "channel": f"D{user[1:]}", "event_ts": "1.2"}
        await self._event(user, event, f"Ev{next(self._numbers)}")
        return plain(self.chat.homes[user])

    async def _event(self, user: str, event: Mapping[str, Any], event_id: str) -> str:
        body = {"type": "event_callback", "team_id": TEAM, "event_id": event_id, "event": dict(event)}
        return await self._deliver(user, body)

    async def click(self, user: str, label: str, *, on: Message | None = None, settle: bool = True) -> str:
        """Press a button by its label, on the newest message that has it (or on `on`); returns what the person sees last."""
        message, channel, ts = self._with_button(label, on)
        element = button(message, label)
        number = next(self._numbers)
        url = f"https://hooks.slack.com/actions/{TEAM}/{number}"
        self.chat.urls[url] = (user, channel)
        body = {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": user, "team_id": TEAM},
            "channel": {"id": channel},
            "container": {"type": "message", "message_ts": ts, "channel_id": channel},
            "message": {"ts": ts},
            "trigger_id": f"{number}.1.a",
            "response_url": url,
            "actions": [
                {"type": "button", "action_id": element["action_id"], "value": element.get("value", ""), "block_id": "b"}
            ],
            "state": {"values": {}},
        }
        return await self._deliver(user, body, settle=settle)

    async def submit(self, user: str, values: Mapping[str, str]) -> str:
        """Submit the newest modal; returns what the person sees last, or the form's errors."""
        view = dict(self.chat.views[-1].body)
        number = next(self._numbers)
        state = {
            block: {block: {"type": "plain_text_input", "value": value}} for block, value in values.items()
        }
        body = {
            "type": "view_submission",
            "team": {"id": TEAM},
            "user": {"id": user, "team_id": TEAM},
            "trigger_id": f"{number}.1.a",
            "view": {
                "id": "V1",
                "type": "modal",
                "callback_id": view["callback_id"],
                "private_metadata": view.get("private_metadata", ""),
                "state": {"values": state},
                "hash": "h",
            },
        }
        return await self._deliver(user, body)

    async def _deliver(self, user: str, body: Mapping[str, Any], *, settle: bool = True) -> str:
        before = len(self.chat.private)
        posts = len(self.chat.posts)
        answer = await dispatch(self.bolt, dict(body), {}, mode="socket_mode")
        ack = str(answer.body or "")
        if settle:
            await self.settle()
        if len(self.chat.private) > before:
            return plain(self.chat.private[-1].message)
        if len(self.chat.posts) > posts and not ack:
            return plain(self.chat.posts[-1].message)
        return _ack_text(ack)

    # ---- time ----------------------------------------------------------------------------------------------------------

    async def settle(self) -> None:
        """Let everything that is due now happen, without moving time more than posts have to wait."""
        for _ in range(400):
            for key in self.runner.take_due():
                self.engine.dispatch(key)
            await self._breathe()
            wake = self.clock.next_wake()
            if wake is not None and wake - self.clock.now() <= 2 * SECOND and self.runtime.supervisor.busy:
                self.clock.move_to(wake)
                continue
            nothing = self.runner.next_wake()
            if not self.runtime.supervisor.busy and (nothing is None or nothing > self.clock.now()):
                return
        raise AssertionError("it does not settle")

    async def _breathe(self) -> None:
        for _ in range(60):
            await asyncio.sleep(0)

    async def wait(self, millis: Millis) -> None:
        """Move time, letting everything happen that is due on the way."""
        until = self.clock.now() + millis
        while True:
            await self.settle()
            wakes = [each for each in (self.clock.next_wake(), self.runner.next_wake()) if each is not None]
            upcoming = min(wakes, default=until)
            if upcoming >= until:
                break
            self.clock.move_to(upcoming)
        self.clock.move_to(until)
        await self.engine.sweep_operations()
        await self.engine.sweep_outbox()
        await self.settle()

    async def restart(self) -> None:
        """The process dies where it is (tasks are abandoned, nothing cleans up) and a new one starts on the same rows."""
        for task in asyncio.all_tasks():
            if task is not asyncio.current_task():
                task.cancel()
        await asyncio.sleep(0)
        self.start()
        await self.engine.begin()
        await self.settle()

    # ---- what a test looks at ------------------------------------------------------------------------------------------

    def card(self, number: int) -> str:
        """The card of an operation as it stands in its channel."""
        key = f"operation:{number}:card"
        cards = [each for each in self.chat.posts if each.key == key]
        assert len(cards) == 1, f"one card for #{number}, not {len(cards)}"
        return plain(cards[0].message)

    def thread(self, number: int) -> list[str]:
        """The replies under a card, in order."""
        key = f"operation:{number}:card"
        root = next(each.ts for each in self.chat.posts if each.key == key)
        return [plain(each.message) for each in self.chat.posts if each.thread == root]

    async def operation(self, number: int) -> Operation:
        """The row of an operation."""
        found = await self.store.read(lambda tx: operations.get(tx, number))
        assert found is not None
        return found

    def _with_button(self, label: str, on: Message | None) -> tuple[Message, str, str]:
        if on is not None:
            return on, "C02", ""
        places = [(each.message, each.channel, "") for each in reversed(self.chat.private)]
        places += [(each.message, each.channel, each.ts) for each in reversed(self.chat.posts)]
        for message, channel, ts in places:
            if button(message, label, optional=True):
                return message, channel, ts
        raise AssertionError(f"nobody can see a button {label}")


def button(message: Message, label: str, *, optional: bool = False) -> dict[str, Any]:
    """The button with that label."""
    for block in message.blocks:
        for element in block.get("elements", ()) if block["type"] == "actions" else ():  # type: ignore[union-attr]
            if element["text"]["text"] == label:  # type: ignore[index,call-overload]
                return element  # type: ignore[return-value]
    if optional:
        return {}
    raise AssertionError(f"no button {label}")


def _ack_text(body: str) -> str:
    if not body.startswith("{"):
        return body
    found = json.loads(body)
    if "errors" in found:
        return "\n".join(f"{block}: {problem}" for block, problem in found["errors"].items())
    if "blocks" in found:
        return plain(Message(text=found.get("text", ""), blocks=tuple(found["blocks"])))
    return re.sub(r"\s+$", "", found.get("text", ""))


async def _examine() -> tuple[Finding, ...]:
    return (Finding(severity=Severity.FINE, subject="tests", sentence="They run."),)


