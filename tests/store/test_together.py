"""Threads and processes on one file: the history of who held what shows no two holders at once, and no change is lost."""

import asyncio
import json
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from bot.store import InlineStore, leases, operations
from tests.store.samples import API, WEB, asked
from tests.store.together import COUNTED, TASKS, Happened, holder_of, work

ROOT = Path(__file__).parents[2]
WORKERS = 4
PATIENCE = 90


async def prepared(folder: Path) -> Path:
    """A database with the operations in whose name things happen."""
    path = folder / "q.db"
    store = InlineStore.open(path)
    await store.write(lambda tx: asked(tx, holder_of(WORKERS, 0)))
    await store.close()
    (folder / "witnesses").mkdir()
    return path


async def a_process(path: Path, worker: int, rounds: int) -> list[Happened]:
    """One more process on the file, and what happened in it."""
    argv = [sys.executable, "-m", "tests.store.together", path, path.parent / "witnesses", worker, rounds]
    process = await asyncio.create_subprocess_exec(*map(str, argv), cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(PATIENCE):
        out, _ = await process.communicate()
    assert process.returncode == 0
    return [Happened(**json.loads(line)) for line in out.splitlines()]


async def judge(path: Path, history: list[Happened]) -> None:
    """Hold the history against what the rows say."""
    store = InlineStore.open(path)
    assert await store.read(leases.held) == ()
    for place in (WEB, API):
        held = sorted((each for each in history if each.place == place.service), key=lambda each: each.epoch)
        assert [each.epoch for each in held] == list(range(1, len(held) + 1)), "every epoch once, none missing"
        for before, after in pairwise(held):
            assert before.ended < after.begun, f"two holders of {place} at once: {before} and {after}"
        rows = await store.read(lambda tx, place=place: leases.history(tx, place, 100_000))  # type: ignore[misc]  # bound now
        assert [(each.operation, each.epoch) for each in reversed(rows)] == [(each.who, each.epoch) for each in held]
    counted = [each for each in history if not each.place]
    assert sorted(each.epoch for each in counted) == list(range(1, len(counted) + 1)), "each version was written once"
    row = await store.read(lambda tx: operations.get(tx, COUNTED))
    await store.close()
    assert row is not None
    assert (row.version, row.attempt) == (len(counted), len(counted)), "no change was lost"
    assert len({each.who for each in counted}) > TASKS, "more than one store changed it"
    assert len({each.who for each in history if each.place}) > TASKS, "more than one store held something"


async def test_stores_of_one_process(tmp_path: Path) -> None:
    """Four stores with their own threads, three callers each."""
    path = await prepared(tmp_path)
    found = await asyncio.gather(*(work(path, tmp_path / "witnesses", worker, 30) for worker in range(WORKERS)))
    await judge(path, [each for history in found for each in history])


@pytest.mark.real
@pytest.mark.slow
async def test_processes(tmp_path: Path) -> None:
    """Four processes at once, as nobody should run them: the file keeps them apart all the same."""
    path = await prepared(tmp_path)
    found = await asyncio.gather(*(a_process(path, worker, 100) for worker in range(WORKERS)))
    await judge(path, [each for history in found for each in history])


@pytest.mark.prove
@pytest.mark.parametrize("again", range(20))
async def test_processes_for_long(tmp_path: Path, again: int) -> None:
    """The same, longer and often."""
    path = await prepared(tmp_path)
    found = await asyncio.gather(*(a_process(path, worker, 1_000) for worker in range(WORKERS)))
    await judge(path, [each for history in found for each in history])
