"""A message's `text`: what lock screens and screen readers get. Whole sentences without emoji, signs or markup."""

import re
import unicodedata
from functools import lru_cache

from bot.views.kit import limits
from bot.views.kit.cleaning import cap
from bot.views.kit.markup import bare, escape, visible

_MARKS = re.compile(r"[*`~|]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_SHORTCODE = re.compile(r":(?=[a-z0-9_+'-]+:)", re.IGNORECASE)
_WORDS = str.maketrans({"<": "(", ">": ")", "→": " to ", "·": ", ", "∗": "", "∼": "", "ˋ": "", "ˍ": "_", "∶": ":"})
_CALLED = re.compile(r"<(?:@|!subteam\^)[A-Z0-9]+>")  # nobody can hear who U02ADA is
_SIGNS = frozenset({"So", "Sk", "Sm"})
_KEPT = frozenset("+=")


class _Silent(dict[int, int | None]):
    """For `str.translate`: signs go, everything else stays; each character is looked up once."""

    def __missing__(self, code: int) -> int | None:
        kept = unicodedata.category(chr(code)) not in _SIGNS or chr(code) in _KEPT
        self[code] = code if kept else None
        return self[code]


_SILENT = _Silent()


@lru_cache(maxsize=1024)  # the same few names and titles come again with every edit of a card
def spoken(text: str, most: int = limits.SPAN) -> str:
    """Any text, ours or untrusted, as it can be read aloud; still to be escaped."""
    shown = bare(text, most).translate(_WORDS).translate(_SILENT)
    shown = _SHORTCODE.sub(" ", _MARKS.sub("", shown.replace("\ufe0f", "").replace("\u20e3", "")))
    return " ".join(shown.split()).replace(" ,", ",")


def sentences(*parts: str) -> str:
    """The sentences that are not empty, each with a full stop, escaped for Slack, together at most 600 characters."""
    heard = filter(None, (spoken(part, limits.SPOKEN) for part in parts))
    whole = " ".join(map(_ended, heard))
    return escape(cap(whole, limits.SPOKEN)) or "Quarterdeck."


def _ended(text: str) -> str:
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def said(markup: str, most: int = 300) -> str:
    """A line of markup as words for `sentences`."""
    return spoken(visible(_CALLED.sub("a colleague", markup)), most)
