"""What the doctor finds, with the lines to add; and what a configuration may say."""

from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.ports import Doctor, Integration, Severity
from integrations.github.settings import GitHubSettings
from integrations.github.workflows import read_recipe
from tests.fakes.clock import START
from tests.fakes.github import REPOSITORY, FakeGitHub, FakeWorkflow, Fault, FaultKind
from tests.integrations.github.scenery import WEB, target

PAGE = Path(__file__).parents[3] / "docs" / "github.md"


@pytest.fixture
def doctor(github: Integration) -> Doctor:
    assert github.doctor is not None
    return github.doctor


async def test_all_is_well(doctor: Doctor) -> None:
    """The token, what is left of the limit, and the workflow."""
    found = (*await doctor.examine(), *await doctor.examine_target(WEB, REPOSITORY, target()))
    assert [each.severity for each in found if "clock" not in each.subject] == [Severity.FINE] * 3
    assert "4990 of 5000" in found[1].sentence


@pytest.mark.parametrize(("off", "words"), [(94, "94 s fast"), (-200, "200 s slow")])
async def test_the_clock_is_wrong(fake: FakeGitHub, doctor: Doctor, off: int, words: str) -> None:
    """Failure case 5, in part: whose clock differs is seen by GitHub's own answer."""
    date = formatdate(START / 1000 - off, usegmt=True)
    fake.faults += [Fault(kind=FaultKind.INSTEAD, status=200, body='{"resources": {}}', headers={"date": date})]
    found = await doctor.examine()
    assert words in found[-1].sentence


async def test_a_bad_token(fake: FakeGitHub, doctor: Doctor) -> None:
    """Failure case 1: what to do about it is said, the token is not."""
    fake.token = "another-token-than-ours"
    (found,) = await doctor.examine()
    assert (found.severity, "fine-grained token" in found.fix) == (Severity.PROBLEM, True)


async def test_a_server_without_limits(fake: FakeGitHub, doctor: Doctor) -> None:
    """An Enterprise Server may have none, and says 404 then."""
    fake.faults += [Fault(kind=FaultKind.INSTEAD, status=404, body='{"message": "Rate limiting is not enabled."}')]
    assert [each.severity for each in await doctor.examine()][:2] == [Severity.FINE, Severity.FINE]


async def test_little_is_left(fake: FakeGitHub, doctor: Doctor) -> None:
    """Failure case 37: seen before it is used up."""
    body = '{"resources": {"core": {"limit": 5000, "remaining": 12}}}'
    fake.faults += [Fault(kind=FaultKind.INSTEAD, status=200, body=body)]
    assert (await doctor.examine())[1].severity is Severity.WARNING


@pytest.mark.parametrize(
    ("changes", "severity", "lines"),
    [
        ({"run_name": ""}, Severity.WARNING, ["run-name: deploy ${{ inputs.revision }} ${{ inputs.quarterdeck }}"]),
        (
            {"run_name": "ship it", "inputs": FakeWorkflow().inputs[:2]},
            Severity.WARNING,
            [
                '      quarterdeck: {default: ""}',
                '      quarterdeck_token: {default: ""}',
                "run-name: ship it ${{ inputs.quarterdeck }}",
            ],
        ),
        ({"inputs": FakeWorkflow().inputs[2:]}, Severity.PROBLEM, ["      revision: {required: true}"]),
    ],
)
async def test_the_lines_that_lack(
    fake: FakeGitHub, doctor: Doctor, changes: dict[str, object], severity: Severity, lines: list[str]
) -> None:
    """Exactly those, as they stand in a file."""
    fake.workflows["main", "deploy.yml"] = replace(FakeWorkflow(), **changes)  # type: ignore[arg-type]
    (found,) = await doctor.examine_target(WEB, REPOSITORY, target())
    assert (found.severity, found.fix.splitlines()[1:]) == (severity, lines)


async def test_lines_that_are_added_are_enough(fake: FakeGitHub, doctor: Doctor) -> None:
    """A file without any of it, with the doctor's lines instead of its trigger, is well."""
    fake.workflows["main", "deploy.yml"] = FakeWorkflow(source="on: push\n")
    (found,) = await doctor.examine_target(WEB, REPOSITORY, target())
    assert found.severity is Severity.PROBLEM
    fake.workflows["main", "deploy.yml"] = FakeWorkflow(source="\n".join(found.fix.splitlines()[1:]))
    (found,) = await doctor.examine_target(WEB, REPOSITORY, target())
    assert found.severity is Severity.FINE, found


async def test_nothing_to_examine(fake: FakeGitHub, doctor: Doctor) -> None:
    """A file that is not there, a repository that nobody sees: a finding each, never an error."""
    fake.workflows.clear()
    for repository, words in (
        (REPOSITORY, "has no workflow"),
        ("acme/absent", "no repository"),
        ("x", "no repository"),
    ):
        (found,) = await doctor.examine_target(WEB, repository, target())
        assert (found.severity, words in found.sentence) == (Severity.PROBLEM, True)
    (found,) = await doctor.examine_target(WEB, REPOSITORY, GitHubSettings(token="x" * 20))  # type: ignore[arg-type]
    assert "another integration" in found.sentence


def test_the_page_shows_a_workflow_that_lacks_nothing() -> None:
    """What is copied from docs/github.md works."""
    source = PAGE.read_text(encoding="utf-8").partition("```yml\n")[2].partition("```")[0]
    recipe = read_recipe(source, file="deploy.yml", ref="main", blob="x")
    assert recipe.dispatchable
    assert set(recipe.inputs) == {"environment", "revision", "quarterdeck", "quarterdeck_token"}
    assert recipe.inputs["environment"].options == ("staging", "production")
    assert recipe.names_runs_by("quarterdeck")


@pytest.mark.parametrize(
    "settings",
    [
        {"workflow": "../x.yml"},
        {"workflow": "deploy"},
        {"workflow": "a/b.yml"},
        {"ref": "a b"},
        {"ref": "../x"},
        {"ref": "f" * 40},
        {"revision_input": "no spaces"},
        {"inputs": {"bad name": "x"}},
        {"inputs": {"x": "{nonsense}"}},
        {"job": " "},
        {"surprise": 1},
    ],
)
def test_targets_that_are_refused(settings: dict[str, object]) -> None:
    """Before anything runs."""
    with pytest.raises(ValidationError):
        target(**settings)


def test_the_token_is_not_shown_and_not_sent_in_clear() -> None:
    """Neither by its settings nor over http to another machine."""
    settings = GitHubSettings.model_validate({"token": "github_pat_11CANARY0"}, strict=False)
    assert "CANARY" not in repr(settings)
    for bad in ({"token": "short"}, {"token": "with space in it"}, {"token": "x" * 20, "base_url": "http://ghe.acme"}):
        with pytest.raises(ValidationError) as raised:
            GitHubSettings.model_validate(bad, strict=False)
        assert "with space" not in str(raised.value)
