"""conversations.*, users.*, usergroups.*, files.* and the rest: who sees what."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Playground, Served
from tests.playground.test_messages import refused


async def test_lists_are_paged_and_show_only_what_the_app_may_know(client: AsyncWebClient) -> None:
    """Public channels and own private ones, page by page; a made-up cursor is refused."""
    names: list[str] = []
    cursor = ""
    while True:
        page = await client.conversations_list(limit=3, cursor=cursor, types="public_channel,private_channel")
        names += [channel["name"] for channel in page["channels"]]
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert names == [
        "general",
        "team-web",
        "team-api",
        "incidents",
        "alerts",
        "quarterdeck",
        "shared-partner",
        "old-stuff",
    ]
    await refused("invalid_cursor", client.conversations_list(cursor="nonsense"))
    await refused("invalid_types", client.conversations_list(types="public"))
    live = await client.conversations_list(exclude_archived=True)
    assert "old-stuff" not in [channel["name"] for channel in live["channels"]]


async def test_channels_say_what_they_are(client: AsyncWebClient) -> None:
    """is_member, is_ext_shared, is_archived and the number of members are right; unknown ones do not exist."""
    shared = (await client.conversations_info(channel="C02SHARED", include_num_members=True))["channel"]
    assert (shared["is_ext_shared"], shared["is_member"], shared["num_members"]) == (True, True, 6)
    general = (await client.conversations_info(channel="C02GENERAL"))["channel"]
    assert (general["is_member"], general["is_general"], general["is_ext_shared"]) == (False, True, False)
    await refused("channel_not_found", client.conversations_info(channel="C02LEADS"))
    await refused("not_in_channel", client.conversations_history(channel="C02GENERAL"))


async def test_history_is_newest_first_between_two_instants(client: AsyncWebClient) -> None:
    """`oldest`, `latest` and `inclusive` bound the history; `limit` pages it."""
    stamps = [(await client.chat_postMessage(channel="C02TEAMWEB", text=str(n)))["ts"] for n in range(5)]
    between = await client.conversations_history(channel="C02TEAMWEB", oldest=stamps[1], latest=stamps[3])
    assert [message["text"] for message in between["messages"]] == ["2"]
    around = await client.conversations_history(
        channel="C02TEAMWEB", oldest=stamps[1], latest=stamps[3], inclusive=True
    )
    assert [message["text"] for message in around["messages"]] == ["3", "2", "1"]
    first = await client.conversations_history(channel="C02TEAMWEB", limit=2)
    assert (first["has_more"], [message["text"] for message in first["messages"]]) == (True, ["4", "3"])
    await refused("invalid_ts_oldest", client.conversations_history(channel="C02TEAMWEB", oldest="yesterday"))


async def test_joining_and_members(playground: Playground, client: AsyncWebClient) -> None:
    """An app joins public channels only, and is then a member."""
    await client.conversations_join(channel="C02GENERAL")
    members = (await client.conversations_members(channel="C02GENERAL"))["members"]
    assert "U02QDECK" in members
    assert (await client.conversations_join(channel="C02GENERAL"))["warning"] == "already_in_channel"
    await refused("is_archived", client.conversations_join(channel="C02OLD"))
    mine = await client.users_conversations()
    assert "C02GENERAL" in [channel["id"] for channel in mine["channels"]]
    playground.people.join("ada", "leads", "quarterdeck")
    await refused("method_not_supported_for_channel_type", client.conversations_join(channel="C02LEADS"))


async def test_opening_direct_messages(client: AsyncWebClient) -> None:
    """One person or several; deactivated, unknown and unreachable people are refused."""
    opened = (await client.conversations_open(users="U02ADA", return_im=True))["channel"]
    assert (opened["is_im"], opened["user"]) == (True, "U02ADA")
    assert (await client.conversations_open(users="U02ADA"))["already_open"]
    group = (await client.conversations_open(users=["U02ADA", "U02GRACE"]))["channel"]["id"]
    assert (await client.conversations_info(channel=group))["channel"]["is_mpim"]
    await refused("user_disabled", client.conversations_open(users="U02DORA"))
    await refused("user_not_found", client.conversations_open(users="U0NOBODY"))
    await refused("users_list_not_supplied", client.api_call("conversations.open", json={}))


async def test_people_of_every_kind(playground: Playground, client: AsyncWebClient) -> None:
    """Guests, strangers, deactivated people and bots can be told apart by users.info."""

    async def user(who: str) -> dict:
        return (await client.users_info(user=who))["user"]

    assert (await user("U02GRACE"))["is_owner"]
    assert (await user("U02LINUS"))["is_admin"]
    assert (await user("U02GUS"))["is_restricted"]
    assert (await user("U02DORA"))["deleted"]
    assert (await user("U02DEPLOYBOT"))["is_bot"]
    eve = await user("U02EVE")
    assert (eve["team_id"], eve["is_stranger"]) == ("T02PARTNER", False)
    playground.workspace.channels["C02SHARED"].members.remove("U02QDECK")
    assert (await user("U02EVE"))["is_stranger"]
    await refused("user_not_found", client.users_info(user="U0NOBODY"))


async def test_finding_people(client: AsyncWebClient) -> None:
    """By address only active ones; the list is paged; bots and team describe themselves."""
    assert (await client.users_lookupByEmail(email="Ada@acme.example"))["user"]["id"] == "U02ADA"
    await refused("users_not_found", client.users_lookupByEmail(email="dora@acme.example"))
    first = await client.users_list(limit=4)
    rest = await client.users_list(limit=10, cursor=first["response_metadata"]["next_cursor"])
    assert len(first["members"]) + len(rest["members"]) == 9
    assert (await client.bots_info(bot="B02QDECK"))["bot"]["user_id"] == "U02QDECK"
    await refused("bot_not_found", client.bots_info(bot="B0NONE"))
    assert (await client.team_info())["team"]["domain"] == "acme"


async def test_user_groups(client: AsyncWebClient) -> None:
    """Groups are listed with members on request, and one by one."""
    groups = (await client.usergroups_list(include_users=True))["usergroups"]
    assert {group["handle"]: group["users"] for group in groups} == {
        "engineering": ["U02ADA", "U02GRACE", "U02LINUS"],
        "backend-leads": ["U02GRACE"],
    }
    assert (await client.usergroups_users_list(usergroup="S02BACKLEADS"))["users"] == ["U02GRACE"]
    await refused("no_such_subteam", client.usergroups_users_list(usergroup="S0NONE"))


async def test_a_file_is_uploaded_and_shared(playground: Playground, served: Served, client: AsyncWebClient) -> None:
    """The SDK's upload goes through the promised URL, shows in the channel, and downloads as plain text."""
    shared = await client.files_upload_v2(
        channel="C02TEAMWEB", content="line 1\n<script>", filename="deploy.log", title="Log", initial_comment="The log"
    )
    message = playground.messages("team-web")[-1]
    assert (message.text, message.files[0]["title"], message.subtype) == ("The log", "Log", "file_share")
    async with aiohttp.ClientSession() as session, session.get(message.files[0]["url_private"]) as answer:
        assert await answer.text() == "line 1\n<script>"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    described = await client.files_info(file=shared["file"]["id"])
    assert described["file"]["name"] == "deploy.log"
    await refused("file_not_found", client.files_info(file="F0NONE"))
    body = {"files": [{"id": "F0NONE"}], "channel_id": "C02TEAMWEB"}
    await refused("file_not_found", client.api_call("files.completeUploadExternal", json=body))


async def test_blocks_and_manifests_can_be_validated(client: AsyncWebClient) -> None:
    """blocks.validate answers with pointers and constraints; a manifest with a reserved command is refused."""
    with pytest.raises(SlackApiError) as caught:
        await client.api_call("blocks.validate", json={"blocks": [{"type": "section", "text": {"type": "invalid"}}]})
    assert caught.value.response["errors"] == [
        {
            "code": "failed_constraint",
            "message": "unsupported type: invalid",
            "pointer": "/0/text/type",
            "constraint": {"type": "enum", "expected": ["mrkdwn", "plain_text"]},
        }
    ]
    view = {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": []}
    assert (await client.api_call("blocks.validate", json={"view": view}))["ok"]
    assert (await client.api_call("blocks.validate", json={"message": {"text": "x"}}))["ok"]
    await refused("invalid_arguments", client.api_call("blocks.validate", json={}))
    manifest = {
        "display_information": {"name": "Q"},
        "features": {"slash_commands": [{"command": "/status", "description": "x"}]},
    }
    with pytest.raises(SlackApiError) as caught:
        await client.apps_manifest_validate(manifest=manifest)
    assert caught.value.response["errors"][0]["message"] == "/status is reserved by Slack"
