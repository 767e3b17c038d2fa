"""What `doctor` says of each target: the guarantee of every trigger class with and without the claim, and what would raise it."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.claims import ClaimRule
from bot.domain.operations import State
from bot.engine.catalogue import Catalogue
from bot.guaranteeing import guarantees
from bot.ports import Finding, Integration, Severity, TriggerClass
from bot.store import InlineStore, Tx, operations
from tests.fakes.clock import FakeClock
from tests.fakes.deployer import FakeProvider
from tests.store.samples import operation
from tests.support.ship import WEB_STAGING, catalogue


class Look:
    """Says what one target is promised, with rows of a real file."""

    def __init__(self, path: Path) -> None:
        self.path = path / "q.db"
        self.store = InlineStore.open(self.path)

    async def done(self, *, claimed_by: str = "", unclaimed: str = "") -> None:
        def write(tx: Tx) -> None:
            made = operation(state=State.SUCCEEDED, target=WEB_STAGING, claimed_by=claimed_by, unclaimed=unclaimed)
            operations.insert(tx, made)

        await self.store.write(write)

    def says(self, kind: TriggerClass, rule: ClaimRule) -> Finding:
        provider = FakeProvider(clock=FakeClock(), trigger_class=kind)
        found = guarantees(_wanting(rule), {"fake": provider.integration()}, self.path)
        return {each.subject: each for each in found}["guarantee of web → staging"]


def _wanting(rule: ClaimRule) -> Catalogue:
    made = catalogue()
    web = made.services["web"]
    staging = replace(web.environments[0], policy=replace(web.environments[0].policy, claim=rule))
    return replace(made, services={"web": replace(web, environments=(staging, web.environments[1]))})


@pytest.fixture
def look(tmp_path: Path) -> Look:
    return Look(tmp_path)


@pytest.mark.parametrize(
    ("kind", "words"),
    [("A", "for ever"), ("B", "while its key lives"), ("C", "is looked for"), ("D", "nobody can look")],
)
def test_without_a_claim(look: Look, kind: str, words: str) -> None:
    """Each class has its own sentence; all but A are told what would be better."""
    found = look.says(TriggerClass(kind), ClaimRule.PREFERRED)
    assert (found.severity, words in found.sentence) == (Severity.FINE, True)
    assert ("claim: required" in found.fix) == (kind != "A")


async def test_required(look: Look) -> None:
    """Nothing is promised before a run has asked; then it is; and one that did not ask is a warning with its fix."""
    assert "No deployment has been claimed yet" in look.says(TriggerClass.C, ClaimRule.REQUIRED).sentence
    await look.done(claimed_by="run-1")
    assert "at most one does" in look.says(TriggerClass.C, ClaimRule.REQUIRED).sentence
    await look.done(unclaimed="did not ask")
    found = look.says(TriggerClass.C, ClaimRule.REQUIRED)
    assert (found.severity, "#2" in found.sentence) == (Severity.WARNING, True)
    assert "doctor --claim web staging" in found.fix
    assert look.says(TriggerClass.C, ClaimRule.PREFERRED).severity is Severity.FINE


def test_what_cannot_deploy_promises_nothing(look: Look) -> None:
    """A connection without a deployer is left out."""
    assert guarantees(_wanting(ClaimRule.REQUIRED), {"fake": Integration(name="fake")}, look.path) == []
