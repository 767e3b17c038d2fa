"""A ship whose production asks for approval: how its stories begin."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from bot.config import Person
from bot.domain.quorums import ApprovalRule
from bot.domain.roles import Role
from bot.domain.terms import Permission
from bot.engine.catalogue import Catalogue, Environment, Service
from bot.store import memberships
from tests.support.ship import Ship, catalogue

ADA, GRACE, LINUS, MARGARET, GUS = "U02ADA", "U02GRACE", "U02LINUS", "U02MARGARET", "U02GUS"
RULE = ApprovalRule(people=frozenset({"leads"}))
LEADS = frozenset({ADA, GRACE, MARGARET})
PEOPLE = (
    Person(user=ADA, email="", unix="", github="Ada"),
    Person(user=GRACE, email="", unix="", github="Grace"),
    Person(user=LINUS, email="", unix="", github="Linus"),
)
BYPASSERS = Role(name="bypassers", people=frozenset({LINUS}), may=frozenset({Permission.BYPASS}))
Guarded = Callable[..., Coroutine[Any, Any, Ship]]
SEE, REJECT = "See plan and approve…", "Reject…"


def approved(*, roles: tuple[Role, ...] = (), people: tuple[Person, ...] = PEOPLE, **rule: Any) -> Catalogue:
    """Production takes one approval of the leads (Ada, Grace, Margaret), unless `rule` says otherwise; Linus may bypass it."""
    made = catalogue(admin_channel="general", confirm_staging=False)
    every = (*made.roles, BYPASSERS, *roles)
    asked = replace(RULE, **rule)

    def environment(each: Environment) -> Environment:
        policy = replace(each.policy, roles=every, approvals=asked if each.policy.production else None)
        return replace(each, policy=policy)

    def service(each: Service) -> Service:
        return replace(each, environments=tuple(environment(inner) for inner in each.environments))

    services = {name: service(each) for name, each in made.services.items()}
    return replace(made, services=services, roles=every, people=people)


async def manned(ship: Ship) -> Ship:
    """The leads are in their group, and have been for long."""
    ship.chat.groups["leads"] = LEADS
    await ship.store.write(lambda tx: memberships.note(tx, "leads", LEADS, 0))
    return ship


async def staged(ship: Ship, by: str = ADA, service: str = "web") -> str:
    """Live in staging, where nobody is asked; returns the attempt's key."""
    await ship.type(by, f"/ops deploy {service} staging")
    key = ship.provider.starts[-1]
    ship.provider.succeed(key)
    await ship.wait(5_000)
    return key


async def asked(ship: Ship, by: str = ADA, service: str = "web") -> int:
    """Live in staging, then asked for production; returns the number of what waits for approval."""
    key = await staged(ship, by, service)
    await ship.type(by, f"/ops deploy {service} production")
    await ship.click(by, "Deploy to production")
    return int(key.split(":")[0]) + 1


async def approve(ship: Ship, by: str) -> str:
    """Look at the plan and press the form's button; what they see last."""
    before = len(ship.chat.views)
    said = await ship.click(by, SEE)
    return await ship.submit(by, {}) if len(ship.chat.views) > before else said


async def reject(ship: Ship, by: str, because: str = "not during the sale") -> str:
    """Fill in why not; what they see last."""
    before = len(ship.chat.views)
    said = await ship.click(by, REJECT)
    return await ship.submit(by, {"because": because}) if len(ship.chat.views) > before else said
