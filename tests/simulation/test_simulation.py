"""The whole bot on a virtual clock with seeded faults and crashes: no invariant is ever broken, and a seed always tells the same story."""

from tests.simulation.simulation import Report, simulate


def shown(report: Report) -> str:
    """The violation with its seed and the end of its trace, for whoever has to read it."""
    return "\n".join([f"seed {report.seed}", report.violation, *report.trace[-60:]])


def test_a_hundred_operations() -> None:
    """Crashes, lost answers, late landings, repeated deliveries: nothing starts twice, nothing ends falsely, nothing stays wrong."""
    report = simulate("fast", 100)
    assert not report.violation, shown(report)
    assert report.operations >= 100
    assert report.crashes > 10
    assert sum(report.faults.values()) > 100


def test_the_same_seed_tells_the_same_story() -> None:
    """Two runs of one seed have the same trace, step by step; another seed has another."""
    first, second, other = simulate("same", 15), simulate("same", 15), simulate("other", 15)
    assert first.hashes == second.hashes
    assert first.hashes != other.hashes
