"""A command is a value: one verb, what it takes, and what it does with it."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from bot.commanding.words import Words
from bot.domain.messages import Message
from bot.domain.requests import BypassRequest, Invocation, Request, StopRequest, UnlockRequest
from bot.domain.terms import Door, Permission

if TYPE_CHECKING:
    from bot.commanding.desk import Desk

Acting: TypeAlias = Callable[[Words, Invocation], Request | StopRequest | UnlockRequest | BypassRequest]
Asking: TypeAlias = "Callable[[Words, Invocation, Desk], Awaitable[Message]]"

EVERYWHERE = frozenset(Door)


class Taken(StrEnum):
    """Whether a command takes a word."""

    NEVER = "never"
    MAY = "may"
    MUST = "must"


_NAMED = {
    "SERVICE": "service",
    "ENVIRONMENT": "environment",
    "REF": "ref",
    "COMMAND": "command",
    "ACTION": "action",
    "PERSON": "person",
    "PERMISSION": "permission",
}
_FLAGS = {"--to": "REVISION", "--because": "TEXT", "--weeks": "NUMBER", "--dry-run": ""}
_FREE = "[since DAY]"
_SPAN = "ENVIRONMENT or BASE..HEAD"
_PART = re.compile(r"\[[^\[\]]+\]|\S+")


@dataclass(frozen=True, kw_only=True)
class Takes:
    """What a command takes, read from its usage line, so that the two cannot differ.

    `SERVICE ENVIRONMENT` are required, `[SERVICE]` is optional, `SERVICE…` means several; `ENVIRONMENT or BASE..HEAD` takes either;
    `[REF]`, `[COMMAND]` (a verb), `[ACTION]` (deploy,
    rollback or promote), `[PERSON]` (a mention or id), `PERMISSION`,
    `[all]`, `[--to REVISION]`, `[--because TEXT]`, `[--weeks NUMBER]` and `[--dry-run]` are all else there is,
    but for words that the command reads itself: `[since DAY]`, and a choice such as `[now|why NUMBER]`.
    """

    service: Taken = Taken.NEVER
    environment: Taken = Taken.NEVER
    ref: Taken = Taken.NEVER
    command: Taken = Taken.NEVER
    action: Taken = Taken.NEVER
    person: Taken = Taken.NEVER
    permission: Taken = Taken.NEVER
    several: bool = False
    span: bool = False
    everything: bool = False
    free: bool = False
    flags: frozenset[str] = frozenset()

    @staticmethod
    def of(usage: str) -> "Takes":
        """Raises ValueError for a usage line with a word that is not in the list above."""
        named: dict[str, Taken] = {}
        flags: set[str] = set()
        several = everything = free = False
        span = _SPAN in usage
        for part in _PART.findall(usage.replace(_SPAN, "ENVIRONMENT"))[1:]:
            words = part.strip("[]").split()
            name = _NAMED.get(words[0].rstrip("…"))
            if name and len(words) == 1:
                named[name] = Taken.MAY if part.startswith("[") else Taken.MUST
                several = several or words[0].endswith("…")
            elif part == "[all]":
                everything = True
            elif part == _FREE or (part.startswith("[") and "|" in part):
                free = True
            elif words[0] in _FLAGS and " ".join(words[1:]) == _FLAGS[words[0]] and part.startswith("["):
                flags.add(words[0])
            else:
                raise ValueError(f"usage: {part} is not a word of the grammar in {usage!r}")
        return Takes(**named, several=several, span=span, everything=everything, free=free, flags=frozenset(flags))


@dataclass(frozen=True, kw_only=True)
class Command:
    """One verb. `usage` is its grammar (see Takes), `summary` one sentence of at most 60 characters, `details` more for `help VERB`
    (there only commands stand in backticks, without the slash command).

    `examples` are commands as typed, without the slash command. `private` means that only the asker sees the answer, even to a mention.
    `request` or `answer` is filled in by `discover`: exactly one of them, from the functions in the command's file.
    """

    name: str
    usage: str
    summary: str
    examples: tuple[str, ...]
    permission: Permission
    aliases: tuple[str, ...] = ()
    places: frozenset[Door] = EVERYWHERE
    details: tuple[str, ...] = ()
    private: bool = False
    request: Acting | None = field(default=None, compare=False, repr=False)
    answer: "Asking | None" = field(default=None, compare=False, repr=False)
    takes: Takes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "takes", Takes.of(self.usage))

    @property
    def acting(self) -> bool:
        """True where it changes something (once confirmed)."""
        return self.request is not None

    @property
    def brief(self) -> str:
        """The usage line with only what is required."""
        return re.sub(r"\s*\[[^\[\]]*\]", "", self.usage.replace(_SPAN, "ENVIRONMENT")).replace("…", "")
