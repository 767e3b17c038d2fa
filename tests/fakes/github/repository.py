"""What the server answers about commits, branches, pull requests and checks."""

from typing import Any

from aiohttp import web

from tests.fakes.github.history import stamp
from tests.fakes.github.strict import REPOSITORY, Refusal, StrictServer


class RepositoryRoutes(StrictServer):
    """The repository, and what checks say of it."""

    async def _repository(self, request: web.Request) -> web.Response:
        self._parameters(request)
        return web.json_response({"full_name": REPOSITORY, "default_branch": self.history.default, "private": True})

    async def _commits(self, request: web.Request) -> web.Response:
        query = self._parameters(request, "sha", "path", "since", "per_page", "page")
        path, since = query.get("path", ""), query.get("since", "")
        tip = self.history.named(query.get("sha", self.history.default))
        found = self.history.before(tip or "")
        kept = [
            each.json()
            for each in found.values()
            if (not path or any(file == path or file.startswith(f"{path}/") for file in each.files))
            and stamp(each.at) >= since
        ]
        return self._page(request, kept)

    async def _commit(self, request: web.Request) -> web.Response:
        self._parameters(request)
        found = self.history.named(request.match_info["ref"])
        if found is None:
            raise Refusal(422, f"No commit found for SHA: {request.match_info['ref']}")
        return web.json_response(self.history.commits[found].json())

    async def _compare(self, request: web.Request) -> web.Response:
        self._parameters(request, "per_page", "page")
        base, _, head = request.match_info["span"].partition("...")
        ends = self.history.named(base), self.history.named(head)
        if ends[0] is None or ends[1] is None:
            raise Refusal(404, "Not Found")
        found = self.history.compared(ends[0], ends[1])
        if found is None:
            raise Refusal(404, f"No common ancestor between {base} and {head}.")
        size, page = int(request.query.get("per_page", 250)), int(request.query.get("page", 1))
        found["commits"] = found["commits"][(page - 1) * size : page * size]
        found["files"] = found["files"][:300] if page == 1 else []
        return web.json_response(found)

    async def _pull(self, request: web.Request) -> web.Response:
        self._parameters(request)
        pull = self.history.pulls.get(int(request.match_info["number"]))
        if pull is None:
            raise Refusal(404, "Not Found")
        return web.json_response(pull.json())

    async def _graphql(self, request: web.Request) -> web.Response:
        body = await request.json()
        query, variables = body["query"], body["variables"]
        if "associatedPullRequests" in query and variables.keys() == {"ids"} and len(variables["ids"]) <= 100:
            return web.json_response({"data": {"nodes": [self._node(each) for each in variables["ids"]]}})
        if "refs(refPrefix:" in query and variables.keys() == {"owner", "name", "typed"}:
            refs = {kind: self._refs(names, variables["typed"]) for kind, names in self._kinds()}
            return web.json_response({"data": {"repository": refs}})
        self.violations.append("a query that nobody knows")
        return web.json_response({"errors": [{"message": "Parse error"}]})

    def _node(self, identity: str) -> dict[str, Any]:
        revision = identity.removeprefix("C_")
        pulls = [
            {
                "number": each.number,
                "merged": bool(each.merge),
                "author": each.author,
                "labels": {"nodes": [{"name": name} for name in each.labels]},
            }
            for each in self.history.pulls.values()
            if revision in {each.merge, each.head}
        ]
        return {"oid": revision, "associatedPullRequests": {"nodes": pulls}}

    def _kinds(self) -> list[tuple[str, dict[str, str]]]:
        return [("heads", self.history.branches), ("tags", self.history.tags)]

    def _refs(self, names: dict[str, str], typed: str) -> dict[str, Any]:
        return {
            "nodes": [
                {"name": name, "target": {"committedDate": stamp(self.history.commits[revision].at)}}
                for name, revision in names.items()
                if typed.lower() in name.lower()
            ]
        }

    async def _check_runs(self, request: web.Request) -> web.Response:
        query = self._parameters(request, "filter", "per_page", "page")
        if query.get("filter", "latest") not in {"latest", "all"}:
            raise Refusal(422, "filter")
        return self._page(request, self.check_runs, "check_runs")

    async def _status(self, request: web.Request) -> web.Response:
        self._parameters(request, "per_page", "page")
        # With no statuses at all GitHub says pending.
        return self._page(request, self.statuses, "statuses", state="pending", sha=request.match_info["sha"])
