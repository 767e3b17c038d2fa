"""Approvals: who said yes or no to which plan hash."""

from bot.domain.approvals import Approval
from bot.store.codec import Codec
from bot.store.tx import Tx

CODEC = Codec(Approval, flat={"who": "who_"})

INSERT = CODEC.insert("approvals", then="on conflict do nothing")
OF_PLAN = """
  select * from approvals where plan_id = :plan and plan_hash = :hash order by at, who_team, who_user
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
