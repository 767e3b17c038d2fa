"""When the database cannot be used: one clear StoreError with its fix, and recovery without a restart."""

import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.store import InlineStore, Store, ThreadedStore, Tx, settings
from bot.store.database import connect, prepare
from bot.store.errors import Trouble, Unusable, explain
from bot.store.maintenance import checkpoint

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["threaded", "inline"])
async def brittle(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """A store that waits only a moment for other processes."""
    path = tmp_path / "q.db"
    made: Store = (
        await ThreadedStore.open(path, busy=5) if request.param == "threaded" else InlineStore.open(path, busy=5)
    )
    yield made
    await made.close()


def put(tx: Tx) -> None:
    settings.put(tx, "a", "1")


def forget_log(folder: Path) -> None:
    """A file that is put in the database's place comes without the old one's write-ahead log."""
    for rest in folder.glob("q.db-*"):
        rest.unlink()


def put_many(tx: Tx, number: int) -> None:
    """More than a page each."""
    for n in range(number):
        settings.put(tx, f"{number}:{n}", "x" * 3000)


async def refused(store: Store, fn: Callable[[Tx], object]) -> Unusable:
    with pytest.raises(Unusable) as caught:
        await store.write(fn)
    assert caught.value.sentence
    assert caught.value.fix
    assert str(caught.value) == f"{caught.value.sentence} {caught.value.fix}"
    return caught.value


async def test_locked_by_another_process(brittle: Store, tmp_path: Path) -> None:
    """Another writer holds the file: busy now, fine as soon as it lets go."""
    other = sqlite3.connect(tmp_path / "q.db", isolation_level=None)
    other.execute("begin immediate")
    assert (await refused(brittle, put)).trouble is Trouble.BUSY
    assert await brittle.read(lambda tx: settings.get(tx, "a")) is None
    other.execute("rollback")
    other.close()
    await brittle.write(put)


async def test_no_space_left(store: Store) -> None:
    """A full disk refuses the large write, keeps nothing of it, and the next one succeeds when there is space."""
    await store.write(lambda tx: tx.all("pragma max_page_count = 1"))  # SQLite takes the present size for it

    def large(tx: Tx) -> None:
        settings.put(tx, "half", "")
        settings.put(tx, "large", "x" * 1_000_000)

    assert (await refused(store, large)).trouble is Trouble.FULL
    await store.write(lambda tx: tx.all("pragma max_page_count = 1000000"))
    assert await store.read(lambda tx: settings.get(tx, "half")) is None
    await store.write(large)


async def test_wrong_sql_is_no_trouble_of_the_database(store: Store) -> None:
    """A bug of ours reaches its caller as what it is, and the store goes on."""
    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        await store.write(lambda tx: tx.all("select nonsense"))
    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        await store.read(lambda tx: tx.all("select nonsense"))
    await store.write(put)


async def test_the_disk_fails(brittle: Store) -> None:
    """A write that the system refuses is an I/O error; nothing of it is kept, and it is tried anew each time."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, hard))
    try:
        error = await refused(brittle, lambda tx: settings.put(tx, "large", "x" * 1_000_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert error.trouble in {Trouble.IO, Trouble.FULL}
    await brittle.write(put)
    assert await brittle.read(lambda tx: settings.get(tx, "large")) is None


async def test_read_only(brittle: Store) -> None:
    """A connection that may not write says so, and is replaced."""

    def cannot(tx: Tx) -> None:
        tx.all("pragma query_only = on")
        put(tx)

    assert (await refused(brittle, cannot)).trouble is Trouble.READ_ONLY
    await brittle.write(put)


async def test_damaged_while_running(brittle: Store, tmp_path: Path) -> None:
    """Damage refuses reads and writes, names the repair, and is over when the file is restored."""
    path = tmp_path / "q.db"
    await brittle.write(lambda tx: put_many(tx, 200))
    assert checkpoint(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    error = await refused(brittle, lambda tx: put_many(tx, 50))
    assert error.trouble is Trouble.CORRUPT
    assert "backup" in error.fix
    for _ in range(2):  # it is not forgotten
        assert (await refused(brittle, put)).trouble is Trouble.CORRUPT
    forget_log(tmp_path)
    path.write_bytes(whole)
    await brittle.write(put)
    assert await brittle.read(lambda tx: len(tx.all("select key from settings"))) == 201


async def test_moved_away_while_running(brittle: Store, tmp_path: Path) -> None:
    """Commits into a file that nobody finds again would be lost: refused until it is back."""
    await brittle.write(put)
    (tmp_path / "q.db").rename(tmp_path / "away.db")
    assert (await refused(brittle, put)).trouble is Trouble.MISSING
    with pytest.raises(Unusable, match="cannot be opened"):
        await brittle.read(lambda tx: settings.get(tx, "a"))
    (tmp_path / "away.db").rename(tmp_path / "q.db")
    await brittle.write(put)


async def test_replaced_while_running(brittle: Store, tmp_path: Path) -> None:
    """A restored copy is taken up at once; an empty file in its place is refused."""
    await brittle.write(put)
    prepare(tmp_path / "other.db")
    (tmp_path / "q.db").rename(tmp_path / "away.db")
    forget_log(tmp_path)
    (tmp_path / "q.db").touch()
    assert "older database" in (await refused(brittle, put)).sentence
    (tmp_path / "other.db").replace(tmp_path / "q.db")
    assert await brittle.write(lambda tx: settings.get(tx, "a")) is None


def test_a_damaged_file_is_refused_at_the_start(tmp_path: Path) -> None:
    """Nothing starts on damage; the sentence names the file and the repair, and the file is left as it is."""
    path = tmp_path / "q.db"
    prepare(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:12288] + os.urandom(len(whole) - 12288))
    before = path.read_bytes()
    with pytest.raises(Unusable, match="is damaged") as caught:
        prepare(path)
    assert caught.value.trouble is Trouble.CORRUPT
    assert "recover" in caught.value.fix
    assert path.read_bytes() == before


def test_small_damage_is_refused_too(tmp_path: Path) -> None:
    """A wrong count in the header still opens, and is found by looking: the sentence says what."""
    path = tmp_path / "q.db"
    prepare(path)
    whole = bytearray(path.read_bytes())
    whole[36:40] = (7).to_bytes(4, "big")  # how many free pages there are
    path.write_bytes(whole)
    with pytest.raises(Unusable, match=r"is damaged: .*[Ff]reelist"):
        prepare(path)


def test_a_migration_that_is_wrong_is_not_blamed_on_the_disk(tmp_path: Path) -> None:
    """Tables that are there without their record: a bug or a tampering hand, with its traceback."""
    path = tmp_path / "q.db"
    prepare(path)
    with connect(path) as database:
        database.execute("delete from _sqlite_migrations")
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        prepare(path)


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    """A text file is not overwritten."""
    path = tmp_path / "notes.txt"
    path.write_text("shopping list\n" * 100)
    with pytest.raises(Unusable) as caught:
        prepare(path)
    assert caught.value.trouble is Trouble.CORRUPT
    assert path.read_text().startswith("shopping list")


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    """The sentence says which path, and what the system said."""
    with pytest.raises(Unusable, match="Is a directory"):
        prepare(tmp_path)


def test_our_own_mistakes_are_not_blamed_on_the_disk() -> None:
    """Wrong SQL stays sqlite3's error: a bug, with its traceback."""
    with sqlite3.connect(":memory:") as connection, pytest.raises(sqlite3.OperationalError) as caught:
        connection.execute("select nonsense")
    connection.close()
    assert explain(caught.value, "q.db") is None
    assert explain(sqlite3.ProgrammingError("no code at all"), "q.db") is None


SCRIPT = """
import asyncio, os, sys
from pathlib import Path
from bot.errors import StoreError
from bot.store.database import connect, prepare
if os.getuid() == 0:
    os.setgid(65534); os.setuid(65534)
try:
    prepare(Path(sys.argv[1]))
except StoreError as error:
    print(error)
"""


@pytest.mark.real
@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_file_that_belongs_to_somebody_else(tmp_path: Path, what: str) -> None:
    """Without the right to write, the start ends with the path and the fix, not with a traceback."""
    folder = tmp_path / "data"
    folder.mkdir()
    path = folder / "q.db"
    for parent in (tmp_path, *tmp_path.parents[:3]):
        if parent.owner() == tmp_path.owner() and parent != Path("/tmp"):
            parent.chmod(0o755)
    if what == "file":
        prepare(path)
        path.chmod(0o400)
    folder.chmod(0o555)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path)], check=False, cwd=ROOT, capture_output=True, text=True, timeout=30
    )
    folder.chmod(0o755)
    assert done.stderr == ""
    assert "Permission denied" in done.stdout
    assert str(path) in done.stdout
    assert "write access" in done.stdout
