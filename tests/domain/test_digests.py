"""Digests without Slack: what is news, how old it is, which day is meant."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from bot.domain.changes import Change, ChangeSet, Relation
from bot.domain.days import day_of
from bot.domain.digests import Edition, Findings, Part, Shipped, Trend, Why, shipped_of
from bot.domain.lags import Lag, lag_of
from bot.domain.metrics import Share
from bot.domain.operations import Operation, State
from bot.domain.terms import DAY, HOUR, MINUTE, Action, Identity, Millis, Target
from bot.views import digests as views
from tests.support.text import plain

NOW: Millis = 1_795_511_040_000  # Tuesday 2026-11-24 09:04 UTC
WEB = Target(service="web", environment="production")


def operation(number: int, state: State, **more: object) -> Operation:
    usual: dict[str, object] = {
        "id": number, "plan_id": str(number), "plan_hash": "", "action": Action.DEPLOY, "target": WEB, "revision": "r",
        "who": Identity(team="T", user="U"), "state": state,
    }  # fmt: skip
    return Operation(**(usual | more))  # type: ignore[arg-type]  # names are checked by Operation


def test_what_was_shipped() -> None:
    """What was taken over is told by its rollback; what never started and what was withdrawn is no news."""
    ended = [
        operation(1, State.SUCCEEDED),
        operation(2, State.FAILED),
        operation(3, State.ROLLED_BACK),
        operation(4, State.SUCCEEDED, action=Action.ROLLBACK),
        operation(5, State.CANCELLED),
        operation(6, State.SUCCEEDED, target=Target(service="web", environment="staging")),
        operation(7, State.SUCCEEDED, target=Target(service="api", environment="production")),
        operation(8, State.REJECTED),
    ]
    production = frozenset({WEB, Target(service="api", environment="production")})
    found, elsewhere = shipped_of(ended, production)
    assert found == (Shipped(service="web", good=(1,), failed=(2,), back=(4,)), Shipped(service="api", good=(7,)))
    assert elsewhere == 1


def test_how_far_behind() -> None:
    """Pull requests are counted once, the oldest is named, programs wait for nobody."""
    arriving = (
        Change(revision="c" * 40, title="Gift cards (#430)", author="Grace", number=430, committed_at=NOW - DAY),
        Change(revision="b" * 40, title="fix: it", author="Ada", committed_at=NOW - 4 * DAY),
        Change(revision="a" * 40, title="bump x from 1 to 2", author="renovate[bot]", committed_at=NOW - 2 * DAY),
    )
    found = lag_of(WEB, ChangeSet(base="x", head="c", relation=Relation.AHEAD, arriving=arriving, total=5))
    assert (found.changes, found.oldest, found.oldest_at) == (5, "bbbbbbb", NOW - 4 * DAY)
    assert found.authors == ("Grace", "Ada")
    assert not lag_of(WEB, ChangeSet(base="x", head="x", relation=Relation.IDENTICAL)).behind
    assert lag_of(WEB, ChangeSet(base="x", head="y", relation=Relation.DIVERGED)).elsewhere


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("today", "2026-11-24"), ("yesterday", "2026-11-23"), ("friday", "2026-11-20"), ("Tue", "2026-11-17"),
        ("3 days", "2026-11-21"), ("2 weeks ago", "2026-11-10"), ("1d", "2026-11-23"), ("2026-11-02", "2026-11-02"),
        ("tomorrow", ""), ("2027-01-01", ""), ("2020-01-01", ""), ("satisfied", ""), ("0 days", ""), ("999 weeks", ""), ("", ""),
    ],
)  # fmt: skip
def test_which_day_is_meant(words: str, expected: str) -> None:
    """The last one of that name, never one to come, by the clock of the zone."""
    zone = ZoneInfo("Europe/Berlin")
    found = day_of(words, NOW, zone)
    assert (edition(since=found, zone="Europe/Berlin").since_words if found else "") == (
        edition(since=_midnight(expected), zone="Europe/Berlin").since_words if expected else ""
    )
    assert day_of("today", NOW, UTC) == NOW - 9 * HOUR - 4 * MINUTE


def _midnight(day: str) -> Millis:
    """In Berlin, in November."""
    number = int(day[8:])
    return NOW - 10 * HOUR - 4 * MINUTE - (24 - number) * DAY


def edition(**more: object) -> Edition:
    usual: dict[str, object] = {
        "key": "daily@web", "name": "daily", "at": NOW, "since": NOW - DAY, "told_at": NOW, "channel": "web", "why": Why.USUAL,
        "schedule": "09:04 daily", "zone": "UTC", "parts": tuple(Part), "findings": Findings(), "id": 7,
    }  # fmt: skip
    return Edition(**(usual | more))  # type: ignore[arg-type]  # names are checked by Edition


def test_by_the_clock_of_its_zone() -> None:
    """The weekday within six days, else the date; late after ten minutes."""
    assert edition(zone="Asia/Tokyo").title == "Tuesday, 18:04"
    assert edition().since_words == "Monday 09:04"
    assert edition(since=NOW - 8 * DAY).since_words == "16 November 09:04"
    assert not edition(told_at=NOW + 10 * MINUTE).late
    assert edition(told_at=NOW + 11 * MINUTE).late


def test_numbers_of_the_last_weeks_are_no_news() -> None:
    """Nor is a repository that could not be read."""
    trend = Trend(target=WEB, shipped=9, before=9, lead=0, lead_before=0, fails=Share(part=0, whole=9))
    assert Findings(trends=(trend,), waiting=(Lag(target=WEB, unread="no answer"),)).empty
    assert not Findings(waiting=(Lag(target=WEB, changes=1),)).empty


def test_a_dozen_lines_then_a_thread() -> None:
    """Fifty services: twelve lines at most, two messages, every number of an operation stands somewhere."""
    services = [f"service-{number}" for number in range(50)]
    found = Findings(
        shipped=tuple(Shipped(service=name, good=(at, at + 100)) for at, name in enumerate(services, start=1)),
        waiting=tuple(
            Lag(target=Target(service=name, environment="production"), changes=3, oldest="#1", oldest_at=NOW - DAY)
            for name in services
        ),
    )
    told = edition(findings=found)
    root, rest = views.digest(told), views.rest(told)
    assert rest is not None
    assert len(plain(root).splitlines()) <= 12
    assert views.digest(told) == root
    everything = plain(views.rows(told))
    assert [number for number in range(1, 51) if f"#{number}" not in everything] == []
