"""Placeholders: filled in one pass into one word each, so that no value becomes a second argument or a second placeholder."""

import re
from collections.abc import Iterable, Mapping

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")

RUN_WORDS = frozenset({"environment", "service", "revision", "previous", "operation", "checkout"})
CURRENT_WORDS = frozenset({"environment", "service"})


def unknown_words(argv: Iterable[str], known: frozenset[str]) -> list[str]:
    """The placeholders in `argv` that mean nothing, in order."""
    return [name for word in argv for name in _PLACEHOLDER.findall(word) if name not in known]


def filled(argv: Iterable[str], values: Mapping[str, str]) -> list[str]:
    """`argv` with each placeholder replaced by its value; as many words come out as went in."""
    return [_PLACEHOLDER.sub(lambda match: values.get(match.group(1), match.group()), word) for word in argv]


def is_plain(value: str) -> bool:
    """Whether a value may stand as an argument: no control characters, and nothing that a program takes for an option."""
    return value.isprintable() and not value.startswith("-")
