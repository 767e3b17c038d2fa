"""A ship whose staging wants claims, and the runs that ask."""

from dataclasses import replace

from bot.domain.claims import Answer, Claim, ClaimRule
from bot.domain.operations import AttemptKey
from bot.engine.claiming import Claiming
from bot.engine.runtime import Road
from tests.support.ship import Ship, catalogue

ROAD = Road(public="https://ops.acme.example/v1/claim", here="http://127.0.0.1:8081/v1/claim")


def wanting(rule: ClaimRule = ClaimRule.REQUIRED) -> Ship:
    """Staging of both services requires the claim (or prefers it)."""
    made = catalogue()
    services = {}
    for name, service in made.services.items():
        staging, production = service.environments
        staging = replace(staging, policy=replace(staging.policy, claim=rule))
        services[name] = replace(service, environments=(staging, production))
    return Ship(catalogue=replace(made, services=services), road=ROAD)


def claim_of(ship: Ship, key: str, run: str) -> Claim:
    """What the run was given."""
    order = ship.provider.orders[key]
    assert order.claim is not None, "there is a road"
    return Claim(key=AttemptKey.parse(key), run=run, token=order.claim.token)


async def ask(ship: Ship, key: str, run: str = "run-1") -> Answer:
    """A run of this attempt asks whether it may go on."""
    claiming, claim = Claiming(ship.runtime), claim_of(ship, key, run)
    assert await claiming.genuine(claim)
    answer = await claiming.claim(claim)
    await ship.settle()
    return answer


async def live(ship: Ship, *, asks: bool = True) -> int:
    """One deployment to staging whose run asks, or does not; returns its number."""
    key = await ship.running()
    if asks:
        assert await ask(ship, key) is Answer.GRANTED
    ship.provider.succeed(key)
    await ship.wait(5_000)
    return int(key.partition(":")[0])
