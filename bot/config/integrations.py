"""Connections to other systems: each entry belongs to a kind, and each kind brings its own settings."""

from collections.abc import Mapping as Table
from dataclasses import dataclass

from bot.config.configuration import Integration
from bot.config.nodes import Mapping, Node, Path, Scalar, value_of
from bot.config.outline import Named, Outline
from bot.config.problems import one_of, suggestion
from bot.config.reading import Reader
from bot.config.section import IntegrationModels, Section

Kinds = Table[str, IntegrationModels]


class _NoSettings(Section):
    """Of an integration that has none."""


@dataclass(frozen=True, kw_only=True)
class Connections:
    """The usable integrations by name, where those that are listed stand, and the names of those whose problems were noted already."""

    usable: Table[str, Integration]
    paths: Table[str, Path]
    broken: frozenset[str]
    kinds: Kinds


def connections(reader: Reader, outline: Outline, kinds: Kinds) -> Connections:
    """Every listed integration, and each kind that works without being listed."""
    kinds = {kind: models for kind, models in kinds.items() if models.connects}
    usable: dict[str, Integration] = {}
    for named in outline.integrations:
        if (found := _connection(reader, named, kinds)) is not None:
            usable[named.name] = found
    broken = frozenset(named.name for named in outline.integrations) - usable.keys()
    for kind, models in kinds.items():
        if kind not in usable and kind not in broken and _needs_nothing(models):
            usable[kind] = Integration(name=kind, kind=kind, settings=models.settings() if models.settings else None)
    paths = {named.name: named.path for named in outline.integrations}
    return Connections(usable=usable, paths=paths, broken=broken, kinds=kinds)


def _connection(reader: Reader, named: Named, kinds: Kinds) -> Integration | None:
    if not isinstance(named.node, Mapping):
        reader.entries(named.node)
        return None
    kind, place = _kind(named.node, named.name)
    if kind not in kinds:
        finding = reader.at if place is not named.node else reader.key
        meant = suggestion(kind, kinds)
        hint = f"did you mean `{meant}`?" if meant else f"write kind: {one_of(kinds)}, or remove the integration"
        known = ", ".join(kinds) or "none"
        reader.problems.append(finding(place.path, f"unknown kind `{kind}` (known: {known})", hint))
        return None
    models = kinds[kind]
    settings = reader.section(models.settings or _NoSettings, named.node, extra_keys=("kind",))
    if settings is None:
        return None
    return Integration(name=named.name, kind=kind, settings=settings if models.settings else None)


def _kind(node: Mapping, name: str) -> tuple[str, Node]:
    said = node.get("kind")
    return (str(value_of(said)).strip().lower(), said) if isinstance(said, Scalar) else (name, node)


def _needs_nothing(models: IntegrationModels) -> bool:
    fields = models.settings.model_fields.values() if models.settings else ()
    return not any(setting.is_required() for setting in fields)
