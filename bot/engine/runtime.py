"""What every pass of the engine needs, handed down by the composition root."""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from bot.domain.terms import SECOND, Identity, Millis, Target, Unknown
from bot.engine.catalogue import Catalogue, Environment, Service
from bot.engine.redacting import RedactingChat
from bot.engine.supervisor import Supervisor
from bot.errors import ChatError, IntegrationError, StoreError
from bot.ports import Chat, Clock, Integration, Random, Runner
from bot.store import Store
from bot.views.kit import Redactor

T = TypeVar("T")
READ_DEADLINE: Millis = 8 * SECOND


@dataclass(frozen=True, kw_only=True)
class Home:
    """Our own workspace and user in it, as Slack said at start."""

    team: str
    bot_user: str
    enterprise: str = ""
    name: str = "quarterdeck"


@dataclass(frozen=True, kw_only=True)
class Road:
    """Where runs reach the claim: `public` from anywhere, `here` from this machine; empty where there is no such way."""

    public: str = ""
    here: str = ""


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """The ports and the catalogue; nothing here holds the truth, rows do."""

    catalogue: Catalogue
    store: Store
    chat: Chat
    clock: Clock
    random: Random
    runner: Runner
    supervisor: Supervisor
    integrations: Mapping[str, Integration]
    home: Home
    redactor: Redactor
    road: Road = Road()

    def __post_init__(self) -> None:
        # Whoever makes a runtime cannot forget it: nothing is said but through the redactor.
        object.__setattr__(self, "chat", RedactingChat(chat=self.chat, redactor=self.redactor))

    def place_of(self, target: Target) -> tuple[Service, Environment]:
        """The configuration of a target that a row names; KeyError where it was removed since."""
        found = self.catalogue.find(target)
        if found is None:
            raise KeyError(f"{target} is not configured any more")
        return found

    def integration_of(self, environment: Environment) -> Integration:
        """The connection that deploys there."""
        return self.integrations[environment.via]

    def me(self) -> Identity:
        """The bot as an actor."""
        return Identity(team=self.home.team, user=self.home.bot_user, enterprise=self.home.enterprise)


async def read(what: str, reading: Awaitable[T], deadline: Millis = READ_DEADLINE) -> T | Unknown:
    """What was read, or an Unknown that says why not; a hanging provider costs at most the deadline."""
    try:
        async with asyncio.timeout(deadline / 1000):
            return await reading
    except TimeoutError:
        return Unknown(what=what, why=f"no answer within {deadline // 1000} s")
    except (IntegrationError, ChatError, StoreError) as error:
        return Unknown(what=what, why=str(error))
