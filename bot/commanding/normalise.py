"""What Slack and a phone's keyboard did to a line, undone: escapes, links, quotes, spaces and dashes."""

import re
import unicodedata

from bot.commanding.unclear import Unclear

LONGEST = 2_000  # characters of a command; a reason has its own, shorter limit
DOUBLE_QUOTES = frozenset('"“”„‟«»＂')
SINGLE_QUOTES = frozenset("'‘’‚‛‹›＇")
_DASHES = str.maketrans({"‐": "-", "‑": "-", "−": "-", "﹣": "-", "－": "-", "‒": "-", "–": "-", "—": "--", "―": "--"})
_LONG_DASH = re.compile(r"[‐‑-]*[−﹣－‒–—―][‐‑−﹣－‒–—―-]*")
_ESCAPES = re.compile(r"<([^<>\n]*)>|&(amp|lt|gt);")
_ENTITY = re.compile(r"&(amp|lt|gt);")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}
_ADDRESS = re.compile(r"\s*<@([UW][A-Z0-9]*)(?:\|[^<>]*)?>[\s,:]*")
_BREAKS = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_BROKEN_LINE = "Only one line at a time: nothing of what you pasted was done."


def one_line(text: str, *, bot_user: str = "") -> str:
    """The line that was meant, trimmed; free text in it stays as it was typed. Raises Unclear for several lines or too long a one.

    A leading mention is dropped where it is `bot_user`'s (or where that is not known).
    """
    line = _without_frame(_unescaped(_unaddressed(text, bot_user)))
    if _BREAKS.search(line):
        raise Unclear(_BROKEN_LINE, hint="Send each command on its own.")
    if len(line) > LONGEST:
        raise Unclear("That is too long for a command.", hint=f"Use at most {LONGEST:,} characters.")
    return line


def _unaddressed(text: str, bot_user: str) -> str:
    while (mention := _ADDRESS.match(text)) and bot_user in {"", mention.group(1)}:
        text = text[mention.end() :]
    return text


def _unescaped(text: str) -> str:
    """In one pass, so that what somebody typed as `&lt;` is not read twice."""
    return _ESCAPES.sub(lambda found: _ENTITIES[found.group(2)] if found.group(2) else _inside(found.group(1)), text)


def _inside(link: str) -> str:
    """What people see of `<…>`: the label of a link, the name of a channel or person."""
    address, _, label = link.partition("|")
    label = _ENTITY.sub(lambda found: _ENTITIES[found.group(1)], label)
    if address.startswith("#"):
        return f"#{(label or address[1:]).removeprefix('#')}"
    if address.startswith("@"):
        return f"@{(label or address[1:]).removeprefix('@')}"
    if address.startswith("!"):
        return label or f"@{address[1:]}"
    return label or _ENTITY.sub(lambda found: _ENTITIES[found.group(1)], address)


def _without_frame(line: str) -> str:
    """Without backticks, emphasis or quotes that stand around the whole line."""
    line = trimmed(line)
    while len(line) > 2:
        inner = line[1:-1]
        framed = line[0] == line[-1] and line[0] in "`*_~" and (line[0] == "`" or line[0] not in inner)
        if not framed and not _quoted(line[0], line[-1], inner):
            break
        line = trimmed(inner)
    return "" if set(line) <= {"`"} else line


def _quoted(first: str, last: str, inner: str) -> bool:
    return any({first, last} <= quotes and not quotes & set(inner) for quotes in (DOUBLE_QUOTES, SINGLE_QUOTES))


def is_space(character: str) -> bool:
    """Any space of Unicode, and the invisible ones that come along when text is copied."""
    return character.isspace() or character in "\u200b\ufeff\u2060\u180e\u2800\u3164"


SPACES = re.compile("[\\s\u200b\ufeff\u2060\u180e\u2800\u3164]*")
"""A run of what `is_space` calls a space."""
WORD = re.compile("[^\\s\u200b\ufeff\u2060\u180e\u2800\u3164]*")


def trimmed(text: str) -> str:
    """Without spaces of any kind at both ends."""
    start, end = 0, len(text)
    while start < end and is_space(text[start]):
        start += 1
    while end > start and is_space(text[end - 1]):
        end -= 1
    return text[start:end]


def clean_word(word: str) -> str:
    """A word as it was meant: plain dashes, nothing invisible, without emphasis around it."""
    if not word.isascii():
        word = _LONG_DASH.sub("--", word, count=1) if _LONG_DASH.match(word) else word
        word = word.translate(_DASHES)
        word = "".join(each for each in word if unicodedata.category(each) != "Cf")
    while len(word) > 2 and word[0] == word[-1] and word[0] in "`*~":
        word = word[1:-1]
    return word


def key(word: str) -> str:
    """How names are compared: case and width never matter."""
    return word.lower() if word.isascii() else unicodedata.normalize("NFKC", word).lower()


def clean_text(text: str) -> str:
    """Free text without control characters, otherwise as it was typed."""
    if text.isascii() and text.isprintable():
        return trimmed(text)
    return trimmed("".join(" " if unicodedata.category(each) in {"Cc", "Cs"} else each for each in text))


def shown(text: str, most: int = 40) -> str:
    """What was typed, for a sentence of ours; it is made inert where it is shown."""
    text = clean_text(text).replace("`", "'")
    return text if len(text) <= most else f"{text[: most - 1]}…"
