"""What the server has, and what it insists on. Whatever it does not understand is a violation, which tests look at."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.ports import Clock
from tests.fakes.github.faults import Fault, FaultKind
from tests.fakes.github.history import History, known_history
from tests.fakes.github.runs import FakeRun, FakeWorkflow

REPOSITORY = "acme/web"
TOKEN = "github_pat_11CANARY0ofTheFakeGitHub"
DETAILS = "return_run_details"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request that came."""

    method: str
    path: str
    query: dict[str, str]
    body: Any = None


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request, and what was answered."""

    asked: Asked
    status: int
    content: Any


class Refusal(Exception):
    """An error that GitHub answers with."""

    def __init__(self, status: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status, self.body = (
            status,
            {"message": message, "documentation_url": "https://docs.github.example", **more},
        )


@dataclass(kw_only=True)
class StrictServer:
    """One repository; everything in it may be changed by a test. `older` is an Enterprise Server that names no run, `prefix` where it is."""

    clock: Clock
    prefix: str = ""
    token: str = TOKEN
    history: History = field(default_factory=known_history)
    workflows: dict[tuple[str, str], FakeWorkflow] = field(
        default_factory=lambda: {("main", "deploy.yml"): FakeWorkflow()}
    )
    runs: dict[int, FakeRun] = field(default_factory=dict)
    check_runs: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    deployments: dict[int, dict[str, Any]] = field(default_factory=dict)  # each with its `statuses`, oldest first
    endings: dict[str, str] = field(default_factory=dict)  # by operation
    faults: list[Fault] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    older: bool = False
    details: bool = True
    lists_after: int = 0  # milliseconds until a new run is listed
    not_modified: int = 0
    server: TestServer = field(init=False)

    @web.middleware
    async def _strict(self, request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
        body = json.loads(await request.text()) if request.can_read_body else None
        asked = Asked(method=request.method, path=request.path, query=dict(request.query), body=body)
        self.asked.append(asked)
        fault = next((each for each in self.faults if each.takes(request.method, request.path)), None)
        if fault is not None and fault.kind is FaultKind.DROP_BEFORE:
            return _dropped(request)
        if fault is not None and fault.kind is FaultKind.INSTEAD:
            return web.Response(status=fault.status, text=fault.body, headers=fault.headers)
        try:
            self._refuse_strangers(request)
            answer: web.StreamResponse = await handler(request)
        except Refusal as refusal:
            answer = web.json_response(refusal.body, status=refusal.status)
        except web.HTTPNotFound:
            self.violations.append(f"no such address: {request.method} {request.path}")
            answer = web.json_response({"message": "Not Found"}, status=404)
        content = json.loads(answer.text) if isinstance(answer, web.Response) and _is_json(answer) else None
        self.exchanges.append(Exchange(asked=asked, status=answer.status, content=content))
        return await self._spoiled(request, self._tagged(request, answer), fault)

    def _refuse_strangers(self, request: web.Request) -> None:
        if request.path.startswith("/blobs/"):
            if "Authorization" in request.headers:
                self.violations.append("the token was sent to somebody else")
            return
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            raise Refusal(401, "Bad credentials")
        wanted = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        for name, value in wanted.items():
            if request.headers.get(name) != value:
                self.violations.append(f"{name} is {request.headers.get(name)}")
        if not request.headers.get("User-Agent"):
            raise Refusal(
                403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header"
            )
        place = request.match_info
        if "owner" in place and f"{place['owner']}/{place['name']}" != REPOSITORY:
            raise Refusal(404, "Not Found")

    def _tagged(self, request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
        answer.headers["X-RateLimit-Remaining"] = "4990"
        answer.headers["X-RateLimit-Limit"] = "5000"
        if request.method != "GET" or answer.status != 200 or not isinstance(answer, web.Response):
            return answer
        tag = f'W/"{hashlib.sha1(bytes(answer.body or b""), usedforsecurity=False).hexdigest()}"'  # type: ignore[arg-type]
        if request.headers.get("If-None-Match") == tag:
            self.not_modified += 1
            return web.Response(status=304, headers={"ETag": tag})
        answer.headers["ETag"] = tag
        return answer

    async def _spoiled(
        self, request: web.Request, answer: web.StreamResponse, fault: Fault | None
    ) -> web.StreamResponse:
        if fault is None:
            return answer
        if fault.kind is FaultKind.AFTER:
            return web.Response(status=fault.status, text=fault.body, headers=fault.headers)
        if fault.kind is FaultKind.SILENT:
            await asyncio.Event().wait()
        if fault.kind is FaultKind.CUT and isinstance(answer, web.Response):
            body = bytes(answer.body or b"")  # type: ignore[arg-type]
            half = web.StreamResponse(status=answer.status, headers={"Content-Length": str(max(len(body), 100))})
            await half.prepare(request)
            await half.write(body[: fault.bytes])
            await asyncio.sleep(0)
        return _dropped(request)

    def _parameters(self, request: web.Request, *known: str) -> dict[str, str]:
        strange = request.query.keys() - {*known}
        if strange:
            self.violations.append(f"{request.path} does not know {sorted(strange)}")
        return dict(request.query)

    def _page(self, request: web.Request, things: Sequence[Any], within: str = "", **more: Any) -> web.Response:
        size, page = int(request.query.get("per_page", 30)), int(request.query.get("page", 1))
        if not 1 <= size <= 100:
            self.violations.append(f"{request.path}: {size} on a page")
        part = list(things[(page - 1) * size : page * size])
        headers = {}
        if page * size < len(things):
            following = request.url.update_query(page=page + 1)
            headers["Link"] = f'<{following}>; rel="next", <{following}>; rel="last"'
        content = {"total_count": len(things), within: part, **more} if within else part
        return web.json_response(content, headers=headers)


def _is_json(answer: web.Response) -> bool:
    return answer.content_type == "application/json" and bool(answer.text)


def _dropped(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
