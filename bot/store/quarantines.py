"""Quarantines: revisions that failed their verification somewhere, until a person lifts that."""

from bot.domain.locks import Quarantine
from bot.domain.terms import Millis, Target
from bot.store.codec import Codec
from bot.store.tx import Tx

CODEC = Codec(Quarantine, flat={"target": ""})

INSERT = CODEC.insert(
    "quarantines",
    without=frozenset({"id"}),
    then="on conflict (service, environment, revision) where lifted_at = 0 do nothing",
)
CURRENT = """
  select * from quarantines where service = :service and environment = :environment and lifted_at = 0 order by id
"""
LIFT = """
  update quarantines set lifted_at = :at, lifted_by = :by, because = :because where id = :id and lifted_at = 0
"""


def add(tx: Tx, quarantine: Quarantine) -> None:
    """From now on the revision is not deployed there; one that is in quarantine already stays as it is."""
    tx.run(INSERT, **CODEC.row(quarantine))


def current(tx: Tx, target: Target) -> tuple[Quarantine, ...]:
    """What is in quarantine in a target, oldest first."""
    return CODEC.all(tx, CURRENT, service=target.service, environment=target.environment)


def lift(tx: Tx, quarantine_id: int, *, by: str, because: str, at: Millis) -> bool:
    """It may be deployed again; False where it was lifted before."""
    return tx.run(LIFT, id=quarantine_id, by=by, because=because, at=max(at, 1)) == 1
