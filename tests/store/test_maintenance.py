"""Backups and checkpoints, while the bot runs."""

import asyncio
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.store import InlineStore, Store, settings
from bot.store.database import prepare
from bot.store.errors import Trouble, Unusable
from bot.store.maintenance import backup, checkpoint


async def test_a_backup_is_a_database_of_its_own(file_store: Store, tmp_path: Path) -> None:
    """Made during operation, private, whole, with everything committed before, and nothing left beside it."""
    await file_store.write(lambda tx: settings.put(tx, "a", "1"))
    (tmp_path / "backups").mkdir()
    copy = await asyncio.to_thread(backup, tmp_path / "q.db", tmp_path / "backups" / "copy.db")
    await file_store.write(lambda tx: settings.put(tx, "a", "2"))
    assert copy.stat().st_mode & 0o777 == 0o600
    assert list(copy.parent.iterdir()) == [copy]
    restored = InlineStore.open(copy)
    assert await restored.read(lambda tx: settings.get(tx, "a")) == "1"
    await restored.close()


def test_a_backup_replaces_nothing(tmp_path: Path) -> None:
    """An existing file is somebody's last good copy."""
    prepare(tmp_path / "q.db")
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(Unusable, match=r"copy\.db exists"):
        backup(tmp_path / "q.db", tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "precious"


def test_a_backup_needs_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says how much is missing before it fills the disk."""
    prepare(tmp_path / "q.db")
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=4096))
    with pytest.raises(Unusable, match="4096 are free") as caught:
        backup(tmp_path / "q.db", tmp_path / "copy.db")
    assert caught.value.trouble is Trouble.FULL
    assert not (tmp_path / "copy.db").exists()


def test_a_backup_into_nowhere(tmp_path: Path) -> None:
    """The folder has to be there."""
    prepare(tmp_path / "q.db")
    with pytest.raises(Unusable, match="No such file or directory"):
        backup(tmp_path / "q.db", tmp_path / "none" / "copy.db")


def test_a_backup_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """A damaged source gives no half copy that looks like a backup."""
    prepare(tmp_path / "q.db")
    whole = (tmp_path / "q.db").read_bytes()
    (tmp_path / "q.db").write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    with pytest.raises(Unusable) as caught:
        backup(tmp_path / "q.db", tmp_path / "copy.db")
    assert caught.value.trouble is Trouble.CORRUPT
    assert sorted(file.name for file in tmp_path.glob("copy*")) == []


def test_a_partial_copy_from_before_is_replaced(tmp_path: Path) -> None:
    """A crash during the last backup does not stop the next one."""
    prepare(tmp_path / "q.db")
    (tmp_path / "copy.db.partial").write_text("half")
    assert backup(tmp_path / "q.db", tmp_path / "copy.db").exists()
    assert not (tmp_path / "copy.db.partial").exists()


def test_a_checkpoint_says_when_somebody_is_in_the_way(tmp_path: Path) -> None:
    """It neither fails nor waits long for a reader that is slow."""
    prepare(tmp_path / "q.db")
    store = InlineStore.open(tmp_path / "q.db")
    database = store._link.ready()
    database.execute("insert into settings (key, value) values ('a', '1')")
    database.execute("begin")
    database.execute("select * from settings").fetchall()
    other = InlineStore.open(tmp_path / "q.db")._link
    other.ready().execute("insert into settings (key, value) values ('b', '1')")
    assert checkpoint(tmp_path / "q.db") is False
    database.execute("rollback")
    assert checkpoint(tmp_path / "q.db") is True
    other.close()
    store._link.close()


def test_what_the_system_refuses_is_said(tmp_path: Path) -> None:
    """Something else in the way of the copy: which, where, and what to look at."""
    prepare(tmp_path / "q.db")
    (tmp_path / "copy.db.partial").mkdir()
    with pytest.raises(Unusable, match=r"No backup was made at .*copy\.db") as caught:
        backup(tmp_path / "q.db", tmp_path / "copy.db")
    assert str(tmp_path) in caught.value.fix
