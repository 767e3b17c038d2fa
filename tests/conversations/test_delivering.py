"""Messages that are owed are made true, whatever Slack does meanwhile: lost answers, limits, an outage."""

from itertools import pairwise

from inline_snapshot import snapshot

from bot.domain.deliveries import Outgoing
from bot.errors import ChatError
from bot.store import Tx, outbox
from tests.conversations.conftest import Launch
from tests.support.ship import Ship

ADA, GRACE = "U02ADA", "U02GRACE"
GONE = ChatError("connection_lost", lost=True)


async def test_a_post_whose_answer_was_lost(ship: Ship) -> None:
    """It is found again by its key, and not posted twice."""
    await ship.type(ADA, "/ops deploy web staging")
    ship.chat.fail("post", GONE)
    await ship.click(ADA, "Deploy to staging")
    await ship.wait(20_000)
    assert ship.card(1).startswith("🔄")


async def test_a_crash_while_posting(ship: Ship) -> None:
    """The same after a restart: whether it was posted is looked for first."""
    await ship.type(ADA, "/ops deploy web staging")
    ship.chat.hanging.add("post's answer")
    await ship.click(ADA, "Deploy to staging")
    assert len(ship.chat.posts) == 1
    ship.chat.hanging.clear()
    await ship.restart()
    await ship.wait(90_000)
    assert ship.card(1).startswith("🔄")


async def test_slack_asks_for_a_pause(ship: Ship) -> None:
    """Retry-After is kept to, for the whole method, and the last state is what is posted then."""
    await ship.running()
    ship.chat.fail("update", ChatError("ratelimited", retry_after=30_000))
    ship.provider.step("1:1:1", 4, "switch")
    await ship.wait(3_000)
    calls = ship.chat.calls.count("update")
    ship.provider.succeed("1:1:1")
    await ship.wait(20_000)
    assert ship.chat.calls.count("update") == calls, "nobody is asked while Slack wants a pause"
    await ship.wait(20_000)
    assert ship.card(1).startswith("✅")


async def test_slack_is_down_for_half_an_hour(ship: Ship) -> None:
    """Deployments go on; afterwards only the latest state is posted, nothing is lost, one post a second and channel."""
    await ship.type(ADA, "/ops deploy web staging")
    await ship.type(GRACE, "/ops deploy api staging")
    ship.chat.down.add("slack")
    ship.chat.down.discard("slack")
    await ship.click(ADA, "Deploy to staging", settle=False)
    ship.chat.down.update({"post", "update", "respond", "ephemeral", "open_direct"})
    await ship.settle()
    key = ship.provider.starts[0]
    for step in range(1, 4):
        ship.provider.step(key, step, f"step {step}")
        await ship.wait(60_000)
    ship.provider.succeed(key)
    await ship.wait(27 * 60_000)
    assert ship.chat.posts == []
    ship.chat.down.clear()
    before = ship.clock.now()
    await ship.wait(6 * 60_000)
    assert ship.card(1) == snapshot("""\
✅ *Live* · web → staging
2 changes · took 3 min · web itself says so
Ada · `5d2f0b7` · 2026-11-24 09:07 UTC · #1
[ Changes ] [ Roll back… ]\
""")
    card = next(each for each in ship.chat.posts if each.key.endswith(":card"))
    assert card.edits == 0
    assert ship.thread(1) == snapshot(
        [
            """\
Ada typed `/ops deploy web staging`
From `a41c9e2` to `5d2f0b7`\
""",
            "Came to step 3 of 4: step 3",
            "Live. @U02ADA",
        ]
    )
    times = sorted(each.at for each in ship.chat.posts if each.channel == "C02")
    assert all(later - earlier >= 1_000 for earlier, later in pairwise(times))
    assert times[0] >= before


async def test_many_at_once(launch: Launch) -> None:
    """A burst in one channel is one post a second; every card is true in the end."""
    ship = launch(channel="team-web")
    for user, service in ((ADA, "web"), (GRACE, "api")):
        await ship.type(user, f"/ops deploy {service} staging")
        await ship.click(user, "Deploy to staging")
    for key in ship.provider.starts:
        ship.provider.break_off(key)
    await ship.wait(30_000)
    times = sorted(each.at for each in ship.chat.posts if each.channel == "C02")
    assert len(times) >= 8
    assert all(later - earlier >= 1_000 for earlier, later in pairwise(times))


async def test_a_private_answer_takes_the_way_that_is_open(ship: Ship) -> None:
    """response_url, then where they are, then a direct message; never silence."""
    ship.chat.fail("respond", ChatError("expired_url"))
    assert "Deploy web" in await ship.type(ADA, "/ops deploy web staging")
    ship.chat.fail("respond", ChatError("expired_url"))
    ship.chat.fail("ephemeral", ChatError("not_in_channel"))
    await ship.type(ADA, "/ops whoami")
    assert (ship.chat.posts[-1].channel, ship.chat.calls[-2:]) == ("D02ADA", ["open_direct", "post"])


async def test_nobody_can_be_answered(ship: Ship) -> None:
    """It is in the log, and the next command works."""
    ship.chat.down.update({"respond", "ephemeral", "open_direct"})
    assert await ship.type(ADA, "/ops whoami") == snapshot("Looking…")
    ship.chat.down.clear()
    assert "You are" in await ship.type(ADA, "/ops whoami")


async def test_what_may_stand_is_remembered_where_nothing_is_left_to_say(ship: Ship) -> None:
    """A call whose answer was lost, and that has no reason any more: should it be owed again, it is looked for first."""
    await ship.running()
    key, now = "operation:1:again:unknown:1", ship.clock.now()
    call = Outgoing(
        key=key, kind="operation_again", subject="operation:1", channel="C01", body={"state": "unknown"}, due_at=now
    )

    def owe(tx: Tx) -> None:
        outbox.put(tx, call)
        outbox.postpone(tx, key, now, "lost")

    await ship.store.write(owe)
    await ship.wait(5_000)
    kept = await ship.store.read(lambda tx: outbox.get(tx, key))
    assert kept is not None
    assert not kept.waiting
    assert kept.last_error == "lost"
