"""What a run says now, as one snapshot: its state, the step it is at, and what failed."""

from collections.abc import Sequence
from typing import Any

from bot.errors import IntegrationError, Kind
from bot.ports import Run, RunState, Snapshot
from integrations._text import readable
from integrations.github.client import GitHub, number, objects, text
from integrations.github.failures import unreadable
from integrations.github.printed import telling
from integrations.github.repositories import instant, path_of, repository_of
from integrations.github.states import ENDS, RUNS, run_state

_BAD = frozenset({"failure", "timed_out", "startup_failure"})
_ENDED = frozenset({RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED})


async def snapshot_of(github: GitHub, run: Run) -> Snapshot:
    """The first attempt of a run, which is ours: what somebody runs again in GitHub is another. Raises IntegrationError."""
    repository, run_id = run.reference.get("repository", ""), number(run.reference.get("run", ""))
    path = f"{path_of(repository)}/actions/runs/{run_id}"
    found = await _found(github, repository, path, run_id)
    if found is None:
        return Snapshot(state=RunState.UNKNOWN, detail=f"GitHub has no run {run_id} in {repository} (any more)")
    again = number(found.get("run_attempt")) > 1
    if again:
        found = await _object(github, f"{path}/attempts/1", run_id)
    state = run_state(found)
    jobs = await jobs_of(github, run) if state is not RunState.QUEUED else ()
    state = _of_the_job(state, jobs, run.reference.get("job", ""))
    bad = failing(jobs) if state is RunState.FAILED else None
    why = await telling(github, repository, bad[0]) if bad else ""
    return _snapshot(found, jobs, state=state, again=again, detail=why or _detail(found, jobs, state, run))


async def jobs_of(github: GitHub, run: Run) -> tuple[dict[str, Any], ...]:
    """The jobs of its first attempt, in GitHub's order."""
    run_id = number(run.reference.get("run", ""))
    path = f"{path_of(run.reference.get('repository', ''))}/actions/runs/{run_id}/attempts/1/jobs"
    return objects((await github.pages(path, within="jobs", most=3, what=f"jobs of run {run_id}")).things)


def failing(jobs: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The first job that failed, and the step in it (empty where it failed without one)."""
    for job in jobs:
        if text(job, "conclusion") in _BAD:
            steps = objects(job.get("steps"))
            return job, next((step for step in steps if text(step, "conclusion") in _BAD), {})
    return None


async def _found(github: GitHub, repository: str, path: str, run_id: int) -> dict[str, Any] | None:
    """The run; None where the repository is there and the run is not. What the token may not see raises NOT_FOUND."""
    try:
        return await _object(github, path, run_id)
    except IntegrationError as error:
        if error.kind is not Kind.NOT_FOUND:
            raise
    await repository_of(github, repository)
    return None


async def _object(github: GitHub, path: str, run_id: int) -> dict[str, Any]:
    content = (await github.get(path, what=f"run {run_id}")).content
    if not isinstance(content, dict) or number(content.get("id")) != run_id:
        raise unreadable(f"run {run_id}", write=False)
    return content


def _of_the_job(state: RunState, jobs: Sequence[dict[str, Any]], name: str) -> RunState:
    """Where a job is named, a run that ended well has deployed only if that job did."""
    if state is not RunState.SUCCEEDED or not name:
        return state
    named = [run_state(job) for job in jobs if text(job, "name") == name]
    if not named:
        return RunState.FAILED
    return next((each for each in named if each is not RunState.SUCCEEDED), state)


def _snapshot(
    found: dict[str, Any], jobs: Sequence[dict[str, Any]], *, state: RunState, again: bool, detail: str
) -> Snapshot:
    started = instant(text(found, "run_started_at")) or instant(text(found, "created_at"))
    ended = max(started, instant(text(found, "updated_at"))) if state in _ENDED else 0
    if again:
        detail = f"{detail}. It was run again in GitHub since".removeprefix(". ")
    return Snapshot(state=state, step=_step(jobs, state), detail=readable(detail), started_at=started, ended_at=ended)


def _step(jobs: Sequence[dict[str, Any]], state: RunState) -> tuple[int, int, str]:
    """The step that runs, or that failed: its place in its job, and its name with the job's where there are several."""
    bad = failing(jobs) if state is RunState.FAILED else None
    job = bad[0] if bad else next((each for each in jobs if text(each, "status") == "in_progress"), None)
    if job is None:
        return (0, 0, "")
    steps = objects(job.get("steps"))
    at = bad[1] if bad else next((step for step in steps if text(step, "status") == "in_progress"), {})
    if not at:
        return (0, 0, "")
    name = text(at, "name") if len(jobs) == 1 else f"{text(job, 'name')}: {text(at, 'name')}"
    return (steps.index(at) + 1, len(steps), readable(name, cap=80))


def _detail(found: dict[str, Any], jobs: Sequence[dict[str, Any]], state: RunState, run: Run) -> str:
    """One line where no log tells more; the step is shown beside it."""
    said, conclusion = text(found, "status"), text(found, "conclusion")
    if state is RunState.UNKNOWN:
        known = said in RUNS or (said == "completed" and conclusion in ENDS)
        word = conclusion if said == "completed" else said
        return f"GitHub says {word or 'nothing'} of it" + ("" if known else ", which nobody here knows")
    if said == "waiting" or conclusion == "action_required":
        return "It waits for somebody's approval, or for a timer, in GitHub"
    if state is RunState.CANCELLED:
        return "It was cancelled in GitHub"
    if state is not RunState.FAILED:
        return ""
    if (bad := failing(jobs)) is not None:
        return f"job {text(bad[0], 'name')}: {text(bad[0], 'conclusion')}"
    if conclusion in {"skipped", "neutral"}:
        return f"Nothing was deployed: the run is {conclusion}"
    if conclusion == "success":
        return f"Nothing was deployed: the job {run.reference.get('job', '')} did not run"
    return f"The run ended with {conclusion}"
