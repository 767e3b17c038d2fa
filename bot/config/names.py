"""How services, channels, people and commands are called: sigils are optional, case never matters."""

import re
from typing import Annotated, ClassVar, Self

from pydantic import BeforeValidator

from bot.config.problems import suggestion
from bot.config.values import Word, wrong
from bot.domain.terms import Permission

MEMBERS = "members"
MAX_NAME = 40

LITTLE_WORDS = frozenset({"to", "in", "on", "at", "and", "all", "none", "again", "because", "dry-run"})
"""Words of the grammar; a service or environment called so could not be typed."""

LATER_PERMISSIONS = frozenset({"lock", "restart", "scale", "override", "ack", "silence"})
"""Words of rooms that are not built yet."""

RESERVED_COMMANDS = frozenset(
    f"/{word}"
    for word in (
        *("status", "me", "away", "dnd", "remind", "msg", "feed", "who", "collapse", "expand"),
        *("leave", "join", "open", "search", "topic", "mute", "pro", "shortcuts", "shrug"),
    )
)
"""Slack answers these itself; an app that asks for one never hears of it."""

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?")
_CHANNEL_ID = re.compile(r"[CGD][A-Z0-9]{8,}")
_USER_ID = re.compile(r"[UW][A-Z0-9]{2,}")
_GROUP_ID = re.compile(r"S[A-Z0-9]{7,}")
_HANDLE = re.compile(r"[a-z0-9][a-z0-9._-]*")
_COMMAND = re.compile(r"/[a-z0-9][a-z0-9_-]{0,30}")


def plain_name(text: str) -> str:
    """A name as it is compared: without sigil and surrounding space, in lower case."""
    return text.strip().lstrip("#@").lower()


class Name(Word):
    """The name of a service, environment, team or role: letters, digits, `.`, `_` and `-`; kept in lower case."""

    __slots__ = ()
    example = "web"
    form = "name"

    @classmethod
    def read(cls, text: str) -> Self:
        """In lower case, at most 40 characters."""
        name = plain_name(text)
        if not _NAME.fullmatch(name):
            raise wrong(
                "not a usable name",
                "use letters, digits, `.`, `_` and `-`, beginning and ending with a letter or digit",
            )
        if len(name) > MAX_NAME:
            raise wrong(
                f"longer than {MAX_NAME} characters", "choose a shorter name, and keep the long one as an alias"
            )
        return cls(name)


class Reference(Word):
    """The name or an alias of something that is configured elsewhere in the file."""

    __slots__ = ()
    example = "production"
    form = "name"

    @classmethod
    def read(cls, text: str) -> Self:
        """In lower case, without sigil."""
        if name := plain_name(text):
            return cls(name)
        raise wrong("is empty", "write a name")


class Channel(Word):
    """A Slack channel, by name or id; the # is optional."""

    __slots__ = ()
    example = "team-web"
    form = "channel"

    @classmethod
    def read(cls, text: str) -> Self:
        """An id as it is, a name in lower case without #."""
        name = text.strip().removeprefix("#")
        if _CHANNEL_ID.fullmatch(name):
            return cls(name)
        if not name or len(name) > 80 or re.search(r"[\s#@/<>|,.:]", name):
            raise wrong("not a channel", "write its name (team-web) or its id (C0123456789)")
        return cls(name.lower())


class Who(Word):
    """A user id, the handle or id of a user group, or `members`; the @ is optional."""

    __slots__ = ()
    example = "U02ADA"
    form = "person or group"

    @classmethod
    def read(cls, text: str) -> Self:
        """An id as it is, a group's handle in lower case without @."""
        name = text.strip().removeprefix("@")
        if _USER_ID.fullmatch(name) or _GROUP_ID.fullmatch(name):
            return cls(name)
        if name.lower() in {"everyone", "here", "channel"}:
            raise wrong("not a user group", "write `members` for every full member of the workspace")
        if not _HANDLE.fullmatch(name.lower()):
            raise wrong(
                "neither a user id nor the handle of a user group",
                "write a user id (profile → ⋮ → Copy member ID), a group's handle, or members",
            )
        return cls(name.lower())


class UserId(Word):
    """A Slack user id."""

    __slots__ = ()
    example = "U02ADA"
    form = "user id"

    @classmethod
    def read(cls, text: str) -> Self:
        """As Slack writes it."""
        name = text.strip().removeprefix("@")
        if not _USER_ID.fullmatch(name):
            raise wrong("not a user id", "write the id (profile → ⋮ → Copy member ID), such as U02ADA")
        return cls(name)


class Command(Word):
    """A slash command; the slash is optional."""

    __slots__ = ()
    example = "/ops"
    form = "command"
    reserved: ClassVar[frozenset[str]] = RESERVED_COMMANDS

    @classmethod
    def read(cls, text: str) -> Self:
        """With its slash, in lower case, and not one of Slack's own."""
        name = "/" + text.strip().lower().removeprefix("/")
        if not _COMMAND.fullmatch(name):
            raise wrong("not a slash command", "write /name: letters, digits, `-` and `_`, at most 32 characters")
        if name in cls.reserved:
            raise wrong(f"Slack keeps {name} for itself", "choose another name, such as /ops")
        return cls(name)


def _permission(value: object) -> object:
    if not isinstance(value, str) or (word := value.strip().lower()) in set(Permission):
        return value.strip().lower() if isinstance(value, str) else value
    if word in LATER_PERMISSIONS:
        raise wrong(f"the permission {word} is not in this version", "remove it; what it allows comes later")
    meant = suggestion(word, Permission)
    raise wrong("no such permission", f"did you mean `{meant}`?" if meant else f"known: {', '.join(Permission)}")


PermissionWord = Annotated[Permission, BeforeValidator(_permission)]
"""One word of the closed list, in any case."""
