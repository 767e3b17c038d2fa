"""Private answers that cannot ride in an acknowledgement: sent right after it, best effort."""

import structlog

from bot.domain.messages import Message, View
from bot.domain.requests import Delivery
from bot.domain.terms import Door
from bot.errors import ChatError
from bot.ports import Chat
from bot.slack.answers import notice
from bot.slack.tasks import Tasks

log = structlog.get_logger(__name__)
_AT_ONCE = 200


class Followups:
    """Sends each by the most private way that is open from where the person stands."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._tasks = Tasks(_AT_ONCE)

    def send(self, delivery: Delivery, message: Message) -> None:
        """Send it as a task of its own, so that the acknowledgement does not wait."""
        self._tasks.start_if_free(self._send(delivery, message), f"follow-up {delivery.invocation.ref}")

    async def _send(self, delivery: Delivery, message: Message) -> None:
        try:
            await self._by_the_best_way(delivery, message)
        except ChatError as error:
            log.warning("private answer not delivered", ref=delivery.invocation.ref, code=error.code)

    async def _by_the_best_way(self, delivery: Delivery, message: Message) -> None:
        asked, chat = delivery.invocation, self._chat
        if asked.response_url:
            await chat.respond(asked.response_url, message, replace=False)
        elif asked.door is Door.DIRECT:
            await chat.post(asked.where.channel, message, thread=asked.where.thread)
        elif asked.where.channel:
            await chat.ephemeral(asked.where.channel, asked.who.user, message, thread=asked.where.thread)
        elif asked.trigger and not delivery.view:
            await chat.open_view(asked.trigger, View(body=notice(message)))
        else:
            await chat.post(await chat.open_direct(asked.who.user), message)

    async def drain(self, patience: float) -> None:
        """Wait for what is under way, at most so many seconds."""
        await self._tasks.drain(patience)
