"""Total reading of untrusted JSON: whatever is missing or of another kind reads as empty."""

import hashlib
import json
from collections.abc import Mapping, Sequence

LONGEST = 12_000  # characters of any single text we keep; Slack's own composer stops at 12,000
Body = Mapping[str, object]
EMPTY: Body = {}


def mapping(value: object) -> Body:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else EMPTY


def items(value: object) -> Sequence[object]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list | tuple) else ()


def text(value: object, limit: int = LONGEST) -> str:
    """The value if it is a string, cut to `limit` characters, without what a database or a terminal cannot hold."""
    if not isinstance(value, str):
        return ""
    cut = value[:limit]
    if cut.isascii() and "\0" not in cut:
        return cut
    # a lone surrogate is valid JSON and invalid UTF-8: it would fail much later, in the database
    return cut.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def at(body: object, *path: str) -> object:
    """What lies at the end of the path, or None."""
    for name in path:
        if not isinstance(body, dict):
            return None
        body = body.get(name)
    return body


def word(body: object, *path: str) -> str:
    """The string at the end of the path, or an empty one; ids are short, so that it is cut to 500 characters."""
    return text(at(body, *path), 500)


def named(value: object) -> str:
    """An id that Slack sends either bare or as an object with an `id`."""
    return text(value, 500) or word(value, "id")


def digest(body: object) -> str:
    """A stable name for a body that has none; 64 hexadecimal digits."""
    try:
        canonical = json.dumps(body, sort_keys=True, default=repr)
    except (TypeError, ValueError, RecursionError):
        canonical = ascii(type(body))
    return hashlib.sha256(canonical.encode("utf-8", "backslashreplace")).hexdigest()
