"""What the app hears by itself: Events API payloads, sent only where subscription, scope and membership allow."""

from bot.playground.channels import EVENT_TYPE, FAMILY, Channel
from bot.playground.errors import Json
from bot.playground.local import LocalSlack
from bot.playground.messages import Message, as_slack
from bot.playground.users import User, UserGroup

SCOPE_OF = {
    "app_mention": "app_mentions:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "user_change": "users:read",
    "subteam_members_changed": "usergroups:read",
    "link_shared": "links:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "channel_rename": "channels:read",
    "channel_archive": "channels:read",
    "channel_shared": "channels:read",
    "channel_unshared": "channels:read",
}
"""The scope without which Slack does not send an event, by its name in the manifest."""


def emit(slack: LocalSlack, subscription: str, event: Json, channel: Channel | None = None) -> None:
    """Send `event` to the app when it subscribed, has the scope, and is in `channel`."""
    scope = SCOPE_OF.get(subscription)
    if not slack.app.wants(subscription) or (scope and not slack.app.has(scope)):
        return
    if channel is not None and slack.app.bot_user not in channel.members:
        return
    slack.dispatch.event(event["type"], wrapped(slack, event, shared=bool(channel and channel.is_ext_shared)))


def wrapped(slack: LocalSlack, event: Json, *, shared: bool) -> Json:
    """Return the `event_callback` around an event."""
    team = slack.team_id
    grant = {"enterprise_id": None, "team_id": team, "user_id": slack.app.bot_user, "is_bot": True}
    outer: Json = {"token": slack.tokens.verification, "team_id": team, "context_team_id": team}
    outer |= {"context_enterprise_id": None, "api_app_id": slack.app.app_id, "event": event, "type": "event_callback"}
    outer |= {"event_id": f"Ev{slack.chance.code(9)}", "event_time": int(slack.clock.now())}
    outer |= {"authorizations": [grant | {"is_enterprise_install": False}], "is_ext_shared_channel": shared}
    return outer | {"event_context": f"4-{slack.chance.letters(40)}"}


def said(slack: LocalSlack, channel: Channel, message: Message) -> None:
    """Tell the app about a new message: as `message` and, when it is mentioned, as `app_mention` too."""
    event = as_slack(message, metadata=True) | {"channel": channel.id, "event_ts": message.ts}
    event["channel_type"] = str(EVENT_TYPE[channel.kind])
    event |= _origin(slack, message)
    emit(slack, f"message.{FAMILY[channel.kind]}", event, channel)
    mentioned = f"<@{slack.app.bot_user}>" in message.text or f"<@{slack.app.bot_user}|" in message.text
    if mentioned and not channel.is_direct and message.bot_id != slack.app.bot_id:
        mention = {key: value for key, value in event.items() if key not in {"channel_type", "subtype"}}
        emit(slack, "app_mention", mention | {"type": "app_mention"}, channel)


def _origin(slack: LocalSlack, message: Message) -> Json:
    if message.team == slack.team_id:
        return {}
    return {"user_team": message.team, "source_team": message.team}


def edited(slack: LocalSlack, channel: Channel, message: Message, before: Json) -> None:
    """Tell the app that a message changed."""
    event = {"type": "message", "subtype": "message_changed", "hidden": True, "channel": channel.id}
    event |= {"message": as_slack(message), "previous_message": before, "channel_type": EVENT_TYPE[channel.kind]}
    stamp = slack.now_ts()
    emit(slack, f"message.{FAMILY[channel.kind]}", event | {"ts": stamp, "event_ts": stamp}, channel)


def deleted(slack: LocalSlack, channel: Channel, ts: str, before: Json) -> None:
    """Tell the app that a message was deleted."""
    event = {"type": "message", "subtype": "message_deleted", "hidden": True, "channel": channel.id, "deleted_ts": ts}
    event |= {"previous_message": before, "channel_type": EVENT_TYPE[channel.kind]}
    stamp = slack.now_ts()
    emit(slack, f"message.{FAMILY[channel.kind]}", event | {"ts": stamp, "event_ts": stamp}, channel)


def reacted(slack: LocalSlack, channel: Channel, message: Message, reaction: tuple[str, str], *, added: bool) -> None:
    """Tell the app about a reaction `(name, user)`."""
    name, user = reaction
    kind = "reaction_added" if added else "reaction_removed"
    item = {"type": "message", "channel": channel.id, "ts": message.ts}
    event: Json = {"type": kind, "user": user, "reaction": name, "item": item, "item_user": message.user}
    emit(slack, kind, event | {"event_ts": slack.now_ts()}, channel)


def joined(slack: LocalSlack, channel: Channel, user: User, inviter: str = "") -> None:
    """Tell the app that somebody (perhaps itself) joined a channel it is in."""
    letter = "C" if channel.id.startswith("C") else "G"
    event: Json = {"type": "member_joined_channel", "user": user.id, "channel": channel.id, "channel_type": letter}
    event |= {"team": user.team_id, "event_ts": slack.now_ts()} | ({"inviter": inviter} if inviter else {})
    emit(slack, "member_joined_channel", event, channel)


def home_opened(slack: LocalSlack, user: User, channel: Channel, tab: str) -> None:
    """Tell the app that somebody looks at its Home or Messages tab; its published view comes along."""
    event: Json = {"type": "app_home_opened", "user": user.id, "channel": channel.id, "tab": tab}
    event["event_ts"] = slack.now_ts()
    home = slack.desk.homes.get(user.id)
    emit(slack, "app_home_opened", event | ({"view": slack.desk.shape(home)} if home and tab == "home" else {}))


def user_changed(slack: LocalSlack, user: User) -> None:
    """Tell the app that a person's account changed."""
    shown = user.as_slack(email=slack.app.has("users:read.email"), stranger=False)
    stamp = slack.now_ts()
    emit(
        slack,
        "user_change",
        {"type": "user_change", "user": shown, "cache_ts": int(slack.clock.now()), "event_ts": stamp},
    )


def group_changed(slack: LocalSlack, group: UserGroup, before: tuple[str, ...]) -> None:
    """Tell the app that a user group has other members."""
    added = [user for user in group.users if user not in before]
    removed = [user for user in before if user not in group.users]
    event: Json = {"type": "subteam_members_changed", "subteam_id": group.id, "team_id": slack.team_id}
    event |= {"date_previous_update": int(slack.clock.now()), "date_update": int(slack.clock.now())}
    event |= {"added_users": added, "added_users_count": len(added)}
    event |= {"removed_users": removed, "removed_users_count": len(removed), "event_ts": slack.now_ts()}
    emit(slack, "subteam_members_changed", event)


def channel_changed(slack: LocalSlack, kind: str, channel: Channel) -> None:
    """Tell the app that a channel was renamed, archived or shared (`kind` is Slack's event name)."""
    whole = {"id": channel.id, "name": channel.name, "name_normalized": channel.name, "created": 1_767_225_600}
    named = kind == "channel_rename"
    event: Json = {"type": kind, "channel": whole | {"is_channel": True, "is_mpim": False} if named else channel.id}
    if kind in {"channel_shared", "channel_unshared"}:
        event["connected_team_id" if kind == "channel_shared" else "previously_connected_team_id"] = (
            slack.workspace.partner.id
        )
    elif not named:
        event["user"] = channel.creator
    emit(slack, kind, event | {"event_ts": slack.now_ts()}, channel)
