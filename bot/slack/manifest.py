"""The app manifest, made from the configuration, so that it cannot drift from what the bot does."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from bot.config.connection import Mode
from bot.config.names import RESERVED_COMMANDS
from bot.domain.messages import Json
from bot.errors import QuarterdeckError
from bot.slack.scopes import EVENTS, OPTIONAL_SCOPES, SCOPES

NAME = "Quarterdeck"
PATH = "/slack/events"
CREATE = "https://api.slack.com/apps?new_app=1&manifest_json="
_COMMAND = re.compile(r"/[a-z0-9][a-z0-9_-]{0,30}")
_URL = re.compile(r"https?://[^\s]+")
_DESCRIPTION = "Deploy, roll back and see what is live."
_LONG = (
    "Deploy, roll back and see what is live, from Slack. Every deployment is shown before it happens, is started at most once, and its "
    "outcome is always reported. Runs on your own machines: nothing leaves them but messages to this workspace."
)


class BadManifest(QuarterdeckError):
    """Slack would refuse the manifest; says which name, why, and what to write instead."""


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    """An entry of Slack's ⚡ menu; `on_message` puts it into a message's own menu."""

    callback: str
    name: str
    description: str
    on_message: bool = False


SHORTCUTS = (
    Shortcut(callback="deploy", name="Deploy…", description="Choose what to deploy, and see what will change"),
    Shortcut(
        callback="deploy_this", name="Deploy this…", description="Deploy the change in this message", on_message=True
    ),
)


@dataclass(frozen=True, kw_only=True)
class Description:
    """What Slack shows while a command is typed."""

    says: str
    usage: str = ""


def manifest(
    command: str,
    shortcuts: Sequence[str],
    transport: Mode,
    url: str,
    descriptions: Mapping[str, Description],
    menu: Sequence[Shortcut] = SHORTCUTS,
) -> dict[str, Json]:
    """The manifest as JSON. `descriptions` is by command with its slash; `url` is the public address, for HTTP mode only.

    Raises BadManifest for names that Slack keeps for itself (one of them makes Slack refuse the whole manifest), for
    malformed or repeated names, and for HTTP mode without a url.
    """
    names = [command, *shortcuts]
    for name in names:
        _check(name)
    if len(set(names)) < len(names):
        raise BadManifest("slack.shortcuts: two commands have the same name; name each once")
    address = _address(transport, url)
    return {
        "display_information": {
            "name": NAME,
            "description": _DESCRIPTION,
            "long_description": _LONG,
            "background_color": "#12263a",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": NAME.lower(), "always_online": True},
            "shortcuts": [_menu_entry(entry) for entry in menu],
            "slash_commands": [_slash(name, descriptions.get(name), address) for name in names],
        },
        # `bot_optional` marks scopes of `bot` that whoever installs the app may leave out
        "oauth_config": {"scopes": {"bot": [*SCOPES, *OPTIONAL_SCOPES], "bot_optional": list(OPTIONAL_SCOPES)}},
        "settings": {
            "event_subscriptions": {**_request_url(address), "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **_request_url(address), **_options_url(address)},
            "org_deploy_enabled": False,
            "socket_mode_enabled": transport is Mode.SOCKET,
            "token_rotation_enabled": False,
        },
    }


def _check(name: str) -> None:
    if name in RESERVED_COMMANDS:
        raise BadManifest(
            f"{name}: Slack keeps this name for itself and would refuse the whole app; choose another, such as /ops"
        )
    if not _COMMAND.fullmatch(name):
        raise BadManifest(f"{name!r}: not a slash command; write /name with a-z, 0-9, - and _, at most 32 characters")


def _address(transport: Mode, url: str) -> str:
    if transport is Mode.SOCKET:
        return ""
    if not _URL.fullmatch(url):
        raise BadManifest(
            "web.public.url: HTTP mode needs the address at which Slack reaches the bot, such as https://ops.acme.example"
        )
    return url.rstrip("/") + PATH


def _request_url(address: str) -> dict[str, Json]:
    return {"request_url": address} if address else {}


def _options_url(address: str) -> dict[str, Json]:
    return {"message_menu_options_url": address} if address else {}


def _slash(name: str, description: Description | None, address: str) -> dict[str, Json]:
    shown = description or Description(says=_DESCRIPTION)
    slash: dict[str, Json] = {"command": name, "description": shown.says[:2000] or _DESCRIPTION, "should_escape": True}
    if shown.usage:
        slash["usage_hint"] = shown.usage[:1000]
    if address:
        slash["url"] = address
    return slash


def _menu_entry(entry: Shortcut) -> dict[str, Json]:
    return {
        "name": entry.name[:24],
        "type": "message" if entry.on_message else "global",
        "callback_id": entry.callback[:255],
        "description": entry.description[:150],
    }


def create_link(made: Mapping[str, Json]) -> str:
    """A link that opens Slack's page for a new app with this manifest filled in."""
    return CREATE + quote(json.dumps(made, separators=(",", ":"), ensure_ascii=False), safe="")
