"""Back again: the administrators are told once what became of what was going on."""

from inline_snapshot import snapshot

from tests.conversations.conftest import Launch
from tests.support.text import plain

ADA = "U02ADA"


async def test_somebody_was_waiting(launch: Launch) -> None:
    """What ran went on, what arrived was answered or not carried out; one message."""
    ship = launch(admin_channel="team-api", confirm_staging=False)
    await ship.running_at_once()
    ship.provider.hanging.add("current")
    await ship.type(ADA, "/ops deploy api staging")
    await ship.engine.sweep_plans()
    ship.stop()
    ship.provider.hanging.clear()
    ship.clock.move_to(ship.clock.now() + 40 * 60_000)
    ship.provider.succeed("1:1:1")
    await ship.restart()
    await ship.wait(30_000)
    told = [plain(each.message) for each in ship.chat.posts if each.key.startswith("back:")]
    assert told == snapshot(
        [
            """\
Quarterdeck was away from 2026-11-24 09:04 UTC to 2026-11-24 09:44 UTC.
#1 web → staging went on: live.
1 message arrived late and was not carried out: whoever wrote was told.\
"""
        ]
    )
    await ship.wait(60_000)
    assert len([each for each in ship.chat.posts if each.key.startswith("back:")]) == 1


async def test_nobody_was_waiting(launch: Launch) -> None:
    """A restart in the quiet is nobody's news."""
    ship = launch(admin_channel="team-api")
    await ship.engine.sweep_plans()
    await ship.restart()
    await ship.wait(30_000)
    assert ship.chat.posts == []


async def test_a_graceful_end_is_written_down(launch: Launch) -> None:
    """The next start knows since when nobody was here."""
    ship = launch(admin_channel="team-api")
    await ship.running()
    await ship.end()
    await ship.restart()
    await ship.wait(60_000)
    assert [plain(each.message) for each in ship.chat.posts if each.key.startswith("back:")] == snapshot(
        [
            """\
Quarterdeck was away from 2026-11-24 09:04 UTC to 2026-11-24 09:04 UTC.
#1 web → staging went on: running.\
"""
        ]
    )
