"""GitHub passes the contract of Checks, twice: with check runs and with commit statuses; and what only GitHub has."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from bot.domain.facts import CheckState
from bot.errors import IntegrationError
from bot.ports import Checks, Integration
from integrations.github.states import STATUSES, VERDICTS
from tests.contracts.checks import ChecksContract, ChecksRig
from tests.fakes.github import REPOSITORY, FakeGitHub
from tests.fakes.github.history import sha


@pytest.fixture
def checks(github: Integration) -> Checks:
    assert github.checks is not None
    return github.checks


def run(number: int, name: str, status: str, conclusion: str | None, *, app: int = 1, suite: int = 1) -> dict[str, Any]:
    return {
        "id": number,
        "name": name,
        "status": status,
        "conclusion": conclusion,
        "app": {"id": app},
        "check_suite": {"id": suite},
        "head_sha": sha("tip"),
    }


@dataclass(kw_only=True)
class CheckRuns:
    """Runs of one app; GitHub lists the newest first."""

    fake: FakeGitHub
    checks: Checks
    repository: str = REPOSITORY
    revision: str = sha("tip")
    good: Sequence[str] = tuple(word for word, state in VERDICTS.items() if state is CheckState.GREEN)
    bad: Sequence[str] = tuple(word for word, state in VERDICTS.items() if state is CheckState.RED)

    def said(self, name: str, word: str) -> None:
        """One more run."""
        self.fake.check_runs.insert(0, run(len(self.fake.check_runs) + 1, name, "completed", word))

    def begun(self, name: str) -> None:
        """One that runs."""
        self.fake.check_runs.insert(0, run(len(self.fake.check_runs) + 1, name, "in_progress", None))


@dataclass(kw_only=True)
class Statuses:
    """Commit statuses; GitHub lists the newest of each context only."""

    fake: FakeGitHub
    checks: Checks
    repository: str = REPOSITORY
    revision: str = sha("tip")
    good: Sequence[str] = tuple(word for word, state in STATUSES.items() if state is CheckState.GREEN)
    bad: Sequence[str] = tuple(word for word, state in STATUSES.items() if state is CheckState.RED)

    def said(self, name: str, word: str) -> None:
        """In the place of what it said before."""
        self.fake.statuses[:] = [each for each in self.fake.statuses if each["context"] != name]
        self.fake.statuses.append({"context": name, "state": word})

    def begun(self, name: str) -> None:
        """Pending."""
        self.said(name, "pending")


class TestCheckRuns(ChecksContract):
    """The newer way."""

    @pytest.fixture
    def rig(self, fake: FakeGitHub, checks: Checks) -> ChecksRig:
        return CheckRuns(fake=fake, checks=checks)


class TestStatuses(ChecksContract):
    """The older way, which many tools still use."""

    @pytest.fixture
    def rig(self, fake: FakeGitHub, checks: Checks) -> ChecksRig:
        return Statuses(fake=fake, checks=checks)


async def test_several_apps_with_one_name(fake: FakeGitHub, checks: Checks) -> None:
    """Each app's newest counts, and of those the worst: nobody passes because somebody else has a check of that name."""
    fake.check_runs += [
        run(1, "build", "completed", "failure", app=1),
        run(2, "build", "completed", "success", app=2),
        run(3, "lint", "completed", "failure", app=1),
        run(4, "lint", "completed", "success", app=1),
    ]
    fake.statuses.append({"context": "lint", "state": "pending"})
    report = await checks.report(REPOSITORY, sha("tip"))
    assert report.by_name == {"build": CheckState.RED, "lint": CheckState.RUNNING}


async def test_deployments_are_no_checks(fake: FakeGitHub, checks: Checks) -> None:
    """A run that was dispatched shows up as a check of the branch's head: a deployment that failed would forbid the next."""
    deployment = fake.run("deploy.yml", "deploy", "main", {})
    suite = deployment.json()["check_suite_id"]
    fake.check_runs += [
        run(1, "build", "completed", "success"),
        run(2, "deploy", "completed", "failure", suite=suite),
    ]
    report = await checks.report(REPOSITORY, sha("tip"))
    assert (report.overall, dict(report.by_name)) == (CheckState.GREEN, {"build": CheckState.GREEN})


async def test_more_than_github_shows(fake: FakeGitHub, checks: Checks) -> None:
    """Failure case 42: what all together say is unknown where not all could be looked at, and a bad one is bad all the same."""
    fake.check_runs += [run(number, f"check {number}", "completed", "success") for number in range(1, 1_003)]
    assert (await checks.report(REPOSITORY, sha("tip"))).overall is CheckState.UNKNOWN
    fake.check_runs[0]["conclusion"] = "failure"
    assert (await checks.report(REPOSITORY, sha("tip"))).overall is CheckState.RED


@pytest.mark.parametrize(
    "odd", [{}, {"name": None}, {"name": 7, "status": "completed"}, {"app": None, "check_suite": 3}]
)
async def test_checks_without_sense(fake: FakeGitHub, checks: Checks, odd: dict[str, Any]) -> None:
    """Failure case 41: whatever is missing, it is not green."""
    fake.check_runs += [run(1, "build", "completed", "success"), odd]
    report = await checks.report(REPOSITORY, sha("tip"))
    assert report.overall is CheckState.UNKNOWN
    assert report.by_name["unnamed"] is CheckState.UNKNOWN


async def test_only_a_full_revision_has_checks(checks: Checks) -> None:
    """Those of a name could be another commit's a moment later."""
    with pytest.raises(IntegrationError, match="not a full revision"):
        await checks.report(REPOSITORY, "main")
