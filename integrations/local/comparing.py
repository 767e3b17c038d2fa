"""The range between two revisions, as git tells it."""

import asyncio
import re
from dataclasses import dataclass, replace

from bot.domain.changes import Change, ChangeSet, Relation
from bot.domain.operations import Effect
from bot.domain.terms import SECOND, short
from bot.errors import IntegrationError, Kind
from integrations.local.git import FULL, Git
from integrations.local.text import readable

LISTED = 250  # commits in a list; the rest is counted
BODY_CAP = 2_000
_FIELDS = "%H%x00%aN%x00%ct%x00%s%x00%b"
_SQUASHED = re.compile(r"\(#([0-9]{1,9})\)\s*$")
_MERGED = re.compile(r"Merge pull request #([0-9]{1,9})\b")


@dataclass(frozen=True, kw_only=True)
class Range:
    """From `base` (empty: from nothing) to `head` in a repository, limited to `paths` (globs) where given."""

    repository: str
    base: str
    head: str
    paths: tuple[str, ...] = ()


async def compared(git: Git, span: Range, irreversible: tuple[str, ...]) -> ChangeSet:
    """The change set; raises IntegrationError: INVALID for what is no full revision, NOT_FOUND for one that is not there."""
    await _refuse_unknown(git, span)
    if span.base == span.head:
        return ChangeSet(base=span.base, head=span.head, relation=Relation.IDENTICAL)
    relation, arriving, leaving, total, files, lost = await asyncio.gather(
        _relation(git, span),
        _commits(git, span),
        _commits(git, replace(span, base=span.head, head=span.base)) if span.base else _nothing(),
        _count(git, span),
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


async def _count(git: Git, span: Range) -> int:
    return int(await git.text(span.repository, "rev-list", "--count", *_revisions(span)))


async def _commits(git: Git, span: Range) -> tuple[Change, ...]:
    words = ("log", "-z", "--no-show-signature", f"--max-count={LISTED}", f"--format={_FIELDS}")
    told = (await git.text(span.repository, *words, *_revisions(span))).split("\0")
    return tuple(_change(told[at : at + 5]) for at in range(0, len(told) - 5, 5))


def _change(told: list[str]) -> Change:
    revision, author, seconds, title, body = told
    merged = _MERGED.match(title)
    number = merged or _SQUASHED.search(title)
    if merged and body.strip():
        title, _, body = body.strip().partition("\n")
    return Change(
        revision=revision,
        title=_SQUASHED.sub("", title).strip() or title,
        author=author,
        number=int(number.group(1)) if number else 0,
        body=body.strip()[:BODY_CAP],
        committed_at=int(seconds) * SECOND,
    )


async def _files(git: Git, span: Range, paths: tuple[str, ...]) -> tuple[str, ...]:
    """The files that differ between the two ends: for a way back the same as for the way there."""
    base = span.base or (await git.text(span.repository, "hash-object", "-t", "tree", "--stdin")).strip()
    words = ("diff-tree", "-r", "-z", "--name-only", "--no-renames", base, span.head, "--", *_pathspecs(paths))
    return tuple(filter(None, (await git.text(span.repository, *words)).split("\0")))


async def _nothing() -> tuple[Change, ...]:
    return ()


async def _no_files() -> tuple[str, ...]:
    return ()
