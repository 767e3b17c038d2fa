"""What Slack would refuse in a message or view, by the published limits: written apart from the views, so that neither trusts the other."""

from collections.abc import Iterator
from typing import Any

from bot.domain.messages import Message, View

MESSAGE_BLOCKS = {"section", "context", "header", "actions", "divider", "table"}
VIEW_BLOCKS = {"section", "context", "header", "actions", "divider", "input"}
ELEMENTS_IN_ACTIONS = {"button"}
ELEMENTS_IN_INPUT = {"plain_text_input", "static_select", "external_select", "radio_buttons"}


def problems(shown: Message | View) -> list[str]:
    """Everything Slack would refuse; empty for a payload it takes."""
    return list(_message(shown) if isinstance(shown, Message) else _view(dict(shown.body)))


def _message(message: Message) -> Iterator[str]:
    yield from _string("text", message.text, 4000)
    yield from _blocks(list(message.blocks), most=50, allowed=MESSAGE_BLOCKS)


def _view(body: dict[str, Any]) -> Iterator[str]:
    if body["type"] not in {"modal", "home"}:
        yield f"type {body['type']}"
    for name in ("title", "submit", "close"):
        if name in body:
            yield from _text(name, body[name], 24, {"plain_text"})
    if body["type"] == "modal":
        yield from [] if "title" in body else ["a modal needs a title"]
        has_input = any(block["type"] == "input" for block in body["blocks"])
        yield from ["input requires submit"] if has_input and "submit" not in body else []
    yield from _string("private_metadata", body.get("private_metadata", ""), 3000, least=0)
    yield from _string("callback_id", body.get("callback_id", ""), 255, least=0)
    if len(repr(body).encode()) > 250_000:
        yield "view too large"
    yield from _blocks(body["blocks"], most=100, allowed=VIEW_BLOCKS)


def _blocks(blocks: list[dict[str, Any]], *, most: int, allowed: set[str]) -> Iterator[str]:
    if len(blocks) > most:
        yield f"{len(blocks)} blocks"
    if sum(block["type"] == "table" for block in blocks) > 1:
        yield "only one table allowed"
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    actions = [
        element["action_id"] for block in blocks for element in block.get("elements", ()) if "action_id" in element
    ]
    for seen, what in ((ids, "block_id"), (actions, "action_id")):
        if len(seen) != len(set(seen)):
            yield f"{what} twice"
    for at, block in enumerate(blocks):
        if block["type"] not in allowed:
            yield f"{at}: {block['type']} is not allowed here"
        else:
            yield from (f"{at}: {problem}" for problem in _KINDS[block["type"]](block))


def _section(block: dict[str, Any]) -> Iterator[str]:
    if "text" not in block and not block.get("fields"):
        yield "section without text"
    if "text" in block:
        yield from _text("text", block["text"], 3000, {"mrkdwn", "plain_text"})
    if len(block.get("fields", ())) > 10:
        yield "too many fields"
    for cell in block.get("fields", ()):
        yield from _text("field", cell, 2000, {"mrkdwn", "plain_text"})


def _context(block: dict[str, Any]) -> Iterator[str]:
    if not 1 <= len(block["elements"]) <= 10:
        yield f"{len(block['elements'])} context elements"
    for element in block["elements"]:
        yield from _text("context", element, 3000, {"mrkdwn", "plain_text"})


def _header(block: dict[str, Any]) -> Iterator[str]:
    yield from _text("header", block["text"], 150, {"plain_text"})


def _actions(block: dict[str, Any]) -> Iterator[str]:
    if not 1 <= len(block["elements"]) <= 25:
        yield f"{len(block['elements'])} actions"
    for element in block["elements"]:
        if element["type"] not in ELEMENTS_IN_ACTIONS:
            yield f"{element['type']} in actions"
            continue
        yield from _text("button", element["text"], 75, {"plain_text"})
        yield from _string("value", element["value"], 2000)
        yield from _string("action_id", element["action_id"], 255)
        yield from _string("accessibility_label", element["accessibility_label"], 75)
        if element.get("style", "primary") not in {"primary", "danger"}:
            yield f"style {element['style']}"


def _table(block: dict[str, Any]) -> Iterator[str]:
    rows = block["rows"]
    if not 1 <= len(rows) <= 100:
        yield f"{len(rows)} rows"
    if any(not 1 <= len(row) <= 20 for row in rows) or len({len(row) for row in rows}) != 1:
        yield "columns"
    if sum(len(cell["text"]) for row in rows for cell in row) > 10_000:
        yield "table text over 10,000 characters"
    for row in rows:
        for cell in row:
            yield from [] if cell["type"] == "raw_text" else [f"cell {cell['type']}"]
            yield from _string("cell", cell["text"], 3000)


def _input(block: dict[str, Any]) -> Iterator[str]:
    yield from _text("label", block["label"], 2000, {"plain_text"})
    if "hint" in block:
        yield from _text("hint", block["hint"], 2000, {"plain_text"})
    element = block["element"]
    if element["type"] not in ELEMENTS_IN_INPUT:
        yield f"{element['type']} in input"
    if "placeholder" in element:
        yield from _text("placeholder", element["placeholder"], 150, {"plain_text"})
    yield from _string("initial_value", element.get("initial_value", "x"), element.get("max_length", 3000))
    yield from _options(element)


def _options(element: dict[str, Any]) -> Iterator[str]:
    options = element.get("options", [])
    if element["type"] in {"static_select", "radio_buttons"}:
        most = 100 if element["type"] == "static_select" else 10
        if not 1 <= len(options) <= most:
            yield f"{len(options)} options"
        values = [option["value"] for option in options]
        if len(values) != len(set(values)):
            yield "option values twice"
        if "initial_option" in element and element["initial_option"] not in options:
            yield "initial option is not among the options"
    for option in [*options, *([element["initial_option"]] if "initial_option" in element else [])]:
        yield from _text("option", option["text"], 75, {"plain_text"})
        yield from _string("option value", option["value"], 150)


def _divider(block: dict[str, Any]) -> Iterator[str]:
    yield from [f"divider with {sorted(block)}"] if set(block) - {"type", "block_id"} else []


_KINDS = {
    "section": _section,
    "context": _context,
    "header": _header,
    "actions": _actions,
    "table": _table,
    "input": _input,
    "divider": _divider,
}


def _text(what: str, found: dict[str, Any], most: int, kinds: set[str]) -> Iterator[str]:
    if found["type"] not in kinds:
        yield f"{what}: {found['type']}"
    if "emoji" in found and found["type"] != "plain_text":
        yield f"{what}: emoji belongs to plain_text"
    yield from _string(what, found["text"], most)


def _string(what: str, found: str, most: int, *, least: int = 1) -> Iterator[str]:
    if not least <= len(found) <= most:
        yield f"{what}: {len(found)} characters"


def strings(node: Any) -> Iterator[str]:
    """Every text that a reader could see in a payload as Slack lays it out (not ids, and not what stands in a field to be edited)."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for key, item in node.items():
            if key not in {
                "type",
                "action_id",
                "block_id",
                "callback_id",
                "value",
                "private_metadata",
                "style",
                "initial_value",
            }:
                yield from strings(item)
    elif isinstance(node, list | tuple):
        for item in node:
            yield from strings(item)


def payload(shown: Message | View) -> dict[str, Any]:
    """Either as Slack's API takes it."""
    return shown.payload() if isinstance(shown, Message) else dict(shown.body)


def buttons(shown: Message | View) -> list[dict[str, Any]]:
    """Every button of it."""
    blocks: list[dict[str, Any]] = payload(shown)["blocks"]
    return [element for block in blocks if block["type"] == "actions" for element in block["elements"]]
