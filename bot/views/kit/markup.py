"""Slack's mrkdwn with a type of its own: whatever is not `Markup` is untrusted, and made inert when it is put in."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import LiteralString

from bot.views.kit import limits
from bot.views.kit.cleaning import ELLIPSIS, cap, clean
from bot.views.kit.secrets import redact_shapes

LOOKAHEAD = 300


class Markup(str):
    """mrkdwn that may be shown as it stands; made by `mark` and its like, never from untrusted text."""

    __slots__ = ()


# mrkdwn has no escape for its own signs. Signs that look the same but mean nothing keep a title readable and cannot open
# or close a style; `_` stays inside words, where Slack does not read it, because names are copied from here.
_SIGNS = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
_EDGE_UNDERSCORE = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_SHORTCODE = re.compile(r":(?=[a-z0-9_+'-]+:)", re.IGNORECASE)
_QUOTE = re.compile(r"^[>›\s]+")
_TICK = str.maketrans({"`": "ˋ"})


def escape(text: str) -> str:
    """`text` with the three characters that Slack reads, escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """The opposite of `escape`."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def bare(text: str, most: int = limits.SPAN) -> str:
    """Untrusted text cleaned, without secrets, capped; not escaped."""
    near = text[: 4 * most + LOOKAHEAD]  # nobody reads further, so nobody has to wait for it
    shown = _shown(near)
    return cap(shown + ELLIPSIS, most) if len(near) < len(text) else cap(shown, most)


@lru_cache(maxsize=1024)  # the same few names and titles come again with every edit of a card
def _shown(text: str) -> str:
    return clean(redact_shapes(clean(text)))


def inert(text: str, most: int = limits.SPAN) -> Markup:
    """Untrusted text as mrkdwn that shows as text: no mention, link, style, emoji code or quote can come out of it."""
    if isinstance(text, Markup):
        return text
    shown = _QUOTE.sub("", bare(text, most)).translate(_SIGNS)
    shown = _SHORTCODE.sub("∶", _EDGE_UNDERSCORE.sub("ˍ", shown))
    return Markup(escape(shown))


def code(text: str, most: int = limits.SPAN) -> Markup:
    """Untrusted text in fixed width; nothing at all for an empty one."""
    shown = escape(bare(text, most).translate(_TICK))
    return Markup(f"`{shown}`") if shown else Markup("")


def fenced(lines: Iterable[str]) -> Markup:
    """Untrusted lines as one block of fixed width; the caller has capped them."""
    shown = "\n".join(escape(line.translate(_TICK)) for line in lines)
    return Markup(f"```\n{shown or ' '}\n```")


def bold(text: str, most: int = limits.SPAN) -> Markup:
    """Bold, closed on the same line, whatever the text is; nothing at all for an empty one."""
    shown = inert(text, most).replace("_", "ˍ").replace("*", "")
    return Markup(f"*{shown}*") if shown.strip() else Markup("")


def mark(template: LiteralString, *parts: object) -> Markup:
    """`template` with `parts` put in for its `{}`: Markup as it stands, everything else made inert."""
    return Markup(template.format(*(part if isinstance(part, Markup) else inert(str(part)) for part in parts)))


def join(parts: Iterable[str], between: LiteralString = " · ") -> Markup:
    """The parts that are not empty, with a dot between them; what is not Markup is made inert."""
    return Markup(between.join(filter(None, map(inert, parts))))


_COMMAND = re.compile(r"`(/[^`\n]{1,200})`")


def sentence(text: str, who: Iterable[str] = (), most: int = 300) -> Markup:
    """One of our own sentences with untrusted words in it: commands in backticks stay code, `who` stay mentions, the rest is inert."""
    known = [person for person in who if _MENTION.fullmatch(person)]
    splitter = re.compile("|".join([_COMMAND.pattern, *map(re.escape, known)]))
    out: list[str] = []
    end = 0
    text = cap(text, most)
    for match in splitter.finditer(text):
        out += [_between(text[end : match.start()]), code(match.group(1), 200) if match.group(1) else match.group()]
        end = match.end()
    return Markup("".join([*out, _between(text[end:])]))


_MENTION = re.compile(r"<(?:@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+)>")


def _between(text: str) -> str:
    """Inert, with the blanks at its ends kept: it stands between two other pieces."""
    shown = inert(text, 300)
    lead = " " if text[:1].isspace() and shown else ""
    return lead + shown + (" " if text[-1:].isspace() else "")


_DATE = re.compile(r"<!date\^[^|>]*\|([^>]*)>")
_LINK = re.compile(r"<https?://[^|>]*\|([^>]*)>")
_PERSON = re.compile(r"<(?:@|!subteam\^)([A-Z0-9]+)>")
_CHANNEL = re.compile(r"<#([A-Z0-9]+)>")


def visible(markup: str) -> str:
    """What a reader sees of mrkdwn, near enough to count characters: dates by their fallback, mentions as `@` and the id."""
    shown = _CHANNEL.sub(r"#\1", markup)
    shown = _PERSON.sub(r"@\1", _LINK.sub(r"\1", _DATE.sub(r"\1", shown)))
    return unescape(re.sub(r"(?<![A-Za-z0-9])[*_]|[*_](?![A-Za-z0-9])|`", "", shown))


def fit(parts: Iterable[str], most: int) -> Markup:
    """As many of the leading parts as fit into `most` visible characters, joined by dots; the first is cut if it must be."""
    kept: list[str] = []
    for part in filter(None, map(inert, parts)):
        if len(visible(join([*kept, part]))) <= most:
            kept.append(part)
        elif not kept:
            return inert(visible(part), most)
    return join(kept)


def room(prefix: str, most: int) -> int:
    """Visible characters left behind `prefix`."""
    return max(0, most - len(visible(prefix)))
