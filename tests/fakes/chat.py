"""A small Slack behind the Chat port: remembers messages, answers about people, and can be told to fail."""

import asyncio
from collections import deque
from dataclasses import dataclass, field, replace
from itertools import count

from bot.domain.messages import Message, View
from bot.domain.people import Person, Standing
from bot.domain.terms import Identity, Millis
from bot.errors import ChatError
from bot.ports import Channel, Clock

TEAM = "T01ACME"


@dataclass(kw_only=True)
class Posted:
    """A message as it stands, how often it was edited, and its thread."""

    channel: str
    ts: str
    message: Message
    thread: str = ""
    key: str = ""
    edits: int = 0
    at: Millis = 0


@dataclass(frozen=True, kw_only=True)
class Private:
    """What one person was shown: `replaced` is True where it took the place of what they saw before."""

    user: str
    message: Message
    channel: str = ""
    replaced: bool = False


@dataclass(kw_only=True)
class FakeChat:
    """The port, and what a test wants to know of it."""

    people: dict[str, Person] = field(default_factory=dict)
    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    posts: list[Posted] = field(default_factory=list)
    private: list[Private] = field(default_factory=list)
    views: list[View] = field(default_factory=list)
    homes: dict[str, View] = field(default_factory=dict)
    urls: dict[str, tuple[str, str]] = field(default_factory=dict)  # response_url → (user, channel)
    failures: dict[str, deque[ChatError]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    down: set[str] = field(default_factory=set)  # methods that do not answer
    hanging: set[str] = field(default_factory=set)  # methods that never answer; "post's answer": after its effect
    clock: Clock | None = None
    moved: set[str] = field(default_factory=set)  # keys of messages that a test had moved or deleted
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def fail(self, method: str, *errors: ChatError) -> None:
        """The next calls of `method` fail so; one with `lost` has its effect all the same."""
        self.failures.setdefault(method, deque()).extend(errors)

    def everything(self) -> list[Message]:
        """Every message that anybody saw, as it stands."""
        return [*(each.message for each in self.posts), *(each.message for each in self.private)]

    def deactivate(self, user: str) -> None:
        """Somebody leaves the company."""
        self.people[user] = replace(self.people[user], standing=Standing.DEACTIVATED)

    def share(self, channel: str) -> None:
        """Another workspace joins a channel."""
        self.channels[channel] = replace(self.channels[channel], shared=True)

    async def _called(self, method: str) -> ChatError | None:
        self.calls.append(method)
        if method in self.hanging:
            await asyncio.Event().wait()
        if method in self.down or "slack" in self.down:
            raise ChatError("unreachable")
        waiting = self.failures.get(method)
        error = waiting.popleft() if waiting else None
        if error is not None and not error.lost:
            raise error
        return error

    async def post(self, channel: str, message: Message, *, thread: str = "", key: str = "") -> str:
        lost = await self._called("post")
        known = self.channels.get(channel)
        if known is not None and not known.member and not known.direct:
            raise ChatError("not_in_channel")
        now = self.clock.now() if self.clock else 0
        ts = f"{1_795_511_040 + next(self._numbers)}.000100"
        self.posts.append(Posted(channel=channel, ts=ts, message=message, thread=thread, key=key, at=now))
        if "post's answer" in self.hanging:
            await asyncio.Event().wait()
        if lost:
            raise lost
        return ts

    async def update(self, channel: str, ts: str, message: Message) -> None:
        lost = await self._called("update")
        post = next((each for each in self.posts if (each.channel, each.ts) == (channel, ts)), None)
        if post is None:
            raise ChatError("message_not_found")
        post.message, post.edits = message, post.edits + 1
        if lost:
            raise lost

    async def ephemeral(self, channel: str, user: str, message: Message, *, thread: str = "") -> None:
        await self._called("ephemeral")
        self.private.append(Private(user=user, message=message, channel=channel))

    async def respond(self, response_url: str, message: Message, *, replace: bool) -> None:
        await self._called("respond")
        user, channel = self.urls[response_url]
        self.private.append(Private(user=user, message=message, channel=channel, replaced=replace))

    async def find(self, channel: str, key: str, *, since: Millis, thread: str = "") -> str | None:
        await self._called("find")
        return next((each.ts for each in self.posts if (each.channel, each.key) == (channel, key)), None)

    async def permalink(self, channel: str, ts: str) -> str:
        await self._called("permalink")
        return f"https://acme.slack.com/archives/{channel}/p{ts.replace('.', '')}"

    async def open_view(self, trigger: str, view: View) -> str:
        await self._called("open_view")
        self.views.append(view)
        return f"V{len(self.views)}"

    async def update_view(self, view_id: str, view: View) -> None:
        await self._called("update_view")
        self.views[int(view_id[1:]) - 1] = view

    async def publish_home(self, user: str, view: View) -> None:
        await self._called("publish_home")
        self.homes[user] = view

    async def open_direct(self, user: str) -> str:
        await self._called("open_direct")
        channel = f"D{user[1:]}"
        self.channels.setdefault(
            channel, Channel(id=channel, name="", shared=False, archived=False, member=True, direct=True)
        )
        return channel

    async def person(self, user: str) -> Person:
        await self._called("person")
        if user not in self.people:
            raise ChatError("user_not_found")
        return self.people[user]

    async def group_members(self, group: str) -> frozenset[str]:
        await self._called("group_members")
        if group not in self.groups:
            raise ChatError("group_not_found")
        return self.groups[group]

    async def channel(self, channel: str) -> Channel:
        await self._called("channel")
        for known in self.channels.values():
            if channel in {known.id, known.name}:
                return known
        raise ChatError("channel_not_found")


def acme() -> FakeChat:
    """A small company: ada, grace and linus deploy; margaret may only look; gus is a guest."""
    chat = FakeChat()
    for user, name, standing in (
        ("U02ADA", "Ada", Standing.MEMBER),
        ("U02GRACE", "Grace", Standing.MEMBER),
        ("U02LINUS", "Linus", Standing.MEMBER),
        ("U02MARGARET", "Margaret", Standing.MEMBER),
        ("U02GUS", "Gus", Standing.GUEST),
        ("U02DORA", "Dora", Standing.DEACTIVATED),
        ("U02BOT", "deploybot", Standing.BOT),
    ):
        chat.people[user] = Person(identity=Identity(team=TEAM, user=user), name=name, standing=standing)
    chat.groups["engineering"] = frozenset({"U02ADA", "U02GRACE", "U02LINUS"})
    for at, name in enumerate(("general", "team-web", "team-api", "partner"), 1):
        channel = Channel(id=f"C0{at}", name=name, shared=name == "partner", archived=False, member=name != "general")
        chat.channels[channel.id] = channel
    return chat


def without_member(chat: FakeChat, channel: str) -> None:
    """The bot was removed from a channel."""
    chat.channels[channel] = replace(chat.channels[channel], member=False)
