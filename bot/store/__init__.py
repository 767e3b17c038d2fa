"""Rows: schema, migrations, one module per noun, two executors; the door to sqlite_utils.

`Store` runs transactions, `Tx` is one; each noun's module (`operations`, `leases`, …) has functions that take the `tx` first. A transaction
is a plain function without network, clock or chance: `await store.write(lambda tx: operations.save(tx, operation))`.
"""

from bot.store.executors import InlineStore, Store, ThreadedStore
from bot.store.tx import Row, Tx

__all__ = ["InlineStore", "Row", "Store", "ThreadedStore", "Tx"]
