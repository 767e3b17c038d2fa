"""The range between two revisions, as GitHub compares them: commits page by page from the newest, files as far as it names them."""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from bot.domain.changes import Change, ChangeSet, Relation
from bot.domain.terms import short
from bot.errors import IntegrationError, Kind
from integrations._branches import brought_by
from integrations._text import readable
from integrations.github.client import PAGE, GitHub, number, objects, text
from integrations.github.commits import Commit, commits_of, with_pulls
from integrations.github.failures import invalid, not_found, unreadable
from integrations.github.repositories import FULL, path_of, repository_of

LISTED = 500  # commits in a list; the rest is counted
FILES = 300  # files that GitHub names
BY_PATH = 5  # pages of commits that touch one path
RELATIONS = {
    "identical": Relation.IDENTICAL,
    "ahead": Relation.AHEAD,
    "behind": Relation.BEHIND,
    "diverged": Relation.DIVERGED,
}
CONTAINED = frozenset({"behind", "identical"})
_STRANGERS = "No common ancestor"


@dataclass(frozen=True, kw_only=True)
class Range:
    """From `base` (empty: from nothing) to `head` in a repository, limited to `paths` (globs) where given."""

    repository: str
    base: str
    head: str
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Side:
    """What one end has and the other has not: commits newest first, how many there are in all, and the files that differ."""

    commits: tuple[Commit, ...] = ()
    total: int = 0
    files: tuple[str, ...] = ()
    files_cut: bool = False


async def compared(github: GitHub, span: Range, irreversible: tuple[str, ...]) -> ChangeSet:
    """The change set; raises IntegrationError: INVALID for what is no full revision, NOT_FOUND for one that is not there."""
    _refuse_short(span)
    if span.base == span.head:
        return ChangeSet(base=span.base, head=span.head, relation=Relation.IDENTICAL)
    back = replace(span, base=span.head, head=span.base)
    relation, arriving = await _side(github, span) if span.base else (Relation.UNRELATED, Side())
    leaving = Side()
    if relation is Relation.UNRELATED:
        arriving, leaving = await asyncio.gather(_whole(github, span), _whole(github, back))
        relation = relation if span.base else Relation.AHEAD
    elif relation in {Relation.BEHIND, Relation.DIVERGED}:
        _, leaving = await _side(github, back)
    arriving, leaving = await asyncio.gather(_finished(github, span, arriving), _finished(github, back, leaving))
    return _change_set(span, relation, arriving, leaving, irreversible)


async def status_of(github: GitHub, repository: str, base: str, head: str) -> str:
    """How GitHub says that `head` lies to `base`: ahead, behind, diverged or identical; empty for strangers."""
    try:
        return text(await _page(github, repository, base, head, per_page=1), "status")
    except IntegrationError as error:
        if _STRANGERS in str(error):
            return ""
        raise


async def _side(github: GitHub, span: Range) -> tuple[Relation, Side]:
    """How the two lie to each other, and what `head` has that `base` has not."""
    try:
        first = await _page(github, span.repository, span.base, span.head)
    except IntegrationError as error:
        if _STRANGERS not in str(error):
            raise
        return Relation.UNRELATED, Side()
    relation, total = RELATIONS.get(text(first, "status")), number(first.get("total_commits"))
    if relation is None:
        raise unreadable("the comparison", write=False)
    found = objects(first.get("commits"))
    last = -(-total // PAGE)
    if last > 1:
        # GitHub lists the oldest first, and people read the newest.
        wanted = range(max(2, last - LISTED // PAGE + 1), last + 1)
        pages = await asyncio.gather(
            *(_page(github, span.repository, span.base, span.head, page=page) for page in wanted)
        )
        rest = tuple(commit for page in pages for commit in objects(page.get("commits")))
        found = (*found, *rest) if wanted[0] == 2 else rest
    files = objects(first.get("files"))
    names = dict.fromkeys(name for file in files for name in _names(file))
    commits = commits_of(reversed(found))
    side = Side(commits=commits, total=max(total, len(commits)), files=tuple(names), files_cut=len(files) >= FILES)
    return relation, side


async def _page(
    github: GitHub, repository: str, base: str, head: str, *, page: int = 1, per_page: int = PAGE
) -> Mapping[str, Any]:
    path = f"{path_of(repository)}/compare/{base}...{head}"
    try:
        content = (await github.get(path, {"page": page, "per_page": per_page}, what="the comparison")).content
    except IntegrationError as error:
        if error.kind is not Kind.NOT_FOUND or _STRANGERS in str(error):
            raise
        await repository_of(github, repository)
        gone = " or ".join(short(each) if FULL.fullmatch(each) else each for each in (base, head))
        raise not_found(
            f"{repository} has no commit {gone}", "It may have been pushed over, or never pushed."
        ) from None
    if not isinstance(content, dict):
        raise unreadable("the comparison", write=False)
    return content


async def _whole(github: GitHub, span: Range) -> Side:
    """Everything that `head` has, where there is nothing to compare it with; which files that are, GitHub does not say."""
    if not span.head:
        return Side()
    path = f"{path_of(span.repository)}/commits"
    listed = await github.pages(path, {"sha": span.head}, most=LISTED // PAGE, what="the commits")
    commits = commits_of(listed.things)
    return Side(commits=commits, total=len(commits) + int(listed.cut), files_cut=True)


async def _finished(github: GitHub, span: Range, side: Side) -> Side:
    """A side with what its commits have to do with: paths, merges, pull requests."""
    if not side.commits:
        return side
    merges = brought_by({each.change.revision: each.parents for each in side.commits}, span.head)
    with_merges = tuple(each.brought_by(merges.get(each.change.revision, "")) for each in side.commits)
    kept, hidden = await _touching(github, span, with_merges)
    missing = side.total - len(side.commits)
    return replace(side, commits=await with_pulls(github, kept), total=len(kept) + missing + hidden)


async def _touching(github: GitHub, span: Range, commits: tuple[Commit, ...]) -> tuple[tuple[Commit, ...], int]:
    """Those that touch the paths, with the merges that brought them; and 1 where older ones may have been missed.

    GitHub knows folders and files, no globs: a commit is kept that touches anything in the folder where a glob begins.
    """
    places = tuple(dict.fromkeys(_place(path) for path in span.paths))
    if not places or "" in places:
        return commits, 0
    since = min((each.change.committed_at for each in commits if each.committed), default=0)
    listed = await asyncio.gather(*(_by_path(github, span, place, since) for place in places))
    touching = {revision for found, _ in listed for revision in found}
    touching |= {each.change.via for each in commits if each.change.revision in touching}
    return tuple(each for each in commits if each.change.revision in touching), int(any(cut for _, cut in listed))


async def _by_path(github: GitHub, span: Range, place: str, since: int) -> tuple[frozenset[str], bool]:
    query: dict[str, str | int] = {"sha": span.head, "path": place}
    if since:
        query["since"] = _stamp(since)
    path = f"{path_of(span.repository)}/commits"
    listed = await github.pages(path, query, most=BY_PATH, what="the commits")
    return frozenset(text(each, "sha") for each in listed.things), listed.cut


def _change_set(
    span: Range, relation: Relation, arriving: Side, leaving: Side, irreversible: tuple[str, ...]
) -> ChangeSet:
    """GitHub compares with where both meet, so the files of both ways are what differs."""
    every = tuple(dict.fromkeys((*arriving.files, *leaving.files)))
    files = _matching(every, span.paths) if span.paths else every
    return ChangeSet(
        base=span.base,
        head=span.head,
        relation=relation,
        arriving=_changes(arriving),
        leaving=_changes(leaving),
        total=arriving.total,
        files=len(files),
        irreversible=_matching(every, irreversible),
        files_cut=arriving.files_cut or leaving.files_cut,
        paths=files,
        looked=len(files),
        forge=True,
    )


def _changes(side: Side) -> tuple[Change, ...]:
    return tuple(each.change for each in side.commits)


def _refuse_short(span: Range) -> None:
    for revision in (*filter(None, (span.base,)), span.head):
        if not FULL.fullmatch(revision):
            hint = "The target has to answer with the full hash of the commit that it serves."
            raise invalid(f"`{readable(revision, cap=60)}` is not a full revision", hint)


def _names(file: Mapping[str, Any]) -> Iterable[str]:
    """A renamed file is two: the one that went, and the one that came."""
    return filter(None, (text(file, "previous_filename"), text(file, "filename")))


def _place(glob: str) -> str:
    """The folder or file in which everything that a glob matches lies; empty: anywhere."""
    parts: list[str] = []
    for part in glob.split("/"):
        if re.search(r"[*?\[]", part):
            break
        parts.append(part)
    return "/".join(parts)


def _stamp(millis: int) -> str:
    return f"{datetime.fromtimestamp(millis / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _matching(files: Sequence[str], globs: tuple[str, ...]) -> tuple[str, ...]:
    pattern = _pattern(globs)
    return tuple(file for file in files if pattern.fullmatch(file)) if globs else ()


@lru_cache(maxsize=64)
def _pattern(globs: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(_regex, globs)), re.DOTALL)


def _regex(glob: str) -> str:
    """`**/` is any number of folders, also none; `**` anything; `*` and `?` stay within a folder."""
    return "".join(_SIGNS.get(part) or _literal(part) for part in re.split(r"(\*\*/|\*\*|\*|\?|\[!?[^\]/]+\])", glob))


def _literal(part: str) -> str:
    if part.startswith("[") and part.endswith("]"):
        inside = part[1:-1].replace("\\", "\\\\").replace("^", "\\^")
        return f"[^{inside[1:]}]" if inside.startswith("!") else f"[{inside}]"
    return re.escape(part)


_SIGNS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
