"""Files that people should look at before they deploy: migrations, infrastructure, workflows, sign-in, locks, and classes of their own."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.domain.changes import Touched

LOCKS = "lock file"
KEPT = 40  # files of one class that are kept by name


@dataclass(frozen=True, kw_only=True)
class FileClass:
    """A name for people and the globs of its files: `**` crosses folders, `*` and `?` do not."""

    name: str
    globs: tuple[str, ...]


BUILT_IN = (
    FileClass(
        name="migration",
        globs=("**/migrations/**", "**/migrate/**", "**/alembic/versions/**", "**/flyway/**", "**/*.sql"),
    ),
    FileClass(name="workflow", globs=(".github/workflows/**", ".gitlab-ci.yml", ".circleci/**", "**/Jenkinsfile")),
    FileClass(
        name="infrastructure",
        globs=(
            *("**/*.tf", "**/*.tfvars", "**/helm/**", "**/k8s/**", "**/kubernetes/**", "**/charts/**", "**/ansible/**"),
            *("**/terraform/**", "**/Dockerfile", "**/Dockerfile.*", "**/docker-compose*.y*ml", "**/nginx*.conf"),
        ),
    ),
    FileClass(
        name="sign-in",
        globs=("**/auth/**", "**/authn/**", "**/authz/**", "**/oauth/**", "**/saml/**", "**/permissions/**", "**/auth.*"),
    ),
    FileClass(
        name=LOCKS,
        globs=(
            *("**/package-lock.json", "**/yarn.lock", "**/pnpm-lock.yaml", "**/poetry.lock", "**/uv.lock", "**/go.sum"),
            *("**/Cargo.lock", "**/Gemfile.lock", "**/composer.lock", "**/Pipfile.lock", "**/requirements*.txt"),
        ),
    ),
)  # fmt: skip
"""In the order in which they are told; a file belongs to the first class that has it, and classes of one's own come before these."""


def touched(paths: Iterable[str], own: Sequence[FileClass] = ()) -> tuple[Touched, ...]:
    """The files that belong to a class, at most KEPT of each, in the order of the classes."""
    classes = [(each.name, _pattern(each.globs)) for each in (*own, *BUILT_IN)]
    found: dict[str, list[Touched]] = {name: [] for name, _ in classes}
    for path in paths:
        name = next((name for name, pattern in classes if pattern.fullmatch(path)), "")
        if name and len(found[name]) < KEPT:
            found[name].append(Touched(kind=name, path=path))
    return tuple(each for members in found.values() for each in members)


@lru_cache(maxsize=256)
def _pattern(globs: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(_regex, globs)), re.IGNORECASE | re.DOTALL)


def _regex(glob: str) -> str:
    """`**/` is any number of folders, also none; `**` anything at all."""
    return "".join(_SIGNS.get(part) or re.escape(part) for part in re.split(r"(\*\*/|\*\*|\*|\?)", glob))


_SIGNS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
