"""What a commit's or pull request's own words say: its kind, its number, what it breaks, what it takes back."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class ChangeKind(StrEnum):
    """What a change is to whoever reads of it, in the order in which it is told."""

    FEATURE = "feature"
    FIX = "fix"
    PERFORMANCE = "performance"
    OTHER = "other"
    DEPENDENCY = "dependency"


K = ChangeKind
TYPES = {
    **dict.fromkeys(("feat", "feature", "features"), K.FEATURE),
    **dict.fromkeys(("fix", "bugfix", "hotfix", "bug", "security"), K.FIX),
    "perf": K.PERFORMANCE,
    "deps": K.DEPENDENCY,
    **dict.fromkeys(("docs", "chore", "ci", "test", "tests", "refactor", "build", "style", "revert"), K.OTHER),
}
"""Conventional types; a type that is not here (`web: …`) is a scope of somebody's own."""

WORDS = {
    **dict.fromkeys(("add", "adds", "added", "new", "feat", "feature"), K.FEATURE),
    **dict.fromkeys(("fix", "fixes", "fixed", "bug", "bugfix", "hotfix", "retry"), K.FIX),
    **dict.fromkeys(("bump", "bumps"), K.DEPENDENCY),
}
"""What the first word of an unconventional title says."""

LABELS = {
    **dict.fromkeys(("feature", "enhancement", "kind/feature", "type: feature"), K.FEATURE),
    **dict.fromkeys(("bug", "fix", "bugfix", "security", "kind/bug", "type: bug"), K.FIX),
    **dict.fromkeys(("performance", "perf"), K.PERFORMANCE),
    **dict.fromkeys(("dependencies", "dependency", "deps"), K.DEPENDENCY),
}
BREAKING_LABELS = frozenset({"breaking", "breaking change", "breaking-change", "semver-major"})

LONGEST = 300  # characters of a title that are read
NOTE = 200
_CONVENTIONAL = re.compile(r"([A-Za-z][\w-]{0,24})(?:\(([^()]{0,60})\))?(!)?:[ \t]+(?=\S)")
_FOOTER = re.compile(r"^BREAKING[ -]CHANGES?(?:\([^()\n]{0,60}\))?!?:[ \t]*(.*)$", re.MULTILINE)
_SQUASHED = re.compile(r"\s*\((?:#|pull request #|!)([0-9]{1,9})\)\s*$")
_MERGED = re.compile(r"Merge pull request #([0-9]{1,9})\b|Merged in \S+ \(pull request #([0-9]{1,9})\)")
_MERGE_REQUEST = re.compile(r"^See merge request \S*!([0-9]{1,9})\s*$", re.MULTILINE)
_PLAIN_MERGE = re.compile(r"Merge (?:branch|branches|remote-tracking branch|commit|tag) ")
_TELLING = re.compile(
    r"^(?:this reverts commit |reverts [\w./-]*[#!]\d|\(cherry picked from commit |.*\b[A-Z][A-Z0-9]{1,9}-[1-9])",
    re.IGNORECASE,
)
_TRAILER = re.compile(r"^[A-Za-z][A-Za-z-]*: ")
_REVERTS = re.compile(r"\b[Tt]his reverts commit ([0-9a-f]{7,64})")
_REVERTS_NUMBER = re.compile(r"^Reverts [\w./-]*[#!]([0-9]{1,9})", re.MULTILINE)
_PICKED = re.compile(r"\(cherry picked from commit ([0-9a-f]{7,64})\)")
_QUOTED = re.compile(r"(Revert|Reapply)\s+[\"“](.*)[\"”]\s*$", re.DOTALL)
TELLING_MOST = 2_000


@dataclass(frozen=True, kw_only=True)
class Title:
    """A title taken apart: `kind` is None where its words do not say; `breaking` is the `!` of the convention."""

    text: str
    kind: ChangeKind | None
    scope: str = ""
    breaking: bool = False


def read_title(title: str) -> Title:
    """`feat(web)!: gift cards` in its parts; a title without a convention is kept whole."""
    title = title[:LONGEST].strip()
    found = _CONVENTIONAL.match(title) if ":" in title else None
    if found is None:
        first = title.partition(" ")[0].lower().rstrip(":,")
        return Title(text=title, kind=WORDS.get(first))
    kind = TYPES.get(found.group(1).lower())
    scope, breaking = found.group(2) or "", found.group(3) is not None
    if kind is None:
        return Title(text=title, kind=WORDS.get(found.group(1).lower()), breaking=breaking)
    kind = K.DEPENDENCY if scope.lower().startswith("deps") else kind
    return Title(text=title[found.end() :], kind=kind, scope=scope, breaking=breaking)


@dataclass(frozen=True, kw_only=True)
class Headline:
    """What people read of a commit: the title of the pull request that it merges, its number (or 0), and the rest."""

    title: str
    body: str
    number: int


def headline(title: str, body: str) -> Headline:
    """Find the pull request behind a squash (`… (#12)`), a merge commit, or a merge request."""
    merged = _MERGED.match(title) if title.startswith("Merge") else None
    asked = _MERGE_REQUEST.search(body) if title.startswith("Merge") else None
    found = merged or asked
    if found is not None:
        number = int(next(filter(None, found.groups())))
        first, _, rest = body.strip().partition("\n")
        if first.strip() and not first.startswith("See merge request "):
            return Headline(title=_SQUASHED.sub("", first).strip() or first, body=rest.strip(), number=number)
        return Headline(title=title, body=body.strip(), number=number)
    squashed = _SQUASHED.search(title[-40:])
    if squashed:
        return Headline(
            title=_SQUASHED.sub("", title).strip() or title, body=body.strip(), number=int(squashed.group(1))
        )
    return Headline(title=title, body=body.strip(), number=0)


def says_nothing(title: str) -> bool:
    """A merge without words of its own ("Merge branch 'main'"): what it brought is told instead."""
    return title.startswith("Merge ") and _PLAIN_MERGE.match(title) is not None


def telling(body: str) -> str:
    """The lines of a body that a summary needs: what breaks, what is taken back, what was picked, tickets; the rest is dropped."""
    if not body:
        return ""
    kept: list[str] = []
    inside = False
    for line in body.splitlines():
        before, begins = inside, _FOOTER.match(line) is not None
        inside = begins or (inside and bool(line.strip()) and not _TRAILER.match(line))
        if before and not inside:
            kept.append("")  # so that a note still ends where it ended
        if inside or _TELLING.match(line):
            kept.append(line.strip())
    return "\n".join(kept).rstrip()[:TELLING_MOST]


def breaking_notes(body: str) -> Iterator[str]:
    """Every `BREAKING CHANGE:` and `BREAKING-CHANGE:`, each as one line; empty where nothing follows."""
    if "BREAKING" not in body:
        return
    for found in _FOOTER.finditer(body):
        lines = [found.group(1)]
        for line in body[found.end() + 1 :].splitlines():
            if not line.strip() or _TRAILER.match(line) or _FOOTER.match(line):
                break
            lines.append(line)
        yield " ".join(" ".join(lines).split())[:NOTE]


@dataclass(frozen=True, kw_only=True)
class Undoing:
    """What a change says it takes back: by commit, by pull request, or by title (one of them)."""

    revision: str = ""
    number: int = 0
    title: str = ""


def undoing_of(title: str, body: str) -> Undoing | None:
    """The `Revert "…"` (or `Reapply "…"`) that a change is, or None."""
    quoted = _QUOTED.match(title) if title.startswith("Re") else None
    revision = _REVERTS.search(body) if "reverts commit" in body else None
    number = _REVERTS_NUMBER.search(body) if "Reverts " in body else None
    if number is not None:
        return Undoing(number=int(number.group(1)))
    if revision is not None:
        return Undoing(revision=revision.group(1))
    return _by_title(*quoted.groups()) if quoted is not None else None


def _by_title(verb: str, inner: str) -> Undoing:
    if verb == "Reapply":
        return Undoing(title=f'Revert "{inner.strip()}"')
    squashed = _SQUASHED.search(inner)
    return Undoing(number=int(squashed.group(1))) if squashed else Undoing(title=inner.strip())


def picked_from(body: str) -> str:
    """The commit that this one was cherry-picked from, or empty."""
    found = _PICKED.search(body) if "cherry picked" in body else None
    return found.group(1) if found else ""
