"""Makes what programs print fit for people: no control characters, no colours, no secrets, not too long."""

import re
from collections.abc import Sequence

LINE_CAP = 300
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])")
_HIDDEN = "•••"
_SHAPES = re.compile(
    r"\b(?:gh[pousr]_[\w.=-]{10,}|github_pat_\w{10,}|glpat-[\w-]{10,}|xox[a-z]-[\w-]{8,}|xapp-[\w-]{8,}|AKIA[A-Z0-9]{16}"
    r"|eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?|qd1_[0-9a-f]{64})"
)
"""What tokens of the usual systems look like, ours included: hidden wherever they turn up, whoever they belong to."""


def readable(text: str, *, secrets: Sequence[str] = (), cap: int = LINE_CAP) -> str:
    """One line of text: escape sequences, control and direction characters gone, secrets hidden, cut to `cap` characters."""
    text = _hidden(text, secrets)
    plain = "".join(c if c.isprintable() else " " for c in _ESCAPES.sub("", text))
    line = " ".join(plain.split())
    return line if len(line) <= cap else line[: cap - 1] + "…"


def shown(line: str, *, secrets: Sequence[str] = (), cap: int = 2_000) -> str:
    """A line of a log: as `readable`, but its spaces are kept, and of an overwritten progress line only the last state."""
    line = line.rstrip("\r").rsplit("\r", 1)[-1]
    line = _hidden(line, secrets)
    plain = "".join(c if c.isprintable() else " " for c in _ESCAPES.sub("", line).expandtabs(4)).rstrip()
    return plain if len(plain) <= cap else plain[: cap - 1] + "…"


def _hidden(text: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, _HIDDEN) if secret else text
    return _SHAPES.sub(_HIDDEN, text)
