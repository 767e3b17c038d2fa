"""Where a card goes: the channel of the service, the thread, the asker; and what happens where we may not post."""

from inline_snapshot import snapshot

from bot.errors import ChatError
from tests.conversations.conftest import Launch
from tests.fakes.chat import without_member
from tests.support.ship import Ship
from tests.support.text import plain

ADA = "U02ADA"


def where(ship: Ship) -> list[tuple[str, str, str]]:
    """Channel, thread and key of every message that is owed to an operation."""
    return [(each.channel, each.thread, each.key) for each in ship.chat.posts if each.key]


async def test_announced_to_the_asker(launch: Launch) -> None:
    """`announce: asker`: card and thread are in their direct messages."""
    ship = launch(announce="asker")
    await ship.type(ADA, "/ops deploy web staging")
    assert await ship.click(ADA, "Deploy to staging") == snapshot(
        "Deploy web → staging: #1 · its card is in your messages from me"
    )
    assert {each[0] for each in where(ship)} == {"D02ADA"}


async def test_announced_in_the_thread(launch: Launch) -> None:
    """`announce: thread`: the card is a reply where it was asked, and so is all that follows."""
    ship = launch(announce="thread")
    await ship.mention(ADA, "deploy web staging", channel="C03", thread="1795400000.000100")
    await ship.click(ADA, "Deploy to staging")
    ship.provider.succeed("1:1:1")
    await ship.wait(5_000)
    assert {each[:2] for each in where(ship)} == {("C03", "1795400000.000100")}


async def test_no_channel_configured(launch: Launch) -> None:
    """The card goes where it was typed; from a direct message it stays there."""
    ship = launch(channel="")
    await ship.type(ADA, "/ops deploy web staging", channel="C03")
    await ship.click(ADA, "Deploy to staging")
    assert {each[0] for each in where(ship)} == {"C03"}
    ship.provider.succeed("1:1:1")
    await ship.wait(5_000)
    await ship.say(ADA, "deploy api staging")
    await ship.click(ADA, "Deploy to staging")
    assert where(ship)[-1][0] == "D02ADA"


async def test_typed_between_two_other_people(launch: Launch) -> None:
    """A slash command in a direct message with somebody else is answered through its response_url, and the card goes to the asker."""
    ship = launch(channel="", announce="thread")
    await ship.type(ADA, "/ops deploy web staging", channel="D0PRIVATE")
    ship.chat.fail("respond", ChatError("expired_url"))
    await ship.click(ADA, "Deploy to staging")
    assert {each.channel for each in ship.chat.posts} == {"D02ADA"}


async def test_we_may_not_post_there(ship: Ship) -> None:
    """The asker gets the card and the exact words that help; what follows goes the same way."""
    without_member(ship.chat, "C02")
    await ship.type(ADA, "/ops deploy web staging", channel="C03")
    await ship.click(ADA, "Deploy to staging")
    await ship.wait(3_000)
    assert [plain(each.message) for each in ship.chat.posts if each.key.endswith("invite")] == snapshot(
        [
            """\
I cannot post in #team-web. Type there: `/invite @quarterdeck`
Until then you get the card here.\
"""
        ]
    )
    ship.provider.succeed("1:1:1")
    await ship.wait(5_000)
    assert ship.card(1) == snapshot("""\
✅ *Live* · web → staging
2 changes · took 8 s · web itself says so
Ada · `5d2f0b7` · 2026-11-24 09:04 UTC · #1
[ Changes ] [ Roll back… ]\
""")
    assert {each[0] for each in where(ship)} == {"D02ADA"}


async def test_a_channel_that_does_not_exist(launch: Launch) -> None:
    """A name that Slack does not know is no reason to be silent."""
    ship = launch(channel="no-such-channel")
    await ship.type(ADA, "/ops deploy web staging")
    assert await ship.click(ADA, "Deploy to staging") == snapshot("Deploy web → staging: #1")
    await ship.wait(3_000)
    assert {each[0] for each in where(ship)} == {"D02ADA"}


async def test_nobody_can_be_reached(launch: Launch) -> None:
    """Where even the asker cannot be written to, the administrators get the card."""
    ship = launch(channel="no-such-channel", admin_channel="team-api")
    await ship.type(ADA, "/ops deploy web staging")
    ship.chat.fail("open_direct", *(ChatError("user_disabled") for _ in range(4)))
    await ship.click(ADA, "Deploy to staging")
    await ship.wait(30_000)
    assert ("C03", "", "operation:1:card") in where(ship)


async def test_a_card_that_somebody_deleted(ship: Ship) -> None:
    """It is still owed: the next state is posted anew."""
    key = await ship.running()
    ship.chat.posts.remove(ship.chat.posts[0])
    ship.provider.succeed(key)
    await ship.wait(5_000)
    assert ship.card(1).startswith("✅")
