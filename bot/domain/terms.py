"""The words that everything else is made of: targets, revisions, people, places."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Millis: TypeAlias = int  # an instant (UTC, since 1970) or a duration, in milliseconds

SECOND: Millis = 1_000
MINUTE: Millis = 60 * SECOND
HOUR: Millis = 60 * MINUTE
DAY: Millis = 24 * HOUR

SHORT = 7  # characters of a revision that people see


class Action(StrEnum):
    """What an operation does to its target."""

    DEPLOY = "deploy"
    ROLLBACK = "rollback"
    PROMOTE = "promote"


class Permission(StrEnum):
    """The closed list of what a role may allow; acting permissions first."""

    DEPLOY = "deploy"
    ROLLBACK = "rollback"
    PROMOTE = "promote"
    STOP = "stop"
    DECIDE = "decide"
    APPROVE = "approve"
    BYPASS = "bypass"
    PROPOSE = "propose"
    DOCTOR = "doctor"
    STATUS = "status"
    CHANGES = "changes"
    HISTORY = "history"
    PLAN = "plan"
    WHY = "why"
    HELP = "help"
    WHOAMI = "whoami"


READING = frozenset(
    {
        Permission.STATUS,
        Permission.CHANGES,
        Permission.HISTORY,
        Permission.PLAN,
        Permission.WHY,
        Permission.HELP,
        Permission.WHOAMI,
    }
)
"""Granted to every member of the workspace, unless a role's `may_not` takes it away."""


class Door(StrEnum):
    """Through which door an invocation came in."""

    SLASH = "slash"
    MENTION = "mention"
    DIRECT = "direct"
    BUTTON = "button"
    MODAL = "modal"
    SHORTCUT = "shortcut"
    HOME = "home"
    CLI = "cli"


@dataclass(frozen=True, kw_only=True, order=True)
class Target:
    """A service in an environment, by their configured names."""

    service: str
    environment: str

    def __str__(self) -> str:
        return f"{self.service} → {self.environment}"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who acts: workspace and user id (never a name); `enterprise` is Slack's Grid id or empty."""

    team: str
    user: str
    enterprise: str = ""

    @property
    def mention(self) -> str:
        """How Slack is asked to show this person."""
        return f"<@{self.user}>"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where something was typed or clicked; `thread` is the root's ts or empty; `direct` means a DM with the bot."""

    channel: str
    thread: str = ""
    direct: bool = False


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """A fact that could not be read: what it is, and why, in words for people."""

    what: str
    why: str


def short(revision: str) -> str:
    """Seven characters of a commit hash; digests keep their algorithm out of the way."""
    return revision.removeprefix("sha256:")[:SHORT]
