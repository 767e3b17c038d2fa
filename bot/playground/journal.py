"""The journal: every call, envelope, ack, click and fault, with its latency, so that tests and people can look back."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from bot.playground.clock import Clock
from bot.playground.errors import Json

KEPT = 20_000


class Kind(StrEnum):
    """What an entry is about."""

    CALL = "call"
    ENVELOPE = "envelope"
    ACK = "ack"
    UI = "ui"
    FAULT = "fault"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line: `at` in seconds since the epoch, `ms` the latency in milliseconds, `detail` without any token."""

    seq: int
    at: float
    kind: Kind
    name: str
    ms: float = 0.0
    ok: bool = True
    error: str | None = None
    detail: Json = field(default_factory=dict)

    def as_json(self) -> Json:
        """Return the entry as the page and a JSONL file show it."""
        shown: Json = {"seq": self.seq, "at": self.at, "kind": str(self.kind), "name": self.name}
        shown |= {"ms": round(self.ms, 3), "ok": self.ok, "detail": self.detail}
        return shown | ({"error": self.error} if self.error else {})


class Journal:
    """The last twenty thousand entries in order; `changed` is called after each one."""

    def __init__(self, clock: Clock, changed: Callable[[], None]) -> None:
        self._clock = clock
        self._changed = changed
        self._seq = 0
        self._entries: deque[Entry] = deque(maxlen=KEPT)

    def note(
        self, kind: Kind, name: str, *, ms: float = 0.0, error: str | None = None, detail: Json | None = None
    ) -> Entry:
        """Append an entry (it is `ok` when there is no `error`) and return it."""
        self._seq += 1
        entry = Entry(
            seq=self._seq,
            at=self._clock.now(),
            kind=kind,
            name=name,
            ms=ms,
            ok=error is None,
            error=error,
            detail=detail or {},
        )
        self._entries.append(entry)
        self._changed()
        return entry

    def after(self, seq: int) -> list[Entry]:
        """Return every kept entry with a higher number than `seq`."""
        return [entry for entry in self._entries if entry.seq > seq]

    def entries(self, kind: Kind | None = None, name: str | None = None) -> list[Entry]:
        """Return kept entries, optionally of one kind and with one name."""
        return [e for e in self._entries if kind in {None, e.kind} and name in {None, e.name}]

    def calls(self, method: str | None = None) -> list[Entry]:
        """Return Web API calls, optionally of one method."""
        return self.entries(Kind.CALL, method)

    def envelopes(self, name: str | None = None) -> list[Entry]:
        """Return deliveries to the app, optionally by name (`/ops`, `block_actions`, `app_mention`, …)."""
        return self.entries(Kind.ENVELOPE, name)

    def acks(self, name: str | None = None) -> list[Entry]:
        """Return acknowledgements by the app; `ms` is how long each took."""
        return self.entries(Kind.ACK, name)
