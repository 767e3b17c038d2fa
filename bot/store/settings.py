"""Settings of the installation: a few facts that are made once and kept, such as its secret."""

from bot.store.tx import Tx

GET = "select value from settings where key = :key"
PUT = "insert into settings (key, value) values (:key, :value) on conflict (key) do update set value = excluded.value"
KEEP = "insert into settings (key, value) values (:key, :value) on conflict (key) do nothing"


def get(tx: Tx, key: str) -> str | None:
    """The value, or None."""
    row = tx.one(GET, key=key)
    return None if row is None else str(row["value"])


def put(tx: Tx, key: str, value: str) -> None:
    """Set the value."""
    tx.run(PUT, key=key, value=value)


def keep(tx: Tx, key: str, value: str) -> str:
    """Set the value where there is none; returns the one that counts from now on."""
    tx.run(KEEP, key=key, value=value)
    return get(tx, key) or value
