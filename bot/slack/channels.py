"""Conversations by id or name: what they are, and the direct ones with people."""

import re
from dataclasses import replace

from bot.domain.terms import MINUTE, SECOND, Millis
from bot.errors import ChatError
from bot.ports import Channel, Clock
from bot.slack.client import Caller
from bot.slack.fields import Body, items, mapping, word
from bot.slack.flights import Flights

INFO_FRESH: Millis = 15 * SECOND  # conversations.info allows about fifty calls a minute
NAMES_FRESH: Millis = 10 * MINUTE
LOOK_AGAIN: Millis = 30 * SECOND  # a name that was not in the list is looked for again no sooner
PAGES = 30
PAGE = 1_000
_ID = re.compile(r"[CGD][A-Z0-9]{6,}")
_MOST = 2_000


class Channels:
    """Reads conversations; what was read is kept for seconds, names for minutes, and forgotten when Slack says so."""

    def __init__(self, caller: Caller, clock: Clock) -> None:
        self._caller = caller
        self._clock = clock
        self._known: dict[str, tuple[Millis, Channel]] = {}
        self._names: dict[str, str] = {}
        self._names_at: Millis | None = None
        self._direct: dict[str, str] = {}
        self._infos: Flights[Channel] = Flights()
        self._lists: Flights[dict[str, str]] = Flights()
        self._opened: Flights[str] = Flights()

    async def channel(self, named: str) -> Channel:
        """The conversation with that id or name; ChatError `channel_not_found`."""
        if _ID.fullmatch(named):
            return await self._info(named)
        name = named.removeprefix("#").lower()
        try:
            return await self._info(await self._id(name))
        except ChatError as error:
            if error.code != "channel_not_found" or not self._stale():
                raise
        self._names_at = None  # ids change when a private channel is shared
        return await self._info(await self._id(name))

    async def _info(self, channel: str) -> Channel:
        known = self._known.get(channel)
        if known and 0 <= self._clock.now() - known[0] < INFO_FRESH:  # else the clock went back
            return known[1]
        return await self._infos.join(channel, lambda: self._read(channel))

    async def _read(self, channel: str) -> Channel:
        answer = await self._caller.read("conversations.info", channel=channel)
        found = channel_of(mapping(answer.get("channel")))
        if not found.id:
            raise ChatError("channel_not_found")
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[channel] = (self._clock.now(), found)
        return found

    async def _id(self, name: str) -> str:
        age = None if self._names_at is None else abs(self._clock.now() - self._names_at)  # it may go back
        if age is None or age > NAMES_FRESH or (name not in self._names and age > LOOK_AGAIN):
            self._names = await self._lists.join("channels", self._list)
            self._names_at = self._clock.now()
        if name not in self._names:
            raise ChatError("channel_not_found")
        return self._names[name]

    def _stale(self) -> bool:
        return self._names_at is not None and abs(self._clock.now() - self._names_at) > LOOK_AGAIN

    async def _list(self) -> dict[str, str]:
        names: dict[str, str] = {}
        cursor = ""
        for _ in range(PAGES):
            answer = await self._caller.read(
                "conversations.list",
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=PAGE,
                cursor=cursor or None,
            )
            for found in items(answer.get("channels")):
                names[word(found, "name").lower()] = word(found, "id")
            cursor = word(answer, "response_metadata", "next_cursor")
            if not cursor:
                break
        return names

    async def open_direct(self, user: str) -> str:
        """The id of our direct conversation with that person."""
        if user in self._direct:
            return self._direct[user]
        channel = await self._opened.join(user, lambda: self._open(user))
        if len(self._direct) >= _MOST:
            self._direct.clear()
        self._direct[user] = channel
        return channel

    async def _open(self, user: str) -> str:
        answer = await self._caller.write("conversations.open", users=user)
        if not (channel := word(answer, "channel", "id")):
            raise ChatError("unreadable_answer")
        return channel

    def forget(self, channel: str) -> None:
        """Something about that conversation changed: read it, and the names, again next time."""
        self._known.pop(channel, None)
        self._names_at = None

    async def close(self) -> None:
        """Cancel what is under way."""
        for flights in (self._infos, self._lists, self._opened):
            await flights.close()


def channel_of(found: Body) -> Channel:
    """Slack's channel object as we see it; doubt about who shares a channel counts as shared."""
    direct = found.get("is_im") is True
    shared = found.get("is_shared") is True and found.get("is_org_shared") is not True
    channel = Channel(
        id=word(found, "id"),
        name=word(found, "name"),
        shared=found.get("is_ext_shared") is True or shared,
        archived=found.get("is_archived") is True,
        member=found.get("is_member") is True,
    )
    return replace(channel, direct=True, member=True) if direct else channel
