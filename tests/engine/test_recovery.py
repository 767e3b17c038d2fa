"""After a crash every unfinished operation is looked at again, a thousand as well as one, and no more at once than the provider bears."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from bot.domain.operations import State
from bot.ports import Integration
from bot.store import ThreadedStore, Tx, leases, operations
from integrations.local import supervisor
from integrations.local.deployer import LocalDeployer
from integrations.local.runs import RunsFolder
from integrations.local.settings import LocalTarget
from tests.support import fleet

SIZE = 1_000
AT_ONCE = 16  # what `local` allows itself, and its own threads bear
NOW = 1_795_511_040_000
PATIENCE = 60.0  # seconds


class Counting(ThreadPoolExecutor):
    """Knows how many pieces of work ran at once."""

    def __init__(self, workers: int) -> None:
        super().__init__(workers)
        self.lock = Lock()
        self.running = self.most = self.pieces = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Count it while it runs."""

        def counted() -> Any:
            with self.lock:
                self.running += 1
                self.pieces += 1
                self.most = max(self.most, self.running)
            try:
                return fn(*args, **kwargs)
            finally:
                with self.lock:
                    self.running -= 1

        return super().submit(counted)


def runs_that_ended(folder: Path) -> RunsFolder:
    """What the supervisors of all operations wrote down while nobody looked."""
    runs = RunsFolder(path=folder / "runs")
    runs.path.mkdir()
    for number in range(1, SIZE + 1):
        run = runs.folder(fleet.key(number))
        run.path.mkdir()
        asked = {"target": str(fleet.target(number)), "action": "deploy", "revision": fleet.REVISION, "sent_at": NOW}
        end = {"state": "succeeded", "code": 0, "stopped": "", "touched": True, "at": NOW}
        for name, content in ((supervisor.ORDER, asked), (supervisor.STARTED, {"at": NOW}), (supervisor.EXIT, end)):
            (run.path / name).write_text(json.dumps(content))
        (run.path / supervisor.OUTPUT).touch()
    return runs


def left(tx: Tx) -> int:
    return sum(number for state, number in operations.by_state(tx).items() if state != State.SUCCEEDED)


def states(tx: Tx) -> Counter[State]:
    return Counter(each.state for each in operations.newest(tx, 2 * SIZE))


@pytest.mark.slow
async def test_a_thousand_unfinished_operations(tmp_path: Path) -> None:
    """Each one learns how its run ended, whatever state it was left in; none starts anything, and nothing is held afterwards."""
    runs, threads = runs_that_ended(tmp_path), Counting(AT_ONCE)
    store = await ThreadedStore.open(tmp_path / "q.db")
    await store.write(lambda tx: fleet.left_behind(tx, SIZE, now=NOW, reference="run"))
    deployer = LocalDeployer(runs=runs, threads=threads)
    how = LocalTarget(run=("true",), folder=tmp_path)
    engine = fleet.engine(store, Integration(name="local", deployer=deployer, logs=deployer), how, SIZE)
    try:
        assert await engine.begin() == SIZE
        async with asyncio.timeout(PATIENCE):
            while await store.read(left):
                await asyncio.sleep(0.1)  # real time and real threads: what is due later has nothing to wait on
                await engine.sweep_operations()
        assert await store.read(states) == {State.SUCCEEDED: SIZE}
        assert await store.read(leases.held) == ()
        assert threads.pieces >= SIZE
        assert 1 < threads.most <= AT_ONCE
    finally:
        await engine.runtime.supervisor.close(0)
        await store.close()
        threads.shutdown()
