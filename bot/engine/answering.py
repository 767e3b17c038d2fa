"""Answer one person, by whatever way is still open: response_url, ephemeral, direct message."""

from dataclasses import dataclass

import structlog

from bot.domain.messages import Message, View
from bot.domain.requests import Delivery, DeliveryKind
from bot.domain.terms import Door, Millis
from bot.engine.facts import shared
from bot.engine.runtime import Runtime
from bot.errors import ChatError

log = structlog.get_logger(__name__)


class ArrivedLate(Exception):
    """Acting words that were stored too long ago to be carried out unseen: nothing was done."""

    def __init__(self, command: str, late_by: Millis) -> None:
        super().__init__(command)
        self.command = command
        self.late_by = late_by


@dataclass(frozen=True, kw_only=True)
class Answering:
    """The ways to answer one delivery; `late` is True for one that is worked on again after a restart (its trigger is dead)."""

    runtime: Runtime
    delivery: Delivery
    late: bool = False

    async def privately(self, message: Message, *, replace: bool = True) -> None:
        """Only for whoever asked. Best effort in this order: response_url, where they are, direct message; never silence."""
        invocation = self.delivery.invocation
        for way in (self._by_response_url, self._where_they_are, self._directly):
            try:
                if await way(message, replace=replace):
                    return
            except ChatError as error:
                log.info("answer took another way", ref=invocation.ref, code=error.code)
        log.error("no way to answer", ref=invocation.ref, user=invocation.who.user)

    async def in_thread(self, message: Message) -> None:
        """Where a mention was written, for everybody there; privately elsewhere, and where others share the channel."""
        invocation = self.delivery.invocation
        if invocation.door is not Door.MENTION or await shared(self.runtime, invocation.where) is not False:
            await self.privately(message)
            return
        try:
            thread = invocation.where.thread or self.delivery.message
            await self.runtime.chat.post(invocation.where.channel, message, thread=thread)
        except ChatError:
            await self.privately(message)

    async def open(self, view: View, otherwise: Message) -> bool:
        """Open a modal while the trigger lives; otherwise say what to type. True where the modal opened."""
        trigger = self.delivery.invocation.trigger
        if trigger and not self.late:
            try:
                await self.runtime.chat.open_view(trigger, view)
            except ChatError as error:
                log.info("modal did not open", code=error.code)
            else:
                return True
        await self.privately(otherwise)
        return False

    @property
    def from_message(self) -> bool:
        """True where the click came from a message, so that an answer may replace it."""
        return self.delivery.kind is DeliveryKind.CLICK and bool(self.delivery.message)

    async def _by_response_url(self, message: Message, *, replace: bool) -> bool:
        url = self.delivery.invocation.response_url
        if not url:
            return False
        await self.runtime.chat.respond(url, message, replace=replace)
        return True

    async def _where_they_are(self, message: Message, *, replace: bool) -> bool:
        del replace
        invocation = self.delivery.invocation
        where = invocation.where
        # A slash command may be typed between two other people: only where they wrote to us a direct message is ours.
        if not where.channel or (where.direct and invocation.door is not Door.DIRECT):
            return False
        if where.direct:
            await self.runtime.chat.post(where.channel, message, thread=where.thread)
        else:
            await self.runtime.chat.ephemeral(where.channel, invocation.who.user, message, thread=where.thread)
        return True

    async def _directly(self, message: Message, *, replace: bool) -> bool:
        del replace
        channel = await self.runtime.chat.open_direct(self.delivery.invocation.who.user)
        await self.runtime.chat.post(channel, message)
        return True
