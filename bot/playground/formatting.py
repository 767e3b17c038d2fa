"""Slack's text: what it escapes, what it turns into links and mentions, and who a text calls."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from bot.playground.errors import Json

TOKEN = re.compile(r"<([@#!][^<>]+|[a-zA-Z][a-zA-Z0-9+.-]*:[^<>\s]+(?:\|[^<>]*)?)>")
STRAY_AMP = re.compile(r"&(?!(?:amp|lt|gt);)")
URL = re.compile(r"\bhttps?://[^\s<>|]+[^\s<>|.,;:!?'\")\]]")
NAMED = re.compile(r"(?<![\w<])([@#])([a-z0-9][a-z0-9._-]*)", re.IGNORECASE)
TYPED = re.compile(
    r"<(?:@[UW][A-Z0-9]+(?:\|[^<>]*)?|#C[A-Z0-9]+(?:\|[^<>]*)?|!subteam\^S[A-Z0-9]+(?:\|[^<>]*)?|https?:[^<>\s|]+)>"
)
BROADCASTS = {"here", "channel", "everyone"}


def stored(text: str) -> str:
    """Return what Slack keeps of a text an app posts: stray `&`, `<`, `>` escaped, its control sequences left alone."""
    parts: list[str] = []
    end = 0
    for match in TOKEN.finditer(text):
        parts += [_escape_stray(text[end : match.start()]), match.group(0)]
        end = match.end()
    return "".join([*parts, _escape_stray(text[end:])])


def _escape_stray(text: str) -> str:
    return STRAY_AMP.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def escape(text: str) -> str:
    """Return `text` with Slack's three characters escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Return `text` with Slack's three escapes undone."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def typed(text: str, named: Callable[[str, str], str | None]) -> str:
    """Return what a person's text becomes: escaped, URLs in `<>`, `@name` and `#name` as `named(sigil, name)` says.

    What already is a mention or a link in Slack's own notation stays: that is how the composer of a client sends it.
    """
    parts: list[str] = []
    end = 0
    for match in TYPED.finditer(text):
        parts += [_linked(text[end : match.start()], named), match.group(0)]
        end = match.end()
    return "".join([*parts, _linked(text[end:], named)])


def _linked(text: str, named: Callable[[str, str], str | None]) -> str:
    parts: list[str] = []
    end = 0
    for match in URL.finditer(text):
        parts += [_mentions(text[end : match.start()], named), f"<{match.group(0)}>"]
        end = match.end()
    return "".join([*parts, _mentions(text[end:], named)])


def _mentions(text: str, named: Callable[[str, str], str | None]) -> str:
    def replace(match: re.Match[str]) -> str:
        name = match.group(2)
        for cut in (name, name.rstrip(".-_")):  # "@ada." at the end of a sentence is still Ada
            found = named(match.group(1), cut)
            if found:
                return found + name[len(cut) :]
        return match.group(0)

    return NAMED.sub(replace, escape(text))


def called(text: str) -> Iterator[tuple[str, str]]:
    """Yield whom a text calls: `("user", id)`, `("group", id)`, or `("all", "here"|"channel"|"everyone")`."""
    for match in TOKEN.finditer(text):
        body = match.group(1).partition("|")[0]
        if body.startswith("@"):
            yield "user", body[1:]
        elif body.startswith("!subteam^"):
            yield "group", body.removeprefix("!subteam^")
        elif body.removeprefix("!") in BROADCASTS and body.startswith("!"):
            yield "all", body[1:]


def spoken(blocks: Any) -> Iterator[str]:
    """Yield every text in blocks that Slack reads for mentions: mrkdwn texts, markdown, and rich text mentions."""
    if isinstance(blocks, list):
        for block in blocks:
            yield from spoken(block)
    elif isinstance(blocks, dict):
        yield from _spoken_object(blocks)


def _spoken_object(item: Json) -> Iterator[str]:
    kind = item.get("type")
    if kind in {"mrkdwn", "markdown"}:
        yield str(item.get("text", ""))
    elif kind == "user":
        yield f"<@{item.get('user_id')}>"
    elif kind == "usergroup":
        yield f"<!subteam^{item.get('usergroup_id')}>"
    elif kind == "broadcast":
        yield f"<!{item.get('range')}>"
    elif kind != "plain_text":
        for key, value in item.items():
            if key not in {"confirm", "options", "option_groups"}:
                yield from spoken(value)


def rich_text(text: str, block_id: str) -> Json:
    """Return the rich_text block Slack derives from what a person typed (already in its notation)."""
    elements: list[Json] = []
    end = 0
    for match in TOKEN.finditer(text):
        if match.start() > end:
            elements.append({"type": "text", "text": unescape(text[end : match.start()])})
        elements.append(_rich_element(match.group(1)))
        end = match.end()
    if end < len(text):
        elements.append({"type": "text", "text": unescape(text[end:])})
    section = {"type": "rich_text_section", "elements": elements}
    return {"type": "rich_text", "block_id": block_id, "elements": [section]}


def _rich_element(body: str) -> Json:
    target, _, label = body.partition("|")
    if target.startswith("@"):
        return {"type": "user", "user_id": target[1:]}
    if target.startswith("#"):
        return {"type": "channel", "channel_id": target[1:]}
    if target.startswith("!subteam^"):
        return {"type": "usergroup", "usergroup_id": target.removeprefix("!subteam^")}
    if target.removeprefix("!") in BROADCASTS:
        return {"type": "broadcast", "range": target[1:]}
    return {"type": "link", "url": unescape(target)} | ({"text": unescape(label)} if label else {})


def plain(text: str, name: Callable[[str], str | None]) -> str:
    """Return a text as a notification shows it: mentions by name, links by label or address."""

    def replace(match: re.Match[str]) -> str:
        target, _, label = match.group(1).partition("|")
        if label:
            return label
        if target.startswith(("@", "#")):
            return target[0] + (name(target[1:]) or target[1:])
        return "@" + target[1:] if target.startswith("!") else target

    return unescape(TOKEN.sub(replace, text))
