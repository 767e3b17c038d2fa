"""Claims: what the runs of a target have shown, and rehearsals of it."""

from bot.domain.claims import Rehearsal
from bot.domain.terms import Millis, Target
from bot.store.codec import Codec
from bot.store.tx import Tx

TABLES = """
alter table attempts add column claimed_by text not null default '';
alter table attempts add column claimed_at integer not null default 0;
create unique index attempts_claimed on attempts (operation, step) where claimed_by <> '';

alter table operations add column claimed_by text not null default '';
alter table operations add column unclaimed text not null default '';

create table rehearsals (
  id text primary key,
  service text not null,
  environment text not null,
  created_at integer not null,
  expires_at integer not null,
  claimed_by text not null,
  claimed_at integer not null
) strict;
create index rehearsals_target on rehearsals (service, environment, claimed_at);
create index rehearsals_age on rehearsals (expires_at) where claimed_at = 0;
"""

CODEC = Codec(Rehearsal, flat={"target": ""})
INSERT = CODEC.insert("rehearsals")
GET = "select * from rehearsals where id = :id"
HEARD = """
  update rehearsals set claimed_by = :run, claimed_at = :at
  where id = :id and claimed_at = 0 and expires_at > :at
"""
FORGET = "delete from rehearsals where claimed_at = 0 and expires_at <= :at"
LAST = """
  select id, unclaimed, claimed_by, finished_at from operations
  where service = :service and environment = :environment and state = 'succeeded' order by id desc limit 1
"""
SHOWN = """
  select 1 as shown from operations
  where service = :service and environment = :environment and id > :id and claimed_by <> ''
  union all
  select 1 as shown from rehearsals
  where service = :service and environment = :environment and claimed_at >= :finished_at and claimed_at > 0
  limit 1
"""


def rehearse(tx: Tx, rehearsal: Rehearsal) -> None:
    """Allow one claim for practice; those that nobody used in time are forgotten."""
    tx.run(FORGET, at=rehearsal.created_at)
    tx.run(INSERT, **CODEC.row(rehearsal))


def rehearsal(tx: Tx, rehearsal_id: str) -> Rehearsal | None:
    """One rehearsal."""
    return CODEC.one(tx, GET, id=rehearsal_id)


def heard(tx: Tx, rehearsal_id: str, run: str, at: Millis) -> bool:
    """A run has rehearsed; False where it is over, or was used before."""
    return tx.run(HEARD, id=rehearsal_id, run=run, at=at) == 1


def missing(tx: Tx, target: Target) -> int:
    """The operation that succeeded there last, where no run claimed it and none has shown since that it asks; else 0."""
    where = {"service": target.service, "environment": target.environment}
    last = tx.one(LAST, **where)
    if last is None or not last["unclaimed"] or last["claimed_by"]:
        return 0
    shown = tx.one(SHOWN, id=last["id"], finished_at=last["finished_at"], **where)
    return 0 if shown else int(last["id"])


def proven(tx: Tx, target: Target) -> bool:
    """Whether the run of the deployment that succeeded there last asked before it went on."""
    last = tx.one(LAST, service=target.service, environment=target.environment)
    return last is not None and bool(last["claimed_by"])
