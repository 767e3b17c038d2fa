"""What an administrator changes, what the app hears of it, and manifests."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import PersonError, Playground, PlaygroundError
from bot.playground.installation import RESERVED
from bot.playground.manifests import manifest_problems


@pytest.fixture
def heard(playground: Playground) -> list[dict]:
    """Return the events that go to the app, as they are sent."""
    sent: list[dict] = []
    playground.slack.dispatch.event = lambda _name, payload: sent.append(payload["event"])  # type: ignore[method-assign]
    return sent


def test_people_and_groups_change(playground: Playground, heard: list[dict]) -> None:
    """user_change carries the person as users.info shows them; a group says who came and went."""
    playground.administration.change_kind("linus", "deactivated")
    playground.administration.change_group("@backend-leads", ["ada", "linus"])
    assert (heard[0]["type"], heard[0]["user"]["id"], heard[0]["user"]["deleted"]) == ("user_change", "U02LINUS", True)
    assert heard[1]["type"] == "subteam_members_changed"
    assert (heard[1]["added_users"], heard[1]["removed_users"]) == (["U02ADA", "U02LINUS"], ["U02GRACE"])
    with pytest.raises(PersonError, match="no group"):
        playground.administration.change_group("nobody", [])


def test_channels_change(playground: Playground, heard: list[dict]) -> None:
    """Renaming, archiving, sharing and unsharing are heard in channels the app is in, and only there."""
    admin = playground.administration
    admin.rename("team-web", "web")
    admin.archive("#team-api")
    admin.share("incidents")
    admin.unshare("shared-partner")
    admin.rename("general", "everybody")
    assert [event["type"] for event in heard] == [
        "channel_rename",
        "channel_archive",
        "channel_shared",
        "channel_unshared",
    ]
    assert heard[0]["channel"]["name"] == "web"
    assert heard[2]["connected_team_id"] == "T02PARTNER"
    assert heard[3]["previously_connected_team_id"] == "T02PARTNER"
    assert "U02EVE" not in playground.workspace.channel("shared-partner").members
    admin.remove("quarterdeck", "incidents")
    admin.archive("incidents")
    assert len(heard) == 4


async def test_an_uninstalled_app_is_told_and_then_locked_out(
    playground: Playground, heard: list[dict], client: AsyncWebClient
) -> None:
    """tokens_revoked and app_uninstalled, then account_inactive."""
    playground.administration.uninstall()
    assert [event["type"] for event in heard] == ["tokens_revoked", "app_uninstalled"]
    with pytest.raises(SlackApiError, match="account_inactive"):
        await client.auth_test()


def test_only_what_was_subscribed_and_granted_is_sent(playground: Playground, heard: list[dict]) -> None:
    """An event without subscription, or without its scope, is not sent."""
    playground.install(
        whole(settings={"event_subscriptions": {"bot_events": ["user_change", "subteam_members_changed"]}})
    )
    playground.administration.change_kind("linus", "guest")
    playground.administration.change_group("engineering", [])
    playground.administration.rename("team-web", "web")
    assert [event["type"] for event in heard] == ["user_change"]


def whole(**more: Any) -> dict:
    return {
        "display_information": {"name": "Quarterdeck"},
        "oauth_config": {"scopes": {"bot": ["users:read"], "bot_optional": ["chat:write"]}},
    } | more


def test_a_manifest_installs(playground: Playground) -> None:
    """Name, scopes with the optional ones, commands and shortcuts are taken from the manifest."""
    features = {
        "bot_user": {"display_name": "Deck"},
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": False},
        "slash_commands": [{"command": "/ops", "description": "d", "usage_hint": "u", "should_escape": True}],
    }
    playground.install(whole(features=features))
    app = playground.slack.app
    assert (app.name, app.scopes, app.home, app.messages) == ("Deck", ("chat:write", "users:read"), True, False)
    assert app.command("/ops") is not None
    assert app.command("/deploy") is None
    assert playground.workspace.user("quarterdeck").real_name == "Deck"


def command(word: object = "/ops", description: object = "d", **more: object) -> dict:
    return {"features": {"slash_commands": [{"command": word, "description": description, **more}]}}


BAD: list[tuple[object, str, str]] = [
    ([], "", "must provide an object"),
    ({}, "/display_information", "missing required field"),
    ({"display_information": {}}, "/display_information/name", "missing required field"),
    ({"display_information": {"name": ""}}, "/display_information/name", "must be more than 0 characters"),
    ({"display_information": {"name": 3}}, "/display_information/name", "must provide a string"),
    ({"display_information": {"name": "x" * 36}}, "/display_information/name", "must be less than 36 characters"),
    (
        {"display_information": {"name": "x", "long_description": "short"}},
        "/display_information/long_description",
        "must be more than 174 characters",
    ),
    (whole(surprise=1), "/surprise", "invalid additional property: surprise"),
    (whole(**command("/status")), "/features/slash_commands/0/command", "/status is reserved by Slack"),
    (
        whole(**command("/Ops")),
        "/features/slash_commands/0/command",
        "must begin with / and have 1 to 31 of a-z, 0-9, - and _ after it",
    ),
    (whole(**command("/ops", None)), "/features/slash_commands/0/description", "missing required field"),
    (whole(features={"slash_commands": [3]}), "/features/slash_commands/0", "must provide an object"),
    (whole(features={"slash_commands": 3}), "/features/slash_commands", "must provide an array"),
    (whole(features={"shortcuts": [{}] * 11}), "/features/shortcuts", "no more than 10 items allowed"),
    (whole(features={"shortcuts": [3]}), "/features/shortcuts/0", "must provide an object"),
    (
        whole(features={"shortcuts": [{"type": "local"}]}),
        "/features/shortcuts/0/type",
        "must be a valid enum value: global, message",
    ),
    (
        whole(features={"bot_user": {"display_name": "x" * 81}}),
        "/features/bot_user/display_name",
        "must be less than 81 characters",
    ),
    (
        whole(oauth_config={"scopes": {"bot": ["a"] * 256}}),
        "/oauth_config/scopes/bot",
        "no more than 255 items allowed",
    ),
    (
        whole(settings={"event_subscriptions": {"bot_events": ["a"] * 101}}),
        "/settings/event_subscriptions/bot_events",
        "no more than 100 items allowed",
    ),
]


@pytest.mark.parametrize(("manifest", "pointer", "message"), BAD)
def test_what_slack_refuses_in_a_manifest(manifest: object, pointer: str, message: str) -> None:
    """Each limit is refused with a pointer."""
    assert (pointer, message) in [(p["pointer"], p["message"]) for p in manifest_problems(manifest, RESERVED)]


def test_a_command_declared_twice_and_the_whole_refusal(playground: Playground) -> None:
    """The same command twice is refused; `install` lists everything at once."""
    twice = whole(features={"slash_commands": [{"command": "/ops", "description": "d"}] * 2})
    with pytest.raises(PlaygroundError, match=r"/ops is declared twice; .*/ops is declared twice"):
        playground.install(twice)
