"""A simulated world: the outside that lives on, the bot that dies and is born again, and the driver of virtual time."""

import asyncio
import gc
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

import structlog

from bot.domain.leases import Deployment
from bot.domain.operations import UNFINISHED
from bot.domain.terms import MINUTE, SECOND, Millis, Target
from bot.store import Tx, deployments
from bot.store.database import Remembered
from tests.simulation.bot import Bot
from tests.simulation.crash import NEVER, Crashes
from tests.simulation.crew import Crew, Habits
from tests.simulation.faults import Fates, FaultPlan
from tests.simulation.house import PLAIN, House
from tests.simulation.invariants import Judge
from tests.simulation.loop import START, Time, dispose
from tests.simulation.pipelines import Pipelines
from tests.simulation.ports import SimRandom, SimRepository
from tests.simulation.providers import SimProvider
from tests.simulation.setting import SERVICES, TARGETS
from tests.simulation.slack import SimSlack
from tests.simulation.trace import Trace
from tests.simulation.vitals import Vitals

T = TypeVar("T")
OPEN = ", ".join(f"'{state}'" for state in sorted(UNFINISHED))
GOING_ON = f"select distinct service, environment from operations where state in ({OPEN})"


@cache
def seldom_collect() -> None:
    """As the bot does after its start: what was imported is never looked through for garbage again."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)


@dataclass(kw_only=True)
class World:
    """Everything of one seed; `bot` is the incarnation that lives now (or the dead one, until the next is born)."""

    seed: str
    plan: FaultPlan = field(default_factory=FaultPlan)
    habits: Habits = field(default_factory=Habits)
    house: House = PLAIN

    def __post_init__(self) -> None:
        self.time = Time()
        self.log = Trace()
        self.link = Remembered()
        self.counts: Counter[str] = Counter()
        self.rng = self.stream("world")
        self.faults = Fates(rng=self.stream("faults"), plan=self.plan, counts=self.counts)
        plan = self.plan
        self.crashes = Crashes(
            rng=self.stream("crashes"), rate=plan.crash, again=plan.crash_again, turns=plan.crash_turns
        )
        self.tokens = SimRandom(rng=self.stream("tokens"))
        self.judge = Judge(world=self)
        self.slack = SimSlack(world=self, rng=self.stream("slack"))
        self.crew = Crew(world=self, rng=self.stream("crew"), habits=self.habits)
        self.pipelines = Pipelines(world=self, rng=self.stream("pipelines"))
        self.vitals = Vitals(world=self, rng=self.stream("vitals"))
        self.repositories = {f"acme/{name}": SimRepository() for name in SERVICES}
        self.providers = {
            f"{name}-ci": SimProvider(name=f"{name}-ci", trigger_class=kind, world=self, rng=self.stream(name))
            for name, kind in SERVICES.items()
        }
        self.restored_at: Millis = 0  # when an old copy took the place of the rows
        self._graves: list[Any] = []
        self._due: dict[str, tuple[int, Millis]] = {}
        self._busy: tuple[int, frozenset[tuple[str, str]]] = (-1, frozenset())
        self._up: Millis = 0
        self._since: Millis = START
        self.judge.attach(self.link.ready().conn)
        self._history()
        self.bot = Bot(self)
        self.restarts = 0

    def stream(self, name: str) -> random.Random:
        """Chance of its own for each part, so that one part's use of it does not change another's."""
        return random.Random(f"{self.seed}/{name}")

    def _history(self) -> None:
        """Commits, something good everywhere, and what is live; one transaction for all of it."""
        connection = self.link.ready()
        connection.conn.execute("begin immediate")
        tx = Tx(connection, writable=True)
        for name, repository in self.repositories.items():
            for _ in range(6):
                self.push(name)
            first, second = (each.revision for each in repository.commits[:2])
            service = name.removeprefix("acme/")
            for where in ("staging", "production"):
                target = Target(service=service, environment=where)
                self._adopt(tx, target, first)
                self._adopt(tx, target, second)
                provider = self.provider_of(target)
                provider.live[target] = provider.shown[target] = second
        connection.conn.execute("commit")

    def _adopt(self, tx: Tx, target: Target, revision: str) -> None:
        good = Deployment(target=target, revision=revision, since=self.time.now, verified=True, by="adopted")
        deployments.record(tx, good)

    def push(self, name: str) -> None:
        """Somebody merges something."""
        self.repositories[name].push(f"{self.rng.getrandbits(160):040x}")

    def provider_of(self, target: Target) -> SimProvider:
        """Who deploys there."""
        return self.providers[f"{target.service}-ci"]

    def rows(self, look: Callable[[Tx], T]) -> T:
        """What the committed rows say, seen from outside of the bot."""
        return look(Tx(self.link.ready(), writable=False))  # between two transactions there is nobody to keep out

    def first_due(self, sql: str) -> Millis:
        """The instant that a query finds; asked again only after something was written."""
        connection = self.link.ready().conn
        changes, known = self._due.get(sql, (-1, 0))
        if changes != connection.total_changes:
            known = connection.execute(sql).fetchone()[0] or NEVER
            self._due[sql] = (connection.total_changes, known)
        return known

    def going_on(self, target: Target) -> bool:
        """Whether something unfinished is there."""
        connection = self.link.ready().conn
        if self._busy[0] != connection.total_changes:
            self._busy = connection.total_changes, frozenset(connection.execute(GOING_ON).fetchall())
        return (target.service, target.environment) in self._busy[1]

    def trace(self, line: str) -> None:
        """One line of what happened."""
        self.log.add(self.time.now, line)

    def count(self, fault: str, happened: bool = True) -> None:  # reads as "count it, if"
        """One more fault of that kind."""
        if happened:
            self.counts[fault] += 1

    # ---- life and death ------------------------------------------------------------------------------------------------

    def uptime(self) -> Millis:
        """How long the bot has been up in all."""
        return self._up + (self.time.now - self._since if self.bot.alive else 0)

    def dies(self, point: str) -> None:
        """The process is gone this instant: its loop is never turned again."""
        bot = self.bot
        self.trace(f"CRASH {self.crashes.passed}: {point}")
        self._up += self.time.now - self._since
        bot.alive = bot.listening = False
        self._graves.append((bot, bot.loop.pending()))
        self.time.later(self.down_for(), self.born)

    def down_for(self) -> Millis:
        """How long it stays down: mostly seconds, sometimes minutes."""
        return self.rng.randrange(300, 15 * SECOND) if self.rng.random() < 0.85 else self.rng.randrange(5 * MINUTE)

    def born(self) -> None:
        """A new process on the committed rows."""
        self.trace("START")
        self.restarts += 1
        self._since = self.time.now
        self.bot = Bot(self)
        self.bot.start()

    # ---- the driver ----------------------------------------------------------------------------------------------------

    def run(self, until: Callable[[], bool], *, most: Millis) -> bool:
        """Turn until that is so (looked at between instants); False where it is not after `most` virtual milliseconds."""
        end = self.time.now + most
        while not self.judge.wrong:
            self._instant()
            if until():
                return True
            moment = self._next()
            if moment > end:
                return False
            self.time.now = max(self.time.now, moment)
        return False

    def _next(self) -> Millis:
        outside = self.time.upcoming()
        before = NEVER if outside is None else outside
        return self.bot.upcoming(before) if self.bot.alive else before

    def _instant(self) -> None:
        """Everything that happens now."""
        while not self.judge.wrong:
            moment = self.time.take_due()
            if moment is not None:
                moment()
            elif not self._turn():
                return

    def _turn(self) -> bool:
        """Turn the living loop until nothing is ready; between any two callbacks the process may die."""
        bot, crashes, judge = self.bot, self.crashes, self.judge
        turned = False
        asyncio._set_running_loop(bot.loop)
        try:
            if bot.alive:
                bot.ring()
            while bot.alive and not judge.wrong and bot.loop.turn():
                turned = True
                if self.bot.alive and crashes.strikes_between():
                    self.dies("at an await")
        finally:
            asyncio._set_running_loop(None)
        if bot.loop.broken:
            judge.bug(bot.loop.broken.pop())
        return turned

    def close(self) -> None:
        """The world has been judged: let go of everything that was abandoned in it."""
        if self.bot.alive:
            self._graves.append((self.bot, self.bot.loop.pending()))
            self.bot.alive = False
        for bot, tasks in self._graves:
            bot.supervisor._closing = True
            dispose(tasks)
        self._graves.clear()
        self.link.ready().conn.close()


@contextmanager
def listening(judge: Judge) -> Iterator[None]:
    """The product's log goes to the judge and nowhere else."""
    processors = structlog.get_config()["processors"]
    kept = list(processors)
    processors[:] = [judge.heard]
    try:
        yield
    finally:
        processors[:] = kept


__all__ = ["TARGETS", "World", "listening"]
