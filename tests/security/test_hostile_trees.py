"""A repository whose content somebody else wrote: its files are put into the checkout, nothing of it is obeyed."""

import stat
from pathlib import Path

import pytest

from bot.ports import RunState
from tests.contracts.deployer import FINAL
from tests.integrations.local.scenery import Repository, Scene, repository

pytestmark = pytest.mark.real


def _trapped(scene: Scene) -> tuple[Repository, Path]:
    made = repository(scene.folder / "repository")
    trap = scene.folder / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {scene.folder}/sprung\ncat\n")
    trap.chmod(0o755)
    return made, trap


async def test_hooks_and_links_of_a_hostile_tree(scene: Scene) -> None:
    """Hooks do not run, a submodule is not fetched, and a link stays a link: nothing is written through it."""
    made, trap = _trapped(scene)
    outside = scene.folder / "outside"
    outside.mkdir()
    (made.path / "link").symlink_to(outside)
    (made.path / ".gitmodules").write_text(f'[submodule "x"]\n\tpath = x\n\turl = ext::{trap}\n')
    (made.path / "app").write_text("one\n")
    made.git("add", "--all")
    made.git("update-index", "--add", "--cacheinfo", f"160000,{'a' * 40},x")
    made.git("commit", "--quiet", "--message", "Traps")
    first = made.git("rev-parse", "HEAD")
    hooks = made.path / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-checkout", "post-index-change", "reference-transaction", "pre-auto-gc"):
        (hooks / name).write_text(trap.read_text())
        (hooks / name).chmod(0o755)
    made.git("config", "core.fsmonitor", str(trap))
    (scene.folder / "sprung").unlink(missing_ok=True)
    how = scene.how('cd "$1" && cat app && test -L link && ls -A x', "{checkout}")
    run = await scene.deployer.start(scene.order(how, revision=first))
    end = await scene.until(run, FINAL)
    assert end.state is RunState.SUCCEEDED, end.detail
    assert not (scene.folder / "sprung").exists()
    assert list(outside.iterdir()) == []


async def test_the_run_folder_is_ours_alone(scene: Scene) -> None:
    """What a run printed, and the files that it was given, are nobody else's to read."""
    made, _ = _trapped(scene)
    first = made.commit("One", app="one\n")
    run = await scene.deployer.start(scene.order(scene.how("true"), revision=first))
    await scene.until(run, FINAL)
    folders = [each for each in scene.runs.path.iterdir() if each.is_dir()]
    assert folders
    assert {stat.S_IMODE(each.stat().st_mode) for each in folders} == {0o700}
