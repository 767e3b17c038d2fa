"""The manifest: what the bot uses, no more and no less, in names that Slack takes."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.config.connection import Mode
from bot.config.names import RESERVED_COMMANDS
from bot.slack import events
from bot.slack.manifest import BadManifest, Description, Shortcut, create_link, manifest
from bot.slack.scopes import EVENTS, OPTIONAL_SCOPES, SCOPES, missing_optional_scopes, missing_scopes, surplus_scopes

SAID = {"/ops": Description(says="Deploy, roll back, see.", usage="deploy web staging · status · help")}


def made(*shortcuts: str, command: str = "/ops", transport: Mode = Mode.SOCKET, url: str = "") -> Any:
    return manifest(command, shortcuts, transport, url, SAID)


def test_commands() -> None:
    """Each with what Slack shows while it is typed; mentions and links arrive escaped."""
    ops, deploy = made("/deploy")["features"]["slash_commands"]
    assert ops == {
        "command": "/ops",
        "description": "Deploy, roll back, see.",
        "usage_hint": "deploy web staging · status · help",
        "should_escape": True,
    }
    assert deploy["command"] == "/deploy"
    assert deploy["description"]


@pytest.mark.parametrize("name", sorted(RESERVED_COMMANDS))
def test_reserved_names_are_refused(name: str) -> None:
    """One of them makes Slack refuse the whole manifest; the error says which, and what instead."""
    with pytest.raises(BadManifest, match=name) as caught:
        made(command=name)
    assert "such as /ops" in str(caught.value)
    with pytest.raises(BadManifest, match=name):
        made(name)


@pytest.mark.parametrize("name", ["ops", "/Ops", "/", "/a b", "/" + "x" * 32, "", "/öps"])
def test_malformed_names_are_refused(name: str) -> None:
    """Slack takes /name in lower case, at most 32 characters."""
    with pytest.raises(BadManifest, match="not a slash command"):
        made(command=name)


def test_repeated_names_are_refused() -> None:
    """A name belongs to one command."""
    with pytest.raises(BadManifest, match="same name"):
        made("/ops")


def test_socket_mode_needs_no_address() -> None:
    """And names none."""
    found = made()
    assert found["settings"]["socket_mode_enabled"] is True
    assert "http" not in json.dumps(found["settings"])
    assert "url" not in found["features"]["slash_commands"][0]


def test_http_mode_has_one_address_for_everything() -> None:
    """Commands, interactivity, options and events."""
    found = made(transport=Mode.HTTP, url="https://ops.acme.example/")
    address = "https://ops.acme.example/slack/events"
    settings = found["settings"]
    assert settings["socket_mode_enabled"] is False
    assert settings["event_subscriptions"]["request_url"] == address
    assert settings["interactivity"] == {
        "is_enabled": True,
        "request_url": address,
        "message_menu_options_url": address,
    }
    assert found["features"]["slash_commands"][0]["url"] == address


@pytest.mark.parametrize("url", ["", "ops.acme.example", "https:// space"])
def test_http_mode_without_an_address_is_refused(url: str) -> None:
    """Slack would have nowhere to go."""
    with pytest.raises(BadManifest, match=r"web\.public\.url"):
        made(transport=Mode.HTTP, url=url)


def test_every_scope_and_event_has_a_reason() -> None:
    """And no admin, no user token, no reading of channels unless somebody grants it."""
    assert all(reason for table in (SCOPES, OPTIONAL_SCOPES, EVENTS) for reason in table.values())
    assert not any(scope.startswith(("admin", "search")) for scope in SCOPES)
    assert "channels:history" not in SCOPES
    scopes = made()["oauth_config"]["scopes"]
    assert set(scopes["bot"]) == SCOPES.keys() | OPTIONAL_SCOPES.keys()
    assert set(scopes["bot_optional"]) == {"channels:history", "groups:history"}


def test_we_hear_what_we_subscribe_to_and_the_other_way_round() -> None:
    """Every event of the manifest is read somewhere, and every event that is read is in the manifest."""
    handled = {*events._NEWS, "app_home_opened", "app_mention", "member_joined_channel"} - {"channel_deleted"}
    assert set(EVENTS) - {"message.im"} == handled


def test_granted_scopes_are_compared() -> None:
    """What is missing, what would help, what is too much."""
    granted = frozenset(SCOPES) - {"commands"} | {"channels:history", "files:write"}
    assert missing_scopes(granted) == ("commands",)
    assert missing_optional_scopes(granted) == ("groups:history",)
    assert surplus_scopes(granted) == ("files:write",)
    assert missing_scopes(frozenset(SCOPES)) == ()


def test_the_menu_stays_within_slacks_lengths() -> None:
    """24, 255 and 150 characters."""
    long = Shortcut(callback="c" * 300, name="n" * 30, description="d" * 200, on_message=True)
    found: Any = manifest("/ops", (), Mode.SOCKET, "", {}, menu=(long,))
    entry = found["features"]["shortcuts"][0]
    assert [len(entry[key]) for key in ("callback_id", "name", "description")] == [255, 24, 150]
    assert entry["type"] == "message"


def test_the_link_carries_the_manifest() -> None:
    """Slack reads it from the address."""
    found = made("/deploy")
    link = create_link(found)
    assert link.startswith("https://api.slack.com/apps?new_app=1&manifest_json=")
    assert json.loads(parse_qs(urlsplit(link).query)["manifest_json"][0]) == found
    assert link.isascii()
