"""A fake GitHub that was asked nothing that GitHub would not understand."""

from collections.abc import AsyncIterator

import pytest

from bot.ports import Deployer, Integration
from tests.fakes.github import FakeGitHub
from tests.integrations.github.scenery import QuickClock, connected


@pytest.fixture
def clock() -> QuickClock:
    return QuickClock()


@pytest.fixture
async def fake(clock: QuickClock) -> AsyncIterator[FakeGitHub]:
    made = FakeGitHub(clock=clock)
    await made.begin()
    yield made
    await made.end()
    assert made.violations == []


@pytest.fixture
def github(fake: FakeGitHub, clock: QuickClock) -> Integration:
    return connected(fake, clock)


@pytest.fixture
def deployer(github: Integration) -> Deployer:
    assert github.deployer is not None
    return github.deployer
