"""What the grammar answers: understood, not finished, or not understood."""

from dataclasses import dataclass

from bot.commanding.command import Command
from bot.commanding.words import Words


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """What may have been meant: `text` is a whole command (never run before a person has seen its plan), `label` stands on the button."""

    label: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """Understood."""

    command: Command
    words: Words


@dataclass(frozen=True, kw_only=True)
class Missing:
    """Understood so far; `missing` names what has to be asked for (`service`, `environment`), `words` has the rest.

    Where a form can be opened, it is filled with `words`; elsewhere `problem`, `example` and `suggestions` are shown.
    """

    command: Command
    words: Words
    missing: tuple[str, ...]
    problem: str
    example: str
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Misunderstood:
    """Not understood, and nothing was done: what is wrong, what to type instead, and what may have been meant (at most three)."""

    problem: str
    hint: str = ""
    example: str = ""
    suggestions: tuple[Suggestion, ...] = ()
