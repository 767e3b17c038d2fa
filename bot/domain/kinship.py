"""Kinship: which accounts are one person, so that nobody is their own second person under another name."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from bot.domain.bumps import is_program
from bot.domain.changes import Change, ChangeSet, Relation

Marks: TypeAlias = frozenset[str]
"""What a person is known by (`user:U02ADA`, `github:ada-l`, `email:ada@acme.example`, `unix:ada`); never a display name."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """A person that `people:` names: the Slack user, and everything else that is them."""

    user: str
    marks: Marks


@dataclass(frozen=True, kw_only=True)
class Authors:
    """Who wrote a range: Slack users, and why that is not everybody (`unmapped` accounts, or what else is not known)."""

    users: frozenset[str] = frozenset()
    unmapped: tuple[str, ...] = ()
    gap: str = ""

    @property
    def proven(self) -> bool:
        """True where everybody who wrote some of it is known."""
        return not self.unmapped and not self.gap


def marks_of(user: str, *, email: str = "", github: str = "", unix: str = "") -> Marks:
    """Everything that one account is known by; what is empty marks nobody."""
    called = {"user": user, "email": email.lower(), "github": github.lower(), "unix": unix.lower()}
    return frozenset(f"{kind}:{word}" for kind, word in called.items() if word)


def one_person(some: Marks, other: Marks) -> bool:
    """Whether two accounts are one person: anything in common is enough, as equality only ever takes a right away."""
    return bool(some & other)


def kin(own: Marks, known: Iterable[Known]) -> Marks:
    """The marks of an account with those of every person that it is known to be."""
    return own.union(*(each.marks for each in known if one_person(own, each.marks)))


def authors_of(changes: ChangeSet, known: Iterable[Known]) -> Authors:
    """Who wrote what arrives, by the accounts of the forge; where the repository has none, by what the commits say."""
    if changes.truncated:
        missing = changes.total - len(changes.arriving)
        return Authors(gap=f"{missing} of its {changes.total} changes are not listed")
    if changes.relation is Relation.UNRELATED:
        return Authors(gap="it has no history in common with what is live")
    everybody = tuple(known)
    users: set[str] = set()
    unmapped: dict[str, None] = {}
    for name, marks in _written(changes):
        found = [each.user for each in everybody if one_person(each.marks, marks)]
        users.update(found)
        if not found:
            unmapped.setdefault(name)
    return Authors(users=frozenset(users), unmapped=tuple(unmapped))


def _written(changes: ChangeSet) -> Iterable[tuple[str, Marks]]:
    for change in changes.arriving:
        if changes.forge:
            yield from _accounts(change)
        elif not is_program(change.author):
            # A committer chooses both, so a plain repository proves no more than its commits do.
            yield (
                change.email or change.author,
                marks_of("", email=change.email, github=change.author, unix=change.author),
            )


def _accounts(change: Change) -> Iterable[tuple[str, Marks]]:
    if not change.accounts:
        yield f"{change.author} (no account)", frozenset()
    for account in change.accounts:
        if not account.endswith("[bot]"):
            yield account, marks_of("", github=account)
