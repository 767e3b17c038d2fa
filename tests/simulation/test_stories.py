"""Claim, verification, rollbacks by themselves, decisions by two and restores: each story whole, then with a death at every point of it."""

import random
from functools import cache

import pytest

from bot.domain.operations import State
from tests.simulation.crash import distinct
from tests.simulation.scenarios import Flow, Told, tell
from tests.simulation.stories import BARRED, CLAIMING, DECIDING, RESTORING, WATCHING

STORIES = (*CLAIMING, *WATCHING, *BARRED, *DECIDING, *RESTORING)
FEWEST = 1_500
"""Distinct crash points of all stories together."""
WHOLE: dict[str, str] = {
    "claim": "while triggering", "verify": "while verifying", "auto-rollback": "compare answered while verifying",
    "auto-rollback, stopped": "slack.ack before while verifying", "decision by two": "while needs_human",
}  # fmt: skip
"""Of these every point is taken on every change, from the first one of that name on: before it they are like another story."""
IN_STATE: tuple[tuple[State, str], ...] = (
    (State.TRIGGERING, "claim"),
    (State.RUNNING, "claim"),
    (State.UNKNOWN, "claim, tried anew"),
    (State.RUNNING, "claim, tried anew"),
    (State.VERIFYING, "verify"),
    (State.PAUSED, "inconclusive"),
    (State.VERIFYING, "auto-rollback"),
    (State.ROLLING_BACK, "auto-rollback"),
    (State.ROLLED_BACK, "auto-rollback"),
    (State.NEEDS_HUMAN, "decision by two"),
    (State.CANCELLED, "decision by two"),
)
PAIRS, ALL_PAIRS, AFTER = 6, 150, 60

stories = pytest.mark.parametrize("flow", STORIES, ids=lambda flow: flow.name.replace(" ", "-").replace(",", ""))


def by_name(name: str) -> Flow:
    """The story with that name."""
    return next(each for each in STORIES if each.name == name)


@cache
def whole(name: str) -> Told:
    """The story without a crash, told once for everything that is asked of it."""
    return tell(by_name(name))


def shown(told: Told, *at: int) -> str:
    """What was wrong, where the process died, and the end of the story."""
    return "\n".join([*told.wrong, f"died at {at}", *told.trace[-80:]])


def since(points: tuple[str, ...], words: str) -> tuple[int, ...]:
    """The numbers of the points worth dying at, from the first one with these words on; of those that differ in nothing, one."""
    first = next(number for number, name in enumerate(points, 1) if name.endswith(words))
    return tuple(each for each in distinct(points, 1) if each >= first)


@stories
def test_without_a_crash(flow: Flow) -> None:
    """The story as it goes when nothing breaks."""
    told = whole(flow.name)
    assert not told.wrong, shown(told)


@pytest.mark.parametrize("name", ["claim, tried anew", "auto-rollback, unlocked", "decision by two"])
def test_the_same_seed_tells_the_same_story(name: str) -> None:
    """Line by line."""
    assert tell(by_name(name)).digest == whole(name).digest


@stories
def test_some_points(flow: Flow) -> None:
    """Two points of each story, other ones for each."""
    points = distinct(whole(flow.name).points)
    for at in points[len(flow.name) :: len(points) // 2]:
        told = tell(flow, at=frozenset({at}))
        assert not told.wrong, shown(told, at)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(WHOLE), ids=lambda name: name.replace(" ", "-").replace(",", ""))
def test_every_point_that_is_its_own(name: str) -> None:
    """What these stories add to a deploy: a death at every single point of it."""
    flow = by_name(name)
    for at in since(whole(name).points, WHOLE[name]):
        told = tell(flow, at=frozenset({at}))
        assert told.crashes == 1
        assert not told.wrong, shown(told, at)


def test_nothing_is_left_out() -> None:
    """The number of points does not shrink."""
    numbers = {flow.name: len(distinct(whole(flow.name).points)) for flow in STORIES}
    assert sum(numbers.values()) >= FEWEST, numbers
    assert min(numbers.values()) >= 70, numbers


@pytest.mark.parametrize(("state", "name"), IN_STATE, ids=lambda each: str(each).replace(" ", "-").replace(",", ""))
def test_restart_in_each_state(state: State, name: str) -> None:
    """The process dies as soon as an operation has come to that state."""
    told = tell(by_name(name), kill_in=state)
    assert told.crashes == 1, f"nothing came to {state}"
    assert not told.wrong, shown(told)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(WHOLE), ids=lambda name: name.replace(" ", "-").replace(",", ""))
def test_a_few_pairs(name: str) -> None:
    """Two deaths, the second while the first is being repaired."""
    _pairs(by_name(name), PAIRS)


@pytest.mark.prove
@stories
def test_every_point(flow: Flow) -> None:
    """All of them, in every story."""
    for at in distinct(whole(flow.name).points):
        told = tell(flow, at=frozenset({at}))
        assert not told.wrong, shown(told, at)


@pytest.mark.prove
@stories
def test_pairs_of_points(flow: Flow) -> None:
    """Many pairs, drawn by seed."""
    _pairs(flow, ALL_PAIRS)


def _pairs(flow: Flow, count: int) -> None:
    rng = random.Random(f"pairs/{flow.name}")
    first = distinct(whole(flow.name).points)
    for _ in range(count):
        one = rng.choice(first)
        two = one + rng.randrange(1, AFTER)
        told = tell(flow, at=frozenset({one, two}))
        assert not told.wrong, shown(told, one, two)
