"""People at their keyboards: typing, commands, clicks, modals, shortcuts, Home, reactions, with Slack's own words when it fails."""

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from bot.playground import events, payloads, posting
from bot.playground.channels import Channel, ChannelKind
from bot.playground.deliveries import Kind, Outcome
from bot.playground.errors import Json, PersonError, SlackError
from bot.playground.formatting import plain, rich_text, typed
from bot.playground.installation import RESERVED, SlashCommand
from bot.playground.local import LocalSlack
from bot.playground.messages import Message
from bot.playground.posting import Draft
from bot.playground.responding import respond
from bot.playground.users import User, UserKind

Later = Coroutine[Any, Any, Any]


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What came of typing: the message's `ts`, or the `notice` Slack showed about a command."""

    ts: str = ""
    notice: str = ""


@dataclass(kw_only=True)
class People:
    """What people do in one playground. Methods raise PersonError for what a client refuses."""

    slack: LocalSlack

    def acting(self, who: str) -> User:
        """Return a user who can act; PersonError for bots and deactivated people."""
        user = self.slack.workspace.user(who)
        if not user.is_human:
            raise PersonError("cannot_act", f"{user.real_name} cannot sign in to this workspace.")
        return user

    def open_channel(self, user: User, name: str) -> Channel:
        """Return a channel the person can read."""
        channel = self.slack.workspace.channel(name, user)
        if not self.slack.workspace.may_see(user, channel):
            raise PersonError("channel_not_found", "You can't see that channel.")
        return channel

    def _writable(self, user: User, name: str) -> Channel:
        channel = self.open_channel(user, name)
        if channel.is_archived:
            raise PersonError("is_archived", f"You are viewing #{channel.name}, an archived channel.")
        if user.id not in channel.members:
            raise PersonError("not_in_channel", f"You are viewing #{channel.name}. Join the channel to write in it.")
        return channel

    def type(self, who: str, where: str, text: str, thread: str = "") -> tuple[Typed, Later | None]:
        """Send what was typed; return what is known at once and, for a command, the work of delivering it."""
        user = self.acting(who)
        channel = self._writable(user, where)
        text = text.strip()
        if not text:
            raise PersonError("no_text", "There is nothing to send.")
        if text.startswith("/") and not text.startswith("//"):
            return Typed(), self._command(user, channel, text, thread)
        return Typed(ts=self.say(user, channel, text, thread).ts), None

    def say(self, user: User, channel: Channel, text: str, thread: str = "") -> Message:
        """Post a person's message; mentions and links become Slack's notation."""
        if thread and (thread not in channel.messages or channel.messages[thread].is_reply):
            raise PersonError("thread_not_found", "That message is gone.")
        written = typed(text, lambda sigil, name: self._named(channel, sigil, name, commands=False))
        said = Draft(
            text=written,
            blocks=[rich_text(written, self.slack.chance.letters(5))],
            thread_ts=thread,
            client_msg_id=self.slack.chance.uuid(),
        )
        message = posting.post(self.slack, channel, user, said)
        self._miss_the_app(user, channel, written)
        return message

    def _miss_the_app(self, user: User, channel: Channel, written: str) -> None:
        """Say what Slack says when somebody calls an app that is not there to hear it."""
        bot = self.slack.app.bot_user
        if f"<@{bot}>" in written and bot not in channel.members:
            text = f"You mentioned @{self.slack.bot.name}, but they’re not in this channel."
            posting.notice(self.slack, user.id, channel.id, text, "info")

    def _named(self, channel: Channel, sigil: str, name: str, *, commands: bool) -> str | None:
        workspace = self.slack.workspace
        if sigil == "#":
            found = workspace.channel_named(name)
            return _channel_link(found, commands=commands) if found and not found.is_direct else None
        if name in {"here", "channel", "everyone"}:
            return f"<!{name}>"
        group = workspace.group(name)
        if group is not None:
            return f"<!subteam^{group.id}|@{group.handle}>" if commands else f"<!subteam^{group.id}>"
        user = next((user for user in workspace.users.values() if user.name == name.lower()), None)
        if user is None or (user.kind is UserKind.EXTERNAL and user.id not in channel.members):
            return None
        return f"<@{user.id}>"

    def _command(self, user: User, channel: Channel, text: str, thread: str) -> Later:
        word, _, rest = text.partition(" ")
        word = word.lower()
        if thread:
            raise PersonError("command_in_thread", f"{word} is not supported in threads. Sorry!")
        found = self.slack.app.command(word)
        if found is None or user.team_id != self.slack.team_id:
            raise PersonError("unknown_command", _unknown(word))
        return self.send_command(user, channel, found, rest.strip())

    async def send_command(self, user: User, channel: Channel, found: SlashCommand, rest: str) -> str:
        """Deliver a command and show its answer; return Slack's notice when it failed, else nothing."""
        said = self._argument(channel, found, rest)
        payload = payloads.command(self.slack, user, channel, found.command, said)
        outcome = await self.slack.dispatch.request(Kind.COMMAND, found.command, payload)
        error = outcome.error or self._answer(payload, outcome)
        text = f'{found.command} failed with the error "{error}"' if error else ""
        if text:
            posting.notice(self.slack, user.id, channel.id, text)
        return text

    def _argument(self, channel: Channel, found: SlashCommand, rest: str) -> str:
        """Return a command's text: escaped with ids when the app asked for it, else as it reads on the screen."""
        if found.escape:
            return typed(rest, lambda sigil, name: self._named(channel, sigil, name, commands=True))
        users = self.slack.workspace.users
        return plain(rest, lambda id_: users[id_].name if id_ in users else None)

    def _answer(self, payload: Json, outcome: Outcome) -> str | None:
        if not outcome.body:
            return None
        path = payload["response_url"].removeprefix(self.slack.base_url)
        try:
            respond(self.slack, self.slack.response_urls.find(path), outcome.body)
        except SlackError as error:
            return None if error.code == "no_text" else error.code
        return None

    def join(self, who: str, where: str, whom: str = "") -> Channel:
        """Join a channel, or bring somebody (perhaps the app) into it."""
        user = self.acting(who)
        channel = self.open_channel(user, where)
        if channel.is_archived:
            raise PersonError("is_archived", f"#{channel.name} is archived.")
        guest = self.slack.workspace.user(whom) if whom else user
        if guest is not user and user.id not in channel.members:
            raise PersonError("not_in_channel", f"Join #{channel.name} before you add others to it.")
        if guest is user and channel.kind is not ChannelKind.PUBLIC:
            raise PersonError("channel_not_found", "Somebody in that channel has to add you.")
        posting.join(self.slack, channel, guest, "" if guest is user else user.id)
        return channel

    def react(self, who: str, where: str, ts: str, name: str, *, remove: bool = False) -> None:
        """Add or take back a reaction."""
        user = self.acting(who)
        channel = self._writable(user, where)
        message = channel.messages.get(ts)
        if message is None:
            raise PersonError("message_not_found", "That message is gone.")
        present = user.id in message.reactions.get(name, [])
        if remove and present:
            posting.unreact(self.slack, channel, message, user.id, name)
        elif not remove and not present:
            posting.react(self.slack, channel, message, user.id, name)

    def read(self, who: str, where: str) -> None:
        """Mark a channel as read."""
        user = self.acting(who)
        channel = self.open_channel(user, where)
        channel.unread.pop(user.id, None)
        channel.rings.pop(user.id, None)
        self.slack.changes.tell([user.id], {"type": "channel", "channel": self.slack.channel_page(channel, user.id)})

    def open_dm(self, who: str, with_whom: str) -> Channel:
        """Open a direct message; with the app it is also its Messages tab."""
        user = self.acting(who)
        other = self.slack.workspace.user(with_whom)
        known = self.slack.workspace.find_direct(user.id, other.id) is not None
        channel = self.slack.workspace.direct(user.id, other.id)
        if not known:
            shown = {"type": "channel", "channel": self.slack.channel_page(channel, user.id)}
            self.slack.changes.tell([user.id], shown)
        if other.id == self.slack.app.bot_user:
            events.home_opened(self.slack, user, channel, "messages")
        return channel

    def open_home(self, who: str) -> None:
        """Open the app's Home tab."""
        user = self.acting(who)
        if not self.slack.app.home:
            raise PersonError("not_enabled", f"{self.slack.app.name} has no Home tab.")
        channel = self.slack.workspace.direct(user.id, self.slack.app.bot_user)
        events.home_opened(self.slack, user, channel, "home")


def _channel_link(channel: Channel, *, commands: bool) -> str:
    if not commands:
        return f"<#{channel.id}>"
    return f"<#{channel.id}|{'' if channel.kind is ChannelKind.PRIVATE else channel.name}>"


def _unknown(word: str) -> str:
    if word in RESERVED:
        return f"{word} belongs to Slack itself and does nothing in the playground."
    return (
        f'{word} is not a valid command. In Slack, all messages that start with the "/" character are interpreted as '
        'commands. If you are trying to send a message and not run a command, try preceding the "/" with an empty space.'
    )
