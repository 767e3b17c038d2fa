"""Looking at a database file from outside of the running bot: one consistent snapshot, and nothing is changed."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from bot.store.database import connect, in_words
from bot.store.errors import Trouble, Unusable
from bot.store.migrations import MIGRATIONS, refuse_foreign, refuse_newer
from bot.store.transactions import read_once
from bot.store.tx import Tx

T = TypeVar("T")


def look(path: Path, fn: Callable[[Tx], T]) -> T:
    """What `fn` reads there; blocks. Raises Unusable where the file is not there, not ours, or of another version."""
    database = opened(path)
    try:
        with in_words(path):
            refuse_old(database, path)
            outcome = read_once(database, fn)
            if outcome.error is not None:
                raise outcome.error
    finally:
        database.close()
    return outcome.value  # type: ignore[no-any-return]  # what fn returned


def opened(path: Path) -> Database:
    """A connection that only reads, on a file of ours, of this version or an older one; raises Unusable."""
    if not path.is_file():
        raise Unusable(Trouble.MISSING, f"{path} is not there.", "Check the path, and `store` in the configuration.")
    database = connect(path, writable=False)
    try:
        # Whoever wrote into the file may have written anything: what is not text is shown as such, and is no crash.
        database.conn.text_factory = lambda text: text.decode("utf-8", "replace")
        with in_words(path):
            _refuse_empty(database, path)
            refuse_foreign(database, path)
            refuse_newer(database, path)
    except BaseException:
        database.close()
        raise
    return database


def refuse_old(database: Database, path: Path) -> None:
    """A file that an older version wrote has not everything that we read."""
    if MIGRATIONS.pending(database):
        fix = "Start Quarterdeck once: it makes a backup and brings the database up to date."
        raise Unusable(Trouble.MISSING, f"{path} was last used by an older version.", fix)


def _refuse_empty(database: Database, path: Path) -> None:
    if not MIGRATIONS.applied(database):
        raise Unusable(Trouble.FOREIGN, f"{path} is not a database of Quarterdeck's.", "Name another file.")
