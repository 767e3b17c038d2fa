"""Verification: what probes read over a bake time, and what that is worth; no data is never a pass."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.terms import MINUTE, SECOND, Millis

SHOWN = 2  # names of files
LATE: Millis = 15 * SECOND  # how much later than two rounds the next reading may come before that is a gap


class Signal(StrEnum):
    """What one look at one probe says."""

    PASS = "pass"  # noqa: S105  # no password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"  # no data, no answer, too little to judge by


class OnFailure(StrEnum):
    """What follows when verification fails."""

    NONE = "none"  # people are told, and decide
    DRY_RUN = "dry_run"  # what an automatic rollback would do is said, not done
    AUTOMATIC = "automatic"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One look at one probe: `seen` is what it saw, in words (untrusted), `value` the figure behind it as text.

    `decisive` is a failure that chance does not explain: nobody waits for more of them.
    """

    signal: Signal
    seen: str = ""
    value: str = ""
    probe: str = ""
    at: Millis = 0
    operation: int = 0
    decisive: bool = False


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How a target is verified: every probe has to pass for the whole of `bake`; `failures` breaches in a row of one are a failure."""

    probes: tuple[str, ...]
    bake: Millis
    every: Millis
    failures: int = 3
    on_failure: OnFailure = OnFailure.NONE
    countdown: Millis = MINUTE
    even_irreversible: bool = False

    @property
    def gap(self) -> Millis:
        """How far apart two passes may lie and still cover the time between them: one look may be missed."""
        return 2 * self.every + LATE

    @property
    def patience(self) -> Millis:
        """How long is watched for one whole bake time without a break, before a person is asked."""
        return 2 * self.bake + MINUTE


class Outcome(StrEnum):
    """Where a watch stands."""

    WATCHING = "watching"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The outcome, how long the newest unbroken stretch of passes is, and the one thing to know in words."""

    outcome: Outcome
    healthy: Millis = 0
    seen: str = ""


def judge(readings: Iterable[Reading], rules: Rules, *, since: Millis, now: Millis) -> Judgement:
    """What the readings since then are worth.

    Unhealthy: one probe failed `failures` times in a row, or once decisively. Healthy: every probe passed for the whole bake time without
    a gap. Inconclusive: one probe said nothing `failures` times in a row, or nothing was settled in twice the bake time.
    """
    by_probe = {probe: _of(readings, probe, since) for probe in rules.probes}
    healthy = min(_stretch(each, rules, now) for each in by_probe.values())
    for probe, each in by_probe.items():
        breaches = _breaches(each)
        if breaches >= rules.failures or any(look.decisive and look.signal is Signal.FAIL for look in each):
            seen = f"{_said(probe, each, Signal.FAIL)}{f', {breaches} times in a row' if breaches > 1 else ''}"
            return Judgement(outcome=Outcome.UNHEALTHY, seen=seen)
    for probe, each in by_probe.items():
        if _silent(each, rules.failures):
            said = _said(probe, each, Signal.INCONCLUSIVE)
            return Judgement(outcome=Outcome.INCONCLUSIVE, healthy=healthy, seen=said)
    if healthy >= rules.bake:
        return Judgement(outcome=Outcome.HEALTHY, healthy=healthy)
    if now - since >= rules.patience:
        seen = "It was never healthy for the whole time without a break"
        return Judgement(outcome=Outcome.INCONCLUSIVE, healthy=healthy, seen=seen)
    return Judgement(outcome=Outcome.WATCHING, healthy=healthy, seen=_trouble(by_probe, rules))


def _of(readings: Iterable[Reading], probe: str, since: Millis) -> tuple[Reading, ...]:
    """The readings of a probe, newest first."""
    mine = (each for each in readings if each.probe == probe and each.at >= since)
    return tuple(sorted(mine, key=lambda each: each.at, reverse=True))


def _breaches(newest_first: tuple[Reading, ...]) -> int:
    """How many failures in a row there are up to now; silence between them neither counts nor clears."""
    count = 0
    for each in newest_first:
        if each.signal is Signal.PASS:
            break
        count += each.signal is Signal.FAIL
    return count


def _silent(newest_first: tuple[Reading, ...], times: int) -> bool:
    newest = newest_first[:times]
    return len(newest) == times and all(each.signal is Signal.INCONCLUSIVE for each in newest)


def _stretch(newest_first: tuple[Reading, ...], rules: Rules, now: Millis) -> Millis:
    """How long the passes up to now cover without a break: a failure ends it, and so does a gap, whoever was away."""
    later, start, newest = now, 0, 0
    for each in newest_first:
        if each.signal is Signal.INCONCLUSIVE:
            continue  # nothing was seen: that is part of a gap
        if each.signal is Signal.FAIL or later - each.at > rules.gap:
            break
        newest = newest or each.at
        later = start = each.at
    return newest - start


def _said(probe: str, newest_first: tuple[Reading, ...], signal: Signal) -> str:
    said = next((each.seen for each in newest_first if each.signal is signal and each.seen), "")
    return f"{probe}: {said}" if said else f"{probe}: {signal}"


def _trouble(by_probe: dict[str, tuple[Reading, ...]], rules: Rules) -> str:
    """What is on its way to a failure, in words; empty while all is well."""
    for probe, each in by_probe.items():
        if breaches := _breaches(each):
            return f"{_said(probe, each, Signal.FAIL)} ({breaches} of {rules.failures})"
    silent = next((probe for probe, each in by_probe.items() if _silent(each, 1)), "")
    return _said(silent, by_probe[silent], Signal.INCONCLUSIVE) if silent else ""


def may_be_undone(irreversible: tuple[str, ...] | None, *, rules: Rules) -> bool:
    """Whether a rollback may start by itself; None: which files the range touches is not known, so it may be irreversible."""
    return rules.even_irreversible or irreversible == ()


def named(files: tuple[str, ...] | None) -> str:
    """Which files a rollback leaves as they are, for people; None: nobody knows, so there may be some."""
    if files is None:
        return "irreversible files may be among the changes"
    more = f" and {len(files) - SHOWN} more" if len(files) > SHOWN else ""
    return ", ".join(name.rpartition("/")[2] for name in files[:SHOWN]) + more
