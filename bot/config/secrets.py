"""Secrets: which values are secret, which stand in the file for all to read, and how none of them is ever shown."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pydantic import BaseModel, SecretStr

from bot.config.nodes import Node, Path, Scalar, dotted, scalars
from bot.config.problems import Problem

_LITERAL = re.compile(
    r"xox[a-z]-[A-Za-z0-9-]{8,}|xapp-[A-Za-z0-9-]{8,}|gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,}"
    r"|glpat-[A-Za-z0-9_-]{16,}|AKIA[A-Z0-9]{16}|-----BEGIN [A-Z ]*PRIVATE KEY-----|://[^/\s:@]+:[^/\s:@]+@"
)
_SHORTEST = 6


def secret_paths(model: BaseModel | None, path: Path) -> Iterator[Path]:
    """Where in the file the SecretStr values of a section were written (lists and nested sections included)."""
    for name, value in model or ():
        yield from _secret_paths(value, (*path, name))


def _secret_paths(value: object, path: Path) -> Iterator[Path]:
    if isinstance(value, SecretStr):
        yield path
    elif isinstance(value, BaseModel):
        yield from secret_paths(value, path)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _secret_paths(inner, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _secret_paths(inner, (*path, index))


def literal_secrets(tree: Node, secret: frozenset[Path]) -> tuple[Scalar, ...]:
    """The words that hold a secret in clear: by their place, or because they look like one."""
    return tuple(
        word for word in scalars(tree) if not word.sources and (word.path in secret or _LITERAL.search(word.text))
    )


def secret_values(tree: Node, secret: frozenset[Path]) -> tuple[str, ...]:
    """Every value that must appear nowhere: from `${…}`, in a secret's place, or looking like one; longest first."""
    found = {word.text for word in scalars(tree) if word.path in secret or _LITERAL.search(word.text)}
    return tuple(sorted((text for text in found if len(text) >= _SHORTEST), key=lambda text: (-len(text), text)))


def redacted(problems: Iterable[Problem], tree: Node) -> Iterator[Problem]:
    """The same problems with values that came from `${…}` shown as what was written, and literal secrets as dots."""
    shown = {word.text: word.written for word in scalars(tree) if word.sources and len(word.text) >= _SHORTEST}
    shown |= {word.text: "…" for word in scalars(tree) if not word.sources and _LITERAL.search(word.text)}
    for problem in problems:
        what, hint = problem.problem, problem.hint
        for secret, instead in shown.items():
            what, hint = what.replace(secret, instead), hint.replace(secret, instead)
        yield replace(problem, problem=what, hint=hint)


def warn_literal(word: Scalar, file: str) -> Problem:
    """A secret that everybody who can read the file can read."""
    name = re.sub(r"\W+", "_", str(word.path[-1] if isinstance(word.path[-1], str) else word.path[-2])).upper()
    return Problem(
        file=file,
        line=word.mark.line,
        column=word.mark.column,
        path=dotted(word.path),
        problem="a secret stands in the file in clear",
        hint=f'write "${{{name}}}" and set the variable, or "${{file:/run/secrets/{name.lower()}}}"',
    )
