"""Calls to Slack's Web API over one shared session, with our own deadlines, one retry for reads, and one error type."""

import ipaddress
import logging
from collections.abc import Mapping
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.messages import Json
from bot.slack.failures import FAILURES, classify, complaints, disconnected
from bot.slack.fields import Body, mapping

log = structlog.get_logger(__name__)

QUIET = logging.getLogger("bot.slack.sdk")
"""The SDK's and Bolt's logger: at DEBUG they print bodies with their secrets, so that the level is set here, whatever the root's is."""
QUIET.setLevel(logging.WARNING)

DEADLINE = 10.0  # seconds for one call, from connecting to the last byte
CONNECT = 5.0
CONNECTIONS = 20


def loopback(url: str) -> bool:
    """True where the url points at this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def proxy_for(url: str) -> str | None:
    """The environment's proxy for the url, with NO_PROXY honoured (the SDK ignores it); never one for this machine."""
    proxies = getproxies_environment()
    parts = urlsplit(url)
    if loopback(url) or proxy_bypass(parts.hostname or ""):
        return None
    scheme = {"wss": "https", "ws": "http"}.get(parts.scheme, parts.scheme)
    return proxies.get(scheme) or proxies.get("all")


def web_client(token: str, base_url: str) -> AsyncWebClient:
    """The SDK's client without its defaults that surprise: no retry of its own, no proxy that we did not choose."""
    client = AsyncWebClient(token=token, base_url=base_url, retry_handlers=[], timeout=int(DEADLINE), logger=QUIET)
    client.proxy = proxy_for(base_url)
    return client


def open_session() -> aiohttp.ClientSession:
    """The one session that every call shares. Call it inside the running loop."""
    return aiohttp.ClientSession(
        # a session of our own makes the SDK's `timeout` inert
        timeout=aiohttp.ClientTimeout(total=DEADLINE, connect=CONNECT),
        connector=aiohttp.TCPConnector(limit=CONNECTIONS),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


class Caller:
    """Calls methods: `read` repeats once over a broken connection, `write` never repeats. Both raise ChatError."""

    def __init__(self, client: AsyncWebClient) -> None:
        self.client = client
        self.calls: dict[tuple[str, str], int] = {}

    async def read(self, method: str, **arguments: Json) -> Body:
        """What Slack answers to a question; `None` arguments are left out."""
        response = await self._repeated(method, _given(arguments))
        return mapping(response.data)

    async def write(self, method: str, **arguments: Json) -> Body:
        """What Slack answers to an order, sent once."""
        try:
            response = await self.client.api_call(method, json=_given(arguments))
        except FAILURES as error:
            raise self._failed(method, error, writes=True) from None
        return mapping(self._counted(method, response).data)

    async def ask(self, method: str, *, token: str = "") -> AsyncSlackResponse:
        """The whole answer, headers too, to a question without arguments; `token` replaces the bot's own."""
        try:
            # the SDK takes a `token` parameter out again and sends it as the Authorization header
            response = await self.client.api_call(method, params={"token": token} if token else {})
        except FAILURES as error:
            raise self._failed(method, error, writes=False) from None
        return self._counted(method, response)

    async def _repeated(self, method: str, arguments: dict[str, Json]) -> AsyncSlackResponse:
        for last in (False, True):
            try:
                response = await self.client.api_call(method, http_verb="GET", params=dict(arguments))
                return self._counted(method, response)
            except FAILURES as error:
                if last or not disconnected(error):
                    raise self._failed(method, error, writes=False) from None
        raise AssertionError("the second try returns or raises")

    def _counted(self, method: str, response: AsyncSlackResponse) -> AsyncSlackResponse:
        self._count(method, "ok")
        return response

    def _failed(self, method: str, error: Exception, *, writes: bool) -> Exception:
        failure = classify(error, writes=writes)
        self._count(method, failure.code)
        if remarks := complaints(error):
            log.warning("Slack remarked on a call", method=method, code=failure.code, remarks=remarks)
        return failure

    def _count(self, method: str, outcome: str) -> None:
        if len(self.calls) < 500:
            self.calls[method, outcome] = self.calls.get((method, outcome), 0) + 1


def _given(arguments: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in arguments.items() if value is not None}
