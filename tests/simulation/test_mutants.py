"""The simulation has teeth: every planted defect is seen within a stated number of tellings, and nothing is seen without one."""

import pytest

from tests.simulation.mutants import MUTANTS, Mutant, hunt
from tests.simulation.planted import MORE


@pytest.mark.mutants
@pytest.mark.parametrize("mutant", [*MUTANTS, *MORE], ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_caught(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    """A product with this defect is caught by the stories that are meant for it."""
    mutant.plant(monkeypatch)
    tellings, seen = hunt(mutant)
    assert seen, f"{mutant.name} got away with {mutant.within} tellings"
    assert tellings <= mutant.within


def test_enough() -> None:
    """At least thirty-five kinds of defects, each with a name of its own."""
    assert len({mutant.name for mutant in (*MUTANTS, *MORE)}) >= 35


@pytest.mark.parametrize("name", sorted({flow.name for mutant in MUTANTS for flow in mutant.flows}))
def test_no_false_alarm(name: str) -> None:
    """The same stories told of the product as it is: nothing is wrong, so it was the defect that was seen."""
    mutant = next(each for each in MUTANTS if name in {flow.name for flow in each.flows})
    tellings, seen = hunt(Mutant(name="none", plant=mutant.plant, flows=mutant.flows, within=2, seeds=2))
    assert not seen, f"{seen} (telling {tellings})"
