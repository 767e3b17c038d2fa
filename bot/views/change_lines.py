"""The lines of a change summary: what to look at, the groups, what has no effect."""

from collections.abc import Iterable, Sequence

from bot.domain.bumps import Bump
from bot.domain.pieces import Piece
from bot.domain.risks import LOCKS
from bot.domain.summaries import Side, Summary
from bot.domain.titles import ChangeKind
from bot.views import kit
from bot.views.faces import WARNING
from bot.views.kit import Markup

TITLES = 3  # of a group on the first screen
FEW = 8  # changes fit there with all their titles
NUMBERS = 6
HEADINGS = {
    ChangeKind.FEATURE: "Features",
    ChangeKind.FIX: "Fixes",
    ChangeKind.PERFORMANCE: "Performance",
    ChangeKind.OTHER: "Other",
    ChangeKind.DEPENDENCY: "Dependencies",
}


def name_of(piece: Piece) -> Markup:
    """#412, or a short hash where there is no pull request."""
    return kit.number_of(piece.number) if piece.number else kit.rev(piece.revision)


def title_of(piece: Piece, most: int = 60) -> Markup:
    """#412 Faster checkout; the prefix of the convention is left out where its group says the same."""
    said = piece.lead.title if piece.kind is ChangeKind.OTHER else piece.title
    return kit.join([name_of(piece), kit.inert(said, most)], " ")


def look_here(summary: Summary) -> list[Markup]:
    """What may go wrong, one line for each reason, the worst first."""
    return [line for line in (*_breaking(summary.main), *_facts(summary)) if line]


def _breaking(side: Side) -> list[Markup]:
    broken = side.breaking
    lines = [
        kit.mark("*Breaking* {}", kit.join([title_of(each), kit.inert(_notes(each), 120)], ": "))
        for each in broken[:TITLES]
    ]
    more = broken[TITLES:]
    return [*lines, kit.mark("*Breaking too* {}", numbered(map(name_of, more)))] if more else lines


def _notes(piece: Piece) -> str:
    return "; ".join(note for note in piece.breaking if note and note not in piece.lead.title)


def _facts(summary: Summary) -> list[Markup]:
    files = [path.rsplit("/", 1)[-1] for path in summary.irreversible]
    when = kit.when(summary.left_at)
    size = f"{kit.plural(summary.main.count, 'change')}, {kit.plural(summary.files, 'file')}"
    return [
        kit.mark("This revision was rolled back here {}", when) if when else Markup(""),
        kit.mark("A rollback will not undo {}", kit.listed(files, 5)) if files else Markup(""),
        kit.join(touched_parts(summary)),
        kit.join([bump_line(bump) for bump in summary.main.bumps if bump.major][:TITLES]),
        kit.mark("Large: {}", size) if summary.large else Markup(""),
    ]


def touched_parts(summary: Summary) -> list[Markup]:
    """`migration 0042_orders.sql`, `infrastructure: 3 files`; what is said to be irreversible is not repeated."""
    by_kind: dict[str, list[str]] = {}
    for each in summary.touched:
        if each.path not in summary.irreversible and not (each.kind == LOCKS and summary.main.bumps):
            by_kind.setdefault(each.kind, []).append(each.path)
    return [
        kit.mark("{} {}", kit.inert(kind, 30), kit.inert(paths[0].rsplit("/", 1)[-1], 40))
        if len(paths) == 1
        else kit.mark("{}: {}", kit.inert(kind, 30), kit.plural(len(paths), "file"))
        for kind, paths in by_kind.items()
    ]


def bump_line(bump: Bump) -> Markup:
    """react 18 → 19 (#409)."""
    versions = [kit.inert(part, 20) for part in (bump.before, bump.after) if part]
    moved = kit.join([kit.inert(bump.package or "several packages", 40), kit.join(versions, " → ")], " ")
    names = [*map(kit.number_of, bump.numbers), *map(kit.rev, bump.revisions)]
    return kit.mark("{} ({})", moved, numbered(names, 2))


def numbered(names: Iterable[Markup], most: int = NUMBERS) -> Markup:
    """#409, #407 and 4 more."""
    every = list(names)
    more = f" and {kit.number(len(every) - most)} more" if len(every) > most else ""
    return kit.join([kit.join(every[:most], ", "), kit.inert(more)], " ")


def first_of(side: Side) -> tuple[Piece, ...]:
    """Those that have their title on the first screen."""
    return tuple(piece for kind in ChangeKind for piece in side.of(kind)[: _titles(side)])


def _titles(side: Side) -> int:
    return FEW if len(side.pieces) <= FEW else TITLES


def group_lines(side: Side) -> list[Markup]:
    """One line for each kind: the first by title, then the numbers, then how many more."""
    return [line for kind in ChangeKind if (line := _group(side, kind))] + [line for line in _without(side) if line]


def _group(side: Side, kind: ChangeKind) -> Markup:
    members = side.of(kind)
    bumps = [*map(bump_line, side.bumps[:TITLES])] if kind is ChangeKind.DEPENDENCY else []
    behind = len(side.bumps) - len(bumps) if kind is ChangeKind.DEPENDENCY else 0
    if not members and not bumps:
        return Markup("")
    titled = _titles(side)
    more = numbered(map(name_of, members[titled:]))
    left = kit.plural(behind, "more update") if behind else ""
    return kit.mark("*{}* {}", HEADINGS[kind], kit.join([*map(title_of, members[:titled]), *bumps, more, left]))


def _without(side: Side) -> list[Markup]:
    """What takes back something older, what cancels itself out, what is on both sides."""
    return [
        kit.mark("*Taken back* {}", kit.join(map(title_of, side.reverted[:TITLES]))) if side.reverted else Markup(""),
        _quiet("No net change", side.undone),
        _quiet("On both sides", side.both),
    ]


def _quiet(heading: str, members: Sequence[Piece]) -> Markup:
    return kit.mark("*{}* {}", heading, numbered(map(name_of, members))) if members else Markup("")


def warning_line(summary: Summary) -> Markup:
    """The same in one line, for a plan; what a rollback does not undo stands in a line of its own there."""
    side = summary.main
    broken = kit.mark("breaking: {}", numbered(map(name_of, side.breaking), 3)) if side.breaking else Markup("")
    left = kit.mark("rolled back here {}", kit.when(summary.left_at)) if summary.left_at else Markup("")
    majors = [bump_line(bump) for bump in side.bumps if bump.major][:2]
    large = kit.mark("large: {}", kit.plural(summary.files, "file")) if summary.large else Markup("")
    parts = kit.fit([broken, left, *touched_parts(summary), *majors, large], 200)
    return kit.mark("{} {}", Markup(WARNING.emoji), parts) if parts else Markup("")
