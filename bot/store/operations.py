"""Operations: the durable record of one plan being carried out; written by compare-and-set on the version."""

from bot.domain.operations import RESTING, UNFINISHED, Operation
from bot.domain.shipments import Ended
from bot.domain.terms import Action, Identity, Millis, Target
from bot.store.codec import Codec
from bot.store.errors import Stale
from bot.store.tx import Tx

CODEC = Codec(Operation, flat={"target": "", "who": "who_"})
ID = frozenset({"id"})
OPEN_STATES = ", ".join(f"'{state}'" for state in sorted(UNFINISHED))
MOVING_STATES = ", ".join(f"'{state}'" for state in sorted(UNFINISHED - RESTING))

INSERT = CODEC.insert("operations", without=ID, then="returning id")
GET = "select * from operations where id = :id"
SAVE = CODEC.update("operations", where="id = :id and version = :version - 1", without=ID)
UNFINISHED_ONES = f"select * from operations where state in ({OPEN_STATES}) order by id"  # noqa: S608  # our own states
DUE = f"""
  select * from operations where state in ({MOVING_STATES}) and due_at <= :now order by due_at, id limit :limit
"""  # noqa: S608  # our own states
EARLIER = f"""
  update operations set due_at = max(:now, due_at - :by) where state in ({OPEN_STATES}) and due_at > :now
"""  # noqa: S608  # our own states
OF_TARGET = """
  select * from operations where service = :service and environment = :environment order by id desc limit :limit
"""
BY_PERSON = "select * from operations where who_team = :team and who_user = :user order by id desc limit :limit"
CHILDREN = "select * from operations where parent_id = :parent and parent_id <> 0 order by id"
NEWEST = "select * from operations order by id desc limit :limit"
DURATIONS = """
  select finished_at - started_at as took from operations
  where service = :service and environment = :environment and action = :action
    and state = 'succeeded' and started_at > 0 and finished_at >= started_at
  order by id desc limit :limit
"""
LEFT = """
  select max(finished_at) as at from (
    select action, state, previous, finished_at from operations
    where service = :service and environment = :environment order by id desc limit :limit
  ) as recent where action = 'rollback' and state = 'succeeded' and previous = :revision
"""
LAST_TARGETS = """
  select service, environment, max(id) as newest from operations
  where who_team = :team and who_user = :user group by service, environment order by newest desc limit :limit
"""
FINISHED = """
  select * from operations where finished_at >= :since and finished_at < :until and finished_at > 0
  order by finished_at, id
"""
ENDED = Codec(Ended, flat={"target": ""})
ENDED_COLUMNS = ", ".join(ENDED.columns)
ENDED_BETWEEN = f"""
  select {ENDED_COLUMNS} from operations
  where finished_at >= :since and finished_at < :until and finished_at > 0 order by finished_at, id
"""  # noqa: S608  # our own columns
ENDED_OF = f"""
  select {ENDED_COLUMNS} from operations
  where service = :service and environment = :environment and finished_at >= :since and finished_at > 0
  order by finished_at, id
"""  # noqa: S608  # our own columns
BY_STATE = "select state, count(*) as number from operations group by state order by state"


def insert(tx: Tx, operation: Operation) -> Operation:
    """The same operation with the id that it gets: from 1, never reused. InvariantBroken where its plan already has one."""
    row = tx.one(INSERT, **CODEC.row(operation))
    assert row is not None, "an insert returns its row"
    return CODEC.thing(CODEC.row(operation) | {"id": row["id"]})


def get(tx: Tx, operation_id: int) -> Operation | None:
    """The operation with this id."""
    return CODEC.one(tx, GET, id=operation_id)


def save(tx: Tx, operation: Operation) -> None:
    """Overwrite the version before this one; raises Stale where the row has moved on, and writes nothing then."""
    if tx.run(SAVE, **CODEC.row(operation)) != 1:
        raise Stale(f"operation {operation.id} is not at version {operation.version - 1} any more")


def unfinished(tx: Tx) -> tuple[Operation, ...]:
    """Every operation that is not at its end, oldest first."""
    return CODEC.all(tx, UNFINISHED_ONES)


def due(tx: Tx, now: Millis, limit: int) -> tuple[Operation, ...]:
    """Operations that reconcile should look at by now, the longest overdue first; those that rest never crowd others out."""
    return CODEC.all(tx, DUE, now=now, limit=limit)


def earlier(tx: Tx, by: Millis, now: Millis) -> int:
    """The clock was set back by that much: what is due later becomes due as much earlier; returns how many."""
    return tx.run(EARLIER, by=by, now=now)


def of_target(tx: Tx, target: Target, limit: int) -> tuple[Operation, ...]:
    """The operations of a target, newest first."""
    return CODEC.all(tx, OF_TARGET, service=target.service, environment=target.environment, limit=limit)


def by_person(tx: Tx, who: Identity, limit: int) -> tuple[Operation, ...]:
    """What somebody asked for, newest first."""
    return CODEC.all(tx, BY_PERSON, team=who.team, user=who.user, limit=limit)


def children(tx: Tx, parent: int) -> tuple[Operation, ...]:
    """The rollbacks that took this operation over, oldest first."""
    return CODEC.all(tx, CHILDREN, parent=parent)


def newest(tx: Tx, limit: int) -> tuple[Operation, ...]:
    """The latest operations of all targets, newest first."""
    return CODEC.all(tx, NEWEST, limit=limit)


def left_at(tx: Tx, target: Target, revision: str, limit: int) -> Millis:
    """When somebody last went back from that revision here, among the newest operations; 0: nobody did."""
    row = tx.one(LEFT, service=target.service, environment=target.environment, revision=revision, limit=limit)
    return int(row["at"] or 0) if row else 0


def durations(tx: Tx, target: Target, action: Action, limit: int = 20) -> tuple[Millis, ...]:
    """How long the last successful ones took, from start to end, newest first."""
    rows = tx.all(DURATIONS, service=target.service, environment=target.environment, action=action.value, limit=limit)
    return tuple(row["took"] for row in rows)


def last_targets(tx: Tx, who: Identity, limit: int = 5) -> tuple[Target, ...]:
    """Where somebody acted last, newest first, each target once."""
    rows = tx.all(LAST_TARGETS, team=who.team, user=who.user, limit=limit)
    return tuple(Target(service=row["service"], environment=row["environment"]) for row in rows)


def finished(tx: Tx, since: Millis, until: Millis) -> tuple[Operation, ...]:
    """What ended from one instant until just before another, everywhere, in that order."""
    return CODEC.things(tx.all(FINISHED, since=since, until=until))


def ended(tx: Tx, since: Millis, until: Millis) -> tuple[Ended, ...]:
    """The same, with no more than the metrics ask for."""
    return ENDED.things(tx.all(ENDED_BETWEEN, since=since, until=until))


def ended_of(tx: Tx, target: Target, since: Millis) -> tuple[Ended, ...]:
    """What ended in a target from an instant on, in that order."""
    return ENDED.things(tx.all(ENDED_OF, service=target.service, environment=target.environment, since=since))


def by_state(tx: Tx) -> dict[str, int]:
    """How many operations are in each state, for metrics."""
    return {row["state"]: row["number"] for row in tx.all(BY_STATE)}
