"""Several stores on one file at once: they take and release leases, count by compare-and-set, and write down when.

    python -m tests.store.together DATABASE WITNESSES WORKER ROUNDS

prints one JSON line for each thing that happened. Instants are of the machine's monotonic clock, which all processes share.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random
from typing import TypeVar

from bot.store import ThreadedStore, Tx, leases, operations
from bot.store.errors import Stale, Trouble, Unusable
from tests.store.samples import API, WEB

T = TypeVar("T")
TASKS = 3  # callers of one store
PLACES = (WEB, API)
COUNTED = 1  # the operation that everybody changes


@dataclass(frozen=True, kw_only=True)
class Happened:
    """A lease that was held between two instants under an epoch, or (`place` empty) a change from one version to the next."""

    who: int
    place: str
    epoch: int
    begun: int
    ended: int


def holder_of(worker: int, task: int) -> int:
    """The operation in whose name a task takes leases; 1 is for counting."""
    return 2 + worker * TASKS + task


async def patiently(store: ThreadedStore, fn: Callable[[Tx], T]) -> T:
    """Write; where another process is writing for longer than SQLite waits, again."""
    while True:
        try:
            return await store.write(fn)
        except Unusable as error:
            if error.trouble is not Trouble.BUSY:
                raise


async def work(path: Path, witnesses: Path, worker: int, rounds: int) -> list[Happened]:
    """One store, three callers."""
    store = ThreadedStore(path)
    try:
        found = await asyncio.gather(*(one(store, witnesses, worker, task, rounds) for task in range(TASKS)))
    finally:
        await store.close()
    return [each for history in found for each in history]


async def one(store: ThreadedStore, witnesses: Path, worker: int, task: int, rounds: int) -> list[Happened]:
    """Turns of both kinds in an order of their own."""
    who = holder_of(worker, task)
    chance = Random(who)
    history: list[Happened] = []
    for _ in range(rounds):
        if chance.random() < 0.5:
            history += await hold(store, witnesses, who, chance)
        else:
            history += await count(store, who)
    return history


async def hold(store: ThreadedStore, witnesses: Path, who: int, chance: Random) -> list[Happened]:
    """Take a lease, be alone with a file that may not be there yet, release."""
    place = chance.choice(PLACES)
    lease = await patiently(store, lambda tx: leases.take(tx, place, who, 1))
    if lease is None:
        return []
    begun = time.monotonic_ns()
    witness = witnesses / place.service
    witness.touch(exist_ok=False)  # the file system's own word on whether we are alone
    for _ in range(chance.randrange(5)):
        await asyncio.sleep(0)
    witness.unlink()
    ended = time.monotonic_ns()
    epoch = lease.epoch
    assert await patiently(store, lambda tx: leases.release(tx, place, who, epoch, 2)), "it was ours"
    return [Happened(who=who, place=place.service, epoch=epoch, begun=begun, ended=ended)]


async def count(store: ThreadedStore, who: int) -> list[Happened]:
    """Read, add one, write back what was read: by compare-and-set, with others in between."""
    seen = await store.read(lambda tx: operations.get(tx, COUNTED))
    assert seen is not None
    after = replace(seen, version=seen.version + 1, attempt=seen.attempt + 1)
    begun = time.monotonic_ns()

    def save(tx: Tx) -> None:
        operations.save(tx, after)

    try:
        await patiently(store, save)
    except Stale:
        return []
    return [Happened(who=who, place="", epoch=after.version, begun=begun, ended=time.monotonic_ns())]


if __name__ == "__main__":
    database, folder, number, turns = sys.argv[1:]
    for each in asyncio.run(work(Path(database), Path(folder), int(number), int(turns))):
        sys.stdout.write(json.dumps(asdict(each)) + "\n")
