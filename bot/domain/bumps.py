"""Dependency updates: which package went from which version to which, many of them collapsed to one line each."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

UPDATERS = ("dependabot", "renovate", "snyk-bot", "pyup-bot", "greenkeeper")
_BUMP = re.compile(
    r"(?:bump|upgrade|update|updates)?\s*(?:the\s+)?(?:dependency\s+|module\s+)?"
    r"(?P<package>[@\w][\w./@:-]{0,80})(?:\s+requirement)?\s+(?:from\s+)?(?P<before>[=^~v<>]*\d[\w.+-]{0,40})\s+to\s+(?P<after>[=^~v<>]*\d[\w.+-]{0,40})",
    re.IGNORECASE,
)
_TO = re.compile(
    r"(?:bump|upgrade|update)s?\s+(?:the\s+)?(?:dependency\s+|module\s+)?(?P<package>[@\w][\w./@:-]{0,80})\s+to\s+(?P<after>v?\d[\w.+-]{0,40})",
    re.IGNORECASE,
)
_GROUP = re.compile(
    r"(?:bump|update)\b.{0,60}\b(?:group|dependencies|deps|lock ?file|lockfile maintenance)\b|lock ?file maintenance",
    re.IGNORECASE,
)
_VERSION = re.compile(r"\d+")


@dataclass(frozen=True, kw_only=True)
class Bump:
    """A package's way; `before` is empty where the title does not say, `package` where it names a whole group.

    `numbers` and `revisions` are the pull requests and commits (those without one) that brought it, newest first.
    """

    package: str
    before: str = ""
    after: str = ""
    numbers: tuple[int, ...] = ()
    revisions: tuple[str, ...] = ()

    @property
    def major(self) -> bool:
        """A step to another first number (or, below 1.0, to another second one): it may break what uses it."""
        before, after = _parts(self.before), _parts(self.after)
        if not before or not after:
            return False
        return before[0] != after[0] or (before[0] == 0 and before[1:2] != after[1:2])


def _parts(version: str) -> list[int]:
    return [int(part) for part in _VERSION.findall(version)[:3]]


@lru_cache(maxsize=1_024)
def updates(author: str) -> bool:
    """Whether the forge's name for an author is that of a program that updates dependencies."""
    lower = author.lower()
    return any(name in lower for name in UPDATERS)


def is_program(author: str) -> bool:
    """Whether an author is no person."""
    return author.endswith("[bot]") or updates(author)


def bump_of(
    title: str, *, expected: bool, numbers: tuple[int, ...] = (), revisions: tuple[str, ...] = ()
) -> Bump | None:
    """The update that a title tells of; `expected` where its kind or its author says that it is one."""
    if " to " in title:
        found = _BUMP.search(title) or _TO.search(title)
        if found is not None and (expected or title[:3].lower() in {"bum", "upg"}):
            words = found.groupdict()
            return Bump(
                package=words["package"],
                before=words.get("before", "").strip("=^~<>"),
                after=words["after"],
                numbers=numbers,
                revisions=revisions,
            )
    if (expected or title[:4].lower() in {"bump", "upda", "lock"}) and _GROUP.search(title):
        return Bump(package="", numbers=numbers, revisions=revisions)
    return None


def collapsed(bumps: Iterable[Bump]) -> tuple[Bump, ...]:
    """One line per package, majors first: 17 → 18 and 18 → 19 are 17 → 19. `bumps` are newest first."""
    by_package: dict[str, Bump] = {}
    for bump in bumps:
        newer = by_package.get(bump.package.lower())
        by_package[bump.package.lower()] = (
            bump
            if newer is None
            else replace(
                newer,
                before=bump.before or newer.before,
                numbers=(*newer.numbers, *bump.numbers),
                revisions=(*newer.revisions, *bump.revisions),
            )
        )
    return tuple(sorted(by_package.values(), key=lambda each: (not each.major, not each.package, each.package.lower())))
