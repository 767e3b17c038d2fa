"""Migrations go forward, on databases with rows in them, or not at all."""

import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from bot.store import InlineStore, operations
from bot.store.database import connect, prepare
from bot.store.errors import Trouble, Unusable
from bot.store.migrations import APPLICATION_ID, MIGRATIONS, migrate
from tests.store import samples


def later(*, fails: bool = False) -> Migrations:
    """The migrations of an imagined next version."""
    following = Migrations(MIGRATIONS.name)
    following._migrations.extend(MIGRATIONS._migrations)

    @following(name="0.12.0 owners")
    def owners(database: Database) -> None:
        database.execute("alter table operations add column owner text not null default ''")
        database.execute("update operations set owner = who_user")
        assert not fails, "half way"

    return following


async def filled(path: Path) -> None:
    store = InlineStore.open(path)
    for _ in range(3):
        await store.write(lambda tx: operations.insert(tx, samples.operation()))
    await store.close()


async def test_rows_survive_a_migration(tmp_path: Path) -> None:
    """A newer schema keeps what is there, and every row gets its new value."""
    path = tmp_path / "q.db"
    await filled(path)
    with connect(path) as database:
        migrate(database, path, later())
        assert database.execute("select id, owner from operations").fetchall() == [(1, "U1"), (2, "U1"), (3, "U1")]
        migrate(database, path, later())  # nothing is done twice


async def test_a_migration_that_fails_leaves_everything_as_it_was(tmp_path: Path) -> None:
    """Schema, rows and record are one transaction; the old version still opens the file."""
    path = tmp_path / "q.db"
    await filled(path)
    with connect(path) as database:
        with pytest.raises(AssertionError, match="half way"):
            migrate(database, path, later(fails=True))
        assert "owner" not in database.table("operations").columns_dict
    prepare(path)
    store = InlineStore.open(path)
    assert await store.read(lambda tx: len(operations.newest(tx, 9))) == 3
    await store.close()


async def test_a_newer_database_is_refused_with_the_version_that_opens_it(tmp_path: Path) -> None:
    """Going back a version says which one to start; the file is not touched."""
    path = tmp_path / "q.db"
    await filled(path)
    with connect(path) as database:
        migrate(database, path, later())
    with pytest.raises(Unusable, match=r"0\.12\.0 or newer") as caught:
        prepare(path)
    assert caught.value.trouble is Trouble.NEWER


def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    """A path typed wrong must not plant our tables among other people's."""
    path = tmp_path / "bookmarks.db"
    other = sqlite3.connect(path)
    other.execute("create table bookmarks (url text)")
    other.close()
    with pytest.raises(Unusable, match="not one of Quarterdeck's") as caught:
        prepare(path)
    assert caught.value.trouble is Trouble.FOREIGN
    with connect(path) as database:
        assert database.table_names() == ["bookmarks"]


def test_a_new_database_is_private_and_ours(tmp_path: Path) -> None:
    """The folder is made on the way; nobody else may read; the header names the owner; a second start changes nothing."""
    path = tmp_path / "deep" / "down" / "q.db"
    prepare(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    before = path.read_bytes()
    prepare(path)
    assert path.read_bytes() == before
    with connect(path) as database:
        assert database.execute("pragma application_id").fetchone() == (APPLICATION_ID,)


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    """Secrets are in it: the mode is mended at the start."""
    path = tmp_path / "q.db"
    prepare(path)
    path.chmod(0o644)
    prepare(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_names_begin_with_a_version() -> None:
    """The refusal of a newer database reads the version from there."""
    names = [each.name for each in MIGRATIONS._migrations]
    assert all(name.split()[0].count(".") == 2 for name in names)
