"""The crash model: where a process may die, when it does, and what dying means here."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

NEVER = 1 << 60


class Struck(BaseException):  # the process dies here; it is caught by the simulated store alone
    """Raised inside a commit: it unwinds SQLite's transaction and nothing of the bot's own code."""


@dataclass(kw_only=True)
class Crashes:
    """Decides at every named point (around commits and outside calls) and at every turn of the loop whether the process dies.

    `at` are exact points by number (1 is the first); `rate` is the chance at each point, `again` the chance for the next
    hundred points after a crash: most defects of recovery need a second crash; `turns` is the mean number of turns
    between two crashes at an arbitrary await.
    """

    rng: random.Random
    at: frozenset[int] = frozenset()
    rate: float = 0.0
    again: float = 0.0
    turns: int = 0
    passed: int = 0
    count: int = 0
    names: list[str] = field(default_factory=list)
    context: Callable[[], str] | None = None  # what every remembered point is written down with
    by_kind: Counter[str] = field(default_factory=Counter)
    _now: bool = False
    _hot: int = 0
    _next_turn: int = NEVER

    def __post_init__(self) -> None:
        self._draw_turn()

    def _draw_turn(self) -> None:
        self._next_turn = int(self.rng.expovariate(1 / self.turns)) + 1 if self.turns else NEVER

    def strikes(self, name: str) -> bool:
        """Whether the process dies at this point."""
        self.passed += 1
        if self.context is not None:
            self.names.append(f"{name} while {self.context()}")
        if self._now or self.passed in self.at:
            self._now = False
            return self._dies(name)
        chance = self.again if self._hot > 0 else self.rate
        self._hot -= 1
        return bool(chance) and self.rng.random() < chance and self._dies(name)

    def strikes_between(self) -> bool:
        """Whether the process dies at this turn of the loop: at an arbitrary await."""
        self._next_turn -= 1
        if self._next_turn > 0:
            return False
        self._draw_turn()
        return self._dies("await")

    def now(self) -> None:
        """Die at the very next point."""
        self._now = True

    def stop(self) -> None:
        """No more crashes."""
        self.rate = self.again = 0.0
        self.turns, self._next_turn = 0, NEVER

    def _dies(self, name: str) -> bool:
        self.count += 1
        self.by_kind[kind_of(name)] += 1
        self._hot = 100
        return True


def kind_of(name: str) -> str:
    """`commit`, `before`, `sent`, `landed`, `answered`, `await`, …: the last word of a point's name."""
    return name.rpartition(" ")[2]


def distinct(names: Sequence[str], most: int = 2) -> tuple[int, ...]:
    """The numbers (from 1) of the points worth dying at: of those that differ in nothing, the first few."""
    seen: Counter[str] = Counter()
    chosen = []
    for number, name in enumerate(names, 1):
        seen[name] += 1
        if seen[name] <= most:
            chosen.append(number)
    return tuple(chosen)
