"""The table of all settings, made from the models, so that the documentation cannot drift from what is accepted."""

import re
import types
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from bot.config.access import PersonSection, RoleSection
from bot.config.delivery import EnvironmentSection, ServiceSection, TeamSection
from bot.config.digests import DigestSection
from bot.config.file import File
from bot.config.freezing import FreezeSection
from bot.config.problems import one_of
from bot.config.section import IntegrationModels
from bot.config.values import Duration, Word

_HEAD = "| key | takes | unless set | what it is |\n|---|---|---|---|\n"
_NAMED: dict[str, tuple[str, type[BaseModel]]] = {
    "teams": ("TEAM", TeamSection),
    "services": ("SERVICE", ServiceSection),
    "environments": ("ENVIRONMENT", EnvironmentSection),
    "roles": ("ROLE", RoleSection),
    "freezes": ("FREEZE", FreezeSection),
    "digests": ("DIGEST", DigestSection),
    "people": ("USER", PersonSection),
}
_FORMS: dict[Any, str] = {
    Path: "path",
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    SecretStr: "secret",
}


def settings_table() -> str:
    """All settings of the file as a Markdown table; those of integrations are in `integration_table`."""
    return _HEAD + "".join(f"{row}\n" for row in _rows(File, ""))


def integration_table(kind: str, models: IntegrationModels) -> str:
    """The settings of one kind of integration and its `deploy:` keys as a Markdown table."""
    rows = list(_rows(models.settings, f"integrations.{kind}.")) if models.settings else []
    rows += list(_rows(models.target, "deploy.")) if models.target else []
    return _HEAD + "".join(f"{row}\n" for row in rows)


def probe_table(kind: str, models: IntegrationModels) -> str:
    """The settings of one kind's probe, as they stand below `verify.checks`, as a Markdown table."""
    return _HEAD + "".join(f"{row}\n" for row in _rows(models.probe, f"{kind}.")) if models.probe else ""


def alerts_table(kind: str, model: type[BaseModel]) -> str:
    """The settings of one kind of source of alerts as a Markdown table."""
    return _HEAD + "".join(f"{row}\n" for row in _rows(model, f"alerts.sources.{kind}."))


def renewed(text: str, blocks: Mapping[str, str]) -> str:
    """A document with everything between `<!-- generated:NAME -->` and `<!-- end -->` replaced; raises KeyError for a name without block."""

    def block(match: re.Match[str]) -> str:
        return f"<!-- generated:{match['name']} -->\n\n{blocks[match['name']]}\n<!-- end -->"

    return re.sub(r"<!-- generated:(?P<name>[\w -]+?) -->.*?<!-- end -->", block, text, flags=re.DOTALL)


def setting_paths(model: type[BaseModel] = File, prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every key that the file may hold, with its field: `services.SERVICE.environments.ENVIRONMENT.after` and so on."""
    for field_name, setting in model.model_fields.items():
        name = setting.alias or field_name
        yield f"{prefix}{name}", setting
        if model is File and name in _NAMED:
            placeholder, inner = _NAMED[name]
            yield from setting_paths(inner, f"{prefix}{name}.{placeholder}.")
        elif model is ServiceSection and name == "environments":
            yield from setting_paths(EnvironmentSection, f"{prefix}{name}.ENVIRONMENT.")
        elif section := _section(setting.annotation):
            yield from setting_paths(section, f"{prefix}{name}.")


def _rows(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for path, setting in setting_paths(model, prefix):
        cells = (f"`{path}`", _form(setting.annotation), _default(setting), setting.description or "")
        row = " | ".join(cell.replace("|", "\\|") for cell in cells)
        yield f"| {row} |"


def _section(annotation: Any) -> type[BaseModel] | None:
    candidates = (annotation, *get_args(annotation))
    return next((part for part in candidates if isinstance(part, type) and issubclass(part, BaseModel)), None)


def _form(annotation: Any) -> str:
    """What may be written, in words."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _form(get_args(annotation)[0])
    if origin in {Union, types.UnionType}:
        return one_of(dict.fromkeys(_form(part) for part in get_args(annotation) if part is not type(None)))
    if origin in {tuple, list, frozenset, set}:
        return f"list of {_form(get_args(annotation)[0])}"
    if origin is dict or (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return "keys and values"
    return _form_of_class(annotation)


def _form_of_class(annotation: Any) -> str:
    if isinstance(annotation, type) and issubclass(annotation, Word | Duration):
        return annotation.form
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return one_of(f"`{word}`" for word in annotation)
    words = get_args(annotation)
    return one_of(f"`{word}`" for word in words) if words else _FORMS.get(annotation, "text")


def _default(setting: FieldInfo) -> str:
    if setting.is_required():
        return "(required)"
    value = setting.get_default(call_default_factory=False)
    if value is None or value in ((), {}, "") or isinstance(value, BaseModel):
        return ""
    if isinstance(value, tuple):
        return f"`[{', '.join(str(word) for word in value)}]`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if isinstance(value, str | int | float) else ""
