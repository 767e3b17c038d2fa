"""The traps of SQLite and sqlite-utils that were measured: each test shows that we are not in it."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import sqlite_utils.plugins
from sqlite_utils.hookspecs import hookimpl

from bot.store import Store, ThreadedStore, Tx, audit, operations, settings
from bot.store.database import connect, memory, prepare
from bot.store.errors import InvariantBroken
from bot.store.maintenance import checkpoint
from bot.store.migrations import MIGRATIONS
from tests.store import samples


async def test_an_insert_that_returns_its_row_is_committed(file_store: Store, tmp_path: Path) -> None:
    """INSERT … RETURNING leaves no open transaction behind: another connection sees the row."""
    made = await file_store.write(lambda tx: operations.insert(tx, samples.operation()))
    other = sqlite3.connect(tmp_path / "q.db")
    assert other.execute("select id from operations").fetchall() == [(made.id,)]
    other.close()


async def test_a_transaction_has_the_write_lock_from_its_start(file_store: Store, tmp_path: Path) -> None:
    """Read, then write, while somebody else writes: they wait, we are not told "locked" for having read first."""
    refused: list[str] = []

    def read_then_write(tx: Tx) -> None:
        settings.get(tx, "a")
        other = sqlite3.connect(tmp_path / "q.db", isolation_level=None, timeout=0)
        try:
            other.execute("insert into settings (key, value) values ('b', '')")
        except sqlite3.OperationalError as error:
            refused.append(str(error))
        finally:
            other.close()
        settings.put(tx, "a", "1")

    await file_store.write(read_then_write)
    assert refused == ["database is locked"]
    assert await file_store.read(lambda tx: settings.get(tx, "a")) == "1"


async def test_many_processes_may_prepare_one_database_at_once(tmp_path: Path) -> None:
    """Migrations run under a file lock: one does the work, the others find it done."""
    await asyncio.gather(*(asyncio.to_thread(prepare, tmp_path / "q.db") for _ in range(8)))
    with connect(tmp_path / "q.db") as database:
        assert database.execute("select count(*) from _sqlite_migrations").fetchone() == (len(MIGRATIONS._migrations),)


class Guest:
    """A plugin that some other package brought along."""

    def __init__(self) -> None:
        self.met = 0

    @hookimpl
    def prepare_connection(self, conn: sqlite3.Connection) -> None:
        self.met += 1


@pytest.fixture
def guest() -> Iterator[Guest]:
    made = Guest()
    sqlite_utils.plugins.pm.register(made)
    yield made
    sqlite_utils.plugins.pm.unregister(made)


async def test_no_plugin_gets_our_connection(guest: Guest, tmp_path: Path) -> None:
    """Packages that extend sqlite-utils are not handed the database."""
    sqlite_utils.Database(memory=True).close()
    assert guest.met == 1, "the plugin works"
    store = await ThreadedStore.open(tmp_path / "q.db")
    await store.write(lambda tx: settings.put(tx, "a", "1"))
    await store.read(lambda tx: settings.get(tx, "a"))
    await store.close()
    memory().close()
    assert guest.met == 1


async def test_each_connection_stays_in_its_thread(tmp_path: Path) -> None:
    """Every write runs in one and the same thread, reads in a few others, none in the loop's."""
    store = await ThreadedStore.open(tmp_path / "q.db", readers=2)
    writers = set(await asyncio.gather(*(store.write(lambda tx: threading.get_ident()) for _ in range(20))))
    readers = set(await asyncio.gather(*(store.read(lambda tx: threading.get_ident()) for _ in range(20))))
    assert len(writers) == 1
    assert 1 <= len(readers) <= 2
    assert not (writers | {threading.get_ident()}) & readers
    await store.close()


PRAGMAS = {
    "foreign_keys": 1, "synchronous": 2, "trusted_schema": 0, "recursive_triggers": 1, "cell_size_check": 1, "busy_timeout": 1000,
}  # fmt: skip


async def test_the_writer_is_hardened(file_store: Store) -> None:
    """WAL, full synchronisation, foreign keys, no trust in the schema: none of it is SQLite's default everywhere."""
    found = await file_store.write(
        lambda tx: {name: next(iter(tx.all(f"pragma {name}")[0].values())) for name in PRAGMAS}
    )
    assert found == PRAGMAS
    assert await file_store.write(lambda tx: tx.all("pragma journal_mode")) == [{"journal_mode": "wal"}]


def test_readers_cannot_write(tmp_path: Path) -> None:
    """Even around our own guard the connection refuses."""
    prepare(tmp_path / "q.db")
    database = connect(tmp_path / "q.db", writable=False)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        database.execute("insert into settings (key, value) values ('a', '1')")
    database.close()


async def test_an_orphan_is_refused(store: Store) -> None:
    """A lease or an attempt of no operation cannot exist."""
    with pytest.raises(InvariantBroken, match="FOREIGN KEY"):
        await store.write(lambda tx: tx.insert("leases", {
            "service": "web", "environment": "production", "operation": 99, "epoch": 1, "taken_at": 0,
        }))  # fmt: skip


@pytest.mark.parametrize("statement", [
    "update audit set actor = 'nobody'",
    "delete from audit",
    "insert or replace into audit (id, at, actor, action, subject, reason, body) values (1, 0, '', '', '', '', '{}')",
])  # fmt: skip
async def test_the_audit_is_append_only(store: Store, statement: str) -> None:
    """No update, no delete, and no replace, which is both at once."""
    await store.write(
        lambda tx: audit.append(tx, at=1, actor="T1/U1", action="deploy.confirmed", subject="operation:1")
    )
    with pytest.raises(InvariantBroken, match="append-only"):
        await store.write(lambda tx: tx.run(statement))
    assert [entry.actor for entry in await store.read(lambda tx: audit.since(tx, 0, 9))] == ["T1/U1"]


def test_every_table_is_strict(tx: Tx) -> None:
    """Nothing guesses types: a word in a column of numbers is refused."""
    loose = [
        row["name"] for row in tx.all("select name, strict from pragma_table_list where type = 'table'")
        if not row["strict"] and not row["name"].startswith(("sqlite_", "_sqlite_"))
    ]  # fmt: skip
    assert loose == []
    with pytest.raises(InvariantBroken, match="cannot store TEXT"):
        tx.run("insert into slots (schedule, at) values ('daily', 'noon')")


def test_an_insert_does_not_look_up_the_schema_each_time() -> None:
    """One statement for one row."""
    database = memory()
    seen: list[str] = []
    database.conn.set_trace_callback(seen.append)
    Tx(database, writable=True).insert("settings", {"key": "a", "value": "1"})
    database.conn.set_trace_callback(None)
    assert [statement.split("(")[0].strip() for statement in seen] == ['insert into "settings"']
    database.close()


async def test_readers_leave_no_transaction_open(tmp_path: Path) -> None:
    """The write-ahead log can be emptied at any time between reads, so it does not grow without end."""
    store = await ThreadedStore.open(tmp_path / "q.db")
    for n in range(20):
        await store.write(partial(settings.put, key=str(n), value="x" * 10_000))
        await store.read(lambda tx: tx.all("select * from settings"))
    assert (tmp_path / "q.db-wal").stat().st_size > 0
    assert await asyncio.to_thread(checkpoint, tmp_path / "q.db")
    assert (tmp_path / "q.db-wal").stat().st_size == 0
    await store.close()
