"""Locks on files beside the database: one running instance, and one migration at a time."""

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.domain.terms import Millis
from bot.store.errors import Trouble, Unusable


@dataclass(frozen=True, kw_only=True)
class Instance:
    """Who holds the database: process, machine, and since when (0: it did not say)."""

    pid: int
    host: str
    since: Millis


@contextmanager
def instance_lock(path: Path, *, since: Millis) -> Iterator[Instance]:
    """Be the only instance on this database while the block runs; raises Unusable (HELD) naming the holder, at once.

    The kernel frees the lock when the process ends, however it ends, so a left-over file never holds anybody up.
    """
    file = _beside(path, ".lock")
    descriptor = _open(file)
    try:
        if not _try(descriptor):
            raise _held(path, file)
        instance = Instance(pid=os.getpid(), host=socket.gethostname(), since=since)
        _write(descriptor, json.dumps(asdict(instance)))
        yield instance
        _write(descriptor, "")
    finally:
        os.close(descriptor)


def holder(path: Path) -> Instance | None:
    """Who says that they hold the database; None where nobody wrote it down."""
    try:
        return Instance(**json.loads(_beside(path, ".lock").read_text()))
    except (OSError, ValueError, TypeError):
        return None


@contextmanager
def migration_lock(path: Path) -> Iterator[None]:
    """Wait until no other process prepares this database, then be the one that does."""
    descriptor = _open(_beside(path, ".migration-lock"))
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _open(file: Path) -> int:
    try:
        return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        fix = f"Give Quarterdeck's user write access to {file.parent}."
        raise Unusable(Trouble.READ_ONLY, f"{file} cannot be created: {error.strerror}.", fix) from error


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode(), 0)


def _held(path: Path, file: Path) -> Unusable:
    found = holder(path)
    who = "another process" if found is None else f"process {found.pid} on {found.host}{_since(found.since)}"
    return Unusable(
        Trouble.HELD,
        f"{path} is in use by {who}.",
        f"Stop that one first, or use another database ({file.name} is its lock).",
    )


def _since(since: Millis) -> str:
    return f" since {datetime.fromtimestamp(since / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC" if since else ""
