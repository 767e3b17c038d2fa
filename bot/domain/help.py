"""What a person can be told about: the commands, what they may do, and why."""

from dataclasses import dataclass

from bot.domain.people import Person
from bot.domain.terms import Permission, Target, Unknown


@dataclass(frozen=True, kw_only=True)
class Topic:
    """One command as help shows it: `usage` without the command's own name (`deploy SERVICE ENVIRONMENT`), examples likewise."""

    verb: str
    usage: str
    sentence: str
    examples: tuple[str, ...] = ()
    acting: bool = False  # it changes something
    more: tuple[str, ...] = ()  # further sentences for `help VERB`


@dataclass(frozen=True, kw_only=True)
class HelpPage:
    """Help for one person in one place: what they may do, what they may not, who can give it to them."""

    allowed: tuple[Topic, ...]
    refused: tuple[Topic, ...] = ()
    example: Target | None = None  # a target this person could really name here
    helpers: tuple[str, ...] = ()  # mentions of who may change roles
    command: str = "/ops"
    where: str = ""  # "in production of web"; empty: anywhere


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Something a person may (or may not) do, where, and the configuration line behind it."""

    permission: Permission
    allowed: bool
    rule: str
    where: str = "everywhere"


@dataclass(frozen=True, kw_only=True)
class Whoami:
    """How Quarterdeck sees the one who asks."""

    person: Person | Unknown
    grants: tuple[Grant, ...] = ()
    home: bool = True  # a member of our own workspace
