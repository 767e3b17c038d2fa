"""What goes to the app and what came of it: the words that both transports and the dispatcher share."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.playground.errors import Json

ACK_SECONDS = 3.0


class Kind(StrEnum):
    """Slack's envelope types."""

    EVENT = "events_api"
    COMMAND = "slash_commands"
    INTERACTION = "interactive"


@dataclass(frozen=True, kw_only=True)
class Retry:
    """Which repetition this is (1 to 3) and why the one before failed."""

    attempt: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One payload for the app; `name` is what the journal calls it."""

    kind: Kind
    name: str
    payload: Json
    retry: Retry | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came back: the acknowledgement's body, or an error in Slack's words and the reason for a retry."""

    body: Json | None = None
    error: str | None = None
    reason: str = ""
    final: bool = False
    """The app asked not to be sent this again."""

    @property
    def ok(self) -> bool:
        """Tell whether the app acknowledged in time."""
        return self.error is None


class Transport(Protocol):
    """A way to the app."""

    @property
    def connections(self) -> int:
        """Return how many ways in are open."""
        ...

    async def send(self, delivery: Delivery) -> Outcome:
        """Deliver once and wait up to three seconds for the acknowledgement; never raises."""
        ...
