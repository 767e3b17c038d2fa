"""When a schedule comes next: weekday numbers, the nights on which clocks change, leap days, ends of months."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.schedules import Schedule, Unscheduled, after, at, before, cron, patience
from bot.domain.terms import DAY, HOUR, MINUTE, Millis


def utc(text: str) -> Millis:
    """An instant from `2026-11-24 09:30`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def shown(instant: Millis | None, zone: str = "UTC") -> str:
    """How a clock on the wall shows it."""
    return (
        "" if instant is None else datetime.fromtimestamp(instant / 1000, ZoneInfo(zone)).strftime("%a %Y-%m-%d %H:%M")
    )


def run(schedule: Schedule, start: Millis, count: int) -> list[str]:
    """The next ones, by the clock of the schedule."""
    found = []
    for _ in range(count):
        following = after(schedule, start)
        assert following is not None
        found.append(shown(following, schedule.zone))
        start = following
    return found


@pytest.mark.parametrize(
    ("weekday", "name"),
    [("0", "Sun"), ("1", "Mon"), ("5", "Fri"), ("6", "Sat"), ("7", "Sun"), ("sun", "Sun"), ("mon", "Mon")],
)
def test_weekdays_are_numbered_as_everywhere(weekday: str, name: str) -> None:
    """0 and 7 are Sunday, 1 is Monday."""
    assert {each[:3] for each in run(cron(f"0 9 * * {weekday}", "UTC"), utc("2026-11-24"), 3)} == {name}


@pytest.mark.parametrize(
    ("line", "start", "expected"),
    [
        ("0 9 * * 1-5", "2026-11-27 09:00", ["Mon 2026-11-30 09:00", "Tue 2026-12-01 09:00"]),
        ("0 9 * * fri-sun", "2026-11-27 08:00", ["Fri 2026-11-27 09:00", "Sat 2026-11-28 09:00", "Sun 2026-11-29 09:00"]),
        ("*/30 9 * * *", "2026-11-24 09:00", ["Tue 2026-11-24 09:30", "Wed 2026-11-25 09:00"]),
        ("5/20 9 * * *", "2026-11-24 09:00", ["Tue 2026-11-24 09:05", "Tue 2026-11-24 09:25", "Tue 2026-11-24 09:45"]),
        ("0 9 29 2 *", "2026-01-01", ["Tue 2028-02-29 09:00", "Sun 2032-02-29 09:00"]),
        ("0 9 29 2 *", "2096-03-01", ["Fri 2104-02-29 09:00"]),  # 2100 has none
        ("0 9 31 * *", "2026-11-01", ["Thu 2026-12-31 09:00", "Sun 2027-01-31 09:00", "Wed 2027-03-31 09:00"]),
        ("0 9 L * *", "2027-01-30", ["Sun 2027-01-31 09:00", "Sun 2027-02-28 09:00", "Wed 2027-03-31 09:00"]),
        ("0 9 1 jan *", "2026-02-01", ["Fri 2027-01-01 09:00"]),
        ("0 9 13 * 5", "2026-11-14", ["Fri 2026-11-20 09:00", "Fri 2026-11-27 09:00", "Fri 2026-12-04 09:00"]),
        ("0 9 */10 * 1", "2026-11-22", ["Mon 2026-12-21 09:00"]),  # both: only where neither begins with a star is one enough
        ("0,15 9-10 * * *", "2026-11-24 10:00", ["Tue 2026-11-24 10:15", "Wed 2026-11-25 09:00"]),
    ],
)  # fmt: skip
def test_cron(line: str, start: str, expected: list[str]) -> None:
    """What standard cron says."""
    assert run(cron(line, "UTC"), utc(start), len(expected)) == expected


@pytest.mark.parametrize(
    "line",
    ["", "0 9 * *", "0 0 9 * * 1", "@daily", "60 9 * * *", "0 24 * * *", "0 9 0 * *", "0 9 * 13 *", "0 9 * * 8", "0 9 * * x",
     "0 9 30 2 *", "0 9 31 4,6,9,11 *", "0 9 * * 5-1", "0 9 * * */0", "0 9 *-3 * *", "-1 9 * * *", "0 9 , * *"],
)  # fmt: skip
def test_what_is_no_schedule(line: str) -> None:
    """Too few fields, what no clock shows, days that never come."""
    with pytest.raises(Unscheduled):
        cron(line, "UTC")


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("mon-fri", ["Fri", "Mon", "Tue"]), ("mon", ["Mon", "Mon", "Mon"]), ("mon, Thu", ["Mon", "Thu", "Mon"]),
        ("fri-mon", ["Fri", "Sat", "Sun"]), ("daily", ["Fri", "Sat", "Sun"]), ("Monday-Friday", ["Fri", "Mon", "Tue"]),
    ],
)  # fmt: skip
def test_a_time_on_some_days(days: str, expected: list[str]) -> None:
    """From a Friday morning on."""
    found = run(at("9:30", days, "Europe/Berlin"), utc("2026-11-27 06:00"), 3)
    assert [each[:3] for each in found] == expected
    assert {each[-5:] for each in found} == {"09:30"}


@pytest.mark.parametrize(("time", "days"), [("25:00", "mon"), ("9", "mon"), ("09:30", "someday"), ("09:30", "mon-")])
def test_what_is_no_time(time: str, days: str) -> None:
    """`mon-` is Monday alone; the others say nothing."""
    if days == "mon-":
        assert at(time, days, "UTC").cron.weekdays == {1}
        return
    with pytest.raises(Unscheduled):
        at(time, days, "UTC")


SPRING = [
    ("America/New_York", "2026-03-08", "02:30", "03:00"),
    ("Europe/Berlin", "2026-03-29", "02:30", "03:00"),
    ("Europe/London", "2026-03-29", "01:30", "02:00"),
    ("Australia/Lord_Howe", "2026-10-04", "02:15", "02:30"),  # half an hour
    ("America/Santiago", "2026-09-06", "00:30", "01:00"),  # at midnight
    ("Pacific/Auckland", "2026-09-27", "02:30", "03:00"),
]
AUTUMN = [
    ("America/New_York", "2026-11-01", "01:30", "2026-11-01 05:30"),
    ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25 00:30"),
    ("Europe/London", "2026-10-25", "01:30", "2026-10-25 00:30"),
    ("Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04 14:45"),
    ("America/Santiago", "2026-04-04", "23:30", "2026-04-05 02:30"),
    ("Pacific/Auckland", "2026-04-05", "02:30", "2026-04-04 13:30"),
]


def just_before(day: str, zone: str) -> Millis:
    """Some minutes before the day begins."""
    return int(datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000) - 20 * MINUTE


@pytest.mark.parametrize(("zone", "day", "time", "shows"), SPRING)
def test_a_time_that_never_comes(zone: str, day: str, time: str, shows: str) -> None:
    """It comes with the first minute after the gap, once, and the day after at its own time."""
    schedule = at(time, "daily", zone)
    found = run(schedule, just_before(day, zone), 2)
    assert found[0].endswith(f"{day} {shows}")
    assert found[1].endswith(time)


@pytest.mark.parametrize(("zone", "day", "time", "instant"), AUTUMN)
def test_a_time_that_comes_twice(zone: str, day: str, time: str, instant: str) -> None:
    """It means the first of them; the next is on the day after."""
    schedule = at(time, "daily", zone)
    first = after(schedule, just_before(day, zone))
    assert shown(first)[4:] == instant
    assert first is not None
    assert shown(after(schedule, first), zone)[4:14] > day
    assert before(schedule, first + 90 * MINUTE) == first


@pytest.mark.parametrize("zone", [zone for zone, *_ in SPRING])
def test_every_half_hour_goes_on_through_both_nights(zone: str) -> None:
    """It never stands still and never goes back, all the year; a step is at most an hour longer than by the wall clock."""
    schedule = cron("*/30 * * * *", zone)
    now, steps = utc("2026-01-01"), set()
    for day in (
        "2026-03-08",
        "2026-03-29",
        "2026-04-05",
        "2026-09-06",
        "2026-09-27",
        "2026-10-04",
        "2026-10-25",
        "2026-11-01",
    ):
        now = utc(day) - DAY
        for _ in range(120):
            following = after(schedule, now)
            assert following is not None
            assert before(schedule, following) == following
            steps.add(following - now)
            now = following
    assert steps <= {30 * MINUTE, 60 * MINUTE, 90 * MINUTE}


def test_a_day_that_a_zone_left_out() -> None:
    """Samoa had no 30 December 2011: what was due then came when the 31st began."""
    schedule = at("09:30", "daily", "Pacific/Apia")
    found = run(schedule, utc("2011-12-29 20:00"), 3)
    assert found == ["Sat 2011-12-31 00:00", "Sat 2011-12-31 09:30", "Sun 2012-01-01 09:30"]


def test_before_is_the_other_way_round() -> None:
    """The last one that is not later, and none before it is skipped."""
    schedule = at("09:30", "mon-fri", "Europe/Berlin")
    monday = utc("2026-11-30 08:30")
    assert before(schedule, monday) == monday
    assert shown(before(schedule, monday - 1), "Europe/Berlin") == "Fri 2026-11-27 09:30"


def test_how_late_is_still_made_up_for() -> None:
    """Six hours for what comes daily, a day for what comes weekly or yearly, never past the next."""
    assert patience(at("09:30", "mon-fri", "UTC"), utc("2026-11-24 09:30")) == 6 * HOUR
    assert patience(at("09:30", "mon", "UTC"), utc("2026-11-23 09:30")) == DAY
    assert patience(cron("0 9 29 2 *", "UTC"), utc("2028-02-29 09:00")) == DAY
    assert patience(cron("0 * * * *", "UTC"), utc("2026-11-24 09:00")) == HOUR
