"""From a path to a Configuration: read, parse, replace `${…}`, validate, resolve; or every problem at once."""

import stat
from collections.abc import Mapping as Table
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path as FilePath

from bot.config.building import Built, build
from bot.config.configuration import Configuration
from bot.config.expand import Surrounding, expand
from bot.config.integrations import Kinds
from bot.config.nodes import Mapping
from bot.config.problems import Problem, Report, in_order
from bot.config.reading import Reader
from bot.config.safe_yaml import parse
from bot.config.secrets import literal_secrets, redacted, warn_literal
from bot.errors import ConfigError

MAX_BYTES = 4_000_000


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A configuration (None where there are problems) and what was found."""

    configuration: Configuration | None
    report: Report


def load(path: FilePath | str, integrations: Kinds, environ: Table[str, str]) -> Configuration:
    """The configuration in `path`; raises ConfigError with every problem. `integrations` maps kinds to their models."""
    outcome = read(path, integrations, environ)
    if outcome.configuration is None:
        raise ConfigError(outcome.report.problems)
    return outcome.configuration


def check(path: FilePath | str, integrations: Kinds, environ: Table[str, str]) -> Report:
    """Every problem and warning; never raises."""
    return read(path, integrations, environ).report


def read(path: FilePath | str, integrations: Kinds, environ: Table[str, str]) -> Outcome:
    """Both at once: what `load` would return and what `check` would say."""
    file = str(path)
    try:
        text = _text(FilePath(path))
    except _UnreadableError as error:
        return _failed(Problem(file=file, problem=error.problem, hint=error.hint))
    node, problems = parse(text, file=file)
    if node is None:
        return _failed(*(problems or (_empty(file),)))
    directory = FilePath(path).resolve().parent
    expanded, missing = expand(node, Surrounding(environ=environ, directory=directory, file=file))
    lines = tuple(text.splitlines())
    reader = Reader(file=file, tree=expanded, lines=lines, directory=directory, problems=list(problems))
    if not isinstance(expanded, Mapping):
        return _failed(reader.at((), "has to hold keys and values", "compare with config.example.yaml"))
    built = build(reader, expanded, integrations)
    return _outcome(reader, built, missing, world_readable=_world_readable(path))


def _failed(*problems: Problem) -> Outcome:
    return Outcome(configuration=None, report=Report(problems=problems))


def _empty(file: str) -> Problem:
    return Problem(file=file, problem="is empty", hint="write one with `quarterdeck init`, or copy config.example.yaml")


def _outcome(reader: Reader, built: Built | None, missing: tuple[Problem, ...], *, world_readable: bool) -> Outcome:
    unknown = {problem.path for problem in missing}  # what a missing variable would have said is not wrong as well
    found = [*missing, *(problem for problem in reader.problems if problem.path not in unknown)]
    problems = in_order(redacted(found, reader.tree))
    literal = literal_secrets(reader.tree, built.secret if built else frozenset())
    warnings = [*reader.warnings, *(warn_literal(word, reader.file) for word in literal)]
    if literal and world_readable:
        hint = f"chmod 600 {reader.file}, and move the secrets out of it"
        problem = "holds secrets, and every user of this machine can read it"
        warnings.append(Problem(file=reader.file, problem=problem, hint=hint))
    report = Report(problems=problems, warnings=in_order(warnings))
    usable = replace(built.configuration, warnings=report.warnings) if built and not problems else None
    return Outcome(configuration=usable, report=report)


class _UnreadableError(Exception):
    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint


def _text(path: FilePath) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _UnreadableError(
            "there is no such file", "write one with `quarterdeck init`, or name another with --config"
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a usable path"
        raise _UnreadableError(
            f"cannot be read: {reason}", "let the bot's user read it, or name another with --config"
        ) from None
    if len(content) > MAX_BYTES:
        raise _UnreadableError(f"larger than {MAX_BYTES:,} bytes", "this is not a configuration file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _UnreadableError(f"line {line} is not UTF-8 text", "save the file as UTF-8") from None


def _world_readable(path: FilePath | str) -> bool:
    with suppress(OSError):  # gone since it was read
        return bool(FilePath(path).stat().st_mode & stat.S_IROTH)
    return False
