"""Effects: outside writes stored with their cause, carried out by reconcile until they are true."""

from collections.abc import Mapping

from bot.domain.effects import OutsideWrite
from bot.domain.terms import Millis
from bot.store.codec import Codec
from bot.store.errors import Stale
from bot.store.tx import Tx

CODEC = Codec(OutsideWrite)

PUT = CODEC.insert("effects", then="on conflict (key) do nothing")
GET = "select * from effects where key = :key"
DUE = "select * from effects where state = 'waiting' and due_at <= :now order by due_at, key limit :limit"
DUE_OF = """
  select * from effects where state = 'waiting' and due_at <= :now and kind = :kind order by due_at, key limit :limit
"""
SAVE = CODEC.update("effects", where="key = :key and state = 'waiting'", without=frozenset({"key"}))
FINISH = "update effects set state = 'done', finished_at = :at where key = :key and state = 'waiting'"
POSTPONE = """
  update effects set due_at = :due_at, last_error = :error, attempts = attempts + 1
  where key = :key and state = 'waiting'
"""
ABANDON = """
  update effects set state = 'abandoned', finished_at = :at, last_error = :error
  where key = :key and state = 'waiting'
"""
OF_SUBJECT = "select * from effects where subject = :subject order by created_at, key"


def put(tx: Tx, *, kind: str, key: str, subject: str, due_at: Millis, body: Mapping[str, str] | None = None) -> bool:
    """Want something outside; False where this key was wanted before, whatever became of it."""
    wanted = OutsideWrite(kind=kind, key=key, subject=subject, body=dict(body or {}), due_at=due_at, created_at=due_at)
    return tx.run(PUT, **CODEC.row(wanted)) == 1


def get(tx: Tx, key: str) -> OutsideWrite | None:
    """The write with this key."""
    return CODEC.one(tx, GET, key=key)


def due(tx: Tx, now: Millis, limit: int) -> tuple[OutsideWrite, ...]:
    """What should be carried out by now, the longest due first."""
    return CODEC.all(tx, DUE, now=now, limit=limit)


def due_of(tx: Tx, kind: str, now: Millis, limit: int) -> tuple[OutsideWrite, ...]:
    """The same of one kind only."""
    return CODEC.things(tx.all(DUE_OF, kind=kind, now=now, limit=limit))


def save(tx: Tx, write: OutsideWrite) -> None:
    """Overwrite one that is waiting; raises Stale where it has ended."""
    if tx.run(SAVE, **CODEC.row(write)) != 1:
        raise Stale(f"effect {write.key} is not waiting any more")


def finish(tx: Tx, key: str, at: Millis) -> bool:
    """It is true outside; False where it was not waiting."""
    return tx.run(FINISH, key=key, at=at) == 1


def postpone(tx: Tx, key: str, due_at: Millis, error: str) -> bool:
    """It failed for now: try again at `due_at`."""
    return tx.run(POSTPONE, key=key, due_at=due_at, error=error) == 1


def abandon(tx: Tx, key: str, at: Millis, error: str) -> bool:
    """It will not be tried again."""
    return tx.run(ABANDON, key=key, at=at, error=error) == 1


def of_subject(tx: Tx, subject: str) -> tuple[OutsideWrite, ...]:
    """Every outside write about a subject, oldest first."""
    return CODEC.all(tx, OF_SUBJECT, subject=subject)
