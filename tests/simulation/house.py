"""What else holds in a simulated company: whose runs have to claim, what is watched, what is frozen; `PLAIN` has none of it."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.config import Check, Verify
from bot.domain.claims import ClaimRule
from bot.domain.freezes import Freeze
from bot.domain.terms import SECOND
from bot.domain.verification import OnFailure, Rules
from bot.engine.catalogue import Catalogue, Environment, Service
from bot.engine.runtime import Road
from tests.simulation.providers import SimTarget
from tests.simulation.setting import SERVICES

ADDRESS = "https://quarterdeck.example/v1/claim"


@dataclass(frozen=True, kw_only=True)
class House:
    """`claim` and `verify` by service; `asks` are the services whose pipelines ask before they touch anything."""

    claim: Mapping[str, ClaimRule] = field(default_factory=dict)
    asks: frozenset[str] = frozenset()
    verify: Mapping[str, Rules] = field(default_factory=dict)
    freezes: tuple[Freeze, ...] = ()

    @property
    def road(self) -> Road:
        """Where runs reach the claim; nowhere in a house where nobody asks."""
        return Road(public=ADDRESS) if self.asks or self.claim else Road()


PLAIN = House()


def watched(service: str, on_failure: OnFailure = OnFailure.AUTOMATIC) -> Rules:
    """Four looks, and the second breach in a row counts: short, so that a story stays short."""
    return Rules(
        probes=(f"{service}-ci",), bake=20 * SECOND, every=5 * SECOND, failures=2, on_failure=on_failure,
        countdown=12 * SECOND,
    )  # fmt: skip


def furnished(catalogue: Catalogue, house: House) -> Catalogue:
    """The same company with the rules of this house."""
    services = {name: _service(each, house) for name, each in catalogue.services.items()}
    return replace(catalogue, services=services, freezes=house.freezes)


def _service(service: Service, house: House) -> Service:
    environments = tuple(_environment(each, service.name, house) for each in service.environments)
    return replace(service, environments=environments)


def _environment(environment: Environment, service: str, house: House) -> Environment:
    rules, claim = house.verify.get(service), house.claim.get(service, ClaimRule.PREFERRED)
    checks = (Check(via=f"{service}-ci", settings=SimTarget()),)
    return replace(
        environment,
        policy=replace(environment.policy, claim=claim),
        policy_hash=f"{environment.policy_hash}-{claim}",
        verify=Verify(rules=rules, checks=checks) if rules else None,
    )


def drawn(rng: random.Random) -> House:
    """A company for a long run: half of them have none of it, so that the plain road is walked as often."""
    if rng.random() < 0.5:
        return PLAIN
    asks = frozenset(name for name in SERVICES if rng.random() < 0.6)
    rules = {name: rng.choice(tuple(ClaimRule)) for name in sorted(asks)}
    seen = [name for name in SERVICES if name != "mail" and rng.random() < 0.4]
    verify = {
        name: watched(name, rng.choice((OnFailure.AUTOMATIC, OnFailure.AUTOMATIC, OnFailure.NONE))) for name in seen
    }
    return House(claim=rules, asks=asks, verify=verify)
