"""The folder of all runs, and what one run's folder says: the permanent memory of what was started."""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.operations import AttemptKey
from bot.domain.terms import Millis
from integrations.local import supervisor

SWEPT = "swept"  # one line per run whose folder was removed: its key, when it was ordered, and how it ended
_GONE = ".gone-"


@dataclass(frozen=True, kw_only=True)
class RunFolder:
    """One run. Its name is the attempt's key, and that it exists is what makes a second start harmless."""

    path: Path

    @property
    def key(self) -> str:
        """`operation:step:n`, as the folder's name spells it with dashes."""
        return self.path.name.replace("-", ":")

    @property
    def checkout(self) -> Path:
        """Where the revision's files are put."""
        return self.path / "checkout"

    @property
    def output(self) -> Path:
        """What the command printed."""
        return self.path / supervisor.OUTPUT

    @property
    def started(self) -> bool:
        """True from the instant on from which the command may have run."""
        return (self.path / supervisor.STARTED).exists()

    @property
    def supervised(self) -> bool:
        """True while a supervisor lives. Asking takes the lock for an instant; supervisors expect that."""
        try:
            lock = os.open(self.path / supervisor.LOCK, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False

    def read(self, name: str) -> dict[str, Any] | None:
        """One of the folder's files; None where it is not there (or not whole: then nobody finished writing it)."""
        try:
            content = json.loads((self.path / name).read_text())
        except (FileNotFoundError, ValueError):
            return None
        return content if isinstance(content, dict) else None

    def alive(self, name: str) -> int | None:
        """The number of the process that the file names, if that very process still runs, and not a later one of that number."""
        process = self.read(name)
        if process is None or not process["since"] or supervisor.since(process["pid"]) != process["since"]:
            return None
        return int(process["pid"])


@dataclass(frozen=True, kw_only=True)
class RunsFolder:
    """All runs, below `path`."""

    path: Path

    def folder(self, key: AttemptKey | str) -> RunFolder:
        """The folder of an attempt, there or not; ValueError for what is no key."""
        parsed = AttemptKey.parse(str(key))
        return RunFolder(path=self.path / str(parsed).replace(":", "-"))

    def claim(self, key: AttemptKey, order: Mapping[str, Any]) -> RunFolder | None:
        """Make the folder and write the order, both at most once and durably; None where this run was swept long ago."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        run = self.folder(key)
        try:
            run.path.mkdir(mode=0o700)
        except FileExistsError:
            pass
        else:
            if self.swept(run.key):
                run.path.rmdir()
                return None
            supervisor.sync_folder(self.path)
        if not (run.path / supervisor.ORDER).exists():
            _write_once(run.path / supervisor.ORDER, order)
        return run

    def all(self) -> list[RunFolder]:
        """Every run that has a folder, newest first."""
        if not self.path.is_dir():
            return []
        keyed = [(_key(path.name), path) for path in self.path.iterdir()]
        ordered = sorted(((key, path) for key, path in keyed if key), reverse=True)
        return [RunFolder(path=path) for _key_of, path in ordered]

    def swept(self, key: str) -> tuple[Millis, str] | None:
        """When a run was ordered and how it ended, whose folder is gone; None where there was none."""
        try:
            lines = (self.path / SWEPT).read_text().splitlines()
        except FileNotFoundError:
            return None
        found = [words for line in lines if len(words := line.split(" ")) == 3 and words[0] == key]
        return (int(found[-1][1]), found[-1][2]) if found else None

    def sweep(self, keep: int) -> int:
        """Remove all but the newest `keep` finished runs of each target; their keys stay known for ever. Returns how many went."""
        for left_over in self.path.glob(f"{_GONE}*"):
            shutil.rmtree(left_over, ignore_errors=True)
        seen: dict[str, int] = {}
        gone = 0
        for run in self.all():
            end, order = run.read(supervisor.EXIT), run.read(supervisor.ORDER)
            if end is None or order is None or run.supervised:
                continue
            seen[order["target"]] = seen.get(order["target"], 0) + 1
            if seen[order["target"]] > keep:
                self._remove(run, f"{order['sent_at']} {end['state']}")
                gone += 1
        return gone

    def _remove(self, run: RunFolder, end: str) -> None:
        with (self.path / SWEPT).open("a") as swept:
            swept.write(f"{run.key} {end}\n")
            swept.flush()
            os.fsync(swept.fileno())
        away = self.path / f"{_GONE}{run.path.name}"
        run.path.rename(away)
        shutil.rmtree(away, ignore_errors=True)


def order_of(
    *, key: AttemptKey, target: str, action: str, revision: str, sent_at: Millis, **how: Any
) -> dict[str, Any]:
    """The content of `order.json`: the first five say what was asked, the rest is what the supervisor needs."""
    return {"key": str(key), "target": target, "action": action, "revision": revision, "sent_at": sent_at, **how}


def _key(name: str) -> tuple[int, ...] | None:
    parts = name.split("-")
    return tuple(int(part) for part in parts) if len(parts) == 3 and all(part.isdigit() for part in parts) else None


def _write_once(path: Path, content: Mapping[str, Any]) -> None:
    """Of two writers the first one wins, and nobody ever sees half of it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{id(content)}")
    supervisor.write_durably(draft, dict(content))
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
    supervisor.sync_folder(path.parent)
