"""Freeze windows: locks made by a calendar. Wall clocks are read in the freeze's own zone, and doubt always freezes."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.terms import DAY, Millis, Target

WEEK = 7
HORIZON: Millis = 400 * DAY  # further ahead nobody asks when it ends


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A wall-clock time of the week: Monday is 0, `minute` counts from midnight, 1440 being the end of the day."""

    weekday: int
    minute: int


@dataclass(frozen=True, kw_only=True)
class Weekly:
    """Every week from one moment to another, over the end of the week where the second comes first."""

    start: Moment
    end: Moment


@dataclass(frozen=True, kw_only=True)
class Dated:
    """Once, from one wall-clock time (ISO, `2026-12-20T16:00`) until just before another."""

    start: str
    end: str


@dataclass(frozen=True, kw_only=True)
class Freeze:
    """A named rule of the calendar: inside `deny` nothing starts; where `allow` has windows, nothing starts outside of them.

    Empty `services` or `environments` cover all; `zone` is an IANA name.
    """

    name: str
    zone: str
    deny: tuple[Weekly | Dated, ...] = ()
    allow: tuple[Weekly | Dated, ...] = ()
    services: frozenset[str] = frozenset()
    environments: frozenset[str] = frozenset()

    def covers(self, target: Target) -> bool:
        """Whether the target is within its scope."""
        return (not self.services or target.service in self.services) and (
            not self.environments or target.environment in self.environments
        )


@dataclass(frozen=True, kw_only=True)
class Frozen:
    """Which freeze holds a target, and until when (0: no end within a year)."""

    name: str
    zone: str
    until: Millis

    def words(self, now: Millis) -> str:
        """`weekends, until Mon 08:00 (Europe/Berlin)`; with the date where that is not within six days."""
        if not self.until:
            return f"{self.name}, for more than a year"
        ends = datetime.fromtimestamp(self.until / 1000, ZoneInfo(self.zone))
        form = "%a %H:%M" if self.until - now < 6 * DAY else "%Y-%m-%d %H:%M"
        return f"{self.name}, until {ends.strftime(form)} ({self.zone})"


@dataclass(frozen=True, kw_only=True)
class Span:
    """From an instant until just before another."""

    start: Millis
    end: Millis


def frozen(freezes: Iterable[Freeze], target: Target, now: Millis) -> tuple[Frozen, ...]:
    """Every freeze that holds the target at this instant; deny beats allow, and outside every allow window is denied."""
    mine = [freeze for freeze in freezes if freeze.covers(target)]
    return tuple(
        Frozen(name=freeze.name, zone=freeze.zone, until=_until(freeze, now))
        for freeze in mine
        if _holds(freeze, now) is not None
    )


def _holds(freeze: Freeze, now: Millis) -> Span | None:
    """The denied span around an instant; an allow list denies from the end of one window to the start of the next."""
    for span in _spans(freeze.deny, freeze.zone, now, widest=True):
        if span.start <= now < span.end:
            return span
    if not freeze.allow:
        return None
    windows = list(_spans(freeze.allow, freeze.zone, now, widest=False))
    if any(span.start <= now < span.end for span in windows):
        return None
    return Span(start=now, end=min((span.start for span in windows if span.start > now), default=0))


def _until(freeze: Freeze, now: Millis) -> Millis:
    """When this freeze lets go: windows that touch count as one."""
    at = now
    while at < now + HORIZON:
        holding = _holds(freeze, at)
        if holding is None:
            return at
        if not holding.end:
            return 0
        at = holding.end
    return 0


def _spans(windows: Iterable[Weekly | Dated], zone: str, now: Millis, *, widest: bool) -> Iterator[Span]:
    """The occurrences near an instant: a dated window as it is, a weekly one of the weeks before, now and after."""
    first, last = (min, max) if widest else (max, min)
    tz = ZoneInfo(zone)
    today = datetime.fromtimestamp(now / 1000, UTC).astimezone(tz).date()
    monday = today - timedelta(days=today.weekday())
    for window in windows:
        for start, end in _walls(window, monday):
            span = Span(start=_instant(start, tz, first), end=_instant(end, tz, last))
            if span.start < span.end:
                yield span


def _walls(window: Weekly | Dated, monday: date) -> Iterator[tuple[datetime, datetime]]:
    if isinstance(window, Dated):
        yield datetime.fromisoformat(window.start), datetime.fromisoformat(window.end)
        return
    start = window.start.weekday * 1440 + window.start.minute
    end = window.end.weekday * 1440 + window.end.minute
    length = (end - start) % (WEEK * 1440) or WEEK * 1440
    for week in (-2, -1, 0, 1, 2):
        midnight = datetime.combine(monday + timedelta(weeks=week), time())
        yield midnight + timedelta(minutes=start), midnight + timedelta(minutes=start + length)


def _instant(wall: datetime, tz: ZoneInfo, choose: Callable[[Iterable[Millis]], Millis]) -> Millis:
    """A wall-clock time that comes twice, or never, on the night the clocks change means whichever freezes longer."""
    both = (int(wall.replace(tzinfo=tz, fold=fold).timestamp() * 1000) for fold in (0, 1))
    return choose(both)
