"""The state of the local Slack: teams, people, channels, ephemerals and files, found by id or by name."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.playground.channels import Channel, ChannelKind
from bot.playground.errors import PlaygroundError
from bot.playground.files import StoredFile
from bot.playground.messages import Message
from bot.playground.users import Team, User, UserGroup, UserKind


@dataclass(kw_only=True)
class Workspace:
    """Everything the workspace remembers. Mutable, and changed only through `posting`, `people` and the methods."""

    team: Team
    partner: Team
    users: dict[str, User]
    groups: dict[str, UserGroup]
    channels: dict[str, Channel]
    files: dict[str, StoredFile] = field(default_factory=dict)
    ephemerals: dict[str, dict[str, Message]] = field(default_factory=dict)
    _last_ts: tuple[int, int] = (0, 0)

    def next_ts(self, now: float) -> str:
        """Return a message timestamp that is unique and later than every one before."""
        stamp = (int(now), int(now % 1 * 1_000_000))
        if stamp <= self._last_ts:
            seconds, micros = self._last_ts
            stamp = (seconds + (micros + 1) // 1_000_000, (micros + 1) % 1_000_000)
        self._last_ts = stamp
        return f"{stamp[0]}.{stamp[1]:06d}"

    def user(self, who: str) -> User:
        """Return the user with this id or name; PlaygroundError names the known ones."""
        name = who.removeprefix("@")
        for user in self.users.values():
            if name in {user.id, user.name}:
                return user
        known = ", ".join(user.name for user in self.users.values())
        raise PlaygroundError(f"there is no user {who!r} in the playground; there are {known}")

    def group(self, which: str) -> UserGroup | None:
        """Return the user group with this id or handle."""
        handle = which.removeprefix("@")
        return next((group for group in self.groups.values() if handle in {group.id, group.handle}), None)

    def channel_named(self, name: str) -> Channel | None:
        """Return the channel with this id or name (`#` allowed)."""
        if name in self.channels:
            return self.channels[name]
        bare = name.removeprefix("#")
        return next((c for c in self.channels.values() if c.name == bare and not c.is_direct), None)

    def channel(self, name: str, viewer: User | None = None) -> Channel:
        """Return a channel by id, name, or `@somebody` (the viewer's direct message); PlaygroundError otherwise."""
        if name.startswith("@") and viewer:
            return self.direct(viewer.id, self.user(name).id)
        found = self.channel_named(name)
        if found is None:
            known = ", ".join(f"#{c.name}" for c in self.channels.values() if not c.is_direct)
            raise PlaygroundError(f"there is no channel {name!r} in the playground; there are {known}")
        return found

    def find_direct(self, one: str, other: str) -> Channel | None:
        """Return the direct message between two users when it exists."""
        pair = {one, other}
        return next((c for c in self.channels.values() if c.kind is ChannelKind.IM and set(c.members) == pair), None)

    def direct(self, one: str, other: str) -> Channel:
        """Return the direct message between two users, made when it does not exist."""
        found = self.find_direct(one, other)
        if found is None:
            members = [one] if one == other else [one, other]
            number = sum(c.is_direct for c in self.channels.values()) + 1
            found = Channel(id=f"D02{number:06d}", name="", kind=ChannelKind.IM, members=members, creator=one)
            self.channels[found.id] = found
        return found

    def group_direct(self, members: Iterable[str]) -> Channel:
        """Return the group direct message of these users, made when it does not exist."""
        people = list(dict.fromkeys(members))
        for channel in self.channels.values():
            if channel.kind is ChannelKind.MPIM and set(channel.members) == set(people):
                return channel
        number = sum(c.is_direct for c in self.channels.values()) + 1
        name = "mpdm-" + "--".join(self.users[member].name for member in people) + "-1"
        made = Channel(id=f"G02{number:06d}", name=name, kind=ChannelKind.MPIM, members=people, creator=people[0])
        self.channels[made.id] = made
        return made

    def may_see(self, user: User, channel: Channel) -> bool:
        """Tell whether `user` can read `channel`: members always, others of the team only public channels."""
        if user.id in channel.members:
            return True
        insider = user.kind not in {UserKind.GUEST, UserKind.EXTERNAL}
        return insider and channel.kind is ChannelKind.PUBLIC

    def audience(self, channel: Channel) -> list[str]:
        """Return the ids of everyone whose page shows `channel`."""
        return [user.id for user in self.users.values() if self.may_see(user, channel)]

    def is_stranger(self, user: User, app_user: str) -> bool:
        """Tell whether a person of another team shares no channel with the app."""
        shared = (c for c in self.channels.values() if app_user in c.members)
        return user.team_id != self.team.id and not any(user.id in c.members for c in shared)
