"""Deployments: which revision was live where, since when, by whom; at most one at a time is current."""

from dataclasses import replace

from bot.domain.leases import Deployment
from bot.domain.terms import Millis, Target
from bot.store.codec import Codec
from bot.store.tx import Row, Tx

CODEC = Codec(Deployment, flat={"target": ""}, absent=frozenset({"until"}))

INSERT = CODEC.insert("deployments")
CURRENT = "select * from deployments where service = :service and environment = :environment and until is null"
CLOSE = """
  update deployments set until = case when since > :at then since else :at end
  where service = :service and environment = :environment and until is null
"""
VERIFY = """
  update deployments set verified = 1
  where service = :service and environment = :environment and until is null and revision = :revision
"""
HISTORY = """
  select * from deployments where service = :service and environment = :environment order by id desc limit :limit
"""
LAST_VERIFIED = """
  select * from deployments
  where service = :service and environment = :environment and verified = 1 and revision <> :excluding
  order by id desc limit 1
"""
WAS_VERIFIED = """
  select since from deployments
  where service = :service and environment = :environment and verified = 1 and revision = :revision
  order by id desc limit 1
"""
ALL_CURRENT = "select * from deployments where until is null order by service, environment"


def record(tx: Tx, deployment: Deployment) -> Deployment:
    """A revision is live: the one before ends, this one is current. Recording the same again changes nothing but `verified`, upwards.

    What somebody observes (operation 0) is the same as what we made where the revision is.
    """
    before = current(tx, deployment.target)
    if before is not None and _same(before, deployment):
        if deployment.verified and not before.verified:
            verify(tx, deployment.target, deployment.revision)
        return replace(before, verified=before.verified or deployment.verified)
    tx.run(CLOSE, at=deployment.since, **_where(deployment.target))
    kept = replace(deployment, until=0)
    tx.run(INSERT, **CODEC.row(kept))
    return kept


def verify(tx: Tx, target: Target, revision: str) -> bool:
    """The current revision is known to work; False where another one is current."""
    return tx.run(VERIFY, revision=revision, **_where(target)) == 1


def current(tx: Tx, target: Target) -> Deployment | None:
    """What our record says is live."""
    return _deployment(tx.one(CURRENT, **_where(target)))


def all_current(tx: Tx) -> tuple[Deployment, ...]:
    """What our record says is live everywhere, by target."""
    return CODEC.all(tx, ALL_CURRENT)


def history(tx: Tx, target: Target, limit: int) -> tuple[Deployment, ...]:
    """What was live here, newest first."""
    return CODEC.all(tx, HISTORY, limit=limit, **_where(target))


def last_verified(tx: Tx, target: Target, excluding: str) -> Deployment | None:
    """The newest deployment of another revision than `excluding` that finished verifying here: where a rollback goes."""
    return _deployment(tx.one(LAST_VERIFIED, excluding=excluding, **_where(target)))


def was_verified(tx: Tx, target: Target, revision: str) -> Millis | None:
    """When this revision last went live here and was verified; None: never."""
    row = tx.one(WAS_VERIFIED, revision=revision, **_where(target))
    return None if row is None else int(row["since"])


def _same(before: Deployment, now: Deployment) -> bool:
    return before.revision == now.revision and now.operation in {0, before.operation}


def _where(target: Target) -> dict[str, str]:
    return {"service": target.service, "environment": target.environment}


def _deployment(row: Row | None) -> Deployment | None:
    return None if row is None else CODEC.thing(row)
