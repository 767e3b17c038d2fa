"""A small real installation for tests of the running app: a git repository, a script, a configuration, the playground as Slack."""

import os
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot import config
from bot.app import App, running
from bot.discovering import integration_models, integration_modules
from bot.playground.playground import Playground, Served

GIT = {
    "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.test", "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.test", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
    "PATH": os.environ["PATH"], "HOME": "/nonexistent",
}  # fmt: skip

CONFIGURATION = """
slack:
  bot_token: "${SLACK_BOT_TOKEN}"
  HOW_IN
  base_url: "${SLACK_BASE_URL}"
WEB
roles:
  engineers: {people: [engineering], may: [deploy, rollback, stop, doctor]}
services:
  web:
    repository: REPOSITORY
    channel: team-web
    announce: channel
    deploy:
      via: local
      run: [/bin/sh, deploy.sh, "{environment}", "{revision}"]
      current: [/bin/sh, current.sh, "{environment}"]
    environments: {staging: {confirm: always}, production: {}}
store: quarterdeck.db
"""


@dataclass(kw_only=True)
class Harbour:
    """What is up."""

    playground: Playground
    served: Served
    folder: Path
    configuration: config.Configuration


def installation(folder: Path, *, port: int = 0) -> Path:
    """A repository with two commits, the two scripts, and the configuration; returns the configuration's path."""
    repository = folder / "web"
    repository.mkdir()
    git = ["git", "-C", str(repository)]
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True, env=GIT)
    for number in (1, 2):
        (repository / "file").write_text(str(number))
        subprocess.run([*git, "add", "."], check=True, env=GIT)
        subprocess.run([*git, "commit", "-q", "-m", f"feat: change {number} (#{number})"], check=True, env=GIT)
    (folder / "deploy.sh").write_text('echo "::step 1/2 fetch"\necho "$2" > "live-$1"\necho "::step 2/2 switch"\n')
    (folder / "current.sh").write_text('cat "live-$1" 2>/dev/null || true\n')
    how = 'app_token: "${SLACK_APP_TOKEN}"' if not port else 'signing_secret: "${SLACK_SIGNING_SECRET}"'
    web = "web:\n  private: {listen: '127.0.0.1:0'}\n"
    if port:
        web += f"  public: {{listen: '127.0.0.1:{port}', url: 'https://ops.example.test'}}\n"
    text = CONFIGURATION.replace("HOW_IN", how).replace("WEB", web).replace("REPOSITORY", str(repository))
    path = folder / "quarterdeck.yaml"
    path.write_text(text)
    return path


def free_port() -> int:
    """A port that nobody used a moment ago."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@asynccontextmanager
async def harbour(folder: Path, *, http: bool = False) -> AsyncIterator[Harbour]:
    """The playground, and a configuration that points at it."""
    playground = Playground(seed=7)
    port = free_port() if http else 0
    async with playground.serve(port=0) as served:
        environment = {
            "SLACK_BOT_TOKEN": served.bot_token,
            "SLACK_APP_TOKEN": served.app_token,
            "SLACK_SIGNING_SECRET": served.signing_secret,
            "SLACK_BASE_URL": served.api_url,
        }
        path = installation(folder, port=port)
        configuration = config.load(path, integration_models(integration_modules()), environment)
        if http:
            playground.deliver_to(f"http://127.0.0.1:{port}/slack/events")
        yield Harbour(playground=playground, served=served, folder=folder, configuration=configuration)


@asynccontextmanager
async def afloat(folder: Path, *, http: bool = False) -> AsyncIterator[tuple[Harbour, App]]:
    """The same with the bot running in this process."""
    async with harbour(folder, http=http) as port, running(port.configuration) as app:
        if not http:
            await app.room.wait_connected()
        yield port, app
