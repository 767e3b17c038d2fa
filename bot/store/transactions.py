"""Running functions inside transactions: many writes in one commit, or one consistent read."""

import sqlite3
from collections.abc import Callable, Sequence
from types import GeneratorType
from typing import Any, NamedTuple, TypeAlias

from sqlite_utils import Database

from bot.store.errors import PASSING, explain
from bot.store.tx import Tx

Work: TypeAlias = Callable[[Tx], Any]
Probe: TypeAlias = Callable[[str], None]

BEFORE_COMMIT = "store.before_commit"
AFTER_COMMIT = "store.after_commit"


class Outcome(NamedTuple):
    """What became of one function: its value, or the error that undid it."""

    value: Any = None
    error: BaseException | None = None


def silent(point: str) -> None:
    """The probe that does nothing."""


def commit_together(database: Database, works: Sequence[Work], probe: Probe = silent) -> list[Outcome]:
    """Run each function in a savepoint of one transaction and commit: outcomes are in order, and durable when this returns.

    A function that raises is undone alone. Raises sqlite3.Error where the transaction as a whole failed: then nothing was kept.
    """
    connection = database.conn
    run = _attempt if len(works) > 1 else _attempt_alone
    try:
        connection.execute("begin immediate")
        outcomes = [run(database, work) for work in works]
        probe(BEFORE_COMMIT)
        connection.execute("commit")
    except BaseException:
        undo(database)
        raise
    probe(AFTER_COMMIT)
    return outcomes


def read_once(database: Database, work: Work) -> Outcome:
    """Run a function on one consistent snapshot; it cannot write. Raises sqlite3.Error where there is no snapshot."""
    database.conn.execute("begin")
    try:
        return _run(database, work, writable=False)
    finally:
        undo(database)


def undo(database: Database) -> None:
    """Roll back what is open, if anything; a connection that cannot even do that is replaced by its link."""
    connection = database.conn
    if connection.in_transaction:
        try:
            connection.execute("rollback")
        except sqlite3.Error:
            return


def _attempt(database: Database, work: Work) -> Outcome:
    connection = database.conn
    connection.execute("savepoint work")
    outcome = _run(database, work, writable=True)
    if outcome.error is None:
        connection.execute("release work")
        return outcome
    if _spoils_all(connection, outcome.error):
        raise outcome.error
    connection.execute("rollback to work")
    connection.execute("release work")
    return outcome


def _attempt_alone(database: Database, work: Work) -> Outcome:
    """Nobody shares the transaction, so it is itself what is undone; an empty one is begun for the commit that follows."""
    outcome = _run(database, work, writable=True)
    if outcome.error is None:
        return outcome
    if _spoils_all(database.conn, outcome.error):
        raise outcome.error
    database.conn.execute("rollback")
    database.conn.execute("begin immediate")
    return outcome


def _spoils_all(connection: sqlite3.Connection, error: BaseException) -> bool:
    # A full disk may end the whole transaction, and on a failing or damaged disk nothing more should be committed.
    trouble = explain(error, "") if isinstance(error, sqlite3.Error) else None
    return not connection.in_transaction or (trouble is not None and trouble.trouble not in PASSING)


def _run(database: Database, work: Work, *, writable: bool) -> Outcome:
    tx = Tx(database, writable=writable)
    try:
        value = work(tx)
        assert not hasattr(value, "__await__"), "a transaction is a plain function: it may not await"
        assert not isinstance(value, GeneratorType), (
            "a transaction returns values: a generator would read after its end"
        )
    except BaseException as error:  # noqa: BLE001  # whatever it is, it belongs to the caller, never to the thread
        return Outcome(error=error)
    finally:
        tx.end()
    return Outcome(value=value)
