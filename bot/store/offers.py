"""Offers: opaque rights behind buttons; a single-use one is used once, by whoever is first."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.plans import Offer
from bot.domain.terms import Millis
from bot.store.codec import Codec
from bot.store.tx import Tx

CODEC = Codec(Offer)

INSERT = CODEC.insert("offers")
GET = "select * from offers where id = :id"
USE = """
  update offers set used_at = :at, used_by = :by
  where id = :id and single_use = 1 and used_by = '' and (expires_at = 0 or expires_at > :at)
"""
OF_SUBJECT = "select * from offers where subject = :subject order by created_at, id"
WINNER = """
  select * from offers where subject = :subject and used_by <> '' order by used_at, id limit 1
"""
RETIRE = """
  update offers set expires_at = :at
  where subject = :subject and used_by = '' and (expires_at = 0 or expires_at > :at)
"""


class Use(StrEnum):
    """What became of a click."""

    NOW = "now"
    BEFORE = "before"  # this very offer was used already
    EXPIRED = "expired"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class UseResult:
    """`offer` is the one clicked; `winner` the offer of the same subject that was used first, where this one was not used now."""

    use: Use
    offer: Offer | None = None
    winner: Offer | None = None

    @property
    def ok(self) -> bool:
        """True where the right was there, and has been used by this click."""
        return self.use is Use.NOW


def insert_many(tx: Tx, offers: Sequence[Offer]) -> None:
    """Keep the rights behind a message's buttons."""
    for offer in offers:
        tx.run(INSERT, **CODEC.row(offer))


def get(tx: Tx, offer_id: str) -> Offer | None:
    """The offer with this id."""
    return CODEC.one(tx, GET, id=offer_id)


def use(tx: Tx, offer_id: str, by: str, at: Millis) -> UseResult:
    """Use a right, once; one that only reads (`single_use=False`) may be used again and keeps no trace.

    `by` is the user id. The offer in the result is as it stands after the click, so `used_by` names the winner of a double click.
    """
    assert by, "somebody used it"
    used = tx.run(USE, id=offer_id, by=by, at=at) == 1
    offer = get(tx, offer_id)
    if offer is None:
        return UseResult(use=Use.UNKNOWN)
    if used:
        return UseResult(use=Use.NOW, offer=offer)
    if offer.used_by:
        return UseResult(use=Use.BEFORE, offer=offer, winner=offer)
    if offer.expires_at and offer.expires_at <= at:
        return UseResult(use=Use.EXPIRED, offer=offer, winner=winner(tx, offer.subject))
    return UseResult(use=Use.NOW, offer=offer)


def winner(tx: Tx, subject: str) -> Offer | None:
    """The offer of this subject that was used first: the answer that counted."""
    return CODEC.one(tx, WINNER, subject=subject)


def of_subject(tx: Tx, subject: str) -> tuple[Offer, ...]:
    """Every offer about a subject, oldest first."""
    return CODEC.all(tx, OF_SUBJECT, subject=subject)


def open_of(tx: Tx, subject: str, now: Millis) -> tuple[Offer, ...]:
    """The offers about a subject that can still be used: neither used up nor expired nor retired, oldest first."""
    return tuple(
        each for each in of_subject(tx, subject) if not each.used_at and (not each.expires_at or each.expires_at > now)
    )


def retire(tx: Tx, subject: str, at: Millis) -> int:
    """The question is answered: what was not used expires now; returns how many."""
    return tx.run(RETIRE, subject=subject, at=max(at, 1))
