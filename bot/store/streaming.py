"""How far the stream of audit lines has come: one row, moved on only after the lines have arrived."""

from dataclasses import dataclass

from bot.domain.audit import Entry
from bot.domain.terms import Millis
from bot.store import audit, settings
from bot.store.tx import Tx

CURSOR = "audit_stream"


@dataclass(frozen=True, kw_only=True)
class Lag:
    """What has not arrived: how many lines, and since when the first of them waits (0: none does)."""

    lines: int = 0
    since: Millis = 0


def cursor(tx: Tx) -> int:
    """The last line that arrived; 0 before the first. One beyond the audit's end is not believed: everything is sent again."""
    after = int(settings.get(tx, CURSOR) or 0)
    return after if after <= audit.head(tx).id else 0


def advance(tx: Tx, after: int) -> None:
    """Everything up to this line has arrived."""
    settings.put(tx, CURSOR, str(after))


def following(tx: Tx, limit: int) -> tuple[Entry, ...]:
    """The next lines to send, in order."""
    return audit.since(tx, cursor(tx), limit)


def lag(tx: Tx) -> Lag:
    """How far the stream is behind."""
    after = cursor(tx)
    first = audit.since(tx, after, 1)
    return Lag(lines=audit.head(tx).id - after, since=first[0].at) if first else Lag()
