"""One incarnation of the bot: real engine, store, views, runner and supervisor on simulated ports, from its start until it dies."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bot.commanding import Command
from bot.discovering import all_commands
from bot.domain.requests import Delivery, DeliveryKind
from bot.domain.terms import Millis
from bot.engine.conversing import Conversation
from bot.engine.engine import OUTBOX_SWEEP, PLAN_SWEEP, Engine
from bot.engine.intake import Intake
from bot.engine.reconcile import STEPS, SWEEP
from bot.engine.runtime import Home, Runtime
from bot.engine.supervisor import Supervisor
from bot.ports import Finding
from bot.schedule import LocalRunner
from bot.slack.answers import Reply, reply
from bot.slack.followups import Followups
from bot.slack.router import apology
from bot.store import InlineStore
from bot.views.kit import Redactor
from tests.simulation.chat import SimChat
from tests.simulation.crash import NEVER
from tests.simulation.door import Door
from tests.simulation.house import furnished
from tests.simulation.loop import VirtualLoop
from tests.simulation.ports import SimClock, SimIntegration
from tests.simulation.restoring import tell_restored
from tests.simulation.setting import BOT_USER, TEAM, catalogue
from tests.simulation.wire import SimStore, Wire, never, probe_of

if TYPE_CHECKING:
    from tests.simulation.world import World


MOVING = ", ".join(f"'{state}'" for state in sorted(STEPS))
OPERATIONS_DUE = f"select min(due_at) from operations where state in ({MOVING})"
MESSAGES_DUE = "select min(due_at) from outbox where wanted > done"
"""When a sweep has something to do next."""


@cache
def every_command() -> dict[str, Command]:
    """The folder is read once."""
    return all_commands()


async def _examine() -> tuple[Finding, ...]:
    return ()


@dataclass(kw_only=True)
class Alarm:
    """A sweep at an interval; the rings between now and the first that has something to do are passed over without a look."""

    every: Millis
    next: Millis
    first_due: Callable[[], Millis]
    start: Callable[[], "asyncio.Task[None]"]
    busy: "asyncio.Task[None] | None" = None

    def moment(self, now: Millis) -> Millis:
        """The next ring, at or after now, that has something to do."""
        due = max(now, self.first_due())
        if self.next < now:
            self.next += -(-(now - self.next) // self.every) * self.every
        return due if due >= NEVER else self.next + max(0, -(-(due - self.next) // self.every)) * self.every

    def ring(self, now: Millis) -> None:
        """Start it, unless it still runs."""
        self.next = now + self.every
        if self.busy is None or self.busy.done():
            self.busy = self.start()


class Bot:
    """A process: it remembers nothing that is not in rows, and when it dies its loop is never turned again."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.alive = True
        self.listening = False
        self.alarms: list[Alarm] = []
        self.loop = VirtualLoop(world.time)  # type: ignore[abstract]  # it is the part of a loop that coroutines need
        self.store = SimStore(self, InlineStore(world.link, probe=probe_of(self)))
        clock = SimClock(time=world.time)
        self.supervisor = Supervisor(clock)
        self.runner = LocalRunner()
        wire = Wire(self)
        self.runtime = Runtime(
            catalogue=furnished(catalogue(), world.house),
            store=self.store,
            chat=SimChat(slack=world.slack, wire=wire),
            clock=clock,
            random=world.tokens,
            runner=self.runner,
            supervisor=self.supervisor,
            integrations={
                name: SimIntegration(provider=each, repositories=world.repositories, wire=wire).integration()
                for name, each in world.providers.items()
            },
            home=Home(team=TEAM, bot_user=BOT_USER),
            redactor=Redactor.of(()),
            road=world.house.road,
        )
        conversation = Conversation(self.runtime, every_command(), line_of=lambda _key: "", examine=_examine)
        self.intake = Intake(
            self.runtime, instant=conversation.instant, work=conversation.work, suggest=conversation.suggest
        )
        self.engine = Engine(self.runtime, self.intake)
        self.followups = Followups(self.runtime.chat)
        self.door = Door(self)

    def start(self) -> None:
        """As `bot.app` does: runner and alarm, then a look at every row, then the door is opened."""
        self.runner.connect(self.engine.dispatch)
        self._every(SWEEP, self.engine.sweep_operations, OPERATIONS_DUE)
        self._every(OUTBOX_SWEEP, self.engine.sweep_outbox, MESSAGES_DUE)
        self._every(PLAN_SWEEP, self.engine.sweep_plans, "")

        async def begin() -> None:
            await tell_restored(self)
            await self.engine.begin()
            self.listening = True

        self.loop.create_task(begin(), name="begin")

    def working_on(self) -> str:
        """The key of the delivery whose work is running now."""
        task = asyncio.current_task(self.loop)
        return task.get_name().removeprefix("inbox:") if task else ""

    def strikes(self, point: str) -> bool:
        """Whether the process dies at this point; a dead one dies no more."""
        if not self.alive:
            return True
        if self.world.crashes.strikes(point):
            self.world.dies(point)
            return True
        return False

    # ---- the alarm clock -----------------------------------------------------------------------------------------------

    def _every(self, millis: Millis, sweep: Callable[[], Awaitable[object]], due: str) -> None:
        """Ring at this interval. A sweep that would find nothing is left out: it would read, and do nothing."""

        async def work() -> None:
            try:
                await sweep()
            except Exception as error:  # noqa: BLE001  # as the alarm clock does
                self.world.judge.bug(f"sweep: {error!r}")

        def start() -> asyncio.Task[None]:
            return self.loop.create_task(work(), name=f"sweep {millis}")

        first_due = (lambda: self.world.first_due(due)) if due else (lambda: 0)
        self.alarms.append(Alarm(every=millis, next=self.world.time.now + millis, first_due=first_due, start=start))

    def upcoming(self, before: Millis) -> Millis:
        """When something is to be done next, if that is before this moment."""
        now, ready = self.world.time.now, self.loop.upcoming()
        first = before if ready is None else min(before, ready)
        for each in self.alarms:
            if each.next < first:  # whoever rings later than that need not be asked
                first = min(first, each.moment(now))
        return first

    def ring(self) -> None:
        """Begin the sweeps whose moment it is."""
        now = self.world.time.now
        for each in self.alarms:
            if each.next <= now and each.moment(now) <= now:
                each.ring(now)

    # ---- the door ------------------------------------------------------------------------------------------------------

    def deliver(self, delivery: Delivery, acked: Callable[[Reply], None]) -> None:
        """What the router does with a delivery; `acked` is told what goes back, if the process lives to say it."""
        self.loop.create_task(self._receive(delivery, acked), name=f"receive:{delivery.key}")

    async def _receive(self, delivery: Delivery, acked: Callable[[Reply], None]) -> None:
        if delivery.kind is DeliveryKind.IGNORED:
            return
        try:
            answer = reply(delivery, await self.intake.receive(delivery))
        except Exception as error:  # noqa: BLE001  # as the router does
            self.world.judge.bug(f"receive: {error!r}")
            answer = apology(delivery)
        if answer.follow is not None:
            self.followups.send(delivery, answer.follow)
        if self.strikes("slack.ack before"):
            await never()
        acked(answer)
        if self.strikes("slack.ack after"):
            await never()
