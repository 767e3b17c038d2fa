"""Release notes for people who use the product: features and fixes in plain words, nothing that only engineers read."""

from bot.domain.changes import ChangeSet, Relation
from bot.domain.messages import Message
from bot.domain.pieces import Piece
from bot.domain.summaries import Summary, summarise
from bot.domain.terms import Millis, Target, Unknown
from bot.domain.titles import ChangeKind, read_title
from bot.views import kit
from bot.views.kit import Markup

SHOWN = 30
KINDS = ((ChangeKind.FEATURE, "New"), (ChangeKind.FIX, "Fixed"), (ChangeKind.PERFORMANCE, "Faster"))


def notes(target: Target, changes: ChangeSet | Unknown | None, since: Millis) -> Message:
    """What went live since then; what went back is said, what only engineers care about is counted."""
    title = kit.mark("{} · what is new since {}", kit.bold(kit.middle(target.service, 40)), kit.when(since))
    if not isinstance(changes, ChangeSet):
        why = f"Could not read {changes.what}: {changes.why}." if changes else "Nothing is recorded as live there yet."
        return kit.message(kit.sentences(f"{target.service}: {why}"), [kit.section(title, kit.inert(why, 300))])
    told = summarise(changes)
    lines = [line for kind, word in KINDS for line in _of(told, kind, word)]
    lines += [kit.mark("*Also* {}{}", kit.inert(_plain(each), 120), _number(each)) for each in _also(told)]
    gone = [kit.mark("*Taken back* {}", kit.inert(_plain(each), 120)) for each in _gone(told)]
    lines = [*lines, *gone]
    shown = lines[:SHOWN] or [Markup("Nothing that people would notice.")]
    others = told.arriving.count - len(lines) + len(gone)
    small = kit.context(
        f"{kit.plural(others, 'other change')} under the hood" if others > 0 else "",
        f"+ {kit.number(len(lines) - SHOWN)} more" if len(lines) > SHOWN else "",
        f"{kit.number(told.hidden)} more changes were only counted" if told.hidden > 0 else "",
    )
    text = kit.sentences(f"What is new in {target.service}", *(kit.said(line, 120) for line in shown[:2]))
    blocks = [kit.section(title), *(kit.section(*shown[at : at + 10]) for at in range(0, len(shown), 10)), small]
    return kit.message(text, blocks)


def _of(told: Summary, kind: ChangeKind, word: str) -> list[Markup]:
    return [
        kit.mark("*{}* {}{}", Markup(word), kit.inert(_plain(each), 120), _number(each))
        for each in told.arriving.of(kind)
    ]


def _also(told: Summary) -> tuple[Piece, ...]:
    """Titles that name no type are of anybody's making: they are told, not dropped."""
    return tuple(each for each in told.arriving.of(ChangeKind.OTHER) if read_title(each.lead.title).kind is None)


def _gone(told: Summary) -> tuple[Piece, ...]:
    leaving = told.leaving.pieces if told.relation in {Relation.BEHIND, Relation.DIVERGED} else ()
    return (*told.arriving.reverted, *leaving)


def _plain(piece: Piece) -> str:
    title = piece.title.strip()
    return title[:1].upper() + title[1:]


def _number(piece: Piece) -> str:
    return f" (#{piece.number})" if piece.number and f"#{piece.number}" not in piece.title else ""
