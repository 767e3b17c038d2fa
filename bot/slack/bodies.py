"""HTTP bodies of Slack, decoded: a form, a form that holds JSON, or JSON; what is none of them reads as empty."""

import json
from urllib.parse import unquote_plus

from bot.slack.fields import Body, mapping

_MOST_FIELDS = 100


def decode(raw: bytes, content_type: str) -> Body:
    """The fields of a body whose signature was verified."""
    said = raw.decode("utf-8", "replace")
    if content_type.lower().startswith("application/json") or said.startswith("{"):
        return _json(said)
    fields = _form(said)
    return _json(fields["payload"]) if "payload" in fields else fields


def _form(said: str) -> dict[str, str]:
    """As `parse_qsl` reads it, in half the time: this is on the way of every acknowledgement. The last of a name counts."""
    fields: dict[str, str] = {}
    if said.count("&") >= _MOST_FIELDS:
        return fields
    for pair in said.split("&"):
        name, _, value = pair.partition("=")
        fields[_plain(name)] = _plain(value)
    return fields


def _plain(part: str) -> str:
    return unquote_plus(part) if "%" in part or "+" in part else part


def _json(said: str) -> Body:
    try:
        return mapping(json.loads(said))
    except (ValueError, RecursionError):  # RecursionError: nested a hundred thousand deep
        return {}
