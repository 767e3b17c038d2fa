"""A provider that never answers costs its own target time, and nobody else anything."""

import pytest
from inline_snapshot import snapshot

from tests.support.ship import Ship

ADA, GRACE = "U02ADA", "U02GRACE"


@pytest.mark.parametrize("method", ["start", "observe", "find", "cancel"])
async def test_other_targets_move(ship: Ship, method: str) -> None:
    """Acks and other targets do not wait, not even a virtual second."""
    key = await ship.running()
    ship.provider.hanging.add(method)
    if method == "start":
        await ship.type(GRACE, "/ops deploy web production --dry-run")
    await ship.wait(2_000)
    ship.provider.hanging_only = key
    before = ship.clock.now()
    assert "api" in await ship.type(GRACE, "/ops deploy api staging")
    await ship.click(GRACE, "Deploy to staging")
    assert ship.clock.now() - before <= 5_000
    assert "2:1:1" in ship.provider.starts
    ship.provider.succeed("2:1:1")
    await ship.wait(10_000)
    assert ship.card(2).startswith("✅")
    ship.provider.release()
    ship.provider.succeed(key)
    await ship.wait(100_000)
    assert ship.card(1).startswith("✅")


async def test_a_hanging_read_is_an_unknown_fact(ship: Ship) -> None:
    """After eight seconds it is named, and the answer is no."""
    ship.provider.hanging.add("current")
    await ship.type(ADA, "/ops deploy web staging")
    assert ship.seen_by(ADA) == []
    await ship.wait(30_000)
    assert ship.seen_by(ADA)[-1] == snapshot("""\
*Not deployed* · web → staging
❓ Could not read what web serves in staging: no answer within 8 s.
     Nothing was started. Try again in a moment; `/ops doctor` shows what is out of reach.
17 other gates passed · fact_unknown\
""")


async def test_a_start_that_hangs_is_unknown(ship: Ship) -> None:
    """After a minute and a half the answer counts as lost."""
    await ship.type(ADA, "/ops deploy web staging")
    ship.provider.hanging.add("start's answer")
    await ship.click(ADA, "Deploy to staging")
    ship.provider.down.add("find")
    await ship.wait(100_000)
    assert ship.card(1) == snapshot("""\
❓ *Outcome unknown* · web → staging
Could not look for the run: no answer
Other deploys to web · staging wait. Nothing will be started twice.
Ada · `5d2f0b7` · 2 changes · #1
[ Roll back… ]\
""")
