"""Delivery metrics of one target over a span of time: lead time, frequency, fail rate, recovery, rework; pure recomputation."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise

from bot.domain.changes import Relation
from bot.domain.judging import Judged
from bot.domain.shipments import Kind, Reach, Shipment
from bot.domain.terms import DAY, Millis, Target

ENOUGH = 5  # of anything, before a number is said


class Apart(StrEnum):
    """What was not counted, or was counted with a doubt; each is printed with its number."""

    PIPELINE = "pipeline"
    SAME = "same"
    FIRST = "first"
    UNREAD = "unread"
    UNLISTED = "unlisted"
    UNDATED = "undated"
    MERGE = "merge"
    PROGRAM = "program"
    AGAIN = "again"
    SKEWED = "skewed"
    DIVERGED = "diverged"
    REVERTED_TOO = "reverted_too"
    FAILED_ROLLBACK = "failed_rollback"
    STILL_OPEN = "still_open"
    SUSPECT = "suspect"


@dataclass(frozen=True, kw_only=True)
class Span:
    """From an instant until just before another, and the wall-clock days in it."""

    since: Millis
    until: Millis
    days: float


@dataclass(frozen=True, kw_only=True)
class Share:
    """`part` of `whole`; whether that is enough to make a rate of is for whoever shows it."""

    part: int
    whole: int

    @property
    def rate(self) -> float | None:
        """0 to 1; None where there is not enough."""
        return self.part / self.whole if self.whole >= ENOUGH else None


@dataclass(frozen=True, kw_only=True)
class Spread:
    """`n` durations: their median and ninth decile (interpolated, in milliseconds); None where there is not enough."""

    n: int
    median: Millis | None = None
    p90: Millis | None = None


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """The five metrics of one target in one span. `shipped` counts deployments, planned and hotfix, that reached it."""

    target: Target
    span: Span
    shipped: int
    lead: Spread
    fails: Share
    recovery: Spread
    rework: Share
    restored: Spread  # incidents that no deployment caused: a line of its own, none of the five
    apart: Mapping[Apart, int]

    @property
    def per_week(self) -> float | None:
        """Deployments in seven days; None where there is not enough."""
        return self.shipped * 7 / self.span.days if self.shipped >= ENOUGH and self.span.days else None


@dataclass(frozen=True, kw_only=True)
class Course:
    """A target over several weeks: all of them together, and each by itself, oldest first."""

    whole: Delivery
    weeks: tuple[Delivery, ...]
    deploy_days: float  # the median over whole weeks of days with a deployment


def measured(history: Judged, span: Span) -> Delivery:
    """The numbers of what ended in the span; what is known of it since counts, so late news restates the past."""
    inside = [each for each in history.shipments if span.since <= each.at < span.until]
    reached = [each for each in inside if each.reach is not Reach.NONE and each.kind is not Kind.SAME]
    shipped = [each for each in reached if each.kind is not Kind.ROLLBACK]
    failed = [each for each in shipped if each.id in history.failed]
    over = [history.failed[each.id] - each.at for each in failed if history.failed[each.id]]
    unplanned = [each for each in reached if each.kind is not Kind.PLANNED or each.id in history.repairs]
    return Delivery(
        target=history.target,
        span=span,
        shipped=len(shipped),
        lead=spread([one for each in shipped if each.id in history.leads for one in history.leads[each.id].waited]),
        fails=Share(part=len(failed), whole=len(shipped)),
        recovery=spread(over),
        rework=Share(part=len(unplanned), whole=len(reached)),
        restored=spread(_restored(history, span)),
        apart=_apart(history, inside, shipped, span) | _counted(Apart.STILL_OPEN, len(failed) - len(over)),
    )


def course(history: Judged, spans: Sequence[Span], zone: tzinfo) -> Course:
    """The weeks one by one, and the whole from the first to the last of them; ValueError for none."""
    if not spans:
        raise ValueError("a course needs a week")
    whole = Span(since=spans[0].since, until=spans[-1].until, days=sum(each.days for each in spans))
    full = [each for each in spans if each.days == 7]
    days = sorted(_days_with(history, each, zone) for each in full)
    return Course(
        whole=measured(history, whole),
        weeks=tuple(measured(history, each) for each in spans),
        deploy_days=_at(days, 0.5) if days else 0.0,
    )


def weeks_until(now: Millis, count: int, zone: tzinfo) -> tuple[Span, ...]:
    """This week, which ends now, and those before it, oldest first; weeks begin on Monday, by the wall clock of the zone."""
    here = datetime.fromtimestamp(now / 1000, zone)
    monday = here.date() - timedelta(days=here.weekday())
    edges = [_midnight(monday - timedelta(weeks=back), zone) for back in range(count - 1, -1, -1)]
    begun = (here.replace(tzinfo=None) - datetime.combine(monday, datetime.min.time())) / timedelta(days=1)
    full = [Span(since=start, until=end, days=7) for start, end in pairwise(edges)]
    return (*full, Span(since=edges[-1], until=now, days=begun))


def span_of(since: Millis, until: Millis) -> Span:
    """Any two instants."""
    return Span(since=since, until=until, days=(until - since) / DAY)


def spread(durations: Iterable[Millis]) -> Spread:
    """Median and ninth decile, interpolated; in any order."""
    ordered = sorted(durations)
    if len(ordered) < ENOUGH:
        return Spread(n=len(ordered))
    return Spread(n=len(ordered), median=round(_at(ordered, 0.5)), p90=round(_at(ordered, 0.9)))


def _at(ordered: Sequence[int], share: float) -> float:
    place = (len(ordered) - 1) * share
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _midnight(day: date, zone: tzinfo) -> Millis:
    return int(datetime.combine(day, datetime.min.time(), zone).timestamp() * 1000)


def _days_with(history: Judged, span: Span, zone: tzinfo) -> int:
    days = {
        datetime.fromtimestamp(each.at / 1000, zone).date()
        for each in history.shipments
        if span.since <= each.at < span.until and _ships(each)
    }
    return len(days)


def _ships(each: Shipment) -> bool:
    return each.reach is not Reach.NONE and each.kind in {Kind.PLANNED, Kind.HOTFIX}


def _restored(history: Judged, span: Span) -> list[Millis]:
    return [
        each.resolved_at - each.started_at
        for each in history.incidents
        if not each.caused_by and each.resolved_at and span.since <= each.started_at < span.until
    ]


def _apart(history: Judged, inside: Sequence[Shipment], shipped: Sequence[Shipment], span: Span) -> dict[Apart, int]:
    whole = [each for each in shipped if each.reach is Reach.WHOLE]
    leads = [history.leads[each.id] for each in whole if each.id in history.leads]
    times = {each.id: each.started_at for each in history.incidents}
    found = {
        Apart.PIPELINE: sum(each.reach is Reach.NONE for each in inside),
        Apart.SAME: sum(each.kind is Kind.SAME and each.reach is not Reach.NONE for each in inside),
        Apart.FIRST: sum(each.first for each in whole),
        Apart.UNREAD: sum(each.landing is None and not each.first for each in whole),
        Apart.UNLISTED: sum(each.unlisted for each in leads),
        Apart.UNDATED: sum(each.undated for each in leads),
        Apart.MERGE: sum(each.merges for each in leads),
        Apart.PROGRAM: sum(each.programs for each in leads),
        Apart.AGAIN: sum(each.again for each in leads),
        Apart.SKEWED: sum(each.skewed for each in leads),
        Apart.DIVERGED: sum(bool(each.landing and each.landing.relation is Relation.DIVERGED) for each in whole),
        Apart.REVERTED_TOO: sum(each.id in history.reverted_too for each in whole),
        Apart.FAILED_ROLLBACK: sum(each.kind is Kind.ROLLBACK and each.reach is Reach.PART for each in inside),
        Apart.SUSPECT: sum(span.since <= times[each] < span.until for each in history.suspects),
    }
    return {why: count for why, count in found.items() if count}


def _counted(why: Apart, count: int) -> dict[Apart, int]:
    return {why: count} if count else {}
