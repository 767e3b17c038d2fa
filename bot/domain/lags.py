"""What is merged and not live: how much of it, how old, and whose."""

from dataclasses import dataclass

from bot.domain.changes import Change, ChangeSet, Relation
from bot.domain.pieces import people_of, pieces
from bot.domain.summaries import summarise
from bot.domain.terms import Millis, Target, short


@dataclass(frozen=True, kw_only=True)
class Lag:
    """How far a target is behind the default branch; `oldest` is a pull request or commit. `unread` says why nothing is known."""

    target: Target
    changes: int = 0
    oldest_at: Millis = 0
    oldest: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    elsewhere: bool = False  # what is live is not on the default branch
    unread: str = ""

    @property
    def behind(self) -> bool:
        """Whether something waits."""
        return self.changes > 0


def lag_of(target: Target, found: ChangeSet) -> Lag:
    """From what is live to the default branch."""
    elsewhere = found.relation in {Relation.DIVERGED, Relation.UNRELATED, Relation.BEHIND}
    if not found.arriving:
        return Lag(target=target, changes=found.total, elsewhere=elsewhere)
    told = pieces(found.arriving)
    hidden = found.total - len(found.arriving)
    first = min((each.lead for each in told if each.lead.committed_at), key=_age, default=None)
    return Lag(
        target=target,
        changes=summarise(found).arriving.count + max(0, hidden),
        oldest_at=first.committed_at if first else 0,
        oldest=_name(first) if first else "",
        title=first.title if first else "",
        authors=tuple(each.name for each in people_of(told)),
        elsewhere=elsewhere,
    )


def _age(change: Change) -> tuple[Millis, str]:
    return change.committed_at, change.revision


def _name(change: Change) -> str:
    return f"#{change.number}" if change.number else short(change.revision)
