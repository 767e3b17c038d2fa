"""The snippets of docs/claim, run as they stand there: against a real bot's door, against nothing, and with the skip variable."""

import asyncio
import os
import re
import signal
import sys
from asyncio import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from bot.config import safe_yaml
from bot.config.values import Listen
from bot.domain.claims import Answer
from bot.domain.operations import AttemptKey, State
from bot.engine.claiming import Claiming
from bot.store import audit
from bot.web.claims import ClaimDoor
from bot.web.listeners import Listener
from tests.support.claimed import claim_of, wanting
from tests.support.docs import ROOT
from tests.support.ship import WEB_STAGING, Ship

PAGES = ROOT / "docs" / "claim"
SHELL = re.search(r"^```sh\n(#!/bin/sh\n.*?)^```", (PAGES / "shell.md").read_text(), re.MULTILINE | re.DOTALL)
PYTHON = [sys.executable, "-m", "bot", "claim", "--patience", "0"]
GO_ON, CANNOT_ASK, REFUSED, UNREACHABLE = 0, 2, 3, 4

pytestmark = pytest.mark.real


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a snippet ended, and what stands in the log of the run."""

    code: int
    said: str


@dataclass(kw_only=True)
class Dock:
    """A bot whose run is under way, its door, and the snippets."""

    ship: Ship
    listener: Listener
    folder: Path
    address: str
    key: str
    snippet: str = "shell"
    extra: dict[str, str] = field(default_factory=dict)

    def variables(self, run: str) -> dict[str, str]:
        key, token = AttemptKey.parse(self.key), claim_of(self.ship, self.key, run).token
        named = {
            "OPERATION": str(key.operation),
            "STEP": str(key.step),
            "ATTEMPT": str(key.n),
            "TOKEN": token,
            "RUN": run,
        }
        return {f"QUARTERDECK_{name}": value for name, value in named.items()} | {"QUARTERDECK_CLAIM_URL": self.address}

    async def run(self, run: str = "run-1", **changes: str) -> Ran:
        """Run the snippet as a pipeline does; an empty change removes a variable."""
        wanted = self.variables(run) | {f"QUARTERDECK_{name}": value for name, value in changes.items()}
        env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "QUARTERDECK_TRIES": "1", "QUARTERDECK_PAUSE": "0"}
        argv = PYTHON if self.snippet == "python" else ["sh", str(self.folder / "claim.sh")]
        process = await subprocess.create_subprocess_exec(
            *argv, env=env | {name: value for name, value in wanted.items() if value}, stderr=subprocess.PIPE, cwd=self.folder
        )  # fmt: skip
        _, said = await process.communicate()
        assert process.returncode is not None
        return Ran(code=process.returncode, said=said.decode())


@pytest.fixture(params=["shell", "python"])
async def dock(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Dock]:
    """The same for both: what is said of one is true of the other."""
    assert SHELL is not None, "docs/claim/shell.md has the file"
    (tmp_path / "claim.sh").write_text(SHELL[1])
    ship = wanting()
    key = await ship.running()
    del asyncio.get_running_loop().time  # the ship's clock; from here on real processes are waited for
    claiming = Claiming(ship.runtime)
    app = web.Application()
    ClaimDoor(lambda: claiming, ship.clock.now).add_to(app)
    listener = Listener(app, Listen("127.0.0.1:0"), "web.public.listen")
    address = f"http://{await listener.open()}/v1/claim"
    yield Dock(ship=ship, listener=listener, folder=tmp_path, address=address, key=key, snippet=request.param)
    await listener.close()


async def test_one_run_goes_on(dock: Dock) -> None:
    """The first, and the same again; another is refused; what is said names the operation and no token."""
    first = await dock.run()
    assert (first.code, (await dock.run()).code) == (GO_ON, GO_ON)
    assert "#1" in first.said
    other = await dock.run("run-2")
    assert other.code == REFUSED
    assert "Another run has claimed" in other.said
    assert claim_of(dock.ship, dock.key, "run-1").token not in first.said + other.said
    assert (await dock.ship.operation(1)).claimed_by == "run-1"


async def test_a_token_that_does_not_fit(dock: Dock) -> None:
    """Refused, and not asked again."""
    assert (await dock.run(TOKEN="qd1_" + "0" * 64)).code == REFUSED
    assert (await dock.run(OPERATION="999")).code == REFUSED


@pytest.mark.parametrize("name", ["STEP", "ATTEMPT", "TOKEN", "CLAIM_URL"])
async def test_a_variable_that_was_not_passed_on(dock: Dock, name: str) -> None:
    """A pipeline that forgets one does not deploy, and hears which."""
    ran = await dock.run(**{name: ""})
    assert ran.code == CANNOT_ASK
    assert f"QUARTERDECK_{name}" in ran.said


async def test_runs_from_outside(dock: Dock) -> None:
    """Without a standing token they go on; with one they ask, and the configuration says what they hear."""
    ran = await dock.run(OPERATION="")
    assert (ran.code, "not started by Quarterdeck" in ran.said) == (GO_ON, True)
    token = await Claiming(dock.ship.runtime).outside_token(WEB_STAGING)
    outside = {"OPERATION": "", "OUTSIDE_TOKEN": token, "SERVICE": "web", "ENVIRONMENT": "staging"}
    assert (await dock.run(**outside)).code == GO_ON
    assert (await dock.run(**outside | {"ENVIRONMENT": "production"})).code == REFUSED, "the token is of one target"
    assert (await dock.run(**outside | {"SERVICE": ""})).code == CANNOT_ASK
    assert (await dock.run(**outside | {"CLAIM_URL": "http://127.0.0.1:9/v1/claim"})).code == UNREACHABLE
    assert (
        await dock.run(**outside | {"CLAIM_URL": "http://127.0.0.1:9/v1/claim", "CLAIM": "skip:gone"})
    ).code == GO_ON
    lines = await dock.ship.store.read(lambda tx: audit.of_subject(tx, f"target:{WEB_STAGING}"))
    assert [line.action for line in lines] == ["claim.outside"]
    assert (await dock.ship.operation(1)).claimed_by == ""


async def test_a_rehearsal(dock: Dock) -> None:
    """It is heard, and the run stops."""
    name, token = await Claiming(dock.ship.runtime).rehearse(WEB_STAGING)
    ran = await dock.run(OPERATION=name, TOKEN=token)
    assert (ran.code, "rehearsal" in ran.said) == (REFUSED, True)


async def test_skipping_where_the_bot_listens(dock: Dock) -> None:
    """It goes on, its log shouts, and the bot knows."""
    ran = await dock.run(CLAIM="skip:host gone, Ada")
    assert ran.code == GO_ON
    assert "THE CLAIM IS SKIPPED: host gone, Ada" in ran.said
    assert "Quarterdeck knows." in ran.said
    assert (await dock.ship.operation(1)).unclaimed == "skipped: host gone, Ada"
    lines = await dock.ship.store.read(lambda tx: audit.of_subject(tx, "operation:1"))
    assert ("claim.skipped", "host gone, Ada") in {(line.action, line.reason) for line in lines}


@pytest.mark.parametrize("word", ["skip", "skip:", "skip: ", "yes", "skip-it:now"])
async def test_skipping_needs_a_reason(dock: Dock, word: str) -> None:
    """Anything but skip:REASON lets nobody go on."""
    assert (await dock.run(CLAIM=word)).code == CANNOT_ASK


async def test_a_page_that_is_not_the_bots(dock: Dock) -> None:
    """A sign-in page that answers 200, or a redirect to one, is no yes."""
    pages = {
        "200": web.Response(text="Sign in"),
        "json": web.json_response({"ok": True}),
        "302": web.Response(status=302, headers={"location": dock.address}),
    }

    async def page(request: web.Request) -> web.Response:
        return pages[request.match_info["name"]]

    app = web.Application()
    app.router.add_post("/{name}", page)
    stranger = Listener(app, Listen("127.0.0.1:0"), "web.public.listen")
    address = f"http://{await stranger.open()}"
    for path in pages:
        assert (await dock.run(CLAIM_URL=f"{address}/{path}")).code == UNREACHABLE, path
    await stranger.close()


SERVER = """
import asyncio, sys
from aiohttp import web
async def main():
    app = web.Application()
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


async def test_the_outage_drill(dock: Dock) -> None:
    """The host is gone: the run stops untouched, and with skip:REASON it goes out; nobody waits for anything."""
    bot = await subprocess.create_subprocess_exec(sys.executable, "-c", SERVER, stdout=subprocess.PIPE)
    assert bot.stdout is not None
    port = int(await bot.stdout.readline())
    bot.send_signal(signal.SIGKILL)
    await bot.wait()
    gone = f"http://127.0.0.1:{port}/v1/claim"
    began = asyncio.get_running_loop().time()
    ran = await dock.run(CLAIM_URL=gone)
    assert ran.code == UNREACHABLE
    assert "QUARTERDECK_CLAIM=skip:REASON" in ran.said
    ran = await dock.run(CLAIM_URL=gone, CLAIM="skip:the host is gone")
    assert ran.code == GO_ON
    assert "THE CLAIM IS SKIPPED: the host is gone" in ran.said
    assert "could not be told" in ran.said
    assert asyncio.get_running_loop().time() - began < 300, "the drill takes less than five minutes"
    assert (await dock.ship.operation(1)).state is State.RUNNING


@pytest.mark.parametrize("name", ["github-actions", "gitlab-ci"])
def test_pipelines_are_yaml_and_ask_first(name: str) -> None:
    """What is to be copied parses, and asks before it deploys."""
    found = re.search(r"^```yml\n(.*?)^```", (PAGES / f"{name}.md").read_text(), re.MULTILINE | re.DOTALL)
    assert found is not None
    assert 0 < found[1].index("claim.sh") < found[1].index("./deploy.sh")
    assert safe_yaml.loads(found[1])


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.stem)
def test_variables_are_spelled_as_they_are(page: Path) -> None:
    """No page names a variable that nobody reads."""
    known = {"OPERATION", "STEP", "ATTEMPT", "TOKEN", "CLAIM_URL", "CLAIM", "RUN", "TRIES", "PAUSE"}
    known |= {"OUTSIDE_TOKEN", "SERVICE", "ENVIRONMENT"}
    assert set(re.findall(r"QUARTERDECK_([A-Z_]*[A-Z])", page.read_text())) <= known


def test_every_reason_is_documented() -> None:
    """What a run may hear stands in the table."""
    text = (PAGES / "index.md").read_text()
    heard = set(Answer) - {Answer.UNKNOWN, Answer.SKIPPED}
    assert [each for each in heard if f"`{each}`" not in text] == []
