"""`local` keeps the contracts of its ports, with real git and real processes."""

import os
import signal
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.domain.terms import Target
from bot.ports import Order, Run, RunState, Snapshot
from integrations.local import supervisor
from integrations.local.deployer import LocalDeployer
from integrations.local.git import Git
from integrations.local.repository import LocalChanges
from integrations.local.versions import LocalVersions
from tests.contracts.changes import ChangesContract, KnownHistory
from tests.contracts.deployer import FINAL, DeployerContract, Ending
from tests.contracts.logs import LogsContract
from tests.contracts.versions import VersionsContract
from tests.integrations.local.scenery import NOW, SECRET, Repository, Scene, eventually, repository, script

pytestmark = pytest.mark.real

BODIES = {
    Ending.WELL: "echo '::step 1/1 switch'; echo done",
    Ending.BADLY: "echo 'relation \"orders\" is locked' >&2; exit 3",
    Ending.NEVER: "exec sleep 60",
}


@dataclass
class _DeployerRig:
    scene: Scene
    secrets: tuple[str, ...] = (SECRET,)

    @property
    def deployer(self) -> LocalDeployer:
        return self.scene.deployer

    def restarted(self) -> LocalDeployer:
        return self.scene.deployer

    def order(self, operation: int = 1, *, ending: Ending = Ending.WELL) -> Order:
        return self.scene.order(self.scene.how(f"echo $$ >> ran; {BODIES[ending]}"), operation)

    def impossible(self) -> Order:
        return self.scene.order(self.scene.how("true", "{revision}"), revision=f"--token={SECRET}")

    async def until(self, run: Run, states: set[RunState]) -> Snapshot:
        return await self.scene.until(run, states)

    async def runs(self) -> int:
        for folder in self.scene.runs.all():
            await self.until(Run(reference={"run": folder.key}), FINAL | {RunState.RUNNING})
        return len(self.scene.runs.all())

    async def lose(self, run: Run) -> None:
        watching = self.scene.runs.folder(run.reference["run"]).alive(supervisor.STARTED)
        assert watching
        os.kill(watching, signal.SIGKILL)
        folder = self.scene.runs.folder(run.reference["run"])
        await eventually(lambda: not folder.supervised)

    async def stranger(self) -> Run:
        return Run(reference={"run": "999:1:1"})


class TestLocalDeployer(DeployerContract):
    """Class A, by a folder that is made once."""

    @pytest.fixture
    def rig(self, scene: Scene) -> _DeployerRig:
        return _DeployerRig(scene)


class TestLocalLogs(LogsContract):
    """The output file."""

    @pytest.fixture
    def rig(self, scene: Scene) -> "_LogsRig":
        return _LogsRig(scene)


@dataclass
class _LogsRig:
    scene: Scene
    secrets: tuple[str, ...] = (SECRET,)

    @property
    def logs(self) -> LocalDeployer:
        return self.scene.deployer

    async def printed(self, text: str) -> Run:
        (self.scene.folder / "text").write_text(text, newline="")
        run = await self.scene.deployer.start(self.scene.order(self.scene.how("cat text")))
        await self.scene.until(run, FINAL)
        return run


class _FixedClock:
    def now(self) -> int:
        return NOW

    async def sleep(self, millis: int) -> None:
        raise AssertionError(f"nobody sleeps for {millis} ms here")


@dataclass
class _VersionsRig:
    folder: Path
    secrets: tuple[str, ...] = (SECRET,)
    now: int = NOW
    target: Target = field(default_factory=lambda: Target(service="web", environment="staging"))

    @property
    def versions(self) -> LocalVersions:
        return LocalVersions(clock=_FixedClock(), secrets=self.secrets)

    @property
    def how(self) -> BaseModel:
        return Scene(folder=self.folder).how("true", current=("./current.sh", "{service}", "{environment}"))

    async def serve(self, revision: str) -> None:
        script(self.folder / "current.sh", f'test "$1 $2" = "web staging" && echo "{revision}"')

    async def fall_silent(self) -> None:
        script(self.folder / "current.sh", f"echo 'cannot log in with {SECRET}' >&2; exit 7")


class TestLocalVersions(VersionsContract):
    """The `current` command."""

    @pytest.fixture
    def rig(self, tmp_path: Path) -> _VersionsRig:
        return _VersionsRig(tmp_path)


def known_history(path: Path) -> Repository:
    made = repository(path)
    made.commit("Old")
    made.git("tag", "--annotate", "v1.0", "--message", "Version 1")
    made.git("switch", "--quiet", "--create", "feature/side")
    side = made.commit("Side")
    made.git("update-ref", "refs/pull/12/head", side)
    made.git("switch", "--quiet", "main")
    made.commit("Middle (#7)\n\nWhy it was done.", db__migrate__0042_orders_sql="create")
    made.commit("Tip", README="tip")
    return made


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return known_history(tmp_path_factory.mktemp("git") / "repository")


class TestLocalChanges(ChangesContract):
    """Git, on a repository with a working tree."""

    @pytest.fixture
    def history(self, shared: Repository) -> KnownHistory:
        return KnownHistory(
            changes=LocalChanges(git=Git(deadline=10_000)),
            repository=str(shared.path),
            absent=str(shared.path.parent / "absent"),
            old=shared.git("rev-parse", "v1.0^{commit}"),
            middle=shared.git("rev-parse", "main~1"),
            tip=shared.git("rev-parse", "main"),
            side=shared.git("rev-parse", "feature/side"),
            branch="feature/side",
            tag="v1.0",
            number=12,
            folder="db/migrate",
        )
