"""What the server answers about its list of deployments."""

from aiohttp import web

from tests.fakes.github.strict import Refusal, StrictServer


class DeploymentRoutes(StrictServer):
    """Deployments and their statuses."""

    async def _deployments(self, request: web.Request) -> web.Response:
        query = self._parameters(request, "sha", "ref", "task", "environment", "per_page", "page")
        kept = [
            {name: value for name, value in each.items() if name != "statuses"}
            for each in reversed(self.deployments.values())
            if all(query.get(name, each[name]) == each[name] for name in ("sha", "task", "environment"))
        ]
        return self._page(request, kept)

    async def _deploy(self, request: web.Request) -> web.Response:
        self._parameters(request)
        body = await request.json()
        if body.get("auto_merge", True):
            self.violations.append("the default branch was merged into it")
        if body.get("required_contexts") != []:
            raise Refusal(409, "Conflict: Commit status checks failed for it")
        revision = self.history.named(body["ref"])
        if revision is None:
            raise Refusal(422, "No ref found")
        number = 700 + len(self.deployments)
        made = {"id": number, "sha": revision, "ref": body["ref"], "task": body.get("task", "deploy")}
        made |= {name: body[name] for name in ("environment", "payload", "description", "production_environment")}
        self.deployments[number] = made | {"statuses": []}
        return web.json_response(made, status=201)

    async def _deployment_statuses(self, request: web.Request) -> web.Response:
        self._parameters(request, "per_page", "page")
        found = self.deployments.get(int(request.match_info["id"]))
        if found is None:
            raise Refusal(404, "Not Found")
        return self._page(request, list(reversed(found["statuses"])))

    async def _say(self, request: web.Request) -> web.Response:
        self._parameters(request)
        body, found = await request.json(), self.deployments.get(int(request.match_info["id"]))
        if found is None:
            raise Refusal(404, "Not Found")
        known = {"state", "log_url", "description", "environment", "environment_url", "auto_inactive"}
        if body.keys() - known or len(body.get("description", "")) > 140:
            raise Refusal(422, "Validation Failed")
        found["statuses"].append({"id": len(found["statuses"]) + 1, **body})
        return web.json_response(found["statuses"][-1], status=201)
