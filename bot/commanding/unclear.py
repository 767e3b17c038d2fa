"""What the grammar raises inside, and never lets out: a line that cannot be understood."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What may have been meant: `replacement` for the characters from `start` to `end`; `label` is the word that people see."""

    start: int
    end: int
    replacement: str
    label: str = ""


class Unclear(Exception):
    """Not understood; `problem` and `hint` are sentences for people, `corrections` become suggestions."""

    def __init__(self, problem: str, *, hint: str = "", corrections: Iterable[Correction] = ()) -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint
        self.corrections = tuple(corrections)
