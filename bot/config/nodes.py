"""A configuration file as a tree that remembers where each word stands; no values are lost, guessed or converted here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A place in a file; both count from 1."""

    line: int
    column: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Scalar:
    """A word. `written` is what stands in the file, `text` what it became; `sources` are the `${…}` it came from.

    `text` never appears in a repr: it may be a secret.
    """

    path: Path
    mark: Mark
    written: str = field(repr=False)
    text: str = field(repr=False)
    plain: bool
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Sequence:
    """A list."""

    path: Path
    mark: Mark
    items: tuple["Node", ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One key of a mapping, with the place of the key."""

    key: str
    mark: Mark
    value: "Node"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapping:
    """Keys and values, in the order they were written."""

    path: Path
    mark: Mark
    entries: tuple[Entry, ...] = ()

    def entry(self, key: object) -> Entry | None:
        """The entry with exactly this key."""
        return next((entry for entry in self.entries if entry.key == key), None)

    def get(self, key: object) -> "Node | None":
        """The value under exactly this key."""
        found = self.entry(key)
        return found.value if found else None

    def without(self, *keys: str) -> "Mapping":
        """The same mapping with some keys left out."""
        kept = tuple(entry for entry in self.entries if entry.key not in keys)
        return Mapping(path=self.path, mark=self.mark, entries=kept)


Node: TypeAlias = Scalar | Sequence | Mapping
Value: TypeAlias = "str | int | float | bool | list[Value] | dict[str, Value] | None"

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]+)?([eE][-+]?[0-9]{1,2})?")
_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


def resolve(text: str) -> str | int | float | bool | None:
    """The value of an unquoted word: what JSON would also read as null, boolean or number; everything else is text.

    So `no`, `on`, `22:30`, `2026-11-24`, `012` and `0x1F` are text, as YAML 1.2 has it (and, for the last two, as people mean it).
    """
    if text in _WORDS:
        return _WORDS[text]
    if text in _WORDS_BOOLEAN:
        return _WORDS_BOOLEAN[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def value_of(node: Node) -> Value:
    """The node as plain Python: what a JSON document of the same meaning would give."""
    if isinstance(node, Mapping):
        return {entry.key: value_of(entry.value) for entry in node.entries}
    if isinstance(node, Sequence):
        return [value_of(item) for item in node.items]
    return resolve(node.text) if node.plain and not node.sources else node.text


def is_null(node: Node) -> bool:
    """True for a key with nothing behind it (also `~` and `null`)."""
    return isinstance(node, Scalar) and node.plain and not node.sources and node.text in _WORDS


def scalars(node: Node) -> Iterator[Scalar]:
    """Every word of the tree, keys excepted, top to bottom."""
    if isinstance(node, Mapping):
        for entry in node.entries:
            yield from scalars(entry.value)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from scalars(item)
    else:
        yield node


def find(node: Node, path: Path) -> tuple[Node, Mark]:
    """The deepest node on the way to `path`, with the mark of its key (or its own, in a list). Parts that do not exist are skipped."""
    mark = node.mark
    for part in path:
        if isinstance(node, Mapping) and (entry := node.entry(part)):
            node, mark = entry.value, entry.mark
        elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            mark = node.mark
    return node, mark


def dotted(path: Path) -> str:
    """`services.web.people[0]`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
