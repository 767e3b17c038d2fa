"""What keeps the demo from starting."""

from bot.playground.errors import PlaygroundError


class DemoError(PlaygroundError):
    """The demo cannot be set up: no git, no port, a service that does not come up. Its text is for people."""
