"""Leases: at most one operation holds a target, under an epoch that only rises; time releases nothing."""

from bot.domain.leases import Lease
from bot.domain.terms import Millis, Target
from bot.store.codec import Codec
from bot.store.errors import Stale
from bot.store.tx import Row, Tx

CODEC = Codec(Lease, flat={"target": ""}, absent=frozenset({"released_at"}))

HOLDER = "select * from leases where service = :service and environment = :environment and released_at is null"
TAKE = """
  insert into leases (service, environment, operation, epoch, taken_at)
  select :service, :environment, :operation, coalesce(max(epoch), 0) + 1, :at
  from leases where service = :service and environment = :environment
  on conflict (service, environment) where released_at is null do nothing
  returning *
"""
LET_GO = """
  update leases set released_at = :at
  where service = :service and environment = :environment and operation = :operation and released_at is null
"""
RELEASE = """
  update leases set released_at = :at
  where service = :service and environment = :environment
    and operation = :operation and epoch = :epoch and released_at is null
"""
HELD = "select * from leases where released_at is null order by service, environment"
HISTORY = """
  select * from leases where service = :service and environment = :environment order by epoch desc limit :limit
"""


def holder(tx: Tx, target: Target) -> Lease | None:
    """The lease in force, if any."""
    return _lease(tx.one(HOLDER, service=target.service, environment=target.environment))


def take(tx: Tx, target: Target, operation: int, at: Millis) -> Lease | None:
    """Hold a target that nobody holds, one epoch above every lease that it ever had. None: another operation holds it.

    An operation that already holds the target keeps the lease that it has.
    """
    taken = tx.one(TAKE, service=target.service, environment=target.environment, operation=operation, at=at)
    found = _lease(taken) or holder(tx, target)
    return found if found is not None and found.operation == operation else None


def transfer(tx: Tx, target: Target, from_operation: int, to_operation: int, at: Millis) -> Lease:
    """Pass the target on, one epoch up, with nothing in between; raises Stale where `from_operation` does not hold it."""
    where = {"service": target.service, "environment": target.environment}
    if tx.run(LET_GO, operation=from_operation, at=at, **where) != 1:
        raise Stale(f"operation {from_operation} does not hold {target}")
    taken = take(tx, target, to_operation, at)
    assert taken is not None, "it was let go in this transaction"
    return taken


def release(tx: Tx, target: Target, operation: int, epoch: int, at: Millis) -> bool:
    """Let go of one's own lease; False where operation and epoch are not those in force."""
    where = {"service": target.service, "environment": target.environment}
    return tx.run(RELEASE, operation=operation, epoch=epoch, at=at, **where) == 1


def held(tx: Tx) -> tuple[Lease, ...]:
    """Every lease in force, by target."""
    return CODEC.all(tx, HELD)


def history(tx: Tx, target: Target, limit: int) -> tuple[Lease, ...]:
    """The leases of a target, newest first."""
    return CODEC.all(tx, HISTORY, service=target.service, environment=target.environment, limit=limit)


def _lease(row: Row | None) -> Lease | None:
    return None if row is None else CODEC.thing(row)
