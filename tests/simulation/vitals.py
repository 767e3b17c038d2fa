"""How well every target is, whatever anybody reads of it; it changes with each deployment, and what was read is remembered."""

import random
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain.terms import SECOND, Millis, Target
from bot.domain.verification import Reading, Signal

if TYPE_CHECKING:
    from tests.simulation.world import World

MOODS = ("ill", "sickens", "silent", "flaps", "mends")
REMEMBERED = 64


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one probe was told, and when."""

    at: Millis
    signal: Signal


@dataclass(kw_only=True)
class Vitals:
    """The health of the targets; `moods` says how each has been since when."""

    world: "World"
    rng: random.Random
    moods: dict[Target, tuple[str, Millis]] = field(default_factory=dict)
    looks: dict[Target, deque[Look]] = field(default_factory=dict)

    def switched(self, target: Target, provider: str) -> None:
        """Something new serves there: how it does from now on."""
        mood = self._drawn(f"{provider}.mood")
        self.moods[target] = (mood, self.world.time.now)
        if mood != "well":
            self.world.trace(f"{target}: what serves now {mood}")

    def look(self, target: Target) -> Reading:
        """One look."""
        now = self.world.time.now
        signal = self._signal(target, now)
        self.looks.setdefault(target, deque(maxlen=REMEMBERED)).append(Look(at=now, signal=signal))
        return Reading(signal=signal, seen="" if signal is Signal.PASS else "503", at=now)

    def _signal(self, target: Target, now: Millis) -> Signal:
        mood, since = self.moods.get(target, ("well", 0))
        age = now - since
        if mood == "ill" or (mood == "sickens" and age > 9 * SECOND):
            return Signal.FAIL
        if mood == "silent" and age < 40 * SECOND:
            return Signal.INCONCLUSIVE
        if (mood == "flaps" and age // (7 * SECOND) % 2) or (mood == "mends" and age < 4 * SECOND):
            return Signal.FAIL
        return Signal.PASS

    def _drawn(self, name: str) -> str:
        waiting = self.world.faults.scripted.get(name)
        if waiting:
            return waiting.pop(0)
        point = self.rng.random()
        for mood in MOODS:
            point -= getattr(self.world.faults.plan, f"health_{mood}")
            if point < 0:
                self.world.count(f"health: {mood}")
                return mood
        return "well"

    # ---- truth ---------------------------------------------------------------------------------------------------------

    def failed_last(self, target: Target, times: int) -> bool:
        """Whether the newest looks that saw anything were that many failures."""
        seen = [each.signal for each in self.looks.get(target, ()) if each.signal is not Signal.INCONCLUSIVE]
        return len(seen) >= times and all(each is Signal.FAIL for each in seen[-times:])

    def passed_since(self, target: Target, since: Millis) -> bool:
        """Whether every look since then that saw anything passed, and there was one."""
        seen = [each.signal for each in self.looks.get(target, ()) if each.at >= since]
        return Signal.PASS in seen and Signal.FAIL not in seen
