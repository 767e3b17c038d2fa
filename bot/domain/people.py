"""People as Slack describes them, and why somebody is not one of us."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.terms import Identity, Millis


class Standing(StrEnum):
    """What Slack says a user is; only members may do anything."""

    MEMBER = "member"
    GUEST = "guest"
    STRANGER = "stranger"
    OTHER_TEAM = "other_team"
    DEACTIVATED = "deactivated"
    BOT = "bot"
    WORKFLOW = "workflow"


@dataclass(frozen=True, kw_only=True)
class Person:
    """A user as last read: `groups` holds the ids and handles of the user groups that contain them, `read_at` its age."""

    identity: Identity
    name: str
    standing: Standing
    groups: frozenset[str] = frozenset()
    email: str = ""
    zone: str = ""
    read_at: Millis = 0
