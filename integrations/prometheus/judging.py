"""What numbers are worth: pure, and never a pass where something is missing."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.binomial import differs, exceeds
from bot.domain.terms import SECOND, Millis
from bot.domain.verification import Reading, Signal
from integrations.prometheus.settings import PrometheusProbe

WORSE = 1.5
"""How many times worse than the baseline a value may be, unless the probe says otherwise."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many went wrong of how many; both as they were read, since `increase` gives no whole numbers."""

    bad: float
    of: float

    @property
    def rate(self) -> float:
        """From 0 to 1."""
        return min(1.0, self.bad / self.of)

    @property
    def fit(self) -> bool:
        """Whether both can count the same: extrapolation alone explains a little more bad than all, and nothing below none."""
        return 0 <= self.bad <= 1.1 * self.of + 1

    def least_bad(self) -> tuple[int, int]:
        """In whole numbers, in favour of what is judged."""
        of = math.ceil(self.of - 1e-6)
        return min(math.floor(self.bad + 1e-6), of), of

    def most_bad(self) -> tuple[int, int]:
        """In whole numbers, in favour of what is compared with it."""
        of = math.floor(self.of + 1e-6)
        return min(math.ceil(self.bad - 1e-6), of), of


def judged(numbers: Mapping[str, float], probe: PrometheusProbe, *, now: Millis) -> Reading:
    """One look, from the numbers by the names of the probe's settings; those of the baseline begin with `baseline `."""
    if stale := _stale(numbers, probe, now):
        return _inconclusive(stale)
    return _counts(numbers, probe) if probe.counted else _value(numbers, probe)


def _stale(numbers: Mapping[str, float], probe: PrometheusProbe, now: Millis) -> str:
    if "newest" not in numbers:
        return ""
    age = now - numbers["newest"] * SECOND
    if age < -int(probe.max_age):
        return "the newest sample is from the future"
    return f"the newest sample is {age / SECOND:.0f} s old" if age > int(probe.max_age) else ""


def _counts(numbers: Mapping[str, float], probe: PrometheusProbe) -> Reading:
    ours = Counts(bad=numbers["bad"], of=numbers["of"])
    base = Counts(bad=numbers["baseline bad"], of=numbers["baseline of"]) if probe.baseline else None
    if doubt := _doubtful(ours, probe, ""):
        return _inconclusive(doubt)
    if base and (doubt := _doubtful(base, probe, "in the baseline ")):
        if not _over(ours, probe):
            return _inconclusive(doubt)
        base = None  # a limit that is passed is passed, whatever the baseline can tell
    seen, value = _said_of(ours, base, probe), f"{ours.rate:.6g}"
    bad, of = ours.least_bad()
    proven = probe.limit is not None and exceeds(bad, of, probe.limit)
    worse = base is not None and differs(bad, of, *base.most_bad())
    if _over(ours, probe) or worse:
        return Reading(signal=Signal.FAIL, seen=seen, value=value, decisive=proven or worse)
    return Reading(signal=Signal.PASS, seen=seen, value=value)


def _over(ours: Counts, probe: PrometheusProbe) -> bool:
    return probe.below is not None and ours.rate >= probe.below


def _doubtful(counts: Counts, probe: PrometheusProbe, where: str) -> str:
    """Why counts cannot be judged; empty where they can."""
    if not counts.fit:
        return f"{where}`bad` and `of` do not count the same: {counts.bad:.4g} of {counts.of:.4g}"
    if counts.of < probe.least:
        return f"only {counts.of:.4g} {where}in the window, fewer than {probe.least}"
    return ""


def _said_of(ours: Counts, base: Counts | None, probe: PrometheusProbe) -> str:
    limit = f"limit {percent(probe.below)}" if probe.below is not None else ""
    baseline = f"baseline {percent(base.rate)}" if base else ""
    return f"{_name(probe)} {percent(ours.rate)} ({_listed(limit, baseline, f'{ours.of:.0f} in all')})"


def _value(numbers: Mapping[str, float], probe: PrometheusProbe) -> Reading:
    value, base = numbers["query"], numbers.get("baseline query")
    for name, where in (("samples", ""), ("baseline samples", "in the baseline ")):
        if name in numbers and numbers[name] < probe.least:
            return _inconclusive(f"only {numbers[name]:.4g} {where}in the window, fewer than {probe.least}")
    limit, beyond = _limit(value, probe)
    if not beyond and base is not None:
        if base < 0 or (base == 0 and value > 0 and probe.above is None):
            return _inconclusive(f"the baseline is {base:.4g}, which nothing is a multiple of")
        beyond = _much_worse(value, base, probe)
    seen = f"{_name(probe)} {value:.4g} ({_listed(limit, f'baseline {base:.4g}' if base is not None else '')})"
    return Reading(signal=Signal.FAIL if beyond else Signal.PASS, seen=seen, value=f"{value:.6g}")


def _limit(value: float, probe: PrometheusProbe) -> tuple[str, bool]:
    if probe.below is not None:
        return f"limit {probe.below:.4g}", value >= probe.below
    if probe.above is not None:
        return f"limit {probe.above:.4g}", value <= probe.above
    return "", False


def _much_worse(value: float, base: float, probe: PrometheusProbe) -> bool:
    """Less is better, unless the probe's limit is a lower one."""
    times = (probe.baseline.times if probe.baseline else None) or WORSE
    return value * times < base if probe.above is not None else value > base * times


def _name(probe: PrometheusProbe) -> str:
    return probe.name or ("bad" if probe.counted else "value")


def _listed(*words: str) -> str:
    return ", ".join(word for word in words if word)


def percent(rate: float) -> str:
    """As people read it: `4.1 %`."""
    return f"{100 * rate:.3g} %"


def _inconclusive(why: str) -> Reading:
    return Reading(signal=Signal.INCONCLUSIVE, seen=why)
