"""A day as people say it: friday, yesterday, 3 days, a date."""

import re
from datetime import date, datetime, timedelta, tzinfo

from bot.domain.schedules import WEEKDAYS
from bot.domain.terms import Millis

_AGO = re.compile(r"([1-9][0-9]{0,2})\s*(d|day|days|w|week|weeks)")
LONGEST = 366  # days


def day_of(words: str, now: Millis, zone: tzinfo) -> Millis | None:
    """When that day began (the last one of that name, never today), by the wall clock of the zone; None for what is no day."""
    word = " ".join(words.lower().split()).removesuffix(" ago")
    today = datetime.fromtimestamp(now / 1000, zone).date()
    found = _named(word, today)
    if found is None or not timedelta() <= today - found <= timedelta(days=LONGEST):
        return None
    return int(datetime.combine(found, datetime.min.time(), zone).timestamp() * 1000)


def _named(word: str, today: date) -> date | None:
    if word in {"today", "yesterday"}:
        return today - timedelta(days=word == "yesterday")
    if word[:3] in WEEKDAYS and _is_day(word):
        back = (today.isoweekday() % 7 - WEEKDAYS.index(word[:3])) % 7 or 7
        return today - timedelta(days=back)
    if ago := _AGO.fullmatch(word):
        return today - timedelta(days=int(ago[1]) * (7 if ago[2].startswith("w") else 1))
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None


_FULL = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")


def _is_day(word: str) -> bool:
    return any(full.startswith(word) for full in _FULL)
