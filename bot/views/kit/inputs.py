"""Forms: fields, menus and modals within Slack's limits."""

from collections.abc import Iterable, Sequence

from bot.domain.messages import Block, Json, View
from bot.views.kit import limits
from bot.views.kit.blocks import label, plain_text, whole
from bot.views.kit.cleaning import cap, clean


def field(name: str, title: str, element: Block, *, hint: str = "", optional: bool = False) -> Block:
    """One labelled field; its block id and its action id are `name`, which is what comes back with the form."""
    made: Block = {
        "type": "input",
        "block_id": name,
        "label": plain_text(title, limits.INPUT_LABEL),
        "element": element | {"action_id": name},
        "optional": optional,
    }
    return made | {"hint": plain_text(hint, 300)} if hint else made


def typed(*, value: str = "", placeholder: str = "", most: int = 500, several_lines: bool = False) -> Block:
    """A text field."""
    made: Block = {"type": "plain_text_input", "multiline": several_lines, "max_length": most}
    if clean(value):
        made["initial_value"] = cap(clean(value), most)
    return made | {"placeholder": plain_text(placeholder, limits.PLACEHOLDER)} if placeholder else made


def menu(options: Sequence[tuple[str, str]], *, chosen: str = "", placeholder: str = "") -> Block:
    """A menu of up to 100 (label, value); `chosen` is preselected where it is among them.

    Without any option that Slack takes it asks for them instead.
    """
    listed: list[Json] = [choice(name, value) for name, value in _fitting(options)[: limits.OPTIONS]]
    if not listed:
        return suggested(placeholder=placeholder)
    made: Block = {"type": "static_select", "options": listed}
    for item in listed:
        if isinstance(item, dict) and chosen and item["value"] == chosen:
            made["initial_option"] = item
    return made | {"placeholder": plain_text(placeholder, limits.PLACEHOLDER)} if placeholder else made


def suggested(*, value: str = "", placeholder: str = "", least: int = 0) -> Block:
    """A menu whose options are asked for while somebody types; `value` is preselected."""
    made: Block = {"type": "external_select", "min_query_length": least}
    if clean(value) and len(value) <= limits.OPTION_VALUE:
        made["initial_option"] = choice(value, value)
    return made | {"placeholder": plain_text(placeholder, limits.PLACEHOLDER)} if placeholder else made


def radio(options: Sequence[tuple[str, str]], *, chosen: str = "") -> Block:
    """Up to ten (label, value), all in sight; `chosen` is preselected where it is among them."""
    listed: list[Json] = [choice(name, value) for name, value in _fitting(options)[:10]]
    made: Block = {"type": "radio_buttons", "options": listed}
    for item in listed:
        if isinstance(item, dict) and chosen and item["value"] == chosen:
            made["initial_option"] = item
    return made


def choice(name: str, value: str) -> Block:
    """One option of a menu."""
    return {"text": plain_text(name, limits.OPTION), "value": value}


def _fitting(options: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Options once each, without those whose value Slack would cut."""
    kept = {value: name for name, value in options if 0 < len(value) <= limits.OPTION_VALUE}
    return [(name, value) for value, name in kept.items()]


def modal(
    title: str,
    blocks: Iterable[Block | None],
    *,
    name: str = "",
    submit: str = "",
    close: str = "Close",
    carried: str = "",
) -> View:
    """A modal; `name` comes back as its callback id, `carried` as its private metadata (at most 3,000 characters: never a secret)."""
    assert len(carried) <= limits.CARRIED, "carry an id, not the thing"
    body: dict[str, Json] = {
        "type": "modal",
        "title": label(title, limits.TITLE),
        "close": label(close, limits.TITLE),
        "blocks": [*whole(blocks, limits.VIEW_BLOCKS)],
        "callback_id": name,
        "private_metadata": carried,
    }
    return View(body=body | {"submit": label(submit, limits.TITLE)} if submit else body)


def home(blocks: Iterable[Block | None]) -> View:
    """A Home tab."""
    return View(body={"type": "home", "blocks": [*whole(blocks, limits.VIEW_BLOCKS)]})
