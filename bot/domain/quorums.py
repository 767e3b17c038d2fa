"""Quorums: who may approve a plan, by which rule, and when there are enough of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.domain.approvals import Approval, Decision
from bot.domain.kinship import Marks, one_person
from bot.domain.terms import HOUR, Action, Identity, Millis

APPROVAL_LIFE: Millis = 4 * HOUR


@dataclass(frozen=True, kw_only=True)
class ApprovalRule:
    """What an environment asks: `count` people, of those named in `people` (user ids, groups, members; nobody: whoever a role lets approve).

    `within` is how long a request waits, and how long a yes counts. A rollback needs none unless `rollback` says so.
    """

    count: int = 1
    people: frozenset[str] = frozenset()
    not_authors: bool = True
    within: Millis = APPROVAL_LIFE
    rollback: bool = False


def needed(rule: ApprovalRule | None, action: Action, *, automatic: bool = False, takes_over: int = 0) -> bool:
    """Whether somebody else has to agree: never for what rescues a target from an operation, or from a failed verification."""
    if rule is None or rule.count < 1 or automatic or takes_over:
        return False
    return action is not Action.ROLLBACK or rule.rollback


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Who agreed and counts now, how many are missing, and who bypassed it."""

    yes: tuple[Identity, ...] = ()
    missing: int = 0
    bypassed_by: Identity | None = None

    @property
    def enough(self) -> bool:
        """True where nobody else has to be asked."""
        return self.missing == 0 or self.bypassed_by is not None


def tally(
    rule: ApprovalRule,
    words: Iterable[Approval],
    *,
    counts: Mapping[Identity, bool],
    marks: Mapping[Identity, Marks],
    now: Millis,
) -> Tally:
    """Count each person once, however many accounts they have; a word whose right was not looked at (`counts`) is none."""
    standing = [each for each in words if stands(each, now) and counts.get(each.who, False)]
    bypass = next((each.who for each in standing if each.decision is Decision.BYPASS), None)
    yes: list[Identity] = []
    for each in standing:
        mine = marks.get(each.who, frozenset()) | {f"user:{each.who.user}"}
        others = (marks.get(other, frozenset()) | {f"user:{other.user}"} for other in yes)
        if each.decision is Decision.YES and not any(one_person(mine, other) for other in others):
            yes.append(each.who)
    return Tally(yes=tuple(yes), missing=max(0, rule.count - len(yes)), bypassed_by=bypass)


def stands(word: Approval, now: Millis) -> bool:
    """Whether a yes (or a bypass) has not come to its end: at its last millisecond it has."""
    return word.decision in {Decision.YES, Decision.BYPASS} and (not word.expires_at or now < word.expires_at)
