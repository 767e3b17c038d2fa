"""One table of calls Slack refuses, with the code for each."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Playground

WEB = "C02TEAMWEB"
MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": []}
META = {"event_type": "e", "event_payload": {"x": "y" * 20_000}}
BAD_BLOCKS = [{"type": "x"}]

REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("chat.postMessage", "invalid_blocks_format", {"channel": WEB, "blocks": "{"}),
    ("chat.postMessage", "invalid_blocks_format", {"channel": WEB, "blocks": {"type": "divider"}}),
    ("chat.postMessage", "msg_blocks_too_long", {"channel": WEB, "blocks": [{"type": "divider"}] * 51}),
    ("chat.postMessage", "invalid_blocks", {"channel": WEB, "attachments": [{"blocks": BAD_BLOCKS}]}),
    ("chat.postMessage", "too_many_attachments", {"channel": WEB, "attachments": [{"text": "x"}] * 101}),
    ("chat.postMessage", "invalid_metadata_format", {"channel": WEB, "text": "x", "metadata": "3"}),
    ("chat.postMessage", "metadata_too_large", {"channel": WEB, "text": "x", "metadata": META}),
    ("chat.postMessage", "channel_not_found", {"text": "x"}),
    ("chat.update", "no_text", {"channel": WEB, "ts": "OWN"}),
    ("chat.update", "cant_broadcast_message", {"channel": WEB, "ts": "OWN", "text": "x", "reply_broadcast": True}),
    ("chat.update", "invalid_blocks", {"channel": WEB, "ts": "OWN", "blocks": BAD_BLOCKS}),
    ("chat.postEphemeral", "msg_too_long", {"channel": WEB, "user": "U02ADA", "text": "x" * 40_001}),
    ("chat.postEphemeral", "user_not_in_channel", {"channel": WEB, "user": "U0NOBODY", "text": "x"}),
    ("chat.scheduleMessage", "invalid_time", {"channel": WEB, "text": "x", "post_at": "soon"}),
    ("chat.deleteScheduledMessage", "invalid_scheduled_message_id", {"channel": WEB, "scheduled_message_id": "Q0"}),
    ("conversations.list", "invalid_limit", {"limit": 5000}),
    ("conversations.open", "method_not_supported_for_channel_type", {"channel": WEB}),
    ("conversations.open", "too_many_users", {"users": ["U02ADA"] * 9}),
    ("conversations.open", "user_not_visible", {"users": "U02EVE"}),
    ("conversations.members", "channel_not_found", {"channel": "C02LEADS"}),
    ("bots.info", "missing_argument", {}),
    ("team.info", "team_not_found", {"team": "T0"}),
    ("views.open", "invalid_arguments", {"trigger_id": "1.1.a", "view": "{"}),
    ("views.open", "invalid_arguments", {"trigger_id": "1.1.a", "view": [3]}),
    ("views.open", "invalid_trigger_id", {"view": MODAL}),
    ("views.update", "invalid_arguments", {"view_id": "V0"}),
    ("reactions.add", "message_not_found", {"channel": WEB, "timestamp": "1.1", "name": "eyes"}),
    ("reactions.get", "no_item_specified", {"channel": WEB}),
    ("pins.add", "message_not_found", {"channel": WEB, "timestamp": "1.1"}),
    ("pins.add", "not_in_channel", {"channel": "C02GENERAL", "timestamp": "OWN"}),
    ("files.getUploadURLExternal", "missing_argument", {"filename": "x", "length": 0}),
    ("files.getUploadURLExternal", "file_upload_size_restricted", {"filename": "x", "length": 99_999_999}),
    ("files.completeUploadExternal", "file_not_found", {"files": [3]}),
    ("files.completeUploadExternal", "file_not_found", {"files": {}}),
    ("blocks.validate", "invalid_arguments", {"blocks": "{"}),
    ("blocks.validate", "invalid_message", {"message": 3}),
    ("apps.manifest.validate", "invalid_manifest", {"manifest": "{"}),
]


@pytest.mark.parametrize(("method", "code", "args"), REFUSED)
async def test_a_refused_call(
    playground: Playground, client: AsyncWebClient, method: str, code: str, args: dict
) -> None:
    """Each wrong call is refused with its own code, and nothing is posted."""
    playground.workspace.channels["C02SHARED"].members.remove("U02QDECK")  # so that eve is a stranger
    where = args.get("channel") if args.get("channel") == "C02GENERAL" else WEB
    own = (await client.chat_postMessage(channel=where, text="own"))["ts"]
    given = {key: own if value == "OWN" else value for key, value in args.items()}
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=given)
    assert caught.value.response["error"] == code
    assert len(playground.messages(where)) == 1


async def test_an_app_without_a_home_tab(playground: Playground, client: AsyncWebClient) -> None:
    """views.publish needs the Home tab switched on."""
    playground.install({"display_information": {"name": "Q"}})
    with pytest.raises(SlackApiError, match="not_enabled"):
        await client.views_publish(user_id="U02ADA", view={"type": "home", "blocks": []})


async def test_files_go_only_where_the_app_is(playground: Playground, client: AsyncWebClient) -> None:
    """Sharing a file needs a channel the app knows and is in; a missing thread is left out."""
    promise = await client.files_getUploadURLExternal(filename="a.txt", length=1)
    playground.workspace.files[promise["file_id"]].content = b"x"
    files = [{"id": promise["file_id"]}]
    for channel, code in (("C0NONE", "channel_not_found"), ("C02GENERAL", "not_in_channel")):
        with pytest.raises(SlackApiError, match=code):
            await client.files_completeUploadExternal(files=files, channel_id=channel)
    await client.files_completeUploadExternal(files=files, channel_id=WEB, thread_ts="1.000001")
    assert playground.messages("team-web")[0].thread_ts == ""


async def test_a_reply_is_broadcast_afterwards(playground: Playground, client: AsyncWebClient) -> None:
    """chat.update with reply_broadcast puts an own reply into the channel too."""
    root = (await client.chat_postMessage(channel=WEB, text="root"))["ts"]
    reply = (await client.chat_postMessage(channel=WEB, text="reply", thread_ts=root))["ts"]
    metadata = {"event_type": "e", "event_payload": {}}
    await client.chat_update(channel=WEB, ts=reply, text="for all", reply_broadcast=True, metadata=metadata)
    assert [message.text for message in playground.messages("team-web")] == ["root", "for all"]
    assert playground.messages("team-web")[1].metadata == metadata


async def test_looks_of_a_message(client: AsyncWebClient) -> None:
    """chat:write.customize lets an app choose name and icon; markdown_text becomes a markdown block."""
    look = await client.chat_postMessage(channel=WEB, text="x", username="Deck", icon_emoji=":ship:")
    assert (look["message"]["bot_profile"]["name"], look["message"]["icons"]) == ("Deck", {"emoji": ":ship:"})
    icon = await client.chat_postMessage(channel=WEB, text="x", icon_url="https://x.io/a.png")
    assert icon["message"]["icons"] == {"image_64": "https://x.io/a.png"}
    body = {"channel": WEB, "markdown_text": "**b**"}
    marked = await client.api_call("chat.postMessage", json=body)
    assert marked["message"]["blocks"][0]["type"] == "markdown"
