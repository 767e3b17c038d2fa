"""What may be deployed where, by whom and how: the configuration in the engine's words."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from bot.domain.policy import Role, TargetPolicy
from bot.domain.terms import Millis, Target


@dataclass(frozen=True, kw_only=True)
class Environment:
    """One target with its resolved rules; `announce` is asker, thread or channel; `channel` a name, an id or empty."""

    target: Target
    aliases: tuple[str, ...]
    policy: TargetPolicy
    policy_hash: str
    via: str
    how: BaseModel
    deadline: Millis
    announce: str
    channel: str

    @property
    def name(self) -> str:
        """The environment's configured name."""
        return self.target.environment


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service with its environments in order of promotion."""

    name: str
    aliases: tuple[str, ...]
    team: str
    repository: str
    channel: str
    paths: tuple[str, ...]
    irreversible: tuple[str, ...]
    environments: tuple[Environment, ...]

    def environment(self, name: str) -> Environment | None:
        """The environment with that configured name."""
        return next((each for each in self.environments if each.name == name), None)


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Every service by name, the roles, and the names of the installation's own channels."""

    services: Mapping[str, Service]
    roles: tuple[Role, ...]
    admin_channel: str = ""
    command: str = "/ops"

    def find(self, target: Target) -> tuple[Service, Environment] | None:
        """The service and environment of a target, or None where there is no such target."""
        service = self.services.get(target.service)
        environment = service.environment(target.environment) if service else None
        return (service, environment) if service and environment else None

    def targets(self) -> tuple[Target, ...]:
        """Every target, in the order of the file."""
        return tuple(each.target for service in self.services.values() for each in service.environments)

    def groups(self) -> frozenset[str]:
        """Every user group that a role names (neither a user id nor `members`)."""
        named = {who for role in self.roles for who in role.people}
        return frozenset(who for who in named if who != "members" and not is_user(who))


def is_user(who: str) -> bool:
    """Whether a word in `people:` is a Slack user id rather than a user group."""
    return len(who) >= 3 and who[0] in "UW" and who.isalnum() and who.isupper()
