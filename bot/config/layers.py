"""Which layer decides: built in, then template, shared environment, service, and the service's environment; the last that speaks wins."""

from collections.abc import Iterable
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from bot.config.configuration import Origin, Source
from bot.config.nodes import Entry, Mapping, Node, Scalar, value_of


@dataclass(frozen=True, kw_only=True)
class Layer:
    """What one place says about a target: `values` by setting, and the node that says it (None: built in)."""

    source: Source
    values: Table[str, Any]
    node: Node | None = None

    def origin(self, key: str) -> Origin:
        """Where this layer says it."""
        said = self.node.get(key) if isinstance(self.node, Mapping) else None
        return Origin(source=self.source, node=said or self.node)


def layer(source: Source, section: BaseModel, node: Node, *, keys: Iterable[str]) -> Layer:
    """A section as a layer: only what was written counts, and of that only what `keys` names."""
    values = {key: getattr(section, key) for key in keys if key in section.model_fields_set}
    return Layer(source=source, values=values, node=node)


def chosen(layers: tuple[Layer, ...], key: str) -> tuple[Any, Origin]:
    """The value of the last layer that speaks, and where; what is built in speaks about every key."""
    speaker = next(candidate for candidate in reversed(layers) if key in candidate.values)
    return speaker.values[key], speaker.origin(key)


@dataclass(frozen=True, kw_only=True)
class Laid:
    """The `deploy:` mappings of all layers, laid over each other key by key."""

    via: str = ""
    node: Mapping | None = None
    via_node: Node | None = None
    sources: Table[str, Origin] = field(default_factory=dict)


def lay(said: Iterable[tuple[Source, Node]]) -> Laid:
    """The `deploy:` of a target from the sections that speak about it, lowest first.

    A layer that names another `via` starts afresh: the keys below it mean another system.
    """
    via, via_node, last = "", None, None
    entries: dict[str, Entry] = {}
    sources: dict[str, Origin] = {}
    for source, section in said:
        deploy = section.get("deploy") if isinstance(section, Mapping) else None
        if not isinstance(deploy, Mapping):
            continue
        last = deploy
        named = deploy.get("via")
        if isinstance(named, Scalar):
            if (name := str(value_of(named)).strip().lower()) != via:
                entries.clear()
                sources.clear()
            via, via_node = name, named
        for entry in deploy.entries:
            entries[entry.key] = entry
            sources[entry.key] = Origin(source=source, node=entry.value)
    node = Mapping(path=last.path, mark=last.mark, entries=tuple(entries.values())) if last else None
    return Laid(via=via, node=node, via_node=via_node, sources=sources)
