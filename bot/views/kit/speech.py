"""A message's `text`: what lock screens and screen readers get. Whole sentences without emoji, signs or markup."""

import re
import unicodedata

from bot.views.kit import limits
from bot.views.kit.cleaning import cap
from bot.views.kit.markup import bare, escape, visible

_MARKS = re.compile(r"[*`~|]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_SHORTCODE = re.compile(r":(?=[a-z0-9_+'-]+:)", re.IGNORECASE)
_ANGLES = str.maketrans({"<": "(", ">": ")", "→": " to ", "·": ", ", "∗": "", "∼": "", "ˋ": "", "ˍ": "_", "∶": ":"})
_CALLED = re.compile(r"<(?:@|!subteam\^)[A-Z0-9]+>")  # nobody can hear who U02ADA is
_SIGNS = frozenset({"So", "Sk", "Sm"})
_KEPT = frozenset("+=")


def spoken(text: str, most: int = limits.SPAN) -> str:
    """Any text, ours or untrusted, as it can be read aloud; still to be escaped."""
    shown = bare(text, most).translate(_ANGLES)
    shown = "".join(c for c in shown if unicodedata.category(c) not in _SIGNS or c in _KEPT)
    shown = _SHORTCODE.sub(" ", _MARKS.sub("", shown.replace("\ufe0f", "").replace("\u20e3", "")))
    return " ".join(shown.split()).replace(" ,", ",")


def sentences(*parts: str) -> str:
    """The sentences that are not empty, each with a full stop, escaped for Slack, together at most 600 characters."""
    whole = " ".join(_ended(spoken(part, limits.SPOKEN)) for part in parts if spoken(part))
    return escape(cap(whole, limits.SPOKEN)) or "Quarterdeck."


def _ended(text: str) -> str:
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def said(markup: str, most: int = 300) -> str:
    """A line of markup as words for `sentences`."""
    return spoken(visible(_CALLED.sub("a colleague", markup)), most)
