"""chat.*: what may be posted where, and what an update keeps and drops."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Playground, VirtualClock

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*hello*"}}
TABLE = {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}


async def refused(error: str, awaited: Any) -> SlackApiError:
    with pytest.raises(SlackApiError) as caught:
        await awaited
    assert caught.value.response["error"] == error
    return caught.value


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C02LEADS", "channel_not_found"),
        ("C0NOWHERE", "channel_not_found"),
        ("C02OLD", "is_archived"),
        ("U02DORA", "channel_not_found"),
    ],
)
async def test_where_an_app_may_not_post(client: AsyncWebClient, channel: str, error: str) -> None:
    """Private channels without membership do not exist, archived ones are closed, deactivated people unreachable."""
    await refused(error, client.chat_postMessage(channel=channel, text="x"))


async def test_public_channels_without_membership_need_a_scope(playground: Playground, client: AsyncWebClient) -> None:
    """`chat:write.public` lets an app post where it is not a member; without it, `not_in_channel`."""
    assert (await client.chat_postMessage(channel="#general", text="x"))["channel"] == "C02GENERAL"
    playground.install({"display_information": {"name": "Q"}, "oauth_config": {"scopes": {"bot": ["chat:write"]}}})
    await refused("not_in_channel", client.chat_postMessage(channel="C02GENERAL", text="x"))


async def test_posting_to_a_person_opens_the_direct_message(playground: Playground, client: AsyncWebClient) -> None:
    """A user id as channel means their direct message with the app."""
    answer = await client.chat_postMessage(channel="U02ADA", text="hi")
    assert answer["channel"].startswith("D")
    assert [message.text for message in playground.messages("@quarterdeck", "ada")] == ["hi"]


async def test_text_is_stored_as_slack_stores_it(client: AsyncWebClient) -> None:
    """Stray `&`, `<` and `>` are escaped, control sequences stay; text over 40,000 characters is cut."""
    answer = await client.chat_postMessage(channel="C02TEAMWEB", text="a & b < c <@U02ADA> <https://x.io|x> &amp;")
    assert answer["message"]["text"] == "a &amp; b &lt; c <@U02ADA> <https://x.io|x> &amp;"
    long = await client.chat_postMessage(channel="C02TEAMWEB", text="x" * 41_000)
    assert len(long["message"]["text"]) == 40_000


async def test_timestamps_are_unique_and_rising_on_a_clock_that_stands_still() -> None:
    """Even a hundred messages in the same instant sort by `ts`."""
    playground = Playground(clock=VirtualClock())
    stamps = [playground.slack.now_ts() for _ in range(100)]
    assert sorted(set(stamps)) == stamps


async def test_nothing_to_say_and_conflicts(client: AsyncWebClient) -> None:
    """`no_text`, `markdown_text_conflict`, malformed metadata."""
    await refused("no_text", client.api_call("chat.postMessage", json={"channel": "C02TEAMWEB"}))
    body = {"channel": "C02TEAMWEB", "text": "x", "markdown_text": "**y**"}
    await refused("markdown_text_conflict", client.api_call("chat.postMessage", json=body))
    await refused(
        "invalid_metadata_schema", client.chat_postMessage(channel="C02TEAMWEB", text="x", metadata={"event_type": "a"})
    )


async def test_invalid_blocks_are_pointed_at(client: AsyncWebClient) -> None:
    """`invalid_blocks` carries JSON pointers; two tables are `only_one_table_allowed`."""
    blocks = [SECTION, {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]
    error = await refused("invalid_blocks", client.chat_postMessage(channel="C02TEAMWEB", text="x", blocks=blocks))
    assert error.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 151 characters [json-pointer:/blocks/1/text/text]"
    ]
    error = await refused(
        "invalid_attachments", client.chat_postMessage(channel="C02TEAMWEB", text="x", blocks=[TABLE, TABLE])
    )
    assert error.response["response_metadata"]["messages"] == ["only_one_table_allowed"]


async def test_an_update_with_text_alone_drops_the_blocks(client: AsyncWebClient) -> None:
    """Text drops blocks, blocks replace blocks, metadata and attachments stay when not given."""
    metadata = {"event_type": "deploy", "event_payload": {"id": "7"}}
    posted = await client.chat_postMessage(
        channel="C02TEAMWEB", text="a", blocks=[SECTION], attachments=[{"text": "more"}], metadata=metadata
    )
    ts = posted["ts"]
    kept = await client.chat_update(channel="C02TEAMWEB", ts=ts, attachments=[{"text": "other", "fallback": "other"}])
    assert kept["message"]["blocks"]
    dropped = await client.chat_update(channel="C02TEAMWEB", ts=ts, text="b")
    assert dropped["text"] == "b"
    assert "blocks" not in dropped["message"]
    assert dropped["message"]["metadata"] == metadata
    assert dropped["message"]["attachments"][0]["text"] == "other"


async def test_only_own_messages_can_be_changed(playground: Playground, client: AsyncWebClient) -> None:
    """Other people's messages, missing ones, ephemerals and texts over 4,000 characters are refused."""
    theirs = (await playground.type("ada", "team-web", "mine")).ts
    where = {"channel": "C02TEAMWEB"}
    await refused("cant_update_message", client.chat_update(**where, ts=theirs, text="x"))
    await refused("cant_delete_message", client.chat_delete(**where, ts=theirs))
    await refused("message_not_found", client.chat_update(**where, ts="1.000001", text="x"))
    whispered = await client.chat_postEphemeral(**where, user="U02ADA", text="psst")
    await refused("message_not_found", client.chat_update(**where, ts=whispered["message_ts"], text="x"))
    own = await client.chat_postMessage(**where, text="x")
    await refused("msg_too_long", client.chat_update(**where, ts=own["ts"], text="x" * 4_001))


async def test_ephemerals_reach_one_member_only(playground: Playground, client: AsyncWebClient) -> None:
    """An ephemeral is seen by its reader alone, is not in history, and needs a member."""
    await client.chat_postEphemeral(channel="C02TEAMWEB", user="U02ADA", text="psst")
    assert [message.text for message in playground.messages("team-web", "ada")] == ["psst"]
    assert playground.messages("team-web", "grace") == []
    assert (await client.conversations_history(channel="C02TEAMWEB"))["messages"] == []
    await refused("user_not_in_channel", client.chat_postEphemeral(channel="C02TEAMAPI", user="U02GUS", text="x"))


async def test_an_ephemeral_in_a_thread_needs_a_living_thread(playground: Playground, client: AsyncWebClient) -> None:
    """In a thread without replies an ephemeral is accepted and shown to nobody."""
    root = (await client.chat_postMessage(channel="C02TEAMWEB", text="root"))["ts"]
    whisper = {"channel": "C02TEAMWEB", "user": "U02ADA", "text": "psst", "thread_ts": root}
    await client.chat_postEphemeral(**whisper)
    assert playground.ephemerals("ada") == []
    await client.chat_postMessage(channel="C02TEAMWEB", text="reply", thread_ts=root)
    await client.chat_postEphemeral(**whisper)
    assert [message.text for message in playground.thread("team-web", root, "ada")] == ["root", "reply", "psst"]


async def test_threads_and_broadcasts(playground: Playground, client: AsyncWebClient) -> None:
    """A reply hangs under its root only; a broadcast is in the channel too; a reply to a reply is refused."""
    root = (await client.chat_postMessage(channel="C02TEAMWEB", text="root"))["ts"]
    reply = (await client.chat_postMessage(channel="C02TEAMWEB", text="one", thread_ts=root))["ts"]
    sent = await client.chat_postMessage(channel="C02TEAMWEB", text="two", thread_ts=root, reply_broadcast=True)
    assert sent["message"]["subtype"] == "thread_broadcast"
    assert [message.text for message in playground.messages("team-web")] == ["root", "two"]
    thread = (await client.conversations_replies(channel="C02TEAMWEB", ts=root))["messages"]
    assert [message["text"] for message in thread] == ["root", "one", "two"]
    assert (thread[0]["reply_count"], thread[0]["latest_reply"]) == (2, sent["ts"])
    await refused("cannot_reply_to_message", client.chat_postMessage(channel="C02TEAMWEB", text="x", thread_ts=reply))
    await refused("thread_not_found", client.conversations_replies(channel="C02TEAMWEB", ts="1.000001"))


async def test_deleting_a_root_with_replies_leaves_a_tombstone(playground: Playground, client: AsyncWebClient) -> None:
    """The thread stays readable; a message without replies disappears."""
    root = (await client.chat_postMessage(channel="C02TEAMWEB", text="root"))["ts"]
    reply = (await client.chat_postMessage(channel="C02TEAMWEB", text="one", thread_ts=root))["ts"]
    await client.chat_delete(channel="C02TEAMWEB", ts=root)
    assert playground.messages("team-web")[0].subtype == "tombstone"
    await client.chat_delete(channel="C02TEAMWEB", ts=reply)
    assert len(playground.thread("team-web", root)) == 1


async def test_permalinks_lead_to_the_page(client: AsyncWebClient) -> None:
    """A permalink has Slack's form, with the thread for a reply."""
    root = (await client.chat_postMessage(channel="C02TEAMWEB", text="root"))["ts"]
    reply = (await client.chat_postMessage(channel="C02TEAMWEB", text="one", thread_ts=root))["ts"]
    link = (await client.chat_getPermalink(channel="C02TEAMWEB", message_ts=reply))["permalink"]
    assert link.endswith(f"/archives/C02TEAMWEB/p{reply.replace('.', '')}?thread_ts={root}&cid=C02TEAMWEB")
    await refused("message_not_found", client.chat_getPermalink(channel="C02TEAMWEB", message_ts="1.1"))


async def test_scheduled_messages_come_when_their_time_has_come(clock: VirtualClock) -> None:
    """A scheduled message is posted at its time, can be withdrawn, and not be further away than 120 days."""
    playground = Playground(clock=clock)
    async with playground.serve() as served:
        client = AsyncWebClient(token=served.bot_token, base_url=served.api_url)
        soon = int(clock.now()) + 60
        kept = await client.chat_scheduleMessage(channel="C02TEAMWEB", post_at=soon, text="later")
        gone = await client.chat_scheduleMessage(channel="C02TEAMWEB", post_at=soon, text="never")
        assert len((await client.chat_scheduledMessages_list())["scheduled_messages"]) == 2
        await client.chat_deleteScheduledMessage(
            channel="C02TEAMWEB", scheduled_message_id=gone["scheduled_message_id"]
        )
        assert playground.messages("team-web") == []
        await clock.advance(61)
        assert [message.text for message in playground.messages("team-web")] == ["later"]
        assert kept["post_at"] == soon
        far = int(clock.now()) + 121 * 86_400
        await refused("time_too_far", client.chat_scheduleMessage(channel="C02TEAMWEB", post_at=far, text="x"))
        await refused("time_in_past", client.chat_scheduleMessage(channel="C02TEAMWEB", post_at=soon, text="x"))


async def test_metadata_is_returned_only_when_asked_for(client: AsyncWebClient) -> None:
    """`conversations.history` shows metadata with `include_all_metadata`."""
    metadata = {"event_type": "deploy", "event_payload": {"id": "7"}}
    await client.chat_postMessage(channel="C02TEAMWEB", text="a", metadata=metadata)
    plain = (await client.conversations_history(channel="C02TEAMWEB"))["messages"][0]
    whole = (await client.conversations_history(channel="C02TEAMWEB", include_all_metadata=True))["messages"][0]
    assert "metadata" not in plain
    assert whole["metadata"] == metadata


async def test_reactions_and_pins(client: AsyncWebClient) -> None:
    """Reactions and pins happen once, and are undone once."""
    ts = (await client.chat_postMessage(channel="C02TEAMWEB", text="a"))["ts"]
    item = {"channel": "C02TEAMWEB", "timestamp": ts}
    await client.reactions_add(**item, name="eyes")
    await refused("already_reacted", client.reactions_add(**item, name="eyes"))
    shown = (await client.reactions_get(**item))["message"]["reactions"]
    assert shown == [{"name": "eyes", "users": ["U02QDECK"], "count": 1}]
    await client.reactions_remove(**item, name="eyes")
    await refused("no_reaction", client.reactions_remove(**item, name="eyes"))
    await refused("invalid_name", client.reactions_add(**item, name="not a name"))
    await client.pins_add(**item)
    await refused("already_pinned", client.pins_add(**item))
    await client.pins_remove(**item)
    await refused("no_pin", client.pins_remove(**item))
