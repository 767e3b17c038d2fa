"""The clock may be set back: nothing that was read stays fresh for that long, and nothing waits for the old time to come again."""

import asyncio
import time
from dataclasses import replace

from bot.domain.operations import State
from bot.domain.people import Standing
from bot.domain.terms import HOUR
from bot.engine.pacing import EDIT, Pace
from bot.schedule import AlarmClock
from tests.fakes.clock import FakeClock
from tests.support.ship import Ship

ADA = "U02ADA"


def _set_back(clock: FakeClock, millis: int) -> None:
    clock._now -= millis


async def test_nobody_stays_a_member_because_the_clock_went_back(ship: Ship) -> None:
    """What we know of a person is from the future now, which makes it no fresher."""
    await ship.type(ADA, "/ops deploy web staging")
    ship.chat.people[ADA] = replace(ship.chat.people[ADA], standing=Standing.DEACTIVATED)
    _set_back(ship.clock, 2 * HOUR)
    await ship.wait(6 * 60_000)
    said = await ship.type(ADA, "/ops deploy web staging")
    assert "deactivated" in said


async def test_nobody_stays_in_a_group_because_the_clock_went_back(ship: Ship) -> None:
    """The same for user groups."""
    await ship.type(ADA, "/ops deploy web staging")
    ship.chat.groups["engineering"] = frozenset({"U02GRACE"})
    _set_back(ship.clock, 10 * HOUR)
    await ship.wait(HOUR + 60_000)
    assert "You may not deploy" in await ship.type(ADA, "/ops deploy web staging")


async def test_an_operation_goes_on_at_once_when_the_clock_goes_back(ship: Ship) -> None:
    """It was due in two seconds, which are two hours now: it is looked at all the same, and its card is edited."""
    key = await ship.running()
    await ship.sweep()
    _set_back(ship.clock, 2 * HOUR)
    await ship.sweep()
    ship.provider.succeed(key)
    await ship.wait(60_000)
    assert (await ship.operation(1)).state is State.SUCCEEDED
    assert ship.card(1).startswith("✅")


async def test_an_operation_goes_on_when_the_clock_went_back_while_we_were_away(ship: Ship) -> None:
    """The same where the new time is only seen after a restart."""
    key = await ship.running()
    await ship.sweep()
    _set_back(ship.clock, 2 * HOUR)
    ship.provider.succeed(key)
    await ship.restart()
    await ship.wait(60_000)
    assert ship.card(1).startswith("✅")


def test_manners_are_not_kept_for_an_hour() -> None:
    """Posts, edits and pauses were paced by the old time."""
    pace = Pace()
    now = 10 * HOUR
    for _ in range(20):
        pace.post_wait("C1", now)
        pace.edit_wait(now)
    pace.hold(EDIT, now + 30_000)
    back = now - HOUR
    assert pace.post_wait("C1", back) <= 1_000
    assert pace.edit_wait(back) <= 30_000
    assert pace.held(EDIT, back) <= 30_000


async def test_alarms_ring_on_when_the_clock_is_set_back() -> None:
    """The scheduler waits for a time of day; ours are intervals, so a clock that was set back makes them ring at once."""
    back = [0.0]
    rung = asyncio.Event()

    async def ring() -> None:
        rung.set()

    alarm = AlarmClock(wall=lambda: time.time() - back[0], look=0.01)
    alarm.every(HOUR, "operations", ring)
    alarm.start()
    back[0] = 7_200
    try:
        async with asyncio.timeout(5):
            await rung.wait()
    finally:
        alarm.close()
