"""What readings are worth: every rule of the verdict, and that no data is never a pass."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.terms import MINUTE, SECOND, Millis
from bot.domain.verification import (
    LATE,
    Judgement,
    Outcome,
    Reading,
    Rules,
    Signal,
    judge,
    may_be_undone,
    named,
)

BAKE, EVERY = 5 * MINUTE, 15 * SECOND
RULES = Rules(probes=("http",), bake=BAKE, every=EVERY)
TWO = Rules(probes=("http", "local"), bake=BAKE, every=EVERY)
START = 1_000_000
P, F, N = Signal.PASS, Signal.FAIL, Signal.INCONCLUSIVE


def read(*signals: Signal, probe: str = "http", start: Millis = START, every: Millis = EVERY) -> list[Reading]:
    """One reading after another, from the start on."""
    seen = {P: "status 200", F: "status 503", N: ""}
    return [
        Reading(signal=each, seen=seen[each], probe=probe, at=start + at * every) for at, each in enumerate(signals)
    ]


def verdict(readings: list[Reading], rules: Rules = RULES, *, now: Millis = 0, since: Millis = START) -> Judgement:
    return judge(readings, rules, since=since, now=now or max((each.at for each in readings), default=START))


def test_healthy_when_all_of_the_bake_time_passed() -> None:
    """Not a reading earlier."""
    assert verdict(read(*[P] * 20)) == Judgement(outcome=Outcome.WATCHING, healthy=285 * SECOND)
    assert verdict(read(*[P] * 21)) == Judgement(outcome=Outcome.HEALTHY, healthy=BAKE)


def test_every_probe_has_to_pass() -> None:
    """The least healthy one counts."""
    assert verdict([*read(*[P] * 21), *read(*[P] * 5, probe="local")], TWO).outcome is Outcome.WATCHING
    assert verdict([*read(*[P] * 21), *read(*[P] * 21, probe="local")], TWO).outcome is Outcome.HEALTHY
    assert verdict(read(*[P] * 21), TWO).healthy == 0


def test_failures_in_a_row() -> None:
    """As many as configured, of one probe; a pass between them clears them."""
    assert verdict(read(P, F, F)) == Judgement(outcome=Outcome.WATCHING, seen="http: status 503 (2 of 3)")
    assert verdict(read(P, F, F, F)) == Judgement(outcome=Outcome.UNHEALTHY, seen="http: status 503, 3 times in a row")
    assert verdict(read(F, F, P, F, F)).outcome is Outcome.WATCHING
    once = Rules(probes=("http",), bake=BAKE, every=EVERY, failures=1)
    assert verdict(read(F), once).seen == "http: status 503"


def test_silence_between_failures_neither_counts_nor_clears() -> None:
    """Two failures, nothing, one failure: three in a row."""
    assert verdict(read(F, F, N, F)).outcome is Outcome.UNHEALTHY
    assert verdict(read(F, N, F)).outcome is Outcome.WATCHING


def test_silence_is_inconclusive() -> None:
    """As often in a row as failures would be; what was said before is not forgotten."""
    assert verdict(read(P, N, N)) == Judgement(outcome=Outcome.WATCHING, seen="http: inconclusive")
    assert verdict(read(P, N, N, N)) == Judgement(outcome=Outcome.INCONCLUSIVE, seen="http: inconclusive")
    said = [Reading(signal=N, seen="no data", probe="http", at=START + at) for at in range(3)]
    assert verdict(said).seen == "http: no data"


def test_one_missed_look_is_no_gap() -> None:
    """Two are; and it does not matter whether a probe was silent or nobody looked."""
    assert verdict(read(*[P] * 10, N, *[P] * 10)).outcome is Outcome.HEALTHY
    rest = read(*[P] * 10, start=START + 10 * EVERY + 2 * EVERY + LATE + 1)
    assert verdict([*read(*[P] * 11), *rest]) == Judgement(outcome=Outcome.WATCHING, healthy=135 * SECOND)


def test_a_failure_starts_the_bake_time_anew() -> None:
    """What passed before it does not count."""
    assert verdict(read(*[P] * 15, F, *[P] * 20)).outcome is Outcome.WATCHING
    assert verdict(read(*[P] * 15, F, *[P] * 21)).outcome is Outcome.HEALTHY


def test_passes_that_are_long_ago_cover_nothing() -> None:
    """Nobody has looked since: that is a gap up to now."""
    now = START + 20 * EVERY + RULES.gap + 1
    assert verdict(read(*[P] * 21), now=now).outcome is not Outcome.HEALTHY


def test_nothing_read_is_nothing() -> None:
    """Neither a pass nor a failure; after a while a person is asked."""
    assert verdict([]) == Judgement(outcome=Outcome.WATCHING)
    assert verdict([], now=START + RULES.patience).outcome is Outcome.INCONCLUSIVE


def test_readings_from_before_do_not_count() -> None:
    """A watch that begins anew begins with nothing."""
    old = read(*[P] * 21)
    assert verdict(old, since=old[-1].at).healthy == 0
    assert verdict(read(F, F, F), since=START + 1).outcome is Outcome.WATCHING


def test_never_settled() -> None:
    """After twice the bake time and a little a person is asked, unless it has just become healthy."""
    flapping = read(*([P] * 10 + [F]) * 4)
    assert verdict(flapping).outcome is Outcome.WATCHING
    longer = read(*([P] * 10 + [F]) * 5)
    assert verdict(longer).outcome is Outcome.INCONCLUSIVE
    late = read(*([P] * 10 + [F]) * 3, *[P] * 21)
    assert verdict(late).outcome is Outcome.HEALTHY


SHORT = Rules(probes=("http",), bake=30 * SECOND, every=5 * SECOND, failures=9)
LOOKS = st.lists(st.tuples(st.sampled_from([P, P, P, P, P, P, P, P, F, N]), st.integers(1, 27)), max_size=30)


@given(LOOKS)
def test_healthy_means_covered(looks: list[tuple[Signal, int]]) -> None:
    """Whatever was read whenever: healthy exactly where passes cover the last bake time, without a failure or a gap between them."""
    at, readings = START, []
    for signal, step in looks:
        at += step * SECOND
        readings.append(Reading(signal=signal, probe="http", at=at))
    found = verdict(readings, SHORT, now=at)
    if found.outcome not in {Outcome.HEALTHY, Outcome.WATCHING}:
        return
    broken = max((each.at for each in readings if each.signal is F), default=START)
    passes = [each.at for each in readings if each.signal is P and each.at > broken]
    edges = [at, *reversed(passes)]
    whole = next((n for n, (later, earlier) in enumerate(pairwise(edges)) if later - earlier > SHORT.gap), len(passes))
    covered = passes[-1] - edges[whole] if whole else 0
    assert found.healthy == covered
    assert (found.outcome is Outcome.HEALTHY) is (covered >= SHORT.bake)


@pytest.mark.parametrize(
    ("files", "even", "allowed"),
    [((), False, True), (("a.sql",), False, False), (None, False, False), (("a.sql",), True, True), (None, True, True)],
)
def test_what_may_be_undone(files: tuple[str, ...] | None, even: bool, allowed: bool) -> None:
    """Nothing irreversible, or where it is allowed all the same; not knowing is no permission."""
    rules = Rules(probes=("http",), bake=BAKE, every=EVERY, even_irreversible=even)
    assert may_be_undone(files, rules=rules) is allowed


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ((), ""),
        (("db/0042.sql",), "0042.sql"),
        (("db/1.sql", "2.sql"), "1.sql, 2.sql"),
        (("1", "2", "3", "4"), "1, 2 and 2 more"),
        (None, "irreversible files may be among the changes"),
    ],
)
def test_files_by_name(files: tuple[str, ...] | None, words: str) -> None:
    """For people, however many there are."""
    assert named(files) == words


def test_a_decisive_failure_is_enough() -> None:
    """Chance does not explain it, so nobody waits for more of them; what merely passed or said nothing decides nothing."""
    decisive = replace(read(P, F)[1], decisive=True)
    assert verdict([*read(P), decisive]) == Judgement(outcome=Outcome.UNHEALTHY, seen="http: status 503")
    assert verdict([*read(P), decisive, *read(N, start=START + 2 * EVERY)]).outcome is Outcome.UNHEALTHY
    assert verdict([replace(each, decisive=True) for each in read(P, N)]).outcome is Outcome.WATCHING
    assert verdict([decisive], since=START + 2 * EVERY).outcome is Outcome.WATCHING
