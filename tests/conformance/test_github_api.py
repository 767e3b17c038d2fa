"""What we ask of GitHub, and what our fake answers, is what GitHub's own description says: not one difference over the whole story.

The description is GitHub's OpenAPI file: `openapi/github.json` in the folder that QUARTERDECK_API_DATA names, or else fetched with npm
(`@octokit/openapi`) into a cache folder outside the repository. It is skipped where node or npm is missing, unless CI is set.
"""

import contextlib
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.terms import Action
from bot.errors import IntegrationError
from bot.ports import Integration, Record, RecordState
from tests.conformance.description import Description
from tests.conformance.npm import packed
from tests.fakes.github import REPOSITORY, FakeGitHub, FakeWorkflow
from tests.fakes.github.history import sha
from tests.integrations.github.scenery import WEB, QuickClock, connected, number_of, order, target

VERSION = "23.0.2"
WITHIN = "package/generated/api.github.com.json"
GIVEN = Path(os.environ.get("QUARTERDECK_API_DATA") or ".") / "openapi" / "github.json"
pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(
        not GIVEN.is_file() and not shutil.which("npm") and not os.environ.get("CI"),
        reason="there is no openapi/github.json in QUARTERDECK_API_DATA, and npm is not installed",
    ),
]


@pytest.fixture(scope="module")
def description() -> Description:
    """From the folder, or from npm."""
    return Description(GIVEN if GIVEN.is_file() else packed(f"@octokit/openapi@{VERSION}", WITHIN))


@pytest.fixture
async def fake() -> AsyncIterator[FakeGitHub]:
    made = FakeGitHub(clock=QuickClock())
    await made.begin()
    yield made
    await made.end()


async def the_story(fake: FakeGitHub, github: Integration) -> None:
    """Everything that the integration can ask, asked once at least, also what GitHub refuses."""
    deployer, changes, records = github.deployer, github.changes, github.records
    assert deployer
    assert changes
    assert records
    assert github.checks
    assert github.doctor
    for ref in ("", "main", "v1.0", "Topic/side", "#3", "#7", sha("old")[:9], sha("side")):
        await changes.resolve(REPOSITORY, ref)
    for ref in ("nowhere", "0123abcd", "#99"):
        with contextlib.suppress(IntegrationError):
            await changes.resolve(REPOSITORY, ref)
    for base, head in ((sha("old"), sha("tip")), (sha("tip"), sha("side")), ("", sha("tip"))):
        await changes.compare(REPOSITORY, base, head, paths=("services/**",), irreversible=("services/**",))
    await changes.landed(REPOSITORY, 7)
    await changes.contains(REPOSITORY, sha("tip"), sha("old"))
    fake.check_runs.append(
        {
            "id": 1,
            "name": "build",
            "status": "completed",
            "conclusion": "success",
            "app": {"id": 1},
            "check_suite": {"id": 5},
            "head_sha": sha("tip"),
        }
    )
    fake.statuses.append({"context": "ci", "state": "success"})
    await github.checks.report(REPOSITORY, sha("tip"))
    await the_runs(fake, github)
    made = Record(
        key="1:2", operation=1, action=Action.DEPLOY, target=WEB, revision=sha("tip"), repository=REPOSITORY,
        production=True, how=target(), state=RecordState.RUNNING, words="Running", url="https://github.com/acme/web",
    )  # fmt: skip
    for state in RecordState:
        await records.record(replace(made, state=state))
    await github.doctor.examine()
    await github.doctor.examine_target(WEB, REPOSITORY, target())


async def the_runs(fake: FakeGitHub, github: Integration) -> None:
    """One that ends well, one that fails, one that is cancelled, one that is run again, one that is refused."""
    deployer = github.deployer
    assert deployer
    assert github.logs
    for number, ending in enumerate(("success", "failure", "never", "failure"), start=1):
        fake.endings[str(number)] = ending
        await deployer.preview(order(number))
        run = await deployer.start(order(number))
        assert await deployer.find(order(number)) == (run,)
        for _ in range(5):
            await deployer.observe(run)
            fake.runs[number_of(run)].go_on(fake.clock.now())
        await deployer.cancel(run)
        if number == 4:
            fake.runs[number_of(run)].again(fake.clock.now())
        await deployer.observe(run)
        await github.logs.tail(run, 5)
    fake.workflows["main", "deploy.yml"] = FakeWorkflow(dispatchable=False)
    with contextlib.suppress(IntegrationError):
        await deployer.preview(order())


def differences(fake: FakeGitHub, description: Description) -> Iterator[str]:
    """Every one, with whose it is."""
    for exchange in fake.exchanges:
        asked = exchange.asked
        if asked.path.startswith(("/graphql", "/blobs")):
            continue  # GraphQL is not in the description, and logs lie elsewhere
        found = description.operation(asked.method, asked.path)
        if found is None:
            yield f"{asked.method} {asked.path}: no such operation"
            continue
        name, operation = found
        problems = (
            *description.of_request(operation, asked.query, asked.body),
            *description.of_answer(operation, exchange.status, exchange.content),
        )
        yield from (f"{asked.method} {name}: {problem}" for problem in problems)


async def test_not_one_difference(fake: FakeGitHub, description: Description) -> None:
    """Over the whole story; and it was a long one."""
    await the_story(fake, connected(fake, QuickClock()))
    assert sorted(set(differences(fake, description))) == []
    described = {
        description.operation(each.asked.method, each.asked.path) and each.asked.path.rsplit("/", 1)[-1]
        for each in fake.exchanges
    }
    assert {"dispatches", "cancel", "jobs", "check-runs", "status", "deployments", "statuses", "logs"} <= described
    assert fake.violations == []


async def test_differences_are_seen(fake: FakeGitHub, description: Description) -> None:
    """A parameter, a key, a value and a status that GitHub does not have: otherwise the test above proves nothing."""
    await connected(fake, QuickClock()).doctor.examine()  # type: ignore[union-attr]
    good = fake.exchanges[0]
    dispatch = f"/repos/{REPOSITORY}/actions/workflows/deploy.yml/dispatches"
    fake.exchanges[:] = [
        replace(good, asked=replace(good.asked, query={"nonsense": "1"})),
        replace(good, content={"resources": {"core": {"remaining": "many"}}}),
        replace(good, content={"surprise": 1}),
        replace(good, status=299),
        replace(good, asked=replace(good.asked, path="/nowhere")),
        replace(
            good, asked=replace(good.asked, method="POST", path=dispatch, body={"ref": 7, "input": {}}), status=204
        ),
    ]
    found = "\n".join(differences(fake, description))
    for word in ("nonsense", "'many'", ".surprise", "299", "no such operation", "7 is not", "has no .input"):
        assert word in found, found
