"""What was approved is what starts, once: also where the configuration, the clock or the disk moves under an operation."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.operations import Effect, State
from bot.errors import IntegrationError, Kind, StoreError
from tests.support.ship import Ship

ADA = "U02ADA"
LOST = IntegrationError("no answer", kind=Kind.AMBIGUOUS, effect=Effect.UNKNOWN)


def _other_rules(ship: Ship) -> None:
    services = dict(ship.catalogue.services)
    web = services["web"]
    environments = tuple(replace(each, policy_hash=f"{each.policy_hash}-new") for each in web.environments)
    services["web"] = replace(web, environments=environments)
    ship.change_catalogue(services=services)


async def _confirmed_and_not_called(ship: Ship) -> None:
    ship.provider.hanging.add("start")
    await ship.type(ADA, "/ops deploy web staging")
    await ship.click(ADA, "Deploy to staging")
    assert ship.provider.starts == []
    ship.provider.hanging.clear()


async def test_other_rules_after_a_crash_are_not_carried_out_unseen(ship: Ship) -> None:
    """A lost start is sent again only as it was shown: where the rules have changed meanwhile, a person decides."""
    await _confirmed_and_not_called(ship)
    _other_rules(ship)
    await ship.restart()
    await ship.wait(30_000)
    assert ship.provider.starts == []
    assert (await ship.operation(1)).state is State.NEEDS_HUMAN
    assert "changed" in ship.card(1)


async def test_another_recipe_after_a_crash_is_not_carried_out_unseen(ship: Ship) -> None:
    """The same where the script that would run is not the one that was confirmed."""
    await _confirmed_and_not_called(ship)
    ship.provider.workflow = "w2"
    await ship.restart()
    await ship.wait(30_000)
    assert ship.provider.starts == []
    assert (await ship.operation(1)).state is State.NEEDS_HUMAN


async def test_a_recipe_that_cannot_be_read_is_waited_for(ship: Ship) -> None:
    """Not knowing is no reason to start, and no reason to give up at once."""
    await _confirmed_and_not_called(ship)
    ship.provider.down.add("preview")
    await ship.restart()
    await ship.wait(30_000)
    assert ship.provider.starts == []
    assert (await ship.operation(1)).state is State.UNKNOWN
    ship.provider.down.clear()
    await ship.wait(30_000)
    assert ship.provider.starts == ["1:1:1"]
    ship.provider.succeed("1:1:1")
    await ship.wait(10_000)


async def test_a_post_that_stands_and_could_not_be_written_down_is_not_posted_twice(
    ship: Ship, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk was full for the moment after Slack had said yes: the message is looked for before another is posted."""
    post = ship.chat.post
    refuse: list[bool] = []

    async def posting(channel: str, message: Any, *, thread: str = "", key: str = "") -> str:
        ts = await post(channel, message, thread=thread, key=key)
        if key == "operation:1:card" and not refuse:
            refuse.append(True)
            raise StoreError("database or disk is full")
        return ts

    monkeypatch.setattr(ship.chat, "post", posting)
    await ship.type(ADA, "/ops deploy web staging")
    await ship.click(ADA, "Deploy to staging")
    ship.provider.succeed("1:1:1")
    await ship.wait(20 * 60_000)
    assert len([each for each in ship.chat.posts if each.key == "operation:1:card"]) == 1
    assert ship.card(1).startswith("✅")
