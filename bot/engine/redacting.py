"""The one place where messages and views leave the engine: known secret values are taken out of each."""

from dataclasses import dataclass

from bot.domain.messages import Message, View
from bot.domain.people import Person
from bot.domain.terms import Millis
from bot.ports import Channel, Chat
from bot.views.kit import Redactor


@dataclass(frozen=True, kw_only=True)
class RedactingChat:
    """The Chat port with every text redacted on its way out; what comes back is passed on as it is."""

    chat: Chat
    redactor: Redactor

    async def post(self, channel: str, message: Message, *, thread: str = "", key: str = "") -> str:
        """Post and return its ts."""
        return await self.chat.post(channel, self.redactor.message(message), thread=thread, key=key)

    async def update(self, channel: str, ts: str, message: Message) -> None:
        """Replace one of our messages."""
        await self.chat.update(channel, ts, self.redactor.message(message))

    async def ephemeral(self, channel: str, user: str, message: Message, *, thread: str = "") -> None:
        """Show a message to one person."""
        await self.chat.ephemeral(channel, user, self.redactor.message(message), thread=thread)

    async def respond(self, response_url: str, message: Message, *, replace: bool) -> None:
        """Answer through a response_url."""
        await self.chat.respond(response_url, self.redactor.message(message), replace=replace)

    async def open_view(self, trigger: str, view: View) -> str:
        """Open a modal."""
        return await self.chat.open_view(trigger, self.redactor.view(view))

    async def update_view(self, view_id: str, view: View) -> None:
        """Replace a modal's content."""
        await self.chat.update_view(view_id, self.redactor.view(view))

    async def publish_home(self, user: str, view: View) -> None:
        """Replace somebody's Home tab."""
        await self.chat.publish_home(user, self.redactor.view(view))

    async def find(self, channel: str, key: str, *, since: Millis, thread: str = "") -> str | None:
        """The ts of our message with this key."""
        return await self.chat.find(channel, key, since=since, thread=thread)

    async def permalink(self, channel: str, ts: str) -> str:
        """A link to a message."""
        return await self.chat.permalink(channel, ts)

    async def open_direct(self, user: str) -> str:
        """The direct conversation with that person."""
        return await self.chat.open_direct(user)

    async def person(self, user: str) -> Person:
        """Who that is."""
        return await self.chat.person(user)

    async def group_members(self, group: str) -> frozenset[str]:
        """Who is in a user group."""
        return await self.chat.group_members(group)

    async def channel(self, channel: str) -> Channel:
        """A conversation by id or name."""
        return await self.chat.channel(channel)
