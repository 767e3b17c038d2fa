"""The official JavaScript Bolt, unmodified, against the playground: over Socket Mode and over signed HTTP.

It is installed with npm into a cache folder outside the repository (one folder per `package.json`); skipped where node or npm
is missing, unless CI is set.
"""

import asyncio
import contextlib
import hashlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.playground import Playground, Served

NODE = Path(__file__).parent / "node"
PROXIES = {"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"}
pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("node") and shutil.which("npm")) and not os.environ.get("CI"),
        reason="node or npm is not installed",
    ),
]


@pytest.fixture(scope="module")
def installed() -> Path:
    """Return a folder in which Bolt is installed and the app lies."""
    version = hashlib.sha256((NODE / "package.json").read_bytes()).hexdigest()[:12]
    folder = Path(os.environ.get("QUARTERDECK_CACHE", tempfile.gettempdir())) / f"quarterdeck-bolt-js-{version}"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "app.mjs"):
        shutil.copy(NODE / name, folder / name)
    if not (folder / "node_modules" / "@slack" / "bolt" / "package.json").exists():
        argv = [
            "npm",
            "install",
            "--no-package-lock",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--loglevel=error",
        ]
        subprocess.run(argv, cwd=folder, check=True, timeout=300, capture_output=True)
    return folder


@contextlib.asynccontextmanager
async def running(folder: Path, served: Served, port: int = 0) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the app until the block ends; with a port it listens for HTTP delivery."""
    environment = {name: value for name, value in os.environ.items() if name not in PROXIES}
    environment |= {"BASE_URL": served.api_url, "BOT_TOKEN": served.bot_token, "APP_TOKEN": served.app_token}
    environment |= {"SIGNING_SECRET": served.signing_secret, "PORT": str(port or "")}
    pipe = asyncio.subprocess.PIPE
    app = await asyncio.create_subprocess_exec("node", "app.mjs", cwd=folder, env=environment, stdout=pipe)
    assert app.stdout is not None
    try:
        async with asyncio.timeout(30):
            assert await app.stdout.readline() == b"ready\n"
        yield app
    finally:
        app.terminate()
        await app.communicate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(params=["socket", "http"])
async def playground(request: pytest.FixtureRequest, installed: Path) -> AsyncIterator[Playground]:
    """Return a playground with the JavaScript app connected to it."""
    playground = Playground()
    port = free_port() if request.param == "http" else 0
    async with playground.serve() as served, running(installed, served, port):
        if port:
            playground.deliver_to(f"http://127.0.0.1:{port}/slack/events")
            await playground.verify_url()
        else:
            await playground.wait_for(lambda: playground.connections == 1, timeout=10)
        yield playground
        playground.deliver_to_sockets()


async def test_the_whole_of_bolt_js(playground: Playground) -> None:
    """Command, button, form, suggestion, errors, mention, DM, Home, shortcut, pagination: as with the real Slack."""
    assert (await playground.type("ada", "team-web", "/ops web @grace")).notice == ""
    plan = playground.ephemerals("ada")[0]
    assert plan.text == "plan for web <@U02GRACE>"
    assert await playground.click("ada", "team-web", plan.ts, "Go") == ""
    await playground.wait_for(lambda: playground.ephemerals("ada")[0].text == "pressed web")

    await playground.type("ada", "team-web", "/ops form")
    await playground.wait_for(lambda: playground.view("ada"))
    offered = await playground.suggest("ada", "service", "a")
    assert [option["value"] for option in offered["options"]] == ["api"]
    assert await playground.submit("ada", {"name": "bad", "service": "api"}) == {"errors": {"name": "No such service."}}
    assert await playground.submit("ada", {"name": "web"}) == {}
    await playground.wait_for(lambda: [m.text for m in playground.messages("@quarterdeck", "ada")] == ["form web"])

    asked = await playground.type("ada", "team-web", "@quarterdeck status")
    await playground.wait_for(lambda: playground.thread("team-web", asked.ts)[1:])
    await playground.type("grace", "@quarterdeck", "hello")
    await playground.wait_for(lambda: playground.messages("@quarterdeck", "grace")[-1].text == "you wrote hello")
    playground.open_home("ada")
    home = await playground.wait_for(lambda: playground.home("ada"))
    assert home["blocks"][0]["text"]["text"] == "*Home*"

    await playground.shortcut("ada", "about", "team-web", asked.ts)
    view = await playground.wait_for(lambda: playground.view("ada"))
    assert view["private_metadata"] == "<@U02QDECK> status"
    await playground.close("ada")
    await playground.wait_for(lambda: playground.journal.acks("view_closed"))

    await playground.type("linus", "team-web", "/pages")
    pages = await playground.wait_for(lambda: playground.ephemerals("linus"))
    assert pages[0].text.split() == [
        "general", "team-web", "team-api", "incidents", "alerts", "quarterdeck", "shared-partner", "old-stuff",
    ]  # fmt: skip
    refused = [entry for entry in playground.journal.entries() if not entry.ok]
    assert refused == []
