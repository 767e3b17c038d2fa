"""Readings: every look that verification took, so that a crash forgets none and invents none."""

from collections.abc import Sequence

from bot.domain.terms import Millis
from bot.domain.verification import Reading
from bot.store.codec import Codec
from bot.store.tx import Tx

CODEC = Codec(Reading)

INSERT = CODEC.insert("readings", then="on conflict (operation, probe, at) do nothing")
SINCE = "select * from readings where operation = :operation and at >= :at order by at, probe"


def add(tx: Tx, readings: Sequence[Reading]) -> None:
    """Keep what was read; the same look twice is one row."""
    for each in readings:
        tx.run(INSERT, **CODEC.row(each))


def since(tx: Tx, operation: int, at: Millis) -> tuple[Reading, ...]:
    """The readings of an operation from that instant on, oldest first."""
    return CODEC.all(tx, SINCE, operation=operation, at=at)
