"""`${VARIABLE}`, `${VARIABLE:-text}`, `${file:/path}` and `$$`, replaced word by word after parsing, so that no value can become YAML."""

import re
from collections.abc import Mapping as Environ
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath

from bot.config.nodes import Mapping, Node, Scalar, Sequence
from bot.config.problems import Problem, finding

MAX_FILE_BYTES = 65_536

_REFERENCE = re.compile(r"\$\$|\$\{([^}]*)(\}?)")
_VARIABLE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Surrounding:
    """What references refer to: the process environment, and the folder that relative `${file:…}` paths start from."""

    environ: Environ[str, str] = field(repr=False)
    directory: FilePath
    file: str


class _MissingError(Exception):
    """A reference that leads nowhere: what is wrong, and the fix."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint


def expand(node: Node, surrounding: Surrounding) -> tuple[Node, tuple[Problem, ...]]:
    """The tree with every reference replaced, and a problem for each that leads nowhere (those keep their written text)."""
    problems: list[Problem] = []
    return _expand(node, surrounding, problems), tuple(problems)


def _expand(node: Node, surrounding: Surrounding, problems: list[Problem]) -> Node:
    if isinstance(node, Mapping):
        entries = tuple(replace(entry, value=_expand(entry.value, surrounding, problems)) for entry in node.entries)
        return replace(node, entries=entries)
    if isinstance(node, Sequence):
        return replace(node, items=tuple(_expand(item, surrounding, problems) for item in node.items))
    return _expand_scalar(node, surrounding, problems) if "$" in node.text else node


def _expand_scalar(node: Scalar, surrounding: Surrounding, problems: list[Problem]) -> Scalar:
    sources: list[str] = []

    def replaced(match: re.Match[str]) -> str:
        if match.group() == "$$":
            return "$"
        sources.append(match.group())
        try:
            return _looked_up(match, surrounding)
        except _MissingError as error:
            problems.append(finding(surrounding.file, node.mark, node.path, error.problem, error.hint))
            return match.group()

    text = _REFERENCE.sub(replaced, node.text)
    return replace(node, text=text, sources=tuple(sources))


def _looked_up(match: re.Match[str], surrounding: Surrounding) -> str:
    inside, end = match.groups()
    if not end:
        raise _MissingError("a `${` without its `}`", "close it, or write `$$` for a dollar sign")
    if inside.startswith("file:"):
        return _from_file(inside.removeprefix("file:"), surrounding)
    found = _VARIABLE.fullmatch(inside)
    if not found:
        raise _MissingError(
            "`${…}` holds no variable name",
            "write `${NAME}`, `${NAME:-text}`, `${file:/path}`, or `$$` for a dollar sign",
        )
    return _from_environment(found.group(1), found.group(2), surrounding)


def _from_environment(name: str, fallback: str | None, surrounding: Surrounding) -> str:
    value = surrounding.environ.get(name, "")
    if not value and fallback is not None:
        return fallback
    if not value:
        state = "empty" if name in surrounding.environ else "not set"
        raise _MissingError(f"the environment variable {name} is {state}", f"set it: export {name}=…")
    if not value.isprintable() and any("\ud800" <= character <= "\udfff" for character in value):
        raise _MissingError(f"the environment variable {name} is not valid UTF-8", "set it again")
    return value


def _from_file(name: str, surrounding: Surrounding) -> str:
    path = surrounding.directory / name
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
        text = content.decode()
    except UnicodeDecodeError:
        raise _MissingError(f"{path} is not UTF-8 text", "store the secret as text") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a usable path"
        raise _MissingError(
            f"{path} cannot be read: {reason}", "mend the path, or let the bot's user read it"
        ) from None
    if len(content) > MAX_FILE_BYTES:
        raise _MissingError(f"{path} is larger than {MAX_FILE_BYTES:,} bytes", "point at a file that holds one secret")
    if not text.strip():
        raise _MissingError(f"{path} is empty", "write the secret into it")
    return text.removesuffix("\n").removesuffix("\r")
