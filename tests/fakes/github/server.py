"""The server: every question that it understands."""

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.fakes.github.actions import ActionsRoutes
from tests.fakes.github.deployments import DeploymentRoutes
from tests.fakes.github.repository import RepositoryRoutes
from tests.fakes.github.strict import REPOSITORY, TOKEN, Asked

__all__ = ["REPOSITORY", "TOKEN", "FakeGitHub"]


class FakeGitHub(RepositoryRoutes, ActionsRoutes, DeploymentRoutes):
    """One repository; everything in it may be changed by a test. `older` is an Enterprise Server that names no run, `prefix` where it is."""

    async def begin(self) -> None:
        """Listen."""
        app = web.Application(middlewares=[self._strict])
        at = f"{self.prefix}/repos/{{owner}}/{{name}}"
        app.router.add_get(at, self._repository)
        app.router.add_get(f"{at}/commits", self._commits)
        app.router.add_get(f"{at}/commits/{{sha}}/check-runs", self._check_runs)
        app.router.add_get(f"{at}/commits/{{sha}}/status", self._status)
        app.router.add_get(f"{at}/commits/{{ref:.+}}", self._commit)
        app.router.add_get(f"{at}/compare/{{span:.+}}", self._compare)
        app.router.add_get(f"{at}/pulls/{{number}}", self._pull)
        app.router.add_get(f"{at}/contents/.github/workflows/{{file}}", self._contents)
        app.router.add_post(f"{at}/actions/workflows/{{file}}/dispatches", self._dispatch)
        app.router.add_get(f"{at}/actions/workflows/{{file}}/runs", self._runs)
        app.router.add_get(f"{at}/actions/runs", self._runs)
        app.router.add_get(f"{at}/actions/runs/{{id}}", self._run)
        app.router.add_get(f"{at}/actions/runs/{{id}}/attempts/{{attempt}}", self._run)
        app.router.add_get(f"{at}/actions/runs/{{id}}/attempts/{{attempt}}/jobs", self._jobs)
        app.router.add_post(f"{at}/actions/runs/{{id}}/cancel", self._cancel)
        app.router.add_get(f"{at}/actions/jobs/{{id}}/logs", self._log)
        app.router.add_get(f"{at}/deployments", self._deployments)
        app.router.add_post(f"{at}/deployments", self._deploy)
        app.router.add_get(f"{at}/deployments/{{id}}/statuses", self._deployment_statuses)
        app.router.add_post(f"{at}/deployments/{{id}}/statuses", self._say)
        app.router.add_get(f"{self.prefix}/rate_limit", self._rate_limit)
        app.router.add_post(f"{self.prefix.removesuffix('/v3')}/graphql", self._graphql)
        app.router.add_get("/blobs/{id}", self._blob)
        self.server = TestServer(app)
        await self.server.start_server(shutdown_timeout=0.1)

    async def end(self) -> None:
        """Listen no more."""
        await self.server.close()

    @property
    def url(self) -> str:
        """Where its API is."""
        return str(self.server.make_url(self.prefix or "/")).rstrip("/")

    def questions(self, path: str, method: str = "") -> list[Asked]:
        """The requests whose path ends so."""
        return [each for each in self.asked if each.path.endswith(path) and method in {"", each.method}]
