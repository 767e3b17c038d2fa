"""PromQL as far as we have to read it: where its strings are, so that words of ours can be put into them and nowhere else."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

WORDS = frozenset({"environment", "service", "revision"})
"""Placeholders that stand in string literals; `{window}` is a duration, and stands outside of them."""

WINDOW = "window"
_PLACEHOLDER = re.compile(r"\{(environment|service|revision|window)\}")
_QUOTES = "\"'`"
_CONTROL = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


class Where(StrEnum):
    """What a piece of a query is."""

    CODE = "code"
    COMMENT = "comment"
    STRING = "string"  # between " or ': escapes are read
    PATTERN = "pattern"  # the same, after =~ or !~: a regular expression
    RAW = "raw"  # between backticks: nothing is escaped
    OPEN = "open"  # a string that does not end


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A part of a query as it is written, quotes included."""

    where: Where
    text: str


def pieces(query: str) -> Iterator[Piece]:
    """The query in its order, nothing lost: code, comments and strings."""
    at = start = 0
    while at < len(query):
        end = _end_of(query, at)
        if end == at:
            at += 1
            continue
        if start < at:
            yield Piece(where=Where.CODE, text=query[start:at])
        yield Piece(where=_where(query[at:end], query[start:at]), text=query[at:end])
        at = start = end
    if start < len(query):
        yield Piece(where=Where.CODE, text=query[start:])


def _end_of(query: str, at: int) -> int:
    """Where the comment or the string that begins there ends; the same place where none begins."""
    if query[at] == "#":
        found = query.find("\n", at)
        return len(query) if found < 0 else found
    if query[at] not in _QUOTES:
        return at
    quote, end = query[at], at + 1
    while end < len(query) and query[end] != quote:
        end += 2 if query[end] == "\\" and quote != "`" else 1
    return min(end + 1, len(query))


def _where(text: str, before: str) -> Where:
    if text[0] == "#":
        return Where.COMMENT
    if len(text) < 2 or text[-1] != text[0] or _is_escaped(text):
        return Where.OPEN
    if text[0] == "`":
        return Where.RAW
    return Where.PATTERN if before.rstrip().endswith(("=~", "!~")) else Where.STRING


def _is_escaped(text: str) -> bool:
    """Whether the last quote belongs to what it should end."""
    body = text[:-1]
    return text[0] != "`" and (len(body) - len(body.rstrip("\\"))) % 2 == 1


def misplaced(query: str) -> str:
    """Why a query's placeholders cannot be filled, in words; empty where they can."""
    for piece in pieces(query):
        if piece.where is Where.OPEN:
            return "a string in it does not end"
        for name in _PLACEHOLDER.findall(piece.text):
            if piece.where is Where.COMMENT:
                continue
            if name == WINDOW and piece.where is not Where.CODE:
                return "{window} is a duration, and stands in no string"
            if name != WINDOW and piece.where not in {Where.STRING, Where.PATTERN}:
                return f'{{{name}}} has to stand in a string: "{{{name}}}"'
    return ""


def filled(query: str, words: Mapping[str, str], *, window: str) -> str:
    """The query with its placeholders filled: no word can end the string that it stands in, or mean more than itself in a pattern."""

    def put(piece: Piece) -> str:
        if piece.where is Where.COMMENT:
            return ""
        return _PLACEHOLDER.sub(
            lambda found: window if found[1] == WINDOW else _escaped(words[found[1]], piece), piece.text
        )

    return "".join(map(put, pieces(query)))


def _escaped(word: str, piece: Piece) -> str:
    if piece.where is Where.PATTERN:
        word = re.sub(r"[^A-Za-z0-9_\x80-\U0010ffff]", lambda found: "\\" + found[0], word)
    return literal(word)


def literal(word: str) -> str:
    """The word as it stands between quotes of either kind."""
    return "".join(map(_character, word))


def _character(c: str) -> str:
    if c in "\\\"'":
        # Go's strings know \" only in double and \' only in single quotes; its number means the same in both.
        return r"\\" if c == "\\" else f"\\x{ord(c):02x}"
    if c in _CONTROL:
        return _CONTROL[c]
    if not c.isprintable():
        return f"\\U{ord(c):08x}" if ord(c) < 0xD800 or ord(c) > 0xDFFF else "\\ufffd"
    return c
