"""Opening SQLite hardened: our own connection, WAL, full synchronisation, nobody's plugins, no damaged file."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from sqlite_utils import Database

from bot.domain.terms import SECOND, Millis
from bot.store.errors import PASSING, Trouble, Unusable, explain, unusable
from bot.store.lockfile import migration_lock
from bot.store.migrations import migrate, refuse_newer, refuse_pending

BUSY: Millis = SECOND
"""How long SQLite waits for another process; below the 1.5 s that a caller waits for a commit."""

MEMORY = ":memory:"
WAL_LIMIT = 64 * 1024 * 1024


def prepare(path: Path) -> None:
    """Create, check and migrate the database file; blocks, so call it before the loop runs or in a thread.

    Raises Unusable (a StoreError) naming the fix: damaged, foreign, newer, read-only, locked, full.
    """
    _create(path)
    with migration_lock(path):
        database = connect(path)
        try:
            with in_words(path):
                check(database, path)
                migrate(database, path)
        finally:
            database.close()


def memory() -> Database:
    """A migrated database that lives as long as this connection, for simulations and tests."""
    connection = sqlite3.connect(MEMORY, isolation_level=None, cached_statements=512)
    connection.deserialize(_template())
    return _tuned(connection, writable=True)


@cache
def _template() -> bytes:
    database = _tuned(sqlite3.connect(MEMORY, isolation_level=None), writable=True)
    try:
        migrate(database, MEMORY)
        return database.conn.serialize()
    finally:
        database.close()


def connect(path: Path, *, writable: bool = True, busy: Millis = BUSY) -> Database:
    """An open connection for the current thread only; raises Unusable."""
    place = f"file:{quote(str(path))}?mode={'rw' if writable else 'ro'}"
    with in_words(path):
        connection = sqlite3.connect(place, uri=True, isolation_level=None, timeout=busy / 1000, cached_statements=512)
        try:
            return _tuned(connection, writable=writable)
        except BaseException:
            connection.close()
            raise


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """SQLite's troubles inside the block become Unusable; bugs of ours stay what they are."""
    try:
        yield
    except sqlite3.Error as error:
        found = explain(error, path)
        if found is None:
            raise
        raise found from error


def check(database: Database, path: Path) -> None:
    """Refuse a damaged database before anything relies on it."""
    found = [line for row in database.execute("pragma quick_check(3)").fetchall() for line in row[0].splitlines()]
    if found != ["ok"]:
        broken = unusable(Trouble.CORRUPT, path)
        raise Unusable(Trouble.CORRUPT, f"{broken.sentence[:-1]}: {'; '.join(found)}.", broken.fix)


def _tuned(connection: sqlite3.Connection, *, writable: bool) -> Database:
    database = Database(connection, execute_plugins=False)
    database.execute("pragma trusted_schema = off")
    database.execute("pragma foreign_keys = on")
    database.execute("pragma cell_size_check = on")
    if writable:
        database.execute("pragma journal_mode = wal")
        database.execute("pragma synchronous = full")
        database.execute(f"pragma journal_size_limit = {WAL_LIMIT}")
    else:
        database.execute("pragma query_only = on")
    return database


def _create(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.fchmod(descriptor, 0o600)
        finally:
            os.close(descriptor)
    except OSError as error:
        fix = "Give Quarterdeck's user write access there, or name another file as the database."
        raise Unusable(Trouble.READ_ONLY, f"{path} cannot be opened for writing: {error.strerror}.", fix) from error


class Link(Protocol):
    """What an executor needs of a connection."""

    def ready(self) -> Database:
        """The open connection; raises Unusable."""

    def explain(self, error: sqlite3.Error) -> Unusable | None:
        """The error in our words, None where it is a bug of ours; a connection that it spoiled is opened anew next time."""

    def close(self) -> None:
        """Give the connection back."""


class Remembered:
    """A database in memory; it outlives the stores that use it, as a file would."""

    def __init__(self) -> None:
        self._database = memory()

    def ready(self) -> Database:
        """The one connection."""
        return self._database

    def explain(self, error: sqlite3.Error) -> Unusable | None:
        """The error in our words."""
        return explain(error, MEMORY)

    def close(self) -> None:
        """Rows stay for whoever comes next; they go with this object."""


class FileLink:
    """A connection that belongs to one thread, is opened when needed, and anew after trouble."""

    def __init__(self, path: Path, *, writable: bool, busy: Millis = BUSY) -> None:
        self.path = path
        self._busy = busy
        self._writable = writable
        self._database: Database | None = None
        self._identity = (0, 0)

    def ready(self) -> Database:
        """The open connection; raises Unusable where the file cannot be used, or is no longer the one that was opened."""
        if self._database is not None and self._on_disk() != self._identity:
            self.close()
        if self._database is None:
            self._database = self._opened()
        return self._database

    def close(self) -> None:
        """Close; the next `ready` opens again."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def explain(self, error: sqlite3.Error) -> Unusable | None:
        """The error in our words; after anything but busy and full the connection is dropped."""
        found = explain(error, self.path)
        if found is not None and found.trouble not in PASSING:
            self.close()
        return found

    def _opened(self) -> Database:
        identity = self._on_disk()
        database = connect(self.path, writable=self._writable, busy=self._busy)
        try:
            if self._writable:
                self._examine(database)
        except BaseException:
            database.close()
            raise
        self._identity = identity
        return database

    def _examine(self, database: Database) -> None:
        with in_words(self.path):
            check(database, self.path)
            refuse_newer(database, self.path)
            refuse_pending(database, self.path)

    def _on_disk(self) -> tuple[int, int]:
        # A file that was moved away would go on taking commits that nobody finds again.
        try:
            found = self.path.stat()
        except OSError as error:
            self.close()
            raise unusable(Trouble.MISSING, self.path) from error
        return found.st_dev, found.st_ino
