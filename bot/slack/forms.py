"""What somebody entered: a form's state flattened to strings, and the value behind a click."""

from collections.abc import Iterator

from bot.slack.fields import Body, at, items, mapping, named, text, word

_ONE = ("value", "selected_user", "selected_channel", "selected_conversation", "selected_date", "selected_time")
_MANY = ("selected_users", "selected_channels", "selected_conversations", "files")


def entered(state: object) -> dict[str, str]:
    """Input by block id. A choice of several is one value per line, nothing chosen is an empty string.

    A block with more than one element has its first under the block id and each under `block id/action id`.
    """
    values: dict[str, str] = {}
    for block, elements in mapping(at(state, "values")).items():
        inputs = mapping(elements)
        for action, element in inputs.items():
            chosen = chosen_value(mapping(element))
            values.setdefault(text(block, 255), chosen)
            if len(inputs) > 1:
                values[f"{text(block, 255)}/{text(action, 255)}"] = chosen
    return values


def chosen_value(element: Body) -> str:
    """What one input element or clicked action holds."""
    for name in _ONE:
        if found := text(element.get(name)):
            return found
    if option := word(element, "selected_option", "value"):
        return option
    if isinstance(moment := element.get("selected_date_time"), int):
        return str(moment)
    return "\n".join(_several(element))


def _several(element: Body) -> Iterator[str]:
    for option in items(element.get("selected_options")):
        yield word(option, "value")
    for name in _MANY:
        for value in items(element.get(name)):
            yield named(value)
