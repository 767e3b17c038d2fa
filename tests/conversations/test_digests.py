"""Digests: what is told by itself, once for each slot; and what people say about them."""

import asyncio
from dataclasses import replace
from typing import Any

from inline_snapshot import snapshot

from bot.config.freezing import windows
from bot.domain import schedules
from bot.domain.changes import Change
from bot.domain.digests import Digest, Part, Why
from bot.domain.terms import DAY, HOUR, MINUTE, Millis
from bot.engine import digesting
from bot.errors import ChatError
from tests.conversations.conftest import Launch
from tests.fakes.clock import START
from tests.fakes.deployer import sha
from tests.support.ship import Ship
from tests.support.text import plain

ADA = "U02ADA"
SLOT: Millis = START + 26 * MINUTE  # Tuesday 2026-11-24 09:30 UTC
DAILY = Digest(
    key="daily@team-web",
    name="daily",
    schedule=schedules.at("09:30", "mon-fri", "UTC"),
    channel="team-web",
    services=("web",),
    quiet=True,
    why=Why.USUAL,
)


async def having(launch: Launch, *digests: Digest, **more: Any) -> Ship:
    """A ship with these digests, whose timers are set."""
    ship = launch(**more)
    ship.change_catalogue(digests=digests)
    ship.start()
    await ship.engine.sweep_plans()
    await ship.settle()
    return ship


async def at(ship: Ship, instant: Millis) -> list[str]:
    """Jump there, look once, and read every digest that was posted since the beginning."""
    ship.clock.move_to(instant)
    await ship.engine.sweep_plans()
    await ship.settle()
    await ship.engine.sweep_outbox()
    await ship.settle()
    return told(ship)


def told(ship: Ship) -> list[str]:
    return [plain(each.message) for each in ship.chat.posts if each.key.startswith("digest:")]


async def shipped(ship: Ship) -> None:
    """Web goes to production; one more change is merged after that."""
    await ship.live(ADA)
    await ship.live(ADA, "web", "production")
    late = Change(
        revision=sha("c0ffee1"), title="fix: gift cards", author="Grace", number=430, committed_at=START - 2 * DAY
    )
    ship.provider.commits.append(late)


async def test_a_digest_in_the_morning(launch: Launch) -> None:
    """What happened since the last one, what waits, why one gets it and how to stop it; the first three have a button."""
    ship = await having(launch, DAILY)
    await shipped(ship)
    assert await at(ship, SLOT) == snapshot(
        [
            """\
*Tuesday, 09:30* · since Monday 09:30
*Shipped* 1 deploy to production: web 1 · 1 outside production
*Waiting* web: 1 change not live, oldest #430 of 2026-11-22 09:04 UTC
[ Stop these ]
Each service's channel gets this on workdays · stop: `/ops digest unsubscribe` · the rows: `/ops digest why 1`\
"""
        ]
    )
    assert len(await at(ship, SLOT + MINUTE)) == 1
    assert await ship.click(ADA, "Stop these") == snapshot(
        "Stopped: no digest comes here any more. `/ops digest subscribe` brings it back."
    )
    assert len(await at(ship, SLOT + DAY)) == 1
    assert await ship.type(ADA, "/ops digest unsubscribe") == snapshot(
        "No digest comes here, so nothing to stop. `/ops digest subscribe` brings one."
    )
    assert await ship.type(ADA, "/ops digest subscribe") == snapshot("""\
The first one comes 2026-11-26 09:30 UTC. What it would say now: `/ops digest preview`
stop: `/ops digest unsubscribe`\
""")
    assert len(await at(ship, SLOT + 2 * DAY)) == 2


async def test_a_quiet_day_says_nothing(launch: Launch) -> None:
    """A quiet one posts nothing, the other one line."""
    loud = replace(DAILY, key="loud", name="loud", quiet=False, why=Why.CONFIGURED)
    ship = await having(launch, DAILY, loud)
    ship.provider.commits = ship.provider.commits[:1]
    assert await at(ship, SLOT) == snapshot(
        [
            """\
*Tuesday, 09:30* · since Monday 09:30
All quiet: nothing ran, nothing waits.
You get this because digests.loud says so · stop: `/ops digest unsubscribe` · the rows: `/ops digest why 1`\
"""
        ]
    )


async def test_once_however_often_one_looks(launch: Launch) -> None:
    """Two engines over one store: one edition, one message."""
    ship = await having(launch, DAILY)
    await shipped(ship)
    first = ship.runtime
    ship.start()
    ship.clock.move_to(SLOT)
    done = await asyncio.gather(digesting.sweep(first), digesting.sweep(ship.runtime), digesting.sweep(first))
    assert sum(done) == 1
    assert len(await at(ship, SLOT + MINUTE)) == 1


async def test_a_crash_before_it_is_posted(launch: Launch) -> None:
    """It is owed, and a new process posts it."""
    ship = await having(launch, DAILY)
    await shipped(ship)
    ship.clock.move_to(SLOT)
    assert await digesting.sweep(ship.runtime) == 1
    await ship.restart()
    assert len(await at(ship, SLOT + 5 * MINUTE)) == 1


async def test_a_crash_after_it_was_posted(launch: Launch) -> None:
    """The answer of the post was never written down: the message is found again, not posted twice."""
    ship = await having(launch, DAILY)
    await shipped(ship)
    ship.chat.fail("post", ChatError("connection_lost", lost=True))
    await at(ship, SLOT)
    await ship.restart()
    assert len(await at(ship, SLOT + 5 * MINUTE)) == 1


async def test_back_too_late(launch: Launch) -> None:
    """Within six hours it says that it is late; after that the next one covers both days."""
    ship = await having(launch, DAILY)
    await shipped(ship)
    (late,) = await at(ship, SLOT + 2 * HOUR)
    assert late.splitlines()[0] == snapshot(
        "*Tuesday, 09:30* · since Monday 09:30 · late: due 2026-11-24 09:30 UTC, told 2026-11-24 11:30 UTC"
    )
    await ship.live(ADA, "web", "production", "c0ffee1")
    assert len(await at(ship, SLOT + DAY + 7 * HOUR)) == 1
    found = await at(ship, SLOT + 2 * DAY)
    assert found[1].splitlines()[0] == snapshot("*Thursday, 09:30* · since Tuesday 09:30")


async def test_it_passes_over_holidays(launch: Launch) -> None:
    """What it passes over, the next one tells."""
    ship = await having(launch, replace(DAILY, passing=windows("2026-11-24 to 2026-11-25")))
    await shipped(ship)
    assert await at(ship, SLOT) == []
    assert await at(ship, SLOT + DAY) == []
    (found,) = await at(ship, SLOT + 2 * DAY)
    assert found.splitlines()[0] == snapshot("*Thursday, 09:30* · since Monday 09:30")


async def test_another_time_begins_with_its_next_slot(launch: Launch) -> None:
    """A changed schedule makes up for nothing."""
    ship = await having(launch, DAILY)
    ship.change_catalogue(digests=(replace(DAILY, schedule=schedules.at("09:00", "daily", "UTC"), quiet=False),))
    ship.start()
    assert await at(ship, SLOT) == []
    assert len(await at(ship, SLOT + DAY)) == 1


async def test_on_demand(launch: Launch) -> None:
    """Now, the next one, and for oneself in the own zone."""
    ship = await having(launch, replace(DAILY, parts=tuple(Part)))
    await shipped(ship)
    assert await ship.type(ADA, "/ops digest") == snapshot("""\
*Tuesday, 09:04* · since Monday 09:30
*Shipped* 1 deploy to production: web 1 · 1 outside production
*Waiting* web: 1 change not live, oldest #430 of 2026-11-22 09:04 UTC
*Trend* web → production: 1 deploy in 28 days, were 0, failed 0 of 1
Each service's channel gets this on workdays · stop: `/ops digest unsubscribe`\
""")
    assert await ship.type(ADA, "/ops digest preview") == snapshot("""\
*Tuesday, 09:04* · since Monday 09:30
*Shipped* 1 deploy to production: web 1 · 1 outside production
*Waiting* web: 1 change not live, oldest #430 of 2026-11-22 09:04 UTC
*Trend* web → production: 1 deploy in 28 days, were 0, failed 0 of 1
Each service's channel gets this on workdays · stop: `/ops digest unsubscribe`
The next one comes 2026-11-24 09:30 UTC.\
""")
    assert await ship.type(ADA, "/ops digest me 11:45 daily") == snapshot("""\
The first one comes 2026-11-24 11:45 UTC. What it would say now: `/ops digest preview`
stop: `/ops digest unsubscribe`\
""")
    found = await at(ship, START + 161 * MINUTE)
    assert found[-1] == snapshot("""\
*Tuesday, 11:45* · since Monday 11:45
*Shipped* 1 deploy to production: web 1 · 1 outside production
*Waiting* api: 3 changes not live, oldest #430 of 2026-11-22 09:04 UTC · web: 1 change not live, oldest #430 of 2026-11-22 09:04 UTC
[ Stop these ]
You asked for this · stop: `/ops digest unsubscribe` · the rows: `/ops digest why 2`\
""")
    assert await ship.type(ADA, "/ops digest why 2") == snapshot(
        """\
*Tuesday, 11:45* · since Monday 11:45
*web* · live #2
api → production · 3 changes not live, oldest #430 of 2026-11-22 09:04 UTC fix: gift cards
web → production · 1 change not live, oldest #430 of 2026-11-22 09:04 UTC fix: gift cards
You asked for this · 11:45 daily (UTC)\
"""
    )
    assert await ship.type(ADA, "/ops digest me off") == snapshot(
        "Stopped: no digest comes here any more. `/ops digest subscribe` brings it back."
    )


async def test_what_is_no_digest(launch: Launch) -> None:
    """Each with what to type instead."""
    ship = await having(launch)
    assert await ship.type(ADA, "/ops digest preview") == snapshot(
        "No digest comes here. `/ops digest subscribe` brings one on workdays at 09:30."
    )
    assert await ship.type(ADA, "/ops digest me sometime") == snapshot("""\
That is no time for a digest: the time is not one of the day's.
Write a time of the day, and days if you like: `/ops digest me 08:45 mon-fri`\
""")
    assert await ship.type(ADA, "/ops digest whatever") == snapshot("""\
digest has no use for “whatever” there.
Usage: `/ops digest [now|preview|subscribe|unsubscribe|why NUMBER|me TIME]`\
""")
    assert await ship.type(ADA, "/ops digest why 99") == snapshot(
        "There is no digest 99: it was forgotten, or never told."
    )
    assert await ship.type(ADA, "/ops digest unsubscribe") == snapshot(
        "No digest comes here, so nothing to stop. `/ops digest subscribe` brings one."
    )


async def test_what_waits_and_what_is_new(launch: Launch) -> None:
    """For engineers, and for everybody else."""
    ship = launch()
    await shipped(ship)
    assert await ship.type(ADA, "/ops undeployed") == snapshot("""\
*web · production* · 1 change not live
     oldest #430 fix: gift cards, of 2026-11-22 09:04 UTC · Grace waits
what: `/ops changes web production`\
""")
    assert await ship.type(ADA, "/ops notes web since monday") == snapshot("""\
*web* · what is new since 2026-11-23 00:00 UTC
*Fixed* Retry failed webhooks (#415)
*Also* Faster checkout (#412)
–\
""")
    assert await ship.type(ADA, "/ops notes web since whenever") == snapshot("""\
“whenever” is no day that I know.
For example: `/ops notes web since friday`\
""")
