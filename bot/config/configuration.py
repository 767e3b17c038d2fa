"""The configuration as the rest of the bot sees it: resolved, frozen, and able to say where each value was written."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import IntEnum
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from bot.config.alerts import ConfiguredSource
from bot.config.auditing import Audit
from bot.config.connection import Backups, Heartbeat, Retention, Slack, Web
from bot.config.delivery import Announce
from bot.config.names import plain_name
from bot.config.nodes import Mapping as MappingNode
from bot.config.nodes import Node, Path
from bot.config.problems import Problem
from bot.config.values import Zone
from bot.domain.claims import ClaimRule, OutsideRule
from bot.domain.digests import Digest
from bot.domain.facts import ChecksRule, TargetPolicy
from bot.domain.freezes import Freeze
from bot.domain.plans import canonical_hash
from bot.domain.quorums import ApprovalRule
from bot.domain.restraint import Limit
from bot.domain.risks import FileClass
from bot.domain.roles import Role
from bot.domain.verification import Rules


class Source(IntEnum):
    """Which layer said it; a later one wins. The floor is applied last, and only ever tightens."""

    BUILT_IN = 0
    TEAM = 1
    TEMPLATE = 2
    ENVIRONMENTS = 3
    SERVICE = 4
    SERVICE_ENVIRONMENT = 5
    FLOOR = 6

    @property
    def words(self) -> str:
        """For people."""
        return _SOURCE_WORDS[self]


_SOURCE_WORDS = {
    Source.BUILT_IN: "built-in",
    Source.TEAM: "team",
    Source.TEMPLATE: "template",
    Source.ENVIRONMENTS: "environments",
    Source.SERVICE: "this service",
    Source.SERVICE_ENVIRONMENT: "service's environment",
    Source.FLOOR: "floor",
}


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a value comes from; `node` is None for what is built in."""

    source: Source
    node: Node | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Integration:
    """A configured connection: `kind` names the file in integrations/, `settings` is its validated SETTINGS."""

    name: str
    kind: str
    settings: BaseModel | None


@dataclass(frozen=True, kw_only=True)
class Deploy:
    """How a target is deployed: through the integration named `via`, with that integration's validated TARGET."""

    via: str
    kind: str
    target: BaseModel


@dataclass(frozen=True, kw_only=True)
class Check:
    """One probe: by which connection, and that integration's own settings for it."""

    via: str
    settings: BaseModel
    path: Path = field(default=(), repr=False, compare=False)  # where it is written


@dataclass(frozen=True, kw_only=True)
class Verify:
    """How a target is watched, and by which probes (their names are those of the rules, in the same order)."""

    rules: Rules
    checks: tuple[Check, ...]


@dataclass(frozen=True, kw_only=True)
class Environment:
    """One target of a service. `after` is the environment before it in the order of promotion, or empty; `channel` empty: none."""

    service: str
    name: str
    aliases: tuple[str, ...]
    production: bool
    after: str
    checks: ChecksRule
    named_checks: tuple[str, ...]
    confirm: bool
    announce: Announce
    channel: str
    deploy: Deploy
    origins: Mapping[str, Origin] = field(repr=False, compare=False)
    verify: Verify | None = None
    claim: ClaimRule = ClaimRule.PREFERRED
    outside_runs: OutsideRule = OutsideRule.REPORT
    approvals: ApprovalRule | None = None


@dataclass(frozen=True, kw_only=True)
class Service:
    """Something that is deployed; `team` and `channel` are empty where there is none. Environments stand in their order."""

    name: str
    aliases: tuple[str, ...]
    team: str
    repository: str
    channel: str
    paths: tuple[str, ...]
    irreversible: tuple[str, ...]
    environments: tuple[Environment, ...]
    risky: tuple[FileClass, ...] = ()
    tickets: str = ""

    def environment(self, name: str) -> Environment | None:
        """By name or alias, in any case."""
        wanted = plain_name(name)
        return next((e for e in self.environments if wanted == e.name or wanted in e.aliases), None)


@dataclass(frozen=True, kw_only=True)
class Team:
    """The people who own services: user ids and user groups."""

    name: str
    channel: str
    people: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Person:
    """What a person is called elsewhere; empty where unknown."""

    user: str
    email: str
    unix: str
    github: str = ""


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """Everything that was configured. Mappings are in the order of the file, keyed by canonical (lower-case) name.

    `secrets` holds every secret value, so that errors of others can be searched for them.
    """

    file: str
    directory: FilePath
    zone: Zone
    slack: Slack
    web: Web
    integrations: Mapping[str, Integration]
    teams: Mapping[str, Team]
    services: Mapping[str, Service]
    roles: tuple[Role, ...]
    freezes: tuple[Freeze, ...]
    digests: tuple[Digest, ...]
    alert_sources: Mapping[str, ConfiguredSource]
    people: Mapping[str, Person]
    groups: Mapping[str, tuple[str, ...]]
    limit: Limit
    store: FilePath
    retention: Retention
    backups: Backups
    audit: Audit
    heartbeat: Heartbeat | None
    warnings: tuple[Problem, ...]
    secrets: tuple[str, ...] = field(repr=False)
    tree: MappingNode = field(repr=False, compare=False)
    service_names: Mapping[str, str] = field(repr=False)

    @property
    def backup_folder(self) -> FilePath:
        """Where copies of the database are kept."""
        return self.store.parent / self.backups.folder

    def service(self, name: str) -> Service | None:
        """By name or alias, in any case."""
        canonical = self.service_names.get(plain_name(name))
        return self.services[canonical] if canonical else None

    def environment(self, service: str, environment: str) -> Environment | None:
        """The target of a service, both by name or alias."""
        found = self.service(service)
        return found.environment(environment) if found else None

    def target_policy(self, service: str, environment: str) -> TargetPolicy | None:
        """The rules of a target, as the gates ask for them; None where there is no such target."""
        found = self.environment(service, environment)
        if not found:
            return None
        return TargetPolicy(
            production=found.production,
            confirm=found.confirm,
            after=found.after,
            checks=found.checks,
            named_checks=found.named_checks,
            roles=self.roles,
            claim=found.claim,
            approvals=found.approvals,
        )

    def policy(self, service: str, environment: str) -> dict[str, Any]:
        """What must not change between look and leap, ready for canonical JSON; raises KeyError where there is no such target."""
        owner = self.service(service)
        found = owner.environment(environment) if owner else None
        if not owner or not found:
            raise KeyError(f"{service} {environment}")
        return {
            "production": found.production,
            "after": found.after,
            "checks": [str(found.checks), *found.named_checks],
            "confirm": found.confirm,
            "claim": str(found.claim),
            "approvals": _approvals(found.approvals) if found.approvals else "none",
            "verify": _verify(found.verify) if found.verify else "none",
            "repository": owner.repository,
            "paths": list(owner.paths),
            "irreversible": list(owner.irreversible),
            "via": found.deploy.via,
            "kind": found.deploy.kind,
            "deploy": found.deploy.target.model_dump(mode="json"),
        }

    def policy_hash(self, service: str, environment: str) -> str:
        """SHA-256 of the canonical JSON of `policy`."""
        return canonical_hash(self.policy(service, environment))

    def line_of(self, key: str) -> str:
        """`quarterdeck.yaml:12` for a dotted key such as `roles.deployers.may`: the deepest part of it that was written."""
        node: Node = self.tree
        mark = node.mark
        rest = key
        while rest and isinstance(node, MappingNode):
            entry = max((e for e in node.entries if _begins(rest, e.key)), key=lambda e: len(e.key), default=None)
            if entry is None:
                break
            node, mark, rest = entry.value, entry.mark, rest[len(entry.key) + 1 :]
        return f"{self.file}:{mark.line}"


def _approvals(rule: ApprovalRule) -> dict[str, Any]:
    return {**asdict(rule), "people": sorted(rule.people)}


def _verify(verify: Verify) -> dict[str, Any]:
    checks = [{"via": each.via, **each.settings.model_dump(mode="json")} for each in verify.checks]
    return {"rules": asdict(verify.rules), "checks": checks}


def _begins(path: str, key: str) -> bool:
    return f"{path.lower()}.".startswith(f"{key.lower()}.")


def frozen(table: dict[str, Any]) -> Mapping[str, Any]:
    """A view that cannot be changed."""
    return MappingProxyType(table)
