"""A change summary: what a range of commits means to whoever has to say yes to it, risk first."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.bumps import Bump, bump_of, collapsed
from bot.domain.changes import Change, ChangeSet, Relation, Touched
from bot.domain.pieces import Author, Piece, people_of, pieces
from bot.domain.terms import Millis
from bot.domain.titles import ChangeKind
from bot.domain.undoing import Settled, settled

LARGE_CHANGES = 50
LARGE_FILES = 300
_TICKET = re.compile(r"\b[A-Z][A-Z0-9]{1,9}-[1-9][0-9]{0,6}\b")
NO_TICKETS = frozenset({"UTF", "SHA", "ISO", "RFC", "CVE", "AES", "MD", "HTTP", "TLS", "IEEE", "CWE"})


@dataclass(frozen=True, kw_only=True)
class Side:
    """What arrives, or what leaves; newest first. `both` is on the other side too (picked or rebased), so it neither comes nor goes."""

    told: tuple[Piece, ...] = ()
    bumps: tuple[Bump, ...] = ()
    reverted: tuple[Piece, ...] = ()
    undone: tuple[Piece, ...] = ()
    both: tuple[Piece, ...] = ()
    count: int = 0  # how many changes people would count, those without effect too

    @property
    def breaking(self) -> tuple[Piece, ...]:
        """Those that say they break something."""
        return tuple(piece for piece in (*self.told, *self.reverted) if piece.breaking)

    def of(self, kind: ChangeKind) -> tuple[Piece, ...]:
        """Those of one kind."""
        return tuple(piece for piece in self.told if piece.kind is kind)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """All that has an effect and is told by its title, the most interesting kind first."""
        return (*(piece for kind in ChangeKind for piece in self.of(kind)), *self.reverted)


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The whole of it. `total` commits arrive of which `listed` were read; `looked` of `files` changed files were looked at."""

    base: str
    head: str
    relation: Relation
    arriving: Side
    leaving: Side
    authors: tuple[Author, ...] = ()
    tickets: tuple[str, ...] = ()
    touched: tuple[Touched, ...] = ()
    irreversible: tuple[str, ...] = ()
    total: int = 0
    listed: int = 0
    files: int = 0
    looked: int = 0
    left_at: Millis = 0

    @property
    def main(self) -> Side:
        """The side that the summary is about: what leaves, where it only goes back."""
        return self.leaving if self.relation is Relation.BEHIND else self.arriving

    @property
    def hidden(self) -> int:
        """Arriving commits that were only counted."""
        return self.total - self.listed

    @property
    def large(self) -> bool:
        """More than anybody looks through."""
        return self.main.count > LARGE_CHANGES or self.files > LARGE_FILES

    @property
    def truncated(self) -> bool:
        """Not every commit was read."""
        return self.hidden > 0


def summarise(changes: ChangeSet) -> Summary:
    """Pure, and linear in the number of commits and their words."""
    come, gone = settled(pieces(changes.arriving)), settled(pieces(changes.leaving))
    arriving, leaving = _sides(come, gone)
    main = leaving if changes.relation is Relation.BEHIND else arriving
    told = changes.leaving if changes.relation is Relation.BEHIND else changes.arriving
    return Summary(
        base=changes.base,
        head=changes.head,
        relation=changes.relation,
        arriving=arriving,
        leaving=leaving,
        authors=people_of((*main.told, *main.reverted)),
        tickets=tuple(dict.fromkeys(ticket for each in told for ticket in _tickets(each.title, each.body))),
        touched=changes.touched,
        irreversible=changes.irreversible,
        total=max(changes.total, len(changes.arriving)),
        listed=len(changes.arriving),
        files=changes.files,
        looked=min(changes.looked, changes.files),
        left_at=changes.left_at,
    )


def leads(changes: Sequence[Change]) -> tuple[Change, ...]:
    """One commit for each change that people would count, newest first."""
    return tuple(piece.lead for piece in pieces(changes))


def _sides(come: Settled, gone: Settled) -> tuple[Side, Side]:
    if not come.told or not gone.told:
        return _side(come), _side(gone)
    ours = {name for piece in come.told for name in piece.identities}
    theirs = {name for piece in gone.told for name in piece.identities}
    return _side(come, theirs), _side(gone, ours)


def _side(found: Settled, other: Iterable[object] = ()) -> Side:
    elsewhere = frozenset(other)
    both = tuple(piece for piece in found.told if elsewhere and piece.identities & elsewhere)
    told: list[Piece] = []
    bumps: list[Bump] = []
    for piece in found.told:
        if both and piece in both:
            continue
        bump = _bump(piece)
        if bump is not None:
            bumps.append(bump)
        if bump is None or piece.breaking:
            told.append(piece)
    return Side(
        told=tuple(told),
        bumps=collapsed(bumps),
        reverted=found.reverted,
        undone=found.undone,
        both=both,
        count=len(found.told) + len(found.reverted) + len(found.undone) - len(both),
    )


def _bump(piece: Piece) -> Bump | None:
    numbers = (piece.number,) if piece.number else ()
    revisions = () if numbers else (piece.revision,)
    expected = piece.kind is ChangeKind.DEPENDENCY
    return bump_of(piece.title, expected=expected, numbers=numbers, revisions=revisions)


def _tickets(title: str, body: str) -> Iterable[str]:
    for text in (title, body):
        if "-" in text:
            yield from (found for found in _TICKET.findall(text) if found.partition("-")[0] not in NO_TICKETS)
