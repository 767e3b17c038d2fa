"""What changed between two revisions: what to look at first, then the rest by kind; one screen, and everything else below it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.domain.bumps import Bump
from bot.domain.changes import Change, ChangeSet, Relation
from bot.domain.messages import Block, Message
from bot.domain.pieces import Piece
from bot.domain.summaries import Side, Summary, summarise
from bot.domain.terms import Target, short
from bot.views import kit
from bot.views.change_lines import bump_line, first_of, group_lines, look_here, name_of, title_of
from bot.views.faces import WARNING
from bot.views.kit import Markup

LISTED = 60  # changes of the rest that have a line; of the others there are the numbers
PACKED = 40  # numbers in a line
CALLED = 10  # authors of a range who are mentioned


def summary(changes: ChangeSet, target: Target | None = None, *, tickets: str = "") -> Message:
    """One screen: the first thread reply of a production card. `tickets` is the address of a ticket, with {ticket} in it."""
    told = summarise(changes)
    return kit.message(_text(told, target), _screen(told, target, tickets), material=_material(changes))


def rest(changes: ChangeSet, target: Target | None = None) -> Message | None:
    """Everything that the summary has no room for, so that each number stands somewhere; None where it has said it all."""
    told = summarise(changes)
    blocks = _below(told)
    if not blocks:
        return None
    heading = kit.section(kit.join([_where(target), Markup("the other changes")]))
    text = kit.sentences(
        f"The other changes of {target.service} in {target.environment}" if target else "The other changes"
    )
    return kit.message(text, [heading, *blocks], material=_material(changes))


def change_list(
    changes: ChangeSet, target: Target | None = None, *, tickets: str = "", compare_url: str = ""
) -> Message:
    """The summary and everything below it in one private message."""
    told = summarise(changes)
    link = kit.link(compare_url, "all of it") if compare_url else ""
    blocks = [*_screen(told, target, tickets), *_below(told), kit.context(link) if link else None]
    return kit.message(_text(told, target), blocks, material=_material(changes))


def with_authors(message: Message, users: Sequence[str]) -> Message:
    """The same news with a mention of those whose changes it is about: it rings them, once."""
    if not users:
        return message
    more = f"and {len(users) - CALLED} more" if len(users) > CALLED else ""
    line = kit.join([*map(kit.mention, users[:CALLED]), kit.inert(more)], " ")
    return replace(message, blocks=(*message.blocks, kit.context(kit.mark("With changes of {}", line))))


def _material(changes: ChangeSet) -> list[object]:
    return [changes.base, changes.head, changes.total]


def _screen(told: Summary, target: Target | None, tickets: str) -> list[Block | None]:
    risky = look_here(told)
    leaving = told.leaving.pieces[:3] if told.relation is Relation.DIVERGED else ()
    gone = kit.mark("*No longer live* {}", kit.join(map(title_of, leaving))) if leaving else Markup("")
    heading = Markup("*No longer live*") if told.relation is Relation.BEHIND else Markup("")
    groups = [heading, *group_lines(told.main), gone]
    small = _small(told, tickets)
    return [
        kit.section(_title(told, target), relation_line(told)),
        kit.section(kit.mark("{} *Look here*", Markup(WARNING.emoji)), *risky) if risky else None,
        *_sections(groups),
        kit.context(*small) if any(small) else None,
    ]


def _where(target: Target | None) -> Markup:
    return (
        kit.bold(f"{kit.middle(target.service, 30)} · {kit.middle(target.environment, 24)}") if target else Markup("")
    )


def _title(told: Summary, target: Target | None) -> Markup:
    moved = kit.mark("{} → {}", kit.rev(told.base) or Markup("nothing"), kit.rev(told.head))
    return kit.join([_where(target), moved])


def relation_line(told: Summary) -> Markup:
    """One line: how many arrive, how many leave, or why neither can be said."""
    leaving = kit.plural(told.leaving.count, "change")
    count = told.arriving.count + told.hidden
    cut = told.truncated and told.listed
    shown = f"first {kit.number(told.listed)} of {kit.number(told.total)} commits read" if cut else ""
    words = {
        Relation.IDENTICAL: Markup("No difference: both are the same revision."),
        Relation.AHEAD: kit.join([kit.plural(count, "change"), shown], ", "),
        Relation.BEHIND: kit.mark("{} would leave: this goes back", leaving),
        Relation.DIVERGED: kit.join(
            [kit.mark("{} arrive, {} leave", kit.plural(count, "change"), leaving), shown], ", "
        ),
        Relation.UNRELATED: Markup("The two have no history in common, so there is no list."),
    }
    return words[told.relation]


def _small(told: Summary, tickets: str) -> list[str]:
    by = kit.mark("by {}", kit.listed([author.name for author in told.authors], 5)) if told.authors else ""
    named = [_ticket(ticket, tickets) for ticket in told.tickets[:5]]
    more = f" and {len(told.tickets) - 5} more" if len(told.tickets) > 5 else ""
    about = kit.mark("tickets {}{}", kit.join(named, ", "), kit.inert(more)) if named else ""
    files = kit.plural(told.files, "file") if told.files else ""
    looked = f"{kit.number(told.looked)} of {files} looked at" if files and told.looked else files
    return [by, about, looked]


def _ticket(ticket: str, tickets: str) -> Markup:
    return kit.link(tickets.replace("{ticket}", ticket), ticket) if tickets else kit.inert(ticket)


# ---- everything else -------------------------------------------------------------------------------------------------


def _below(told: Summary) -> list[Block | None]:
    """The lines that the screen left out: titles as far as they fit, then numbers."""
    blocks = _side_below(told.main, first_of(told.main))
    if told.relation is Relation.DIVERGED and told.leaving.count:
        below = _side_below(told.leaving, told.leaving.pieces[:3])
        blocks += [kit.section(Markup("*No longer live*")), *below] if below else []
    return blocks


def _side_below(side: Side, shown: Sequence[Piece]) -> list[Block | None]:
    seen = {piece.revision for piece in shown} | {piece.revision for piece in side.reverted[:3]}
    left = [piece for piece in side.pieces if piece.revision not in seen]
    titled, packed = left[:LISTED], left[LISTED:]
    bumps = side.bumps[3:]
    rows = [kit.mark("• {}{}", title_of(piece, 100), _author(piece)) for piece in titled]
    rows += [kit.mark("• {}", bump_line(bump)) for bump in bumps[:LISTED]]
    crowded = [bump for bump in side.bumps if len(bump.numbers) + len(bump.revisions) > 2] + list(bumps[LISTED:])
    names = [*map(name_of, packed), *(name for bump in crowded for name in _names(bump))]
    quiet = [("No net change", side.undone), ("On both sides", side.both)]
    lines = [
        ("Numbers", names),
        *((heading, [*map(name_of, members)]) for heading, members in quiet if len(members) > 6),
    ]
    return [*_sections(rows), *(block for heading, each in lines for block in _packed(heading, each))]


def _names(bump: Bump) -> list[Markup]:
    return [*map(kit.number_of, bump.numbers), *map(kit.rev, bump.revisions)]


def _author(piece: Piece) -> Markup:
    return kit.mark(" ({})", kit.inert(piece.lead.author, 24)) if piece.lead.author else Markup("")


def _sections(lines: Iterable[Markup]) -> Iterable[Block]:
    """As many sections as it takes to show every line."""
    kept: list[Markup] = []
    for line in filter(None, lines):
        if kept and sum(map(len, kept)) + len(kept) + len(line) > kit.limits.LINES - 100:
            yield kit.section(*kept)
            kept = []
        kept.append(line)
    if kept:
        yield kit.section(*kept)


def _packed(heading: str, names: Sequence[Markup]) -> Iterable[Block]:
    rows = [kit.join(names[at : at + PACKED], ", ") for at in range(0, len(names), PACKED)]
    for at in range(0, len(rows), 5):
        yield kit.section(kit.bold(heading) if at == 0 else Markup(""), *rows[at : at + 5])


def _text(told: Summary, target: Target | None) -> str:
    where = f"{target.service} in {target.environment}: " if target else ""
    first = "; ".join(piece.lead.title for piece in told.main.told[:2])
    from_to = f"from {short(told.base) or 'nothing'} to {short(told.head)}"
    broken = kit.plural(len(told.main.breaking), "breaking change") if told.main.breaking else ""
    said = f"{where}{kit.said(relation_line(told)).rstrip('.')}, {from_to}"
    return kit.sentences(said, broken, kit.spoken(first, 160))


# ---- one line --------------------------------------------------------------------------------------------------------


def change_line(changes: Sequence[Change], *, total: int = 0) -> str:
    """#412, #415 and 4 more: changes by number (or short hash), for an operation's row; plain text."""
    names = [f"#{change.number}" if change.number else short(change.revision) for change in changes]
    count = max(total, len(names))
    if count <= 3:
        return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
    return f"{', '.join(names[:2])} and {count - 2} more"


def no_changes(target: Target, sentence: str, *, next_step: str = "") -> Message:
    """The changes could not be read, and why."""
    lines = [kit.mark("{} → {}", target.service, target.environment), kit.sentence(sentence), kit.sentence(next_step)]
    text = kit.sentences(f"No changes to show for {target.service} in {target.environment}", kit.said(lines[1]))
    return kit.message(text, [kit.section(*lines)])
