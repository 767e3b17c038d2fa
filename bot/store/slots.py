"""Slots: each scheduled occurrence belongs to whoever claims it first."""

from bot.domain.terms import Millis
from bot.store.tx import Tx

CLAIM = "insert into slots (schedule, at) values (:schedule, :at) on conflict do nothing"
LAST = "select max(at) as at from slots where schedule = :schedule"


def claim(tx: Tx, schedule: str, at: Millis) -> bool:
    """Own this occurrence, in the transaction of what it causes; False where somebody already did."""
    return tx.run(CLAIM, schedule=schedule, at=at) == 1


def last(tx: Tx, schedule: str) -> Millis | None:
    """The latest occurrence that was claimed; None: never."""
    row = tx.one(LAST, schedule=schedule)
    return None if row is None or row["at"] is None else int(row["at"])
