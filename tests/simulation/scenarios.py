"""Scripted flows: one story each, told to a quiet world, so that the process can be killed at every point of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from bot.domain.operations import Operation, State
from bot.domain.terms import HOUR, MINUTE, SECOND, Door, Millis, Place, Target
from bot.store import operations
from tests.simulation.crew import QUIET, Habits
from tests.simulation.faults import CALM, FaultPlan
from tests.simulation.house import PLAIN, House
from tests.simulation.setting import channel_of
from tests.simulation.simulation import rest
from tests.simulation.world import World, listening, seldom_collect

ADA, GRACE = "U02ADA", "U02GRACE"


@dataclass(frozen=True, kw_only=True)
class Flow:
    """`says` is what is typed when (milliseconds after the start), `fates` what becomes of calls, `ends` how it must end."""

    name: str
    says: tuple[tuple[Millis, str, str], ...]
    ends: frozenset[State]
    habits: Habits = QUIET
    plan: FaultPlan = CALM
    fates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    house: House = PLAIN
    script: Callable[[World], None] = lambda _world: None  # what else happens, from the start on
    door: Door = Door.SLASH


S = State
SLOW = replace(CALM, run_takes=(40 * SECOND, 41 * SECOND))
WELL = frozenset({S.SUCCEEDED})
FLOWS: tuple[Flow, ...] = (
    Flow(name="deploy", says=((SECOND, ADA, "deploy api staging"),), ends=WELL),
    Flow(name="deploy unconfirmed", says=((SECOND, ADA, "deploy web staging"),), ends=WELL),
    Flow(name="deploy by mention", says=((SECOND, ADA, "deploy jobs staging"),), ends=WELL, door=Door.MENTION),
    Flow(
        name="confirm twice", says=((SECOND, ADA, "deploy mail production"),), ends=WELL,
        habits=replace(QUIET, twice=1),
    ),
    Flow(
        name="stop", says=((SECOND, ADA, "deploy api production"),), habits=replace(QUIET, stops=1), plan=SLOW,
        ends=frozenset({S.CANCELLED, S.SUCCEEDED}),
    ),
    Flow(
        name="take over", says=((SECOND, ADA, "deploy api production"), (20 * SECOND, GRACE, "rollback api production")),
        plan=SLOW,
        ends=frozenset({S.SUCCEEDED, S.ROLLED_BACK, S.SUPERSEDED, S.REJECTED}),
    ),
    Flow(
        name="take over the unknown", says=((SECOND, ADA, "deploy jobs production"),),
        habits=replace(QUIET, takes_over_unknown=1), fates={"jobs-ci.start": ("timeout_before",)},
        ends=frozenset({S.SUCCEEDED, S.ROLLED_BACK, S.CANCELLED, S.SUPERSEDED}),
    ),
    Flow(
        name="decision", says=((SECOND, ADA, "deploy mail staging"),), fates={"mail-ci.start": ("error_after",)},
        ends=frozenset({S.SUCCEEDED, S.CANCELLED}),
    ),
    Flow(
        name="failing deploy", says=((SECOND, ADA, "deploy jobs production"),), ends=frozenset({S.FAILED}),
        plan=replace(CALM, run_fails=1),
    ),
    Flow(
        name="lost answer, desired state", says=((SECOND, ADA, "deploy web staging"),), ends=WELL,
        fates={"web-ci.start": ("timeout_before", "error_after", "late")},
    ),
    Flow(
        name="lost answer, searchable", says=((SECOND, ADA, "deploy jobs staging"),),
        ends=WELL, fates={"jobs-ci.start": ("late",)},
    ),
    Flow(
        name="refused, then busy", says=((SECOND, ADA, "deploy api staging"),), ends=WELL,
        fates={"api-ci.start": ("refused", "limited")},
    ),
    Flow(
        name="lost posts", says=((SECOND, ADA, "deploy api staging"),), ends=WELL,
        fates={"slack.post": ("error_after", "fine", "error_after"), "slack.update": ("error_after",) * 2},
    ),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Told:
    """What came of one telling: the points passed, by name, and what was wrong (nothing)."""

    points: tuple[str, ...]
    wrong: tuple[str, ...]
    trace: tuple[str, ...]
    states: tuple[State, ...]
    crashes: int
    digest: str


def tell(flow: Flow, *, at: frozenset[int] = frozenset(), kill_in: State | None = None, seed: str = "flow") -> Told:
    """Tell the story to a new world, with crashes at these points; then everything is looked at."""
    seldom_collect()
    world = World(seed=f"{seed}/{flow.name}", plan=flow.plan, habits=flow.habits, house=flow.house)
    world.crashes.at, world.crashes.context, world.judge.kill_in = at, lambda: _standing(world), kill_in
    world.faults.scripted = {name: list(fates) for name, fates in flow.fates.items()}
    world.crew.busy = False
    for after, user, words in flow.says:
        place = Place(channel=channel_of(words.split()[1]))
        world.time.later(after, _typed(world, user, words, place, flow.door))
    with listening(world.judge):
        flow.script(world)
        world.bot.start()
        world.run(lambda: bool(world.judge.watched), most=HOUR)
        rest(world, quiet=11 * MINUTE)
        _expected(world, flow)
    told = Told(
        points=tuple(world.crashes.names), wrong=tuple(world.judge.wrong), trace=tuple(world.log.lines),
        states=tuple(each.state for each in _all(world)), crashes=world.crashes.count, digest=world.log.digest(),
    )  # fmt: skip
    world.close()
    return told


def _standing(world: World) -> str:
    states = [each.state for each in world.judge.watched.values()]
    return ", ".join(states) or "nothing"


def _typed(world: World, user: str, words: str, place: Place, door: Door) -> Callable[[], None]:
    return lambda: world.crew.type(user, words, place=(place, door))


def _all(world: World) -> list[Operation]:
    return list(reversed(world.rows(lambda tx: operations.newest(tx, 100))))


def _expected(world: World, flow: Flow) -> None:
    """People repeat what Slack did not take, so the story is told in the end; and every operation ends as the flow allows."""
    if world.judge.wrong:
        return
    found = _all(world)
    target = Target(service=flow.says[0][2].split()[1], environment=flow.says[0][2].split()[2])
    if not any(each.target == target for each in found):
        world.judge.fail(f"nothing came of {flow.says[0][2]}")
    for each in found:
        told = each.state in flow.ends or (world.crashes.count and world.judge.watched[each.id].asked)
        if not told:  # where a crash left it open whether anything was started, a person says what became of it
            world.judge.fail(f"#{each.id} ended {each.state}, not {', '.join(sorted(flow.ends))}")
