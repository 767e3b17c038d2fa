"""A Web API call and the registry of methods: each method declares its scopes, tier and required arguments."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from bot.playground.channels import FAMILY, Channel, ChannelKind
from bot.playground.errors import Json, SlackError
from bot.playground.limits import Tier
from bot.playground.local import LocalSlack
from bot.playground.users import User
from bot.playground.wire import nested

TRUE = {"1", "true", "yes"}
MOST_PER_PAGE = 1000


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call, authenticated: `args` as sent, with typed access below."""

    method: str
    slack: LocalSlack
    args: Json

    def text(self, name: str, default: str = "") -> str:
        """Return a string argument; numbers come as their digits."""
        value = self.args.get(name)
        return default if value is None else (value if isinstance(value, str) else str(value))

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a boolean argument."""
        value = self.args.get(name)
        return default if value is None else (value if isinstance(value, bool) else str(value).lower() in TRUE)

    def whole(self, name: str, default: int) -> int:
        """Return a whole-number argument, the default when absent or unreadable."""
        try:
            return int(self.args.get(name) or default)
        except (TypeError, ValueError):
            return default

    def has(self, name: str) -> bool:
        """Tell whether an argument was given (an empty string counts as absent, an empty list does not)."""
        return self.args.get(name) not in (None, "")

    def nested(self, name: str, error: str) -> Any:
        """Return a JSON argument, None when absent; SlackError `error` when unreadable."""
        if not self.has(name):
            return None
        try:
            return nested(self.args[name])
        except ValueError:
            raise SlackError(error) from None

    def listed(self, name: str) -> list[str]:
        """Return a comma-separated (or JSON list) argument."""
        value = self.args.get(name)
        parts = value if isinstance(value, list) else self.text(name).split(",")
        return [str(part).strip() for part in parts if str(part).strip()]

    def need(self, scope: str) -> None:
        """Refuse with `missing_scope` unless the token has `scope`."""
        if self.slack.strict and not self.slack.app.has(scope):
            raise SlackError("missing_scope", needed=scope, provided=",".join(self.slack.app.scopes))

    def channel(self, name: str = "channel", error: str = "channel_not_found") -> Channel:
        """Return the channel an id names, as far as the app may know of it; SlackError otherwise."""
        found = self.slack.workspace.channels.get(self.text(name))
        if found is None or not self.sees(found):
            raise SlackError(error)
        return found

    def sees(self, channel: Channel) -> bool:
        """Tell whether the app may know of a channel: public ones, and those it is in."""
        return channel.kind is ChannelKind.PUBLIC or self.slack.app.bot_user in channel.members

    def inside(self, channel: Channel) -> bool:
        """Tell whether the app is a member."""
        return self.slack.app.bot_user in channel.members

    def need_for(self, channel: Channel, right: str) -> None:
        """Refuse with `missing_scope` unless the token has `right` (`read`, `history`) for this kind of channel."""
        self.need(f"{FAMILY[channel.kind]}:{right}")

    def user(self, name: str = "user", error: str = "user_not_found") -> User:
        """Return the user an id names; SlackError otherwise."""
        found = self.slack.workspace.users.get(self.text(name))
        if found is None:
            raise SlackError(error)
        return found

    def page(self, items: list[Any], *, default: int = 100, most: int = MOST_PER_PAGE) -> tuple[list[Any], str]:
        """Return the items after `cursor`, at most `limit`, and the next cursor; SlackError `invalid_cursor`."""
        start = self._offset()
        size = max(1, min(self.whole("limit", default), most))
        rest = items[start : start + size]
        more = start + size < len(items)
        return rest, (f"playground:{start + size}" if more else "")

    def _offset(self) -> int:
        cursor = self.text("cursor")
        if not cursor:
            return 0
        prefix, _, number = cursor.partition(":")
        if prefix != "playground" or not number.isdecimal():
            raise SlackError("invalid_cursor")
        return int(number)


Answer = Callable[[Call], Awaitable[Json]]


@dataclass(frozen=True, kw_only=True)
class Method:
    """One method of the Web API. `required` maps an argument to the error Slack answers without it."""

    name: str
    answer: Answer
    tier: Tier
    scopes: tuple[str, ...] = ()
    bearer: str = "bot"
    required: dict[str, str] = field(default_factory=dict)


METHODS: dict[str, Method] = {}


def method(
    name: str,
    tier: Tier,
    *scopes: str,
    bearer: str = "bot",
    required: dict[str, str] | None = None,
) -> Callable[[Answer], Answer]:
    """Register a coroutine as the method `name`; `bearer` is the kind of token: `bot`, `app`, `any` or `none`."""

    def register(answer: Answer) -> Answer:
        made = Method(name=name, answer=answer, tier=tier, scopes=scopes, bearer=bearer, required=required or {})
        METHODS[name] = made
        return answer

    return register
