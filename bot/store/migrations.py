"""Forward-only migrations; each name starts with the version of Quarterdeck that brought it."""

from pathlib import Path

from sqlite_utils import Database, Migrations

from bot.store import claims, digests, holds, memberships
from bot.store.chaining import chain_audit
from bot.store.errors import Trouble, Unusable
from bot.store.schema import FIRST
from bot.store.verifying import DECISIVE, TABLES

APPLICATION_ID = 0x51446B31
"""Marks the file as ours, in SQLite's header."""

MIGRATIONS = Migrations("quarterdeck")


@MIGRATIONS(name="0.1.0 first tables")
def first_tables(database: Database) -> None:
    """Every table of the first version."""
    database.executescript(FIRST)


@MIGRATIONS(name="0.1.0 audit chain")
def audit_chain(database: Database) -> None:
    """Each line of the audit holds the hash of the line before it."""
    chain_audit(database)


@MIGRATIONS(name="0.1.0 verification")
def verification(database: Database) -> None:
    """What probes read, revisions in quarantine, and how far an operation is watched."""
    database.executescript(TABLES)


@MIGRATIONS(name="0.1.0 holds")
def hold_after_restore(database: Database) -> None:
    """Targets that are held since a restore."""
    database.executescript(holds.TABLE)


@MIGRATIONS(name="0.1.0 claims")
def claim_columns(database: Database) -> None:
    """Which run has claimed an attempt, what was not claimed, and rehearsals."""
    database.executescript(claims.TABLES)


@MIGRATIONS(name="0.1.0 decisive readings")
def decisive_readings(database: Database) -> None:
    """Failures that are enough by themselves."""
    database.executescript(DECISIVE)


@MIGRATIONS(name="0.1.0 memberships")
def since_when(database: Database) -> None:
    """Since when somebody is in a user group."""
    database.executescript(memberships.TABLE)


@MIGRATIONS(name="0.1.0 digests")
def digest_tables(database: Database) -> None:
    """What landed with each operation, editions of digests, and who wants which."""
    database.executescript(digests.TABLES)


def migrate(database: Database, path: Path | str, migrations: Migrations = MIGRATIONS) -> None:
    """Bring the database up to date, each migration with its record in one transaction; the caller holds the migration lock.

    Raises Unusable for somebody else's database, or one from a later version.
    """
    refuse_foreign(database, path)
    refuse_newer(database, path, migrations)
    migrations.apply(database)
    if _application_id(database) != APPLICATION_ID:
        database.execute(f"pragma application_id = {APPLICATION_ID}")


def refuse_foreign(database: Database, path: Path | str) -> None:
    """A file with tables that are not ours is left alone."""
    tables = database.table_names()
    ours = Migrations.migrations_table in tables or not tables
    if _application_id(database) != APPLICATION_ID and not ours:
        sentence = f"{path} is a database, but not one of Quarterdeck's."
        raise Unusable(Trouble.FOREIGN, sentence, "Name another file as the database, or move that one away.")


def refuse_newer(database: Database, path: Path | str, migrations: Migrations = MIGRATIONS) -> None:
    """A later version may have given columns a meaning that we do not know."""
    known = {each.name for each in migrations._migrations}  # noqa: SLF001  # there is no public list of all names
    later = [each.name for each in migrations.applied(database) if each.name not in known]
    if later:
        version = max(later, key=_version).split()[0]
        sentence = f"{path} was last used by a later version."
        fix = f"Start Quarterdeck {version} or newer, or restore a backup from before."
        raise Unusable(Trouble.NEWER, sentence, fix)


def refuse_pending(database: Database, path: Path | str, migrations: Migrations = MIGRATIONS) -> None:
    """A database that was put in the place of ours while we run has to be as new as we are."""
    if migrations.pending(database):
        sentence = f"{path} was replaced by an older database."
        raise Unusable(Trouble.MISSING, sentence, "Start Quarterdeck again, so that it brings the database up to date.")


def _application_id(database: Database) -> int:
    (found,) = database.execute("pragma application_id").fetchone()
    return int(found)


def _version(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.split(maxsplit=1)[0].split(".") if part.isdigit())
