"""Failure cases of a deployment through Actions: what is sent, what is refused, and lost answers."""

from dataclasses import replace

import pytest

from bot.domain.operations import Effect
from bot.domain.terms import SECOND
from bot.errors import IntegrationError, Kind
from bot.ports import Deployer
from integrations.github.deployer import key_of
from tests.fakes.clock import START
from tests.fakes.github import FakeGitHub, FakeWorkflow, Fault, FaultKind
from tests.fakes.github.history import sha
from tests.integrations.github.scenery import CLAIM, QuickClock, connected, number_of, order, target

DETAILS = "return_run_details"
PLAIN = (("revision", "{required: true}"), ("environment", '{default: ""}'))


async def refused(deployer: Deployer, **changes: object) -> IntegrationError:
    """Why an order is not started; neither is it previewed."""
    with pytest.raises(IntegrationError) as raised:
        await deployer.start(order(**changes))  # type: ignore[arg-type]
    assert raised.value.effect is Effect.NONE
    return raised.value


def file(fake: FakeGitHub, **changes: object) -> None:
    """Another workflow file."""
    fake.workflows["main", "deploy.yml"] = replace(FakeWorkflow(), **changes)  # type: ignore[arg-type]


# ---- what is sent ----------------------------------------------------------------------------------------------------


async def test_a_run_is_given_what_it_needs(fake: FakeGitHub, deployer: Deployer) -> None:
    """The commit, never a name; the key; what it may ask with; and the target's own inputs."""
    await deployer.start(order(12))
    assert fake.questions("/dispatches")[0].body == {
        "ref": "main",
        "inputs": {
            "environment": "production",
            "revision": sha("tip"),
            "quarterdeck": f"12:1:1:{START}",
            "quarterdeck_token": CLAIM,
        },
        DETAILS: True,
    }


async def test_inputs_have_the_names_that_the_workflow_gave_them(fake: FakeGitHub, deployer: Deployer) -> None:
    """Each of the three can be called otherwise, and words are filled in."""
    file(fake, inputs=(("sha", "{required: true}"), ("key", "{}"), ("what", "{}")), run_name="${{ inputs.key }}")
    how = target(
        revision_input="sha", key_input="key", inputs={"what": "{service} {previous} {operation} {other-brace"}
    )
    await deployer.start(order(12, how=how))
    given = fake.questions("/dispatches")[0].body["inputs"]
    assert given == {"sha": sha("tip"), "key": f"12:1:1:{START}", "what": f"web {sha('old')} 12 {{other-brace"}


async def test_without_a_claim_there_is_no_token(fake: FakeGitHub, deployer: Deployer) -> None:
    """Nothing is sent that nobody has."""
    await deployer.start(replace(order(), claim=None))
    assert "quarterdeck_token" not in fake.questions("/dispatches")[0].body["inputs"]


async def test_another_branch_may_have_the_workflow(fake: FakeGitHub, deployer: Deployer) -> None:
    """Failure case 10: the file is read, and started, on the ref that the target names; elsewhere it is not there."""
    fake.workflows["Topic/side", "deploy.yml"] = FakeWorkflow()
    run = await deployer.start(order(how=target(ref="Topic/side", inputs={"environment": "staging"})))
    assert fake.runs[number_of(run)].ref == "Topic/side"
    error = await refused(deployer, how=target(ref="v1.0", inputs={"environment": "staging"}))
    assert error.kind is Kind.NOT_FOUND
    assert "deploy.yml on v1.0" in str(error)


async def test_the_plan_knows_the_file(fake: FakeGitHub, deployer: Deployer) -> None:
    """A changed file, branch or input is another recipe; the same is the same; nothing runs."""
    first = await deployer.preview(order())
    assert first.notes == ()
    assert first.workflow == (await deployer.preview(order(2, n=3))).workflow
    other = await deployer.preview(order(how=target(inputs={"environment": "staging"})))
    file(fake, run_name="changed ${{ inputs.quarterdeck }}")
    assert len({first.workflow, other.workflow, (await deployer.preview(order())).workflow}) == 3
    assert fake.runs == {}


# ---- what is refused before anything is sent -------------------------------------------------------------------------


async def test_a_workflow_that_is_not_there_any_more(fake: FakeGitHub, deployer: Deployer) -> None:
    """Failure case 9: the file was renamed, or cannot be dispatched; each says so in its own words."""
    del fake.workflows["main", "deploy.yml"]
    error = await refused(deployer)
    assert error.kind is Kind.NOT_FOUND
    assert "has no workflow deploy.yml on main" in str(error)
    file(fake, dispatchable=False)
    assert "no `workflow_dispatch` trigger" in str(await refused(deployer))
    assert fake.questions("/dispatches") == []


async def test_a_ref_is_never_a_commit() -> None:
    """Failure case 11: the configuration already refuses it; what is deployed is an input."""
    with pytest.raises(ValueError, match="branches and tags only"):
        target(ref="a" * 40)


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({"environment": "staging", "nonsense": "x"}, "has no input `nonsense`"),
        ({}, "needs the input `environment`"),
        ({"environment": "moon"}, "does not take that value for `environment`"),
        ({"environment": ""}, "does not take that value for `environment`"),
    ],
)
async def test_inputs_that_do_not_fit(fake: FakeGitHub, deployer: Deployer, inputs: dict[str, str], why: str) -> None:
    """Failure case 12: unknown, missing, not one of the choices; found before anything is sent, in preview and in start."""
    error = await refused(deployer, how=target(inputs=inputs))
    assert why in str(error)
    with pytest.raises(IntegrationError):
        await deployer.preview(order(how=target(inputs=inputs)))
    assert fake.questions("/dispatches") == []


async def test_more_inputs_than_github_takes(fake: FakeGitHub, deployer: Deployer) -> None:
    """Failure case 12: the 26th."""
    many = tuple((f"i{number}", "{}") for number in range(25))
    file(fake, inputs=(*PLAIN, *many))
    error = await refused(deployer, how=target(inputs={name: "x" for name, _ in many}))
    assert "GitHub takes 25" in str(error)


async def test_what_github_refuses_all_the_same(fake: FakeGitHub, deployer: Deployer) -> None:
    """Whatever else it has against the inputs is told in its words; nothing was started."""
    body = '{"message": "Unexpected inputs provided: [\\"environment\\"]"}'
    fake.faults += [Fault(kind=FaultKind.INSTEAD, method="POST", status=422, body=body)]
    assert "Unexpected inputs provided" in str(await refused(deployer))
    assert len(fake.questions("/dispatches")) == 1


async def test_a_workflow_without_a_revision_is_refused(fake: FakeGitHub, deployer: Deployer) -> None:
    """It would deploy what nobody was shown."""
    file(fake, inputs=PLAIN[1:])
    assert "whatever main has" in str(await refused(deployer))


@pytest.mark.parametrize("source", ["{", "on: !!python/object:os.system x", "- just\n- a list", "7", "", "on: push"])
async def test_files_that_are_no_workflow(fake: FakeGitHub, deployer: Deployer, source: str) -> None:
    """Whatever stands in the file, nothing is started, and the reason is one line."""
    file(fake, source=source or " ")
    error = await refused(deployer)
    assert error.kind is Kind.INVALID
    assert str(error).isprintable()


@pytest.mark.parametrize(
    "source", ["on: workflow_dispatch", "on: [push, workflow_dispatch]", "on: {workflow_dispatch: }"]
)
async def test_every_way_to_write_a_trigger(fake: FakeGitHub, deployer: Deployer, source: str) -> None:
    """It is seen; what lacks is the input."""
    file(fake, source=source)
    assert "no input `revision`" in str(await refused(deployer))


# ---- lost answers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": FaultKind.AFTER, "status": 502},
        {"kind": FaultKind.DROP},
        {"kind": FaultKind.CUT, "bytes": 12},
        {"kind": FaultKind.AFTER, "status": 200, "body": "<html>"},
    ],
)
async def test_a_run_whose_answer_was_lost_is_found_again(
    fake: FakeGitHub, clock: QuickClock, deployer: Deployer, fault: dict[str, object]
) -> None:
    """Failure case 14: no second start; a bot without memory finds the one run by its key."""
    fake.faults += [Fault(method="POST", **fault)]  # type: ignore[arg-type]
    with pytest.raises(IntegrationError) as raised:
        await deployer.start(order())
    assert (raised.value.kind, raised.value.effect) == (Kind.AMBIGUOUS, Effect.UNKNOWN)
    assert len(fake.questions("/dispatches")) == 1
    again = connected(fake, clock).deployer
    assert again is not None
    assert [number_of(run) for run in await again.find(order())] == list(fake.runs)


async def test_a_run_that_is_listed_late_is_found_late(fake: FakeGitHub, clock: QuickClock, deployer: Deployer) -> None:
    """Failure cases 15 and 16: as long as GitHub does not list it there is none; then there is exactly one."""
    fake.faults += [Fault(kind=FaultKind.AFTER, method="POST")]
    fake.lists_after = 20 * SECOND
    with pytest.raises(IntegrationError):
        await deployer.start(order())
    assert await deployer.find(order()) == ()
    clock.move_to(START + 30 * SECOND)
    assert len(await deployer.find(order())) == 1


async def test_an_older_server_is_asked_again_without_the_new_key(fake: FakeGitHub, deployer: Deployer) -> None:
    """Failure case 17: it refuses what it does not know, so nothing was started; then the run is found by its name."""
    fake.older = True
    fake.lists_after = SECOND
    run = await deployer.start(order())
    assert [DETAILS in each.body for each in fake.questions("/dispatches")] == [True, False]
    assert [number_of(run)] == list(fake.runs)


async def test_two_people_in_the_same_second_never_swap_runs(fake: FakeGitHub, deployer: Deployer) -> None:
    """Failure case 17: on a server that names no run; keys that begin or end alike are others, and so is another life of the database."""
    fake.older = True
    orders = [order(1), order(11), order(1, n=2), order(2, n=1), order(1, n=11), order(1, sent_at=START + 1)]
    runs = [await deployer.start(each) for each in orders]
    assert len({number_of(run) for run in runs}) == len(orders)
    for each, run in zip(orders, runs, strict=True):
        assert await deployer.find(each) == (run,)
        assert key_of(each) in fake.runs[number_of(run)].title.split()


async def test_a_run_that_never_appears_is_open(fake: FakeGitHub, deployer: Deployer) -> None:
    """Failure case 17: it was started; which one it is, is looked for later."""
    fake.details, fake.lists_after = False, 60 * SECOND
    with pytest.raises(IntegrationError) as raised:
        await deployer.start(order())
    assert (raised.value.kind, raised.value.effect) == (Kind.AMBIGUOUS, Effect.UNKNOWN)


async def test_a_workflow_that_does_not_name_its_runs_is_started_all_the_same(
    fake: FakeGitHub, deployer: Deployer
) -> None:
    """Its answer names the run; the plan says beforehand that a lost answer cannot be looked for, and nothing is guessed then."""
    file(fake, inputs=PLAIN, run_name="")
    preview = await deployer.preview(order())
    assert "a person has to look" in preview.notes[0]
    run = await deployer.start(order())
    assert [number_of(run)] == list(fake.runs)
    assert await deployer.find(order()) == ()
    fake.details = False
    with pytest.raises(IntegrationError) as raised:
        await deployer.start(order(2))
    assert raised.value.effect is Effect.UNKNOWN


@pytest.mark.parametrize(
    "run_name",
    [
        "deploy ${{ inputs.revision }}",
        "deploy ${{ inputs.quarterdeck_token }}",
        "deploy ${{ inputs.quarterdeck-x }}",
        "inputs.quarterdeck",
        "",
    ],
)
async def test_names_that_do_not_hold_the_key(fake: FakeGitHub, deployer: Deployer, run_name: str) -> None:
    """Something that only looks like it is not it."""
    file(fake, run_name=f"'{run_name}'" if run_name else "")
    assert len((await deployer.preview(order())).notes) == 1


async def test_more_runs_than_can_be_listed_are_no_none(fake: FakeGitHub, deployer: Deployer) -> None:
    """A thousand runs, and ours is not among them: that is not known, so it is not said."""
    for number in range(1_001):
        fake.run("deploy.yml", f"run {number}", "main", {})
    with pytest.raises(IntegrationError, match="more than can be looked through"):
        await deployer.find(order())


async def test_a_run_on_two_pages_is_one(fake: FakeGitHub, deployer: Deployer) -> None:
    """Failure case 42: pages move while runs are added."""
    run = await deployer.start(order())
    twin = fake.runs[number_of(run)]
    fake.runs |= {
        number_of(run) + at: replace(twin, id=twin.id if at == 1 else twin.id + at, title="x") for at in range(2, 120)
    }
    fake.runs[number_of(run) + 1] = twin
    assert await deployer.find(order()) == (run,)
