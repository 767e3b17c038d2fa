"""What a person puts into inputs: starting values, what a click carries, and what a client refuses before Slack hears of it."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bot.playground.blocks import elements
from bot.playground.errors import Json, PlaygroundError

VALUE_FIELD = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", "initial_files"),
}
"""Per element: where its value stands in `state` and where the app may preset it."""
MANY = frozenset(kind for kind in VALUE_FIELD if kind.startswith("multi_") or kind in {"checkboxes", "file_input"})
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
WEB_ADDRESS = re.compile(r"https?://\S+")

Named = Callable[[str, str], str]
"""`(kind, name) → id`: how a test names people and channels."""


def stateful(blocks: Iterable[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield every (block, element) whose value is part of `state`."""
    for block in blocks:
        for element in elements(block):
            if element.get("type") in VALUE_FIELD:
                yield block, element


def starting_values(blocks: Iterable[Json]) -> Json:
    """Return `state.values` of fresh blocks: what the app preset, or nothing."""
    values: Json = {}
    for block, element in stateful(blocks):
        field, initial = VALUE_FIELD[element["type"]]
        empty: Any = [] if element["type"] in MANY else None
        actions = values.setdefault(block["block_id"], {})
        actions[element["action_id"]] = {"type": element["type"], field: element.get(initial, empty)}
    return values


def overlay(values: Json, given: Json) -> Json:
    """Return `values` with what a page sent laid over it; ids the view does not have are ignored."""
    merged: Json = {block: dict(actions) for block, actions in values.items()}
    for block_id, actions in given.items():
        for action_id, value in actions.items() if isinstance(actions, dict) else ():
            known = merged.get(block_id, {}).get(action_id)
            if known is not None and isinstance(value, dict):
                field = VALUE_FIELD[known["type"]][0]
                merged[block_id][action_id] = {"type": known["type"], field: value.get(field, known[field])}
    return merged


def find_element(blocks: Iterable[Json], wanted: str, block_id: str = "") -> tuple[Json, Json]:
    """Return (block, element) by action id, or by the text of a button; PlaygroundError lists what can be clicked."""
    seen: list[str] = []
    for block in blocks:
        for element in elements(block):
            label = (element.get("text") or {}).get("text", "") if isinstance(element.get("text"), dict) else ""
            seen += [name for name in (element.get("action_id"), label) if name]
            if wanted in {element.get("action_id"), label} and block_id in {"", block.get("block_id")}:
                return block, element
    raise PlaygroundError(f"there is nothing called {wanted!r} to click; there are {', '.join(seen) or 'no elements'}")


def offered(element: Json) -> list[Json]:
    """Return every option of an element, those in groups too."""
    grouped = [option for group in element.get("option_groups") or [] for option in group["options"]]
    return [*(element.get("options") or []), *grouped]


def option_for(element: Json, wanted: Any) -> Json:
    """Return the option with this value or text; an external select takes any text."""
    if isinstance(wanted, dict):
        return wanted
    for option in offered(element):
        if wanted in {option["value"], option["text"]["text"]}:
            return option
    if "external" in element["type"]:
        return {"text": {"type": "plain_text", "text": str(wanted), "emoji": True}, "value": str(wanted)}
    known = ", ".join(option["value"] for option in offered(element))
    raise PlaygroundError(f"{element.get('action_id')} has no option {wanted!r}; it has {known}")


def chosen(element: Json, value: Any, named: Named) -> Json:
    """Return an element's state for a plain value: a text, an option's value or text, names of people or channels, a date."""
    kind = element["type"]
    field = VALUE_FIELD[kind][0]
    if kind in MANY:
        return {"type": kind, field: [_one(element, item, named) for item in value]}
    return {"type": kind, field: None if value is None else _one(element, value, named)}


def _one(element: Json, value: Any, named: Named) -> Any:
    kind = element["type"]
    if "option" in VALUE_FIELD[kind][0]:
        return option_for(element, value)
    if "users" in kind:
        return named("user", value)
    if "channels" in kind or "conversations" in kind:
        return named("channel", value)
    return value


def filled(blocks: list[Json], values: Json, given: Json, named: Named) -> Json:
    """Return `values` with plain answers put in, each under its block id, action id or label."""
    merged: Json = {block: dict(actions) for block, actions in values.items()}
    for key, value in given.items():
        block, element = _input_named(blocks, key)
        merged[block["block_id"]][element["action_id"]] = chosen(element, value, named)
    return merged


def _input_named(blocks: list[Json], key: str) -> tuple[Json, Json]:
    names: list[str] = []
    for block, element in stateful(blocks):
        label = (block.get("label") or {}).get("text", "")
        names.append(label or element["action_id"])
        if key in {block["block_id"], element["action_id"], label}:
            return block, element
    raise PlaygroundError(f"there is no input {key!r}; there are {', '.join(names) or 'none'}")


def refusals(blocks: list[Json], values: Json) -> Json:
    """Return `{block_id: sentence}` for what a client refuses on its own: required, too short or long, malformed."""
    found: Json = {}
    for block in blocks:
        if block.get("type") == "input":
            element = block["element"]
            state = values[block["block_id"]][element["action_id"]]
            sentence = _refusal(block, element, state[VALUE_FIELD[element["type"]][0]])
            if sentence:
                found[block["block_id"]] = sentence
    return found


def _refusal(block: Json, element: Json, value: Any) -> str:
    if value in (None, "", []):
        return "" if block.get("optional") else "Please complete this required field."
    if not isinstance(value, str):
        return ""
    return _length(element, value) or _format(element, value)


def _length(element: Json, value: str) -> str:
    most, least = element.get("max_length", 3000), element.get("min_length", 0)
    if len(value) > most:
        return f"Please enter at most {most} characters."
    return f"Please enter at least {least} characters." if len(value) < least else ""


def _format(element: Json, value: str) -> str:
    kind = element["type"]
    if kind == "email_text_input" and not EMAIL.fullmatch(value):
        return "Please enter a valid email address."
    if kind == "url_text_input" and not WEB_ADDRESS.fullmatch(value):
        return "Please enter a valid URL."
    return _number(element, value) if kind == "number_input" else ""


def _number(element: Json, value: str) -> str:
    try:
        number = float(value)
    except ValueError:
        return "Please enter a number."
    if not element.get("is_decimal_allowed") and not number.is_integer():
        return "Please enter a whole number."
    if "min_value" in element and number < float(element["min_value"]):
        return f"Please enter a number of at least {element['min_value']}."
    if "max_value" in element and number > float(element["max_value"]):
        return f"Please enter a number of at most {element['max_value']}."
    return ""
