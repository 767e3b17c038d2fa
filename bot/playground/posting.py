"""Putting messages into channels, changing and removing them, with everything that follows: pages, rings and events."""

from dataclasses import dataclass, field
from typing import Any

from bot.playground import events
from bot.playground.channels import Channel
from bot.playground.errors import Json
from bot.playground.local import LocalSlack
from bot.playground.messages import Message, as_page, as_slack, thread_facts
from bot.playground.ringing import ring
from bot.playground.users import User


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What somebody wants to say, checked and completed."""

    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    thread_ts: str = ""
    broadcast: bool = False
    username: str = ""
    icons: Json = field(default_factory=dict)
    client_msg_id: str = ""
    subtype: str = ""


def message_from(slack: LocalSlack, channel: Channel, author: User, draft: Draft) -> Message:
    """Return a message of `author` with a fresh timestamp, not yet in the channel."""
    root = channel.messages.get(draft.thread_ts)
    return Message(
        ts=slack.now_ts(),
        channel=channel.id,
        user=author.id,
        text=draft.text,
        team=author.team_id,
        bot_id=author.bot_id,
        app_id=author.app_id,
        username=draft.username or (slack.app.name if author.id == slack.app.bot_user else author.real_name),
        icons=draft.icons,
        blocks=draft.blocks,
        attachments=draft.attachments,
        files=draft.files,
        metadata=draft.metadata,
        thread_ts=draft.thread_ts,
        parent_user=root.user if root else "",
        subtype=draft.subtype or ("thread_broadcast" if draft.broadcast else ""),
        client_msg_id=draft.client_msg_id,
        broadcast=draft.broadcast,
    )


def post(slack: LocalSlack, channel: Channel, author: User, draft: Draft) -> Message:
    """Say something in a channel: pages see it, it rings for whom it concerns, the app hears it."""
    message = message_from(slack, channel, author, draft)
    channel.messages[message.ts] = message
    show(slack, channel, message, "message")
    if message.is_reply:
        tell_thread(slack, channel, message.thread_ts)
    ring(slack, channel, message)
    events.said(slack, channel, message)
    return message


def whisper(slack: LocalSlack, channel: Channel, viewer: User, draft: Draft) -> Message:
    """Show an ephemeral message of the app to one person; in a thread only when the thread has replies."""
    message = message_from(slack, channel, slack.bot, draft)
    message.ephemeral_for = viewer.id
    if draft.thread_ts and not channel.replies(draft.thread_ts):
        return message
    slack.workspace.ephemerals.setdefault(viewer.id, {})[message.ts] = message
    slack.changes.tell([viewer.id], {"type": "ephemeral", "message": as_page(message)})
    return message


def unwhisper(slack: LocalSlack, viewer: str, ts: str) -> None:
    """Take an ephemeral message away."""
    gone = slack.workspace.ephemerals.get(viewer, {}).pop(ts, None)
    if gone:
        slack.changes.tell([viewer], {"type": "ephemeral_deleted", "channel": gone.channel, "ts": ts})


def edit(slack: LocalSlack, channel: Channel, message: Message, changed: dict[str, Any]) -> None:
    """Change fields of a message; the mark of an edit is shown only where there are no blocks. Nobody is rung."""
    before = as_slack(message)
    for name, value in changed.items():
        setattr(message, name, value)
    message.edited = {"user": message.user, "ts": slack.now_ts()}
    message.inputs.clear()
    show(slack, channel, message, "message_changed")
    events.edited(slack, channel, message, before)


def remove(slack: LocalSlack, channel: Channel, message: Message) -> None:
    """Delete a message; a root that has replies leaves a tombstone behind."""
    before = as_slack(message)
    if channel.replies(message.ts):
        message.text, message.blocks, message.attachments = "This message was deleted.", [], []
        message.subtype, message.user, message.bot_id, message.metadata = "tombstone", "USLACKBOT", "", None
        show(slack, channel, message, "message_changed")
    else:
        del channel.messages[message.ts]
        audience = slack.workspace.audience(channel)
        slack.changes.tell(audience, {"type": "message_deleted", "channel": channel.id, "ts": message.ts})
        if message.is_reply:
            tell_thread(slack, channel, message.thread_ts)
    events.deleted(slack, channel, message.ts, before)


def react(slack: LocalSlack, channel: Channel, message: Message, user: str, name: str) -> None:
    """Add a reaction of `user`."""
    message.reactions.setdefault(name, []).append(user)
    show(slack, channel, message, "reaction")
    events.reacted(slack, channel, message, (name, user), added=True)


def unreact(slack: LocalSlack, channel: Channel, message: Message, user: str, name: str) -> None:
    """Take a reaction of `user` away."""
    message.reactions[name].remove(user)
    if not message.reactions[name]:
        del message.reactions[name]
    show(slack, channel, message, "reaction")
    events.reacted(slack, channel, message, (name, user), added=False)


def show(slack: LocalSlack, channel: Channel, message: Message, kind: str) -> None:
    """Send a message to every page that shows its channel."""
    shown = as_page(message, channel.replies(message.ts))
    slack.changes.tell(slack.workspace.audience(channel), {"type": kind, "message": shown})


def tell_thread(slack: LocalSlack, channel: Channel, thread_ts: str) -> None:
    """Tell pages how many replies a thread has now."""
    root = channel.messages.get(thread_ts)
    if root is None:
        return
    facts = thread_facts(channel.replies(thread_ts), root)
    event: Json = {"type": "thread", "channel": channel.id, "thread_ts": thread_ts, "reply_count": 0}
    slack.changes.tell(slack.workspace.audience(channel), event | facts)


def notice(slack: LocalSlack, user: str, channel: str, text: str, tone: str = "error") -> None:
    """Say something to one person in Slack's own voice."""
    event = {"type": "notice", "channel": channel, "text": text, "tone": tone, "ts": slack.now_ts()}
    slack.changes.tell([user], event)


def join(slack: LocalSlack, channel: Channel, user: User, inviter: str = "") -> None:
    """Make somebody (or the app) a member."""
    if user.id in channel.members:
        return
    channel.members.append(user.id)
    for person in slack.workspace.audience(channel):
        slack.changes.tell([person], {"type": "channel", "channel": slack.channel_page(channel, person)})
    events.joined(slack, channel, user, inviter)


def rewhisper(slack: LocalSlack, message: Message) -> None:
    """Show an ephemeral message again after it was replaced in place."""
    slack.changes.tell([message.ephemeral_for], {"type": "ephemeral", "message": as_page(message)})
