"""The audit: who did what, and why; the schema refuses to change or delete a line, and each line seals the one before it."""

from collections.abc import Iterator, Mapping, Sequence

from bot.domain.audit import Entry, Head, Line, Posted, Verdict, after, examine, sealed
from bot.domain.deliveries import Outgoing
from bot.domain.terms import DAY, Millis
from bot.store import outbox, slots
from bot.store.codec import Codec, clean
from bot.store.tx import Row, Tx

CODEC = Codec(Entry)
HEADS = Codec(Head)
KIND = "audit_head"
BATCH = 1000

INSERT = CODEC.insert("audit")
HEAD = "select id, hash, count from audit_head"
ADVANCE = "update audit_head set id = :id, hash = :hash, count = :count where hash = :before"
OF_SUBJECT = "select * from audit where subject = :subject order by id"
SINCE = "select * from audit where id > :after order by id limit :limit"
CHOSEN = """
  select * from audit where id > :after and at >= :since and (:subject = '' or subject = :subject) order by id limit :limit
"""


def append(
    tx: Tx,
    *,
    at: Millis,
    actor: str,
    action: str,
    subject: str,
    reason: str = "",
    body: Mapping[str, str] | None = None,
) -> Entry:
    """Add a line; `actor` is `team/user` or `quarterdeck`. Returns it with its place and its hash.

    The head is one row: whoever appends at the same time waits for it, so the chain never forks.
    """
    before = head(tx)
    # Hashed as it will be read: what cannot be stored (half a surrogate pair) is replaced by then.
    entry = Entry(
        at=at, actor=clean(actor), action=clean(action), subject=clean(subject), reason=clean(reason), body=body or {},
        id=before.id + 1,
    )  # fmt: skip
    line = sealed(entry, before)
    tx.run(INSERT, **CODEC.row(line))
    moved = tx.run(ADVANCE, before=before.hash, **HEADS.row(after(before, line)))
    assert moved == 1, "the audit has one head"
    return line


def head(tx: Tx) -> Head:
    """Where the chain ends, as it was recorded."""
    row = tx.one(HEAD)
    return Head() if row is None else HEADS.thing(row)


def of_subject(tx: Tx, subject: str) -> tuple[Entry, ...]:
    """Every line about a subject, in order."""
    return CODEC.all(tx, OF_SUBJECT, subject=subject)


def since(tx: Tx, after: int, limit: int) -> tuple[Entry, ...]:
    """The lines after that place, in order."""
    return CODEC.all(tx, SINCE, after=after, limit=limit)


def chosen(tx: Tx, *, after: int = 0, since: Millis = 0, subject: str = "", limit: int = BATCH) -> tuple[Entry, ...]:
    """The lines after that place, from that time on, about that subject (empty: any), in order."""
    found = tx.all(CHOSEN, after=after, since=since, subject=subject, limit=limit)
    return tuple(_line(row).entry for row in found)


def verify(tx: Tx, posted: Sequence[Posted] = ()) -> Verdict:
    """Examine every line, in one snapshot; reads the whole table in steps."""
    return examine(_lines(tx), head(tx), posted)


def owe_head(tx: Tx, *, now: Millis, channel: str) -> Head | None:
    """Owe a channel today's head, unless that was done today or there is nothing yet; returns it where it is owed now."""
    # The slot is the end of the day: it is swept only when this day cannot be claimed any more.
    end = now // DAY * DAY + DAY
    found = head(tx)
    if not found.count or not slots.claim(tx, KIND, end):
        return None
    body = {"id": str(found.id), "hash": found.hash, "count": str(found.count)}
    outbox.put(tx, Outgoing(key=f"{KIND}:{end}", kind=KIND, subject="audit", channel=channel, body=body, due_at=now))
    return found


def _lines(tx: Tx) -> Iterator[Line]:
    last = -1
    while rows := tx.all(SINCE, after=last, limit=BATCH):
        yield from map(_line, rows)
        last = int(rows[-1]["id"])


def _line(row: Row) -> Line:
    """A row of a file that others may have written: nothing in it is taken for granted."""
    try:
        entry = CODEC.thing(row)
        return Line(entry=entry, faithful=CODEC.row(entry) == row)
    except (ValueError, TypeError, AttributeError, RecursionError):  # its body is not an object of texts
        return Line(entry=CODEC.thing({**row, "body": "{}"}), faithful=False)
