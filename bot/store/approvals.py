"""Approvals: who said yes or no to which plan hash."""

from bot.domain.approvals import Approval
from bot.domain.terms import Millis
from bot.store.codec import Codec
from bot.store.tx import Tx

CODEC = Codec(Approval, flat={"who": "who_"})

INSERT = CODEC.insert("approvals", then="on conflict do nothing")
OF_PLAN = """
  select * from approvals where plan_id = :plan and plan_hash = :hash order by at, who_team, who_user
"""
PUT = CODEC.insert(
    "approvals",
    then="""
  on conflict (plan_id, plan_hash, who_team, who_user) do update set
    decision = excluded.decision, at = excluded.at, because = excluded.because, expires_at = excluded.expires_at
""",
)
REUSABLE = """
  select approvals.* from approvals join operations on operations.plan_id = approvals.plan_id
  where approvals.plan_hash = :hash and operations.plan_hash = :hash and operations.attempt = 0
    and operations.finished_at > 0 and operations.reason <> 'approval_rejected'
    and approvals.decision = 'yes' and approvals.expires_at > :now
  order by approvals.at, approvals.who_team, approvals.who_user
"""
FORGET = "delete from approvals where plan_id = :plan"


def insert(tx: Tx, approval: Approval) -> bool:
    """Keep a decision; False where this person has already decided about this hash: the first word stands."""
    return tx.run(INSERT, **CODEC.row(approval)) == 1


def of_plan(tx: Tx, plan_id: str, plan_hash: str) -> tuple[Approval, ...]:
    """Every decision about exactly this plan as it was shown, in order."""
    return CODEC.all(tx, OF_PLAN, plan=plan_id, hash=plan_hash)


def forget(tx: Tx, plan_id: str) -> int:
    """The words about this are over (the audit keeps them); returns how many there were."""
    return tx.run(FORGET, plan=plan_id)


def put(tx: Tx, approval: Approval) -> None:
    """Keep a decision, instead of what this person said about this hash before."""
    tx.run(PUT, **CODEC.row(approval))


def reusable(tx: Tx, plan_hash: str, now: Millis) -> tuple[Approval, ...]:
    """Every yes to exactly the same that is not over, where nothing was ever started on it."""
    return CODEC.things(tx.all(REUSABLE, hash=plan_hash, now=now))
