"""A faithful local Slack: Web API, Socket Mode and HTTP delivery, people who type and click, and a web page to be one of them."""

from bot.playground.alone import serve_forever
from bot.playground.clock import RealClock, VirtualClock
from bot.playground.errors import PersonError, PlaygroundError
from bot.playground.panel import Link, Panel, Switch, Try
from bot.playground.playground import Playground, Served

__all__ = [
    "Link",
    "Panel",
    "PersonError",
    "Playground",
    "PlaygroundError",
    "RealClock",
    "Served",
    "Switch",
    "Try",
    "VirtualClock",
    "serve_forever",
]
