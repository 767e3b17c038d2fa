"""Makes what programs print fit for people: no control characters, no colours, no secrets, not too long."""

import re
from collections.abc import Sequence

LINE_CAP = 300
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])")
_HIDDEN = "•••"


def readable(text: str, *, secrets: Sequence[str] = (), cap: int = LINE_CAP) -> str:
    """One line of text: escape sequences, control and direction characters gone, secrets hidden, cut to `cap` characters."""
    for secret in secrets:
        text = text.replace(secret, _HIDDEN) if secret else text
    plain = "".join(c if c.isprintable() else " " for c in _ESCAPES.sub("", text))
    line = " ".join(plain.split())
    return line if len(line) <= cap else line[: cap - 1] + "…"


def shown(line: str, *, secrets: Sequence[str] = (), cap: int = 2_000) -> str:
    """A line of a log: as `readable`, but its spaces are kept, and of an overwritten progress line only the last state."""
    line = line.rstrip("\r").rsplit("\r", 1)[-1]
    for secret in secrets:
        line = line.replace(secret, _HIDDEN) if secret else line
    plain = "".join(c if c.isprintable() else " " for c in _ESCAPES.sub("", line).expandtabs(4)).rstrip()
    return plain if len(plain) <= cap else plain[: cap - 1] + "…"
