"""An audit line as other systems get it: the schema `quarterdeck.audit/1`, for exports and for the stream."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from bot.domain.audit import Entry
from bot.domain.terms import Millis

SCHEMA = "quarterdeck.audit/1"

TEXT = {"type": "string"}
HASH = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
JSON_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A line of Quarterdeck's audit",
    "type": "object",
    "properties": {
        "schema": {"const": SCHEMA},
        "id": {"type": "integer", "minimum": 1},
        "at": {"type": "integer"},
        "time": TEXT,
        "actor": TEXT,
        "action": TEXT,
        "subject": TEXT,
        "reason": TEXT,
        "body": {"type": "object", "additionalProperties": TEXT},
        "previous_hash": HASH,
        "hash": HASH,
    },
    "required": [
        *("schema", "id", "at", "time", "actor", "action", "subject", "reason", "body", "previous_hash", "hash"),
    ],
    "additionalProperties": False,
}
"""What each line conforms to; fields are added only with a new number in `schema`."""


def exported(entry: Entry) -> dict[str, object]:
    """One line in the schema `quarterdeck.audit/1`."""
    return {"schema": SCHEMA, "time": iso(entry.at), **asdict(entry), "body": dict(entry.body)}


def json_line(entry: Entry) -> str:
    """The same as text, without a line break in it."""
    return json.dumps(exported(entry), separators=(",", ":"))


def iso(at: Millis) -> str:
    """ISO 8601 in UTC; a time that no calendar has is given as its number."""
    try:
        return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):  # somebody wrote it into the file
        return str(at)
