"""Backups of the database: made by time, before a migration, and put back. These block; run them in a thread.

Whoever restores, or prepares a migration, holds the instance lock.
"""

import json
import os
import re
import shutil
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.domain.terms import Millis
from bot.store.database import check, connect, in_words
from bot.store.errors import Trouble, Unusable
from bot.store.maintenance import backup, checkpoint
from bot.store.migrations import MIGRATIONS, refuse_foreign, refuse_newer
from bot.store.outside import opened
from bot.store.settings import PUT

RESTORED = "restored"
"""The settings row that says that this database was restored: JSON with `file`, `at`, `aside`, and `told` once that was said."""

LAST_NUMBER = "select coalesce(max(seq), 0) from sqlite_sequence where name = 'operations'"
NEXT_NUMBER = "insert into sqlite_sequence (name, seq) values ('operations', :seq)"
STRIDE = 1000  # operations that a lost database may have had after the copy was made
STAMP = "%Y%m%dT%H%M%S"


@dataclass(frozen=True, kw_only=True)
class Backup:
    """A finished copy, when it was made, and its size in bytes."""

    path: Path
    at: Millis
    size: int


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What was done: when the copy was made (0: its name does not say), and where the database from before is (None: there was none)."""

    made_at: Millis
    aside: Path | None


def listed(folder: Path, database: Path) -> tuple[Backup, ...]:
    """The hourly copies of this database that are there, newest first; other files are not looked at."""
    found = [_read(file, database) for file in (folder.iterdir() if folder.is_dir() else ())]
    return tuple(sorted((each for each in found if each is not None), key=lambda each: each.at, reverse=True))


def make(database: Path, folder: Path, now: Millis) -> Backup:
    """A new copy in the folder, which is made where it is not there; raises Unusable."""
    to = _place(database, folder, now)
    backup(database, to)
    return Backup(path=to, at=_rounded(now), size=to.stat().st_size)


def prune(folder: Path, database: Path, keep: int) -> tuple[Path, ...]:
    """Remove the oldest hourly copies beyond `keep`, and what interrupted ones left; returns what was removed."""
    gone = [each.path for each in listed(folder, database)[keep:]]
    gone += folder.glob(f"{database.stem}-*.partial*") if folder.is_dir() else ()
    for path in gone:
        path.unlink(missing_ok=True)
    return tuple(gone)


def before_migration(database: Path, folder: Path, now: Millis) -> Path | None:
    """A copy of a database that an older version wrote, before this one brings it up to date; None where there is nothing to do.

    Raises Unusable where no copy can be made: then nothing is migrated either.
    """
    if not database.is_file() or not database.stat().st_size:
        return None
    applied = _applied(database)
    if not applied or len(applied) == len(MIGRATIONS._migrations):  # noqa: SLF001  # there is no public list of all names
        return None
    version = applied[-1].split()[0]
    return backup(database, _place(database, folder, now, f"-from-{version}"))


def restore(file: Path, database: Path, now: Millis) -> Restored:
    """Put a checked copy of `file` in the place of the database, which is kept beside it under a name with the time.

    Raises Unusable, with the database untouched, where the file is damaged, not ours, of a later version, or the database itself.
    """
    if database.exists() and file.exists() and file.samefile(database):
        raise Unusable(Trouble.FOREIGN, f"{file} is the database itself.", "Name a backup of it.")
    _sound(file)
    stamp = _stamp(now)
    new = database.with_name(f"{database.name}.restoring")
    new.unlink(missing_ok=True)
    backup(file, new)
    aside = database.with_name(f"{database.name}.before-restore-{stamp}") if database.exists() else None
    try:
        _mark(new, file, aside, now, _last_number(database))
        if aside is not None:
            _set_aside(database, aside)
        new.replace(database)
    finally:
        new.unlink(missing_ok=True)
    found = re.search(r"-(\d{8}T\d{6})Z", file.name)
    return Restored(made_at=_instant(found[1]) if found else 0, aside=aside)


def _read(file: Path, database: Path) -> Backup | None:
    found = re.fullmatch(rf"{re.escape(database.stem)}-(\d{{8}}T\d{{6}})Z\.db", file.name)
    if found is None:
        return None
    with suppress(OSError, ValueError):  # gone since, or a name that is no time
        return Backup(path=file, at=_instant(found[1]), size=file.stat().st_size)
    return None


def _place(database: Path, folder: Path, now: Millis, kind: str = "") -> Path:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        fix = "Check `backups.folder` in the configuration, and who may write there."
        raise Unusable(Trouble.READ_ONLY, f"{folder} cannot be made: {error.strerror}.", fix) from error
    return folder / f"{database.stem}-{_stamp(now)}{kind}.db"


def _stamp(now: Millis) -> str:
    return f"{datetime.fromtimestamp(now / 1000, UTC):{STAMP}}Z"


def _instant(stamp: str) -> Millis:
    return int(datetime.strptime(stamp, STAMP).replace(tzinfo=UTC).timestamp()) * 1000


def _rounded(now: Millis) -> Millis:
    return now // 1000 * 1000


def _applied(database: Path) -> list[str]:
    found = connect(database, writable=False)
    try:
        with in_words(database):
            refuse_foreign(found, database)
            refuse_newer(found, database)
            return [each.name for each in MIGRATIONS.applied(found)]
    finally:
        found.close()


def _sound(file: Path) -> None:
    found = opened(file)
    try:
        with in_words(file):
            check(found, file)
    finally:
        found.close()


def _last_number(database: Path) -> int:
    """The number of the newest operation in a database that may be damaged or not there; 0 where it cannot be told."""
    with suppress(Unusable, sqlite3.Error):
        found = connect(database, writable=False)
        try:
            return int(found.execute(LAST_NUMBER).fetchone()[0])
        finally:
            found.close()
    return 0


def _mark(new: Path, file: Path, aside: Path | None, now: Millis, number: int) -> None:
    """The restored database knows that it is in the past, before anybody can open it in its place.

    The number of an operation is in the key of its attempts, by which runs are found again: none may be given twice.
    """
    value = json.dumps({"file": file.name, "at": now, "aside": aside.name if aside else "", "told": False})
    found = connect(new)
    try:
        with in_words(new):
            found.execute(PUT, {"key": RESTORED, "value": value})
            known = max(number, int(found.execute(LAST_NUMBER).fetchone()[0]))
            found.execute("delete from sqlite_sequence where name = 'operations'")
            found.execute(NEXT_NUMBER, {"seq": (known // STRIDE + 1) * STRIDE})
    finally:
        found.close()
    if not checkpoint(new):  # nobody else has it open
        raise Unusable(Trouble.BUSY, f"{new} is in use.", "Close what has it open, and try again.")


def _set_aside(database: Path, aside: Path) -> None:
    """A second name for the present file: the first is then replaced in one step, so that there is a database at any moment."""
    with suppress(Unusable):  # a damaged one is kept as it is
        checkpoint(database)
    # A log that stays beside the name would be played into the restored database.
    for ending in ("-wal", "-shm"):
        left = database.with_name(database.name + ending)
        if left.exists():
            left.replace(aside.with_name(aside.name + ending))
    try:
        os.link(database, aside)
    except OSError:  # not every file system has second names
        shutil.copy2(database, aside)
