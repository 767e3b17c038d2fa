"""A receiver of webhooks on this machine that keeps its runs; strict about signatures and bodies, and able to lose what it did."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

SECRET = "receiver-secret-0f2d9a"  # of the fake
ORDER = {
    "event", "delivery", "service", "environment", "action", "revision", "previous", "repository", "sent_at", "inputs",
    "variables",
}  # fmt: skip
QUESTION = {"event", "delivery", "service", "environment"}


@dataclass(kw_only=True)
class FakeReceiver:
    """Runs by delivery, each as what `status` answers; `now` is its clock in seconds. A fault is what becomes of the next calls."""

    now: int
    secrets: tuple[str, ...] = (SECRET,)
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    live: dict[str, str] = field(default_factory=dict)
    fault: str = ""
    said: str = ""  # what it repeats in its answers
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    server: TestServer = field(init=False)

    @property
    def url(self) -> str:
        """Where it is called."""
        return str(self.server.make_url("/hook"))

    def app(self) -> web.Application:
        """Everything it answers: POST at one path."""
        app = web.Application()
        app.router.add_post("/hook", self.receive)
        return app

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """One call: looked at, refused, carried out, and answered, or not."""
        content = await request.read()
        if not self._is_signed(request, content):
            return web.json_response({"reason": "the signature does not fit"}, status=401)
        body = json.loads(content)
        self.asked.append(body)
        self.headers.append(dict(request.headers))
        assert request.headers["Quarterdeck-Event"] == body["event"]
        assert request.headers.get("Quarterdeck-Delivery", "") == body.get("delivery", "")
        if (refused := self._refused()) is not None:
            return refused
        answer = self._carried_out(body)
        return await self._answered(request, answer)

    def _is_signed(self, request: web.Request, content: bytes) -> bool:
        stamp = request.headers["Quarterdeck-Timestamp"]
        given = request.headers["Quarterdeck-Signature"].split(",")
        digests = (hmac.new(each.encode(), f"{stamp}.".encode() + content, hashlib.sha256) for each in self.secrets)
        right = {f"v1={each.hexdigest()}" for each in digests}
        return abs(self.now - int(stamp)) <= 300 and bool(right & set(given))

    def _refused(self) -> web.Response | None:
        if self.fault.isdigit() and self.fault.startswith("4"):
            return web.json_response({"reason": f"not like this {self.said}"}, status=int(self.fault))
        made = {
            "plain reason": lambda: web.Response(status=422, text=f"no such service\n{self.said}"),
            "a page": lambda: web.Response(status=403, text=f"<p>{self.said}</p>", content_type="text/html"),
            "patience": lambda: web.Response(status=429, headers={"Retry-After": "7"}),
            "elsewhere": lambda: web.Response(status=307, headers={"Location": "http://127.0.0.1:1/"}),
        }.get(self.fault)
        return made() if made else None

    def _carried_out(self, body: dict[str, Any]) -> dict[str, Any] | None:
        match body["event"]:
            case "deploy":
                assert set(body) == ORDER, f"unknown keys: {set(body) ^ ORDER}"
                self.runs.setdefault(body["delivery"], {"state": "queued", "order": body})
                return {"url": f"https://ci.acme.example/{body['delivery']}"}
            case "status":
                assert set(body) == QUESTION
                found = self.runs.get(body["delivery"])
                answer = {name: value for name, value in (found or {"state": "absent"}).items() if name != "order"}
                return answer | ({"url": f"https://ci.acme.example/{body['delivery']}"} if found else {})
            case "cancel":
                assert set(body) == QUESTION
                return self._cancelled(body["delivery"])
            case "current":
                assert set(body) == {"event", "service", "environment"}
                return {"revision": self.live.get(f"{body['service']}/{body['environment']}", "")}
        raise AssertionError(f"an event that nobody knows: {body['event']}")

    def _cancelled(self, delivery: str) -> dict[str, Any] | None:
        found = self.runs[delivery]
        if found["state"] in {"queued", "running"}:
            found |= {"state": "cancelled", "ended_at": self.now}
            return {}
        return None

    async def _answered(self, request: web.Request, answer: dict[str, Any] | None) -> web.StreamResponse:
        """What comes back, if anything does: by now it has happened."""
        if self.fault == "silent":
            await asyncio.Event().wait()
        if self.fault == "cut":
            assert request.transport is not None
            request.transport.abort()
        if self.fault in {"500", "502", "503", "504"}:
            return web.Response(status=int(self.fault), text=f"<h1>Bad gateway</h1>{self.said}")
        if self.fault == "no words":
            return web.Response(status=202, text=self.said)
        if answer is None:
            return web.json_response({"reason": "it has ended"}, status=409)
        return web.json_response(answer, status=202)


@asynccontextmanager
async def receiving(fake: FakeReceiver) -> AsyncIterator[FakeReceiver]:
    """The fake on a port of loopback while the block runs."""
    fake.server = TestServer(fake.app())
    await fake.server.start_server(shutdown_timeout=0.1)
    try:
        yield fake
    finally:
        await fake.server.close()
