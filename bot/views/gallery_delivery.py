"""The views around what was delivered: metrics, digests, what waits, what is new; with sample data."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from bot.domain.changes import Relation
from bot.domain.digests import Edition, Findings, Held, Part, Running, Shipped, Told, Trend, Why
from bot.domain.lags import Lag
from bot.domain.messages import Message, View
from bot.domain.metrics import Apart, Course, Delivery, Share, Spread, span_of
from bot.domain.operations import State
from bot.domain.plans import OfferVerb
from bot.domain.terms import DAY, HOUR, Target, Unknown
from bot.views import digests, metrics, notes, undeployed
from bot.views.samples import NOON, Samples

Sample = Callable[[], Message | View]


def delivery_views(s: Samples) -> dict[str, Sample]:
    """Name → view."""
    edition = _edition(s)
    quiet = replace(edition, findings=Findings(services=1))
    many = replace(edition, why=Why.CONFIGURED, findings=_findings(s, 300))
    stop = s.offers(OfferVerb.SUGGEST)
    made: dict[str, Sample] = {
        "metrics": lambda: metrics.metrics([_course(s, 34)], 12),
        "metrics, not enough": lambda: metrics.metrics([_course(s, 0)], 4),
        "metrics of many": lambda: metrics.metrics([_course(s, number) for number in range(300)], 12),
        "metrics of nothing": lambda: metrics.metrics([], 12),
        "digest": lambda: digests.digest(edition, stop),
        "digest late": lambda: digests.digest(replace(edition, told_at=edition.at + 2 * HOUR)),
        "digest quiet": lambda: digests.digest(quiet),
        "digest of many": lambda: digests.digest(many),
        "digest of many, the rest": lambda: digests.rest(many) or digests.none_comes("/ops"),
        "digest why": lambda: digests.rows(edition),
        "digest why of many": lambda: digests.rows(many),
        "digest forgotten": lambda: digests.no_such_edition(12),
        "digest preview": lambda: digests.preview(edition, NOON + DAY),
        "digest none": lambda: digests.none_comes("/ops"),
        "undeployed": lambda: undeployed.undeployed([_lag(s, 7), _lag(s, 0)]),
        "undeployed, nothing": lambda: undeployed.undeployed([_lag(s, 0)]),
        "undeployed many": lambda: undeployed.undeployed([_lag(s, number) for number in range(300)]),
        "undeployed unread": lambda: undeployed.undeployed([Lag(target=s.target, unread=s.failure or "no answer")]),
        "notes unread": lambda: notes.notes(s.target, Unknown(what="the changes", why=s.failure), NOON - DAY),
        "notes of nothing": lambda: notes.notes(s.target, None, NOON - DAY),
    }
    made |= {
        f"notes {relation}": partial(notes.notes, s.target, s.changes(relation), NOON - DAY)
        for relation in (Relation.AHEAD, Relation.BEHIND, Relation.IDENTICAL)
    }
    made |= {
        f"digest subscribed, {outcome}": partial(digests.subscribed, outcome, NOON)
        for outcome in (Told.YES, Told.CHANGED, Told.SHARED)
    }
    return made | {
        f"digest unsubscribed, {outcome}": partial(digests.unsubscribed, str(outcome))
        for outcome in (Told.STOPPED, Told.NONE, Told.ELSEWHERE, Told.SHARED)
    }


def _edition(s: Samples) -> Edition:
    return Edition(
        key=f"daily@{s.service}",
        name="daily",
        at=NOON,
        since=NOON - 3 * DAY,
        told_at=NOON,
        channel="team-web",
        why=Why.USUAL,
        schedule="09:30 mon-fri",
        zone="Europe/Berlin",
        parts=tuple(Part),
        findings=_findings(s, 1),
        id=12,
    )


def _findings(s: Samples, count: int) -> Findings:
    targets = [s.target] * count
    return Findings(
        running=tuple(Running(operation=1287, target=each, state=State.NEEDS_HUMAN) for each in targets),
        shipped=tuple(
            Shipped(service=each.service, good=(1280, 1281), failed=(1283,), back=(1284,)) for each in targets
        ),
        elsewhere=4,
        waiting=tuple(_lag(s, 7) for _ in targets),
        held=tuple(
            Held(lock=3, service=each.service, environment=each.environment, since=NOON - DAY, reason=s.because)
            for each in targets
        ),
        trends=tuple(
            Trend(
                target=each, shipped=34, before=21, lead=5 * HOUR, lead_before=9 * HOUR, fails=Share(part=1, whole=34)
            )
            for each in targets
        ),
        services=count,
    )


def _lag(s: Samples, changes: int) -> Lag:
    if not changes:
        return Lag(target=s.target)
    return Lag(
        target=Target(service=s.service, environment=s.environment),
        changes=changes,
        oldest_at=NOON - 4 * DAY,
        oldest="#398",
        title=s.title,
        authors=(s.author, "Grace"),
        elsewhere=changes % 2 == 0,
    )


def _course(s: Samples, shipped: int) -> Course:
    whole = _delivery(s, shipped)
    return Course(whole=whole, weeks=tuple(_delivery(s, each) for each in (0, shipped // 2, shipped)), deploy_days=2.0)


def _delivery(s: Samples, shipped: int) -> Delivery:
    lead = Spread(n=2 * shipped, median=5 * HOUR, p90=2 * DAY) if shipped > 4 else Spread(n=shipped)
    return Delivery(
        target=s.target,
        span=span_of(NOON - 84 * DAY, NOON),
        shipped=shipped,
        lead=lead,
        fails=Share(part=min(3, shipped), whole=shipped),
        recovery=Spread(n=min(3, shipped)),
        rework=Share(part=min(4, shipped), whole=shipped + 1 if shipped else 0),
        restored=Spread(n=1) if shipped else Spread(n=0),
        apart={why: number + 1 for number, why in enumerate(Apart)} if shipped else {},
    )
