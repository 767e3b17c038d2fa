"""A ship whose staging is verified: how its stories begin."""

from dataclasses import replace
from typing import Any

from bot.config import Check, Verify
from bot.domain.terms import MINUTE, SECOND
from bot.domain.verification import OnFailure, Rules
from bot.engine.catalogue import Catalogue
from tests.fakes.deployer import FakeTarget
from tests.support.ship import Ship, catalogue

ADA, LINUS, GRACE = "U02ADA", "U02LINUS", "U02GRACE"
RULES = Rules(probes=("health",), bake=5 * MINUTE, every=15 * SECOND, on_failure=OnFailure.AUTOMATIC, countdown=MINUTE)


def verified(*, irreversible: tuple[str, ...] = (), **rules: Any) -> Catalogue:
    """Staging is watched by one probe for five minutes, and rolled back by itself after a minute, unless `rules` say otherwise."""
    checks = (Check(via="fake", settings=FakeTarget()),)
    made = catalogue(verify=Verify(rules=replace(RULES, **rules), checks=checks))
    services = {name: replace(each, irreversible=irreversible) for name, each in made.services.items()}
    return replace(made, services=services)


async def good(ship: Ship) -> int:
    """A first deployment that is healthy: where a rollback goes."""
    ship.provider.commit("c0ffee1", "Groundwork")
    number = await ship.live(ADA)
    await ship.wait(6 * MINUTE)
    assert (await ship.operation(number)).state == "succeeded"
    return number


async def bad(ship: Ship, name: str = "bad0000") -> int:
    """Then one that is not; returns its number while the first probe has failed."""
    ship.provider.sick = ship.provider.commit(name, "Faster, hopefully (#430)", number=430)
    return await ship.live(ADA)
