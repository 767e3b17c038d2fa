"""Fixtures: a served playground on the real or a virtual clock, the official client, and official Bolt apps connected to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Playground, Served, VirtualClock


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK sends even loopback traffic through a proxy it finds in the environment."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def playground() -> Playground:
    return Playground()


@pytest.fixture
async def served(playground: Playground) -> AsyncIterator[Served]:
    async with playground.serve() as served:
        yield served


@pytest.fixture
def client(served: Served) -> AsyncWebClient:
    return web_client(served)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


def web_client(served: Served) -> AsyncWebClient:
    return AsyncWebClient(token=served.bot_token, base_url=served.api_url, retry_handlers=[])


def bolt_app(served: Served) -> AsyncApp:
    return AsyncApp(client=web_client(served), signing_secret=served.signing_secret)


@asynccontextmanager
async def over_sockets(playground: Playground, served: Served, app: AsyncApp) -> AsyncIterator[AsyncSocketModeHandler]:
    """Connect an app by Socket Mode and wait until the playground has said hello."""
    handler = AsyncSocketModeHandler(app, served.app_token, ping_interval=1)
    before = playground.connections
    await handler.connect_async()
    await playground.wait_for(lambda: playground.connections > before, what="a Socket Mode connection")
    try:
        yield handler
    finally:
        await handler.close_async()


@asynccontextmanager
async def over_http(playground: Playground, app: AsyncApp) -> AsyncIterator[str]:
    """Serve an app's HTTP endpoint with Bolt's own server code and deliver to it."""
    runner = web.AppRunner(app.web_app("/slack/events"), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    playground.deliver_to(url)
    try:
        yield url
    finally:
        playground.deliver_to_sockets()
        await runner.cleanup()


async def settled() -> None:
    """Give every task that is ready a turn."""
    for _ in range(10):
        await asyncio.sleep(0)
