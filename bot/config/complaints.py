"""What pydantic found, in the words of people who write configuration files; a value is never repeated."""

from collections.abc import Mapping
from typing import Any

from bot.config.problems import one_of, suggestion

Details = Mapping[str, Any]

_KINDS = {
    "string_type": ("has to be text", "write a word, or put the value in quotes"),
    "int_type": ("has to be a whole number", "write digits only"),
    "int_parsing": ("has to be a whole number", "write digits only"),
    "int_from_float": ("has to be a whole number", "write digits only"),
    "float_type": ("has to be a number", "write digits, with a `.` for fractions"),
    "bool_type": ("has to be true or false", "write true or false (yes, no, on and off are text in YAML 1.2)"),
    "tuple_type": ("has to be a list", "put it in brackets: [one, two]"),
    "list_type": ("has to be a list", "put it in brackets: [one, two]"),
    "set_type": ("has to be a list", "put it in brackets: [one, two]"),
    "frozen_set_type": ("has to be a list", "put it in brackets: [one, two]"),
    "dict_type": ("has to hold keys and values", "write `key: value` lines below it, indented"),
    "model_type": ("has to hold keys and values", "write `key: value` lines below it, indented"),
    "model_attributes_type": ("has to hold keys and values", "write `key: value` lines below it, indented"),
}


def phrase(kind: str, message: str, details: Details, value: object) -> tuple[str, str]:
    """(what is wrong, how to mend it) for one pydantic error of type `kind`; `value` only decides which hint helps."""
    if "hint" in details:
        return str(details["problem"]), str(details["hint"])
    if kind in {"enum", "literal_error"}:
        return _choice(str(details["expected"]), value)
    if kind == "string_type" and isinstance(value, bool):
        return "has to be text", "put it in quotes"
    if kind in _KINDS:
        return _KINDS[kind]
    if kind == "value_error":
        return str(details["error"]), ""
    return message[:1].lower() + message[1:], ""


def _choice(expected: str, value: object) -> tuple[str, str]:
    words = expected.replace("'", "").replace(" or ", ", ").split(", ")
    meant = suggestion(value, words) if isinstance(value, str) else ""
    return f"has to be {one_of(words)}", f"did you mean `{meant}`?" if meant else f"write {one_of(words)}"
