"""What a target answers, and what the doctor finds."""

import os
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.domain.terms import SECOND, Target
from bot.errors import IntegrationError, Kind
from bot.ports import Finding, Severity, Surroundings
from integrations import local
from integrations.local import doctor, versions
from integrations.local.doctor import LocalDoctor
from integrations.local.git import Git
from integrations.local.runs import RunsFolder
from integrations.local.versions import LocalVersions
from tests.integrations.local.scenery import NOW, Scene, repository, script

pytestmark = pytest.mark.real

WEB = Target(service="web", environment="staging")


class _Clock:
    def now(self) -> int:
        return NOW

    async def sleep(self, millis: int) -> None:
        raise AssertionError(f"nobody sleeps for {millis} ms here")


class _Random:
    def token(self) -> str:
        raise AssertionError("nothing here is left to chance")

    def fraction(self) -> float:
        raise AssertionError("nothing here is left to chance")


def answering(scene: Scene, body: str) -> BaseModel:
    script(scene.folder / "current.sh", body)
    return scene.how("true", current=("./current.sh", "{service}", "{environment}"))


async def asked(how: BaseModel) -> str:
    live = await LocalVersions(clock=_Clock()).current(WEB, how)
    return live.revision if live else ""


async def test_the_first_word_counts(scene: Scene) -> None:
    """Scripts may say more than the revision."""
    assert await asked(answering(scene, "echo '  5d2f0b7 since Monday'; echo more")) == "5d2f0b7"


async def test_without_a_command_nobody_can_tell(scene: Scene) -> None:
    """By configuration the target cannot be asked: None, not an error."""
    assert await LocalVersions(clock=_Clock()).current(WEB, scene.how("true")) is None


@pytest.mark.parametrize("word", ["v1.4", "main", "ABCDEF1", "abc", "<!channel>"])
async def test_what_is_no_revision_is_refused(scene: Scene, word: str) -> None:
    """A version name is not a commit: the hint says what to print."""
    with pytest.raises(IntegrationError) as raised:
        await asked(answering(scene, f"echo '{word}'"))
    assert raised.value.kind is Kind.INVALID
    assert "full hash" in raised.value.hint


async def test_a_silent_failure_has_its_status(scene: Scene) -> None:
    """Exit status and target, where the script says nothing."""
    with pytest.raises(IntegrationError, match="web → staging could not say what it serves: exit status 7"):
        await asked(answering(scene, "exit 7"))


async def test_a_target_that_hangs(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that leaves a child behind which keeps the line open."""
    monkeypatch.setattr(versions, "DEADLINE", SECOND // 5)
    for body in ("exec sleep 60", "sleep 60 & echo 5d2f0b7"):
        with pytest.raises(IntegrationError) as raised:
            await asked(answering(scene, body))
        assert raised.value.kind is Kind.UNAVAILABLE


async def test_a_target_that_never_stops_talking(scene: Scene) -> None:
    """It is cut off; the first word still counts only if it is a revision."""
    with pytest.raises(IntegrationError):
        await asked(answering(scene, "yes nonsense"))


async def test_a_command_that_is_not_there(scene: Scene) -> None:
    """Which program, and the fix."""
    how = scene.how("true", current=("./absent.sh",))
    with pytest.raises(IntegrationError) as raised:
        await asked(how)
    assert str(raised.value) == "cannot start ./absent.sh: No such file or directory"
    assert "./absent.sh" in raised.value.hint


async def test_settings_of_another_integration() -> None:
    """They are refused, not guessed at."""
    with pytest.raises(IntegrationError, match="another integration: LocalSettings"):
        await LocalVersions(clock=_Clock()).current(WEB, local.SETTINGS())


def worst(found: tuple[Finding, ...]) -> list[str]:
    return [finding.sentence for finding in found if finding.severity is not Severity.FINE]


def a_doctor(runs: Path) -> LocalDoctor:
    return LocalDoctor(name="local", git=Git(deadline=10_000), runs=RunsFolder(path=runs))


async def test_all_is_well(scene: Scene) -> None:
    """Git, the runs folder, the repository and both commands."""
    repository(scene.folder / "repository").commit("One")
    how = answering(scene, "true")
    found = await a_doctor(scene.folder / "runs").examine()
    about = await a_doctor(scene.folder / "runs").examine_target(WEB, str(scene.folder / "repository"), how)
    assert worst(found + about) == []
    assert len(about) == 3


async def test_what_is_wrong_comes_with_its_fix(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """No repository, no program, no folder, no git: a fix each."""
    here = a_doctor(scene.folder / "runs")
    absent = scene.how("true", current=("./absent.sh",))
    found = await here.examine_target(WEB, str(scene.folder / "absent"), absent)
    nowhere = absent.model_copy(update={"folder": scene.folder / "nowhere"})
    found += await here.examine_target(WEB, str(scene.folder / "absent"), nowhere)
    (scene.folder / "file").write_text("in the way")
    found += await a_doctor(scene.folder / "file" / "runs").examine()
    monkeypatch.setenv("PATH", str(scene.folder / "nowhere"))
    found += await here.examine()
    wrong = [finding for finding in found if finding.severity is Severity.PROBLEM]
    assert len(wrong) == 7
    assert all(finding.fix and finding.sentence.isprintable() for finding in wrong)


async def test_an_old_git(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Old ones do not know the words that we rely on."""
    script(scene.folder / "git", "echo git version 2.17.1")
    monkeypatch.setenv("PATH", f"{scene.folder}:{os.environ['PATH']}")
    assert worst(await a_doctor(scene.folder / "runs").examine()) == ["git 2.17.1 is too old"]


async def test_disks(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network disk cannot hold the lock, a full one not the output."""
    monkeypatch.setattr(doctor, "_file_system", lambda _path: "nfs4")
    monkeypatch.setattr(doctor, "_ENOUGH", 2**62)
    found = worst(await a_doctor(scene.folder / "runs").examine())
    assert "network file system (nfs4)" in found[0]
    assert found[1].endswith("MB are free")


def test_build(tmp_path: Path) -> None:
    """Everything but checks; the runs lie beside the database unless the settings say otherwise."""
    around = Surroundings(clock=_Clock(), random=_Random(), folder=tmp_path, secrets=("secret",))
    made = local.build("local", local.SETTINGS(), around)
    assert made.checks is None
    assert None not in (made.deployer, made.versions, made.changes, made.logs, made.doctor)
    assert isinstance(made.doctor, LocalDoctor)
    assert made.doctor.runs.path == tmp_path / "runs"
    elsewhere = local.SETTINGS.model_validate({"runs": tmp_path / "elsewhere"})
    moved = local.build("local", elsewhere, around).doctor
    assert isinstance(moved, LocalDoctor)
    assert moved.runs.path == tmp_path / "elsewhere"
    assert "secret" not in repr(made)
