"""Holds: targets that wait, after a restore, until it is known what they serve; one row for each."""

from bot.domain.holds import Hold
from bot.domain.terms import Millis, Target
from bot.store import deployments
from bot.store.codec import Codec
from bot.store.tx import Tx

TABLE = """
create table holds (
  service text not null,
  environment text not null,
  held_at integer not null,
  recorded text not null,
  asked_at integer not null,
  seen text not null,
  why text not null,
  released_at integer not null,
  released_by text not null,
  primary key (service, environment)
) strict;
"""

CODEC = Codec(Hold, flat={"target": ""})
PUT = CODEC.insert(
    "holds",
    then="""
  on conflict (service, environment) do update set
    held_at = excluded.held_at, recorded = excluded.recorded, asked_at = excluded.asked_at, seen = excluded.seen,
    why = excluded.why, released_at = excluded.released_at, released_by = excluded.released_by
""",
)
OPEN = "select * from holds where released_at = 0 order by service, environment"
ONE = "select * from holds where service = :service and environment = :environment and released_at = 0"


def hold_all(tx: Tx, targets: tuple[Target, ...], now: Millis) -> int:
    """Hold these targets, and every other that the record knows; returns how many."""
    record = {each.target: each.revision for each in deployments.all_current(tx)}
    wanted = dict.fromkeys((*targets, *record))
    for target in wanted:
        put(tx, Hold(target=target, held_at=now, recorded=record.get(target, "")))
    return len(wanted)


def put(tx: Tx, hold: Hold) -> None:
    """Keep a hold as it is now."""
    tx.run(PUT, **CODEC.row(hold))


def get(tx: Tx, target: Target) -> Hold | None:
    """The hold of a target, unless it was released."""
    return CODEC.one(tx, ONE, service=target.service, environment=target.environment)


def open_ones(tx: Tx) -> tuple[Hold, ...]:
    """Every target that is held, in order."""
    return CODEC.all(tx, OPEN)
