"""Backups by time, before a migration, and put back: nothing is lost on the way, and what is restored knows it."""

import json
import shutil
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlite_utils import Migrations

from bot.domain.terms import DAY, HOUR
from bot.store import Tx, audit, backups, operations, settings
from bot.store.database import connect, prepare
from bot.store.errors import Trouble, Unusable
from bot.store.migrations import MIGRATIONS, migrate
from bot.store.outside import look
from bot.store.transactions import commit_together
from tests.store import samples

NOON = 20_000 * DAY + 12 * HOUR


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database, by its path."""
    path = tmp_path / "q.db"
    prepare(path)
    return path


def put(path: Path, value: str, *, orders: int = 0) -> None:
    """Write something into a database, and let it go."""

    def write(tx: Tx) -> None:
        settings.put(tx, "word", value)
        for _ in range(orders):
            operations.insert(tx, samples.operation())

    with connect(path) as database:
        (done,) = commit_together(database, [write])
    assert done.error is None


def setting(path: Path, key: str = "word") -> str | None:
    """What is written there."""
    return look(path, lambda tx: settings.get(tx, key))


def numbers(path: Path) -> list[int]:
    """The newest operations, first."""
    return [each.id for each in look(path, lambda tx: operations.newest(tx, 3))]


# ---- by time ---------------------------------------------------------------------------------------------------------


def test_the_newest_are_kept(path: Path, tmp_path: Path) -> None:
    """They are private, listed newest first, and the oldest go; whatever else lies in the folder stays."""
    folder = tmp_path / "deep" / "backups"
    assert backups.listed(folder, path) == ()
    made = [backups.make(path, folder, NOON + n * HOUR) for n in range(4)]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {each.path.stat().st_mode & 0o777 for each in made} == {0o600}
    assert backups.listed(folder, path) == tuple(reversed(made))
    strangers = ["q-20990101T000000Z-from-0.1.0.db", "other-20990101T000000Z.db", "q-20991399T000000Z.db", "q.db"]
    for name in strangers:
        (folder / name).write_text("precious")
    (folder / "q-20200101T000000Z.db.partial").write_text("left by a crash")
    backups.prune(folder, path, 2)
    assert backups.listed(folder, path) == (made[3], made[2])
    assert {file.name for file in folder.iterdir()} == {made[3].path.name, made[2].path.name, *strangers}


def test_room_for_twice_its_size(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot goes on after the copy: the copy may not take the last of the disk."""
    size = sum(file.stat().st_size for file in tmp_path.glob("q.db*") if file.suffix != ".db-migration-lock")
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=2 * size))
    with pytest.raises(Unusable, match="not enough space") as caught:
        backups.make(path, tmp_path / "backups", NOON)
    assert caught.value.trouble is Trouble.FULL
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_folder_that_cannot_be_made(path: Path, tmp_path: Path) -> None:
    """It names the folder and the setting."""
    (tmp_path / "file").write_text("")
    with pytest.raises(Unusable, match=r"file/backups cannot be made.*backups\.folder"):
        backups.make(path, tmp_path / "file" / "backups", NOON)


def test_the_source_is_only_read(path: Path, tmp_path: Path) -> None:
    """A backup can be copied and restored from a disk that is read-only."""
    made = backups.make(path, tmp_path / "backups", NOON)
    before = made.path.read_bytes()
    backups.restore(made.path, tmp_path / "new.db", NOON)
    assert made.path.read_bytes() == before
    assert [file.name for file in made.path.parent.iterdir()] == [made.path.name]


# ---- before a migration ----------------------------------------------------------------------------------------------


def old(path: Path) -> None:
    """A database of the first tables only."""
    before = Migrations(MIGRATIONS.name)
    before._migrations.append(MIGRATIONS._migrations[0])
    path.touch()
    with connect(path) as database:
        migrate(database, path, before)


def test_a_copy_before_a_migration(tmp_path: Path) -> None:
    """An older database is copied as it is, and the copy is named after the version that opens it; hourly ones do not count it."""
    path, folder = tmp_path / "old.db", tmp_path / "backups"
    old(path)
    copy = backups.before_migration(path, folder, NOON)
    assert copy is not None
    assert copy.name.endswith("-from-0.1.0.db")
    prepare(path)
    with connect(copy) as database:
        assert len(MIGRATIONS.applied(database)) == 1
    assert backups.before_migration(path, folder, NOON) is None
    assert backups.listed(folder, path) == ()


def test_no_copy_where_there_is_nothing_yet(path: Path, tmp_path: Path) -> None:
    """Neither of a new database, nor of one that is up to date."""
    folder = tmp_path / "backups"
    (tmp_path / "empty.db").touch()
    for each in (path, tmp_path / "none.db", tmp_path / "empty.db"):
        assert backups.before_migration(each, folder, NOON) is None
    assert not folder.exists()


def test_no_migration_without_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no copy can be made, the caller is told before anything is changed."""
    path = tmp_path / "old.db"
    old(path)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=4096))
    with pytest.raises(Unusable, match="not enough space"):
        backups.before_migration(path, tmp_path / "backups", NOON)


# ---- put back --------------------------------------------------------------------------------------------------------


def test_restore(path: Path, tmp_path: Path) -> None:
    """The copy is in place and marked; the database from before is whole, under a name with the time."""
    put(path, "then")
    made = backups.make(path, tmp_path / "backups", NOON)
    put(path, "now")
    done = backups.restore(made.path, path, NOON + HOUR)
    assert done.made_at == NOON
    assert done.aside == tmp_path / "q.db.before-restore-20241004T130000Z"
    assert setting(path) == "then"
    assert setting(done.aside) == "now"
    assert path.stat().st_mode & 0o777 == 0o600
    mark = json.loads(setting(path, backups.RESTORED) or "")
    assert mark == {"file": made.path.name, "at": NOON + HOUR, "aside": done.aside.name, "told": False}
    assert not list(tmp_path.glob("*.restoring*"))


def test_restore_with_a_log_left_by_a_crash(path: Path, tmp_path: Path) -> None:
    """What a killed bot had committed goes with its own database, never into the restored one."""
    put(path, "then")
    made = backups.make(path, tmp_path / "backups", NOON)
    with connect(path) as database:
        database.execute("update settings set value = 'committed' where key = 'word'")
        killed = {name: (tmp_path / name).read_bytes() for name in ("q.db", "q.db-wal")}
    assert killed["q.db-wal"]
    for name, content in killed.items():
        (tmp_path / name).write_bytes(content)
    done = backups.restore(made.path, path, NOON)
    assert done.aside is not None
    assert setting(path) == "then"
    assert setting(done.aside) == "committed"


def test_restore_in_the_place_of_a_damaged_one(path: Path, tmp_path: Path) -> None:
    """That is what it is for: the damaged file and its log are kept as they are."""
    put(path, "then")
    made = backups.make(path, tmp_path / "backups", NOON)
    path.write_bytes(b"no database" * 1000)
    (tmp_path / "q.db-wal").write_bytes(b"nor a log")
    done = backups.restore(made.path, path, NOON)
    assert done.aside is not None
    assert done.aside.read_bytes() == b"no database" * 1000
    assert setting(path) == "then"


def test_restore_where_there_is_none(path: Path, tmp_path: Path) -> None:
    """On a new machine there is nothing to keep."""
    put(path, "then")
    made = backups.make(path, tmp_path / "backups", NOON)
    done = backups.restore(made.path, tmp_path / "new.db", NOON)
    assert done.aside is None
    assert setting(tmp_path / "new.db") == "then"


def test_a_file_system_without_second_names(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the database from before is copied."""
    put(path, "now")
    made = backups.make(path, tmp_path / "backups", NOON)

    def refused(*names: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refused)
    done = backups.restore(made.path, path, NOON)
    assert done.aside is not None
    assert setting(done.aside) == "now"


def test_no_number_is_given_twice(path: Path, tmp_path: Path) -> None:
    """Runs are found by the number of their operation: what was lost may have had the next ones."""
    put(path, "then", orders=2)
    made = backups.make(path, tmp_path / "backups", NOON)
    put(path, "now", orders=1500)
    backups.restore(made.path, path, NOON)
    put(path, "after", orders=1)
    assert numbers(path) == [2001, 2, 1]


def test_no_number_is_given_twice_after_a_loss(path: Path, tmp_path: Path) -> None:
    """Where the database from before cannot be read, numbers go on well behind those of the copy."""
    put(path, "then", orders=2)
    made = backups.make(path, tmp_path / "backups", NOON)
    path.write_bytes(b"no database" * 1000)
    backups.restore(made.path, path, NOON)
    put(path, "after", orders=1)
    assert numbers(path) == [1001, 2, 1]


def test_a_backup_of_an_older_version(path: Path, tmp_path: Path) -> None:
    """It is restored as it is, and brought up to date at the next start."""
    before = tmp_path / "older.db"
    old(before)
    backups.restore(before, path, NOON)
    prepare(path)
    assert setting(path, backups.RESTORED)
    assert look(path, audit.verify).whole


@pytest.mark.parametrize("name", ["none", "empty", "text", "other", "damaged", "newer", "itself"])
def test_what_is_not_restored(path: Path, tmp_path: Path, name: str) -> None:
    """Neither what is missing, strange, damaged or of a later version, nor the database itself: and nothing is touched."""
    put(path, "now")
    chosen = refused(name, path, tmp_path)
    before = names(tmp_path, chosen)
    with pytest.raises(Unusable) as caught:
        backups.restore(chosen, path, NOON)
    assert str(chosen) in caught.value.sentence
    assert caught.value.fix
    assert names(tmp_path, chosen) == before
    assert setting(path) == "now"


def names(folder: Path, chosen: Path) -> list[str]:
    """Every file there but those that SQLite puts beside the one that it looked at."""
    return sorted(file.name for file in folder.iterdir() if file == chosen or not file.name.startswith(chosen.name))


def refused(name: str, path: Path, folder: Path) -> Path:
    """A file that is no backup."""
    chosen = path if name == "itself" else folder / f"{name}.db"
    if name == "empty":
        chosen.touch()
    if name == "text":
        chosen.write_text("no database, and longer than a header would be " * 9)
    if name == "other":
        with sqlite3.connect(chosen) as other:
            other.execute("create table bookmarks (url text)")
        other.close()
    if name in {"damaged", "newer"}:
        shutil.copy(path, chosen)
    if name == "damaged":
        whole = chosen.read_bytes()
        chosen.write_bytes(whole[: len(whole) // 2] + b"\xff" * (len(whole) // 2))
    if name == "newer":
        with connect(chosen) as newer:
            newer.execute(
                "insert into _sqlite_migrations (migration_set, name, applied_at) values ('quarterdeck', '9.0.0 x', '')"
            )
    return chosen
