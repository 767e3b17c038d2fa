"""Channels, private channels and direct messages, with their members, messages and what each person has not read."""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.playground.errors import Json
from bot.playground.messages import Message
from bot.playground.users import CREATED


class ChannelKind(StrEnum):
    """What a conversation is; the names are Slack's types."""

    PUBLIC = "public_channel"
    PRIVATE = "private_channel"
    IM = "im"
    MPIM = "mpim"


FAMILY = {ChannelKind.PUBLIC: "channels", ChannelKind.PRIVATE: "groups", ChannelKind.IM: "im", ChannelKind.MPIM: "mpim"}
"""The word Slack's scopes and message events use for each kind."""
EVENT_TYPE = {
    ChannelKind.PUBLIC: "channel",
    ChannelKind.PRIVATE: "group",
    ChannelKind.IM: "im",
    ChannelKind.MPIM: "mpim",
}


@dataclass(kw_only=True)
class Channel:
    """One conversation. Mutable: people join, messages come."""

    id: str
    name: str
    kind: ChannelKind = ChannelKind.PUBLIC
    members: list[str] = field(default_factory=list)
    topic: str = ""
    creator: str = ""
    is_general: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False
    connected_teams: list[str] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    pins: list[str] = field(default_factory=list)
    unread: dict[str, int] = field(default_factory=dict)
    rings: dict[str, int] = field(default_factory=dict)

    @property
    def is_direct(self) -> bool:
        """Tell whether this is a conversation between people rather than a channel."""
        return self.kind in {ChannelKind.IM, ChannelKind.MPIM}

    def partner(self, user: str) -> str:
        """Return the other person of a direct message, seen from `user`."""
        others = [member for member in self.members if member != user]
        return others[0] if others else user

    def replies(self, ts: str) -> list[Message]:
        """Return the replies under the message `ts`, oldest first."""
        return [message for message in self.messages.values() if message.thread_ts == ts and message.ts != ts]

    def roots(self) -> list[Message]:
        """Return what the channel itself shows, oldest first: root messages and broadcast replies."""
        return [message for message in self.messages.values() if not message.is_reply or message.broadcast]

    def as_slack(self, viewer: str, team_id: str, *, members: bool = False) -> Json:
        """Return Slack's conversation object as `viewer` sees it; `members` adds their number."""
        shared: Json = {
            "id": self.id,
            "created": CREATED,
            "is_archived": self.is_archived,
            "is_im": self.kind is ChannelKind.IM,
        }
        shared |= {"is_org_shared": False, "context_team_id": team_id, "updated": CREATED * 1000}
        if self.kind is ChannelKind.IM:
            return shared | {"user": self.partner(viewer), "is_user_deleted": False, "priority": 0}
        shown = shared | self._named(viewer, team_id)
        return shown | ({"num_members": len(self.members)} if members else {})

    def _named(self, viewer: str, team_id: str) -> Json:
        shown: Json = {"name": self.name, "name_normalized": self.name, "is_channel": self.kind is ChannelKind.PUBLIC}
        shown |= {"is_group": self.kind is ChannelKind.PRIVATE, "is_mpim": self.kind is ChannelKind.MPIM}
        shown |= {"is_private": self.kind is not ChannelKind.PUBLIC, "is_general": self.is_general, "unlinked": 0}
        shown |= {"is_shared": self.is_ext_shared, "is_ext_shared": self.is_ext_shared, "is_pending_ext_shared": False}
        shown |= {"pending_shared": [], "pending_connected_team_ids": [], "creator": self.creator}
        shown |= {"shared_team_ids": [team_id, *self.connected_teams], "is_member": viewer in self.members}
        shown |= {"topic": {"value": self.topic, "creator": self.creator if self.topic else "", "last_set": 0}}
        return shown | {"purpose": {"value": "", "creator": "", "last_set": 0}, "previous_names": []}

    def as_page(self, viewer: str, app_user: str) -> Json:
        """Return the channel as the page shows it to `viewer`."""
        kind = {ChannelKind.PUBLIC: "channel", ChannelKind.PRIVATE: "private"}.get(self.kind, str(self.kind))
        shown: Json = {"id": self.id, "name": self.name, "kind": kind, "is_ext_shared": self.is_ext_shared}
        shown |= {"is_archived": self.is_archived, "is_member": viewer in self.members, "topic": self.topic}
        shown |= {"unread": self.unread.get(viewer, 0), "rings": self.rings.get(viewer, 0)}
        shown["app_member"] = app_user in self.members
        return shown | ({"with": self.partner(viewer)} if self.kind is ChannelKind.IM else {})
