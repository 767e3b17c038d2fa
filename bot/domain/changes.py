"""Changes between two revisions of a repository."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.terms import Millis


class RefKind(StrEnum):
    """What a typed ref turned out to be."""

    BRANCH = "branch"
    TAG = "tag"
    PULL_REQUEST = "pull_request"
    COMMIT = "commit"


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """A ref resolved once to an immutable revision; `merged` is whether the default branch contains it."""

    ref: str
    revision: str
    kind: RefKind
    merged: bool
    title: str = ""
    committed_at: Millis = 0


class Relation(StrEnum):
    """How two revisions lie to each other, seen from the base."""

    IDENTICAL = "identical"
    AHEAD = "ahead"
    BEHIND = "behind"
    DIVERGED = "diverged"
    UNRELATED = "unrelated"


@dataclass(frozen=True, kw_only=True)
class Change:
    """A commit (or the pull request that brought it): `number` is the pull request's or 0; `author` is the forge's name for them.

    `body` holds the lines that `bot.domain.titles.telling` keeps; `via` is the merge commit that brought it (empty: it stands on the main
    line itself); `authored_at` survives a rebase and a cherry-pick, `committed_at` does not.
    """

    revision: str
    title: str
    author: str
    number: int = 0
    body: str = ""
    committed_at: Millis = 0
    url: str = ""
    email: str = ""
    authored_at: Millis = 0
    via: str = ""
    labels: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()  # the forge's accounts of whoever wrote it and opened its pull request


@dataclass(frozen=True, kw_only=True)
class Touched:
    """A changed file that people should look at, and the class of files that it belongs to (`migration`, `sign-in`, …)."""

    kind: str
    path: str


@dataclass(frozen=True, kw_only=True)
class ChangeSet:
    """The range from `base` to `head`: `arriving` commits are newest first, `leaving` are those that only the base has.

    `total` counts arriving commits even where the list was cut; `irreversible` are the files in it that a rollback will not undo.
    `paths` are changed files as the forge tells them; what is kept of them is `touched`, and how many of `files` were `looked` at.
    """

    base: str
    head: str
    relation: Relation
    arriving: tuple[Change, ...] = ()
    leaving: tuple[Change, ...] = ()
    total: int = 0
    files: int = 0
    irreversible: tuple[str, ...] = ()
    files_cut: bool = False  # not every file was looked at
    paths: tuple[str, ...] = ()
    looked: int = 0
    touched: tuple[Touched, ...] = ()
    forge: bool = False  # the repository is on a forge that knows accounts: only those count as authors
    left_at: Millis = 0  # when the target was last rolled back from `head`; 0: never

    @property
    def truncated(self) -> bool:
        """True where not every arriving commit is in the list."""
        return self.total > len(self.arriving)
