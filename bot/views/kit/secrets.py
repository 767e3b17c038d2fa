"""What must never be shown: known secret values in every spelling, and everything that looks like a secret."""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from urllib.parse import quote, quote_plus

from bot.domain.messages import Json, Message, View

REDACTED = "[redacted]"
SHORTEST = 6  # characters; a shorter "secret" would black out ordinary words
TELLING = 8  # characters of a cut value that still give it away

_KNOWN = (
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,20}-----.*?(?:-----END [A-Z0-9 ]{0,40}-----|\Z)",
    r"\bxox[a-z](?:\.[a-z]+)?-[A-Za-z0-9-]{8,}",
    r"\bxapp-[A-Za-z0-9-]{8,}",
    r"\bgh[a-z]_[A-Za-z0-9]{16,}",
    r"\bgithub_pat_[A-Za-z0-9_]{16,}",
    r"\bglpat-[A-Za-z0-9_-]{16,}",
    r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}",
    r"\bAIza[A-Za-z0-9_-]{30,}",
    r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{10,}",
    r"\bnpm_[A-Za-z0-9]{30,}",
    r"\bpypi-[A-Za-z0-9_-]{30,}",
    r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?",
    r"\bqd1_[0-9a-f]{64}",
    r"\bhooks\.slack\.com/[A-Za-z]+/[A-Za-z0-9/_-]{8,}",
)
SHORTEST_SHAPE = 12  # characters; none of them is shorter
_SHAPES = re.compile("|".join(_KNOWN), re.DOTALL)
# words like "basic authentication" and "token: refresh" are titles, not secrets: these two ask for a digit or quotes
_AUTHORIZATION = re.compile(
    r"\b(bearer|basic|token)([ ]+)(?=[A-Za-z._~+/=-]{0,200}[0-9])[A-Za-z0-9._~+/=-]{12,}", re.IGNORECASE
)
_ASSIGNED = re.compile(
    r"((?:passwor[dt]|passwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)[A-Za-z0-9_-]{0,20}[\"']?[ ]?)"
    r"([=:][ ]?\"[^\"\n]{1,400}\"|[=:][ ]?'[^'\n]{1,400}'|=[ ]?[^\s\"',;&|)]{4,400}"
    r"|:[ ]?(?=[^\s\"',;&|)0-9]{0,200}[0-9])[^\s\"',;&|)]{6,400})",
    re.IGNORECASE,
)
_USERINFO = re.compile(r"(\b[a-z][a-z0-9+.-]{1,20}://)[^\s/@:]{0,100}:[^\s/@]{1,200}@", re.IGNORECASE)


@lru_cache(maxsize=1024)  # an edited card says mostly what it said before
def redact_shapes(text: str) -> str:
    """`text` without anything that looks like a token, a key, a password or credentials in a URL."""
    if len(text) >= SHORTEST_SHAPE:
        text = _SHAPES.sub(REDACTED, text)
        text = _AUTHORIZATION.sub(rf"\1\2{REDACTED}", text)
    if "=" in text or ":" in text:
        text = _ASSIGNED.sub(lambda found: f"{found[1]}{found[2][0]} {REDACTED}", text)
        text = _USERINFO.sub(rf"\1{REDACTED}@", text)
    return text


@dataclass(frozen=True, repr=False)
class Redactor:
    """Takes known secret values out of everything that leaves: the plain value, base64, URL, JSON and HTML spellings.

    `Redactor.of(values)` makes one; `message` and `view` belong at the one place where payloads go out.
    """

    spellings: tuple[str, ...] = field(default=())
    pattern: re.Pattern[str] | None = None

    @staticmethod
    def of(values: Iterable[str]) -> "Redactor":
        """A redactor for these values; those under six characters are left alone."""
        found = {spelling for value in values for spelling in _spellings(value.strip())}
        ordered = tuple(sorted(found, key=lambda spelling: (-len(spelling), spelling)))
        pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None
        return Redactor(ordered, pattern)

    def text(self, text: str) -> str:
        """`text` without the values, whole or cut off by "…", and without known shapes."""
        if self.pattern is not None:
            text = self._without_beginnings(self.pattern.sub(REDACTED, text))
        return redact_shapes(text)

    def _without_beginnings(self, text: str) -> str:
        *cut, last = text.split("…")
        return "…".join([*map(self._without_beginning, cut), last])

    def _without_beginning(self, text: str) -> str:
        for spelling in self.spellings:
            if spelling[:TELLING] in text:
                for length in range(len(spelling) - 1, TELLING - 1, -1):
                    if text.endswith(spelling[:length]):
                        return text[:-length] + REDACTED
        return text

    def message(self, message: Message) -> Message:
        """The message with every text in it redacted; the values of buttons are opaque and stay."""
        blocks = tuple(self._mapping(block) for block in message.blocks)
        return replace(message, text=self.text(message.text), blocks=blocks)

    def view(self, view: View) -> View:
        """The modal or Home tab with every text in it redacted."""
        return View(body=self._mapping(view.body))

    def _mapping(self, node: Mapping[str, Json]) -> dict[str, Json]:
        opaque = _OPAQUE | {"value"} if node.get("type") == "button" else _OPAQUE
        return {key: item if key in opaque else self._node(item) for key, item in node.items()}

    def _node(self, node: Json) -> Json:
        if isinstance(node, str):
            return self.text(node)
        if isinstance(node, list):
            return [self._node(item) for item in node]
        return self._mapping(node) if isinstance(node, dict) else node

    def __repr__(self) -> str:
        return f"Redactor({len(self.spellings)} spellings)"


_OPAQUE = frozenset({"type", "action_id", "block_id", "callback_id"})
_LOOKALIKES = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"})


def _spellings(value: str) -> Iterator[str]:
    if len(value) < SHORTEST:
        return
    escaped = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    one_line = " ".join(value.split())
    yield from (value, escaped, one_line, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1])
    yield from (escaped.translate(_LOOKALIKES), value.replace("<", "‹").replace(">", "›"))
    yield from (line for line in value.splitlines() if len(line) >= 2 * TELLING)
    for offset in range(3):
        yield from _encoded(value.encode(), offset)


def _encoded(value: bytes, offset: int) -> Iterator[str]:
    """What stays the same of the value's base64 when it stands `offset` bytes behind something else."""
    first = (0, 2, 3)[offset]
    whole = base64.b64encode(bytes(offset) + value).decode()
    stable = (
        whole[first : len(whole) - (0, 3, 2)[(offset + len(value)) % 3]] if (offset + len(value)) % 3 else whole[first:]
    )
    if len(stable) >= TELLING:
        yield stable
        yield stable.replace("+", "-").replace("/", "_")
