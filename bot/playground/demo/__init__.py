"""A world to try Quarterdeck in: two small services with a history, really running, on this machine alone."""

from bot.playground.demo.errors import DemoError
from bot.playground.demo.story import tries
from bot.playground.demo.world import DemoWorld, Place, clean, create, stop

__all__ = ["DemoError", "DemoWorld", "Place", "clean", "create", "stop", "tries"]
