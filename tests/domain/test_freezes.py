"""Freeze windows: weeks and dates in their own zone, deny before allow, and nights on which the clocks change."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.freezes import Dated, Freeze, Frozen, Moment, Weekly, frozen
from bot.domain.terms import DAY, HOUR, MINUTE, Millis, Target

WEB = Target(service="web", environment="production")
BERLIN = "Europe/Berlin"
ZONES = (BERLIN, "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kolkata", "UTC")


def at(wall: str, zone: str = BERLIN, fold: int = 0) -> Millis:
    return int(datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp() * 1000)


def moment(weekday: int, hour: int, minute: int = 0) -> Moment:
    return Moment(weekday=weekday, minute=60 * hour + minute)


WEEKENDS = Freeze(name="weekends", zone=BERLIN, deny=(Weekly(start=moment(4, 16), end=moment(0, 8)),))
OFFICE = Freeze(
    name="office",
    zone=BERLIN,
    allow=tuple(Weekly(start=moment(day, 9), end=moment(day, 17)) for day in range(5)),
)
CHRISTMAS = Freeze(name="christmas", zone=BERLIN, deny=(Dated(start="2026-12-24T12:00", end="2026-12-28T00:00"),))


def said(now: Millis, *freezes: Freeze, target: Target = WEB) -> list[str]:
    return [each.words(now) for each in frozen(freezes, target, now)]


@pytest.mark.parametrize(
    ("wall", "words"),
    [
        ("2026-11-27T15:59", []),
        ("2026-11-27T16:00", ["weekends, until Mon 08:00 (Europe/Berlin)"]),
        ("2026-11-29T23:00", ["weekends, until Mon 08:00 (Europe/Berlin)"]),
        ("2026-11-30T07:59", ["weekends, until Mon 08:00 (Europe/Berlin)"]),
        ("2026-11-30T08:00", []),
    ],
)
def test_over_the_weekend(wall: str, words: list[str]) -> None:
    """From Friday afternoon to Monday morning, the edges belonging to what begins there."""
    assert said(at(wall), WEEKENDS) == words


@pytest.mark.parametrize(
    ("wall", "words"),
    [
        ("2026-11-24T08:59", ["office, until Tue 09:00 (Europe/Berlin)"]),
        ("2026-11-24T09:00", []),
        ("2026-11-24T17:00", ["office, until Wed 09:00 (Europe/Berlin)"]),
        ("2026-11-27T18:00", ["office, until Mon 09:00 (Europe/Berlin)"]),
    ],
)
def test_outside_of_what_is_allowed(wall: str, words: list[str]) -> None:
    """Where something is allowed, everything else is denied."""
    assert said(at(wall), OFFICE) == words


def test_dates() -> None:
    """A dated window holds once; far ends are told with their date."""
    assert said(at("2026-12-24T11:59"), CHRISTMAS) == []
    assert said(at("2026-12-24T12:00"), CHRISTMAS) == ["christmas, until Mon 00:00 (Europe/Berlin)"]
    far = Freeze(name="quarter", zone=BERLIN, deny=(Dated(start="2026-12-20T00:00", end="2027-01-03T00:00"),))
    assert said(at("2026-12-20T00:00"), far) == ["quarter, until 2027-01-03 00:00 (Europe/Berlin)"]
    assert said(at("2027-12-24T12:00"), CHRISTMAS) == []


def test_all_of_them_are_told() -> None:
    """Overlapping freezes each say their own end."""
    assert said(at("2026-12-26T12:00"), WEEKENDS, CHRISTMAS, OFFICE) == [
        "weekends, until Mon 08:00 (Europe/Berlin)",
        "christmas, until Mon 00:00 (Europe/Berlin)",
        "office, until Mon 09:00 (Europe/Berlin)",
    ]


def test_deny_beats_allow_and_windows_that_touch_are_one() -> None:
    """The end is the first moment at which the rule really lets go."""
    both = Freeze(name="both", zone=BERLIN, allow=OFFICE.allow, deny=(Weekly(start=moment(1, 9), end=moment(1, 12)),))
    assert said(at("2026-11-24T10:00"), both) == ["both, until Tue 12:00 (Europe/Berlin)"]
    assert said(at("2026-11-24T07:00"), both) == ["both, until Tue 12:00 (Europe/Berlin)"]


def test_without_an_end() -> None:
    """What lets go at no time within a year says so."""
    never = Freeze(name="closed", zone="UTC", allow=(Dated(start="2020-01-01T00:00", end="2020-01-02T00:00"),))
    always = Freeze(name="always", zone="UTC", deny=(Dated(start="2020-01-01T00:00", end="2040-01-01T00:00"),))
    daily = Freeze(
        name="daily",
        zone="UTC",
        deny=tuple(Weekly(start=moment(day, 0), end=moment((day + 1) % 7, 0)) for day in range(7)),
    )
    now = at("2026-11-24T10:00")
    assert said(now, never, daily, always) == [
        f"{name}, for more than a year" for name in ("closed", "daily", "always")
    ]


def test_scope() -> None:
    """A freeze covers the services and environments that it names, or all."""
    now = at("2026-11-28T12:00")
    staging = Target(service="web", environment="staging")
    production = replace(WEEKENDS, environments=frozenset({"production"}))
    api = replace(WEEKENDS, services=frozenset({"api"}))
    assert said(now, production, target=staging) == []
    assert said(now, production) != []
    assert said(now, api) == []
    assert said(now, WEEKENDS, target=staging) != []


def test_the_hour_that_comes_twice() -> None:
    """On the night in autumn a deny window lasts through both, an allow window through what both allow."""
    night = Weekly(start=moment(6, 2, 30), end=moment(6, 2, 45))  # 25 October 2026, a Sunday; 02:00–03:00 comes twice
    deny = Freeze(name="night", zone=BERLIN, deny=(night,))
    inside = [
        at("2026-10-25T02:30"),
        at("2026-10-25T02:50"),
        at("2026-10-25T02:10", fold=1),
        at("2026-10-25T02:44", fold=1),
    ]
    assert all(said(now, deny) for now in inside)
    assert said(at("2026-10-25T02:45", fold=1), deny) == []
    allow = Freeze(name="night", zone=BERLIN, allow=(night,))
    assert all(said(now, allow) for now in inside)


def test_the_hour_that_never_comes() -> None:
    """On the night in spring a window in the missing hour still denies, and nothing fails."""
    night = Weekly(start=moment(6, 2, 15), end=moment(6, 2, 45))  # 29 March 2026
    freeze = Freeze(name="night", zone=BERLIN, deny=(night,))
    assert said(at("2026-03-29T03:20"), freeze)
    assert said(at("2026-03-29T04:00"), freeze) == []


moments = st.builds(Moment, weekday=st.integers(0, 6), minute=st.integers(0, 1440))
instants = st.integers(at("2026-01-01T00:00"), at("2027-12-31T00:00"))


@given(moments, moments, st.sampled_from(ZONES), instants)
def test_the_end_that_is_told_is_the_end(start: Moment, end: Moment, zone: str, now: Millis) -> None:
    """At the told end it does not hold, a moment before it does."""
    freeze = Freeze(name="x", zone=zone, deny=(Weekly(start=start, end=end),))
    for found in frozen((freeze,), WEB, now):
        if found.until:
            assert now < found.until <= now + 8 * DAY
            assert frozen((freeze,), WEB, found.until) == ()
            assert frozen((freeze,), WEB, found.until - 1) == (found,)


@given(moments, moments, st.sampled_from(ZONES), instants)
def test_adding_a_denial_never_opens(start: Moment, end: Moment, zone: str, now: Millis) -> None:
    """Whatever was frozen stays frozen when a window is added."""
    more = Freeze(name="x", zone=zone, allow=OFFICE.allow, deny=(Weekly(start=start, end=end),))
    less = Freeze(name="x", zone=zone, allow=OFFICE.allow)
    if frozen((less,), WEB, now):
        assert frozen((more,), WEB, now)


@settings(max_examples=20)
@given(st.integers(0, 6), st.integers(0, 1439), st.sampled_from(ZONES), instants)
def test_a_window_is_about_as_long_as_it_is_written(weekday: int, minute: int, zone: str, now: Millis) -> None:
    """Never shorter than the clocks say by more than the hour that never comes."""
    end = Moment(weekday=(weekday + 1) % 7, minute=minute)
    freeze = Freeze(name="x", zone=zone, deny=(Weekly(start=Moment(weekday=weekday, minute=minute), end=end),))
    held = sum(bool(frozen((freeze,), WEB, now + step * 30 * MINUTE)) for step in range(7 * 48))
    assert 24 * HOUR - 90 * MINUTE <= held * 30 * MINUTE <= 25 * HOUR + 90 * MINUTE


def test_what_it_says() -> None:
    """The words alone, with and without an end."""
    assert Frozen(name="a", zone="UTC", until=0).words(0) == "a, for more than a year"
