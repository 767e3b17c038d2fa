"""After a restore the record is in the past: every target is held until it is known what it serves."""

import json

import pytest
from inline_snapshot import snapshot

from bot.domain.operations import Effect, State
from bot.domain.terms import MINUTE, Target
from bot.engine.adopting import adopt
from bot.errors import IntegrationError, Kind
from bot.keeping import note_restored
from bot.store import audit, deployments, holds, settings
from bot.store.backups import RESTORED
from tests.fakes.deployer import sha
from tests.support.ship import API_STAGING, WEB_PRODUCTION, WEB_STAGING, Ship, catalogue
from tests.support.text import plain

ADA, GRACE, MARGARET = "U02ADA", "U02GRACE", "U02MARGARET"
API_PRODUCTION = Target(service="api", environment="production")


@pytest.fixture
async def sailing(ship: Ship) -> Ship:
    """Web is live in staging from here; everything else was live before the bot came, and was adopted."""
    ship.change_catalogue(admin_channel="general")
    ship.chat.channels["C01"] = ship.chat.channels["C02"].__class__(
        id="C01", name="general", shared=False, archived=False, member=True
    )
    await ship.restart()
    await ship.live(ADA)
    for target in (WEB_PRODUCTION, API_STAGING, API_PRODUCTION):
        await adopt(ship.runtime, target, by="cli")
    return ship


async def restore(ship: Ship) -> None:
    """What the first start after `quarterdeck restore` does."""
    mark = {"file": "quarterdeck-20261124T080000Z.db", "at": ship.clock.now(), "aside": "", "told": False}

    def begin(tx: object) -> None:
        settings.put(tx, RESTORED, json.dumps(mark))  # type: ignore[arg-type]
        note_restored(tx, ship.clock.now(), "", ship.catalogue.targets())  # type: ignore[arg-type]

    ship.stop()
    await ship.store.write(begin)
    ship.start()
    await ship.engine.begin()
    await ship.wait(5_000)


def told(ship: Ship) -> str:
    """The one message about what is held."""
    found = [each for each in ship.chat.posts if each.key.startswith("holds:")]
    assert len(found) == 1
    return plain(found[0].message)


async def held(ship: Ship) -> list[str]:
    """What is held now."""
    return [str(each.target) for each in await ship.store.read(holds.open_ones)]


async def test_what_agrees_is_released_and_the_rest_is_shown(sailing: Ship) -> None:
    """Each target is asked at the start; one message has what differs and what could not be asked."""
    ship = sailing
    ship.provider.live[WEB_PRODUCTION] = sha("5d2f0b7")
    await restore(ship)
    assert str(WEB_STAGING) not in await held(ship)
    assert told(ship) == snapshot("""\
🔒 *Held since the restore* at 2026-11-24 09:04 UTC: 1 target
• web → production: our record says a41c9e2, and it serves 5d2f0b7
Nothing new goes there until it is known what they serve. A rollback is never held.
[ Release web production ]\
""")
    lines = await ship.store.read(lambda tx: audit.of_subject(tx, str(WEB_STAGING)))
    assert [(line.actor, line.action) for line in lines][-1] == ("quarterdeck", "hold.released")


async def test_nothing_new_goes_to_a_held_target(sailing: Ship) -> None:
    """A plan is refused with its own reason, `status` shows it, and a rollback is never held."""
    ship = sailing
    ship.provider.live[WEB_STAGING] = sha("9f00416")
    await restore(ship)
    assert await ship.type(ADA, "/ops deploy web staging") == snapshot("""\
*Not deployed* · web → staging
• The database was restored from a backup, and staging is held: our record says 5d2f0b7, and it serves 9f00416.
     Whoever may roll back here releases it in the administrators' channel; on the bot's machine quarterdeck adopt does.
17 other gates passed · restored\
""")
    assert await ship.type(ADA, "/ops status web") == snapshot("""\
*web*
staging `9f00416` · 🔒 held since a restore: our record says 5d2f0b7, and it serves 9f00416 · ⚠️ not deployed from here, our record says `5d2f0b7` · web itself says so, 2026-11-24 09:04 UTC
     Live · 2 changes · took 2 s · web itself says so · Ada · #1
production `a41c9e2` since 2026-11-24 09:04 UTC · web itself says so, 2026-11-24 09:04 UTC\
""")  # noqa: E501  # Slack's line, not ours
    ship.provider.live[WEB_STAGING] = sha("9f00416")
    assert "Roll back" in await ship.type(ADA, "/ops rollback web staging")


async def test_a_person_releases(sailing: Ship) -> None:
    """Who may roll back there; what is served is recorded as observed, and a second click finds it done."""
    ship = sailing
    ship.provider.live[WEB_STAGING] = sha("b52d0f3")
    await restore(ship)
    assert await ship.click(MARGARET, "Release web staging") == snapshot("""\
You may not adopt a revision for web in staging.
Ask @engineering.\
""")
    old = next(each.message for each in ship.chat.posts if each.key.startswith("holds:"))
    assert await ship.click(GRACE, "Release web staging") == snapshot(
        "web → staging is free again. Recorded: it serves `b52d0f3`."
    )
    assert await ship.click(ADA, "Release web staging", on=old) == snapshot("""\
That button is too old: nothing was done.
Ask again: `/ops`\
""")
    record = await ship.store.read(lambda tx: deployments.current(tx, WEB_STAGING))
    assert record is not None
    assert (record.revision, record.observed, record.verified) == (sha("b52d0f3"), True, False)
    lines = await ship.store.read(lambda tx: audit.of_subject(tx, str(WEB_STAGING)))
    assert (lines[-1].actor, lines[-1].action) == ("T01ACME/U02GRACE", "hold.released")
    assert "Deploy" in await ship.type(ADA, "/ops deploy web staging")


async def test_what_moved_since_is_not_released(sailing: Ship) -> None:
    """A click is about what the message showed."""
    ship = sailing
    ship.provider.live[WEB_STAGING] = sha("b52d0f3")
    await restore(ship)
    ship.provider.live[WEB_STAGING] = sha("9f00416")
    assert await ship.click(GRACE, "Release web staging") == snapshot("""\
Not released: web → staging serves `9f00416` by now.
Look at the message again, and release it if that is right.\
""")
    assert str(WEB_STAGING) in await held(ship)
    await ship.wait(5_000)
    assert await ship.click(GRACE, "Release web staging") == snapshot(
        "web → staging is free again. Recorded: it serves `9f00416`."
    )


async def test_reading_releases_nothing(sailing: Ship) -> None:
    """`status` records what it sees; a person still has to look at what differs."""
    ship = sailing
    ship.provider.live[WEB_STAGING] = sha("b52d0f3")
    await restore(ship)
    await ship.type(ADA, "/ops status web")
    await ship.wait(30 * MINUTE)
    assert str(WEB_STAGING) in await held(ship)


async def test_who_could_not_be_asked_is_asked_again(sailing: Ship) -> None:
    """It answers later, as the record says: it is released by itself."""
    ship = sailing
    ship.provider.down.add("current")
    await restore(ship)
    assert len(await held(ship)) == 4
    await ship.restart()
    assert len(await held(ship)) == 4
    ship.provider.down.clear()
    await ship.wait(11 * MINUTE)
    assert str(WEB_STAGING) not in await held(ship)


async def test_what_waited_to_start_does_not(sailing: Ship) -> None:
    """An operation that was queued in the second of the copy may have been carried out in the life that was lost."""
    ship = sailing
    await ship.type(ADA, "/ops deploy web staging a41c9e2")
    refused = IntegrationError("refused", kind=Kind.UNAVAILABLE, effect=Effect.NONE)
    ship.provider.start_errors = [refused]
    await ship.click(ADA, "Deploy to staging")
    assert (await ship.operation(2)).state is State.QUEUED
    await restore(ship)
    await ship.wait(MINUTE)
    assert (await ship.operation(2)).state is State.REJECTED
    assert len(ship.provider.starts) == 1


async def test_nobody_waits_for_what_cannot_tell(sailing: Ship) -> None:
    """`quarterdeck adopt --release` frees a target that cannot say what it serves; without it nothing is recorded."""
    ship = sailing
    ship.provider.down.add("current")
    await restore(ship)
    said = await adopt(ship.runtime, API_PRODUCTION, by="cli")
    freed = await adopt(ship.runtime, API_PRODUCTION, by="cli", release=True)
    again = await adopt(ship.runtime, API_PRODUCTION, by="cli", release=True)
    assert [plain(each) for each in (said, freed, again)] == snapshot(
        [
            """\
There is nothing to adopt: no answer.
Nothing was recorded.\
""",
            "api → production is free again. What it serves could not be asked.",
            """\
There is nothing to adopt: no answer.
Nothing was recorded.\
""",
        ]
    )
    assert str(API_PRODUCTION) not in await held(ship)


async def test_adopting_releases(sailing: Ship) -> None:
    """Who says that what is live is good has looked at it."""
    ship = sailing
    ship.provider.live[WEB_PRODUCTION] = sha("5d2f0b7")
    await restore(ship)
    await adopt(ship.runtime, WEB_PRODUCTION, by="cli")
    await ship.wait(5_000)
    assert (await held(ship), told(ship)) == snapshot(
        ([], "Since the restore at 2026-11-24 09:04 UTC every target was compared or released.")
    )


async def test_a_restart_in_the_middle_changes_nothing(sailing: Ship) -> None:
    """Rows say who is held: a new process asks those that were not asked, and posts no second message."""
    ship = sailing
    ship.provider.live[WEB_STAGING] = sha("b52d0f3")
    await restore(ship)
    before = (await held(ship), told(ship))
    await ship.restart()
    await ship.wait(2 * MINUTE)
    assert (await held(ship), told(ship)) == before


async def test_without_a_channel_for_administrators(ship: Ship) -> None:
    """The refusal and `status` say it; nothing is posted."""
    await ship.live(ADA)
    ship.provider.live[WEB_STAGING] = sha("b52d0f3")
    await restore(ship)
    assert [each for each in ship.chat.posts if each.key.startswith("holds:")] == []
    assert str(WEB_STAGING) in await held(ship)
    assert catalogue().admin_channel == ""
