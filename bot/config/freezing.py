"""Freeze windows as they are written, one line each, and what their scope means."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Self

from pydantic import Field

from bot.config.access import Scope
from bot.config.outline import Named
from bot.config.roles import Scopes
from bot.config.section import Section
from bot.config.values import Word, Zone, wrong
from bot.domain.freezes import Dated, Freeze, Moment, Weekly

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = rf"({'|'.join(DAYS)})[a-z]*"
_TIME = r"([01]?[0-9]|2[0-4])[:.]([0-5][0-9])"
_DATE = r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
_TO = r"\s*(?:-|–|to)\s*"
_WEEKLY = re.compile(rf"{_DAY}\s+{_TIME}{_TO}{_DAY}\s+{_TIME}")
_DAILY = re.compile(rf"{_DAY}(?:{_TO}{_DAY})?\s+{_TIME}{_TO}{_TIME}")
_DATES = re.compile(rf"{_DATE}(?:[ t]+{_TIME})?(?:{_TO}{_DATE}(?:[ t]+{_TIME})?)?")
_HINT = 'write "fri 16:00 to mon 08:00", "mon-fri 09:00-17:00", "2026-12-20 to 2027-01-03" or "2026-12-24"'

Windows = tuple[Weekly | Dated, ...]


class Window(Word):
    """When a freeze holds: from one moment of the week to another, hours on some days, or dates (the last one included)."""

    __slots__ = ()
    example = "fri 16:00 to mon 08:00"
    form = "window"

    @classmethod
    def read(cls, text: str) -> Self:
        """In lower case; raises `wrong(…)` where it means nothing."""
        word = cls(" ".join(text.lower().split()))
        windows(word)
        return word


class FreezeSection(Section):
    """A calendar's lock: nothing new starts while it holds. Rollbacks are never held."""

    deny: tuple[Window, ...] = Field(default=(), description="Nothing starts in these windows.")
    allow: tuple[Window, ...] = Field(
        default=(), description="Nothing starts outside of these windows. Where both cover an hour, deny wins."
    )
    zone: Zone | None = Field(
        default=None, description="The time zone of the windows. Unless set: the zone of the file."
    )
    services: Scope | None = Field(default=None, description="Only these services. Unless set: all.")
    environments: Scope | None = Field(default=None, description="Only these environments. Unless set: all.")
    teams: Scope | None = Field(default=None, description="Only the services of these teams. Unless set: all.")


def windows(word: str) -> Windows:
    """What one line means; raises `wrong(…)`."""
    for pattern, made in _FORMS:
        if found := pattern.fullmatch(word):
            return made(found)
    raise wrong("not a window of time", _HINT)


def resolved_freeze(scopes: Scopes, named: Named, zone: str) -> Freeze | None:
    """The freeze as the gate reads it, or None after a problem."""
    reader = scopes.reader
    section = reader.section(FreezeSection, named.node)
    services, owned = scopes.services(named), scopes.owned(named)
    environments = scopes.environments(named)
    if section is None:
        return None
    if not section.deny and not section.allow:
        reader.problems.append(reader.key(named.path, "has no window, so it holds never", f"add deny: [{_HINT[6:]}]"))
        return None
    return Freeze(
        name=named.name,
        zone=section.zone or zone,
        deny=tuple(each for word in section.deny for each in windows(word)),
        allow=tuple(each for word in section.allow for each in windows(word)),
        services=(services & owned) if services and owned else services or owned,
        environments=environments,
    )


def _weekly(found: "re.Match[str]") -> Windows:
    first, hour, minute, last, last_hour, last_minute = found.groups()
    start = Moment(weekday=DAYS.index(first), minute=_minute(hour, minute))
    end = Moment(weekday=DAYS.index(last), minute=_minute(last_hour, last_minute))
    if start == end:
        raise wrong("begins and ends at the same moment", _HINT)
    return (Weekly(start=start, end=end),)


def _daily(found: "re.Match[str]") -> Windows:
    first, last, *times = found.groups()
    start, end = _minute(*times[:2]), _minute(*times[2:])
    if start == end:
        raise wrong("begins and ends at the same moment", _HINT)
    begin = DAYS.index(first)
    count = (DAYS.index(last or first) - begin) % 7 + 1
    over = int(end < start)  # past midnight
    return tuple(
        Weekly(
            start=Moment(weekday=day % 7, minute=start),
            end=Moment(weekday=(day + over) % 7, minute=end),
        )
        for day in range(begin, begin + count)
    )


def _dates(found: "re.Match[str]") -> Windows:
    first, hour, minute, last, last_hour, last_minute = found.groups()
    start = _wall(first, hour, minute)
    until_evening = timedelta(days=0 if last_hour else 1)
    end = _wall(last or first, last_hour, last_minute) + until_evening
    if end <= start:
        raise wrong("ends before it begins", _HINT)
    return (Dated(start=start.isoformat(timespec="minutes"), end=end.isoformat(timespec="minutes")),)


def _wall(day: str, hour: str | None, minute: str | None) -> datetime:
    try:
        midnight = datetime.combine(date.fromisoformat(day), datetime.min.time())
    except ValueError as error:
        raise wrong("there is no such day", _HINT) from error
    return midnight + timedelta(minutes=_minute(hour, minute) if hour and minute else 0)


def _minute(hour: str, minute: str) -> int:
    found = int(hour) * 60 + int(minute)
    if found > 1440:
        raise wrong("the day ends at 24:00", _HINT)
    return found


_FORMS: tuple[tuple["re.Pattern[str]", Callable[["re.Match[str]"], Windows]], ...] = (
    (_WEEKLY, _weekly),
    (_DAILY, _daily),
    (_DATES, _dates),
)
