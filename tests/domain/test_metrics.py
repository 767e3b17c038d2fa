"""Delivery metrics: a set of shipments with numbers computed by hand, and what must hold for any."""

from dataclasses import replace
from datetime import UTC
from random import Random
from zoneinfo import ZoneInfo

import pytest

from bot.domain.changes import Change, ChangeSet, Relation
from bot.domain.judging import judged
from bot.domain.metrics import Apart, Delivery, Share, Span, Spread, course, measured, span_of, spread, weeks_until
from bot.domain.operations import Effect, Operation, State
from bot.domain.shipments import Commit, Incident, Kind, Landing, Reach, Shipment, landing_of, shipment_of
from bot.domain.terms import DAY, HOUR, MINUTE, Action, Identity, Millis, Target

WEB = Target(service="web", environment="production")
API = Target(service="api", environment="production")
MONDAY: Millis = 1_794_787_200_000  # 2026-11-16 00:00 UTC
WEEK = Span(since=MONDAY, until=MONDAY + 7 * DAY, days=7)


def at(day: float, hour: float = 0, minute: float = 0) -> Millis:
    """An instant of that week; day 0 is Monday."""
    return MONDAY + int(day * DAY + hour * HOUR + minute * MINUTE)


def commits(operation: int, *ages: tuple[str, Millis]) -> Landing:
    """What came with it: revisions and when each was committed."""
    made = tuple(Commit(revision=revision, at=when) for revision, when in ages)
    return Landing(operation=operation, relation=Relation.AHEAD, total=len(made), commits=made)


def ship(number: int, when: Millis, revision: str, previous: str, **more: object) -> Shipment:
    """A planned deployment of web that came through."""
    return Shipment(id=number, target=WEB, revision=revision, previous=previous, at=when, **more)  # type: ignore[arg-type]  # names are checked by Shipment


GOLDEN = (
    ship(1, at(0, 9), "a", ""),  # the first ever: nothing to compare with
    ship(2, at(0, 12), "b", "a", landing=commits(2, ("b", at(0, 10)), ("b0", at(0, 6)))),  # waited 2 h and 6 h
    ship(3, at(1, 9), "c", "b", landing=commits(3, ("c", at(0, 21)))),  # waited 12 h; rolled back after 30 min
    ship(4, at(1, 9, 30), "b", "c", kind=Kind.ROLLBACK),
    ship(5, at(1, 15), "d", "b", landing=commits(5, ("c", at(0, 21)), ("d", at(1, 14)))),  # c again, d waited 1 h
    ship(6, at(2, 9), "d", "d", kind=Kind.SAME),
    ship(7, at(2, 10), "e", "d", reach=Reach.NONE),  # the pipeline failed before it got there
    ship(8, at(2, 11), "e", "d", reach=Reach.PART, landing=commits(8, ("e", at(2, 8)))),  # left half done
    ship(
        9, at(2, 13), "e", "d", landing=commits(9, ("e", at(2, 8)))
    ),  # the same came through: waited 5 h; well after 2 h
    ship(10, at(3, 9), "f", "e", landing=commits(10, ("f", at(3, 8)))),  # waited 1 h
    ship(
        11, at(3, 10), "g", "f", kind=Kind.HOTFIX, landing=commits(11, ("g", at(3, 9, 45)))
    ),  # 15 min; f was bad for 1 h
    ship(12, at(4, 9), "h", "g", landing=commits(12, ("h", at(4, 9, 5)))),  # from after its own deployment: 0
)
"""P: 1 2 3 5 8 9 10 11 12, nine of them; A: those and the rollback 4, ten. Failed: 3 (30 min), 8 (2 h), 10 (1 h)."""


def golden(*incidents: Incident, shipments: tuple[Shipment, ...] = GOLDEN) -> Delivery:
    return measured(judged(WEB, shipments, incidents), WEEK)


def five(found: Delivery) -> tuple[object, ...]:
    """The five numbers."""
    return found.shipped, found.lead, found.fails, found.recovery, found.rework


def test_the_golden_week() -> None:
    """Lead times: 0, ¼, 1, 1, 2, 5, 6, 12 hours: the median is 1½ h, and nine tenths of the way (6.3) lies 6 h + 0.3 × 6 h."""
    found = golden()
    assert found.shipped == 9
    assert found.per_week == 9
    assert found.lead == Spread(n=8, median=90 * MINUTE, p90=int(7.8 * HOUR))
    assert found.fails == Share(part=3, whole=9)
    assert found.recovery == Spread(n=3)  # three are not enough
    assert found.rework == Share(part=2, whole=10)
    assert found.apart == {Apart.PIPELINE: 1, Apart.SAME: 1, Apart.FIRST: 1, Apart.AGAIN: 1, Apart.SKEWED: 1}


def test_five_recoveries_make_a_median() -> None:
    """30, 60, 120 minutes of the golden week, and two incidents that a person linked, 10 and 20 minutes long."""
    linked = (
        Incident(id=1, target=WEB, started_at=at(0, 9, 1), resolved_at=at(0, 9, 10), caused_by=1),
        Incident(id=2, target=WEB, started_at=at(4, 9, 1), resolved_at=at(4, 9, 20), caused_by=12),
    )
    found = golden(*linked)
    assert found.recovery == Spread(n=5, median=30 * MINUTE, p90=96 * MINUTE)
    assert found.fails.rate == pytest.approx(5 / 9)


def test_late_news_restates_the_past() -> None:
    """The same week, asked again after a person linked an incident: one more failed, and it is not over."""
    before, after = golden(), golden(Incident(id=1, target=WEB, started_at=at(4, 9, 30), caused_by=12))
    assert (before.fails.part, after.fails.part) == (3, 4)
    assert after.recovery == before.recovery
    assert after.apart[Apart.STILL_OPEN] == 1


def test_a_hotfix_counts_once_its_incident_is_over_too() -> None:
    """f failed; g came an hour later, the incident was resolved after three."""
    found = judged(
        WEB, GOLDEN, [Incident(id=1, target=WEB, started_at=at(3, 9, 5), resolved_at=at(3, 12), caused_by=10)]
    )
    assert found.failed[10] == at(3, 12)


def test_a_suspect_is_asked_about_and_not_counted() -> None:
    """Within an hour, before the next deployment; a person's no ends it."""
    suspect = Incident(id=1, target=WEB, started_at=at(4, 9, 59))
    found = golden(suspect)
    assert five(found) == five(golden())
    assert found.apart[Apart.SUSPECT] == 1
    for innocent in (replace(suspect, started_at=at(4, 10, 1)), replace(suspect, not_by=frozenset({12}))):
        assert Apart.SUSPECT not in golden(innocent).apart


def test_an_unrelated_incident_changes_nothing() -> None:
    """Of another target, or of nobody's doing: five numbers stay; how long it took is a line of its own."""
    other = Incident(id=1, target=API, started_at=at(1, 9, 5), resolved_at=at(1, 10), caused_by=3)
    assert golden(other) == golden()
    found = golden(Incident(id=2, target=WEB, started_at=at(5), resolved_at=at(5, 1)))
    assert five(found) == five(golden())
    assert found.restored == Spread(n=1)


def test_an_unplanned_repair_is_rework() -> None:
    """A deployment that a person linked as the answer to an incident, whatever it was called."""
    found = golden(Incident(id=1, target=WEB, started_at=at(2, 12), resolved_at=at(2, 13), repaired_by=9))
    assert found.rework == Share(part=3, whole=10)


def test_a_rollback_of_several_marks_the_latest() -> None:
    """From d back to a: d failed; b and c went with it and are listed apart."""
    shipments = (
        ship(1, at(0), "a", "z"),
        ship(2, at(1), "b", "a"),
        ship(3, at(2), "c", "b"),
        ship(4, at(3), "d", "c"),
        ship(5, at(4), "a", "d", kind=Kind.ROLLBACK),
    )
    found = judged(WEB, shipments)
    assert set(found.failed) == {4}
    assert found.reverted_too == {2, 3}


def test_a_failed_rollback_counts_for_itself() -> None:
    """It ends nothing and blames nobody."""
    shipments = (ship(1, at(0), "b", "a"), ship(2, at(1), "a", "b", kind=Kind.ROLLBACK, reach=Reach.PART))
    found = golden(shipments=shipments)
    assert found.fails == Share(part=0, whole=1)
    assert found.apart[Apart.FAILED_ROLLBACK] == 1


def test_going_back_to_the_failure_does_not_end_it() -> None:
    """A rollback to the very revision that failed repairs something else."""
    shipments = (ship(1, at(0), "b", "a"), ship(2, at(1), "c", "b"), ship(3, at(2), "b", "c", kind=Kind.ROLLBACK))
    found = judged(WEB, shipments, [Incident(id=1, target=WEB, started_at=at(0, 1), caused_by=1)])
    assert found.failed == {1: 0, 2: at(2)}


@pytest.mark.parametrize("seed", range(20))
def test_any_order_gives_the_same(seed: int) -> None:
    """Shares lie between nothing and everything, too."""
    random = Random(seed)
    shipments = [
        Shipment(
            id=number,
            target=random.choice((WEB, API)),
            revision=random.choice("abcdef"),
            previous=random.choice("abcdef"),
            at=at(random.randrange(7), random.randrange(3)),
            kind=random.choice(tuple(Kind)),
            reach=random.choice(tuple(Reach)),
            landing=random.choice((None, commits(number, (random.choice("uvwxyz"), at(0))))),
        )
        for number in range(1, 40)
    ]
    incidents = [
        Incident(
            id=number,
            target=WEB,
            started_at=at(random.randrange(7)),
            resolved_at=random.choice((0, at(8))),
            caused_by=random.choice((0, random.randrange(1, 40))),
        )
        for number in range(6)
    ]
    first = measured(judged(WEB, shipments, incidents), WEEK)
    random.shuffle(shipments)
    random.shuffle(incidents)
    assert measured(judged(WEB, shipments, incidents), WEEK) == first
    assert 0 <= first.fails.part <= first.fails.whole == first.shipped
    assert 0 <= first.rework.part <= first.rework.whole
    assert all(each is None or 0 <= each <= 1 for each in (first.fails.rate, first.rework.rate))
    assert all(over == 0 or over >= MONDAY for over in judged(WEB, shipments, incidents).failed.values())


def test_below_five_is_not_enough() -> None:
    """Four of anything are no number, and the count is there all the same."""
    found = golden(shipments=GOLDEN[:4])
    assert (found.per_week, found.fails.rate, found.lead.median) == (None, None, None)
    assert (found.shipped, found.lead.n) == (3, 3)
    assert spread([1, 2, 3, 4, 5]) == Spread(n=5, median=3, p90=5)


def test_the_edges_are_half_open() -> None:
    """What ends with the week belongs to the next one."""
    assert golden(shipments=(ship(1, WEEK.since, "b", "a"), ship(2, WEEK.until, "c", "b"))).shipped == 1


def test_weeks_begin_on_monday_by_the_wall_clock() -> None:
    """The week of the autumn night in Berlin has 169 hours and seven days."""
    zone = ZoneInfo("Europe/Berlin")
    now = 1_793_095_200_000  # Tuesday 2026-10-27 10:00 UTC
    last, this = weeks_until(now, 2, zone)
    assert last.until - last.since == 169 * HOUR
    assert (last.days, this.until) == (7, now)
    assert this.days == pytest.approx(1 + 11 / 24)


def test_a_course() -> None:
    """Weeks side by side, the whole from the first to the last; deployments on four days of the only whole week (Monday to Friday)."""
    spans = weeks_until(MONDAY + 8 * DAY, 2, UTC)
    found = course(judged(WEB, GOLDEN), spans, UTC)
    assert [each.shipped for each in found.weeks] == [9, 0]
    assert found.whole.shipped == 9
    assert found.deploy_days == 5
    with pytest.raises(ValueError, match="a week"):
        course(judged(WEB, ()), (), UTC)
    assert span_of(MONDAY, MONDAY + DAY).days == 1


def operation(**more: object) -> Operation:
    """A deployment of web that went well."""
    usual: dict[str, object] = {
        "id": 7, "plan_id": "p", "plan_hash": "h", "action": Action.DEPLOY, "target": WEB, "revision": "b",
        "previous": "a", "who": Identity(team="T", user="U"), "state": State.SUCCEEDED, "finished_at": at(1),
    }  # fmt: skip
    return Operation(**(usual | more))  # type: ignore[arg-type]  # names are checked by Operation


@pytest.mark.parametrize(
    ("row", "reach"),
    [
        ({}, Reach.WHOLE),
        ({"state": State.FAILED, "effect": Effect.WHOLE}, Reach.WHOLE),
        ({"state": State.FAILED, "effect": Effect.PARTIAL}, Reach.PART),
        ({"state": State.FAILED, "effect": Effect.UNKNOWN}, Reach.PART),
        ({"state": State.FAILED, "effect": Effect.NONE}, Reach.NONE),
        ({"state": State.CANCELLED, "effect": Effect.NONE}, Reach.NONE),
        ({"state": State.CANCELLED, "effect": Effect.PARTIAL}, Reach.PART),
        ({"state": State.REJECTED, "effect": Effect.NONE}, Reach.NONE),
        ({"state": State.EXPIRED}, Reach.NONE),
        ({"state": State.ROLLED_BACK}, Reach.PART),
        ({"state": State.ROLLED_BACK, "watch_since": at(0, 5)}, Reach.WHOLE),
    ],
)
def test_how_far_an_operation_came(row: dict[str, object], reach: Reach) -> None:
    """What never touched its target is no deployment."""
    found = shipment_of(operation(**row), None)
    assert found is not None
    assert found.reach is reach


def test_when_a_bad_one_was_there() -> None:
    """From when it was watched, or from when somebody asked to go back; not from when it was over."""
    child = operation(id=8, created_at=at(0, 6))
    watched = shipment_of(operation(state=State.ROLLED_BACK, watch_since=at(0, 5)), None, child)
    taken = shipment_of(operation(state=State.ROLLED_BACK), None, child)
    assert watched is not None
    assert taken is not None
    assert (watched.at, taken.at) == (at(0, 5), at(0, 6))
    assert shipment_of(operation(state=State.RUNNING), None) is None


@pytest.mark.parametrize(
    ("row", "relation", "total", "kind"),
    [
        ({}, Relation.AHEAD, 2, Kind.PLANNED),
        ({"because": "Hotfix: checkout"}, Relation.AHEAD, 2, Kind.HOTFIX),
        ({"because": "no hotfix at all"}, Relation.AHEAD, 2, Kind.PLANNED),
        ({"action": Action.ROLLBACK}, Relation.BEHIND, 0, Kind.ROLLBACK),
        ({}, Relation.BEHIND, 0, Kind.ROLLBACK),
        ({"revision": "a"}, Relation.IDENTICAL, 0, Kind.SAME),
        ({}, Relation.AHEAD, 0, Kind.SAME),  # only other services of the repository changed
    ],
)
def test_why_it_was_done(row: dict[str, object], relation: Relation, total: int, kind: Kind) -> None:
    """By the action, the direction, and what the asker said."""
    found = shipment_of(operation(**row), Landing(operation=7, relation=relation, total=total))
    assert found is not None
    assert found.kind is kind


def test_what_landed() -> None:
    """Merge commits and programs are marked; what was only counted is counted."""
    arriving = (
        Change(revision="m", title="Merge pull request #1 from x", author="Ada", committed_at=3),
        Change(revision="c", title="fix: it", author="Ada", committed_at=2, via="m"),
        Change(revision="d", title="bump x", author="renovate[bot]", committed_at=1),
        Change(revision="e", title="fix: that", author="Ada"),
    )
    changes = ChangeSet(base="a", head="m", relation=Relation.AHEAD, arriving=arriving, total=6)
    found = landing_of(7, changes)
    assert [(each.merge, each.program) for each in found.commits] == [
        (True, False),
        (False, False),
        (False, True),
        (False, False),
    ]
    counted = golden(shipments=(ship(7, at(0), "m", "a", landing=found),)).apart
    assert counted == {Apart.MERGE: 1, Apart.PROGRAM: 1, Apart.UNLISTED: 2, Apart.UNDATED: 1}
