"""What may be deployed where, by whom and how: the configuration in the engine's words."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

from bot import config
from bot.domain.claims import OutsideRule
from bot.domain.digests import Digest
from bot.domain.facts import TargetPolicy
from bot.domain.freezes import Freeze
from bot.domain.kinship import Known, Marks, kin, marks_of
from bot.domain.pieces import Author
from bot.domain.restraint import Limit
from bot.domain.risks import FileClass
from bot.domain.roles import Role
from bot.domain.terms import MINUTE, READING, Millis, Target

DEADLINE: Millis = 30 * MINUTE  # of a run, where its integration sets none


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
    verify: config.Verify | None = None  # None: a run that ended well counts as live
    outside_runs: OutsideRule = OutsideRule.REPORT

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
    owners: tuple[str, ...] = ()  # user ids and user groups of its team
    risky: tuple[FileClass, ...] = ()  # files that people should look at, besides the usual ones
    tickets: str = ""  # a link with {ticket} in it

    def environment(self, name: str) -> Environment | None:
        """The environment with that configured name."""
        return next((each for each in self.environments if each.name == name), None)


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Every service by name, the roles, and the names of the installation's own channels."""

    services: Mapping[str, Service]
    roles: tuple[Role, ...]
    freezes: tuple[Freeze, ...] = ()
    admin_channel: str = ""
    command: str = "/ops"
    people: tuple[config.Person, ...] = ()
    fallback: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # who is in a group where Slack has none
    group_delay: Millis = 15 * MINUTE  # how long somebody is in a group before that counts for approvals
    limit: Limit = Limit()  # noqa: RUF009 (frozen)
    zone: str = "UTC"
    digests: tuple[Digest, ...] = ()

    def find(self, target: Target) -> tuple[Service, Environment] | None:
        """The service and environment of a target, or None where there is no such target."""
        service = self.services.get(target.service)
        environment = service.environment(target.environment) if service else None
        return (service, environment) if service and environment else None

    def owners(self, service: str) -> tuple[str, ...]:
        """Mentions of the team that owns a service; a group is mentioned only where it is configured by its id."""
        found = self.services.get(service)
        named = found.owners if found else ()
        people = [f"<@{who}>" for who in named if is_user(who)]
        groups = [f"<!subteam^{who}>" for who in named if who.startswith("S") and who.isalnum() and who.isupper()]
        return (*people, *groups)

    def person_of(self, author: Author) -> str:
        """The Slack user whom `people:` names as the author of a commit, by address or login; empty for nobody."""
        known = {author.email.lower(), author.name.lower()} - {""}
        return next((each.user for each in self.people if known & _called(each)), "")

    def targets(self) -> tuple[Target, ...]:
        """Every target, in the order of the file."""
        return tuple(each.target for service in self.services.values() for each in service.environments)

    def groups(self) -> frozenset[str]:
        """Every user group that a role or an approval names (neither a user id nor `members`)."""
        named = {who for role in self.roles for who in role.people}
        for service in self.services.values():
            for each in service.environments:
                named |= each.policy.approvals.people if each.policy.approvals else frozenset()
        return frozenset(who for who in named if who != "members" and not is_user(who))

    def production_groups(self) -> frozenset[str]:
        """The groups that let somebody act in production, or approve what goes there."""
        production = [
            each for service in self.services.values() for each in service.environments if each.policy.production
        ]
        named: set[str] = set()
        for each in production:
            named |= each.policy.approvals.people if each.policy.approvals else frozenset()
            acting = (role for role in self.roles if role.may - READING and role.covers(each.target))
            named.update(who for role in acting for who in role.people)
        return frozenset(who for who in named if who != "members" and not is_user(who))

    def known(self) -> tuple[Known, ...]:
        """Everybody whom `people:` names, with all that they are called."""
        return tuple(
            Known(user=each.user, marks=marks_of(each.user, email=each.email, github=each.github, unix=each.unix))
            for each in self.people
        )

    def marks(self, user: str, email: str = "") -> Marks:
        """Everything that this user is known by, here and in Slack: accounts of one person have something in common."""
        return kin(marks_of(user, email=email), self.known())


def is_user(who: str) -> bool:
    """Whether a word in `people:` is a Slack user id rather than a user group."""
    return len(who) >= 3 and who[0] in "UW" and who.isalnum() and who.isupper()


def _called(person: config.Person) -> set[str]:
    return {person.email.lower(), person.unix.lower()} - {""}


def catalogue_of(configuration: config.Configuration) -> Catalogue:
    """The configuration in the engine's words."""
    return Catalogue(
        services={name: _service(configuration, service) for name, service in configuration.services.items()},
        roles=configuration.roles,
        freezes=configuration.freezes,
        admin_channel=configuration.slack.admin_channel or "",
        command=configuration.slack.command,
        people=tuple(configuration.people.values()),
        fallback=configuration.groups,
        group_delay=int(configuration.slack.group_change_delay),
        limit=configuration.limit,
        zone=configuration.zone,
        digests=configuration.digests,
    )


def _service(configuration: config.Configuration, service: config.Service) -> Service:
    return Service(
        name=service.name,
        aliases=service.aliases,
        team=service.team,
        repository=service.repository,
        channel=service.channel,
        paths=service.paths,
        irreversible=service.irreversible,
        environments=tuple(_environment(configuration, service, each) for each in service.environments),
        owners=configuration.teams[service.team].people if service.team else (),
        risky=service.risky,
        tickets=service.tickets,
    )


def _environment(
    configuration: config.Configuration, service: config.Service, found: config.Environment
) -> Environment:
    policy = configuration.target_policy(service.name, found.name)
    assert policy is not None, "the configuration knows its own targets"
    return Environment(
        target=Target(service=service.name, environment=found.name),
        aliases=found.aliases,
        policy=policy,
        policy_hash=configuration.policy_hash(service.name, found.name),
        via=found.deploy.via,
        how=found.deploy.target,
        deadline=getattr(found.deploy.target, "deadline", None) or DEADLINE,
        announce=str(found.announce),
        channel=found.channel or service.channel,
        verify=found.verify,
        outside_runs=found.outside_runs,
    )
