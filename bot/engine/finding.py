"""What there is to tell in a digest: from rows, and for what waits also from repositories."""

from collections.abc import Iterable, Sequence

from bot.domain.digests import Findings, Held, Part, Running, Shipped, Trend, shipped_of
from bot.domain.judging import Judged
from bot.domain.lags import Lag
from bot.domain.locks import Lock
from bot.domain.metrics import measured, span_of
from bot.domain.shipments import Ended
from bot.domain.terms import DAY, Millis, Target
from bot.engine.catalogue import Catalogue, Service
from bot.engine.lagging import lags
from bot.engine.measuring import history, targets_of
from bot.engine.runtime import Runtime
from bot.store import Tx, landings, locks, operations

WEEKS: Millis = 28 * DAY


async def findings(
    runtime: Runtime, services: Sequence[str], parts: Sequence[Part], *, since: Millis, until: Millis
) -> Findings:
    """Of these services (those that are not configured any more are left out), from one instant until just before another."""
    known = [runtime.catalogue.services[name] for name in services if name in runtime.catalogue.services]
    waiting: tuple[Lag, ...] = await lags(runtime, known) if Part.WAITING in parts else ()
    now = runtime.clock.now()
    return await runtime.store.read(
        lambda tx: recalled(tx, known, parts, runtime.catalogue, since=since, until=until, now=now, waiting=waiting)
    )


def recalled(
    tx: Tx,
    services: Sequence[Service],
    parts: Sequence[Part],
    catalogue: Catalogue,
    *,
    since: Millis,
    until: Millis,
    now: Millis,
    waiting: tuple[Lag, ...] = (),
) -> Findings:
    """The part that stands in rows, in one transaction."""
    names = {each.name for each in services}
    shipped, elsewhere = _shipped(tx, names, catalogue, since, until) if Part.SINCE_LAST in parts else ((), 0)
    return Findings(
        running=_running(tx, names) if Part.NOW in parts else (),
        shipped=shipped,
        elsewhere=elsewhere,
        waiting=tuple(sorted((each for each in waiting if each.behind or each.unread), key=_longest_first)),
        held=_held(locks.open_ones(tx, now), names) if Part.HOLDS in parts else (),
        trends=_trends(tx, services, until) if Part.DELIVERY in parts else (),
        services=len(names),
    )


def _longest_first(lag: Lag) -> tuple[bool, Millis, str]:
    return (not lag.behind, lag.oldest_at or 2**62, str(lag.target))


def _running(tx: Tx, names: set[str]) -> tuple[Running, ...]:
    found = (each for each in operations.unfinished(tx) if each.target.service in names)
    return tuple(Running(operation=each.id, target=each.target, state=each.state) for each in found)


def _shipped(
    tx: Tx, names: set[str], catalogue: Catalogue, since: Millis, until: Millis
) -> tuple[tuple[Shipped, ...], int]:
    production = frozenset(
        each.target
        for service in catalogue.services.values()
        for each in service.environments
        if each.policy.production
    )
    ended = operations.finished(tx, since, until)
    return shipped_of((each for each in ended if each.target.service in names), production)


def _held(found: Iterable[Lock], names: set[str]) -> tuple[Held, ...]:
    return tuple(
        Held(lock=each.id, service=each.service, environment=each.environment, since=each.at, reason=each.reason)
        for each in found
        if not each.service or each.service in names
    )


def _trends(tx: Tx, services: Sequence[Service], until: Millis) -> tuple[Trend, ...]:
    """Where anything was delivered in these eight weeks."""
    ended = operations.ended(tx, until - 2 * WEEKS, until)
    by_target: dict[Target, list[Ended]] = {}
    for each in ended:
        by_target.setdefault(each.target, []).append(each)
    landed = landings.of(tx, (each.id for each in ended))
    targets = (target for service in services for target in targets_of(service) if target in by_target)
    return tuple(_trend(history(target, by_target[target], landed), until) for target in targets)


def _trend(found: Judged, until: Millis) -> Trend:
    now, before = (measured(found, span_of(until - (back + 1) * WEEKS, until - back * WEEKS)) for back in (0, 1))
    return Trend(
        target=found.target,
        shipped=now.shipped,
        before=before.shipped,
        lead=now.lead.median or 0,
        lead_before=before.lead.median or 0,
        fails=now.fails,
    )
