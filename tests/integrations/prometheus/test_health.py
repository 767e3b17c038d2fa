"""Looks at a target through the fake: what passes, what fails, and everything that is neither."""

from typing import Any

import pytest

from bot.domain.operations import Effect
from bot.domain.verification import Signal
from bot.errors import IntegrationError, Kind
from tests.contracts.health import REVISION, HealthContract
from tests.fakes.prometheus import TOKEN
from tests.integrations.prometheus.conftest import SECRET, Rig

COUNTS = {"bad": "bad", "of": "of", "below": 0.01}
VALUE = {"query": "errors", "below": 0.01}


class TestContract(HealthContract):
    """What every probe has to prove."""

    @pytest.fixture
    def rig(self, rig: Rig) -> Rig:  # type: ignore[override]  # it is one
        return rig


async def test_what_is_sent(rig: Rig) -> None:
    """One instant for all queries of a look, our words where they belong, and the token in its header only."""
    rig.fake.values = {f'x{{s="web",e="production",r="{REVISION}"}}[60s]': 1, "count": 1000}
    query = 'x{s="{service}",e="{environment}",r="{revision}"}[{window}]'
    reading = await rig.look(query=query, below=2, samples="count", name="load")
    assert (reading.signal, reading.seen, reading.value) == (Signal.PASS, "load 1 (limit 2)", "1")
    assert {form["time"] for form in rig.fake.asked} == {"1795511040.000"}
    assert {form["lookback_delta"] for form in rig.fake.asked} == {"120.000"}
    assert not any(TOKEN in str(form) for form in rig.fake.asked)


@pytest.mark.parametrize(
    ("settings", "value", "signal", "seen"),
    [
        ({"below": 0.5}, 0.4999, Signal.PASS, "value 0.4999 (limit 0.5)"),
        ({"below": 0.5}, 0.5, Signal.FAIL, "value 0.5 (limit 0.5)"),
        ({"above": 0.5}, 0.5, Signal.FAIL, "value 0.5 (limit 0.5)"),
        ({"above": 0.5}, 0.6, Signal.PASS, "value 0.6 (limit 0.5)"),
        ({"below": 0}, -1, Signal.PASS, "value -1 (limit 0)"),
    ],
)
async def test_a_value_and_its_limit(
    rig: Rig, settings: dict[str, Any], value: float, signal: Signal, seen: str
) -> None:
    """A limit itself is beyond; a failure by a limit alone has to come several times in a row."""
    rig.fake.values["errors"] = value
    reading = await rig.look(query="errors", **settings)
    assert (reading.signal, reading.seen, reading.decisive) == (signal, seen, False)


@pytest.mark.parametrize(
    ("bad", "of", "signal", "decisive", "seen"),
    [
        (2, 1000, Signal.PASS, False, "bad 0.2 % (limit 1 %, 1000 in all)"),
        (12, 1000, Signal.FAIL, False, "bad 1.2 % (limit 1 %, 1000 in all)"),
        (41, 1000, Signal.FAIL, True, "bad 4.1 % (limit 1 %, 1000 in all)"),
        (10.4, 1000, Signal.FAIL, False, "bad 1.04 % (limit 1 %, 1000 in all)"),
        (103, 100, Signal.FAIL, True, "bad 100 % (limit 1 %, 100 in all)"),
        (50, 99, Signal.INCONCLUSIVE, False, "only 99 in the window, fewer than 100"),
        (0, 0, Signal.INCONCLUSIVE, False, "only 0 in the window, fewer than 100"),
        (-1, 1000, Signal.INCONCLUSIVE, False, "`bad` and `of` do not count the same: -1 of 1000"),
        (2000, 1000, Signal.INCONCLUSIVE, False, "`bad` and `of` do not count the same: 2000 of 1000"),
    ],
)
async def test_counts(rig: Rig, bad: float, of: float, signal: Signal, decisive: bool, seen: str) -> None:
    """Beyond the limit by chance, perhaps: a breach. Beyond what chance explains at α = 0.001: enough by itself. Too few: neither."""
    rig.fake.values = {"bad": [bad], "of": [of]}
    reading = await rig.look(**COUNTS)
    assert (reading.signal, reading.decisive, reading.seen) == (signal, decisive, seen)


@pytest.mark.parametrize(
    ("ours", "base", "signal", "decisive"),
    [
        ((2, 1000), (2, 1000), Signal.PASS, False),
        ((9, 1000), (0, 1000), Signal.PASS, False),
        ((12, 1000), (0, 10_000), Signal.FAIL, True),
        ((12, 1000), (0, 50), Signal.INCONCLUSIVE, False),
        ((0, 1000), (0, 0), Signal.INCONCLUSIVE, False),
    ],
)
@pytest.mark.parametrize("kind", ["before", "control"])
async def test_counts_against_a_baseline(
    rig: Rig, ours: tuple[int, int], base: tuple[int, int], signal: Signal, decisive: bool, kind: str
) -> None:
    """The same queries an hour ago, or a control's now: only what chance does not explain fails, and a small baseline proves nothing."""
    rig.fake.values = {"bad": ours[0], "of": ours[1], "control_bad": base[0], "control_of": base[1]}
    rig.fake.before = {"bad": base[0], "of": base[1]}
    control = {"bad": "control_bad", "of": "control_of"}
    reading = await rig.look(bad="bad", of="of", baseline={"before": "1h"} if kind == "before" else control)
    assert (reading.signal, reading.decisive) == (signal, decisive)


async def test_a_limit_counts_without_a_baseline(rig: Rig) -> None:
    """Where the baseline says nothing, a limit that is passed is a failure all the same; one that is kept is no pass."""
    rig.fake.values, rig.fake.before = {"bad": 20, "of": 1000}, {"bad": 0, "of": 3}
    reading = await rig.look(**COUNTS, baseline={"before": "1h"})
    assert (reading.signal, reading.seen) == (Signal.FAIL, "bad 2 % (limit 1 %, 1000 in all)")
    rig.fake.values["bad"] = 1
    reading = await rig.look(**COUNTS, baseline={"before": "1h"})
    assert reading.signal is Signal.INCONCLUSIVE
    assert reading.seen == "only 3 in the baseline in the window, fewer than 100"


@pytest.mark.parametrize(
    ("more", "value", "base", "signal", "seen"),
    [
        ({}, 0.15, 0.1, Signal.PASS, "value 0.15 (baseline 0.1)"),
        ({}, 0.16, 0.1, Signal.FAIL, "value 0.16 (baseline 0.1)"),
        ({"below": 0.12}, 0.13, 0.1, Signal.FAIL, "value 0.13 (limit 0.12, baseline 0.1)"),
        ({"above": 0.01}, 0.06, 0.1, Signal.FAIL, "value 0.06 (limit 0.01, baseline 0.1)"),
        ({"above": 0.01}, 0.07, 0.1, Signal.PASS, "value 0.07 (limit 0.01, baseline 0.1)"),
        ({}, 0, 0, Signal.PASS, "value 0 (baseline 0)"),
        ({}, 0.1, 0, Signal.INCONCLUSIVE, "the baseline is 0, which nothing is a multiple of"),
        ({}, 0.1, -1, Signal.INCONCLUSIVE, "the baseline is -1, which nothing is a multiple of"),
    ],
)
async def test_a_value_against_a_baseline(
    rig: Rig, more: dict[str, Any], value: float, base: float, signal: Signal, seen: str
) -> None:
    """At most one and a half times as bad, unless the probe says otherwise; nothing is a multiple of nothing."""
    rig.fake.values, rig.fake.before = {"errors": value, "control": base}, {"errors": base}
    for baseline in ({"before": "1d"}, {"query": "control"}):
        reading = await rig.look(query="errors", baseline=baseline, **more)
        assert (reading.signal, reading.seen, reading.decisive) == (signal, seen, False)


async def test_too_few_samples_behind_a_value(rig: Rig) -> None:
    """Ours, or the baseline's: inconclusive, however good or bad the value looks."""
    rig.fake.values, rig.fake.before = {"errors": 9, "count": 99}, {"errors": 9, "count": 20}
    assert (await rig.look(**VALUE, samples="count")).seen == "only 99 in the window, fewer than 100"
    reading = await rig.look(**VALUE, samples="count", min_samples=50, baseline={"before": "1h"})
    assert (reading.signal, reading.seen) == (
        Signal.INCONCLUSIVE, "only 20 in the baseline in the window, fewer than 50"
    )  # fmt: skip


# ---- case 47 of what integrations have to stand: nothing, NaN or old data is never a pass, and never a failure ------------


@pytest.mark.parametrize(
    ("answer", "seen"),
    [
        ([], "query is empty: no data"),
        (["NaN"], "query is NaN: no data"),
        ("NaN", "query is NaN: no data"),
        (["+Inf"], "query is infinite"),
        (["-Inf"], "query is infinite"),
        ([0.1, 0.2], "query is 2 series, not one: add sum(…) or max(…)"),
        (["many"], "query is NaN: no data"),
    ],
)
async def test_no_number(rig: Rig, answer: Any, seen: str) -> None:
    """An empty vector is not zero."""
    rig.fake.values["errors"] = answer
    reading = await rig.look(**VALUE)
    assert (reading.signal, reading.seen, reading.value) == (Signal.INCONCLUSIVE, seen, "")


@pytest.mark.parametrize("missing", ["bad", "of", "baseline bad", "baseline of", "newest"])
async def test_each_number_is_needed(rig: Rig, missing: str) -> None:
    """Whichever of them is missing: nothing is known."""
    rig.fake.values = {"bad": [0], "of": [1000], "newest": [rig.fake.now / 1000]}
    rig.fake.before = {"bad": [0], "of": [1000]}
    assert (await rig.look(**COUNTS, newest="newest", baseline={"before": "1h"})).signal is Signal.PASS
    place = rig.fake.before if missing.startswith("baseline") else rig.fake.values
    place[missing.rpartition(" ")[2]] = []
    reading = await rig.look(**COUNTS, newest="newest", baseline={"before": "1h"})
    assert (reading.signal, reading.seen) == (Signal.INCONCLUSIVE, f"{missing} is empty: no data")


@pytest.mark.parametrize(
    ("age", "signal", "seen"),
    [
        (119, Signal.PASS, "value 0 (limit 0.01)"),
        (121, Signal.INCONCLUSIVE, "the newest sample is 121 s old"),
        (-121, Signal.INCONCLUSIVE, "the newest sample is from the future"),
    ],
)
async def test_stale_samples(rig: Rig, age: int, signal: Signal, seen: str) -> None:
    """What nobody has measured for a while says nothing about now."""
    rig.fake.values = {"errors": 0, "newest": rig.fake.now / 1000 - age}
    reading = await rig.look(**VALUE, newest="newest")
    assert (reading.signal, reading.seen) == (signal, seen)


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ("warnings", "query came with warnings, so part of it may be missing"),
        ("another instant", "query is about another instant than the one that was asked for"),
        ("matrix", "query is no single number: ask for a scalar or a vector"),
        ("string", "query is no single number: ask for a scalar or a vector"),
        ("fast clock", "query comes from a clock that is 94 s ahead of ours"),
        ("slow clock", "query comes from a clock that is 94 s behind ours"),
    ],
)
async def test_an_answer_that_counts_for_nothing(rig: Rig, fault: str, seen: str) -> None:
    """Warnings, old answers, other shapes and other clocks: inconclusive, and none of its words are repeated."""
    rig.fake.values["errors"], rig.fake.fault, rig.fake.said = 0, fault, SECRET
    reading = await rig.look(**VALUE)
    assert (reading.signal, reading.seen) == (Signal.INCONCLUSIVE, seen)


@pytest.mark.parametrize(
    ("fault", "kind", "said"),
    [
        ("bad query", Kind.INVALID, 'status 400: 1:5: parse error: unexpected "}" •••'),
        ("bad query with 200", Kind.INVALID, 'status 422: 1:5: parse error: unexpected "}" •••'),
        ("timeout", Kind.UNAVAILABLE, 'status 503: 1:5: parse error: unexpected "}" •••'),
        ("patience", Kind.RATE_LIMITED, "status 429"),
        ("elsewhere", Kind.INVALID, "status 302"),
        ("html", Kind.UNAVAILABLE, "no answer of Prometheus"),
        ("odd", Kind.UNAVAILABLE, "no answer of Prometheus"),
        ("nothing", Kind.UNAVAILABLE, "no answer of Prometheus"),
        ("bomb", Kind.UNAVAILABLE, "no answer of Prometheus"),
        ("not utf-8", Kind.UNAVAILABLE, "no answer of Prometheus"),
        ("too long", Kind.INVALID, "a longer answer than one number needs"),
        ("silent", Kind.UNAVAILABLE, "no answer within 0.15 s"),
    ],
)
async def test_an_error(rig: Rig, fault: str, kind: Kind, said: str) -> None:
    """Cases 39 and 40: each has its kind; what the server says is shown on one line, without secrets; nothing was changed by asking."""
    rig.fake.fault, rig.fake.said = fault, SECRET
    with pytest.raises(IntegrationError) as raised:
        await rig.look(**VALUE, timeout="150ms" if fault == "silent" else "5s")
    error = raised.value
    assert (error.kind, str(error), error.effect) == (kind, said, Effect.NONE)
    assert error.retry_after == (7000 if fault == "patience" else 0)


async def test_an_answer_that_breaks_off(rig: Rig) -> None:
    """Half an answer is none."""
    rig.fake.fault = "cut"
    with pytest.raises(IntegrationError, match="the answer broke off") as raised:
        await rig.look(**VALUE)
    assert raised.value.kind is Kind.UNAVAILABLE


async def test_a_wrong_token(rig: Rig) -> None:
    """Case 1: it says whose fault it is, and repeats neither the token nor what the server says."""
    rig.fake.authorization, rig.fake.said = "Bearer another", TOKEN
    with pytest.raises(IntegrationError) as raised:
        await rig.look(**VALUE)
    assert (raised.value.kind, str(raised.value)) == (Kind.AUTH, "status 401")
    assert "set a new one" in raised.value.hint
