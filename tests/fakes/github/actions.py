"""What the server answers about workflows and their runs."""

import base64
from typing import Any

from aiohttp import web

from tests.fakes.github.history import stamp
from tests.fakes.github.runs import FakeJob, FakeRun
from tests.fakes.github.strict import DETAILS, Refusal, StrictServer


class ActionsRoutes(StrictServer):
    """Workflows, runs, jobs and logs."""

    async def _contents(self, request: web.Request) -> web.Response:
        query = self._parameters(request, "ref")
        found = self.workflows.get((query.get("ref", self.history.default), request.match_info["file"]))
        if found is None:
            raise Refusal(404, "Not Found")
        coded = base64.b64encode(found.text.encode()).decode()
        lines = "".join(f"{coded[at : at + 60]}\n" for at in range(0, len(coded), 60))
        return web.json_response({"type": "file", "sha": found.blob, "encoding": "base64", "content": lines})

    async def _dispatch(self, request: web.Request) -> web.Response:
        self._parameters(request)
        body, file = await request.json(), request.match_info["file"]
        known = {"ref", "inputs"} if self.older else {"ref", "inputs", DETAILS}
        strange = sorted(body.keys() - known)
        if strange:
            raise Refusal(422, f'Invalid request.\n\n"{strange[0]}" is not a permitted key.')
        if body["ref"] not in self.history.branches and body["ref"] not in self.history.tags:
            raise Refusal(422, f"No ref found for: {body['ref']}")
        workflow = self.workflows.get((body["ref"], file))
        if workflow is None:
            raise Refusal(404, "Not Found")
        if len(body.get("inputs", {})) > 25:
            raise Refusal(422, "Too many inputs")
        refusal = workflow.refusal(body.get("inputs", {}))
        if refusal:
            raise Refusal(422, refusal)
        run = self.run(file, workflow.title(body["inputs"]), body["ref"], body["inputs"])
        if self.older or not self.details or body.get(DETAILS) is not True:
            return web.Response(status=204)
        return web.json_response(
            {"workflow_run_id": run.id, "run_url": f"{self.url}/runs/{run.id}", "html_url": run.json()["html_url"]}
        )

    def run(self, file: str, title: str, ref: str, inputs: dict[str, Any]) -> FakeRun:
        """One more run, as somebody or other starts it."""
        number = 4_000_000_000 + len(self.runs) + 1
        made = FakeRun(
            id=number,
            workflow=file,
            title=title,
            ref=ref,
            head=self.history.named(ref) or "",
            created=self.clock.now(),
            inputs=inputs,
            jobs=[FakeJob(id=number + 1_000)],
            after=self.endings.get(str(inputs.get("quarterdeck", "")).partition(":")[0], "success"),
        )
        self.runs[number] = made
        return made

    async def _runs(self, request: web.Request) -> web.Response:
        query = self._parameters(request, "event", "created", "head_sha", "per_page", "page")
        file, created = request.match_info.get("file", ""), query.get("created", "")
        if created and not created.startswith(">="):
            self.violations.append(f"created is {created}")
        kept = [
            run.json()
            for run in reversed(self.runs.values())
            if (not file or run.workflow == file)
            and query.get("event", run.event) == run.event
            and query.get("head_sha", run.head) == run.head
            and stamp(run.created) >= created.removeprefix(">=")
            and run.created + self.lists_after <= self.clock.now()
        ]
        return self._page(request, kept, "workflow_runs")

    def _of(self, request: web.Request) -> FakeRun:
        found = self.runs.get(int(request.match_info["id"]))
        if found is None:
            raise Refusal(404, "Not Found")
        return found

    async def _run(self, request: web.Request) -> web.Response:
        self._parameters(request)
        run, attempt = self._of(request), int(request.match_info.get("attempt", 0))
        content = run.json() if attempt in {0, run.attempt} else run.earlier[attempt][0]
        return web.json_response(content)

    async def _jobs(self, request: web.Request) -> web.Response:
        self._parameters(request, "per_page", "page")
        run, attempt = self._of(request), int(request.match_info["attempt"])
        jobs = [job.json() for job in run.jobs] if attempt == run.attempt else run.earlier[attempt][1]
        return self._page(request, jobs, "jobs")

    async def _cancel(self, request: web.Request) -> web.Response:
        self._parameters(request)
        run = self._of(request)
        if run.status == "completed":
            raise Refusal(409, "Cannot cancel a workflow run that is completed.")
        run.end("cancelled", self.clock.now())
        return web.json_response({}, status=202)

    async def _log(self, request: web.Request) -> web.Response:
        self._parameters(request)
        job = self._job(int(request.match_info["id"]))
        if job is None or job.status != "completed":
            raise Refusal(404, "Not Found")
        where = f"http://localhost:{self.server.port}/blobs/{job.id}?sig=secret"
        return web.Response(status=302, headers={"Location": where})

    async def _blob(self, request: web.Request) -> web.Response:
        job = self._job(int(request.match_info["id"]))
        assert job is not None, "only what was redirected to is asked for"
        at = "2026-11-24T09:04:01.1234567Z "
        lines = job.log.split("\n")
        return web.Response(body="\n".join(f"{at}{line}" if line else line for line in lines).encode())

    def _job(self, number: int) -> FakeJob | None:
        return next((job for run in self.runs.values() for job in run.jobs if job.id == number), None)

    async def _rate_limit(self, request: web.Request) -> web.Response:
        self._parameters(request)
        return web.json_response({"resources": {"core": {"limit": 5000, "remaining": 4990, "reset": 1_795_514_640}}})
