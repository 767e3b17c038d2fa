"""HTTP bodies of Slack, decoded: a form, a form that holds JSON, or JSON; what is none of them reads as empty."""

import json
from urllib.parse import parse_qsl

from bot.slack.fields import Body, mapping

_MOST_FIELDS = 100


def decode(raw: bytes, content_type: str) -> Body:
    """The fields of a body whose signature was verified."""
    said = raw.decode("utf-8", "replace")
    if content_type.lower().startswith("application/json") or said.startswith("{"):
        return _json(said)
    try:
        fields = dict(parse_qsl(said, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return {}
    return _json(fields["payload"]) if "payload" in fields else fields


def _json(said: str) -> Body:
    try:
        return mapping(json.loads(said))
    except (ValueError, RecursionError):  # RecursionError: nested a hundred thousand deep
        return {}
