"""From commits to what people call a change: a pull request with all that came in it, or a commit of its own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.domain.bumps import is_program, updates
from bot.domain.changes import Change
from bot.domain.titles import (
    BREAKING_LABELS,
    LABELS,
    ChangeKind,
    Undoing,
    breaking_notes,
    picked_from,
    read_title,
    says_nothing,
    undoing_of,
)

UNSAID = (ChangeKind.FEATURE, ChangeKind.FIX, ChangeKind.PERFORMANCE)
"""What the commits of a pull request say where its own title does not: the first of these."""


@dataclass(frozen=True, kw_only=True)
class Author:
    """Who wrote something, as the forge or the commit says."""

    name: str
    email: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Piece:
    """One change: `title` is without its conventional prefix, `breaking` holds a note for each break ("" where only a sign says so)."""

    title: str
    kind: ChangeKind
    lead: Change
    brought: tuple[Change, ...] = ()
    breaking: tuple[str, ...] = ()
    undoing: Undoing | None = None
    number: int = field(default=0)

    @property
    def revision(self) -> str:
        """The commit with which it came."""
        return self.lead.revision

    @property
    def identities(self) -> frozenset[tuple[object, ...]]:
        """What stays the same when a change is rebased, picked or merged elsewhere: any of these in common means the same change."""
        found: set[tuple[object, ...]] = {("revision", self.lead.revision)}
        if self.number:
            found.add(("number", self.number))
        if self.lead.authored_at:
            found.add(("written", self.lead.authored_at, self.lead.author, self.lead.title))
        if picked := picked_from(self.lead.body):
            found.add(("revision", picked))
        return frozenset(found)


def pieces(changes: Sequence[Change]) -> list[Piece]:
    """The changes (newest first) with the commits of each pull request folded into it, and each pull request once."""
    telling = {each.revision for each in changes if not says_nothing(each.title)}
    brought: dict[str, list[Change]] = {}
    leads: list[Change] = []
    for each in changes:
        if each.via in telling:
            brought.setdefault(each.via, []).append(each)
        elif each.revision in telling:
            leads.append(each)
    by_number: dict[int, Change] = {}
    for lead in leads:
        first = by_number.setdefault(lead.number, lead) if lead.number else lead
        if first is not lead:  # the same pull request came twice: squashed here, merged there
            brought.setdefault(first.revision, []).extend([lead, *brought.pop(lead.revision, ())])
    return [
        piece_of(lead, tuple(brought.get(lead.revision, ())))
        for lead in leads
        if not lead.number or by_number[lead.number] is lead
    ]


def piece_of(lead: Change, brought: tuple[Change, ...] = ()) -> Piece:
    """One change as its words describe it."""
    title = read_title(lead.title)
    kind = title.kind or next((LABELS[label] for label in map(str.lower, lead.labels) if label in LABELS), None)
    if kind is None and brought:
        said = {read_title(each.title).kind for each in brought}
        kind = next((each for each in UNSAID if each in said), None)
    if kind is None:
        kind = ChangeKind.DEPENDENCY if updates(lead.author) else ChangeKind.OTHER
    return Piece(
        title=title.text,
        kind=kind,
        lead=lead,
        brought=brought,
        breaking=_breaks(lead, brought, sign=title.breaking),
        undoing=undoing_of(lead.title, lead.body) if lead.body or lead.title.startswith("Re") else None,
        number=lead.number,
    )


def _breaks(lead: Change, brought: tuple[Change, ...], *, sign: bool) -> tuple[str, ...]:
    if not (brought or lead.body or sign or lead.labels):
        return ()
    notes = [note for each in (lead, *brought) for note in breaking_notes(each.body)]
    signs = (
        sign
        or any(read_title(each.title).breaking for each in brought)
        or any(label.lower() in BREAKING_LABELS for label in lead.labels)
    )
    return tuple(dict.fromkeys(notes)) or (("",) if signs else ())


def people_of(told: Iterable[Piece]) -> tuple[Author, ...]:
    """Everybody who wrote some of it, each once, programs left out; a merge commit has the name of whoever pressed the button."""
    written = dict.fromkeys((each.author, each.email) for piece in told for each in piece.brought or (piece.lead,))
    found: dict[str, Author] = {}
    for name, email in written:
        if name and not is_program(name):
            found.setdefault((email or name).lower(), Author(name=name, email=email))
    return tuple(found.values())
