"""A message or view as plain lines, the way people read it: for snapshots in conversation tests."""

import re
from collections.abc import Iterator
from typing import Any

from bot.domain.messages import Message, View

_DATE = re.compile(r"<!date\^[^|>]*\|([^>]*)>")
_LINK = re.compile(r"<(https?://[^|>]*)\|([^>]*)>")
_PERSON = re.compile(r"<@([A-Z0-9]+)>")
_GROUP = re.compile(r"<!subteam\^([A-Z0-9]+)>")
_CHANNEL = re.compile(r"<#([A-Z0-9]+)(?:\|[^>]*)?>")


def plain(shown: Message | View) -> str:
    """Lines as in the gallery of messages: mrkdwn signs stay, dates are UTC, buttons stand in brackets, fields after `›`."""
    if isinstance(shown, Message):
        blocks: list[dict[str, Any]] = list(shown.blocks)
        return "\n".join(_lines(blocks)) if blocks else readable(shown.text)
    body: dict[str, Any] = dict(shown.body)
    title = [f"# {body['title']['text']}"] if "title" in body else []
    ends = [f"[ {body[name]['text']} ]" for name in ("submit", "close") if name in body]
    return "\n".join([*title, *_lines(body["blocks"]), *([" ".join(ends)] if ends else [])])


def _lines(blocks: list[dict[str, Any]]) -> Iterator[str]:
    for block in blocks:
        kind = block["type"]
        if kind == "section":
            yield from readable(block["text"]["text"]).split("\n")
        elif kind == "header":
            yield f"# {block['text']['text']}"
        elif kind == "context":
            yield " · ".join(readable(element["text"]) for element in block["elements"])
        elif kind == "actions":
            yield " ".join(f"[ {element['text']['text']} ]" for element in block["elements"])
        elif kind == "divider":
            yield "---"
        elif kind == "table":
            yield from (" | ".join(cell["text"] for cell in row) for row in block["rows"])
        elif kind == "input":
            yield _field(block)
        else:
            raise AssertionError(f"plain() does not know {kind}")


def _field(block: dict[str, Any]) -> str:
    element = block["element"]
    chosen = element.get("initial_value") or element.get("initial_option", {}).get("text", {}).get("text", "")
    options = " / ".join(option["text"]["text"] for option in element.get("options", ())[:6])
    asked = chosen or options or element.get("placeholder", {}).get("text", "")
    return f"› {block['label']['text']}: {asked}"


def readable(text: str) -> str:
    """mrkdwn with dates, links and mentions as people see them, escapes undone."""
    shown = _GROUP.sub(r"@\1", _PERSON.sub(r"@\1", _LINK.sub(r"\2", _DATE.sub(r"\1", text))))
    shown = _CHANNEL.sub(r"#\1", shown)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def labels(shown: Message | View) -> list[str]:
    """What stands on the buttons."""
    body: dict[str, Any] = shown.payload() if isinstance(shown, Message) else dict(shown.body)
    blocks: list[dict[str, Any]] = body["blocks"]
    return [element["text"]["text"] for block in blocks if block["type"] == "actions" for element in block["elements"]]
