"""The simulated company: four services, one for each trigger class, with staging and production; who works there."""

from dataclasses import replace

from bot.domain.facts import TargetPolicy
from bot.domain.people import Person, Standing
from bot.domain.roles import Role
from bot.domain.terms import MINUTE, Identity, Permission, Target
from bot.engine.catalogue import Catalogue, Environment, Service
from bot.ports import Channel, TriggerClass
from tests.simulation.providers import SimTarget

TEAM, BOT_USER = "T01ACME", "U00BOT"
ACTORS = ("U02ADA", "U02GRACE", "U02LINUS")
ONLOOKER = "U02MARGARET"
NAMES = {"U02ADA": "Ada", "U02GRACE": "Grace", "U02LINUS": "Linus", "U02MARGARET": "Margaret"}
PEOPLE = {
    user: Person(identity=Identity(team=TEAM, user=user), name=name, standing=Standing.MEMBER)
    for user, name in NAMES.items()
}
GROUPS = {"engineering": frozenset(ACTORS)}
SERVICES: dict[str, TriggerClass] = {
    "web": TriggerClass.A, "api": TriggerClass.B, "jobs": TriggerClass.C, "mail": TriggerClass.D,
}  # fmt: skip
UNCONFIRMED = {"web", "jobs"}  # their staging starts at once, without a question
PROMOTED = {"web"}  # its production takes what staging had
ROLE = Role(
    name="deployers",
    people=frozenset({"engineering"}),
    may=frozenset({Permission.DEPLOY, Permission.ROLLBACK, Permission.PROMOTE, Permission.STOP, Permission.DECIDE}),
)
DEADLINE = 4 * MINUTE
TARGETS = tuple(Target(service=name, environment=where) for name in SERVICES for where in ("staging", "production"))


def channels() -> dict[str, Channel]:
    """By id: one for each team, one for all, one for the administrators."""
    names = ["general", "ops", *(f"team-{name}" for name in SERVICES)]
    made = [
        Channel(id=f"C{at:02d}", name=name, shared=False, archived=False, member=True) for at, name in enumerate(names)
    ]
    return {each.id: each for each in made}


def channel_of(service: str) -> str:
    """The id of a service's channel."""
    return f"C{2 + list(SERVICES).index(service):02d}"


def catalogue() -> Catalogue:
    """What may be deployed where and how."""
    services = {name: _service(name) for name in SERVICES}
    return Catalogue(services=services, roles=(ROLE,), command="/ops", admin_channel="ops")


def _service(name: str) -> Service:
    staging = _environment(name, "staging", confirm=name not in UNCONFIRMED, after="")
    after = "staging" if name in PROMOTED else ""
    production = replace(_environment(name, "production", confirm=True, after=after), aliases=("prod",))
    return Service(
        name=name, aliases=(), team="", repository=f"acme/{name}", channel=f"team-{name}", paths=(), irreversible=(),
        environments=(staging, production), owners=("U02LINUS",),
    )  # fmt: skip


def _environment(service: str, name: str, *, confirm: bool, after: str) -> Environment:
    policy = TargetPolicy(production=name == "production", confirm=confirm, after=after, roles=(ROLE,))
    return Environment(
        target=Target(service=service, environment=name), aliases=(), policy=policy, policy_hash=f"{service}-{name}",
        via=f"{service}-ci", how=SimTarget(), deadline=DEADLINE, announce="channel", channel=f"team-{service}",
    )  # fmt: skip
