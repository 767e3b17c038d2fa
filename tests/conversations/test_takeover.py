"""A rollback is never refused because an operation holds its target: it takes the target over, whatever that one is doing."""

from inline_snapshot import snapshot

from bot.domain.operations import Effect
from bot.errors import IntegrationError, Kind
from bot.store import attempts, effects
from tests.fakes.deployer import sha
from tests.support.ship import WEB_STAGING, Ship

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


async def test_while_it_runs(ship: Ship) -> None:
    """One plan: cancel, then roll back. The run is stopped first; the parent ends with its rollback."""
    await good(ship)
    key = await ship.running()
    assert await ship.type(GRACE, "/ops rollback web staging because checkout errors") == snapshot("""\
Roll back web → staging?
No change: `a41c9e2` is serving now
Takes over #1 (running): stops it, then rolls back
Why: checkout errors
18 gates passed · good until 2026-11-24 09:19 UTC
[ Roll back staging ] [ All changes ] [ Not now ]\
""")
    ship.provider.cancel_works = False
    await ship.click(GRACE, "Roll back staging")
    assert (ship.card(1), ship.card(2)) == snapshot(
        (
            """\
⏪ *Rolling back* · web → staging
Taken over by #2
Ada · `5d2f0b7` · 2 changes · #1\
""",
            """\
⏳ *Queued* · web → staging
Waiting for #1 to stop
Grace · `a41c9e2` · #2
[ Leave the queue ]\
""",
        )
    )
    assert ship.provider.cancels[:1] == [key]
    assert ship.provider.starts == [key], "nothing starts while the first one runs"
    (wish,) = await ship.store.read(lambda tx: effects.of_subject(tx, "operation:1"))
    assert (wish.kind, wish.state) == ("cancel", "waiting")
    ship.provider.cancel_works = True
    await ship.wait(5_000)
    assert ship.provider.starts == [key, "2:1:1"]
    (wish,) = await ship.store.read(lambda tx: effects.of_subject(tx, "operation:1"))
    assert wish.state == "done"
    ship.provider.succeed("2:1:1")
    await ship.wait(10_000)
    assert (ship.card(1), ship.card(2)) == snapshot(
        (
            """\
↩️ *Rolled back* · web → staging
Serving `a41c9e2` again · by #2
No longer live: #415 and #412
Ada · `5d2f0b7` · 2 changes · 2026-11-24 09:04 UTC · #1
[ Log ] [ Plan again… ]\
""",
            """\
↩️ *Rolled back* · web → staging
Serving `a41c9e2` again · took 4 s
Why: checkout errors
It took over from #1.
Grace · `a41c9e2` · 2026-11-24 09:04 UTC · #2
[ Changes ]\
""",
        )
    )
    assert ship.thread(1) == snapshot(
        [
            """\
Ada typed `/ops deploy web staging`
From `a41c9e2` to `5d2f0b7`\
""",
            "Came to step 3 of 4: migrate",
            """\
↩️ *Rolled back* · web → staging
Serving `a41c9e2` again · by #2
No longer live: #415 and #412
Next: find out why before it is deployed again.
@U02ADA @U02LINUS
[ Log ]\
""",
        ]
    )
    assert ship.provider.live[WEB_STAGING] == sha("a41c9e2")


async def test_while_it_is_verified(ship: Ship) -> None:
    """The run has ended, so the rollback starts at once."""
    await good(ship)
    key = await ship.running()
    ship.provider.succeed(key, serves=sha("b52d0f3"))
    await ship.wait(4_000)
    await roll_back(ship, 2)
    assert await states(ship, 1, 2) == ["rolled_back", "succeeded"]
    assert ship.provider.cancels == []


async def test_while_its_outcome_is_unknown(ship: Ship) -> None:
    """Its attempt is revoked in the same transaction: whatever still lands is not ours any more."""
    await good(ship)
    ship.provider.start_errors = [LOST]
    ship.provider.down.add("find")
    await ship.type(ADA, "/ops deploy web staging")
    await ship.click(ADA, "Deploy to staging")
    assert ship.card(1) == snapshot("""\
❓ *Outcome unknown* · web → staging
Could not look for the run: no answer
Other deploys to web · staging wait. Nothing will be started twice.
Ada · `5d2f0b7` · 2 changes · #1
[ Roll back… ]\
""")
    assert await ship.type(GRACE, "/ops rollback web staging") == snapshot("""\
Roll back web → staging?
No change: `a41c9e2` is serving now
Takes over #1 (outcome unknown): stops it, then rolls back
18 gates passed · good until 2026-11-24 09:19 UTC
[ Roll back staging ] [ All changes ] [ Not now ]\
""")
    await ship.click(GRACE, "Roll back staging")
    assert ship.card(2) == snapshot("""\
⏳ *Queued* · web → staging
Could not ask about #1: no answer
Grace · `a41c9e2` · #2
[ Leave the queue ]\
""")
    (attempt,) = await ship.store.read(lambda tx: attempts.of_operation(tx, 1))
    assert attempt.state == "revoked"
    ship.provider.down.clear()
    await ship.wait(10_000)
    assert ship.provider.cancels == ["1:1:1"], "the run was found after all, and stopped"
    ship.provider.succeed("2:1:1")
    await ship.wait(10_000)
    assert await states(ship, 1, 2) == ["rolled_back", "succeeded"]


async def test_while_a_person_has_to_decide(ship: Ship) -> None:
    """A decision is not waited for."""
    await good(ship)
    key = await ship.running()
    ship.provider.vanish(key)
    await ship.wait(4 * 60_000)
    assert await states(ship, 1) == ["needs_human"]
    await roll_back(ship, 2)
    assert await states(ship, 1, 2) == ["rolled_back", "succeeded"]


async def test_while_it_waits_for_its_next_try(ship: Ship) -> None:
    """Nothing has started: it is superseded, and never starts."""
    await good(ship)
    ship.provider.start_errors = [IntegrationError("busy", kind=Kind.CONFLICT, effect=Effect.NONE)]
    await ship.type(ADA, "/ops deploy web staging")
    await ship.click(ADA, "Deploy to staging")
    assert await states(ship, 1) == ["queued"]
    await ship.type(GRACE, "/ops rollback web staging")
    await ship.click(GRACE, "Roll back staging")
    await ship.wait(30_000)
    assert ship.card(1) == snapshot("""\
⏭️ *Superseded* · web → staging
A rollback has taken its place before it started
Ada · `5d2f0b7` · 2 changes · 2026-11-24 09:04 UTC · #1\
""")
    assert ship.provider.starts == ["2:1:1"]


async def test_while_it_is_stopped(ship: Ship) -> None:
    """Somebody pressed Stop and the run does not end: the rollback takes over from there."""
    await good(ship)
    await ship.running()
    ship.provider.cancel_works = False
    await ship.click(ADA, "Stop…")
    await ship.click(ADA, "Stop it")
    await ship.wait(4_000)
    await ship.type(GRACE, "/ops rollback web staging")
    await ship.click(GRACE, "Roll back staging")
    ship.provider.cancel_works = True
    await ship.wait(10_000)
    ship.provider.succeed("2:1:1")
    await ship.wait(10_000)
    assert await states(ship, 1, 2) == ["rolled_back", "succeeded"]


async def test_while_its_start_is_under_way(ship: Ship) -> None:
    """The answer that comes afterwards names the run to stop; the rollback waits for it."""
    await good(ship)
    ship.provider.hanging.add("start's answer")
    await ship.type(ADA, "/ops deploy web staging")
    await ship.click(ADA, "Deploy to staging")
    await ship.type(GRACE, "/ops rollback web staging")
    await ship.click(GRACE, "Roll back staging")
    assert ship.card(2) == snapshot("""\
⏳ *Queued* · web → staging
Waiting for the answer to the start of #1
Grace · `a41c9e2` · #2
[ Leave the queue ]\
""")
    ship.provider.release()
    await ship.wait(10_000)
    assert ship.provider.cancels == ["1:1:1"]
    ship.provider.succeed("2:1:1")
    await ship.wait(10_000)
    assert await states(ship, 1, 2) == ["rolled_back", "succeeded"]
