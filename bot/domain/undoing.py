"""Reverts and what they take back: a pair inside one range cancels out, and the revert of a revert brings it back."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.domain.pieces import Piece
from bot.domain.titles import Undoing

SHORTEST = 7  # characters of a commit that a revert may name


@dataclass(frozen=True, kw_only=True)
class Settled:
    """What is left of a range: `told` has an effect, `reverted` takes something back that was there before, `undone` has no effect."""

    told: tuple[Piece, ...]
    reverted: tuple[Piece, ...]
    undone: tuple[Piece, ...]


def settled(found: Sequence[Piece]) -> Settled:
    """Cancel reverts with what they revert; `found` is newest first."""
    if all(piece.undoing is None for piece in found):
        return Settled(told=tuple(found), reverted=(), undone=())
    index = _Index.of(found)
    target = [index.older(piece.undoing, at) if piece.undoing else None for at, piece in enumerate(found)]
    active = [True] * len(found)
    for at, aim in enumerate(target):  # newest first, so whatever could take this one back has been looked at
        if active[at] and aim is not None:
            active[aim] = False
    told: list[Piece] = []
    reverted: list[Piece] = []
    undone: list[Piece] = []
    for at, piece in enumerate(found):
        inside = target[at] is not None
        kept = undone if inside or not active[at] else told if piece.undoing is None else reverted
        kept.append(piece)
    return Settled(told=tuple(told), reverted=tuple(reverted), undone=tuple(undone))


@dataclass(kw_only=True)
class _Index:
    """Where in the list something stands, by those names that some revert uses."""

    revisions: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    numbers: dict[int, list[int]] = field(default_factory=dict)
    titles: dict[str, list[int]] = field(default_factory=dict)

    @staticmethod
    def of(found: Sequence[Piece]) -> "_Index":
        """All that is asked for, in one walk."""
        wanted = [piece.undoing for piece in found if piece.undoing is not None]
        revisions = {each.revision[:SHORTEST] for each in wanted}
        numbers, titles = {each.number for each in wanted}, {each.title for each in wanted}
        index = _Index()
        for at, piece in enumerate(found):
            lead = piece.lead
            if (start := lead.revision[:SHORTEST]) in revisions:
                index.revisions.setdefault(start, []).append((lead.revision, at))
            if lead.title in titles:
                index.titles.setdefault(lead.title, []).append(at)
            if piece.number in numbers:
                index.numbers.setdefault(piece.number, []).append(at)
        return index

    def older(self, undoing: Undoing, than: int) -> int | None:
        """The newest of what is meant that is older than the revert itself; None where it is not in this range."""
        if undoing.revision:
            known = self.revisions.get(undoing.revision[:SHORTEST], [])
            places = [at for revision, at in known if revision.startswith(undoing.revision)]
        elif undoing.number:
            places = self.numbers.get(undoing.number, [])
        else:
            places = self.titles.get(undoing.title, [])
        return next((at for at in places if at > than), None)
