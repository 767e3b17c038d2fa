"""Schedules by the wall clock of a zone: cron with standard weekday numbers, a time on some days, and when they come next."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.domain.terms import DAY, HOUR, Millis

WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
HORIZON = 366 * 8 + 2  # days: a leap day may be eight years away
_PART = re.compile(r"(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:/([0-9]{1,2}))?")
_TIME = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])")


class Unscheduled(ValueError):
    """What was written is no schedule; says why, in words for people."""


@dataclass(frozen=True, kw_only=True)
class Cron:
    """When the wall clock matches. Weekdays: 0 is Sunday. Where both kinds of day are limited, either is enough, as cron has it."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    last_day: bool = False  # of the month
    either: bool = False

    def on(self, day: date) -> bool:
        """Whether it comes on that day."""
        if day.month not in self.months:
            return False
        of_month = day.day in self.days or (self.last_day and (day + timedelta(days=1)).day == 1)
        of_week = day.isoweekday() % 7 in self.weekdays
        return (of_month or of_week) if self.either else (of_month and of_week)


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A cron line in a zone. `words` is how people read it, and names it: another line is another schedule."""

    cron: Cron
    zone: str
    words: str

    @property
    def tz(self) -> tzinfo:
        """For wall-clock arithmetic."""
        return UTC if self.zone == "UTC" else ZoneInfo(self.zone)


def cron(line: str, zone: str) -> Schedule:
    """Five fields: minute, hour, day of the month (`L` is the last), month, weekday (0 and 7 are Sunday). Raises Unscheduled."""
    fields = line.lower().split()
    if len(fields) != 5:
        raise Unscheduled(f"cron needs five fields, and there are {len(fields)}")
    minute, hour, day, month, weekday = fields
    days = [each for each in day.split(",") if each != "l"]
    made = Cron(
        minutes=tuple(sorted(_field(minute, 0, 59, "minute"))),
        hours=tuple(sorted(_field(hour, 0, 23, "hour"))),
        days=_field(",".join(days), 1, 31, "day") if days else frozenset(),
        months=_field(month, 1, 12, "month", MONTHS, first=1),
        weekdays=frozenset(each % 7 for each in _field(weekday, 0, 7, "weekday", WEEKDAYS)),
        last_day="l" in day.split(","),
        either=not day.startswith("*") and not weekday.startswith("*"),
    )
    return _usable(Schedule(cron=made, zone=zone, words=" ".join(fields)))


def at(time: str, days: str, zone: str) -> Schedule:
    """A time such as 09:30 on some days: `mon-fri`, `mon`, `mon,thu`, `fri-mon` or `daily`. Raises Unscheduled."""
    found = _TIME.fullmatch(time.strip())
    if found is None:
        raise Unscheduled("the time is not one of the day's")
    made = Cron(
        minutes=(int(found[2]),),
        hours=(int(found[1]),),
        days=frozenset(range(1, 32)),
        months=frozenset(range(1, 13)),
        weekdays=_weekdays(days.lower().replace(" ", "")),
    )
    return Schedule(cron=made, zone=zone, words=f"{int(found[1]):02}:{found[2]} {days.lower().replace(' ', '')}")


def after(schedule: Schedule, instant: Millis) -> Millis | None:
    """The next slot later than that; None where there is none within eight years."""
    start = _local(schedule, instant).date() - timedelta(
        days=2
    )  # a day that the zone left out pushes its slots into the next
    for ahead in range(HORIZON):
        for slot in _slots(schedule, start + timedelta(days=ahead)):
            if slot > instant:
                return slot
    return None


def before(schedule: Schedule, instant: Millis) -> Millis:
    """The last slot that is not later than that."""
    start = _local(schedule, instant).date() + timedelta(days=1)
    for back in range(HORIZON):
        for slot in reversed(_slots(schedule, start - timedelta(days=back))):
            if slot <= instant:
                return slot
    raise AssertionError("a schedule that comes at all comes within eight years")


def patience(schedule: Schedule, slot: Millis) -> Millis:
    """How late a slot is still made up for: a day where it comes once a week or rarer, else six hours, never past the next one."""
    following = after(schedule, slot)
    gap = following - slot if following is not None else 7 * DAY
    return DAY if gap > 6 * DAY else min(6 * HOUR, gap)


def _local(schedule: Schedule, instant: Millis) -> datetime:
    return datetime.fromtimestamp(instant / 1000, schedule.tz)


@lru_cache(maxsize=512)
def _slots(schedule: Schedule, day: date) -> tuple[Millis, ...]:
    """The slots of a wall-clock day, in order; those that the clock skips come together, when it goes on."""
    if not schedule.cron.on(day):
        return ()
    made = (
        _instant(schedule.tz, day, hour, minute) for hour in schedule.cron.hours for minute in schedule.cron.minutes
    )
    return tuple(dict.fromkeys(made))


def _instant(tz: tzinfo, day: date, hour: int, minute: int) -> Millis:
    """A time that comes twice means the first; one that never comes means the first minute after the gap."""
    wall = datetime(day.year, day.month, day.day, hour, minute, tzinfo=tz)
    if _exists(wall):
        return int(wall.timestamp() * 1000)
    while not _exists(wall):
        wall -= timedelta(minutes=1)
    return int(wall.timestamp() * 1000) + 60_000


@lru_cache(maxsize=4096)
def _exists(wall: datetime) -> bool:
    back = wall.astimezone(UTC).astimezone(wall.tzinfo)
    return back.replace(tzinfo=None, fold=0) == wall.replace(tzinfo=None, fold=0)


def _usable(schedule: Schedule) -> Schedule:
    if after(schedule, 946_684_800_000) is None:  # from 2000 on, eight years have every day there is
        raise Unscheduled("that day never comes")
    return schedule


def _field(text: str, low: int, high: int, what: str, names: Sequence[str] = (), first: int = 0) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise Unscheduled(f"the {what} cannot be read")
        start, end, step = match.groups()
        begin = low if start == "*" else _value(start, low, high, what, names, first)
        if start == "*" and end:
            raise Unscheduled(f"the {what} cannot be read")
        # `5/15` is every fifteenth from 5 on; 7 is Sunday once more, so `*` ends before it.
        last = high - (what == "weekday") if start == "*" or (step and not end) else begin
        last = _value(end, low, high, what, names, first) if end else last
        if what == "weekday" and end in {"sun", "0"} and begin:
            last = 7
        if last < begin:
            raise Unscheduled(f"the {what} ends before it begins")
        if step is not None and not int(step):
            raise Unscheduled(f"the {what} has a step of nothing")
        found.update(range(begin, last + 1, int(step or 1)))
    return frozenset(found)


def _value(word: str, low: int, high: int, what: str, names: Sequence[str], first: int) -> int:
    if word in names:
        return names.index(word) + first
    if not word.isdigit() or not low <= int(word) <= high:
        raise Unscheduled(f"the {what} is not within {low} to {high}")
    return int(word)


def _weekdays(words: str) -> frozenset[int]:
    if words in {"daily", "all", "*"}:
        return frozenset(range(7))
    return frozenset(day for part in words.split(",") for day in _days_of(part))


def _days_of(part: str) -> Iterator[int]:
    start, _, end = part.partition("-")
    named = [each[:3] for each in (start, end or start)]
    if not all(each in WEEKDAYS for each in named):
        raise Unscheduled("the days cannot be read")
    first, last = map(WEEKDAYS.index, named)
    for ahead in range((last - first) % 7 + 1):
        yield (first + ahead) % 7
