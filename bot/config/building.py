"""The sections of one file, put together; every part is read even where another is broken."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from pydantic_core import PydanticCustomError

from bot.config.access import PersonSection
from bot.config.alerts import Sources, alert_sources
from bot.config.configuration import Configuration, Person, Service, Team, frozen
from bot.config.delivery import EnvironmentSection, TeamSection
from bot.config.digests import resolved_digests
from bot.config.file import File
from bot.config.freezing import resolved_freeze
from bot.config.integrations import Connections, Kinds, connections
from bot.config.names import UserId, Who
from bot.config.nodes import Mapping, Node, Path, Scalar, Sequence
from bot.config.outline import Outline, outline
from bot.config.problems import known_words
from bot.config.reading import Reader
from bot.config.resolving import Sections, resolved_service
from bot.config.roles import Scopes, resolved_role
from bot.config.rules import circles, way_in, way_in_for_alerts
from bot.config.secrets import secret_paths, secret_values
from bot.config.values import Zone
from bot.config.warnings import homeless, out_of_reach, unanswerable
from bot.domain.digests import Digest
from bot.domain.freezes import Freeze
from bot.domain.restraint import Limit
from bot.domain.roles import Role

_BY_NAME = ("integrations", "teams", "services", "environments", "roles", "freezes", "digests", "people")


@dataclass(frozen=True, kw_only=True)
class Built:
    """A configuration, and the places of its secrets."""

    configuration: Configuration
    secret: frozenset[Path] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class _Parts:
    general: File | None
    connected: Connections
    teams: dict[str, Team | None]
    services: dict[str, Service | None]
    roles: tuple[Role | None, ...]
    freezes: tuple[Freeze | None, ...]
    digests: tuple[Digest, ...]
    sources: Sources
    people: dict[str, Person]


def build(reader: Reader, root: Mapping, kinds: Kinds) -> Built | None:
    """The configuration, or None where a problem was noted in the reader; warnings are noted where there is none."""
    parts = _parts(reader, root, kinds)
    if parts.general is not None:
        reader.problems += way_in(reader, parts.general.slack, parts.general.web)
        reader.problems += way_in_for_alerts(reader, parts.general.web, names=tuple(parts.sources.usable))
    if parts.general is None or reader.problems:
        return None
    services = tuple(service for service in parts.services.values() if service)
    roles = tuple(role for role in parts.roles if role)
    reader.warnings += [
        *out_of_reach(reader, services, roles),
        *unanswerable(reader, services, roles),
        *homeless(reader, services),
    ]
    secret = frozenset([*_secret(parts.general, parts.connected, services), *_secret_of_sources(parts.sources)])
    return Built(configuration=_configuration(reader, root, parts.general, parts, secret), secret=secret)


def _parts(reader: Reader, root: Mapping, kinds: Kinds) -> _Parts:
    general = reader.section(File, root, extra_keys=_BY_NAME)
    names = outline(reader, root)
    connected = connections(reader, names, kinds)
    teams = {named.name: _team(reader, named.name, named.node) for named in names.teams}
    services = _services(reader, root, names, connected, teams)
    scopes = Scopes(reader=reader, names=names, owners={service.name: service.team for service in names.services})
    roles = tuple(resolved_role(scopes, named) for named in names.roles)
    zone = general.zone if general else Zone("UTC")
    freezes = tuple(resolved_freeze(scopes, named, zone) for named in names.freezes)
    digests = resolved_digests(scopes, names.digests, root.get("digests"), zone=zone, services=services, teams=teams)
    people = _people(reader, root.get("people"))
    return _Parts(
        general=general,
        connected=connected,
        teams=teams,
        services=services,
        roles=roles,
        freezes=freezes,
        digests=digests,
        sources=alert_sources(reader, names.alert_sources, kinds),
        people=people,
    )


def _team(reader: Reader, name: str, node: Node) -> Team | None:
    section = reader.section(TeamSection, node)
    return Team(name=name, channel=section.channel or "", people=section.people) if section else None


def _services(
    reader: Reader, root: Mapping, names: Outline, connected: Connections, teams: dict[str, Team | None]
) -> dict[str, Service | None]:
    if not names.services and (root.get("services") is None or _is_empty(root.get("services"))):
        hint = "add services: {web: {repository: …, deploy: {via: …}, environments: [staging, production]}}"
        reader.problems.append(reader.key(("services",), "there is no service", hint))
    sections = Sections(
        teams=teams,
        team_nodes={named.name: named.node for named in names.teams},
        shared=dict(_shared(reader, names)),
        connections=connected,
        roles={named.name: tuple(_people_in(named.node)) for named in names.roles},
    )
    services: dict[str, Service | None] = {}
    for named in names.services:
        services[named.name] = service = resolved_service(reader, named, sections)
        if service:
            reader.problems += circles(reader, service, named)
    return services


def _people_in(role: Node) -> Iterator[str]:
    """Who is in a role; what is no person or group is noted where the role itself is read."""
    written = role.get("people") if isinstance(role, Mapping) else None
    for item in written.items if isinstance(written, Sequence) else ():
        if isinstance(item, Scalar):
            with suppress(PydanticCustomError):
                yield Who.read(item.text)


def _is_empty(node: Node | None) -> bool:
    return isinstance(node, Mapping) and not node.entries


def _shared(reader: Reader, names: Outline) -> Iterator[tuple[str, tuple[EnvironmentSection | None, Node]]]:
    """Shared settings; those of an environment that nobody has are a mistake: a rule would be missing where it was meant."""
    known = {environment.name for _service, environment in names.targets()}
    for named in names.shared:
        if known and named.name not in known:
            problem = f"no service has an environment `{named.name}`, so this holds nowhere"
            reader.problems.append(reader.key(named.path, problem, known_words(named.name, known)))
        yield named.name, (reader.section(EnvironmentSection, named.node), named.node)


def _people(reader: Reader, node: Node | None) -> dict[str, Person]:
    people: dict[str, Person] = {}
    for key, value in reader.entries(node):
        try:
            user = UserId.read(key)
        except PydanticCustomError as error:
            details = error.context or {}
            reader.problems.append(reader.key(value.path, details["problem"], details["hint"]))
            continue
        section = reader.section(PersonSection, value)
        if section:
            people[user] = Person(
                user=user, email=section.email or "", unix=section.unix or "", github=section.github or ""
            )
    return people


def _secret(general: File, connected: Connections, services: tuple[Service, ...]) -> Iterator[Path]:
    yield from secret_paths(general, ())
    for name, integration in connected.usable.items():
        yield from secret_paths(integration.settings, connected.paths.get(name, ()))
    for service in services:
        for environment in service.environments:
            for check in environment.verify.checks if environment.verify else ():
                yield from secret_paths(check.settings, check.path)
            for _deploy, key, *rest in secret_paths(environment.deploy.target, ("deploy",)):
                origin = environment.origins.get(f"deploy.{key}")
                if origin and origin.node:
                    yield (*origin.node.path, *rest)


def _secret_of_sources(sources: Sources) -> Iterator[Path]:
    for name, source in sources.usable.items():
        yield from secret_paths(source.settings, sources.paths[name])


def _configuration(
    reader: Reader, root: Mapping, general: File, parts: _Parts, secret: frozenset[Path]
) -> Configuration:
    services = {name: service for name, service in parts.services.items() if service}
    called = {word: name for name, service in services.items() for word in (name, *service.aliases)}
    return Configuration(
        file=reader.file,
        directory=reader.directory,
        zone=general.zone,
        slack=general.slack,
        web=general.web,
        integrations=frozen(dict(parts.connected.usable)),
        teams=frozen({name: team for name, team in parts.teams.items() if team}),
        services=frozen(services),
        roles=tuple(role for role in parts.roles if role),
        alert_sources=frozen(dict(parts.sources.usable)),
        digests=parts.digests,
        freezes=tuple(freeze for freeze in parts.freezes if freeze),
        people=frozen(parts.people),
        groups=frozen({str(name): members for name, members in general.groups.items()}),
        limit=Limit(asks=general.limits.asks, within=int(general.limits.within)),
        store=reader.directory / general.store.file,
        retention=general.retention,
        backups=general.backups,
        audit=general.audit,
        heartbeat=general.heartbeat,
        warnings=(),
        secrets=secret_values(root, secret),
        tree=root,
        service_names=frozen(called),
    )
