"""What is allowed and probably not meant."""

from collections.abc import Iterator

from bot.config.configuration import Environment, Service, Source
from bot.config.delivery import Announce
from bot.config.names import MEMBERS
from bot.config.problems import Problem
from bot.config.reading import Reader
from bot.domain.roles import Role
from bot.domain.terms import Permission, Target

_SHOWN = 3
_VERBS = {Permission.DEPLOY: "deploy to", Permission.ROLLBACK: "roll back"}


def out_of_reach(reader: Reader, services: tuple[Service, ...], roles: tuple[Role, ...]) -> Iterator[Problem]:
    """A warning for each of deploy and rollback that leaves some target to nobody."""
    for permission, verb in _VERBS.items():
        targets = [target for target in _targets(services) if not _anybody(permission, target, roles)]
        if targets:
            shown = ", ".join(str(target) for target in targets[:_SHOWN])
            more = f" and {len(targets) - _SHOWN} more" if len(targets) > _SHOWN else ""
            hint = "add yourself: roles: {deployers: {people: [U…], may: [deploy, rollback, stop]}} (profile → ⋮ → Copy member ID)"
            yield reader.key(("roles",), f"nobody may {verb} {shown}{more}", hint)


def unanswerable(reader: Reader, services: tuple[Service, ...], roles: tuple[Role, ...]) -> Iterator[Problem]:
    """Targets that ask for more approvals than there could ever be: nobody is named, and no role lets approve."""
    for service in services:
        for environment in service.environments:
            rule = environment.approvals
            target = Target(service=service.name, environment=environment.name)
            if rule and not rule.people and not _anybody(Permission.APPROVE, target, roles):
                origin = environment.origins["approvals"].node
                problem = f"nobody may approve {target}, so nothing could ever start there"
                yield reader.at(
                    origin.path if origin else (), problem, "add people: [U…] to it, or may: [approve] to a role"
                )


def _targets(services: tuple[Service, ...]) -> Iterator[Target]:
    for service in services:
        for environment in service.environments:
            yield Target(service=service.name, environment=environment.name)


def _anybody(permission: Permission, target: Target, roles: tuple[Role, ...]) -> bool:
    """True where some person or group is left after all `may_not`; who is in a group is not known here."""
    here = [role for role in roles if role.covers(target)]
    denied = frozenset().union(*(role.people for role in here if permission in role.may_not))
    granted = frozenset().union(*(role.people for role in here if permission in role.may))
    return MEMBERS not in denied and bool(granted - denied)


def homeless(reader: Reader, services: tuple[Service, ...]) -> Iterator[Problem]:
    """Cards that were asked into a channel where none is configured."""
    for service in services:
        for environment in service.environments:
            if environment.announce is Announce.CHANNEL and _was_written(environment) and not environment.channel:
                origin = environment.origins["announce"].node
                yield reader.at(
                    origin.path if origin else (),
                    f"announce: channel, and {service.name} has no channel: the card goes where the command was typed",
                    f"add channel: team-{service.name} to the service",
                )


def _was_written(environment: Environment) -> bool:
    return environment.origins["announce"].source is not Source.BUILT_IN
