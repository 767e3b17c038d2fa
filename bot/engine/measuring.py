"""Delivery metrics from rows: what ended in each target, judged anew every time they are asked for."""

from collections.abc import Iterable, Sequence
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from bot.domain.judging import Judged, judged
from bot.domain.metrics import Course, course, weeks_until
from bot.domain.shipments import Ended, Landing, shipment_of
from bot.domain.terms import DAY, Millis, Target
from bot.engine.catalogue import Catalogue, Service
from bot.engine.runtime import Runtime
from bot.store import Tx, landings, operations

WEEKS = 12
BEFORE: Millis = 90 * DAY  # how far before the span one looks for what a commit or a rollback refers to


async def courses(runtime: Runtime, targets: Sequence[Target], weeks: int) -> tuple[Course, ...]:
    """The course of each target over that many weeks, this one included."""
    zone, now = zone_of(runtime.catalogue), runtime.clock.now()

    def read(tx: Tx) -> tuple[Course, ...]:
        return tuple(course_of(tx, target, now=now, weeks=weeks or WEEKS, zone=zone) for target in targets)

    return await runtime.store.read(read)


def course_of(tx: Tx, target: Target, *, now: Millis, weeks: int, zone: tzinfo) -> Course:
    """The course of one target, in a transaction."""
    spans = weeks_until(now, weeks, zone)
    ended = operations.ended_of(tx, target, spans[0].since - BEFORE)
    return course(history(target, ended, landings.of(tx, (each.id for each in ended))), spans, zone)


def history(target: Target, ended: Iterable[Ended], landed: dict[int, Landing]) -> Judged:
    """What ended, judged; `landed` is by the operation's number."""
    rows = {each.id: each for each in ended if each.target == target}
    made = (shipment_of(each, landed.get(each.id), rows.get(each.child_id)) for each in rows.values())
    return judged(target, (each for each in made if each is not None))


def targets_of(service: Service) -> tuple[Target, ...]:
    """Where its delivery is measured: in production, or in its last environment where none is."""
    production = tuple(each.target for each in service.environments if each.policy.production)
    return production or tuple(each.target for each in service.environments[-1:])


def zone_of(catalogue: Catalogue) -> tzinfo:
    """Where weeks begin at midnight."""
    return UTC if catalogue.zone == "UTC" else ZoneInfo(catalogue.zone)
