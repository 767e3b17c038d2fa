"""What is wrong with a configuration: where, what, and how to mend it."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from bot import errors
from bot.config.nodes import Mark, Path, dotted


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One finding. `line` and `column` count from 1; 0 means the whole file. Also used for warnings."""

    file: str
    line: int = 0
    column: int = 0
    path: str = ""
    problem: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What `check` found: problems keep the bot from starting, warnings do not."""

    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def render_problems(problems: Iterable[errors.Problem]) -> str:
    """One line per problem as `file:line:column: path: what`, each followed by its fix, indented; no trailing newline."""
    return "\n".join(_render(problem) for problem in problems)


def _render(problem: errors.Problem) -> str:
    place = f"{_place(problem)}: " if isinstance(problem, Problem) else ""
    subject = f"{problem.path}: " if problem.path else ""
    fix = f"\n    fix: {problem.hint}" if problem.hint else ""
    return f"{place}{subject}{problem.problem}{fix}"


def _place(problem: Problem) -> str:
    return f"{problem.file}:{problem.line}:{problem.column}" if problem.line else problem.file


def finding(file: str, mark: Mark, path: Path, problem: str, hint: str = "") -> Problem:
    """A problem at a place of the tree."""
    return Problem(file=file, line=mark.line, column=mark.column, path=dotted(path), problem=problem, hint=hint)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Without repetitions, from the top of the file to its end."""
    return tuple(sorted(set(problems)))


def one_of(words: Iterable[str]) -> str:
    """`a`, `a or b`, `a, b or c`; "none" where there is no word."""
    *most, last = list(words) or ["none"]
    return f"{', '.join(most)} or {last}" if most else last


def suggestion(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, or an empty string."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else ""


def known_words(word: str, known: Iterable[str]) -> str:
    """A hint for an unknown word: what was probably meant, else what there is (at most twelve)."""
    words = sorted(set(known))
    if meant := suggestion(word, words):
        return f"did you mean `{meant}`?"
    more = f" and {len(words) - 12} more" if len(words) > 12 else ""
    return f"known here: {', '.join(words[:12]) or 'nothing'}{more}"
