"""The folder is the registry: one verb per file, found when it is asked for."""

import pkgutil
from collections.abc import Iterable
from dataclasses import replace
from importlib import import_module
from types import ModuleType

from bot.commanding.command import Command
from bot.commanding.complaints import TURNING


def discover(package: str = "commands", *others: ModuleType) -> dict[str, Command]:
    """Every command of a package (private files excepted) and of further modules, by name, in alphabetical order.

    Raises ValueError for a file without a command, or one that is not whole, and for a name or alias that is taken.
    """
    folder = import_module(package)
    names = sorted(each.name for each in pkgutil.iter_modules(folder.__path__) if not each.name.startswith("_"))
    return registry([*(import_module(f"{package}.{name}") for name in names), *others])


def registry(modules: Iterable[ModuleType]) -> dict[str, Command]:
    """The commands of these modules by name; raises ValueError as `discover` does."""
    commands: dict[str, Command] = {}
    owners: dict[str, str] = {}
    for module in modules:
        command = command_of(module)
        for word in (command.name, *command.aliases):
            if word in TURNING:
                raise ValueError(f"{module.__name__}: {word} is a word of the grammar; choose another")
            if word in owners:
                raise ValueError(f"{module.__name__}: {word} is taken by {owners[word]}; choose another")
            owners[word] = module.__name__
        commands[command.name] = command
    return dict(sorted(commands.items()))


def command_of(module: ModuleType) -> Command:
    """The module's COMMAND with its `request` or `answer` filled in."""
    command = getattr(module, "COMMAND", None)
    if not isinstance(command, Command):
        raise ValueError(f"{module.__name__}: there is no COMMAND")  # noqa: TRY004 - for the author, one kind of error
    request, answer = getattr(module, "request", None), getattr(module, "answer", None)
    if (request is None) == (answer is None):
        raise ValueError(f"{module.__name__}: needs either request() or answer()")
    if not command.examples or len(command.summary) > 60:
        raise ValueError(f"{module.__name__}: needs an example, and a summary of at most 60 characters")
    return replace(command, request=request, answer=answer)
