"""A transaction as functions see it: SQL in, plain rows out."""

import sqlite3
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from sqlite_utils import Database

from bot.store.errors import InvariantBroken

Value: TypeAlias = str | int | None
Row: TypeAlias = dict[str, Any]


class Tx:
    """One open transaction; it is over when the function that got it returns."""

    __slots__ = ("_database", "_writable")

    def __init__(self, database: Database, *, writable: bool) -> None:
        self._database: Database | None = database
        self._writable = writable

    def all(self, sql: str, /, **params: Value) -> list[Row]:
        """Every row, each as a new dictionary by column name."""
        columns, rows = self.table(sql, params)
        return [dict(zip(columns, values, strict=True)) for values in rows]

    def table(self, sql: str, params: Mapping[str, Value]) -> tuple[tuple[str, ...], list[tuple[Value, ...]]]:
        """The names of the columns, and every row in their order."""
        assert self._writable or sql.lstrip().startswith("select"), f"a read may not write: {sql}"
        cursor = self._execute(sql, params)
        rows = cursor.fetchall()
        return tuple([column[0] for column in cursor.description or ()]) if rows else (), rows

    def one(self, sql: str, /, **params: Value) -> Row | None:
        """The only row, or None; AssertionError where there are more."""
        rows = self.all(sql, **params)
        assert len(rows) <= 1, f"one row was expected, not {len(rows)}: {sql}"
        return rows[0] if rows else None

    def run(self, sql: str, /, **params: Value) -> int:
        """Write, and say how many rows were touched."""
        assert self._writable, f"a read may not write: {sql}"
        return self._execute(sql, params).rowcount

    def insert(self, table: str, row: Mapping[str, Value]) -> None:
        """Add one row; InvariantBroken where the schema refuses it."""
        self.run(_insert(table, tuple(row)), **row)

    def end(self) -> None:
        """Called by the executor: whoever kept the transaction cannot use it any more."""
        self._database = None

    def _execute(self, sql: str, params: Mapping[str, Value]) -> sqlite3.Cursor:
        assert self._database is not None, "this transaction is over; use it inside the function that got it"
        try:
            return self._database.conn.execute(sql, params)  # its own execute counts nothing and logs nothing
        except sqlite3.IntegrityError as error:
            raise InvariantBroken(str(error)) from error


@lru_cache(maxsize=256)
def _insert(table: str, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(f":{column}" for column in columns)
    return f'insert into "{table}" ({names}) values ({values})'  # noqa: S608  # names come from our code, values are bound
