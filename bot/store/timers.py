"""Timers: one row for each deadline; setting one again moves it."""

from bot.domain.terms import Millis
from bot.domain.timers import Timer
from bot.store.codec import Codec
from bot.store.tx import Tx

CODEC = Codec(Timer)

SET = CODEC.insert(
    "timers", then="on conflict (kind, subject) do update set due_at = excluded.due_at, body = excluded.body"
)
GET = "select * from timers where kind = :kind and subject = :subject"
DUE = "select * from timers where due_at <= :now order by due_at, kind, subject limit :limit"
DUE_OF = "select * from timers where kind = :kind and due_at <= :now order by due_at, subject limit :limit"
OF_KIND = "select * from timers where kind = :kind order by subject"
FIRE = "delete from timers where kind = :kind and subject = :subject and due_at = :due_at"
CANCEL = "delete from timers where kind = :kind and subject = :subject"
NEXT_DUE = "select min(due_at) as due_at from timers"


def set(tx: Tx, timer: Timer) -> None:  # noqa: A001  # callers read `timers.set`
    """Set the timer of this kind and subject, or move it."""
    tx.run(SET, **CODEC.row(timer))


def get(tx: Tx, kind: str, subject: str) -> Timer | None:
    """The timer of this kind and subject."""
    return CODEC.one(tx, GET, kind=kind, subject=subject)


def due(tx: Tx, now: Millis, limit: int) -> tuple[Timer, ...]:
    """The timers that should have fired by now, the longest due first."""
    return CODEC.all(tx, DUE, now=now, limit=limit)


def due_of(tx: Tx, kind: str, now: Millis, limit: int) -> tuple[Timer, ...]:
    """The same, of one kind only."""
    return CODEC.things(tx.all(DUE_OF, kind=kind, now=now, limit=limit))


def of_kind(tx: Tx, kind: str) -> tuple[Timer, ...]:
    """Every timer of a kind, by subject."""
    return CODEC.things(tx.all(OF_KIND, kind=kind))


def fire(tx: Tx, timer: Timer) -> bool:
    """Claim a due timer, in the transaction of what it causes; False where it was moved, cancelled or fired meanwhile."""
    return tx.run(FIRE, kind=timer.kind, subject=timer.subject, due_at=timer.due_at) == 1


def cancel(tx: Tx, kind: str, subject: str) -> bool:
    """Forget a timer; False where there is none."""
    return tx.run(CANCEL, kind=kind, subject=subject) == 1


def next_due(tx: Tx) -> Millis | None:
    """When the next timer is due; None: there is none."""
    row = tx.one(NEXT_DUE)
    return None if row is None or row["due_at"] is None else int(row["due_at"])
