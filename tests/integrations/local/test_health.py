"""The probe of `local`: the process is alive, and the target serves the revision."""

import os

import pytest
from pydantic import BaseModel, ValidationError

from bot.domain.terms import Target
from bot.domain.verification import Reading, Signal
from bot.errors import IntegrationError
from integrations.local import health
from integrations.local.health import LocalHealth, LocalProbe
from integrations.local.versions import LocalVersions
from tests.contracts.health import REVISION, HealthContract
from tests.fakes.clock import FakeClock
from tests.integrations.local.scenery import SECRET, Scene, script

pytestmark = pytest.mark.real

WEB = Target(service="web", environment="staging")
GONE = 4_000_000  # more than any process id that this system hands out


class Rig:
    """A target with a script that answers, and a file that names its process."""

    def __init__(self, scene: Scene, *, process: str | None = "{service}-{environment}.pid") -> None:
        self.scene, self.target, self.secrets = scene, WEB, (SECRET,)
        self.health = LocalHealth(versions=LocalVersions(clock=FakeClock(), secrets=self.secrets))
        self.settings = LocalProbe(process=process)
        self.how: BaseModel = scene.how("true", current=("./current.sh",))

    def runs(self, process: object) -> None:
        (self.scene.folder / "web-staging.pid").write_text(f"{process}\n")

    def serves(self, body: str) -> None:
        script(self.scene.folder / "current.sh", body)

    async def be_well(self, revision: str) -> None:
        self.runs(os.getpid())
        self.serves(f"echo {revision}")

    async def be_ill(self, revision: str) -> None:
        self.runs(GONE)

    async def be_out_of_reach(self) -> None:
        self.runs(os.getpid())
        self.serves(f"echo {SECRET} >&2; exit 1")

    async def look(self) -> Reading:
        return await self.health.probe(WEB, REVISION, settings=self.settings, how=self.how)


class TestContract(HealthContract):
    """What every probe has to prove."""

    @pytest.fixture
    def rig(self, scene: Scene) -> Rig:
        return Rig(scene)


async def test_another_revision_is_a_failure(scene: Scene) -> None:
    """It is alive, but it is not what was deployed."""
    rig = Rig(scene, process=None)
    rig.serves(f"echo {'a' * 40}")
    reading = await rig.look()
    assert (reading.signal, reading.seen) == (Signal.FAIL, "serves aaaaaaa")


async def test_what_was_seen(scene: Scene) -> None:
    """In words for people: with and without a process."""
    rig = Rig(scene)
    await rig.be_well(REVISION)
    assert (await rig.look()).seen == "alive, and serves 5d2f0b7"
    await rig.be_ill(REVISION)
    assert (await rig.look()).seen == f"process {GONE} is gone"
    without = Rig(scene, process=None)
    assert (await without.look()).seen == "serves 5d2f0b7"


async def test_no_file_means_no_process(scene: Scene) -> None:
    """Services remove their file when they end."""
    reading = await Rig(scene).look()
    assert (reading.signal, reading.seen) == (Signal.FAIL, "web-staging.pid is not there, so its process is not either")


@pytest.mark.parametrize("content", ["", "1", "0", "-5", "web", "x" * 1_000])
async def test_a_file_that_names_no_process(scene: Scene, content: str) -> None:
    """Nothing is known then; and the first process of the machine is nobody's service."""
    rig = Rig(scene)
    rig.runs(content)
    assert (await rig.look()).signal is Signal.INCONCLUSIVE


async def test_a_number_that_no_system_has(scene: Scene) -> None:
    """It is gone, if it ever was."""
    rig = Rig(scene)
    rig.runs(10**30)
    assert (await rig.look()).signal is Signal.FAIL


async def test_a_folder_instead_of_a_file(scene: Scene) -> None:
    """What cannot be read is inconclusive."""
    (scene.folder / "web-staging.pid").mkdir()
    assert (await Rig(scene).look()).signal is Signal.INCONCLUSIVE


async def test_a_target_that_cannot_tell(scene: Scene) -> None:
    """Where it has no `current`, being alive is all that can be known; without a process nothing can."""
    rig = Rig(scene)
    rig.runs(os.getpid())
    rig.how = scene.how("true")
    assert (await rig.look()).seen == "its process is alive"
    rig.settings = LocalProbe()
    assert (await rig.look()).signal is Signal.INCONCLUSIVE
    rig.settings = LocalProbe(process="web-staging.pid")
    rig.how = scene.how("true", current=("./current.sh",))
    rig.serves("true")
    assert (await rig.look()).signal is Signal.INCONCLUSIVE


async def test_a_target_of_another_integration(scene: Scene) -> None:
    """Its folder means nothing here."""
    rig = Rig(scene)
    rig.how = LocalProbe()
    with pytest.raises(IntegrationError, match="another integration"):
        await rig.look()


@pytest.mark.parametrize("path", ["{revision}.pid", " ", "a\0b"])
def test_paths_that_are_refused(path: str) -> None:
    """Unknown placeholders and words that are no path."""
    with pytest.raises(ValidationError):
        LocalProbe.model_validate({"process": path}, strict=True)


async def test_somebody_elses_process(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """That we may not signal it proves that it is there."""

    def forbidden(process: int, signal: int) -> None:
        raise PermissionError(f"process {process} is not ours to send {signal}")

    rig = Rig(scene)
    await rig.be_well(REVISION)
    monkeypatch.setattr(os, "kill", forbidden)
    assert health._alive(7)
    assert health._process(scene.folder / "web-staging.pid").signal is Signal.PASS
