"""Digests: who gets which summary when, and one edition of it as it was told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.freezes import Dated, Freeze, Weekly, frozen
from bot.domain.lags import Lag
from bot.domain.metrics import Share
from bot.domain.operations import Operation, State
from bot.domain.schedules import Schedule
from bot.domain.terms import DAY, MINUTE, Action, Millis, Target

LATE: Millis = 10 * MINUTE  # from then on it says so
FIRST = 3  # editions with a button that stops them
USUAL_AT, USUAL_DAYS = "09:30", "mon-fri"


class Part(StrEnum):
    """The closed list of what a digest can show, in the order in which it is told."""

    NOW = "now"
    SINCE_LAST = "since_last"
    WAITING = "waiting"
    HOLDS = "holds"
    DELIVERY = "delivery"


USUAL = (Part.NOW, Part.SINCE_LAST, Part.WAITING, Part.HOLDS)


class Why(StrEnum):
    """Why somebody gets it."""

    CONFIGURED = "configured"
    USUAL = "usual"  # nobody configured any
    CHANNEL = "channel"  # somebody asked for it in that channel
    PERSON = "person"  # they asked for it themselves


@dataclass(frozen=True, kw_only=True)
class Digest:
    """One digest for one place; `key` names it for ever, `quiet` means that nothing is posted where nothing is to be told."""

    key: str
    name: str
    schedule: Schedule
    channel: str  # a name, an id, or `user:` and a user id
    services: tuple[str, ...]
    parts: tuple[Part, ...] = USUAL
    quiet: bool = False
    why: Why = Why.CONFIGURED
    passing: tuple[Weekly | Dated, ...] = ()

    def passes_over(self, slot: Millis) -> bool:
        """Whether it does not come at this slot: the next one covers that time too."""
        if not self.passing:
            return False
        rule = Freeze(name=self.key, zone=self.schedule.zone, deny=self.passing)
        return bool(frozen((rule,), Target(service="", environment=""), slot))


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """What somebody asked for, or stopped, by hand; `channel` empty: it only stops or resumes what is there anyway."""

    key: str
    channel: str = ""
    time: str = USUAL_AT
    days: str = USUAL_DAYS
    zone: str = "UTC"
    services: tuple[str, ...] = ()
    stopped: bool = False
    by: str = ""
    at: Millis = 0


@dataclass(frozen=True, kw_only=True)
class Running:
    """An operation that is under way, or that waits for somebody."""

    operation: int
    target: Target
    state: State


@dataclass(frozen=True, kw_only=True)
class Shipped:
    """What ended in production of one service, by the numbers of the operations."""

    service: str
    good: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()
    back: tuple[int, ...] = ()  # rolled back, or a rollback

    @property
    def count(self) -> int:
        """All of them."""
        return len(self.good) + len(self.failed) + len(self.back)


@dataclass(frozen=True, kw_only=True)
class Held:
    """A lock: an empty service or environment means every one."""

    lock: int
    service: str
    environment: str
    since: Millis
    reason: str


@dataclass(frozen=True, kw_only=True)
class Trend:
    """Four weeks of one service against the four before; times are medians, 0 where there is not enough."""

    target: Target
    shipped: int
    before: int
    lead: Millis
    lead_before: Millis
    fails: Share


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What there is to tell; `elsewhere` counts what ended outside of production."""

    running: tuple[Running, ...] = ()
    shipped: tuple[Shipped, ...] = ()
    elsewhere: int = 0
    waiting: tuple[Lag, ...] = ()
    held: tuple[Held, ...] = ()
    trends: tuple[Trend, ...] = ()
    services: int = 0

    @property
    def empty(self) -> bool:
        """Nothing that anybody has to know: numbers of the last weeks alone are no news."""
        behind = any(each.behind for each in self.waiting)
        return not (self.running or self.shipped or self.held or behind)


@dataclass(frozen=True, kw_only=True)
class Edition:
    """A digest as it was told once: everything that its message says stands here, so it never changes."""

    key: str
    name: str
    at: Millis  # its slot; 0 where somebody asked for it
    since: Millis
    told_at: Millis
    channel: str
    why: Why
    schedule: str
    zone: str
    parts: tuple[Part, ...]
    findings: Findings
    id: int = 0

    @property
    def late(self) -> bool:
        """Whether it comes noticeably after its time."""
        return bool(self.at) and self.told_at - self.at > LATE

    @property
    def title(self) -> str:
        """`Monday, 09:30` by the clock of its zone."""
        return _wall(self.at or self.told_at, self.zone).strftime("%A, %H:%M")

    @property
    def since_words(self) -> str:
        """`Friday 09:30`; with the date where that is a week ago or longer."""
        form = "%A %H:%M" if (self.at or self.told_at) - self.since < 6 * DAY else "%d %B %H:%M"
        return _wall(self.since, self.zone).strftime(form)


class Told(StrEnum):
    """What became of a wish to get digests, or not to."""

    YES = "yes"
    CHANGED = "changed"
    STOPPED = "stopped"
    NONE = "none"  # nothing comes here that could be stopped
    SHARED = "shared"  # other workspaces are in this channel
    ELSEWHERE = "elsewhere"  # it belongs to another place


def shipped_of(ended: Iterable[Operation], production: frozenset[Target]) -> tuple[tuple[Shipped, ...], int]:
    """What ended in production by service, the most first, and how much ended elsewhere; what never started is no news."""
    found: dict[str, dict[str, list[int]]] = {}
    elsewhere = 0
    for each in ended:
        word = _became(each)
        if not word:
            continue
        if each.target not in production:
            elsewhere += 1
            continue
        found.setdefault(each.target.service, {"good": [], "failed": [], "back": []})[word].append(each.id)
    made = [
        Shipped(service=name, good=tuple(by["good"]), failed=tuple(by["failed"]), back=tuple(by["back"]))
        for name, by in found.items()
    ]
    return tuple(sorted(made, key=lambda each: (-each.count, each.service))), elsewhere


def _became(operation: Operation) -> str:
    if operation.state is State.SUCCEEDED:
        return "back" if operation.action is Action.ROLLBACK else "good"
    # One that was taken over is told once: by the rollback that did it.
    return "failed" if operation.state is State.FAILED else ""


def _wall(instant: Millis, zone: str) -> datetime:
    return datetime.fromtimestamp(instant / 1000, UTC if zone == "UTC" else ZoneInfo(zone))
