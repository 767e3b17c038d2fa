"""Examines what `local` needs: git, the runs folder, and each target's repository and command."""

import asyncio
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from bot.domain.terms import Target
from bot.errors import IntegrationError
from bot.ports import Finding, Severity
from integrations.local.deployer import target_of
from integrations.local.git import Git
from integrations.local.runs import RunsFolder

_ENOUGH = 500 * 1024 * 1024  # bytes
_OLDEST_GIT = (2, 35)
_REMOTE = frozenset({"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p", "afs", "ceph", "glusterfs", "fuse.glusterfs"})


@dataclass(frozen=True, kw_only=True)
class LocalDoctor:
    """The Doctor port; `examine_target` adds what only the configuration knows."""

    name: str
    git: Git
    runs: RunsFolder

    async def examine(self) -> tuple[Finding, ...]:
        """Git, and the runs folder: writable, on a local disk, with free space."""
        return (await self._git(), *await asyncio.to_thread(self._runs_folder))

    async def examine_target(self, target: Target, repository: str, how: BaseModel) -> tuple[Finding, ...]:
        """Its repository can be read, its commands are there; never raises."""
        settings = target_of(how)
        programs = [("run", settings.run[0])] + ([("current", settings.current[0])] if settings.current else [])
        found = [self._program(target, key, word, settings.folder) for key, word in programs if "{" not in word]
        return (await self._repository(target, repository), *found)

    async def _git(self) -> Finding:
        subject = f"{self.name}: git"
        try:
            version = await self.git.version()
        except IntegrationError as error:
            return _problem(subject, f"git cannot be used: {error}", "Install git 2.35 or newer.")
        numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
        if numbers < _OLDEST_GIT:
            return _problem(subject, f"git {version} is too old", "Install git 2.35 or newer.")
        return _fine(subject, f"git {version}")

    def _runs_folder(self) -> tuple[Finding, ...]:
        subject, path = f"{self.name}: runs", self.runs.path
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            free = shutil.disk_usage(path).free
        except OSError as error:
            return (_problem(subject, f"{path} cannot be made: {error.strerror}", "Set `runs` to a writable folder."),)
        if not os.access(path, os.W_OK | os.X_OK):
            return (_problem(subject, f"{path} is not writable", "Let the bot's user write there, or set `runs`."),)
        return (_fine(subject, f"{path} is writable"), _disk(subject, path), _space(subject, free))

    async def _repository(self, target: Target, repository: str) -> Finding:
        subject = f"{self.name}: {target}"
        try:
            await self.git.text(repository, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        except IntegrationError as error:
            return _problem(subject, str(error), error.hint or "Check the service's `repository`.")
        return _fine(subject, f"{repository} can be read")

    def _program(self, target: Target, key: str, word: str, folder: Path) -> Finding:
        subject = f"{self.name}: {target}"
        found = shutil.which(str(Path(folder, word)) if "/" in word else word)
        if not folder.is_dir():
            return _problem(subject, f"the folder {folder} is not there", "Set `folder` to where the program runs.")
        if not found:
            fix = f"Check the path, and `chmod +x {word}`; relative paths start in {folder}."
            return _problem(subject, f"`{key}` names {word}, which cannot be executed", fix)
        return _fine(subject, f"`{key}` is {found}")


def _space(subject: str, free: int) -> Finding:
    sentence = f"{free // (1024 * 1024)} MB are free"
    if free < _ENOUGH:
        return Finding(severity=Severity.WARNING, subject=subject, sentence=sentence, fix="Make space on that disk.")
    return _fine(subject, sentence)


def _disk(subject: str, path: Path) -> Finding:
    kind = _file_system(path)
    if kind in _REMOTE:
        fix = "Set `runs` to a folder on a local disk: the lock that keeps a run single needs one."
        return _problem(subject, f"{path} is on a network file system ({kind})", fix)
    return _fine(subject, f"on a local file system ({kind})" if kind else "the kind of file system is unknown here")


def _file_system(path: Path) -> str:
    """The kind of the file system, from the longest mount point above the path; empty where there is no /proc."""
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/self/mounts").read_text().splitlines()]
    except OSError:
        return ""
    above = [(len(point), kind) for point, kind in mounts if path.resolve().is_relative_to(point)]
    return max(above, default=(0, ""))[1]


def _fine(subject: str, sentence: str) -> Finding:
    return Finding(severity=Severity.FINE, subject=subject, sentence=sentence)


def _problem(subject: str, sentence: str, fix: str) -> Finding:
    return Finding(severity=Severity.PROBLEM, subject=subject, sentence=sentence, fix=fix)
