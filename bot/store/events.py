"""Events: facts in the past tense, append-only."""

from bot.domain.events import Event
from bot.domain.terms import Millis
from bot.store.codec import Codec
from bot.store.tx import Tx

CODEC = Codec(Event)

INSERT = CODEC.insert("events", then="returning id")
OF_SUBJECT = "select * from events where subject = :subject order by id"
SINCE = "select * from events where id > :after order by id limit :limit"
BETWEEN = "select * from events where at >= :since and at < :until order by at, id limit :limit"


def append(tx: Tx, event: Event) -> int:
    """Add a fact; returns its place in the sequence."""
    row = tx.one(INSERT, **CODEC.row(event))
    assert row is not None, "an insert returns its row"
    return int(row["id"])


def of_subject(tx: Tx, subject: str) -> tuple[Event, ...]:
    """What happened to a subject, in order."""
    return CODEC.all(tx, OF_SUBJECT, subject=subject)


def since(tx: Tx, after: int, limit: int) -> tuple[tuple[int, Event], ...]:
    """What came after that place in the sequence, each with its own place."""
    return tuple((row["id"], CODEC.thing(row)) for row in tx.all(SINCE, after=after, limit=limit))


def between(tx: Tx, start: Millis, end: Millis, limit: int) -> tuple[Event, ...]:
    """What happened from `start` until just before `end`."""
    return CODEC.all(tx, BETWEEN, since=start, until=end, limit=limit)
