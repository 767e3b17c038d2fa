"""A tiny Slack on loopback, a clock that waits for nobody, and the bodies that Slack sends."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

from aiohttp import WSMsgType, web
from pydantic import SecretStr

from bot.config.connection import Slack
from bot.domain.requests import Ack, Delivery
from bot.domain.terms import Millis
from bot.slack.room import SlackRoom
from bot.web.rawcheck import signed

NOW: Millis = 1_795_518_000_000
SECRET = "0123456789abcdef0123456789abcdef"
TEAM, BOT_USER, BOT, ADA = "T02ACME", "U0BOT", "B0BOT", "U02ADA"
Answer = dict[str, Any]
Handle = Callable[[web.Request, Answer], Awaitable[web.StreamResponse | Answer] | web.StreamResponse | Answer]


class FakeClock:
    """Stands still; sleepers wait until `advance` passes their time."""

    def __init__(self, now: Millis = NOW) -> None:
        self._now = now
        self.sleeping: list[tuple[Millis, asyncio.Future[None]]] = []
        self.slept: list[Millis] = []

    def now(self) -> Millis:
        return self._now

    async def sleep(self, millis: Millis) -> None:
        self.slept.append(millis)
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.sleeping.append((self._now + millis, waiter))
        await waiter

    def advance(self, millis: Millis) -> None:
        self._now += millis
        due = [waiter for at, waiter in self.sleeping if at <= self._now]
        self.sleeping = [(at, waiter) for at, waiter in self.sleeping if at > self._now and not waiter.done()]
        for waiter in due:
            if not waiter.done():
                waiter.set_result(None)


class FixedRandom:
    def token(self) -> str:
        return "token-of-the-test"

    def fraction(self) -> float:
        return 1.0


class TinySlack:
    """Answers Web API methods from `methods`, counts connections and calls, and serves Socket Mode by ticket."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Answer]] = []
        self.headers: list[dict[str, str]] = []
        self.connections = 0
        self.methods: dict[str, Handle] = {}
        self.url = ""
        self.tickets: list[str] = []
        self.handshakes: list[str] = []
        self.refuse_handshakes = 0
        self.greet = True
        self.sockets: list[web.WebSocketResponse] = []
        self.acks: list[Answer] = []
        self.acked_on: list[int] = []
        self.pings = 0
        self.deaf = False
        self.changed = asyncio.Condition()

    def told(self, method: str) -> list[Answer]:
        return [arguments for called, arguments in self.calls if called == method]

    def answer(self, method: str, **fields: Any) -> None:
        self.methods[method] = lambda _request, _arguments: {"ok": True, **fields}

    def refuse(self, method: str, code: str, status: int = 200, **headers: str) -> None:
        self.methods[method] = lambda _request, _arguments: web.json_response(
            {"ok": False, "error": code}, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = dict(request.query)
        if request.content_type == "application/json":
            arguments |= await request.json()
        self.calls.append((method, arguments))
        self.headers.append(dict(request.headers))
        handle = self.methods.get(method) or self._own(method)
        given = handle(request, arguments)
        if isinstance(given, Awaitable):
            given = await given
        await self._tell()
        return given if isinstance(given, web.StreamResponse) else web.json_response(given)

    def _own(self, method: str) -> Handle:
        return {"auth.test": self._auth_test, "apps.connections.open": self._open}.get(
            method, lambda _request, _arguments: {"ok": True}
        )

    def _auth_test(self, _request: web.Request, _arguments: Answer) -> web.StreamResponse:
        body = {
            "ok": True,
            "team_id": TEAM,
            "team": "Acme",
            "user_id": BOT_USER,
            "bot_id": BOT,
            "url": "https://acme.slack.com/",
        }
        return web.json_response(body, headers={"x-oauth-scopes": "chat:write, commands,users:read"})

    def _open(self, _request: web.Request, _arguments: Answer) -> Answer:
        ticket = f"ticket-{len(self.tickets) + 1}"
        self.tickets.append(ticket)
        return {"ok": True, "url": f"ws://{self.url.removeprefix('http://')}/link?ticket={ticket}"}

    async def _link(self, request: web.Request) -> web.StreamResponse:
        self.handshakes.append(request.query["ticket"])
        await self._tell()
        if self.refuse_handshakes:
            self.refuse_handshakes -= 1
            return web.Response(status=503)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        place = len(self.sockets)
        self.sockets.append(socket)
        if self.greet:
            await socket.send_json({"type": "hello", "num_connections": place + 1})
        await self._tell()
        async for frame in socket:
            if frame.type is WSMsgType.PING:
                self.pings += 1
                if not self.deaf:
                    await socket.pong(frame.data)
            elif frame.type is WSMsgType.TEXT:
                self.acks.append(json.loads(frame.data))
                self.acked_on.append(place)
            await self._tell()
        await self._tell()
        return socket

    async def _tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def until(self, true: Callable[[], bool]) -> None:
        """Return when `true`; looks again at whatever happens, and every turn of the loop at most 5 s long."""
        async with asyncio.timeout(5):
            while not true():
                try:
                    async with asyncio.timeout(0.01), self.changed:
                        await self.changed.wait()
                except TimeoutError:
                    continue

    @asynccontextmanager
    async def serve(self) -> AsyncIterator["TinySlack"]:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/link", self._link)
        app.router.add_route("*", "/respond/{name}", self._respond)

        @web.middleware
        async def count(request: web.Request, handler: Any) -> web.StreamResponse:
            if request.protocol not in seen:
                seen.add(request.protocol)
                self.connections += 1
            return await handler(request)  # type: ignore[no-any-return]

        seen: set[object] = set()
        app.middlewares.append(count)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            for socket in self.sockets:
                await socket.close()
            await runner.cleanup()

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        self.calls.append((f"respond:{request.match_info['name']}", await request.json()))
        handle = self.methods.get("respond")
        given = handle(request, {}) if handle else web.Response(text="ok")
        if isinstance(given, Awaitable):
            given = await given
        await self._tell()
        return given if isinstance(given, web.StreamResponse) else web.json_response(given)


def settings(slack: TinySlack | None = None, *, http: bool = False) -> Slack:
    way = {"signing_secret": SecretStr(SECRET)} if http else {"app_token": SecretStr("xapp-1-test")}
    base = f"{slack.url}/api/" if slack else "http://127.0.0.1:9/api/"
    return Slack.model_validate({"bot_token": SecretStr("xoxb-test"), "base_url": base, **way})


@asynccontextmanager
async def room(slack: TinySlack, *, http: bool = False, clock: FakeClock | None = None) -> AsyncIterator[SlackRoom]:
    made = SlackRoom(settings(slack, http=http), clock or FakeClock(), FixedRandom())
    try:
        yield made
    finally:
        await made.stop()


class Engine:
    """The engine's end: keeps what it received, and answers as it was told."""

    def __init__(self, ack: Ack | None = None) -> None:
        self.received: list[Delivery] = []
        self.ack = ack or Ack()
        self.breaks: Exception | None = None

    async def __call__(self, delivery: Delivery) -> Ack:
        self.received.append(delivery)
        if self.breaks:
            raise self.breaks
        return self.ack


# ---- bodies -------------------------------------------------------------------------------------------------------------


def command(text: str = "deploy web staging", **fields: Any) -> Answer:
    return {
        "command": "/ops", "text": text, "team_id": TEAM, "user_id": ADA, "user_name": "ada", "channel_id": "C0WEB1234",
        "channel_name": "team-web", "trigger_id": "1.2.abc", "response_url": "https://hooks.slack.com/commands/T/1/x", **fields,
    }  # fmt: skip


def event(inner: Answer, **fields: Any) -> Answer:
    return {
        "type": "event_callback", "team_id": TEAM, "api_app_id": "A1", "event_id": "Ev1", "event": inner,
        "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}], **fields,
    }  # fmt: skip


def mention(text: str = f"<@{BOT_USER}> status", **fields: Any) -> Answer:
    return {
        "type": "app_mention",
        "user": ADA,
        "team": TEAM,
        "text": text,
        "ts": "9.1",
        "channel": "C0WEB1234",
        **fields,
    }


def direct(text: str = "status", **fields: Any) -> Answer:
    return {
        "type": "message", "channel_type": "im", "user": ADA, "team": TEAM, "text": text, "ts": "9.2", "channel": "D0ADA1234", **fields,
    }  # fmt: skip


def click(**fields: Any) -> Answer:
    return {
        "type": "block_actions", "user": {"id": ADA, "team_id": TEAM, "username": "ada"}, "team": {"id": TEAM}, "trigger_id": "3.4.def",
        "channel": {"id": "C0WEB1234", "name": "team-web"}, "container": {"type": "message", "message_ts": "8.1", "channel_id": "C0WEB1234"},
        "message": {"ts": "8.1", "text": "card"}, "response_url": "https://hooks.slack.com/actions/T/1/y",
        "actions": [{"type": "button", "action_id": "confirm", "block_id": "b", "value": "offer-1", "action_ts": "8.5"}], **fields,
    }  # fmt: skip


def submission(values: Answer | None = None, **fields: Any) -> Answer:
    return {
        "type": "view_submission", "user": {"id": ADA, "team_id": TEAM}, "team": {"id": TEAM}, "trigger_id": "5.6.aaa",
        "view": {"id": "V1", "type": "modal", "callback_id": "deploy", "private_metadata": "carried", "state": {"values": values or {}}},
        **fields,
    }  # fmt: skip


def form(body: Answer) -> bytes:
    """As Slack posts it: commands as a form, interactivity as JSON in a form, events as JSON."""
    if body.get("type") in {"event_callback", "url_verification"}:
        return json.dumps(body).encode()
    return urlencode(body if "command" in body or "ssl_check" in body else {"payload": json.dumps(body)}).encode()


def headers(raw: bytes, now: Millis = NOW) -> dict[str, str]:
    stamp = str(now // 1000)
    kind = "application/json" if raw.startswith(b"{") else "application/x-www-form-urlencoded"
    return {
        "Content-Type": kind, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signed(SECRET, stamp, raw),
    }  # fmt: skip


class WallClock:
    """The machine's own clock, for tests with a Slack that keeps time itself."""

    def now(self) -> Millis:
        return int(time.time() * 1000)

    async def sleep(self, millis: Millis) -> None:
        await asyncio.sleep(millis / 1000)


def broken(kind: str) -> Handle:
    """A method that answers as a Slack in trouble does."""

    async def handle(request: web.Request, _arguments: Answer) -> web.StreamResponse:
        if kind == "reset":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        answers = {
            "500": web.Response(status=500, text="<html>oops</html>", content_type="text/html"),
            "503": web.json_response({"ok": False, "error": "service_unavailable"}, status=503),
            "fatal": web.json_response({"ok": False, "error": "fatal_error"}),
            "half": web.Response(text='{"ok": tr', content_type="application/json"),
            "text": web.Response(text="hello", content_type="text/plain"),
            "list": web.json_response([1]),
            "empty": web.json_response({}),
            "no ts": web.json_response({"ok": True}),
        }
        return answers[kind]

    return handle
