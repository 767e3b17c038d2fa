"""How long a start takes to look at 1,000 unfinished operations again: the real engine on a real file, a provider that answers at once.

    python benchmarks/recovery.py [--operations 1000] [--rounds 3] [--check]

Printed are the opening of the file (with its integrity check), and the time until every operation was looked at and what
came of it is on disk. `--check` exits with 1 where a round took five seconds or more.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

import structlog

sys.path.insert(0, str(Path(__file__).parents[1]))

from bot.ports import RunState, Snapshot
from bot.store import ThreadedStore, Tx
from bot.store.database import prepare
from tests.fakes.clock import FakeClock
from tests.fakes.deployer import FakeProvider, FakeTarget
from tests.support import fleet

GOAL = 5.0
LOOK = 0.01


def provider(size: int) -> FakeProvider:
    """Every run is known, and goes on."""
    made = FakeProvider(clock=FakeClock())
    for number in range(1, size + 1):
        made.runs[str(fleet.key(number))] = Snapshot(state=RunState.RUNNING, step=(2, 4, "build"))
        made.live[fleet.target(number)] = fleet.REVISION
    return made


def untouched(tx: Tx) -> int:
    """How many operations nobody has looked at yet."""
    return int(tx.all("select count(*) as number from operations where version = 0")[0]["number"])


async def leave_behind(path: Path, size: int) -> None:
    """The rows of the process before."""
    prepare(path)
    store = await ThreadedStore.open(path)
    now = int(time.time() * 1000)
    await store.write(lambda tx: fleet.left_behind(tx, size, now=now, reference="key"))
    await store.close()


async def recover(path: Path, size: int) -> tuple[float, float]:
    """Seconds for opening, and for looking at everything."""
    begun = time.perf_counter()
    store = await ThreadedStore.open(path)
    opened = time.perf_counter()
    engine = fleet.engine(store, provider(size).integration(), FakeTarget(), size)
    unfinished = await engine.begin()
    assert unfinished == size
    while await store.read(untouched):  # noqa: ASYNC110 (the rows are the only witness)
        await asyncio.sleep(LOOK)
    done = time.perf_counter()
    await engine.runtime.supervisor.close(0)
    await store.close()
    return opened - begun, done - opened


async def main(size: int, rounds: int) -> float:
    """The slowest round."""
    slowest = 0.0
    print("operations   open s   look again s")
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "recovery.db"
            await leave_behind(path, size)
            opening, looking = await recover(path, size)
        slowest = max(slowest, opening + looking)
        print(f"{size:>10,}   {opening:>6.2f}   {looking:>12.2f}")
    return slowest


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operations", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--check", action="store_true", help=f"exit with 1 from {GOAL:.0f} seconds on")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    took = asyncio.run(main(given.operations, given.rounds))
    sys.exit(1 if given.check and took >= GOAL else 0)
