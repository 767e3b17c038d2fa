"""Sections become services and environments in which nothing is left to inherit."""

from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from typing import Any

from bot.config.approving import resolved_approvals
from bot.config.configuration import Deploy, Environment, Origin, Service, Source, Team, frozen
from bot.config.delivery import NO_CHECKS, Announce, Confirm, EnvironmentSection, ServiceSection, TargetSettings
from bot.config.deploying import resolved_deploy
from bot.config.integrations import Connections
from bot.config.layers import Laid, Layer, chosen, lay, layer
from bot.config.nodes import Mapping, Node, dotted
from bot.config.outline import Named, ServiceOutline
from bot.config.problems import known_words
from bot.config.reading import Reader
from bot.config.verifying import resolved_verify
from bot.domain.claims import ClaimRule, OutsideRule
from bot.domain.facts import ChecksRule
from bot.domain.risks import FileClass

PRODUCTION_NAMES = frozenset({"production", "prod", "live"})
NO_ORDER = "none"


@dataclass(frozen=True, kw_only=True)
class Sections:
    """All that a service may inherit from. `None` marks a section whose problems were noted."""

    teams: Table[str, Team | None]
    team_nodes: Table[str, Node]
    shared: Table[str, tuple[EnvironmentSection | None, Node]]
    connections: Connections
    roles: Table[str, tuple[str, ...]] = field(default_factory=dict)  # who is in them


@dataclass(frozen=True, kw_only=True)
class _Target:
    """One environment of a service, with what its own section says."""

    reader: Reader
    outline: ServiceOutline
    environment: Named
    section: EnvironmentSection | None
    laid: Laid
    deploy: Deploy | None


def resolved_service(reader: Reader, outline: ServiceOutline, sections: Sections) -> Service | None:
    """The service with all its environments, or None where a problem was noted."""
    section = reader.section(ServiceSection, outline.node, extra_keys=("environments",))
    targets = [_target(reader, outline, environment, sections) for environment in outline.environments]
    if isinstance(outline.node, Mapping) and outline.node.get("environments") is None:
        resolved_deploy(reader, outline, lay([(Source.SERVICE, outline.node)]), sections.connections)
    _note_team(reader, outline, sections)
    if section is None:
        return None
    environments = tuple(found for target in targets if (found := _environment(target, section, sections)))
    if len(environments) < len(targets):
        return None
    team = sections.teams.get(section.team or "")
    return Service(
        name=outline.name,
        aliases=section.aliases,
        team=section.team or "",
        repository=section.repository,
        channel=section.channel or (team.channel if team else ""),
        paths=section.paths,
        irreversible=section.irreversible,
        environments=environments,
        risky=tuple(FileClass(name=name, globs=globs) for name, globs in section.risky.items()),
        tickets=section.tickets or "",
    )


def _target(reader: Reader, outline: ServiceOutline, environment: Named, sections: Sections) -> _Target:
    said = [(Source.SERVICE, outline.node), (Source.SERVICE_ENVIRONMENT, environment.node)]
    if environment.name in sections.shared:
        said.insert(0, (Source.ENVIRONMENTS, sections.shared[environment.name][1]))
    laid = lay(said)
    return _Target(
        reader=reader,
        outline=outline,
        environment=environment,
        section=reader.section(EnvironmentSection, environment.node),
        laid=laid,
        deploy=resolved_deploy(reader, outline, laid, sections.connections),
    )


def _note_team(reader: Reader, outline: ServiceOutline, sections: Sections) -> None:
    if outline.team and outline.team not in sections.teams:
        hint = known_words(outline.team, sections.teams)
        path = (*outline.path, "team")
        reader.problems.append(reader.at(path, f"there is no team `{outline.team}`", hint))


def _environment(target: _Target, service: ServiceSection, sections: Sections) -> Environment | None:
    if target.section is None:
        return None
    layers = _layers(target, service, target.section, sections)
    said = {
        key: chosen(layers, key)
        for key in ("production", "after", "checks", "confirm", "channel", "aliases", "claim", "outside_runs")
    }
    production, checks, confirm = (said[key][0] for key in ("production", "checks", "confirm"))
    said["announce"] = chosen((_built_in_announce(production), *layers), "announce")
    after = _after(target, said["after"])
    for key in ("verify", "on_failure", "approvals"):
        said[key] = chosen(layers, key)
    verify = resolved_verify(target.reader, said["verify"], said["on_failure"], sections.connections)
    approvals = resolved_approvals(target.reader, said["approvals"], teams=sections.teams, roles=sections.roles)
    if target.deploy is None:
        return None
    deploy_origins = {f"deploy.{key}": origin for key, origin in target.laid.sources.items()}
    return Environment(
        service=target.outline.name,
        name=target.environment.name,
        aliases=said["aliases"][0],
        production=production,
        after=after,
        checks=ChecksRule(checks) if isinstance(checks, str) else ChecksRule.NAMED,
        named_checks=() if isinstance(checks, str) else checks,
        confirm=confirm is Confirm.ALWAYS or (confirm is Confirm.PRODUCTION and production),
        announce=said["announce"][0],
        channel=said["channel"][0],
        deploy=target.deploy,
        origins=frozen({key: origin for key, (_value, origin) in said.items()} | deploy_origins),
        verify=verify,
        claim=said["claim"][0],
        outside_runs=said["outside_runs"][0],
        approvals=approvals,
    )


def _layers(
    target: _Target, service: ServiceSection, section: EnvironmentSection, sections: Sections
) -> tuple[Layer, ...]:
    """Lowest first. Templates belong below the shared environments, and the floor is applied to the result."""
    name, outline = target.environment.name, target.outline
    layers = [_built_in(name)]
    team = sections.teams.get(service.team or "")
    if team and team.channel:
        layers.append(Layer(source=Source.TEAM, values={"channel": team.channel}, node=sections.team_nodes[team.name]))
    shared, shared_node = sections.shared.get(name, (None, outline.node))
    if shared:
        layers.append(layer(Source.ENVIRONMENTS, shared, shared_node, keys=EnvironmentSection.model_fields))
    layers.append(layer(Source.SERVICE, service, outline.node, keys=TargetSettings.model_fields))
    if before := _before(outline, name):
        layers.append(Layer(source=Source.SERVICE, values={"after": before}, node=target.environment.node))
    layers.append(
        layer(Source.SERVICE_ENVIRONMENT, section, target.environment.node, keys=EnvironmentSection.model_fields)
    )
    return tuple(layers)


def _before(outline: ServiceOutline, name: str) -> str:
    """In a list each environment comes after the one before it; the first one says nothing."""
    names = [environment.name for environment in outline.environments] if outline.ordered else []
    return dict(zip(names[1:], names, strict=False)).get(name, "")


def _built_in(name: str) -> Layer:
    values: dict[str, Any] = {
        "aliases": (),
        "production": name in PRODUCTION_NAMES,
        "after": NO_ORDER,
        "checks": NO_CHECKS,
        "confirm": Confirm.PRODUCTION,
        "channel": "",
        "verify": None,
        "on_failure": None,
        "approvals": None,
        "claim": ClaimRule.PREFERRED,
        "outside_runs": OutsideRule.REPORT,
    }
    return Layer(source=Source.BUILT_IN, values=values)


def _built_in_announce(production: bool) -> Layer:  # noqa: FBT001 - the one fact that this default depends on
    announce = Announce.CHANNEL if production else Announce.ASKER
    return Layer(source=Source.BUILT_IN, values={"announce": announce})


def _after(target: _Target, said: tuple[str, Origin]) -> str:
    word, origin = said
    if word == NO_ORDER:
        return ""
    environments = target.outline.environments
    found = next((other for other in environments if other.is_called(word)), None)
    if found:
        return found.name
    path = origin.node.path if origin.node else target.environment.path
    hint = known_words(word, [other.name for other in environments])
    problem = f"{dotted(target.outline.path)} has no environment `{word}` to come after"
    target.reader.problems.append(target.reader.at(path, problem, f"{hint}; or write after: none"))
    return ""
