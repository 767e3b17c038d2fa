"""Stores of each kind, fresh for each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.store import InlineStore, Store, ThreadedStore, Tx
from bot.store.database import memory

KINDS = ("threaded", "inline", "memory")


async def opened(kind: str, path: Path) -> Store:
    if kind == "threaded":
        return await ThreadedStore.open(path)
    return InlineStore.open(path) if kind == "inline" else InlineStore.memory()


@pytest.fixture(params=KINDS)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    made = await opened(request.param, tmp_path / "q.db")
    yield made
    await made.close()


@pytest.fixture(params=["threaded", "inline"])
async def file_store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    made = await opened(request.param, tmp_path / "q.db")
    yield made
    await made.close()


@pytest.fixture
def tx() -> Iterator[Tx]:
    """One open transaction on a fresh database in memory."""
    database = memory()
    database.conn.execute("begin")
    yield Tx(database, writable=True)
    database.close()
