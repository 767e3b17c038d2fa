"""Landings: which commits came into a target with which operation, for as long as there are operations."""

from collections.abc import Iterable

from bot.domain.shipments import Landing
from bot.store.codec import Codec
from bot.store.tx import Tx

CODEC = Codec(Landing)
TABLE = """
create table landings (
  operation integer primary key references operations (id),
  relation text not null,
  total integer not null,
  commits text not null
) strict;
create index operations_finished on operations (finished_at) where finished_at > 0;
create index operations_finished_of on operations (service, environment, finished_at) where finished_at > 0;
"""
SAVE = CODEC.insert("landings", then="on conflict (operation) do nothing")
BETWEEN = "select * from landings where operation >= :first and operation <= :last"


def save(tx: Tx, landing: Landing) -> None:
    """Keep what landed; the first time counts."""
    tx.run(SAVE, **CODEC.row(landing))


def of(tx: Tx, operations: Iterable[int]) -> dict[int, Landing]:
    """What landed with those operations, by their numbers."""
    wanted = set(operations)
    if not wanted:
        return {}
    rows = tx.all(BETWEEN, first=min(wanted), last=max(wanted))
    return {row["operation"]: CODEC.thing(row) for row in rows if row["operation"] in wanted}
