"""Rollbacks that go wrong themselves: they fail, are taken over, do not get their turn, or what they left could still land."""

import pytest
from inline_snapshot import snapshot

from bot.domain.operations import Effect, State
from bot.errors import IntegrationError, Kind
from bot.ports import TriggerClass
from bot.store import effects
from tests.support.ship import Ship

ADA, GRACE = "U02ADA", "U02GRACE"
LOST = IntegrationError("no answer", kind=Kind.AMBIGUOUS, effect=Effect.UNKNOWN)


async def good(ship: Ship) -> None:
    """Somebody knows that what is live works."""
    await ship.type(ADA, "/ops deploy web staging")
    await ship.click(ADA, "Adopt what is live")


async def states(ship: Ship, *numbers: int) -> list[str]:
    """Where these operations stand."""
    return [str((await ship.operation(number)).state) for number in numbers]


async def roll_back(ship: Ship, number: int) -> None:
    """Grace rolls back, and the rollback ends well."""
    await ship.type(GRACE, "/ops rollback web staging because checkout errors")
    await ship.click(GRACE, "Roll back staging")
    await ship.wait(10_000)
    ship.provider.succeed(f"{number}:1:1")
    await ship.wait(10_000)


async def test_a_rollback_that_fails(ship: Ship) -> None:
    """The parent needs a person and holds the target again; another rollback takes over from there."""
    await good(ship)
    await ship.running()
    await ship.type(GRACE, "/ops rollback web staging")
    await ship.click(GRACE, "Roll back staging")
    await ship.wait(5_000)
    ship.provider.break_off("2:1:1")
    await ship.wait(10_000)
    assert (ship.card(1), ship.card(2)) == snapshot(
        (
            """\
✋ *Decision needed* · web → staging
The rollback #2 did not succeed: relation "orders" is locked
Still serving `a41c9e2` (web itself says so, 2026-11-24 09:04 UTC)
Ada · `5d2f0b7` · 2 changes · #1
[ It succeeded… ] [ It failed… ] [ It never started… ]\
""",
            """\
❌ *Failed* · web → staging
At step 3, migrate: relation "orders" is locked
Still serving `a41c9e2` (web itself says so, 2026-11-24 09:04 UTC)
The step migrate may have run in part.
Grace · `a41c9e2` · 2026-11-24 09:04 UTC · #2
[ Log ] [ Try again… ]\
""",
        )
    )
    assert await ship.type(ADA, "/ops deploy web staging") == snapshot("""\
*Not deployed* · web → staging
⏳ #1 (@U02ADA) waits for a decision here.
     Its card asks what became of it; a rollback takes it over: `/ops rollback web staging`.
17 other gates passed · target_held\
""")
    await roll_back(ship, 3)
    assert await states(ship, 1, 2, 3) == ["rolled_back", "failed", "succeeded"]


async def test_a_rollback_taken_over_by_another(ship: Ship) -> None:
    """The wrong revision was chosen: `--to` another takes over the rollback itself; all of them end."""
    await good(ship)
    await ship.running()
    await ship.type(GRACE, "/ops rollback web staging")
    await ship.click(GRACE, "Roll back staging")
    await ship.wait(5_000)
    assert await ship.type(ADA, "/ops rollback web staging --to b52d0f3") == snapshot("""\
Roll back web → staging?
1 change since `a41c9e2`, serving now
Takes over #2 (running): stops it, then rolls back
#412 Faster checkout (#412)
18 gates passed · good until 2026-11-24 09:19 UTC
[ Roll back staging ] [ All changes ] [ Not now ]\
""")
    await ship.click(ADA, "Roll back staging")
    await ship.wait(10_000)
    assert ship.provider.cancels == ["1:1:1", "2:1:1"]
    ship.provider.succeed("3:1:1")
    await ship.wait(10_000)
    assert await states(ship, 1, 2, 3) == ["rolled_back", "rolled_back", "succeeded"]
    assert (ship.card(1), ship.card(2), ship.card(3)) == snapshot(
        (
            """\
↩️ *Rolled back* · web → staging
Serving `b52d0f3` again · by #2
No longer live: #415 and #412
Ada · `5d2f0b7` · 2 changes · 2026-11-24 09:04 UTC · #1
[ Log ] [ Plan again… ]\
""",
            """\
↩️ *Rolled back* · web → staging
Serving `b52d0f3` again · by #3
Grace · `a41c9e2` · 2026-11-24 09:04 UTC · #2
[ Log ] [ Plan again… ]\
""",
            """\
↩️ *Rolled back* · web → staging
Serving `b52d0f3` again · took 10 s
It took over from #2.
Ada · `b52d0f3` · 2026-11-24 09:04 UTC · #3
[ Changes ]\
""",
        )
    )


async def test_a_rollback_taken_over_before_it_started(ship: Ship) -> None:
    """It waited for the first run to stop: the new one takes its place, and what it had taken over."""
    await good(ship)
    await ship.running()
    ship.provider.cancel_works = False
    await ship.type(GRACE, "/ops rollback web staging")
    await ship.click(GRACE, "Roll back staging")
    await ship.wait(4_000)
    await ship.type(ADA, "/ops rollback web staging --to b52d0f3")
    await ship.click(ADA, "Roll back staging")
    ship.provider.cancel_works = True
    await ship.wait(10_000)
    ship.provider.succeed("3:1:1")
    await ship.wait(10_000)
    assert await states(ship, 1, 2, 3) == ["rolled_back", "superseded", "succeeded"]
    assert ship.provider.starts == ["1:1:1", "3:1:1"]


async def test_a_rollback_that_is_taken_out_again(ship: Ship) -> None:
    """Its parent is not forgotten: a person has to say what became of it."""
    await good(ship)
    await ship.running()
    ship.provider.cancel_works = False
    await ship.type(GRACE, "/ops rollback web staging")
    await ship.click(GRACE, "Roll back staging")
    await ship.type(GRACE, "/ops stop web staging")
    await ship.click(GRACE, "Take it out")
    await ship.wait(5_000)
    assert ship.card(1) == snapshot("""\
✋ *Decision needed* · web → staging
The rollback #2 did not succeed: Nothing was started
Ada · `5d2f0b7` · 2 changes · #1
[ It succeeded… ] [ It failed… ] [ It never started… ]\
""")
    (wish,) = await ship.store.read(lambda tx: effects.of_subject(tx, "operation:1"))
    assert wish.state == "abandoned"


async def test_the_first_run_does_not_stop(ship: Ship) -> None:
    """Ten minutes of asking are enough: nothing is started on top of it, and a person is called."""
    await good(ship)
    await ship.running()
    ship.provider.cancel_works = False
    await ship.type(GRACE, "/ops rollback web staging")
    await ship.click(GRACE, "Roll back staging")
    await ship.wait(11 * 60_000)
    assert (ship.card(1), ship.card(2)) == snapshot(
        (
            """\
✋ *Decision needed* · web → staging
The rollback #2 did not succeed: #1 has not stopped in 10 m…
Ada · `5d2f0b7` · 2 changes · #1
[ It succeeded… ] [ It failed… ] [ It never started… ]\
""",
            """\
⛔ *Not started* · web → staging
A rule said no when it was about to start
#1 has not stopped in 10 minutes
Nothing was started.
Grace · `a41c9e2` · 2026-11-24 09:14 UTC · #2
[ Plan again… ]\
""",
        )
    )
    assert ship.provider.starts == ["1:1:1"]


@pytest.mark.parametrize("lands", [False, True])
async def test_one_that_could_still_land(ship: Ship, lands: bool) -> None:
    """Class C without a run: the plan says so, the service's name is typed, and the target is looked at once more."""
    await good(ship)
    ship.provider.trigger_class = TriggerClass.C
    ship.provider.hidden = True
    ship.provider.start_errors = [LOST]
    await ship.type(ADA, "/ops deploy web staging")
    await ship.click(ADA, "Deploy to staging")
    await ship.wait(5_000)
    assert await ship.type(GRACE, "/ops rollback web staging") == snapshot("""\
Roll back web → staging?
No change: `a41c9e2` is serving now
Takes over #1 (outcome unknown)
⚠️ #1 could still take effect later. You are asked for the service's name.
18 gates passed · good until 2026-11-24 09:19 UTC
[ Roll back staging… ] [ All changes ] [ Not now ]\
""")
    await ship.click(GRACE, "Roll back staging…")
    assert ship.window() == snapshot("""\
# Roll back?
Roll back web → staging?
No change: `a41c9e2` is serving now
Takes over #1 (outcome unknown)
⚠️ #1 could still take effect later. You are asked for the service's name.
› Type web to confirm: web
[ Roll back ] [ Not now ]\
""")
    assert await ship.submit(GRACE, {"name": "wbe"}) == snapshot("name: That is not web.")
    assert await ship.submit(GRACE, {"name": "web"}) == snapshot("Roll back web → staging: #2 · its card is in #C02")
    await ship.wait(5_000)
    ship.provider.succeed("2:1:1")
    await ship.wait(5_000)
    assert ship.card(2) == snapshot("""\
👀 *Verifying* · web → staging
Looking once more: #1 could still land
Grace · `a41c9e2` · #2
[ Changes ]\
""")
    if lands:
        ship.provider.succeed("1:1:1")
    await ship.wait(120_000)
    assert (ship.card(1), ship.card(2)) == LANDED[lands]


LANDED = snapshot(
    {
        False: (
            """\
↩️ *Rolled back* · web → staging
Serving `a41c9e2` again · by #2
No longer live: #415 and #412
Ada · `5d2f0b7` · 2 changes · 2026-11-24 09:05 UTC · #1
[ Plan again… ]\
""",
            """\
↩️ *Rolled back* · web → staging
Serving `a41c9e2` again · took 68 s
It took over from #1.
Grace · `a41c9e2` · 2026-11-24 09:05 UTC · #2
[ Changes ]\
""",
        ),
        True: (
            """\
✋ *Decision needed* · web → staging
The rollback #2 did not succeed: The run ended well, but we…
Serving `5d2f0b7` (web itself says so, 2026-11-24 09:05 UTC)
Ada · `5d2f0b7` · 2 changes · #1
[ It succeeded… ] [ It failed… ] [ It never started… ]\
""",
            """\
❌ *Failed* · web → staging
The run ended well, but web itself says it serves 5d2f0b7
Serving `5d2f0b7` (web itself says so, 2026-11-24 09:05 UTC)
How far it got is not known.
Grace · `a41c9e2` · 2026-11-24 09:05 UTC · #2
[ Log ] [ Try again… ]\
""",
        ),
    }
)


async def test_the_rollback_stays_queued_over_a_restart(ship: Ship) -> None:
    """The wish to stop the first run is a row: the next process carries it out."""
    await good(ship)
    await ship.running()
    ship.provider.down.add("observe")
    await ship.type(GRACE, "/ops rollback web staging")
    await ship.click(GRACE, "Roll back staging")
    assert ship.card(2) == snapshot("""\
⏳ *Queued* · web → staging
Could not ask about #1: no answer
Grace · `a41c9e2` · #2
[ Leave the queue ]\
""")
    await ship.restart()
    ship.provider.down.clear()
    await ship.wait(10_000)
    assert ship.provider.cancels == ["1:1:1"]
    ship.provider.succeed("2:1:1")
    await ship.wait(10_000)
    assert (await ship.operation(1)).state is State.ROLLED_BACK
