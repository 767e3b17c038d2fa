"""The whole bot in one test: real Bolt in front, real engine, store and views, hand-written fakes at the ports, time that a test moves."""

import asyncio
import math
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, TypeVar

from bot.discovering import all_commands
from bot.domain.facts import ChecksRule, TargetPolicy
from bot.domain.operations import Operation
from bot.domain.roles import Role
from bot.domain.terms import MINUTE, SECOND, Millis, Permission, Target
from bot.engine.catalogue import Catalogue, Environment, Service
from bot.engine.conversing import Conversation
from bot.engine.engine import Engine
from bot.engine.intake import Intake
from bot.engine.runtime import Home, Road, Runtime
from bot.engine.supervisor import Supervisor
from bot.ports import Finding, Integration, Severity
from bot.slack.app import bolt_app
from bot.slack.client import web_client
from bot.slack.followups import Followups
from bot.slack.router import Router
from bot.store import operations
from bot.views.kit import Redactor
from tests.fakes.chat import TEAM, FakeChat, acme
from tests.fakes.clock import FakeClock, FakeRandom, FakeRunner
from tests.fakes.deployer import FakeProvider, FakeTarget, sha
from tests.support.counted import Counted
from tests.support.people import BOT, People
from tests.support.text import plain

T = TypeVar("T")
PATIENCE = 2 * SECOND
ENGINEERS = Role(
    name="deployers",
    people=frozenset({"engineering"}),
    may=frozenset(
        {
            *(Permission.DEPLOY, Permission.ROLLBACK, Permission.PROMOTE, Permission.STOP),
            *(Permission.DECIDE, Permission.DOCTOR),
        }
    ),
)
WEB_STAGING = Target(service="web", environment="staging")
WEB_PRODUCTION = Target(service="web", environment="production")
API_STAGING = Target(service="api", environment="staging")


def catalogue(*, admin_channel: str = "", checks: ChecksRule = ChecksRule.NONE, **settings: Any) -> Catalogue:
    """Two services with staging and production, announced in the service's channel; `settings` go into every staging environment.

    `confirm_staging=False` starts deployments to staging at once.
    """
    confirm = settings.pop("confirm_staging", True)
    services = {
        name: _service(name, confirm_staging=confirm, checks=checks, settings=settings) for name in ("web", "api")
    }
    return Catalogue(services=services, roles=(ENGINEERS,), command="/ops", admin_channel=admin_channel)


def _service(name: str, *, confirm_staging: bool, checks: ChecksRule, settings: Mapping[str, Any]) -> Service:
    def environment(where: str, after: str) -> Environment:
        production = where == "production"
        policy = TargetPolicy(
            production=production,
            confirm=production or confirm_staging,
            after=after,
            roles=(ENGINEERS,),
            checks=checks,
        )
        made = Environment(
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
        return made if production else replace(made, **settings)

    return Service(
        name=name,
        aliases=("site",) if name == "web" else (),
        team="",
        repository=f"acme/{name}",
        channel=f"team-{name}",
        paths=(),
        irreversible=(),
        environments=(environment("staging", ""), environment("production", "staging")),
        owners=("U02LINUS",) if name == "web" else (),
    )


@dataclass(kw_only=True, repr=False)
class Ship(People):
    """The bot, its world, and what people do to it."""

    clock: FakeClock = field(default_factory=FakeClock)
    random: FakeRandom = field(default_factory=FakeRandom)
    chat: FakeChat = field(default_factory=acme)
    store: Counted = field(default_factory=Counted)
    provider: FakeProvider = field(init=False)
    catalogue: Catalogue = field(default_factory=catalogue)
    secrets: tuple[str, ...] = ()
    integration: Integration | None = None  # instead of everything that the provider can do
    road: Road = field(default_factory=Road)  # where runs can ask
    quiet: bool = True  # False: the story ends in the middle, with messages on their way

    def __post_init__(self) -> None:
        self.provider = FakeProvider(clock=self.clock)
        self._numbers = count(1)
        virtual(self.clock)
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
        self.store.clock = self.chat.clock = self.clock
        self.runner = FakeRunner(self.clock)
        runtime = Runtime(
            catalogue=self.catalogue,
            store=self.store,
            chat=self.chat,
            clock=self.clock,
            random=self.random,
            runner=self.runner,
            supervisor=Supervisor(self.clock),
            integrations={"fake": self.integration or self.provider.integration()},
            home=Home(team=TEAM, bot_user=BOT),
            redactor=Redactor.of(self.secrets),
            road=self.road,
        )
        self.runtime = runtime
        conversation = Conversation(
            runtime, all_commands(), line_of=lambda _key: "quarterdeck.yaml:7", examine=_examine
        )
        self.conversation = conversation
        intake = Intake(runtime, instant=conversation.instant, work=conversation.work, suggest=conversation.suggest)
        self.engine = Engine(runtime, intake)
        self.followups = Followups(self.chat)
        router = Router(
            intake.receive, self.clock, self.followups, whoami=lambda: BOT, heard=lambda _topic, _about: None
        )
        self.bolt = bolt_app(web_client("xoxb-not-a-token", "http://127.0.0.1:9/api/"), router)

    # ---- time ----------------------------------------------------------------------------------------------------------

    async def settle(self) -> None:
        """Let everything that is due now happen, without moving time more than posts have to wait; what hangs is left hanging."""
        idle = 0
        for _ in range(2_000):
            keys = self.runner.take_due()
            for key in keys:
                self.engine.dispatch(key)
            moved = await self._breathe()
            wake = self.clock.next_wake()
            if wake is not None and wake - self.clock.now() <= PATIENCE and self.runtime.supervisor.busy:
                self.clock.move_to(wake)
                continue
            idle = 0 if keys or moved else idle + 1
            due = self.runner.next_wake()
            if idle > 3 or not (self.runtime.supervisor.busy or (due is not None and due <= self.clock.now())):
                return
        raise AssertionError("it does not settle")

    async def _breathe(self) -> bool:
        """Sixty turns of the loop, or fewer where nobody wants another; True where something happened in them."""
        before = (self.store.count, len(self.chat.calls), self.provider.calls)
        ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
        for _ in range(60):
            await asyncio.sleep(0)
            if not ready:
                break
        return before != (self.store.count, len(self.chat.calls), self.provider.calls)

    async def wait(self, millis: Millis) -> None:
        """Move time, letting everything happen that is due on the way, with a sweep every two seconds of the first minute, then rarer."""
        until = self.clock.now() + millis
        while True:
            await self.settle()
            wakes = [self.clock.next_wake(), self.runner.next_wake(), timers()]
            upcoming = min((each for each in wakes if each is not None and each > self.clock.now()), default=until)
            if upcoming >= until:
                break
            self.clock.move_to(upcoming)
        self.clock.move_to(until)
        await self.sweep()

    async def sweep(self) -> None:
        """What the alarm clock does every few seconds."""
        await self.engine.sweep_operations()
        await self.engine.sweep_outbox()
        await self.engine.sweep_plans()
        await self.settle()

    async def restart(self) -> None:
        """The process dies where it is and a new one starts on the same rows: nothing that was not committed is kept."""
        self.stop()
        await asyncio.sleep(0)
        self.start()
        await self.engine.begin()
        await self.settle()

    async def end(self) -> None:
        """Stop as on SIGTERM: passes may finish for a while."""
        await self._slowly(self.engine.end())

    def stop(self) -> None:
        """Die: tasks are abandoned, and whatever they still try to write is refused."""
        supervisor, self.store = self.runtime.supervisor, Counted.reborn_of(self.store)
        supervisor._closing = True
        for task in asyncio.all_tasks():
            if task is not asyncio.current_task():
                task.cancel()

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

    def keep_secret(self, *secrets: str) -> None:
        """Start again with secrets that the configuration knows."""
        self.secrets = secrets
        self.start()

    def on_confirm(self, happens: Callable[[], object]) -> None:
        """Something happens in the world right after the next operation was committed, before its preflight looks."""
        self.store.after = happens

    def change_catalogue(self, **changes: Any) -> None:
        """Another configuration, for the next start."""
        self.catalogue = replace(self.catalogue, **changes)

    async def live(self, user: str, service: str = "web", environment: str = "staging", *words: str) -> int:
        """Deploy in one go, until it is live; returns the operation's number."""
        await self.type(user, " ".join(["/ops deploy", service, environment, *words]))
        await self.click(user, f"Deploy to {environment}")
        number = max(int(each.key.split(":")[1]) for each in self.chat.posts if each.key.endswith(":card"))
        self.provider.succeed(f"{number}:1:1")
        await self.wait(5 * SECOND)
        return number

    async def running(self, user: str = "U02ADA", service: str = "web", environment: str = "staging") -> str:
        """Deploy until the third step runs; returns the key of its attempt."""
        await self.type(user, f"/ops deploy {service} {environment}")
        await self.click(user, f"Deploy to {environment}")
        key = self.provider.starts[-1]
        self.provider.step(key, 3, "migrate")
        await self.wait(3 * SECOND)
        return key

    async def running_at_once(self, user: str = "U02ADA") -> None:
        """Deploy web to staging where nothing is confirmed."""
        await self.type(user, "/ops deploy web staging")
        await self.wait(3 * SECOND)

    async def type_slowly(self, user: str, text: str) -> str:
        """Type while the database takes its time; returns what the acknowledgement says."""
        return await self._slowly(self.type(user, text, settle=False))

    async def mention_slowly(self, user: str, text: str) -> str:
        """Mention while the database takes its time."""
        return await self._slowly(self.mention(user, text, settle=False))

    async def _slowly(self, doing: Coroutine[Any, Any, T]) -> T:
        task = asyncio.ensure_future(doing)
        while not task.done():
            await self._breathe()
            self.clock.move_to(self.clock.now() + 100)
        return task.result()

    async def operation(self, number: int) -> Operation:
        """The row of an operation."""
        found = await self.store.read(lambda tx: operations.get(tx, number))
        assert found is not None
        return found


def virtual(clock: FakeClock) -> None:
    """Deadlines of asyncio go by the test's clock too."""
    asyncio.get_running_loop().time = lambda: clock.now() / 1000  # type: ignore[method-assign]


def timers() -> Millis | None:
    """When the first deadline of asyncio is over."""
    waiting = asyncio.get_running_loop()._scheduled  # type: ignore[attr-defined]
    return min((math.ceil(each.when() * 1000) for each in waiting if not each.cancelled()), default=None)


async def _examine() -> tuple[Finding, ...]:
    return (Finding(severity=Severity.FINE, subject="tests", sentence="They run."),)
