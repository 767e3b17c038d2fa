"""`quarterdeck config show`: each value that holds, and where it was written; secrets are named, never shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, SecretStr

from bot.config.configuration import Configuration, Environment, Origin, Service, Source
from bot.config.names import plain_name
from bot.config.nodes import Mapping, Node, Path, Scalar, dotted, find
from bot.config.values import Duration
from bot.domain.facts import ChecksRule
from bot.domain.verification import OnFailure


@dataclass(frozen=True, kw_only=True)
class Effective:
    """One value that holds. `line` is 0 and `file` empty for what is built in; `source` names the layer."""

    key: str
    value: str
    file: str = ""
    line: int = 0
    source: str = Source.BUILT_IN.words


def explain(configuration: Configuration, service: str, environment: str) -> list[Effective]:
    """Every value that holds for a target (named in any way it may be called); raises KeyError where there is none."""
    owner = configuration.service(service)
    found = configuration.environment(service, environment)
    if owner is None or found is None:
        raise KeyError(f"{service} {environment}")
    rows = [
        *_service_rows(configuration, owner),
        *_environment_rows(configuration, found),
        *_deploy_rows(configuration, found),
    ]
    integration = configuration.integrations[found.deploy.via]
    if integration.settings:
        path = _written_path(configuration, "integrations", integration.name)
        rows += _section_rows(configuration, integration.settings, path, "")
    return rows


def explain_settings(configuration: Configuration) -> list[Effective]:
    """The values of the bot itself: Slack, listeners, database, backups, retention."""
    rows = [_row(configuration, "zone", configuration.zone, ("zone",), "")]
    parts: dict[str, BaseModel] = {
        "slack": configuration.slack,
        "web": configuration.web,
        "retention": configuration.retention,
    }
    for name, section in parts.items():
        rows += _section_rows(configuration, section, (name,), "")
    for source in configuration.alert_sources.values():
        rows += _section_rows(configuration, source.settings, ("alerts", "sources", source.name), "")
    rows.append(_row(configuration, "store", configuration.store, ("store",), ""))
    rows += _section_rows(configuration, configuration.backups, ("backups",), "")
    if configuration.audit.stream:
        rows += _section_rows(configuration, configuration.audit.stream, ("audit", "stream"), "")
    if configuration.heartbeat:
        rows += _section_rows(configuration, configuration.heartbeat, ("heartbeat",), "")
    return rows


def _service_rows(configuration: Configuration, service: Service) -> Iterator[Effective]:
    path = _written_path(configuration, "services", service.name)
    for name in ("aliases", "team", "repository", "paths", "irreversible"):
        yield _row(configuration, f"service.{name}", getattr(service, name), (*path, name), Source.SERVICE.words)


def _environment_rows(configuration: Configuration, environment: Environment) -> Iterator[Effective]:
    values: dict[str, Any] = {
        "aliases": environment.aliases,
        "production": environment.production,
        "after": environment.after,
        "checks": environment.named_checks if environment.checks is ChecksRule.NAMED else environment.checks,
        "confirm": environment.confirm,
        "announce": environment.announce,
        "channel": environment.channel,
        "verify": _verify(environment),
        "on_failure": _on_failure(environment),
        "approvals": _approvals(environment),
        "claim": environment.claim,
        "outside_runs": environment.outside_runs,
    }
    for key, value in values.items():
        yield _from_origin(configuration, f"environment.{key}", value, environment.origins[key])


def _verify(environment: Environment) -> dict[str, Any]:
    if environment.verify is None:
        return {}
    rules, checks = environment.verify.rules, environment.verify.checks
    times = {"for": Duration(rules.bake), "every": Duration(rules.every)}
    probes = [{each.via: each.settings} for each in checks]
    return {**times, "failures": rules.failures, "checks": probes}


def _on_failure(environment: Environment) -> dict[str, Any]:
    rules = environment.verify.rules if environment.verify else None
    if rules is None or rules.on_failure is OnFailure.NONE:
        return {}
    after = {"rollback": rules.on_failure, "after": Duration(rules.countdown)}
    return {**after, "even_irreversible": rules.even_irreversible}


def _approvals(environment: Environment) -> dict[str, Any]:
    rule = environment.approvals
    if rule is None:
        return {}
    who = {"people": sorted(rule.people)} if rule.people else {}
    times = {"within": Duration(rule.within)}
    return {"count": rule.count, **who, "not_authors": rule.not_authors, **times, "rollback": rule.rollback}


def _deploy_rows(configuration: Configuration, environment: Environment) -> Iterator[Effective]:
    yield _from_origin(configuration, "deploy.via", environment.deploy.via, environment.origins["deploy.via"])
    for key, value in environment.deploy.target:
        name = f"deploy.{key}"
        yield _from_origin(configuration, name, value, environment.origins.get(name, Origin(source=Source.BUILT_IN)))


def _from_origin(configuration: Configuration, key: str, value: Any, origin: Origin) -> Effective:
    if origin.node is None:
        return Effective(key=key, value=shown(value, None))
    _node, mark = find(configuration.tree, origin.node.path)
    line = origin.node.mark.line if isinstance(origin.node, Scalar) else mark.line
    source = origin.source.words
    return Effective(key=key, value=shown(value, origin.node), file=configuration.file, line=line, source=source)


def _section_rows(configuration: Configuration, section: BaseModel, path: Path, source: str) -> Iterator[Effective]:
    for name, value in section:
        inner = (*path, name)
        if isinstance(value, BaseModel):
            yield from _section_rows(configuration, value, inner, source)
        else:
            yield _row(configuration, dotted(inner), value, inner, source)


def _row(configuration: Configuration, key: str, value: Any, path: Path, source: str) -> Effective:
    node, mark = find(configuration.tree, path)
    if node.path != path:
        return Effective(key=key, value=shown(value, None))
    value = shown(value, node)
    return Effective(key=key, value=value, file=configuration.file, line=mark.line, source=source or "file")


def _written_path(configuration: Configuration, section: str, name: str) -> Path:
    """Where a section stands, whose key may be written in another case; a made-up path for one that is not written at all."""
    node = configuration.tree.get(section)
    entries = node.entries if isinstance(node, Mapping) else ()
    return next((entry.value.path for entry in entries if plain_name(entry.key) == name), (section, name))


def shown(value: Any, node: Node | None) -> str:
    """A value for people; a secret only says where it comes from."""
    if isinstance(value, SecretStr):
        sources = node.sources if isinstance(node, Scalar) else ()
        return f"set, from {' and '.join(sources)}" if sources else "set, in the file"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or value in ("", (), [], {}):
        return "none"
    if isinstance(value, BaseModel):
        return ", ".join(f"{name}: {shown(inner, _inside(node, name))}" for name, inner in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {shown(inner, _inside(node, name))}" for name, inner in value.items())
    if isinstance(value, list | tuple | frozenset | set):
        return ", ".join(shown(inner, _item(node, index)) for index, inner in enumerate(value))
    return str(value)


def _inside(node: Node | None, key: object) -> Node | None:
    return node.get(key) if isinstance(node, Mapping) else None


def _item(node: Node | None, index: int) -> Node | None:
    items = getattr(node, "items", ())
    return items[index] if index < len(items) else None
