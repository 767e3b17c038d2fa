"""Care of the database file: checkpoints and backups. These block; run them in a thread."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from bot.domain.terms import SECOND
from bot.store.database import check, connect, in_words
from bot.store.errors import Trouble, Unusable

SPARE = 1024 * 1024


def checkpoint(path: Path) -> bool:
    """Move what the write-ahead log holds into the file and empty it; False where a reader or writer was in the way."""
    database = connect(path, busy=SECOND // 4)
    try:
        with in_words(path):
            (blocked, _, _) = database.execute("pragma wal_checkpoint(truncate)").fetchone()
        return not blocked
    finally:
        database.close()


def backup(path: Path, to: Path) -> Path:
    """A consistent, compact and checked copy at `to` (mode 0600), made while others read and write; returns `to`.

    The file itself is only read. Raises Unusable where there is less space than twice its size, or `to` exists.
    A copy that did not succeed leaves nothing behind.
    """
    _room_for(path, to)
    partial = to.with_name(to.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        _private(partial)
        _copy(path, partial)
        partial.rename(to)
        _sync(to.parent)
    except OSError as error:
        fix = f"Check the folder {to.parent}, and who may write there."
        raise Unusable(Trouble.READ_ONLY, f"No backup was made at {to}: {error.strerror}.", fix) from error
    finally:
        with suppress(OSError):  # the reason was given above
            partial.unlink(missing_ok=True)
    return to


def _room_for(path: Path, to: Path) -> None:
    if to.exists():
        raise Unusable(Trouble.READ_ONLY, f"{to} exists.", "Name another file for the backup.")
    try:
        free = shutil.disk_usage(to.parent).free
        files = (path, path.with_name(path.name + "-wal"))
        # Twice: the copy, and as much again, so that the bot itself does not run out of space because of it.
        needed = 2 * sum(file.stat().st_size for file in files if file.exists()) + SPARE
    except OSError as error:
        raise Unusable(Trouble.MISSING, f"{error.filename}: {error.strerror}.", f"Create {to.parent} first.") from error
    if free < needed:
        sentence = f"There is not enough space at {to.parent} for a backup: {needed} bytes are needed, {free} are free."
        raise Unusable(Trouble.FULL, sentence, "Free some space, or name another folder.")


def _copy(path: Path, partial: Path) -> None:
    source = connect(path, writable=False)
    try:
        with in_words(path):
            # It would forbid the copy as well; the file is open for reading only, whatever it says.
            source.execute("pragma query_only = off")
            source.execute("vacuum into :target", {"target": str(partial)})
    finally:
        source.close()
    copy = connect(partial, writable=False)
    try:
        check(copy, partial)
    finally:
        copy.close()
    _sync(partial)


def _private(file: Path) -> None:
    os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def _sync(place: Path) -> None:
    descriptor = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
