"""What Slack sends when a person does something: slash commands, block actions, view submissions, shortcuts, suggestions."""

from dataclasses import dataclass
from typing import Any

from bot.playground.channels import Channel, ChannelKind
from bot.playground.errors import Json
from bot.playground.local import LocalSlack
from bot.playground.messages import Message, as_slack
from bot.playground.modals import View
from bot.playground.rights import ResponseUrl
from bot.playground.users import User


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where an interaction happened: in a message of a channel, or in a view."""

    channel: Channel | None = None
    message: Message | None = None
    view: View | None = None


def channel_name(channel: Channel) -> str:
    """Return the name payloads give a channel: private ones and direct messages go unnamed."""
    if channel.is_direct:
        return "directmessage"
    return "privategroup" if channel.kind is ChannelKind.PRIVATE else channel.name


def _who(user: User) -> Json:
    return {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id}


def common(slack: LocalSlack, kind: str, user: User, *, own_team: bool = False) -> Json:
    """Return what every interaction carries; `own_team`: the person's team instead of the app's (views do that)."""
    team = slack.workspace.partner if own_team and user.team_id != slack.team_id else slack.workspace.team
    shown: Json = {"type": kind, "team": {"id": team.id, "domain": team.domain}, "user": _who(user)}
    shown |= {"api_app_id": slack.app.app_id, "token": slack.tokens.verification, "enterprise": None}
    return shown | {"is_enterprise_install": False}


def response_url(slack: LocalSlack, family: str, right: ResponseUrl) -> str:
    """Return a new response URL on this server."""
    return slack.base_url + slack.response_urls.mint(family, right)


def command(slack: LocalSlack, user: User, channel: Channel, word: str, text: str) -> Json:
    """Return a slash command payload; `text` already escaped as the command wants it."""
    right = ResponseUrl(
        user=user.id, channel=channel.id, until=slack.response_urls.life(), typed=f"{word} {text}".strip()
    )
    shown: Json = {
        "token": slack.tokens.verification,
        "team_id": slack.team_id,
        "team_domain": slack.workspace.team.domain,
    }
    shown |= {
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
    }
    shown |= {"command": word, "text": text, "api_app_id": slack.app.app_id, "is_enterprise_install": "false"}
    shown |= {"response_url": response_url(slack, "commands", right), "trigger_id": slack.triggers.mint(user.id)}
    return shown


def _message_right(slack: LocalSlack, user: User, channel: Channel, message: Message) -> ResponseUrl:
    return ResponseUrl(
        user=user.id,
        channel=channel.id,
        until=slack.response_urls.life(),
        message_ts=message.ts,
        ephemeral=bool(message.ephemeral_for),
        thread_ts=message.thread_ts,
    )


def container(spot: Spot) -> Json:
    """Return the `container` of an interaction."""
    if spot.view is not None:
        return {"type": "view", "view_id": spot.view.id}
    assert spot.message is not None
    message = spot.message
    shown: Json = {"type": "message", "message_ts": message.ts, "channel_id": message.channel}
    shown["is_ephemeral"] = bool(message.ephemeral_for)
    return shown | ({"thread_ts": message.thread_ts} if message.thread_ts else {})


def block_actions(slack: LocalSlack, user: User, spot: Spot, action: Json, values: Json) -> Json:
    """Return a block_actions payload for one action; `values` is the state of the other inputs."""
    view = spot.view
    shown = common(slack, "block_actions", user, own_team=view is not None) | {"container": container(spot)}
    shown["actions"] = [action]
    if view is not None:
        modal = "" if view.definition.get("type") == "home" else view.id
        return shown | {"trigger_id": slack.triggers.mint(user.id, modal), "view": slack.desk.shape(view)}
    channel, message = spot.channel, spot.message
    assert channel is not None
    assert message is not None
    shown |= {"trigger_id": slack.triggers.mint(user.id), "channel": {"id": channel.id, "name": channel_name(channel)}}
    if not message.ephemeral_for:
        shown["message"] = as_slack(message, channel.replies(message.ts))
    shown["state"] = {"values": values}
    url = response_url(slack, "actions", _message_right(slack, user, channel, message))
    return shown | {"response_url": url}


def suggestion(slack: LocalSlack, user: User, spot: Spot, element: tuple[Json, Json], value: str) -> Json:
    """Return a block_suggestion payload for `(block, element)` and what was typed so far."""
    block, inner = element
    shown = common(slack, "block_suggestion", user, own_team=spot.view is not None) | {"container": container(spot)}
    shown |= {"action_id": inner["action_id"], "block_id": block["block_id"], "value": value}
    if spot.view is not None:
        return shown | {"view": slack.desk.shape(spot.view)}
    assert spot.channel is not None
    assert spot.message is not None
    shown["channel"] = {"id": spot.channel.id, "name": channel_name(spot.channel)}
    return shown | ({} if spot.message.ephemeral_for else {"message": as_slack(spot.message)})


def view_submission(slack: LocalSlack, user: User, view: View) -> Json:
    """Return a view_submission payload with what is filled in now."""
    shown = common(slack, "view_submission", user, own_team=True) | {"view": slack.desk.shape(view)}
    return shown | {
        "trigger_id": slack.triggers.mint(user.id, view.id),
        "response_urls": _response_urls(slack, user, view),
    }


def _response_urls(slack: LocalSlack, user: User, view: View) -> list[Json]:
    urls = []
    for block in view.definition["blocks"]:
        element = block.get("element") or {}
        if not element.get("response_url_enabled"):
            continue
        state: dict[str, Any] = view.values[block["block_id"]][element["action_id"]]
        channel = state.get("selected_conversation") or state.get("selected_channel")
        if channel:
            right = ResponseUrl(user=user.id, channel=channel, until=slack.response_urls.life())
            entry = {"block_id": block["block_id"], "action_id": element["action_id"], "channel_id": channel}
            urls.append(entry | {"response_url": response_url(slack, "app", right)})
    return urls


def view_closed(slack: LocalSlack, user: User, view: View, *, cleared: bool) -> Json:
    """Return a view_closed payload."""
    shown = common(slack, "view_closed", user, own_team=True)
    return shown | {"view": slack.desk.shape(view), "is_cleared": cleared}


def global_shortcut(slack: LocalSlack, user: User, callback_id: str) -> Json:
    """Return the payload of a global shortcut."""
    shown = common(slack, "shortcut", user) | {"callback_id": callback_id, "action_ts": slack.now_ts()}
    shown.pop("api_app_id")
    shown["user"].pop("name")
    return shown | {"trigger_id": slack.triggers.mint(user.id)}


def message_shortcut(slack: LocalSlack, user: User, channel: Channel, message: Message, callback_id: str) -> Json:
    """Return the payload of a message shortcut."""
    shown = common(slack, "message_action", user) | {"callback_id": callback_id, "action_ts": slack.now_ts()}
    shown.pop("api_app_id")
    shown["user"].pop("username")
    shown |= {"channel": {"id": channel.id, "name": channel_name(channel)}, "message_ts": message.ts}
    shown |= {"trigger_id": slack.triggers.mint(user.id), "message": as_slack(message, channel.replies(message.ts))}
    url = response_url(slack, "app", _message_right(slack, user, channel, message))
    return shown | {"response_url": url}
