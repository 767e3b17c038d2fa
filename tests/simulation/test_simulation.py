"""The whole bot on a virtual clock with seeded faults and crashes: no invariant is ever broken, and a seed always tells the same story."""

import os
import subprocess
import sys

import pytest

from tests.simulation.faults import CALM, FaultPlan
from tests.simulation.simulation import Report, simulate


def shown(report: Report) -> str:
    """The violation with its seed and the end of its trace, for whoever has to read it."""
    return "\n".join([f"seed {report.seed}", report.violation, *report.trace[-80:]])


def test_simulated_operations() -> None:
    """Crashes, lost answers, late landings, repeated deliveries: nothing starts twice, nothing ends falsely, nothing stays wrong."""
    report = simulate("fast", 200)
    assert not report.violation, shown(report)
    assert report.operations >= 200
    assert report.crashes > 40
    assert sum(report.faults.values()) > 300


def test_fair_weather() -> None:
    """Without faults everything that was asked for succeeds, is taken back, or is taken over."""
    report = simulate("calm", 30, faults=CALM)
    assert not report.violation, shown(report)
    assert set(report.outcomes) <= {"succeeded", "rolled_back", "superseded", "cancelled", "rejected"}
    assert not report.crashes


def test_many_crashes() -> None:
    """A process that hardly lives still comes to the truth."""
    report = simulate("dying", 5, faults=FaultPlan(crash=0.03, crash_again=0.03, crash_turns=1_000))
    assert not report.violation, shown(report)
    assert report.crashes > 3 * report.operations


def test_slack_is_hardly_there() -> None:
    """Long outages of Slack lose nothing: what runs goes on, and every message is true in the end."""
    report = simulate("away", 30, faults=FaultPlan(slack_outage=0.3, slack_lost=0.1))
    assert not report.violation, shown(report)
    assert report.faults["slack: outage"] > 0


def test_the_same_seed_tells_the_same_story() -> None:
    """Two runs of one seed have the same trace, step by step; another seed has another."""
    first, second, other = simulate("same", 8), simulate("same", 8), simulate("other", 8)
    assert first.hashes == second.hashes
    assert first.hashes != other.hashes


@pytest.mark.slow
def test_in_another_process_too() -> None:
    """Nothing depends on the order of sets, on addresses or on what ran before: another interpreter tells the same story."""
    code = "from tests.simulation.simulation import simulate; print(simulate('same', 15).digest)"
    told = [_elsewhere(code, seed) for seed in ("1", "2")]
    assert told == [simulate("same", 15).digest] * 2


def _elsewhere(code: str, hash_seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    return done.stdout.strip()


@pytest.mark.slow
def test_five_thousand() -> None:
    """The long run of every change."""
    report = simulate("slow", 5_000)
    assert not report.violation, shown(report)
    assert report.operations >= 5_000
