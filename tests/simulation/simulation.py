"""`simulate(seed, operations)`: worlds of fifty operations each, one after the other, and what was found in them."""

import hashlib
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.domain.terms import HOUR, MINUTE, SECOND, Millis
from tests.simulation import standing
from tests.simulation.crew import Habits
from tests.simulation.faults import FaultPlan
from tests.simulation.house import House, drawn
from tests.simulation.loop import START
from tests.simulation.setting import TARGETS
from tests.simulation.world import World, listening, seldom_collect

IN_A_WORLD = 50
LONGEST: Millis = 12 * HOUR


@dataclass(kw_only=True)
class Report:
    """What happened; `violation` is empty or the first one, with the seed of its world and a readable trace."""

    seed: str
    operations: int = 0
    crashes: int = 0
    points: int = 0
    deliveries: int = 0
    virtual: Millis = 0
    faults: Counter[str] = field(default_factory=Counter)
    crash_kinds: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    visited: Counter[str] = field(default_factory=Counter)
    claims: Counter[str] = field(default_factory=Counter)
    hashes: list[str] = field(default_factory=list)
    violation: str = ""
    trace: list[str] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """One hash of everything that happened in every world."""
        return hashlib.blake2b("".join(self.hashes).encode(), digest_size=16).hexdigest()


def simulate(
    seed: int | str,
    operations: int,
    *,
    faults: FaultPlan | None = None,
    habits: Habits | None = None,
    house: House | None = None,
    told: Callable[[Report], None] | None = None,
) -> Report:
    """Run until that many operations were born, or until the first violation; the same seed gives the same hashes."""
    report = Report(seed=str(seed))
    seldom_collect()
    at = 0
    while report.operations < operations and not report.violation:
        name = f"{seed}:{at}"
        rules = drawn(random.Random(f"{name}/house")) if house is None else house
        world = World(seed=name, plan=faults or FaultPlan(), habits=habits or Habits(), house=rules)
        live(world, min(IN_A_WORLD, operations - report.operations))
        _add(report, world)
        at += 1
        if told is not None:
            told(report)
    return report


def live(world: World, operations: int) -> None:
    """A world from its first wish until it has come to rest, and the last look at it."""
    with listening(world.judge):
        world.bot.start()
        world.crew.begin()
        _weather(world)
        enough = world.run(lambda: len(world.judge.watched) >= operations, most=LONGEST)
        world.crew.busy = False
        if enough and not world.judge.wrong:
            rest(world)
    world.close()


def rest(world: World, *, quiet: Millis = 25 * MINUTE) -> None:
    """Let everything end: no new wishes; then, without more crashes, wait until nobody confirms an old plan either; then the last look."""
    judge = world.judge
    world.run(lambda: not judge.open, most=LONGEST)
    world.crashes.stop()
    born = -1
    while born != len(judge.watched) and not judge.wrong:
        born = len(judge.watched)
        world.run(lambda: not judge.open, most=LONGEST)
        world.run(lambda: False, most=quiet)
    if not judge.wrong:
        world.rows(judge.at_rest)
    if not judge.wrong:
        standing.look(world)


def _weather(world: World) -> None:
    """What happens outside by itself: merges, outages, deployments by others, and the judge's look at the clock."""

    def every_ten() -> None:
        world.time.later(10 * SECOND, every_ten)
        if not world.crew.busy:
            return
        for name in world.repositories:
            if world.rng.random() < world.plan.moves / len(world.repositories):
                world.push(name)
        _outages(world)
        _others(world)

    def every_minute() -> None:
        world.time.later(MINUTE, every_minute)
        world.judge.in_time()

    world.time.later(10 * SECOND, every_ten)
    world.time.later(MINUTE, every_minute)


def _others(world: World) -> None:
    """People who do not ask the bot: one deploys by hand where nothing is going on, one deletes a message."""
    plan, rng = world.plan, world.rng
    if rng.random() < plan.outside:
        target = rng.choice([each for each in TARGETS if not world.going_on(each)] or TARGETS[:1])
        if not world.going_on(target):
            world.count("outside: deployed by hand")
            recent = world.repositories[f"acme/{target.service}"].commits[-4:]
            world.provider_of(target).deploy_outside(target, rng.choice(recent).revision)
    if rng.random() < plan.deleted and world.judge.watched:
        world.count("slack: a card deleted")
        world.slack.delete(f"operation:{rng.choice(sorted(world.judge.watched))}:card")


def _outages(world: World) -> None:
    plan, rng = world.plan, world.rng
    if rng.random() < plan.slack_outage:
        world.count("slack: outage")
        world.slack.away_until = world.time.now + rng.randrange(5 * SECOND, plan.slack_outage_most)
        world.trace("slack: goes away")
    for provider in world.providers.values():
        if rng.random() < plan.provider_outage:
            world.count("provider: outage")
            provider.down_until = world.time.now + rng.randrange(5 * SECOND, 2 * MINUTE)
            world.trace(f"{provider.name}: goes away")


def _add(report: Report, world: World) -> None:
    report.operations += len(world.judge.watched)
    report.crashes += world.crashes.count
    report.points += world.crashes.passed
    report.deliveries += len(world.slack.sent)
    report.virtual += world.time.now - START
    report.faults += world.counts
    report.claims += Counter(world.pipelines.answers)
    report.crash_kinds += world.crashes.by_kind
    report.outcomes += world.judge.outcomes
    report.visited += world.judge.visited
    report.hashes.append(world.log.digest())
    if world.judge.wrong:
        report.violation = f"{world.judge.wrong[0]} (world {world.seed})"
        report.trace = list(world.log.lines)
