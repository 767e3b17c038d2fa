"""What there is to find: integrations by name, and commands; light enough for `check`."""

import importlib
import pkgutil
from collections.abc import Mapping
from importlib.metadata import entry_points
from types import ModuleType
from typing import TYPE_CHECKING

import integrations
from bot import config
from bot.ports import AlertSource, Integration, Surroundings

if TYPE_CHECKING:
    from bot.commanding import Command

GROUP = "quarterdeck.integrations"


def integration_modules() -> dict[str, ModuleType]:
    """Every integration by its name: the folder, then what other distributions offer under our entry point."""
    found: dict[str, ModuleType] = {}
    for info in pkgutil.iter_modules(integrations.__path__):
        if not info.name.startswith("_"):
            module = importlib.import_module(f"{integrations.__name__}.{info.name}")
            found[module.NAME] = module
    for point in entry_points(group=GROUP):
        found.setdefault(point.name, point.load())
    return found


def integration_models(modules: Mapping[str, ModuleType]) -> dict[str, config.IntegrationModels]:
    """What `config.load` needs to validate each integration's settings and targets."""
    return {
        name: config.IntegrationModels(
            settings=getattr(module, "SETTINGS", None),
            target=getattr(module, "TARGET", None),
            probe=getattr(module, "PROBE", None),
            alerts=getattr(module, "ALERTS", None),
            connects=hasattr(module, "build"),
        )
        for name, module in modules.items()
    }


def build_sources(
    configuration: config.Configuration, modules: Mapping[str, ModuleType]
) -> dict[str, tuple[AlertSource, config.ConfiguredSource]]:
    """Every configured source of alerts, built, with what was configured."""
    return {
        name: (modules[each.kind].source(name, each.settings), each)
        for name, each in configuration.alert_sources.items()
    }


def all_commands() -> "dict[str, Command]":
    """Every command by name: the folder is the registry."""
    from bot.commanding import discover  # noqa: PLC0415  # the grammar needs the views, which `check` does not

    return discover()


def build_integrations(
    configuration: config.Configuration, modules: Mapping[str, ModuleType], surroundings: Surroundings
) -> dict[str, Integration]:
    """Every configured connection, built."""
    return {
        name: modules[each.kind].build(name, each.settings, surroundings)
        for name, each in configuration.integrations.items()
    }
