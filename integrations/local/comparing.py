"""The range between two revisions, as git tells it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.changes import Change, ChangeSet, Relation
from bot.domain.operations import Effect
from bot.domain.terms import SECOND, short
from bot.domain.titles import headline, telling
from bot.errors import IntegrationError, Kind
from integrations._branches import Graph, brought_by
from integrations._text import readable
from integrations.local.git import FULL, Git

LISTED = 1_000  # commits in a list; the rest is counted
LOOKED = 5_000  # changed files that are named; the rest is counted
CANDIDATES = 100  # commits that mention a pull request's number
GRAPH = 50_000  # commits whose parents are read
_FIELDS = "%H%x00%P%x00%aN%x00%aE%x00%at%x00%ct%x00%s%x00%b"
_WIDTH = 8


@dataclass(frozen=True, kw_only=True)
class Range:
    """From `base` (empty: from nothing) to `head` in a repository, limited to `paths` (globs) where given."""

    repository: str
    base: str
    head: str
    paths: tuple[str, ...] = ()
    most: int = 0  # commits in the list; 0: LISTED


@dataclass(frozen=True, kw_only=True)
class _Logged:
    """A commit as the log tells it, with the parents that nobody keeps."""

    change: Change
    parents: tuple[str, ...]


async def compared(git: Git, span: Range, irreversible: tuple[str, ...]) -> ChangeSet:
    """The change set; raises IntegrationError: INVALID for what is no full revision, NOT_FOUND for one that is not there."""
    await _refuse_unknown(git, span)
    if span.base == span.head:
        return ChangeSet(base=span.base, head=span.head, relation=Relation.IDENTICAL)
    relation = await _relation(git, span)
    back = replace(span, base=span.head, head=span.base)
    (arriving, total), (leaving, _), files, lost = await asyncio.gather(
        _commits(git, span) if relation is not Relation.BEHIND else _nothing(),
        _commits(git, back) if relation is not Relation.AHEAD else _nothing(),
        _files(git, span, span.paths),
        _files(git, span, irreversible) if irreversible else _no_files(),
    )
    return ChangeSet(
        base=span.base,
        head=span.head,
        relation=relation,
        arriving=arriving,
        leaving=leaving,
        total=total,
        files=len(files),
        irreversible=lost,
        paths=files[:LOOKED],
        looked=min(len(files), LOOKED),
    )


async def contained(git: Git, repository: str, revision: str, part: str) -> bool:
    """Whether `part` lies in the history of `revision`; raises as `compared` does."""
    await _refuse_unknown(git, Range(repository=repository, base=part, head=revision))
    answer = await git.ask(repository, "merge-base", "--is-ancestor", part, revision)
    if answer.code not in {0, 1}:
        raise git.failed("merge-base", answer)
    return answer.code == 0


async def landing(git: Git, repository: str, number: int) -> str:
    """The newest commit of the default branch that says it is that pull request; raises IntegrationError (NOT_FOUND)."""
    said = f"(\\(#{number}\\)$)|(^Merge pull request #{number}([^0-9]|$))|([(]pull request #{number}[)])|(!{number}$)"
    words = ("log", "-z", "--no-show-signature", f"--max-count={CANDIDATES}", "--format=%H%x00%s%x00%b", "-E")
    told = (await git.text(repository, *words, f"--grep={said}", "HEAD", "--")).split("\0")
    for revision, title, body in zip(told[0::3], told[1::3], told[2::3], strict=False):
        if headline(title, body).number == number:
            return revision
    raise IntegrationError(
        f"no commit of the default branch says that it is #{number}",
        kind=Kind.NOT_FOUND,
        effect=Effect.NONE,
        hint="It may not be merged yet, or its commit does not name it: ask with the commit instead.",
    )


async def _refuse_unknown(git: Git, span: Range) -> None:
    for revision in filter(None, (span.base, span.head)):
        if not FULL.fullmatch(revision):
            raise IntegrationError(
                f"`{readable(revision, cap=60)}` is not a full revision",
                kind=Kind.INVALID,
                effect=Effect.NONE,
                hint="The target has to answer with the full hash of the commit that it serves.",
            )
        if (await git.ask(span.repository, "cat-file", "-e", f"{revision}^{{commit}}")).code != 0:
            raise IntegrationError(
                f"the repository has no commit {short(revision)}",
                kind=Kind.NOT_FOUND,
                effect=Effect.NONE,
                hint="It may have been pushed over, or never pushed here.",
            )


async def _relation(git: Git, span: Range) -> Relation:
    if not span.base:
        return Relation.AHEAD
    shared = await git.ask(span.repository, "merge-base", span.base, span.head)
    if shared.code == 1:
        return Relation.UNRELATED
    if shared.code != 0:
        raise git.failed("merge-base", shared)
    meeting = shared.output.decode().strip()
    if meeting == span.base:
        return Relation.AHEAD
    return Relation.BEHIND if meeting == span.head else Relation.DIVERGED


def _revisions(span: Range) -> list[str]:
    return [span.head, *([f"^{span.base}"] if span.base else []), "--", *_pathspecs(span.paths)]


def _pathspecs(paths: tuple[str, ...]) -> list[str]:
    return [f":(top,glob){path}" for path in paths]


async def _commits(git: Git, span: Range) -> tuple[tuple[Change, ...], int]:
    """The newest commits of a range, and how many there are; where paths count, with the merges that brought them."""
    if not span.paths:
        listed = await _log(git, span)
        if len(listed) < (span.most or LISTED):
            return _with_merges(listed, {each.change.revision: each.parents for each in listed}, span.head), len(listed)
        count, graph = await asyncio.gather(_count(git, span), _graph(git, span))
        return _with_merges(listed, graph, span.head), count
    listed, merges, count, graph = await asyncio.gather(
        _log(git, span), _log(git, span, "--first-parent", "--merges"), _count(git, span), _graph(git, span)
    )
    known = {each.change.revision for each in listed}
    added = [each for each in merges if each.change.revision not in known]
    place = {revision: at for at, revision in enumerate(graph)}
    every = sorted([*listed, *added], key=lambda each: place.get(each.change.revision, GRAPH))
    return _with_merges(every, graph, span.head), count + len(added)


def _with_merges(listed: Sequence[_Logged], graph: Graph, head: str) -> tuple[Change, ...]:
    """Each commit with the merge that brought it; all of this is nothing where there are no merges."""
    changes = tuple(each.change for each in listed)
    if all(len(parents) < 2 for parents in graph.values()):
        return changes
    merges = brought_by(graph, head)
    return tuple(replace(each, via=merges[each.revision]) if each.revision in merges else each for each in changes)


async def _count(git: Git, span: Range) -> int:
    return int(await git.text(span.repository, "rev-list", "--count", *_revisions(span)))


async def _graph(git: Git, span: Range) -> dict[str, list[str]]:
    words = ("rev-list", "--parents", f"--max-count={GRAPH}", *_revisions(replace(span, paths=())))
    lines = (line.split() for line in (await git.text(span.repository, *words)).splitlines())
    return {revision: parents for revision, *parents in lines}


async def _log(git: Git, span: Range, *which: str) -> tuple[_Logged, ...]:
    words = ("log", "-z", "--no-show-signature", f"--max-count={span.most or LISTED}", f"--format={_FIELDS}", *which)
    told = (await git.text(span.repository, *words, *_revisions(span))).split("\0")
    return tuple(_logged(told[at : at + _WIDTH]) for at in range(0, len(told) - _WIDTH + 1, _WIDTH))


def _logged(told: list[str]) -> _Logged:
    revision, parents, author, email, written, committed, title, body = told
    found = headline(title, body)
    change = Change(
        revision=revision,
        title=found.title,
        author=author,
        number=found.number,
        body=telling(found.body),
        committed_at=int(committed) * SECOND,
        email=email,
        authored_at=int(written) * SECOND,
    )
    return _Logged(change=change, parents=tuple(parents.split()))


async def _files(git: Git, span: Range, paths: tuple[str, ...]) -> tuple[str, ...]:
    """The files that differ between the two ends: for a way back the same as for the way there."""
    base = span.base or (await git.text(span.repository, "hash-object", "-t", "tree", "--stdin")).strip()
    words = ("diff-tree", "-r", "-z", "--name-only", "--no-renames", base, span.head, "--", *_pathspecs(paths))
    return tuple(filter(None, (await git.text(span.repository, *words)).split("\0")))


async def _nothing() -> tuple[tuple[Change, ...], int]:
    return (), 0


async def _no_files() -> tuple[str, ...]:
    return ()
