"""Channels by id and by name: shared ones, direct ones, and names that are not there."""

import asyncio

import pytest
from aiohttp import web

from bot.errors import ChatError
from bot.slack.room import SlackRoom
from tests.slack.world import ADA, Answer, FakeClock, TinySlack

# ---- channels ----------------------------------------------------------------------------------------------------------


async def test_a_channel_by_id_and_by_name(here: SlackRoom, slack: TinySlack) -> None:
    """Names come from one list over its pages; what a channel is, from the channel itself."""
    pages: dict[str, Answer] = {
        "": {"channels": [{"id": "C0RANDOM1", "name": "random"}], "response_metadata": {"next_cursor": "p2"}},
        "p2": {"channels": [{"id": "C0WEB1234", "name": "team-web"}]},
    }
    slack.methods["conversations.list"] = lambda _r, arguments: {"ok": True, **pages[arguments.get("cursor", "")]}
    slack.answer("conversations.info", channel={"id": "C0WEB1234", "name": "team-web", "is_member": True})
    by_name = await asyncio.gather(*(here.chat.channel(name) for name in ("team-web", "#Team-Web", "team-web")))
    by_id = await here.chat.channel("C0WEB1234")
    assert {channel.id for channel in (*by_name, by_id)} == {"C0WEB1234"}
    assert (by_id.name, by_id.member, by_id.shared, by_id.archived, by_id.direct) == (
        "team-web",
        True,
        False,
        False,
        False,
    )
    assert len(slack.told("conversations.list")) == 2
    assert len(slack.told("conversations.info")) == 1
    assert slack.told("conversations.list")[0]["limit"] == "1000"


@pytest.mark.parametrize(
    ("fields", "shared"),
    [
        ({"is_ext_shared": True}, True),
        ({"is_ext_shared": False, "is_shared": True, "is_org_shared": True}, False),
        ({"is_shared": True}, True),
        ({}, False),
    ],
)
async def test_shared_means_with_other_workspaces(
    here: SlackRoom, slack: TinySlack, fields: Answer, shared: bool
) -> None:
    """Within one organisation is not shared; doubt is."""
    slack.answer("conversations.info", channel={"id": "C0WEB1234", "name": "x", **fields})
    assert (await here.chat.channel("C0WEB1234")).shared is shared


@pytest.mark.parametrize("named", ["C0WEB1234", "team-web"])
async def test_a_channel_without_an_id_is_not_found(here: SlackRoom, slack: TinySlack, named: str) -> None:
    """By id or by name."""
    slack.answer("conversations.list", channels=[{"id": "C0WEB1234", "name": "team-web"}])
    slack.answer("conversations.info", channel={})
    with pytest.raises(ChatError, match="channel_not_found"):
        await here.chat.channel(named)


async def test_a_direct_conversation(here: SlackRoom, slack: TinySlack) -> None:
    """Has no name and counts the bot in; opened once for many."""
    slack.answer("conversations.info", channel={"id": "D0ADA1234", "is_im": True})
    channel = await here.chat.channel("D0ADA1234")
    assert (channel.direct, channel.member, channel.name) == (True, True, "")
    slack.answer("conversations.open", channel={"id": "D0ADA1234"})
    opened = await asyncio.gather(*(here.chat.open_direct(ADA) for _ in range(5)))
    assert [*opened, await here.chat.open_direct(ADA)] == ["D0ADA1234"] * 6
    assert len(slack.told("conversations.open")) == 1


async def test_a_name_that_is_not_there_is_not_looked_for_all_the_time(
    here: SlackRoom, slack: TinySlack, clock: FakeClock
) -> None:
    """conversations.list is slow and limited: once in half a minute is enough."""
    slack.answer("conversations.list", channels=[])
    for _ in range(5):
        with pytest.raises(ChatError, match="channel_not_found"):
            await here.chat.channel("nowhere")
    assert len(slack.told("conversations.list")) == 1
    clock.advance(31_000)
    slack.answer("conversations.list", channels=[{"id": "C0NEW1234", "name": "nowhere"}])
    slack.answer("conversations.info", channel={"id": "C0NEW1234", "name": "nowhere"})
    assert (await here.chat.channel("nowhere")).id == "C0NEW1234"


async def test_a_channel_whose_id_changed(here: SlackRoom, slack: TinySlack, clock: FakeClock) -> None:
    """Sharing a private channel gives it a new id: the name leads there."""
    slack.answer("conversations.list", channels=[{"id": "G0OLD1234", "name": "ops"}])
    slack.answer("conversations.info", channel={"id": "G0OLD1234", "name": "ops"})
    await here.chat.channel("ops")
    clock.advance(60_000)
    slack.answer("conversations.list", channels=[{"id": "C0NEW1234", "name": "ops"}])

    def info(_request: web.Request, arguments: Answer) -> Answer:
        known = arguments["channel"] == "C0NEW1234"
        return (
            {"ok": True, "channel": {"id": "C0NEW1234", "name": "ops"}}
            if known
            else {"ok": False, "error": "channel_not_found"}
        )

    slack.methods["conversations.info"] = info
    assert (await here.chat.channel("ops")).id == "C0NEW1234"
