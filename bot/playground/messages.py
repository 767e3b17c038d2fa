"""Messages as the workspace keeps them, and the shapes in which the API and the page show them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.playground.errors import Json


@dataclass(kw_only=True)
class Message:
    """One message of a channel. Mutable: edits and reactions change it in place; `ts` never changes."""

    ts: str
    channel: str
    user: str
    text: str
    team: str
    bot_id: str = ""
    app_id: str = ""
    username: str = ""
    icons: Json = field(default_factory=dict)
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    thread_ts: str = ""
    parent_user: str = ""
    subtype: str = ""
    client_msg_id: str = ""
    broadcast: bool = False
    edited: Json | None = None
    ephemeral_for: str = ""
    reactions: dict[str, list[str]] = field(default_factory=dict)
    inputs: dict[str, Json] = field(default_factory=dict)
    """Per person, what they have chosen in the message's inputs: `{user: {block_id: {action_id: …}}}`."""

    @property
    def is_reply(self) -> bool:
        """Tell whether this message hangs under another one."""
        return bool(self.thread_ts) and self.thread_ts != self.ts


def reaction_list(message: Message) -> list[Json]:
    """Return Slack's `reactions` list."""
    return [{"name": name, "users": list(who), "count": len(who)} for name, who in message.reactions.items()]


def thread_facts(replies: Iterable[Message], root: Message) -> Json:
    """Return `thread_ts`, `reply_count` and the like for a root message that has replies, else nothing."""
    replies = list(replies)
    if not replies:
        return {}
    people = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": root.ts,
        "reply_count": len(replies),
        "reply_users_count": len(people),
        "latest_reply": replies[-1].ts,
        "reply_users": people[:5],
        "is_locked": False,
        "subscribed": False,
    }


def bot_profile(message: Message) -> Json:
    """Return Slack's `bot_profile` object for a message of an app."""
    icons = {f"image_{size}": f"https://a.slack-edge.com/80588/img/plugins/app/bot_{size}.png" for size in (36, 48, 72)}
    shown: Json = {"id": message.bot_id, "app_id": message.app_id, "name": message.username, "icons": icons}
    return shown | {"deleted": False, "updated": 1_767_225_600, "team_id": message.team}


def as_slack(message: Message, replies: Iterable[Message] = (), *, metadata: bool = False) -> Json:
    """Return the message as `conversations.history` shows it; `replies` are needed for a root message."""
    shown: Json = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": message.team,
    }
    if message.bot_id:
        shown |= {"bot_id": message.bot_id, "app_id": message.app_id, "bot_profile": bot_profile(message)}
    optional = {
        "subtype": message.subtype,
        "client_msg_id": message.client_msg_id,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "edited": message.edited,
        "files": message.files,
        "reactions": reaction_list(message),
        "metadata": message.metadata if metadata else None,
        "icons": message.icons,
    }
    shown |= {key: value for key, value in optional.items() if value}
    if message.is_reply:
        return shown | {"thread_ts": message.thread_ts, "parent_user_id": message.parent_user}
    return shown | thread_facts(replies, message)


def as_page(message: Message, replies: Iterable[Message] = ()) -> Json:
    """Return the message as the page shows it; what a person typed goes as text, what an app posted with its blocks."""
    shown: Json = {"ts": message.ts, "channel": message.channel, "user": message.user, "username": message.username}
    shown |= {
        "text": message.text,
        "blocks": message.blocks if message.bot_id else [],
        "attachments": message.attachments,
    }
    shown |= {
        "edited": bool(message.edited and not message.blocks),
        "ephemeral": bool(message.ephemeral_for),
        "broadcast": message.broadcast,
    }
    shown |= {"reactions": reaction_list(message), "files": [_page_file(file) for file in message.files]}
    optional = {"bot_id": message.bot_id, "subtype": message.subtype, "thread_ts": message.thread_ts}
    shown |= {key: value for key, value in optional.items() if value}
    return shown if message.is_reply else shown | thread_facts(replies, message)


def _page_file(file: Json) -> Json:
    shown = {key: file[key] for key in ("id", "name", "mimetype", "size")}
    return shown | {"url": file["url_private"]}
