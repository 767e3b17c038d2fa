"""Untrusted text before it is anything else: no controls, no direction tricks, nothing invisible, never endless."""

import re
import unicodedata

ELLIPSIS = "…"
MOST_MARKS = 2  # combining marks on one letter; more is a way to paint over the lines above
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180e\u2800\u3164\uffa0")  # letters that show nothing
_BLANK = re.compile(r"\s+")


def _dropped(character: str) -> bool:
    """True for controls, formats (bidi, zero-width, tags), surrogates, private and unassigned characters."""
    return (
        character in _INVISIBLE
        or unicodedata.category(character)[0] == "C"
        or "\U000e0100" <= character <= "\U000e01ef"
    )


def clean(text: str) -> str:
    """`text` on one line: white space becomes single blanks, everything that a reader cannot see is gone."""
    text = _BLANK.sub(" ", text)
    if text.isascii() and text.isprintable():
        return text.strip()
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MOST_MARKS and not _dropped(character):
            kept.append(character)
    return _BLANK.sub(" ", "".join(kept)).strip()


def cap(text: str, most: int) -> str:
    """At most that many characters, the last of them "…" where something was cut; "" where there is no room."""
    if len(text) <= most:
        return text
    return text[: most - 1].rstrip() + ELLIPSIS if most > 1 else ELLIPSIS[:most]


def middle(text: str, most: int) -> str:
    """At most that many characters, cut in the middle: names differ at their ends."""
    if len(text) <= most or most < 3:
        return cap(text, most)
    head = most // 2
    return text[:head] + ELLIPSIS + text[len(text) - (most - head - 1) :]
