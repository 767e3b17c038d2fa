"""What verification keeps: readings, quarantines, and the columns that a database of before gets."""

from dataclasses import replace
from pathlib import Path

from bot.domain.locks import Quarantine
from bot.domain.terms import Target
from bot.domain.verification import Reading, Signal
from bot.store import Tx, operations, quarantines, readings
from bot.store.database import connect
from bot.store.migrations import MIGRATIONS, migrate
from tests.store import samples

WEB = Target(service="web", environment="production")
KEPT = Quarantine(target=WEB, revision="bad", operation=1, reason="503", at=7)


def reading(at: int, probe: str = "http") -> Reading:
    return Reading(signal=Signal.FAIL, seen="status 503", value="503", probe=probe, at=at, operation=1)


def test_readings_since(tx: Tx) -> None:
    """In order of time, from that instant on, of that operation only; the same look twice is one row."""
    readings.add(tx, (reading(20), reading(10), reading(10, "local")))
    readings.add(tx, (reading(20),))
    assert [(each.at, each.probe) for each in readings.since(tx, 1, 10)] == [(10, "http"), (10, "local"), (20, "http")]
    assert readings.since(tx, 1, 20) == (reading(20),)
    assert readings.since(tx, 2, 0) == ()


def test_a_decisive_reading_stays_one(tx: Tx) -> None:
    """The verdict can be had from its rows again."""
    readings.add(tx, (reading(10), replace(reading(20), decisive=True)))
    assert [each.decisive for each in readings.since(tx, 1, 0)] == [False, True]


def test_a_quarantine_until_it_is_lifted(tx: Tx) -> None:
    """One row for a revision in a target; lifted once, with who and why; it may come again."""
    quarantines.add(tx, KEPT)
    quarantines.add(tx, KEPT)
    (found,) = quarantines.current(tx, WEB)
    assert (found.revision, found.operation, found.reason) == ("bad", 1, "503")
    assert quarantines.current(tx, Target(service="web", environment="staging")) == ()
    assert quarantines.lift(tx, found.id, by="U1", because="mended", at=9)
    assert not quarantines.lift(tx, found.id, by="U2", because="late", at=10)
    assert quarantines.current(tx, WEB) == ()
    assert tx.all("select lifted_by, because, lifted_at from quarantines") == [
        {"lifted_by": "U1", "because": "mended", "lifted_at": 9}
    ]
    quarantines.add(tx, KEPT)
    assert len(quarantines.current(tx, WEB)) == 1


def test_a_database_of_before_gets_the_columns(tmp_path: Path) -> None:
    """An operation that was under way before is not watched, and everything else of it is as it was."""
    path = tmp_path / "q.db"
    path.touch()
    names = [each.name for each in MIGRATIONS._migrations]
    before = names.index("0.1.0 verification")
    with connect(path) as database:
        for each in MIGRATIONS._migrations[:before]:
            each.fn(database)
        columns = [column for column in operations.CODEC.columns if column in database.table("operations").columns_dict]
        row = operations.CODEC.row(samples.operation())
        database.table("operations").insert({column: row[column] for column in columns if column != "id"})
        MIGRATIONS._migrations[before].fn(database)
        cursor = database.execute("select * from operations")
        found = operations.CODEC.thing(
            dict(zip([each[0] for each in cursor.description], cursor.fetchone(), strict=True))
        )
    assert (found.watch_since, found.rollback_at, found.automatic, found.lock) == (0, 0, False, 0)
    assert found.target == samples.operation().target


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    """The tables are there once."""
    path = tmp_path / "q.db"
    path.touch()
    with connect(path) as database:
        migrate(database, path)
        migrate(database, path)
        assert {"readings", "quarantines"} <= set(database.table_names())
