"""A tiny Slack, a clock, and a room that is connected to both."""

from collections.abc import AsyncIterator

import pytest

from bot.slack.room import SlackRoom
from tests.slack.world import FakeClock, TinySlack, room


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def slack() -> AsyncIterator[TinySlack]:
    async with TinySlack().serve() as served:
        yield served


@pytest.fixture
async def here(slack: TinySlack, clock: FakeClock) -> AsyncIterator[SlackRoom]:
    async with room(slack, clock=clock) as made:
        yield made
