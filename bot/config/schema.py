"""The JSON Schema of a configuration file, for editors that complete and check while one types."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot.config.alerts import AlertsSection
from bot.config.delivery import EnvironmentSection, ServiceSection
from bot.config.file import File
from bot.config.integrations import Kinds

Schema = dict[str, Any]

_REFERENCE = {"type": "string", "pattern": r"^\$\{.+\}$"}


def schema(integrations: Kinds) -> Schema:
    """A draft 2020-12 schema; `integrations` maps kinds to their models, as for `load`."""
    sources = {kind: each.alerts for kind, each in integrations.items() if each.alerts}
    integrations = {kind: each for kind, each in integrations.items() if each.connects}
    models: list[type[BaseModel]] = [File, *sources.values()]
    models += [model for kind in integrations.values() for model in (kind.settings, kind.target) if model]
    by_model, combined = models_json_schema(
        [(model, "validation") for model in dict.fromkeys(models)], ref_template="#/$defs/{model}"
    )
    definitions: Schema = {name: _loosened(found) for name, found in combined["$defs"].items()}
    names = {model: by_model[model, "validation"]["$ref"].rpartition("/")[2] for model in dict.fromkeys(models)}
    root = definitions.pop(names[File])
    root["properties"]["integrations"] = _integrations(integrations, names, definitions)
    root["required"] = [*root["required"], "services"]
    for owner in (ServiceSection, EnvironmentSection):
        definitions[owner.__name__]["properties"]["deploy"] = _deploy(integrations, names, definitions)
    service = definitions[ServiceSection.__name__]
    service["required"].append("environments")
    for choice in service["properties"]["environments"]["anyOf"]:
        if choice["type"] == "object":
            choice["additionalProperties"] = {"anyOf": [choice["additionalProperties"], {"type": "null"}]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Quarterdeck configuration",
        **{key: value for key, value in root.items() if key != "title"},
        "$defs": definitions,
    }


def _integrations(kinds: Kinds, names: dict[type[BaseModel], str], definitions: Schema) -> Schema:
    """An entry called like a kind is of that kind; any other has to say which it is."""
    entries: dict[str, Schema] = {}
    for kind, models in kinds.items():
        settings: Schema = definitions[names[models.settings]] if models.settings else {}
        properties = {"kind": {"const": kind}, **settings.get("properties", {})}
        entries[kind] = {
            "type": ["object", "null"],
            "properties": properties,
            "required": settings.get("required", []),
            "additionalProperties": False,
        }
    named = [{**entry, "required": ["kind", *entry["required"]]} for entry in entries.values()]
    others: Schema = {"anyOf": named} if named else {"not": {}}
    return {
        "type": "object",
        "description": File.model_fields["integrations"].description,
        "properties": entries,
        "additionalProperties": others,
    }


def _sources(models: Mapping[str, type[BaseModel]], names: dict[type[BaseModel], str], definitions: Schema) -> Schema:
    """Like integrations: an entry called like a kind is of that kind, any other says which it is."""
    entries: dict[str, Schema] = {}
    for kind, model in models.items():
        described: Schema = definitions[names[model]]
        entries[kind] = {
            **described,
            "properties": {"kind": {"const": kind}, **described["properties"]},
            "additionalProperties": False,
        }
    named = [{**entry, "required": ["kind", *entry.get("required", [])]} for entry in entries.values()]
    return {
        "type": "object",
        "description": AlertsSection.model_fields["sources"].description,
        "properties": entries,
        "additionalProperties": {"anyOf": named} if named else {"not": {}},
    }


def _deploy(kinds: Kinds, names: dict[type[BaseModel], str], definitions: Schema) -> Schema:
    """All keys of all integrations, none required: the rest may stand in another layer."""
    properties: Schema = {"via": {"type": "string", "description": "The integration that deploys, by its name."}}
    for models in kinds.values():
        if models.target:
            properties |= definitions[names[models.target]].get("properties", {})
    return {
        "type": "object",
        "description": EnvironmentSection.model_fields["deploy"].description,
        "properties": properties,
        "additionalProperties": False,
    }


def _loosened(node: Any) -> Any:
    """Without null (a key that says nothing is left out), and with `${…}` wherever a number or boolean may stand."""
    if isinstance(node, list):
        return [_loosened(item) for item in node if item != {"type": "null"}]
    if not isinstance(node, dict):
        return node
    kept = {key: _loosened(value) for key, value in node.items() if not (key == "default" and value is None)}
    choices = kept.get("anyOf")
    if isinstance(choices, list) and len(choices) == 1:
        kept = {**choices[0], **{key: value for key, value in kept.items() if key != "anyOf"}}
    if kept.get("type") in {"integer", "number", "boolean"}:
        bare = {key: value for key, value in kept.items() if key not in _KEPT_OUTSIDE}
        kept = {key: value for key, value in kept.items() if key in _KEPT_OUTSIDE} | {"anyOf": [bare, _REFERENCE]}
    return kept


_KEPT_OUTSIDE = frozenset({"title", "description", "default"})
