"""Kill -9 at random moments of a real bot on a real file, in the middle of real runs, with people who go on: the truth at the end."""

import asyncio
from pathlib import Path
from random import Random

import pytest

from tests.kills.crowd import Worker
from tests.kills.quay import SERVICES, Quay, quay, until
from tests.kills.truth import Tally, compare, quiet, starting

pytestmark = pytest.mark.real
PEOPLE = ("ada", "grace")
UNREADY, STARTED, CALLING = (
    0.15,
    0.5,
    0.85,
)  # before it is ready; after a run began; amid a start; the rest: at any time
BOOT, AFTER_A_START, AMID, LIVING = 1.5, 0.8, 0.1, 2.0  # seconds within which it dies then
WORKING = 5.0  # seconds that a life waits for such a moment


async def voyage(folder: Path, seed: int, kills: int) -> Tally:
    """That many lives, each killed, while people work; then one that may finish, and the comparison."""
    chance = Random(seed)
    async with quay(folder) as place:
        workers = [
            Worker(quay=place, who=who, service=service, chance=Random(chance.random()))
            for who, service in zip(PEOPLE, SERVICES, strict=True)
        ]
        working = [asyncio.ensure_future(worker.work()) for worker in workers]
        try:
            for _ in range(kills):
                await one_life(place, chance)
        finally:
            for task in working:
                task.cancel()
            ended = await asyncio.gather(*working, return_exceptions=True)
        assert all(isinstance(each, asyncio.CancelledError) for each in ended), ended
        return await arrive(place)


async def one_life(place: Quay, chance: Random) -> None:
    """Start it and kill it at a moment that chance names."""
    bot = await place.launch()
    kind, instant = chance.random(), chance.random()
    try:
        if kind < UNREADY:
            await asyncio.sleep(instant * BOOT)
            return
        await bot.ready()
        if kind < STARTED:
            before = place.ledger()
            await until(lambda: place.ledger() > before, WORKING)
            await asyncio.sleep(instant * AFTER_A_START)
        elif kind < CALLING:
            await until(lambda: starting(place.database), WORKING, look=0.005)
            await asyncio.sleep(instant * AMID)
        else:
            await asyncio.sleep(instant * LIVING)
    finally:
        await bot.kill()


async def arrive(place: Quay) -> Tally:
    """The last life: it finishes everything by itself, stops in order, and is held against the world."""
    bot = await place.launch()
    try:
        await bot.ready()
        rested = await until(lambda: quiet(place.database))
        assert rested, f"it does not come to rest; see {place.folder / 'bot.log'}"
        assert await bot.stop() == 0
    finally:
        await bot.kill()
    return await compare(place)


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "kills"), [(1, 7), (2, 7), (3, 6)])
async def test_twenty_kills(tmp_path: Path, seed: int, kills: int) -> None:
    """However often it dies: nothing ran twice, every outcome is the real one, nothing is held, every card is single and true."""
    tally = await voyage(tmp_path, seed, kills)
    assert tally.started >= 1, f"nobody got anything done: {tally}"


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(100, 130))
async def test_three_hundred_kills(tmp_path: Path, seed: int) -> None:
    """The same, ten kills a voyage."""
    tally = await voyage(tmp_path, seed, kills=10)
    assert tally.started >= 1, f"nobody got anything done: {tally}"
