"""Freezes in the file: one line for each window, and every mistake with its place."""

import pytest

from bot.config.freezing import windows
from bot.domain.freezes import Dated, Freeze, Moment, Weekly
from tests.config.files import Files


def test_what_a_line_means() -> None:
    """Moments of the week, hours on days (also past midnight), and dates with the last one included."""
    assert windows("friday 16:00 to mon 08:00") == (
        Weekly(start=Moment(weekday=4, minute=960), end=Moment(weekday=0, minute=480)),
    )
    assert windows("sat-sun 22:00 - 02:00") == (
        Weekly(start=Moment(weekday=5, minute=1320), end=Moment(weekday=6, minute=120)),
        Weekly(start=Moment(weekday=6, minute=1320), end=Moment(weekday=0, minute=120)),
    )
    assert windows("fri-mon 00:00-24:00")[0] == Weekly(
        start=Moment(weekday=4, minute=0), end=Moment(weekday=4, minute=1440)
    )
    assert len(windows("fri-mon 00:00-24:00")) == 4
    assert windows("2026-12-20 to 2027-01-03") == (Dated(start="2026-12-20T00:00", end="2027-01-04T00:00"),)
    assert windows("2026-12-24") == (Dated(start="2026-12-24T00:00", end="2026-12-25T00:00"),)
    assert windows("2026-12-24 12:00 to 2026-12-26 08:30") == (Dated(start="2026-12-24T12:00", end="2026-12-26T08:30"),)
    assert windows("2026-12-24 08:00") == (Dated(start="2026-12-24T08:00", end="2026-12-25T00:00"),)


def test_scopes_and_zones(files: Files) -> None:
    """Aliases are resolved, the zone is the file's unless it has its own."""
    found = files.load(
        zone="zone: Europe/Berlin",
        freezes="freezes: {Weekends: {deny: [Fri 16:00 to Mon 08:00], environments: [production]}, "
        "night: {allow: ['mon-fri 09:00-17:00'], zone: UTC, services: [web]}}",
    )
    assert found.freezes == (
        Freeze(
            name="weekends",
            zone="Europe/Berlin",
            deny=windows("fri 16:00 to mon 08:00"),
            environments=frozenset({"production"}),
        ),
        Freeze(name="night", zone="UTC", allow=windows("mon-fri 09:00-17:00"), services=frozenset({"web"})),
    )


MISTAKES = {
    "nonsense": ("{deny: [at night]}", "freezes.x.deny[0]: not a window of time"),
    "no_such_day": ("{deny: ['2026-02-30']}", "freezes.x.deny[0]: there is no such day"),
    "too_late": ("{deny: ['mon 09:00-24:30']}", "freezes.x.deny[0]: the day ends at 24:00"),
    "backwards": ("{deny: ['2026-12-24 to 2026-12-20']}", "freezes.x.deny[0]: ends before it begins"),
    "empty_days": ("{allow: ['mon 09:00-09:00']}", "freezes.x.allow[0]: begins and ends at the same moment"),
    "empty_week": ("{deny: ['mon 09:00 to mon 09:00']}", "freezes.x.deny[0]: begins and ends at the same moment"),
    "nothing": ("{environments: [production]}", "freezes.x: has no window, so it holds never"),
    "unknown_environment": ("{deny: ['2026-12-24'], environments: [prduction]}", "there is no environment `prduction`"),
    "unknown_service": ("{deny: ['2026-12-24'], services: [wbe]}", "there is no service `wbe`"),
    "calendar": ("{deny: ['2026-12-24'], calendar: holidays.ics}", "freezes.x.calendar: not in this version"),
    "zone": ("{deny: ['2026-12-24'], zone: Europe/Berlinn}", "freezes.x.zone: this machine knows no such time zone"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes(files: Files, case: str) -> None:
    """Each is told with its place; a freeze that cannot hold is never accepted."""
    written, told = MISTAKES[case]
    report = files.report(freezes=f"freezes: {{x: {written}}}")
    assert [found for found in (f"{each.path}: {each.problem}" for each in report.problems) if told in found]
