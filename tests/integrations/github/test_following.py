"""Runs of GitHub Actions while they go on and when they end: what is shown, and what counts as an outcome."""

import pytest

from bot.domain.operations import Effect
from bot.domain.terms import SECOND
from bot.errors import IntegrationError, Kind
from bot.ports import Deployer, Run, RunState
from integrations.github.states import ENDS, RUNS
from tests.fakes.clock import START
from tests.fakes.github import REPOSITORY, TOKEN, FakeGitHub, FakeJob, FakeRun, Fault, FaultKind
from tests.integrations.github.scenery import number_of, order, target


async def running(fake: FakeGitHub, deployer: Deployer, steps: int = 2, **how: object) -> tuple[Run, FakeRun]:
    """A run at one of its steps."""
    settings = {"inputs": {"environment": "staging"}, **how}
    run = await deployer.start(order(how=target(**settings)))
    made = fake.runs[number_of(run)]
    for _ in range(steps):
        fake.clock.move_to(fake.clock.now() + SECOND)
        made.go_on(fake.clock.now())
    return run, made


async def test_the_step_is_shown(fake: FakeGitHub, deployer: Deployer) -> None:
    """Its place, how many there are, and its name; with several jobs, whose it is."""
    run, made = await running(fake, deployer)
    assert (await deployer.observe(run)).step == (2, 3, "Ask Quarterdeck")
    made.jobs.insert(0, FakeJob(id=1, name="build", status="completed", conclusion="success", done=3, started=START))
    assert (await deployer.observe(run)).step == (2, 3, "deploy: Ask Quarterdeck")


@pytest.mark.parametrize(
    ("log", "why"),
    [
        ("pulling\n##[error]no such image\ncleaning up\n", "no such image"),
        ("pulling\nno such image\n##[error]Process completed with exit code 1.\ncleaning up\n", "no such image"),
        ("##[error]Process completed with exit code 1.\n", "Process completed with exit code 1."),
        (f"pulling\n\n##[group]x\n\x1b[31mno {TOKEN}\x1b[0m\n##[endgroup]\n", "no •••"),
        ("", "job deploy: failure"),
    ],
)
async def test_the_failing_step_is_named(fake: FakeGitHub, deployer: Deployer, log: str, why: str) -> None:
    """Which step, and the line of its log that says why; without a log, which job."""
    run, made = await running(fake, deployer)
    made.end("failure", fake.clock.now())
    made.jobs[0].done, made.jobs[0].log = 3, log
    snapshot = await deployer.observe(run)
    assert (snapshot.state, snapshot.step, snapshot.detail) == (RunState.FAILED, (3, 3, "Deploy"), why)


@pytest.mark.parametrize("status", [404, 410, 500, 200])
async def test_a_log_that_cannot_be_read_changes_no_outcome(fake: FakeGitHub, deployer: Deployer, status: int) -> None:
    """It is not there yet, or not any more, or GitHub is ill."""
    run, made = await running(fake, deployer)
    made.end("failure", fake.clock.now())
    fake.faults += [Fault(kind=FaultKind.INSTEAD, path="/logs$", status=status, times=9)]
    snapshot = await deployer.observe(run)
    assert (snapshot.state, snapshot.detail) == (RunState.FAILED, "job deploy: failure")


async def test_where_a_log_is_kept_is_not_trusted(fake: FakeGitHub, deployer: Deployer) -> None:
    """It never sees the token (the fake looks), and what it says instead of a log is no log."""
    run, made = await running(fake, deployer)
    made.end("failure", fake.clock.now())
    fake.faults += [Fault(kind=FaultKind.INSTEAD, path="/blobs/", status=403, body="<Error>expired</Error>")]
    assert (await deployer.observe(run)).detail == "job deploy: failure"


@pytest.mark.parametrize("conclusion", ["skipped", "neutral", "startup_failure", "timed_out"])
async def test_what_deployed_nothing_is_no_success(fake: FakeGitHub, deployer: Deployer, conclusion: str) -> None:
    """Failure case 29: a run that was skipped, or is neutral."""
    run, made = await running(fake, deployer)
    made.end(conclusion, fake.clock.now())
    made.jobs = []
    snapshot = await deployer.observe(run)
    assert (snapshot.state, conclusion in snapshot.detail) == (RunState.FAILED, True)


@pytest.mark.parametrize(
    ("conclusion", "state"),
    [
        ("success", RunState.SUCCEEDED),
        ("skipped", RunState.FAILED),
        ("cancelled", RunState.CANCELLED),
        ("dreamt", RunState.UNKNOWN),
    ],
)
async def test_the_job_that_deploys_decides(
    fake: FakeGitHub, deployer: Deployer, conclusion: str, state: RunState
) -> None:
    """Failure case 29: the run is green, and the job was skipped, or said something that nobody knows."""
    run, made = await running(fake, deployer, job="deploy")
    made.jobs[0].status, made.jobs[0].conclusion = "completed", conclusion
    made.jobs.append(FakeJob(id=1, name="test", status="completed", conclusion="success", done=3, started=START))
    made.end("success", fake.clock.now())
    assert (await deployer.observe(run)).state is state
    made.jobs = made.jobs[1:]
    assert (await deployer.observe(run)).state is RunState.FAILED


async def test_somebody_cancels_it_in_github(fake: FakeGitHub, deployer: Deployer) -> None:
    """Failure cases 23 and 24: also when GitHub did, because a newer one waits in its concurrency group."""
    run, made = await running(fake, deployer)
    made.end("cancelled", fake.clock.now())
    snapshot = await deployer.observe(run)
    assert (snapshot.state, snapshot.detail) == (RunState.CANCELLED, "It was cancelled in GitHub")


async def test_somebody_runs_it_again_in_github(fake: FakeGitHub, deployer: Deployer) -> None:
    """Failure case 25: what we started has ended; another attempt under the same number does not change that."""
    run, made = await running(fake, deployer)
    made.end("failure", fake.clock.now())
    before = await deployer.observe(run)
    made.again(fake.clock.now() + 60 * SECOND)
    after = await deployer.observe(run)
    assert (after.state, after.ended_at, after.step) == (before.state, before.ended_at, before.step)
    assert after.detail == f"{before.detail}. It was run again in GitHub since"


@pytest.mark.parametrize(("status", "conclusion"), [("waiting", None), ("completed", "action_required")])
async def test_a_gate_of_githubs_is_waited_for(
    fake: FakeGitHub, deployer: Deployer, status: str, conclusion: str | None
) -> None:
    """Failure case 26, in part: neither an end nor a beginning."""
    run, made = await running(fake, deployer, steps=0)
    made.status, made.conclusion = status, conclusion
    snapshot = await deployer.observe(run)
    assert (snapshot.state, "approval" in snapshot.detail) == (RunState.QUEUED, True)


async def test_cancelling_after_its_end_is_no_error(fake: FakeGitHub, deployer: Deployer) -> None:
    """Failure case 27: GitHub's 409 is not ours to complain about; the outcome stays what it was."""
    run, made = await running(fake, deployer)
    made.end("success", fake.clock.now())
    await deployer.cancel(run)
    assert (await deployer.observe(run)).state is RunState.SUCCEEDED


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
async def test_an_error_while_it_is_followed_is_no_outcome(fake: FakeGitHub, deployer: Deployer, status: int) -> None:
    """Failure cases 1 and 48: a revoked token, a limit, an outage: followed again as soon as GitHub answers."""
    run, made = await running(fake, deployer)
    fake.faults += [Fault(kind=FaultKind.INSTEAD, status=status, body='{"message": "no"}', times=5)]
    with pytest.raises(IntegrationError) as raised:
        await deployer.observe(run)
    assert raised.value.effect is Effect.UNKNOWN
    fake.faults.clear()
    made.end("success", fake.clock.now())
    assert (await deployer.observe(run)).state is RunState.SUCCEEDED


async def test_a_run_that_was_deleted_is_unknown(fake: FakeGitHub, deployer: Deployer) -> None:
    """The repository is there and the run is not: nobody will ever say how it ended."""
    run, _ = await running(fake, deployer)
    fake.runs.clear()
    snapshot = await deployer.observe(run)
    assert (snapshot.state, "any more" in snapshot.detail) == (RunState.UNKNOWN, True)


@pytest.mark.parametrize("word", ["levitating", "", "Success", "success ", "COMPLETED", None, 7])
async def test_words_that_nobody_knows(fake: FakeGitHub, deployer: Deployer, word: object) -> None:
    """Failure case 41: as a status and as a conclusion; unknown, and never a success."""
    run, made = await running(fake, deployer)
    made.status = word  # type: ignore[assignment]
    assert (await deployer.observe(run)).state is RunState.UNKNOWN
    made.status, made.conclusion = "completed", word  # type: ignore[assignment]
    assert (await deployer.observe(run)).state is RunState.UNKNOWN


def test_only_one_word_is_success() -> None:
    """The tables."""
    assert [word for word, state in (RUNS | ENDS).items() if state is RunState.SUCCEEDED] == ["success"]


async def test_rows_that_are_no_runs_of_githubs(deployer: Deployer) -> None:
    """A reference of another integration, or a damaged one, leads nowhere."""
    for reference in (
        {},
        {"run": "12:1:1"},
        {"run": "1", "repository": "../../x"},
        {"run": "-1", "repository": REPOSITORY},
    ):
        with pytest.raises(IntegrationError) as raised:
            await deployer.cancel(Run(reference=reference))
        assert raised.value.kind in {Kind.NOT_FOUND, Kind.INVALID}
