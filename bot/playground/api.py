"""The door `/api/<method>`: reads the call, applies faults, limits, token, scopes and required arguments, then the method."""

import asyncio
import time
from dataclasses import dataclass

from aiohttp import web

from bot.playground import methods as _methods  # noqa: F401 - importing the package registers every method
from bot.playground.calls import METHODS, Call, Method
from bot.playground.errors import Json, RateLimitedError, SlackError
from bot.playground.faults import CALL_TROUBLES, Fault, Trouble
from bot.playground.journal import Kind
from bot.playground.local import LocalSlack
from bot.playground.wire import arguments, token

HUNG_SECONDS = 600.0  # how long a call that times out is left hanging; clients give up long before


@dataclass(kw_only=True)
class Api:
    """Answers Web API calls of one playground."""

    slack: LocalSlack

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one call, as Slack does: HTTP 200 with `ok`, or 429; faults may say otherwise."""
        name = request.match_info["method"]
        fault = self.slack.faults.take(name, *CALL_TROUBLES)
        started = time.perf_counter()
        try:
            args = await arguments(request)
            given = token(request, args)
        except SlackError as error:
            return self._finish(name, {}, error.answer(), started)
        if fault is not None:
            before = await self._spoiled(fault, request)
            if before is not None:
                self._note(name, args, str(fault.trouble), started)
                return before
        answer = await self._answer(name, given, args)
        response = self._finish(name, args, answer, started)
        return await self._spoil_after(fault, request, response)

    async def _answer(self, name: str, given: str, args: Json) -> Json:
        try:
            found = self._method(name)
            self._authenticate(found, given)
            self._limit(found)
            self._require(found, args)
            return {"ok": True} | await found.answer(Call(method=name, slack=self.slack, args=args))
        except RateLimitedError as error:
            return error.answer() | {"_retry_after": error.seconds}
        except SlackError as error:
            return error.answer()

    def _method(self, name: str) -> Method:
        if name not in METHODS:
            raise SlackError("unknown_method", req_method=name)
        return METHODS[name]

    def _authenticate(self, found: Method, given: str) -> None:
        if found.bearer == "none":
            return
        if not given:
            raise SlackError("not_authed")
        tokens = {self.slack.tokens.bot: "bot", self.slack.tokens.app: "app"}
        kind = tokens.get(given)
        if kind is None:
            raise SlackError("invalid_auth")
        if self.slack.revoked:
            raise SlackError("token_revoked" if found.bearer == "app" else "account_inactive")
        if found.bearer not in {kind, "any"}:
            raise SlackError("not_allowed_token_type")
        missing = [scope for scope in found.scopes if not self.slack.app.has(scope)]
        if kind == "bot" and missing and self.slack.strict:
            raise SlackError("missing_scope", needed=missing[0], provided=",".join(self.slack.app.scopes))

    def _limit(self, found: Method) -> None:
        wait = self.slack.limits.call(found.name, found.tier)
        if wait:
            raise RateLimitedError(wait)

    def _require(self, found: Method, args: Json) -> None:
        for name, error in found.required.items():
            if args.get(name) in (None, ""):
                messages = [f"[ERROR] missing required field: {name}"]
                extra = {"response_metadata": {"messages": messages}} if error == "invalid_arguments" else {}
                raise SlackError(error, **extra)

    def _finish(self, name: str, args: Json, answer: Json, started: float) -> web.Response:
        wait = answer.pop("_retry_after", None)
        self._note(name, args, answer.get("error"), started)
        headers = {
            "x-oauth-scopes": ",".join(self.slack.app.scopes),
            "x-slack-req-id": self.slack.chance.hexadecimal(32),
        }
        if wait is None:
            return web.json_response(answer, headers=headers)
        return web.json_response(answer, status=429, headers=headers | {"Retry-After": str(wait)})

    def _note(self, name: str, args: Json, error: str | None, started: float) -> None:
        ms = (time.perf_counter() - started) * 1000
        self.slack.journal.note(Kind.CALL, name, ms=ms, error=error, detail={"args": args})

    async def _spoiled(self, fault: Fault, request: web.Request) -> web.StreamResponse | None:
        """Return the answer a fault gives before anything was done, or None when the call goes on."""
        trouble = fault.trouble
        if trouble is Trouble.ERROR:
            return web.json_response({"ok": False, "error": fault.error})
        if trouble is Trouble.RATE_LIMIT:
            body = {"ok": False, "error": "ratelimited"}
            return web.json_response(body, status=429, headers={"Retry-After": str(int(fault.seconds))})
        if trouble is Trouble.STATUS:
            return web.Response(status=fault.status, text="<html>upstream said no</html>", content_type="text/html")
        if trouble is Trouble.TIMEOUT:
            return await self._hang(request)
        if trouble is Trouble.RESET:
            return _cut(request)
        if trouble is Trouble.SLOW:
            await self.slack.clock.sleep(fault.seconds)
        return None

    async def _hang(self, request: web.Request) -> web.StreamResponse:
        gone = asyncio.ensure_future(self.slack.stopping.wait())
        late = asyncio.ensure_future(self.slack.clock.sleep(HUNG_SECONDS))
        try:
            await asyncio.wait({gone, late}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            late.cancel()
        return _cut(request)

    async def _spoil_after(
        self, fault: Fault | None, request: web.Request, response: web.Response
    ) -> web.StreamResponse:
        """Spoil the answer of a call that was carried out: the connection breaks, or the body cannot be read."""
        if fault is None:
            return response
        if fault.trouble is Trouble.RESET_AFTER_COMMIT:
            return _cut(request)
        if fault.trouble is Trouble.GARBLED:
            return web.Response(text='{"ok": tr', content_type="application/json")
        return web.Response() if fault.trouble is Trouble.EMPTY else response


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
