"""What an administrator does to the workspace, with the events the app hears of it: people, groups, channels, the app itself."""

from dataclasses import dataclass, replace

from bot.playground import events
from bot.playground.channels import Channel
from bot.playground.errors import PersonError
from bot.playground.local import LocalSlack
from bot.playground.users import User, UserGroup, UserKind


@dataclass(kw_only=True)
class Administration:
    """The administrator's hands. People, groups and channels are named by id or by name."""

    slack: LocalSlack

    def change_kind(self, who: str, kind: UserKind | str) -> User:
        """Make somebody a guest, an admin, deactivated, …; the app hears `user_change`."""
        user = replace(self.slack.workspace.user(who), kind=UserKind(kind))
        self.slack.workspace.users[user.id] = user
        self.slack.changes.tell_all({"type": "user", "user": user.as_page()})
        events.user_changed(self.slack, user)
        return user

    def change_group(self, handle: str, members: list[str]) -> UserGroup:
        """Set a user group's members; the app hears `subteam_members_changed`."""
        group = self.slack.workspace.group(handle)
        if group is None:
            raise PersonError("no_such_subteam", f"There is no group {handle}.")
        users = tuple(self.slack.workspace.user(member).id for member in members)
        changed = replace(group, users=users)
        self.slack.workspace.groups[group.id] = changed
        events.group_changed(self.slack, changed, group.users)
        return changed

    def rename(self, channel: str, name: str) -> None:
        """Rename a channel; the app hears `channel_rename`."""
        place = self.slack.workspace.channel(channel)
        place.name = name
        self._changed("channel_rename", place)

    def archive(self, channel: str) -> None:
        """Archive a channel; the app hears `channel_archive`."""
        place = self.slack.workspace.channel(channel)
        place.is_archived = True
        self._changed("channel_archive", place)

    def share(self, channel: str) -> None:
        """Share a channel with the partner's team; the app hears `channel_shared`."""
        place = self.slack.workspace.channel(channel)
        place.is_ext_shared, place.connected_teams = True, [self.slack.workspace.partner.id]
        self._changed("channel_shared", place)

    def unshare(self, channel: str) -> None:
        """End a channel's sharing: the partner's people leave, the app hears `channel_unshared`."""
        place = self.slack.workspace.channel(channel)
        place.is_ext_shared, place.connected_teams = False, []
        partner = self.slack.workspace.partner.id
        place.members = [member for member in place.members if self.slack.workspace.users[member].team_id != partner]
        self._changed("channel_unshared", place)

    def remove(self, who: str, channel: str) -> None:
        """Take somebody (perhaps the app) out of a channel."""
        place = self.slack.workspace.channel(channel)
        place.members.remove(self.slack.workspace.user(who).id)
        self._show(place)

    def uninstall(self) -> None:
        """Uninstall the app: it hears `tokens_revoked` and `app_uninstalled`, then its tokens are dead."""
        bot = self.slack.app.bot_user
        events.emit(self.slack, "tokens_revoked", {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [bot]}})
        events.emit(self.slack, "app_uninstalled", {"type": "app_uninstalled"})
        self.slack.revoked = True

    def _changed(self, kind: str, channel: Channel) -> None:
        self._show(channel)
        events.channel_changed(self.slack, kind, channel)

    def _show(self, channel: Channel) -> None:
        for person in self.slack.workspace.audience(channel):
            shown = self.slack.channel_page(channel, person)
            self.slack.changes.tell([person], {"type": "channel", "channel": shown})
