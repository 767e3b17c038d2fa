"""The road to the app: commands and interactions once with three seconds to answer, events up to four times."""

from dataclasses import dataclass, field, replace

from bot.playground.clock import Clock
from bot.playground.deliveries import Delivery, Kind, Outcome, Retry, Transport
from bot.playground.errors import Json
from bot.playground.faults import Faults, Trouble
from bot.playground.sockets import Sockets
from bot.playground.tasks import Tasks
from bot.playground.webhook import Webhook

RETRY_AFTER = (0.0, 60.0, 300.0)
"""Seconds before each of the three repetitions of an event nobody acknowledged."""


@dataclass(kw_only=True)
class Dispatch:
    """Chooses the transport and repeats events."""

    clock: Clock
    faults: Faults
    tasks: Tasks
    sockets: Sockets
    webhook: Webhook | None = None
    _held: list[Delivery] = field(default_factory=list)

    @property
    def transport(self) -> Transport:
        """Return HTTP once a Request URL was given, else Socket Mode."""
        return self.webhook or self.sockets

    async def request(self, kind: Kind, name: str, payload: Json) -> Outcome:
        """Deliver a command or an interaction once."""
        delivery = Delivery(kind=kind, name=name, payload=payload)
        if self.faults.take(name, Trouble.DUPLICATE) is not None:
            self.tasks.spawn(self.transport.send(delivery))
        return await self.transport.send(delivery)

    def event(self, name: str, payload: Json) -> None:
        """Deliver an event in the background, repeated until acknowledged or three repetitions have failed."""
        delivery = Delivery(kind=Kind.EVENT, name=name, payload=payload)
        if self.faults.take(name, Trouble.OUT_OF_ORDER) is not None:
            self._held.append(delivery)
            return
        self.tasks.spawn(self._in_order([delivery, *self._held]))
        if self.faults.take(name, Trouble.DUPLICATE) is not None:
            self.tasks.spawn(self._persist(delivery))
        self._held.clear()

    async def _in_order(self, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            await self._persist(delivery)

    async def _persist(self, delivery: Delivery) -> None:
        outcome = await self.transport.send(delivery)
        for attempt, wait in enumerate(RETRY_AFTER, start=1):
            if outcome.ok or outcome.final:
                return
            await self.clock.sleep(wait)
            again = replace(delivery, retry=Retry(attempt=attempt, reason=outcome.reason))
            outcome = await self.transport.send(again)
