"""Lists of deployments elsewhere: told of each step, in their own time, and never in the way of a deployment."""

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from bot.domain.effects import WriteState
from bot.domain.operations import Effect, State
from bot.domain.terms import MINUTE, Action
from bot.engine import publishing
from bot.errors import IntegrationError, Kind
from bot.ports import Record, RecordState, TriggerClass
from bot.store import effects
from tests.fakes.deployer import sha
from tests.support.ship import WEB_STAGING, Ship

ADA = "U02ADA"


@dataclass(kw_only=True)
class FakeRecords:
    """A list; `error` is what it answers instead."""

    told: list[Record] = field(default_factory=list)
    error: IntegrationError | None = None
    hangs: bool = False
    asked: int = 0

    async def record(self, record: Record) -> None:
        """Keep it."""
        self.asked += 1
        if self.hangs:
            await asyncio.Event().wait()
        if self.error is not None:
            raise self.error
        self.told.append(record)


def listed() -> tuple[Ship, FakeRecords]:
    """A ship whose provider also keeps a list."""
    ship, records = Ship(), FakeRecords()
    ship.integration = replace(ship.provider.integration(), records=records)
    ship.start()
    return ship, records


async def wishes(ship: Ship, number: int = 1) -> set[WriteState]:
    """What became of what was wished for."""
    found = await ship.store.read(lambda tx: effects.of_subject(tx, f"operation:{number}"))
    return {each.state for each in found if each.kind == publishing.KIND}


async def swept(ship: Ship) -> None:
    """One sweep, carried out."""
    await ship.engine.sweep_records()
    await ship.settle()


async def test_a_list_is_told_how_it_stands() -> None:
    """While it runs, and when it is live: what, where, by which number, with its run."""
    ship, records = listed()
    key = await ship.running()
    await swept(ship)
    ship.provider.succeed(key)
    await ship.wait(10_000)
    await swept(ship)
    assert [(each.state, each.words) for each in records.told] == [
        (RecordState.RUNNING, "Running (Quarterdeck #1)"),
        (RecordState.SUCCEEDED, "Live, verified (Quarterdeck #1)"),
    ]
    first = records.told[0]
    assert (first.target, first.revision, first.repository) == (WEB_STAGING, sha("5d2f0b7"), "acme/web")
    assert (first.action, first.production, len({each.key for each in records.told})) == (Action.DEPLOY, False, 1)
    assert await wishes(ship) == {WriteState.DONE}


async def test_late_wishes_say_what_is_true_then() -> None:
    """Nobody was told while it ran; then once is enough, and nothing old comes after something new."""
    ship, records = listed()
    await ship.live(ADA)
    await swept(ship)
    await swept(ship)
    assert [each.state for each in records.told] == [RecordState.SUCCEEDED]
    assert await wishes(ship) == {WriteState.DONE}


@pytest.mark.parametrize("kind", [Kind.UNAVAILABLE, Kind.AMBIGUOUS, Kind.RATE_LIMITED, Kind.CONFLICT])
async def test_a_list_that_is_ill_is_told_later(kind: Kind) -> None:
    """It is asked again, ever rarer, and a restart in between forgets nothing."""
    ship, records = listed()
    records.error = IntegrationError("ill", kind=kind)
    await ship.live(ADA)
    await swept(ship)
    await swept(ship)
    assert (records.asked, await wishes(ship)) == (1, {WriteState.WAITING})
    await ship.restart()
    records.error = None
    await ship.wait(5 * MINUTE)
    await swept(ship)
    assert [each.state for each in records.told] == [RecordState.SUCCEEDED]
    assert await wishes(ship) == {WriteState.DONE}


@pytest.mark.parametrize("kind", sorted(publishing.FINAL))
async def test_a_list_that_refuses_is_left_alone(kind: Kind) -> None:
    """Asking again does not mend a missing permission; the deployment is none the worse for it."""
    ship, records = listed()
    records.error = IntegrationError("no", kind=kind)
    number = await ship.live(ADA)
    await swept(ship)
    assert await wishes(ship) == {WriteState.ABANDONED}
    assert (await ship.operation(number)).state is State.SUCCEEDED


async def test_a_list_that_stays_ill_is_given_up() -> None:
    """After a few tries."""
    ship, records = listed()
    records.error = IntegrationError("ill", kind=Kind.UNAVAILABLE)
    await ship.live(ADA)
    for _ in range(publishing.TRIES + 2):
        await swept(ship)
        await ship.wait(15 * MINUTE)
    assert (records.asked, await wishes(ship)) == (publishing.TRIES, {WriteState.ABANDONED})


async def test_a_list_that_hangs_holds_nobody_up() -> None:
    """Neither this deployment nor the next; its own deadline ends it."""
    ship, records = listed()
    records.hangs = True
    key = await ship.running()
    await ship.engine.sweep_records()
    ship.provider.succeed(key)
    await ship.wait(10_000)
    assert (await ship.operation(1)).state is State.SUCCEEDED
    await ship.wait(MINUTE)
    assert await wishes(ship) == {WriteState.WAITING}
    records.hangs = False
    await ship.wait(MINUTE)
    await swept(ship)
    assert await wishes(ship) == {WriteState.DONE}


async def test_what_never_began_is_told_to_nobody() -> None:
    """The provider refuses it five times: a list of deployments has no trace of that."""
    ship, records = listed()
    ship.provider.start_errors = [IntegrationError("no", kind=Kind.INVALID, effect=Effect.NONE)] * 5
    await ship.type(ADA, "/ops deploy web staging")
    await ship.click(ADA, "Deploy to staging")
    await ship.wait(5 * MINUTE)
    assert (await ship.operation(1)).state is State.FAILED
    await swept(ship)
    assert (records.asked, await wishes(ship)) == (0, set())


async def test_what_turns_out_never_to_have_begun_is_said() -> None:
    """A list that was told of a lost answer is told when a person says that it never started."""
    ship, records = listed()
    ship.provider.trigger_class, ship.provider.hidden = TriggerClass.C, True
    ship.provider.start_errors = [IntegrationError("lost", kind=Kind.AMBIGUOUS)]
    await ship.type(ADA, "/ops deploy web staging")
    await ship.click(ADA, "Deploy to staging")
    await ship.wait(26 * MINUTE)
    await swept(ship)
    await ship.click(ADA, "It never started\N{HORIZONTAL ELLIPSIS}")
    await ship.submit(ADA, {"answer": "cancelled", "saw": "looked at the servers"})
    await ship.wait(5_000)
    assert (await ship.operation(1)).effect is Effect.NONE
    await swept(ship)
    assert [(each.state, each.words) for each in records.told] == [
        (RecordState.RUNNING, "Needs a decision (Quarterdeck #1)"),
        (RecordState.CANCELLED, "Stopped (Quarterdeck #1)"),
    ]


async def test_nobody_keeps_a_list() -> None:
    """Then nothing is wished for."""
    ship = Ship()
    await ship.live(ADA)
    assert await wishes(ship) == set()
