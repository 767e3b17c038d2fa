"""A Prometheus on this machine whose answers a test lays down by query; strict about what is sent, and able to fail in every known way."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

TOKEN = "prom-token-5e1f"  # of the fake
BOMB = gzip.compress(b'{"status":"success","data":"' + b" " * 10_000_000)
Series = Sequence[float | str]


@dataclass(kw_only=True)
class FakePrometheus:
    """Values by query; a value that lies `before` is asked for with an earlier instant. `now` is its clock, in milliseconds."""

    now: int
    values: dict[str, float | str | Series] = field(default_factory=dict)
    before: dict[str, float | str | Series] = field(default_factory=dict)
    authorization: str = f"Bearer {TOKEN}"
    fault: str = ""
    said: str = ""  # what it repeats in errors and warnings
    asked: list[dict[str, str]] = field(default_factory=list)
    server: TestServer = field(init=False)

    @property
    def url(self) -> str:
        """Its address, with a path before the API's, as behind a proxy."""
        return str(self.server.make_url("/prom/"))

    def app(self) -> web.Application:
        """Everything it answers."""
        app = web.Application()
        app.router.add_post("/prom/api/v1/query", self.query)
        app.router.add_get("/prom/api/v1/status/buildinfo", self.buildinfo)
        return app

    async def buildinfo(self, request: web.Request) -> web.StreamResponse:
        """Its version."""
        if (refused := self._unauthorised(request)) is not None:
            return refused
        if self.fault == "no version":
            return web.Response(status=404, text="404 page not found")
        return self._json({"status": "success", "data": {"version": "2.42.0"}})

    async def query(self, request: web.Request) -> web.StreamResponse:
        """One instant query, or the fault of the day."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append(form)
        assert set(form) == {"query", "time", "timeout", "lookback_delta"}, f"unknown parameters: {form}"
        if (refused := self._unauthorised(request)) is not None:
            return refused
        if (failed := await self._failed(request)) is not None:
            return failed
        return self._json({"status": "success", **self._warnings(), "data": self._data(form)})

    def _unauthorised(self, request: web.Request) -> web.Response | None:
        if request.headers.get("Authorization", "") == self.authorization:
            return None
        return web.Response(status=401, text=f"Unauthorized {self.said}")

    def _warnings(self) -> dict[str, Any]:
        return {"warnings": [f"a store is gone {self.said}"]} if self.fault == "warnings" else {}

    def _data(self, form: dict[str, str]) -> dict[str, Any]:
        instant = float(form["time"])
        values = self.before if instant * 1000 < self.now - 1000 else self.values
        assert form["query"] in values, f"nobody laid down an answer for {form['query']}"
        found = values[form["query"]]
        at = instant - 600 if self.fault == "another instant" else instant
        if isinstance(found, Sequence) and not isinstance(found, str):
            result = [{"metric": {"n": str(n)}, "value": [at, str(value)]} for n, value in enumerate(found)]
            return {"resultType": "vector", "result": result}
        kind = {"matrix": "matrix", "string": "string"}.get(self.fault, "scalar")
        return {"resultType": kind, "result": [at, str(found)]}

    async def _failed(self, request: web.Request) -> web.StreamResponse | None:
        if self.fault == "silent":
            await asyncio.Event().wait()
        if self.fault == "cut":
            return await self._cut(request)
        if self.fault == "elsewhere":
            raise web.HTTPFound("http://127.0.0.1:1/")
        made = {
            "html": lambda: web.Response(text=f"<html>Please sign in {self.said}", content_type="text/html"),
            "bad query": lambda: self._error(400, "bad_data"),
            "bad query with 200": lambda: self._error(200, "execution"),
            "timeout": lambda: self._error(503, "timeout"),
            "patience": lambda: web.Response(status=429, headers={"Retry-After": "7"}),
            "too long": lambda: web.Response(text="x" * 100_000),
            "not utf-8": lambda: web.Response(body=b'{"status":"success","data":\xff\xfe'),
            "bomb": lambda: web.Response(body=BOMB, headers={"Content-Encoding": "gzip"}),
            "nothing": web.Response,
            "odd": lambda: self._json(["no", "object"]),
        }.get(self.fault)
        return made() if made else None

    async def _cut(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"status":"succ')
        assert request.transport is not None
        request.transport.abort()
        return response

    def _error(self, status: int, kind: str) -> web.Response:
        error = f'1:5: parse error: unexpected "}}" {self.said}'
        return self._json({"status": "error", "errorType": kind, "error": error}, status=status)

    def _json(self, body: Any, *, status: int = 200) -> web.Response:
        ahead = {"fast clock": 94, "slow clock": -94}.get(self.fault, 0)
        at = datetime.fromtimestamp(self.now / 1000 + ahead, UTC)
        return web.json_response(body, status=status, headers={"Date": format_datetime(at, usegmt=True)})


@asynccontextmanager
async def serving(fake: FakePrometheus) -> AsyncIterator[FakePrometheus]:
    """The fake on a port of loopback while the block runs."""
    fake.server = TestServer(fake.app())
    await fake.server.start_server(shutdown_timeout=0.1)
    try:
        yield fake
    finally:
        await fake.server.close()
