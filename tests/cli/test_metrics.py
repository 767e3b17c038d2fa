"""`quarterdeck metrics`, for people, scripts and spreadsheets."""

import csv
import json
from pathlib import Path

import pytest

from bot.cli import metrics
from bot.domain.changes import Relation
from bot.domain.operations import State
from bot.domain.shipments import Commit, Landing
from bot.domain.terms import HOUR, MINUTE, Target
from bot.store import Tx, landings, operations
from bot.store.database import connect, prepare
from bot.store.transactions import commit_together
from tests.cli.inside import Call
from tests.store import samples

NOW = 1_795_511_040_000  # Tuesday 2026-11-24 09:04 UTC
PRODUCTION = Target(service="web", environment="production")


@pytest.fixture
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five deployments of this week, a quarter of an hour apart, each with a commit that was an hour old."""
    monkeypatch.setattr(metrics, "wall_clock", lambda: NOW)
    path = tmp_path / "quarterdeck.db"
    prepare(path)

    def write(tx: Tx) -> None:
        for n in range(1, 6):
            ended = NOW - n * 15 * MINUTE
            kept = operations.insert(
                tx,
                samples.operation(
                    target=PRODUCTION,
                    state=State.SUCCEEDED,
                    revision=f"r{n}",
                    previous="r0",
                    finished_at=ended,
                    plan_id=str(n),
                ),
            )
            commit = Commit(revision=f"r{n}", at=ended - HOUR)
            landings.save(tx, Landing(operation=kept.id, relation=Relation.AHEAD, total=1, commits=(commit,)))

    with connect(path) as database:
        commit_together(database, [write])


@pytest.mark.usefixtures("rows")
def test_three_forms(call: Call) -> None:
    """The same numbers each time."""
    plain = call("metrics", "web", "--weeks", "2")
    assert plain.code == 0, plain.said
    assert "Lead time median 60 min" in plain.out
    (found,) = json.loads(call("metrics", "web", "--weeks", "2", "--json").out)
    assert (found["service"], found["environment"], len(found["weeks"])) == ("web", "production", 2)
    assert found["whole"]["lead_time"] == {"n": 5, "median_seconds": 3600, "p90_seconds": 3600}
    assert found["whole"]["change_fail_rate"] == {"count": 0, "of": 5, "rate": 0}
    lines = list(csv.DictReader(call("metrics", "web", "--weeks", "2", "--csv").out.splitlines()))
    (lead,) = [each for each in lines if each["metric"] == "lead_time_median" and each["period"] == "whole"]
    assert (lead["value"], lead["unit"], lead["n"]) == ("3600.0", "seconds", "5")
    assert {each["period"] for each in lines} == {"whole", "week"}


@pytest.mark.usefixtures("rows")
def test_what_is_not_there(call: Call) -> None:
    """No number is made of nothing; both forms at once, or a service that there is not, end with 2."""
    (found,) = json.loads(call("metrics", "web", "staging", "--json").out)
    assert found["whole"]["change_fail_rate"] == {"count": 0, "of": 0, "rate": None}
    assert call("metrics", "web", "--json", "--csv").code == 2
    assert call("metrics", "wbe").code == 2
    assert call("metrics", "--weeks", "0").code == 2
