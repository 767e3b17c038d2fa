"""What changed between two revisions: what to look at first, then the rest by kind."""

import re
from collections.abc import Sequence

from bot.domain.changes import Change, ChangeSet, Relation
from bot.domain.messages import Block, Message
from bot.domain.terms import Target, short
from bot.views import kit
from bot.views.faces import WARNING
from bot.views.kit import Markup
from bot.views.plan_lines import arriving, change_title

KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("Features", re.compile(r"^(feat|feature|add|adds|new)\b", re.IGNORECASE)),
    ("Fixes", re.compile(r"^(fix|fixes|fixed|bug|bugfix|hotfix|revert|retry)\b", re.IGNORECASE)),
    ("Dependencies", re.compile(r"^(bump|upgrade|(build|chore|fix)\(deps[^)]*\))", re.IGNORECASE)),
)
OTHER = "Other"
RISKY = re.compile(r"\b(migrat\w*|drop (table|column)|schema|breaking)\b|^\w+(\([^)]*\))?!:", re.IGNORECASE)
TICKET = re.compile(r"\b[A-Z][A-Z0-9]{1,9}-[1-9][0-9]{0,6}\b")
SHOWN = 40


def change_list(
    changes: ChangeSet, target: Target | None = None, *, names: Sequence[str] = (), compare_url: str = ""
) -> Message:
    """Everything that arrives (or leaves) between two revisions, risky first; `names` are files looked at instead of counted."""
    title = _title(changes, target)
    blocks: list[Block | None] = [kit.section(title, relation_line(changes))]
    blocks += [kit.section(*lines, more="more changes") for lines in _groups(changes) if lines]
    small = [*_small(changes, names), kit.link(compare_url, "all of it") if compare_url else ""]
    blocks.append(kit.context(*small) if any(small) else None)
    return kit.message(_text(changes, target), blocks, material=[changes.base, changes.head, changes.total])


def summary(changes: ChangeSet, target: Target) -> Message:
    """The first thread reply of a production card; the same list, never a second root message."""
    return change_list(changes, target)


def _title(changes: ChangeSet, target: Target | None) -> Markup:
    moved = kit.mark("{} → {}", kit.rev(changes.base) or Markup("nothing"), kit.rev(changes.head))
    where = (
        kit.bold(f"{kit.middle(target.service, 30)} · {kit.middle(target.environment, 24)}") if target else Markup("")
    )
    return kit.join([where, moved])


def relation_line(changes: ChangeSet) -> Markup:
    """One line: how many arrive, how many leave, or why neither can be said."""
    leaving = kit.plural(len(changes.leaving), "change")
    count = arriving(changes)
    cut = changes.truncated and bool(changes.arriving)
    shown = f"first {kit.number(len(changes.arriving))} of {kit.number(count)}" if cut else ""
    words = {
        Relation.IDENTICAL: Markup("No difference: both are the same revision."),
        Relation.AHEAD: kit.join([kit.plural(count, "change"), shown], ", "),
        Relation.BEHIND: kit.mark("{} would leave: this goes back", leaving),
        Relation.DIVERGED: kit.join(
            [kit.mark("{} arrive, {} leave", kit.plural(count, "change"), leaving), shown], ", "
        ),
        Relation.UNRELATED: Markup("The two have no history in common, so there is no list."),
    }
    return words[changes.relation]


def _groups(changes: ChangeSet) -> list[list[Markup]]:
    risky = [change for change in changes.arriving if RISKY.search(change.title[:300])]
    rest = [change for change in changes.arriving if change not in risky]
    groups = [_look_here(changes, risky)]
    for name, members in _by_kind(rest):
        groups.append(_group(name, members, SHOWN))
    if changes.leaving:
        groups.append(_group("No longer live", changes.leaving, SHOWN))
    return groups


def _look_here(changes: ChangeSet, risky: Sequence[Change]) -> list[Markup]:
    files = [path.rsplit("/", 1)[-1] for path in changes.irreversible]
    lines = [kit.mark("A rollback will not undo {}", kit.listed(files, 5))] if files else []
    lines += [_line(change) for change in risky[:SHOWN]]
    return [kit.mark("{} *Look here*", Markup(WARNING.emoji)), *lines] if lines else []


def _by_kind(changes: Sequence[Change]) -> list[tuple[str, list[Change]]]:
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(kind_of(change), []).append(change)
    return [(name, found[name]) for name in ("Features", "Fixes", "Dependencies", OTHER) if name in found]


def kind_of(change: Change) -> str:
    """Features, Fixes, Dependencies or Other, by how the title begins."""
    title = change.title[:300].strip()
    dependencies = KINDS[2]
    if dependencies[1].search(title):
        return dependencies[0]
    return next((name for name, pattern in KINDS if pattern.search(title)), OTHER)


def _group(name: str, changes: Sequence[Change], most: int) -> list[Markup]:
    more = f"+ {kit.number(len(changes) - most)} more" if len(changes) > most else ""
    return [kit.bold(name), *(_line(change) for change in changes[:most]), kit.inert(more)]


def _line(change: Change) -> Markup:
    author = kit.mark(" ({})", kit.inert(change.author, 24)) if change.author else Markup("")
    return kit.mark("• {}{}", change_title(change), author)


def _small(changes: ChangeSet, names: Sequence[str]) -> list[str]:
    authors = list(dict.fromkeys(change.author for change in changes.arriving if change.author))
    texts = (f"{change.title[:300]} {change.body[:2000]}" for change in changes.arriving)
    tickets = list(dict.fromkeys(match for text in texts for match in TICKET.findall(text)))
    by = kit.mark("by {}", kit.listed(authors, 5)) if authors else ""
    about = kit.mark("tickets {}", kit.listed(tickets, 5)) if tickets else ""
    files = f"{kit.plural(changes.files, 'file')}" if changes.files else ""
    looked = kit.mark("looked at {}", kit.listed(list(names), 3)) if names else ""
    return [by, about, files, looked]


def _text(changes: ChangeSet, target: Target | None) -> str:
    where = f"{target.service} in {target.environment}: " if target else ""
    first = "; ".join(change.title for change in changes.arriving[:2])
    from_to = f"from {short(changes.base) or 'nothing'} to {short(changes.head)}"
    return kit.sentences(f"{where}{kit.said(relation_line(changes)).rstrip('.')}, {from_to}", kit.spoken(first, 160))


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
