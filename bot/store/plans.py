"""Plans: what was shown, and what became of it."""

from bot.domain.plans import Plan, PlanState
from bot.domain.terms import Identity, Millis, Target
from bot.store.codec import Codec
from bot.store.tx import Tx

CODEC = Codec(Plan, flat={"target": "", "who": "who_"})

INSERT = CODEC.insert("plans")
GET = "select * from plans where id = :id"
SAVE_STATE = """
  update plans set state = :to_state, operation = case when :operation = 0 then operation else :operation end
  where id = :id and state = :from_state
"""
OPEN_OF = """
  select * from plans
  where who_team = :team and who_user = :user and state = 'open' and expires_at > :now
  order by created_at desc, id
"""
NEWEST = """
  select * from plans where who_team = :team and who_user = :user order by created_at desc, id limit 1
"""
ASKED = """
  select created_at from plans
  where who_team = :team and who_user = :user and service = :service and environment = :environment and created_at > :since
  order by created_at
"""
SUPERSEDE = """
  update plans set state = 'superseded'
  where who_team = :team and who_user = :user and service = :service and environment = :environment
    and state = 'open' and created_at <= :at
"""
EXPIRE = """
  update plans set state = 'expired' where id in (
    select id from plans where state = 'open' and expires_at <= :now order by expires_at, id limit :limit
  ) returning *
"""


def insert(tx: Tx, plan: Plan) -> None:
    """Keep a plan; InvariantBroken where the id exists."""
    tx.run(INSERT, **CODEC.row(plan))


def get(tx: Tx, plan_id: str) -> Plan | None:
    """The plan with this id."""
    return CODEC.one(tx, GET, id=plan_id)


def save_state(tx: Tx, plan_id: str, from_state: PlanState, to_state: PlanState, operation: int = 0) -> bool:
    """Move a plan on if it still is where the caller saw it; `operation` is remembered with it. False: somebody was faster."""
    states = {"from_state": from_state.value, "to_state": to_state.value}
    return tx.run(SAVE_STATE, id=plan_id, operation=operation, **states) == 1


def open_of(tx: Tx, who: Identity, now: Millis) -> tuple[Plan, ...]:
    """What waits for somebody's decision and has not expired, newest first."""
    return CODEC.all(tx, OPEN_OF, team=who.team, user=who.user, now=now)


def newest(tx: Tx, who: Identity) -> Plan | None:
    """The last plan that somebody was shown, whatever became of it."""
    return CODEC.one(tx, NEWEST, team=who.team, user=who.user)


def asked(tx: Tx, who: Identity, target: Target, since: Millis) -> tuple[Millis, ...]:
    """When somebody was shown a plan for this target since then, oldest first."""
    where = {"service": target.service, "environment": target.environment}
    return tuple(row["created_at"] for row in tx.all(ASKED, team=who.team, user=who.user, since=since, **where))


def supersede(tx: Tx, who: Identity, target: Target, at: Millis) -> int:
    """A newer plan of the same person for the same target replaces the open ones; returns how many."""
    where = {"service": target.service, "environment": target.environment}
    return tx.run(SUPERSEDE, team=who.team, user=who.user, at=at, **where)


def expire(tx: Tx, now: Millis, limit: int = 100) -> tuple[Plan, ...]:
    """End the open plans whose time is over; returns them, oldest first."""
    rows = tx.all(EXPIRE, now=now, limit=limit)
    return CODEC.things(sorted(rows, key=lambda row: (row["expires_at"], row["id"])))
