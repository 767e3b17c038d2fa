"""What goes wrong outside, how often, and the fate of one call: when it has its effect, and when and how it is answered."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.domain.terms import MINUTE, SECOND, Millis

KEPT = frozenset({"slack_outage_most", "moves", "run_takes"})


@dataclass(frozen=True, kw_only=True)
class FaultPlan:
    """Chances, each from 0 to 1 for one call, delivery or run, and how often the bot dies."""

    crash: float = 0.0015  # at each crash point
    crash_again: float = 0.006  # at each of the hundred points after a crash
    crash_turns: int = 34_000  # mean turns of the loop between two crashes at an arbitrary await; 0: none
    # starts and cancels
    refused: float = 0.02  # proven: nothing happened
    limited: float = 0.02  # 429
    unreachable: float = 0.02  # the connection was refused
    error_before: float = 0.006  # 5xx, nothing happened
    error_after: float = 0.03  # 5xx, it happened
    timeout_before: float = 0.004  # never arrives
    timeout_after: float = 0.03  # it happened
    late: float = 0.012  # timeout, and it happens up to forty seconds later
    hanging: float = 0.003  # happens, and nobody ever answers
    # reads
    read_error: float = 0.01
    read_timeout: float = 0.002
    # runs
    run_fails: float = 0.1
    run_vanishes: float = 0.015  # its end cannot be seen
    run_hangs: float = 0.004  # until it is cancelled
    cancel_ignored: float = 0.1
    run_takes: tuple[Millis, Millis] = (SECOND, 12 * SECOND)
    serves_late: float = 0.1
    provider_outage: float = 0.005  # chance each ten seconds and provider
    # Slack
    slack_limited: float = 0.01
    slack_error: float = 0.005  # nothing happened
    slack_lost: float = 0.02  # it happened, the answer was lost
    slack_lost_before: float = 0.005  # it did not happen, the answer was lost
    slack_outage: float = 0.006  # chance each ten seconds
    slack_outage_most: Millis = 4 * MINUTE
    twice: float = 0.1  # a delivery comes again
    late_delivery: float = 0.05
    deleted: float = 0.02  # chance every ten seconds that somebody deletes a card
    # runs that ask whether they may go on
    claim_queued: float = 0.05  # asks minutes later
    claim_rerun: float = 0.05  # is started a second time at the provider
    claim_stranger: float = 0.03  # somebody asks with a token that does not fit
    claim_unsent: float = 0.05  # the question never arrives
    claim_lost: float = 0.05  # it does, and its answer never does
    claim_twice: float = 0.05
    # what serves after a deployment
    health_ill: float = 0.1
    health_sickens: float = 0.05
    health_silent: float = 0.05
    health_flaps: float = 0.05
    health_mends: float = 0.05
    # others
    outside: float = 0.03  # chance every ten seconds that somebody deploys by hand
    moves: float = 0.3  # chance every ten seconds

    def calm(self) -> "FaultPlan":
        """The same with nothing going wrong."""
        nothing: dict[str, Any] = dict.fromkeys(self.__dataclass_fields__.keys() - KEPT, 0)
        return replace(self, **nothing)

    @property
    def fair(self) -> bool:
        """Whether nothing goes wrong outside."""
        return not (self.refused or self.slack_error or self.read_error)

    def without_crashes(self) -> "FaultPlan":
        """The same with a bot that lives."""
        return replace(self, crash=0, crash_again=0, crash_turns=0)


CALM = FaultPlan().calm()


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What becomes of one call, in milliseconds from now; None: never. With `error` the answer is that error."""

    name: str = "fine"
    lands: Millis | None
    answers: Millis | None
    error: Exception | None = None


Errors = Mapping[str, Callable[[], Exception]]


@dataclass(kw_only=True)
class Fates:
    """Draws the fate of each call; `errors` makes the caller's own exceptions by the kind of fault."""

    rng: random.Random
    plan: FaultPlan
    counts: Counter[str] = field(default_factory=Counter)
    scripted: dict[str, list[str]] = field(default_factory=dict)  # what happens to the next calls of that name

    def change(self, name: str, errors: Errors) -> Fate:
        """A call that changes something."""
        plan = self.plan
        chances = (
            *(("refused", plan.refused), ("limited", plan.limited), ("unreachable", plan.unreachable)),
            *(("error_before", plan.error_before), ("error_after", plan.error_after)),
            *(("timeout_before", plan.timeout_before), ("timeout_after", plan.timeout_after)),
            *(("late", plan.late), ("hanging", plan.hanging)),
        )
        return self._fate(self._drawn(name, chances), errors)

    def read(self, name: str, errors: Errors) -> Fate:
        """A call that only reads."""
        chances = (("error_before", self.plan.read_error), ("timeout_before", self.plan.read_timeout))
        return self._fate(self._drawn(name, chances), errors)

    def slack(self, name: str, errors: Errors, *, writes: bool) -> Fate:
        """A call to Slack."""
        plan = self.plan
        chances = (
            ("limited", plan.slack_limited),
            ("unreachable", plan.slack_error),
            ("error_after", plan.slack_lost if writes else 0.0),
            ("error_before", plan.slack_lost_before),
        )
        return self._fate(self._drawn(name, chances), errors)

    def _drawn(self, name: str, chances: tuple[tuple[str, float], ...]) -> str:
        waiting = self.scripted.get(name)
        if waiting:
            return waiting.pop(0)
        point = self.rng.random()
        for fault, chance in chances:
            point -= chance
            if point < 0:
                self.counts[f"{name.partition('.')[0]}: {fault}"] += 1
                return fault
        return "fine"

    def _fate(self, fault: str, errors: Errors) -> Fate:
        there, back = self.rng.randrange(5, 200), self.rng.randrange(5, 200)
        if fault == "fine":
            return Fate(lands=there, answers=there + back)
        error = errors[fault]()
        if fault in {"refused", "limited", "unreachable", "error_before"}:
            return Fate(name=fault, lands=None, answers=there + back, error=error)
        if fault == "error_after":
            return Fate(name=fault, lands=there, answers=there + back, error=error)
        patience = 10 * SECOND
        if fault == "timeout_before":
            return Fate(name=fault, lands=None, answers=patience, error=error)
        if fault == "late":
            return Fate(name=fault, lands=patience + self.rng.randrange(40 * SECOND), answers=patience, error=error)
        if fault == "hanging":
            return Fate(name=fault, lands=there, answers=None, error=error)
        return Fate(name=fault, lands=there, answers=patience, error=error)  # timeout_after
