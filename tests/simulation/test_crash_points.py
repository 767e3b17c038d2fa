"""Every point of every scripted flow: the process dies there, a new one starts on what was committed, and the end is the truth."""

import random

import pytest

from bot.domain.operations import State
from tests.simulation.crash import distinct
from tests.simulation.scenarios import FLOWS, Flow, Told, tell

FEWEST = 1_200
"""Distinct crash points of all flows together: fewer would mean that something is not looked at any more."""
PAIRS = 150  # of each flow, drawn by seed
AFTER = 60  # how many points after the first crash the second one may come

IN_STATE: tuple[tuple[State, str], ...] = (
    (State.QUEUED, "deploy"),
    (State.TRIGGERING, "deploy"),
    (State.RUNNING, "deploy"),
    (State.VERIFYING, "deploy"),
    (State.UNKNOWN, "lost answer, searchable"),
    (State.NEEDS_HUMAN, "decision"),
    (State.CANCELLING, "stop"),
    (State.ROLLING_BACK, "take over"),
    (State.SUCCEEDED, "deploy unconfirmed"),
    (State.FAILED, "failing deploy"),
)


def by_name(name: str) -> Flow:
    """The flow with that name."""
    return next(each for each in FLOWS if each.name == name)


def shown(told: Told, *at: int) -> str:
    """What was wrong, where the process died, and the end of the story."""
    return "\n".join([*told.wrong, f"died at {at}", *told.trace[-80:]])


flows = pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name.replace(" ", "-").replace(",", ""))


@flows
def test_without_a_crash(flow: Flow) -> None:
    """The story as it goes when nothing breaks, twice the same."""
    told = tell(flow)
    assert not told.wrong, shown(told)
    assert told.digest == tell(flow).digest


@flows
def test_some_points(flow: Flow) -> None:
    """A few points of each flow in every run; the next test takes all of them."""
    points = distinct(tell(flow).points)
    for at in points[len(flow.name) :: len(points) // 3]:
        told = tell(flow, at=frozenset({at}))
        assert told.crashes == 1
        assert not told.wrong, shown(told, at)


@pytest.mark.slow
@flows
def test_every_point(flow: Flow) -> None:
    """Before and after each commit, and before, during and after each outside call that changes something."""
    for at in distinct(tell(flow).points):
        told = tell(flow, at=frozenset({at}))
        assert told.crashes == 1
        assert not told.wrong, shown(told, at)


def test_nothing_is_left_out() -> None:
    """The number of points does not shrink."""
    numbers = {flow.name: len(distinct(tell(flow).points)) for flow in FLOWS}
    assert sum(numbers.values()) >= FEWEST, numbers
    assert min(numbers.values()) >= 70, numbers


@pytest.mark.parametrize(("state", "name"), IN_STATE, ids=lambda each: str(each).replace(" ", "-").replace(",", ""))
def test_restart_in_each_state(state: State, name: str) -> None:
    """The process dies as soon as an operation has come to that state."""
    told = tell(by_name(name), kill_in=state)
    assert told.crashes == 1, f"nothing came to {state}"
    assert not told.wrong, shown(told)


@pytest.mark.prove
@flows
def test_pairs_of_points(flow: Flow) -> None:
    """Two crashes: the second while the first is being repaired."""
    rng = random.Random(f"pairs/{flow.name}")
    first = distinct(tell(flow).points)
    for _ in range(PAIRS):
        one = rng.choice(first)
        two = one + rng.randrange(1, AFTER)
        told = tell(flow, at=frozenset({one, two}))
        assert not told.wrong, shown(told, one, two)
