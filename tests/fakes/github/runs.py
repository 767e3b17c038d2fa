"""Workflows, their runs and jobs, as GitHub's API shows them."""

from dataclasses import dataclass, field
from typing import Any

from tests.fakes.github.history import sha, stamp

STEPS = ("Check out", "Ask Quarterdeck", "Deploy")


@dataclass(frozen=True, kw_only=True)
class FakeWorkflow:
    """A workflow file; `inputs` are names with what their declaration says."""

    inputs: tuple[tuple[str, str], ...] = (
        ("environment", "{required: true, type: choice, options: [staging, production]}"),
        ("revision", "{required: true}"),
        ("quarterdeck", '{default: ""}'),
        ("quarterdeck_token", '{default: ""}'),
    )
    run_name: str = "deploy ${{ inputs.revision }} ${{ inputs.quarterdeck }}"
    dispatchable: bool = True
    source: str = ""

    @property
    def text(self) -> str:
        """The file."""
        if self.source:
            return self.source
        trigger = ["  workflow_dispatch:", "    inputs:"] if self.dispatchable else ["  push:"]
        inputs = [f"      {name}: {says}" for name, says in self.inputs] if self.dispatchable else []
        head = ["name: deploy", *([f"run-name: {self.run_name}"] if self.run_name else []), "on:"]
        return "\n".join([*head, *trigger, *inputs, "jobs:", "  deploy:", "    runs-on: ubuntu-latest", ""])

    @property
    def blob(self) -> str:
        """Its hash."""
        return sha(self.text)

    def refusal(self, given: dict[str, Any]) -> str:
        """Why GitHub would not start it with these inputs, or empty."""
        if not self.dispatchable:
            return "Workflow does not have 'workflow_dispatch' trigger"
        known = {name for name, _ in self.inputs}
        if given.keys() - known:
            return f"Unexpected inputs provided: {sorted(given.keys() - known)}"
        missing = [name for name, says in self.inputs if "required: true" in says and not given.get(name)]
        return f"Required input '{missing[0]}' not provided" if missing else ""

    def title(self, given: dict[str, Any]) -> str:
        """What a run is called."""
        named = self.run_name or "deploy"
        for name, _ in self.inputs:
            named = named.replace(f"${{{{ inputs.{name} }}}}", str(given.get(name, "")))
        return named.strip()


@dataclass(kw_only=True)
class FakeJob:
    """A job of a run."""

    id: int
    name: str = "deploy"
    status: str = "queued"
    conclusion: str | None = None
    done: int = 0  # steps
    started: int = 0
    log: str = ""

    def json(self) -> dict[str, Any]:
        """As the API lists it."""
        steps = [
            {"name": name, "number": at, "status": self._status(at), "conclusion": self._conclusion(at)}
            for at, name in enumerate(STEPS if self.started else (), start=1)
        ]
        return {
            "id": self.id,
            "name": self.name,
            "status": self.status,
            "conclusion": self.conclusion,
            "started_at": stamp(self.started) if self.started else None,
            "steps": steps,
        }

    def _status(self, at: int) -> str:
        return "completed" if at <= self.done else "in_progress" if at == self.done + 1 else "queued"

    def _conclusion(self, at: int) -> str | None:
        if at > self.done:
            return None
        return "success" if at < self.done or self.conclusion is None else self.conclusion


@dataclass(kw_only=True)
class FakeRun:
    """A run of a workflow; `after` is how it ends, `earlier` are the attempts before the present one, each with its jobs."""

    id: int
    workflow: str
    title: str
    ref: str
    head: str
    created: int
    inputs: dict[str, Any]
    event: str = "workflow_dispatch"
    status: str = "queued"
    conclusion: str | None = None
    attempt: int = 1
    updated: int = 0
    jobs: list[FakeJob] = field(default_factory=list)
    after: str = "success"
    earlier: dict[int, tuple[dict[str, Any], list[dict[str, Any]]]] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "id": self.id,
            "name": "deploy",
            "display_title": self.title,
            "event": self.event,
            "status": self.status,
            "conclusion": self.conclusion,
            "run_attempt": self.attempt,
            "head_branch": self.ref,
            "head_sha": self.head,
            "check_suite_id": 10_000 + self.id,
            "html_url": f"https://github.example/acme/web/actions/runs/{self.id}",
            "created_at": stamp(self.created),
            "run_started_at": stamp(self.created),
            "updated_at": stamp(self.updated or self.created),
        }

    def go_on(self, now: int) -> None:
        """One step further: it begins, then each of its steps, then it ends as `after` says ("never": it does not)."""
        self.updated = now
        job = self.jobs[0]
        if self.status == "queued":
            self.status = job.status = "in_progress"
            job.started = now
        elif self.status == "in_progress" and job.done < len(STEPS) - 1:
            job.done += 1
        elif self.status == "in_progress" and self.after != "never":
            job.done += 1
            self.end(self.after, now)

    def end(self, conclusion: str, now: int) -> None:
        """It is over."""
        self.status, self.conclusion, self.updated = "completed", conclusion, now
        for job in self.jobs:
            if job.status != "completed":
                job.status, job.conclusion = "completed", conclusion

    def again(self, now: int) -> None:
        """Somebody runs it again: the same number, another attempt."""
        self.earlier[self.attempt] = (self.json(), [job.json() for job in self.jobs])
        self.attempt, self.status, self.conclusion, self.updated = self.attempt + 1, "in_progress", None, now
        self.jobs = [FakeJob(id=self.jobs[0].id + 500, status="in_progress", started=now)]
