"""Reading what strangers send: total, bounded, and never more than text, instants and addresses."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Never
from urllib.parse import urljoin, urlsplit

from bot.domain.terms import Millis
from bot.errors import Unreadable

DEEPEST = 32
MOST_ALERTS = 20_000  # in one delivery
MOST_PAIRS = 64  # labels or annotations of one alert
LONGEST_NAME = 128
LONGEST_LINE = 300
LONGEST_LABEL = 1_024
LONGEST_PROSE = 4_000
LONGEST_ADDRESS = 2_000
LATEST: Millis = 4_102_444_800_000  # 2100-01-01: what is later, or before 1970, is no instant
Pairs = tuple[tuple[str, str], ...]


def read_json(content: bytes) -> object:
    """The JSON value of a body; raises Unreadable for what is no JSON, or nested deeper than 32."""
    try:
        found = json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
    except RecursionError:
        raise Unreadable(f"nested deeper than {DEEPEST} levels") from None
    except ValueError:
        raise Unreadable("not JSON") from None
    if _too_deep(found):
        raise Unreadable(f"nested deeper than {DEEPEST} levels")
    return found


def _no_number(_word: str) -> Never:
    raise ValueError


def _too_deep(value: object) -> bool:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(DEEPEST):
        if not level:
            return False
        level = [inner for each in level for inner in _inside(each) if isinstance(inner, dict | list)]
    return bool(level)


def _inside(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def mapping(value: object) -> Mapping[str, object]:
    """The object, or an empty one where something else stands."""
    return value if isinstance(value, dict) else {}


def the_object(value: object, what: str) -> Mapping[str, object]:
    """The object; raises Unreadable (`what` in the words of the sender's documentation) where something else stands."""
    if not isinstance(value, dict):
        raise Unreadable(f"{what} has to be a JSON object")
    return value


def the_list(value: object, what: str) -> list[object]:
    """The list, of at most 20,000; raises Unreadable."""
    if not isinstance(value, list):
        raise Unreadable(f"{what} has to be a JSON array")
    if len(value) > MOST_ALERTS:
        raise Unreadable(f"{what} has more than {MOST_ALERTS:,} entries")
    return value


def line(value: object, longest: int = LONGEST_LINE) -> str:
    """A scalar as one line of text; empty for objects, lists and null."""
    if type(value) is str and len(value) <= longest and value.isprintable():
        return value.strip()
    return " ".join(prose(value, 4 * longest).split())[:longest].strip()


def prose(value: object, longest: int = LONGEST_PROSE) -> str:
    """A scalar as text of several lines; control characters and what no file can hold are left out."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.15g}"[:longest]
    if isinstance(value, int):
        return str(value)[:longest]
    if not isinstance(value, str):
        return ""
    text = value[: 2 * longest].replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    kept = text if text.isprintable() else "".join(c for c in text if c.isprintable() or c in "\n\u00a0")
    return kept.strip()[:longest].strip()


def pairs(value: object, longest: int = LONGEST_LABEL) -> Pairs:
    """An object of scalars as pairs, by name; at most 64, the first by name; those that hold nothing are left out."""
    found = ((line(name, LONGEST_NAME), _value(inner, longest)) for name, inner in mapping(value).items())
    return tuple(sorted(dict(pair for pair in found if pair[0] and pair[1]).items()))[:MOST_PAIRS]


def _value(value: object, longest: int) -> str:
    return line(value, longest) if longest <= LONGEST_LABEL else prose(value, longest)


def first(found: Mapping[str, str], *names: str) -> str:
    """The first of these names that holds something."""
    return next((found[name] for name in names if found.get(name)), "")


def tags(value: object) -> Pairs:
    """Words such as `service:web`, in a list or with commas between, as pairs; a word without a colon is its own value."""
    words = value if isinstance(value, list) else line(value, LONGEST_PROSE).split(",")
    split = [line(word, LONGEST_LABEL).partition(":") for word in words[: 4 * MOST_PAIRS]]
    return pairs({name.strip(): (rest or name).strip() for name, _, rest in split})


def instant(value: object) -> Millis:
    """An ISO 8601 text, or a number of seconds or milliseconds since 1970; 0 for anything else."""
    if isinstance(value, bool):
        return 0
    if isinstance(value, str):
        return _from_text(value.strip())
    if isinstance(value, int | float):
        return _plausible(value if abs(value) > 100_000_000_000 else value * 1000)
    return 0


def _from_text(text: str) -> Millis:
    if text.isascii() and text.isdigit() and len(text) in {10, 13}:
        return instant(int(text))
    try:
        at = datetime.fromisoformat(text[:40])
        return _plausible((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return 0


def _plausible(millis: float) -> Millis:
    return round(millis) if 0 < millis < LATEST else 0


def address(value: object, base: str = "") -> str:
    """An http or https address without credentials, joined to `base` where it is relative; empty for anything else."""
    text = line(value, LONGEST_ADDRESS + 1)
    if not text or len(text) > LONGEST_ADDRESS:
        return ""
    try:
        full = urljoin(base, text) if base else text
        parts = urlsplit(full)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return ""
    return full if usable and not any(character in full for character in ' <>"|\\') else ""


def digest(*words: str) -> str:
    """Sixteen hexadecimal digits that stand for these words in this order."""
    joined = "".join(f"{word}\xff" for word in words)
    return hashlib.blake2b(joined.encode("utf-8", "replace"), digest_size=8).hexdigest()
