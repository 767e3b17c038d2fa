"""A ship for every conversation; when the story is told, its rows are looked at."""

from collections.abc import AsyncIterator, Callable, Iterator, MutableMapping
from typing import Any

import pytest
import structlog.testing

from tests.support.approved import Guarded, approved, manned
from tests.support.invariants import check
from tests.support.ship import Ship, catalogue
from tests.support.verified import verified

Launch = Callable[..., Ship]


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[MutableMapping[str, Any]]]:
    """What the bot logs, kept instead of printed: a defect that a story provokes is looked at by the story."""
    with structlog.testing.capture_logs() as captured:
        yield captured


@pytest.fixture
async def launch() -> AsyncIterator[Launch]:
    """Makes a ship with settings of `catalogue`; every one of them is examined at the end."""
    ships: list[Ship] = []

    def make(**settings: object) -> Ship:
        ships.append(Ship(catalogue=catalogue(**settings)))  # type: ignore[arg-type]  # names are checked by the function itself
        return ships[-1]

    yield make
    for ship in ships:
        await check(ship, quiet=ship.quiet)


@pytest.fixture
async def ship(launch: Launch) -> Ship:
    """The usual one."""
    return launch()


@pytest.fixture
async def watched() -> AsyncIterator[Launch]:
    """Makes a ship whose staging is verified, with rules of `tests.support.verified`; every one of them is examined at the end."""
    ships: list[Ship] = []

    def make(**rules: Any) -> Ship:
        ships.append(Ship(catalogue=verified(**rules)))
        return ships[-1]

    yield make
    for ship in ships:
        await check(ship, quiet=ship.quiet)


@pytest.fixture
async def guarded() -> AsyncIterator[Guarded]:
    """Makes a ship whose production asks for approval, with rules of `tests.support.approved`; every one of them is examined at the end."""
    ships: list[Ship] = []

    async def make(**rule: Any) -> Ship:
        ships.append(await manned(Ship(catalogue=approved(**rule))))
        return ships[-1]

    yield make
    for ship in ships:
        await check(ship, quiet=ship.quiet)
