"""The playground on its own, for any Slack app: start it, print what the app needs, stay until interrupted."""

import asyncio
from collections.abc import Callable

from bot.playground.errors import Json
from bot.playground.playground import Playground, Served


async def serve_forever(
    host: str = "127.0.0.1",
    port: int = 8555,
    manifest: Json | None = None,
    http_url: str | None = None,
    say: Callable[[str], None] = print,
) -> None:
    """Serve until cancelled; OSError when the port is taken, PlaygroundError when Slack would refuse the manifest."""
    playground = Playground()
    if manifest is not None:
        playground.install(manifest)
    if http_url is not None:
        playground.deliver_to(http_url)
    async with playground.serve(host, port) as served:
        say(introduction(served, http_url))
        await asyncio.Event().wait()


def introduction(served: Served, http_url: str | None) -> str:
    """Return what somebody needs to connect an app."""
    lines = [
        f"Playground  {served.url}",
        f"base_url    {served.api_url}",
        f"bot token   {served.bot_token}",
        f"app token   {served.app_token}",
        f"signing     {served.signing_secret}",
    ]
    return "\n".join([*lines, f"delivering to {http_url}" if http_url else "Socket Mode: connect with the app token."])
