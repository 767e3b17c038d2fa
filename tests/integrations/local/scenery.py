"""Real repositories and real scripts for the tests of `local`."""

import asyncio
import hashlib
import os
import stat
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.operations import AttemptKey
from bot.domain.terms import MINUTE, Action, Millis, Target
from bot.ports import Order, Run, RunState, Snapshot
from integrations.local.deployer import LocalDeployer
from integrations.local.runs import RunsFolder
from integrations.local.settings import LocalTarget

SECRET = "xoxb-very-secret-token"
NOW: Millis = 1_795_000_000_000
REVISION = "5d2f0b7" + "0" * 33

_WHO = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "Ada Lovelace",
    "GIT_AUTHOR_EMAIL": "ada@acme.example",
    "GIT_COMMITTER_NAME": "Ada Lovelace",
    "GIT_COMMITTER_EMAIL": "ada@acme.example",
}


@dataclass(kw_only=True)
class Repository:
    """A repository with a working tree; commits are a minute apart."""

    path: Path
    minute: int = field(default=0)

    def git(self, *words: str) -> str:
        when = dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), f"{1_790_000_000 + 60 * self.minute} +0000")
        done = subprocess.run(
            ["git", "-C", str(self.path), *words], env=_WHO | when, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self, message: str, **files: str) -> str:
        self.minute += 1
        for name, content in (files or {"README": message}).items():
            path = self.path / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def fast_import(self, *commands: str) -> None:
        subprocess.run(
            ["git", "-C", str(self.path), "fast-import", "--quiet"],
            env=_WHO,
            input="".join(commands),
            text=True,
            check=True,
        )


def repository(path: Path) -> Repository:
    path.mkdir(parents=True)
    made = Repository(path=path)
    made.git("init", "--quiet", "--initial-branch", "main")
    return made


def script(path: Path, body: str) -> Path:
    """An executable POSIX sh script."""
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def _name(body: str) -> str:
    return f"script-{hashlib.sha256(body.encode()).hexdigest()[:12]}"


@dataclass(kw_only=True)
class Scene:
    """A folder with a deployer; `target` is what most orders are for."""

    folder: Path

    @property
    def runs(self) -> RunsFolder:
        return RunsFolder(path=self.folder / "runs")

    @property
    def deployer(self) -> LocalDeployer:
        return LocalDeployer(runs=self.runs, secrets=(SECRET,))

    def how(self, body: str = "", *words: str, **settings: object) -> LocalTarget:
        """A target whose command is a script with that body."""
        if body:
            script(self.folder / f"{_name(body)}.sh", body)
            words = (f"./{_name(body)}.sh", *words)
        return LocalTarget.model_validate({"run": words, **settings}, strict=False, context={"directory": self.folder})

    def order(self, how: LocalTarget, operation: int = 1, **changes: object) -> Order:
        words: dict[str, object] = {
            "key": AttemptKey(operation=operation, step=1, n=1),
            "action": Action.DEPLOY,
            "target": Target(service="web", environment="staging"),
            "revision": REVISION,
            "previous": "",
            "repository": str(self.folder / "repository"),
            "how": how,
            "sent_at": NOW,
            "deadline": MINUTE,
        }
        return Order(**(words | changes))  # type: ignore[arg-type]  # a table of fields

    async def until(self, run: Run, states: set[RunState]) -> Snapshot:
        found: Snapshot | None = None

        async def there() -> bool:
            nonlocal found
            found = await self.deployer.observe(run)
            return found.state in states

        await eventually(there)
        assert found is not None
        return found


async def eventually(condition: Callable[[], object], seconds: float = 10) -> None:
    """Wait until a condition of real processes holds; it may be a coroutine function."""
    give_up = time.monotonic() + seconds
    while True:
        answer = condition()
        if asyncio.iscoroutine(answer):
            answer = await answer
        if answer:
            return
        assert time.monotonic() < give_up, "it did not happen in time"
        await asyncio.sleep(0.01)
