"""Freeze windows: what they refuse and how they say it, what `why` shows, and that a rollback always passes."""

from datetime import UTC, datetime

from inline_snapshot import snapshot

from bot.domain.freezes import Dated, Freeze
from bot.domain.terms import HOUR, Millis
from tests.conversations.conftest import Launch
from tests.support.ship import Ship

ADA = "U02ADA"


def wall(at: Millis) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).replace(tzinfo=None).isoformat(timespec="minutes")


async def freeze(ship: Ship, *, after: Millis, until: Millis) -> None:
    """Let a release freeze of production begin and end so much later; a new process reads it."""
    now = ship.clock.now()
    window = Dated(start=wall(now + after), end=wall(now + until))
    found = Freeze(name="release", zone="UTC", deny=(window,), environments=frozenset({"production"}))
    ship.change_catalogue(freezes=(found,))
    await ship.restart()


async def verified_in_staging(launch: Launch) -> Ship:
    ship = launch()
    await ship.live(ADA)
    return ship


async def test_a_frozen_target(launch: Launch) -> None:
    """Nothing new starts in production, the end is told, and staging goes on."""
    ship = await verified_in_staging(launch)
    await freeze(ship, after=-HOUR, until=3 * HOUR)
    assert await ship.type(ADA, "/ops deploy web production") == snapshot("""\
*Not deployed* · web → production
❄️ Frozen: release, until Tue 12:04 (UTC).
     Ask again then; nothing starts by itself. A rollback is never held by a freeze.
17 other gates passed · frozen\
""")
    assert "frozen" in await ship.type(ADA, "/ops why deploy web production")
    assert "*Not deployed*" not in await ship.type(ADA, "/ops deploy api staging")


async def test_a_rollback_is_never_held(launch: Launch) -> None:
    """What is broken on a Saturday can be taken back on a Saturday."""
    ship = await verified_in_staging(launch)
    await ship.live(ADA, "web", "production")
    await freeze(ship, after=-HOUR, until=3 * HOUR)
    assert "Roll back" in await ship.type(ADA, "/ops rollback web production --to a41c9e2")


async def test_a_freeze_that_begins_before_the_start(launch: Launch) -> None:
    """A plan made before the freeze is not carried out within it."""
    ship = await verified_in_staging(launch)
    await ship.type(ADA, "/ops deploy web production")
    await freeze(ship, after=0, until=3 * HOUR)
    assert await ship.click(ADA, "Deploy to production") == snapshot("""\
*Not deployed* · web → production
❄️ Frozen: release, until Tue 12:04 (UTC).
     Ask again then; nothing starts by itself. A rollback is never held by a freeze.
17 other gates passed · frozen\
""")
