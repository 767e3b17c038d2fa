"""Where real processes meet: a playground, a bot that is killed, git, and scripts that write down that they ran."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from tests.app.harbour import GIT

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
LOOK = 0.05  # seconds between two looks at a condition
PATIENCE = 60.0  # seconds that anything may take on a machine that is busy with other things
DATE = "2026-11-24T09:00:00Z"  # of every commit, so that the same seed makes the same revisions
SERVICES = ("web", "api")

CONFIGURATION = """
slack:
  bot_token: "${SLACK_BOT_TOKEN}"
  app_token: "${SLACK_APP_TOKEN}"
  base_url: "${SLACK_BASE_URL}"
roles:
  engineers: {people: [members], may: [deploy, rollback, promote, stop, decide, doctor]}
services:
SERVICES
store: quarterdeck.db
"""
SERVICE = """
  NAME:
    repository: REPOSITORY
    channel: team-NAME
    announce: channel
    deploy:
      via: local
      run: [/bin/sh, deploy.sh, "{service}-{environment}", "{revision}", "{operation}"]
      current: [/bin/sh, current.sh, "{service}-{environment}"]
      grace: 1s
    environments: {staging: {}, production: {}}
"""
# The ledger is the script's own: whoever starts it twice is seen there, whatever anybody remembers.
DEPLOY = """
echo "$3 $1 $2" >> ledger
echo "::step 1/2 fetch"
sleep 0.3
case "$2" in *[0-2]) echo "this revision is broken"; exit 3;; esac
echo "$2" > "live-$1.$3" && mv "live-$1.$3" "live-$1"
echo "::step 2/2 switch"
"""
CURRENT = 'cat "live-$1" 2>/dev/null || true\n'


async def until(found: Callable[[], T], patience: float = PATIENCE, look: float = LOOK) -> T | None:
    """The first truthy answer, asked again and again; None where there was none in that many seconds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + patience
    while not (answer := found()) and loop.time() < end:
        await asyncio.sleep(look)
    return answer or None


@dataclass(kw_only=True)
class Quay:
    """A folder with an installation, the playground's process beside it, and how to reach that as people do."""

    folder: Path
    slack: str
    secrets: Mapping[str, str]
    session: aiohttp.ClientSession
    commits: int = 0

    @property
    def database(self) -> Path:
        """The bot's database."""
        return self.folder / "quarterdeck.db"

    def ledger(self) -> int:
        """How many runs have begun, as their script wrote it down."""
        return (self.folder / "ledger").read_text().count("\n")

    def environment(self) -> dict[str, str]:
        """Of the bot: the playground's tokens, and the repository importable."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "QUARTERDECK_"))}
        return kept | dict(self.secrets) | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}

    async def launch(self) -> "Bot":
        """A bot's process; it may take a second until it is ready."""
        argv = [sys.executable, "-m", "bot", "run", "--log-level", "warning"]
        log = (self.folder / "bot.log").open("ab")
        process = await asyncio.create_subprocess_exec(
            *argv, cwd=self.folder, env=self.environment(), stdout=asyncio.subprocess.PIPE, stderr=log,
            start_new_session=True,
        )  # fmt: skip
        log.close()
        return Bot(process=process)

    def commit(self, service: str) -> str:
        """One more commit on main; returns its revision."""
        self.commits += 1
        git = ["git", "-C", str(self.folder / service)]
        dated = GIT | {"GIT_AUTHOR_DATE": DATE, "GIT_COMMITTER_DATE": DATE}
        title = f"feat: change {self.commits}"
        subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", title], check=True, env=dated)
        done = subprocess.run([*git, "rev-parse", "HEAD"], check=True, env=dated, capture_output=True, text=True)
        return done.stdout.strip()

    async def do(self, verb: str, **body: Any) -> dict[str, Any]:
        """What a person does in the page: `type`, `click`, …"""
        async with self.session.post(f"{self.slack}/ui/{verb}", json=body) as answer:
            return await answer.json()  # type: ignore[no-any-return]

    async def sees(self, who: str, channel: str) -> list[dict[str, Any]]:
        """The messages of a channel as a person sees them, oldest first."""
        async with self.session.get(f"{self.slack}/ui/messages", params={"as": who, "channel": channel}) as answer:
            return (await answer.json())["messages"]  # type: ignore[no-any-return]

    async def call(self, method: str, **arguments: str) -> dict[str, Any]:
        """Slack's own API, with the bot's token."""
        head = {"Authorization": f"Bearer {self.secrets['SLACK_BOT_TOKEN']}"}
        async with self.session.post(f"{self.slack}/api/{method}", data=arguments, headers=head) as answer:
            found: dict[str, Any] = await answer.json()
        assert found["ok"], found
        return found


@dataclass(kw_only=True)
class Bot:
    """One life of the bot."""

    process: asyncio.subprocess.Process

    async def ready(self) -> None:
        """Wait for the line that says so."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while line := await self.process.stdout.readline():
                if b"is ready" in line:
                    return
        raise AssertionError("the bot ended before it was ready")

    async def kill(self) -> None:
        """Kill -9: the process only; runs and their supervisors are not its children any more."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def stop(self) -> int:
        """SIGTERM; returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):
            return await self.process.wait()


@asynccontextmanager
async def quay(folder: Path) -> AsyncIterator[Quay]:
    """The installation with a playground beside it; afterwards no process of it is left."""
    _install(folder)
    playground = await _playground(folder)
    try:
        secrets = await _introduction(playground)
        slack = secrets["SLACK_BASE_URL"].removesuffix("/api/")
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            found = Quay(folder=folder, slack=slack, secrets=secrets, session=session)
            for service in SERVICES:
                found.commit(service)
            yield found
    finally:
        playground.kill()
        await playground.wait()


def _install(folder: Path) -> None:
    services = ""
    for service in SERVICES:
        repository = folder / service
        repository.mkdir()
        subprocess.run(["git", "-C", str(repository), "init", "-q", "-b", "main"], check=True, env=GIT)
        services += SERVICE.replace("NAME", service).replace("REPOSITORY", str(repository))
    (folder / "quarterdeck.yaml").write_text(CONFIGURATION.replace("SERVICES", services))
    (folder / "deploy.sh").write_text(DEPLOY)
    (folder / "current.sh").write_text(CURRENT)
    (folder / "ledger").touch()


async def _playground(folder: Path) -> asyncio.subprocess.Process:
    environment = dict(os.environ) | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "playground", "--port", "0", cwd=folder, env=environment,
        stdout=asyncio.subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


async def _introduction(playground: asyncio.subprocess.Process) -> dict[str, str]:
    """What the playground prints, as the variables that the configuration names."""
    names = {"base_url": "SLACK_BASE_URL", "bot token": "SLACK_BOT_TOKEN", "app token": "SLACK_APP_TOKEN"}
    assert playground.stdout is not None
    found: dict[str, str] = {}
    async with asyncio.timeout(PATIENCE):
        while len(found) < len(names) and (line := await playground.stdout.readline()):
            said = line.decode().strip()
            found |= {name: said.split()[-1] for word, name in names.items() if said.startswith(word)}
    assert len(found) == len(names), "the playground says where it is"
    return found
