"""The Chat port of one incarnation: every method is a call over the wire to the Slack that lives on."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.domain.messages import Message, View
from bot.domain.people import Person
from bot.domain.terms import Millis
from bot.errors import ChatError
from bot.ports import Channel
from tests.simulation.faults import Fate
from tests.simulation.setting import GROUPS, PEOPLE
from tests.simulation.slack import SimSlack
from tests.simulation.wire import Wire

T = TypeVar("T")
INBOX = "inbox:"


@dataclass(frozen=True, kw_only=True)
class SimChat:
    """As Slack's room offers it to the engine; an answer is credited to the delivery whose work says it."""

    slack: SimSlack
    wire: Wire

    async def _call(self, name: str, effect: Callable[[], T], *, writes: bool) -> T:
        slack = self.slack
        errors = slack.errors(writes=writes)
        if slack.away():
            slack.world.count("slack: unreachable in an outage")
            fate = Fate(lands=None, answers=500, error=errors["unreachable"]())
        else:
            fate = slack.world.faults.slack(f"slack.{name}", errors, writes=writes)
        return await self.wire.call(f"slack.{name}", effect, fate, changes=writes)

    async def _answer(self, name: str, effect: Callable[[], T], *, says: bool = True) -> T:
        """A step of a private answer: whose, the task that says it knows. One that Slack refuses is excused: best effort."""
        task = asyncio.current_task()
        key = task.get_name() if task else ""
        sent = self.slack.sent.get(key.removeprefix(INBOX).removeprefix("follow-up "))

        def shown() -> T:
            value = effect()
            if sent is not None and says:
                sent.answers += 1
            return value

        try:
            return await self._call(name, shown, writes=says)
        except ChatError:
            if sent is not None:
                sent.lost_answers += 1
            raise

    async def post(self, channel: str, message: Message, *, thread: str = "", key: str = "") -> str:
        """Post and return its ts."""
        if key:
            return await self._call("post", lambda: self.slack.post(channel, message, thread, key), writes=True)
        return await self._answer("say", lambda: self.slack.post(channel, message, thread, key))

    async def update(self, channel: str, ts: str, message: Message) -> None:
        """Replace one of our messages."""
        await self._call("update", lambda: self.slack.update(channel, ts, message), writes=True)

    async def ephemeral(self, channel: str, user: str, message: Message, *, thread: str = "") -> None:
        """Show a message to one person."""
        del thread
        await self._answer("ephemeral", lambda: self.slack.show(user, message, channel))

    async def respond(self, response_url: str, message: Message, *, replace: bool) -> None:
        """Answer through a response_url."""
        del replace
        user = self.slack.urls[response_url]
        await self._answer("respond", lambda: self.slack.show(user, message, ""))

    async def find(self, channel: str, key: str, *, since: Millis, thread: str = "") -> str | None:
        """The ts of our message with this key."""
        del since, thread
        return await self._call("find", lambda: self.slack.find(channel, key), writes=False)

    async def permalink(self, channel: str, ts: str) -> str:
        """A link to a message."""
        return await self._call("permalink", lambda: f"https://acme.slack.com/archives/{channel}/p{ts}", writes=False)

    async def open_view(self, trigger: str, view: View) -> str:
        """Open a modal."""
        return await self._answer("open_view", lambda: self.slack.open_view(trigger, view))

    async def update_view(self, view_id: str, view: View) -> None:
        """Replace a modal's content."""
        del view_id, view
        await self._call("update_view", lambda: None, writes=True)

    async def publish_home(self, user: str, view: View) -> None:
        """Replace a Home tab."""
        del user, view
        await self._answer("publish_home", lambda: None)

    async def open_direct(self, user: str) -> str:
        """The direct conversation with that person."""
        return await self._answer("open_direct", lambda: self.slack.direct(user), says=False)

    async def person(self, user: str) -> Person:
        """Who that is."""
        return await self._call("person", lambda: PEOPLE[user], writes=False)

    async def group_members(self, group: str) -> frozenset[str]:
        """Who is in a user group."""
        return await self._call("group_members", lambda: GROUPS[group], writes=False)

    async def channel(self, channel: str) -> Channel:
        """A conversation by id or name."""
        return await self._call("channel", lambda: self._channel(channel), writes=False)

    def _channel(self, named: str) -> Channel:
        known = self.slack.channels.get(named)
        found = known or next((each for each in self.slack.channels.values() if each.name == named), None)
        if found is None and named.startswith("D"):
            return Channel(id=named, name="", shared=False, archived=False, member=True, direct=True)
        if found is None:
            raise ChatError("channel_not_found")
        return found
