"""Whoever left, and whatever was taken out of the configuration, while something was under way."""

from dataclasses import replace

from bot.domain.operations import State
from bot.domain.people import Standing
from bot.domain.terms import MINUTE
from tests.support.ship import Ship

ADA, GRACE = "U02ADA", "U02GRACE"


async def test_deactivated_between_plan_and_confirm_though_the_news_was_lost(ship: Ship) -> None:
    """What we remember of a person is good for looking; before something starts, Slack is asked again."""
    await ship.type(ADA, "/ops deploy web staging")
    ship.chat.people[ADA] = replace(ship.chat.people[ADA], standing=Standing.DEACTIVATED)
    await ship.wait(MINUTE)
    assert "deactivated" in await ship.click(ADA, "Deploy to staging")
    assert ship.provider.starts == []


async def test_out_of_the_group_between_plan_and_confirm_though_the_news_was_lost(ship: Ship) -> None:
    """The same for the user group that gave the right."""
    await ship.type(ADA, "/ops deploy web staging")
    ship.chat.groups["engineering"] = frozenset({GRACE})
    await ship.wait(6 * MINUTE)
    assert "You may not deploy" in await ship.click(ADA, "Deploy to staging")
    assert ship.provider.starts == []


async def test_where_slack_cannot_say_what_it_said_lately_counts(ship: Ship) -> None:
    """A hiccup of Slack between plan and confirm stops nobody whom it knew a minute ago."""
    await ship.type(ADA, "/ops deploy web staging")
    await ship.wait(MINUTE)
    ship.chat.down.update({"person", "group_members"})
    await ship.click(ADA, "Deploy to staging")
    assert ship.provider.starts == ["1:1:1"]
    ship.chat.down.clear()
    ship.provider.succeed("1:1:1")
    await ship.wait(10_000)


async def test_a_service_that_left_the_configuration_while_it_was_deployed(ship: Ship) -> None:
    """Nobody can be asked any more: a person has to say, the card says why, and nothing loops."""
    await ship.running()
    ship.change_catalogue(services={name: each for name, each in ship.catalogue.services.items() if name != "web"})
    await ship.restart()
    await ship.wait(MINUTE)
    assert (await ship.operation(1)).state is State.NEEDS_HUMAN
    assert "web staging is not configured any more" in ship.card(1).replace(" → ", " ")
    calls = ship.provider.calls
    await ship.wait(10 * MINUTE)
    assert ship.provider.calls == calls
    await ship.click(ADA, "It failed…")
    await ship.submit(ADA, {"answer": "failed", "saw": "nothing there"})
    assert (await ship.operation(1)).state is State.FAILED


async def test_a_rollback_under_way_whose_service_left_the_configuration(ship: Ship) -> None:
    """It took a deployment over: both end where a person has to say, and the target is not held by a ghost."""
    await ship.live(ADA)
    ship.provider.commit("77aa001", "Breaks it")
    await ship.running()
    await ship.type(GRACE, "/ops rollback web staging")
    ship.provider.cancel_works = False
    await ship.click(GRACE, "Roll back staging")
    await ship.wait(5_000)
    ship.change_catalogue(services={name: each for name, each in ship.catalogue.services.items() if name != "web"})
    await ship.restart()
    await ship.wait(MINUTE)
    states = {(await ship.operation(number)).state for number in (2, 3)}
    assert states <= {State.NEEDS_HUMAN, State.REJECTED, State.ROLLING_BACK}
    assert State.NEEDS_HUMAN in states
