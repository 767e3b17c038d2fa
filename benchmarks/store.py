"""What a durable write costs: writes per second and the wait of each caller, for 1, 8 and 64 callers at once."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from bot.domain.events import Event
from bot.store import InlineStore, Store, ThreadedStore, Tx, events

SECONDS = 1.5


def append(tx: Tx) -> int:
    """One small, real write."""
    return events.append(tx, Event(kind="benchmark", subject="operation:1", at=0, body={"n": "1"}))


async def caller(store: Store, until: float, waits: list[float]) -> None:
    """Write, wait until it is durable, write again."""
    while (begun := time.perf_counter()) < until:
        await store.write(append)
        waits.append(time.perf_counter() - begun)


async def measure(store: Store, callers: int) -> str:
    """One line of the table."""
    waits: list[float] = []
    begun = time.perf_counter()
    await asyncio.gather(*(caller(store, begun + SECONDS, waits) for _ in range(callers)))
    took = time.perf_counter() - begun
    waits.sort()
    middle, slow = (waits[int(len(waits) * part)] * 1_000 for part in (0.5, 0.99))
    return f"{callers:>7}  {len(waits) / took:>10,.0f}  {middle:>8.2f}  {slow:>8.2f}"


async def main(folder: Path) -> None:
    """Both executors on files in that folder."""
    stores: dict[str, Store] = {
        "ThreadedStore": await ThreadedStore.open(folder / "threaded.db"),
        "InlineStore": InlineStore.open(folder / "inline.db"),
    }
    for name, store in stores.items():
        print(f"{name}\ncallers    writes/s    p50 ms    p99 ms")
        for callers in (1, 8, 64):
            print(await measure(store, callers))
        await store.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as made:
        asyncio.run(main(Path(made)))
