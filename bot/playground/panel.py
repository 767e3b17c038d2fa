"""The narrow panel beside the chat: lines to try, switches that do something outside Slack, links."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.playground.errors import Json

Action = Callable[[], Awaitable[str | None]]
"""What a switch does; it may return the state to show afterwards (`up`, `down`, `busy`)."""


@dataclass(frozen=True, kw_only=True)
class Try:
    """One line to try: clicking it goes to `channel` as the person `who` with `text` in the composer."""

    id: str
    title: str
    channel: str
    text: str
    who: str = ""
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Switch:
    """A switch with a state; `confirm` is asked first when it is not empty."""

    id: str
    label: str
    action: Action
    hint: str = ""
    confirm: str = ""
    state: str = "up"
    tone: str = "plain"

    def as_page(self) -> Json:
        """Return the switch as the page shows it."""
        shown = {"id": self.id, "label": self.label, "hint": self.hint, "confirm": self.confirm}
        return shown | {"state": self.state, "tone": self.tone}


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link out of the panel."""

    label: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Panel:
    """The whole panel; an empty one is not shown."""

    title: str = ""
    intro: str = ""
    lines: tuple[Try, ...] = field(default=())
    switches: tuple[Switch, ...] = field(default=())
    links: tuple[Link, ...] = field(default=())
