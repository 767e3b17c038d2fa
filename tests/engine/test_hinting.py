"""A hint brings the next look forward, for the run that it is about, and changes nothing else."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.domain.operations import State
from bot.domain.terms import MINUTE
from bot.engine.hinting import heard
from bot.errors import IntegrationError, Kind
from bot.ports import Forged, Hint, RawDelivery, TriggerClass
from tests.support.ship import Ship

ADA = "U02ADA"
RAW = RawDelivery(headers={}, body=b"", at=0)


@dataclass(frozen=True, kw_only=True)
class FakeHints:
    """Says what a test wants."""

    says: Callable[[], tuple[Hint, ...] | Forged]

    def hints(self, raw: RawDelivery) -> tuple[Hint, ...] | Forged:
        """Whatever came."""
        del raw
        return self.says()


def hinted(*says: Hint | Forged) -> Ship:
    """A ship whose provider sends this."""
    ship = Ship()
    found: tuple[Hint, ...] | Forged = says[0] if isinstance(says[0], Forged) else says  # type: ignore[assignment]
    ship.integration = replace(ship.provider.integration(), hints=FakeHints(says=lambda: found))
    ship.start()
    return ship


async def test_a_run_is_looked_at_at_once() -> None:
    """It ended long before the next look was due; the hint says nothing of that, the provider does."""
    ship = hinted(Hint(repository="acme/web", run={"key": "1:1:1"}))
    key = await ship.running()
    await ship.wait(10 * MINUTE)
    operation = await ship.operation(1)
    assert operation.due_at > ship.clock.now() + 1_000, "polling has become rare"
    ship.provider.succeed(key)
    assert await heard(ship.runtime, "fake", RAW) is True
    await ship.settle()
    assert (await ship.operation(1)).state in {State.VERIFYING, State.SUCCEEDED}


async def test_hints_about_others_change_nothing() -> None:
    """Failure case 44: another run, somebody else's repository, a run that nobody knows."""
    for hint in (
        Hint(repository="acme/web", run={"key": "9:1:1"}),
        Hint(repository="acme/other", run={"key": "1:1:1"}),
    ):
        ship = hinted(hint)
        await ship.running()
        await ship.wait(10 * MINUTE)
        before = await ship.operation(1)
        assert await heard(ship.runtime, "fake", RAW) is True
        assert await ship.operation(1) == before


async def test_a_flood_is_one_look() -> None:
    """Failure case 44: what is due soon is not made due again and again."""
    ship = hinted(*[Hint(repository="ACME/web", run={"key": "1:1:1"})] * 50)
    await ship.running()
    await ship.wait(10 * MINUTE)
    before = await ship.operation(1)
    for _ in range(20):
        await heard(ship.runtime, "fake", RAW)
    assert (await ship.operation(1)).version == before.version + 1


async def test_a_run_that_is_looked_for_is_looked_for_at_once() -> None:
    """Its answer was lost, so nobody knows its number: any news of that repository may be it."""
    ship = hinted(Hint(repository="acme/web", run={"key": "1:1:1"}))
    ship.provider.trigger_class, ship.provider.hidden = TriggerClass.C, True
    ship.provider.start_errors = [IntegrationError("lost", kind=Kind.AMBIGUOUS)]
    await ship.type(ADA, "/ops deploy web staging")
    await ship.click(ADA, "Deploy to staging")
    await ship.wait(10 * MINUTE)
    assert (await ship.operation(1)).state is State.UNKNOWN
    ship.provider.hidden = False
    await ship.settle()
    assert (await ship.operation(1)).state is State.UNKNOWN, "looking for it has become rare"
    await heard(ship.runtime, "fake", RAW)
    await ship.settle()
    assert (await ship.operation(1)).state is State.RUNNING


async def test_who_is_heard() -> None:
    """A forged delivery, a connection that understands none, one that is not there."""
    ship = hinted(Forged(why="x"))
    assert await heard(ship.runtime, "fake", RAW) is False
    assert await heard(ship.runtime, "moon", RAW) is None
    assert await heard(Ship().runtime, "fake", RAW) is None
