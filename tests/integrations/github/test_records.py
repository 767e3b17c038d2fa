"""GitHub's list of deployments says how each operation stands, once, whatever is lost on the way."""

from dataclasses import replace

import pytest

from bot.domain.operations import Effect
from bot.domain.terms import Action
from bot.errors import IntegrationError, Kind
from bot.ports import Integration, Record, Records, RecordState
from integrations.github.records import WORDS
from tests.fakes.github import REPOSITORY, FakeGitHub, Fault, FaultKind
from tests.fakes.github.history import sha
from tests.integrations.github.scenery import WEB, target

RECORD = Record(
    key="12:1795511040000",
    operation=12,
    action=Action.DEPLOY,
    target=WEB,
    revision=sha("tip"),
    repository=REPOSITORY,
    production=True,
    how=target(),
    state=RecordState.RUNNING,
    words="Running (Quarterdeck #12)",
    url="https://github.example/acme/web/actions/runs/1",
)


@pytest.fixture
def records(github: Integration) -> Records:
    assert github.records is not None
    return github.records


def said(fake: FakeGitHub) -> list[list[str]]:
    return [[status["state"] for status in each["statuses"]] for each in fake.deployments.values()]


async def test_an_operation_is_one_deployment(fake: FakeGitHub, records: Records) -> None:
    """With a status for each state, a link to its run, and nothing merged or checked for it."""
    for state in RecordState:
        await records.record(replace(RECORD, state=state, words=f"{state}!" + "x" * 200))
    assert said(fake) == [[WORDS[state] for state in RecordState]]
    (made,) = fake.deployments.values()
    assert (made["sha"], made["environment"], made["task"]) == (sha("tip"), "production", "deploy")
    assert (made["production_environment"], made["payload"]["quarterdeck"]) == (True, RECORD.key)
    assert made["statuses"][0]["log_url"] == RECORD.url


async def test_the_same_again_changes_nothing(fake: FakeGitHub, records: Records) -> None:
    """A wish may be carried out twice."""
    for _ in range(3):
        await records.record(RECORD)
    assert said(fake) == [["in_progress"]]


async def test_others_are_other_deployments(fake: FakeGitHub, records: Records) -> None:
    """Another operation, a rollback, and an operation of the same number in another life of the database."""
    for other in (RECORD, replace(RECORD, key="13:1795511040000"), replace(RECORD, key="12:1795511049999")):
        await records.record(other)
    await records.record(replace(RECORD, key="14:1", action=Action.ROLLBACK))
    assert len(fake.deployments) == 4
    assert [each["task"] for each in fake.deployments.values()].count("rollback") == 1


@pytest.mark.parametrize("kind", [FaultKind.AFTER, FaultKind.DROP, FaultKind.CUT])
@pytest.mark.parametrize("path", ["/deployments$", "/statuses$"])
async def test_a_lost_answer_makes_no_second_one(
    fake: FakeGitHub, records: Records, kind: FaultKind, path: str
) -> None:
    """What was made and not heard of is found by its key."""
    fake.faults += [Fault(kind=kind, method="POST", path=path)]
    with pytest.raises(IntegrationError) as raised:
        await records.record(RECORD)
    assert (raised.value.kind, raised.value.effect) == (Kind.AMBIGUOUS, Effect.UNKNOWN)
    await records.record(RECORD)
    assert said(fake) == [["in_progress"]]


async def test_payloads_of_others_are_read_with_care(fake: FakeGitHub, records: Records) -> None:
    """Text, nothing, nonsense: none of them is ours; the same object as text is."""
    await records.record(RECORD)
    (made,) = fake.deployments.values()
    for payload in ("", "{", "[]", None, 7, {"quarterdeck": 7}):
        fake.deployments[len(fake.deployments) + 900] = {**made, "id": 900, "payload": payload, "statuses": []}
    made["payload"] = f'{{"quarterdeck": "{RECORD.key}"}}'
    await records.record(RECORD)
    assert said(fake)[0] == ["in_progress"]
    assert not any(said(fake)[1:])


async def test_names_of_environments(fake: FakeGitHub, records: Records) -> None:
    """Several services in one repository need several; and none at all is wanted with `record: false`."""
    await records.record(replace(RECORD, how=target(record_as="{service}-{environment}")))
    await records.record(replace(RECORD, how=target(record=False)))
    assert [each["environment"] for each in fake.deployments.values()] == ["web-production"]
    with pytest.raises(ValueError, match="placeholder"):
        target(record_as="{revision}")
