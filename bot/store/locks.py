"""Locks: what a person, a policy or an incident forbids for now."""

from bot.domain.locks import Lock
from bot.domain.terms import Millis, Target
from bot.store.codec import Codec
from bot.store.tx import Tx

CODEC = Codec(Lock)

INSERT = CODEC.insert("locks", without=frozenset({"id"}), then="returning *")
RELEASE = "update locks set released_at = :at, released_by = :by where id = :id and released_at = 0"
CURRENT = """
  select * from locks
  where released_at = 0 and (expires_at = 0 or expires_at > :now)
    and service in ('', :service) and environment in ('', :environment)
  order by id
"""
OPEN = "select * from locks where released_at = 0 and (expires_at = 0 or expires_at > :now) order by id"


def add(tx: Tx, lock: Lock) -> Lock:
    """The same lock with its id."""
    row = tx.one(INSERT, **CODEC.row(lock))
    assert row is not None, "an insert returns its row"
    return CODEC.thing(row)


def release(tx: Tx, lock_id: int, by: str, at: Millis) -> bool:
    """End a lock; False where it is not there or was released before."""
    return tx.run(RELEASE, id=lock_id, by=by, at=max(at, 1)) == 1


def open_ones(tx: Tx, now: Millis) -> tuple[Lock, ...]:
    """Every lock that holds now, oldest first."""
    return CODEC.things(tx.all(OPEN, now=now))


def current(tx: Tx, target: Target, now: Millis) -> tuple[Lock, ...]:
    """Every lock that covers the target now, oldest first."""
    return CODEC.all(tx, CURRENT, service=target.service, environment=target.environment, now=now)
