"""Short-lived rights Slack hands to an app: trigger ids (three seconds, once) and response URLs (half an hour, five times)."""

from dataclasses import dataclass, field

from bot.playground.chance import Chance
from bot.playground.clock import Clock
from bot.playground.errors import SlackError

TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 30 * 60.0
RESPONSE_USES = 5


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """Whose click or command this was; `view_id` when it came from inside a modal."""

    user: str
    until: float
    view_id: str = ""


@dataclass(kw_only=True)
class Triggers:
    """The trigger ids in circulation."""

    clock: Clock
    chance: Chance
    _open: dict[str, Trigger] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)

    def mint(self, user: str, view_id: str = "") -> str:
        """Return a trigger id for `user`, good for three seconds and one use."""
        code = f"{self.chance.digits(13)}.{self.chance.digits(12)}.{self.chance.hexadecimal(32)}"
        self._open[code] = Trigger(user=user, until=self.clock.now() + TRIGGER_SECONDS, view_id=view_id)
        return code

    def look(self, code: str) -> Trigger:
        """Return a live trigger without using it; SlackError with Slack's code otherwise."""
        if code in self._used:
            raise SlackError("exchanged_trigger_id")
        trigger = self._open.get(code)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if self.clock.now() > trigger.until:
            raise SlackError("expired_trigger_id")
        return trigger

    def use(self, code: str) -> None:
        """Use a trigger up."""
        self._used.add(code)


@dataclass(kw_only=True)
class ResponseUrl:
    """What a response URL may do: `message_ts` and `ephemeral` say which message `replace_original` means."""

    user: str
    channel: str
    until: float
    uses: int = 0
    message_ts: str = ""
    ephemeral: bool = False
    thread_ts: str = ""
    typed: str = ""


@dataclass(kw_only=True)
class ResponseUrls:
    """The response URLs in circulation, by their path."""

    clock: Clock
    chance: Chance
    team_id: str
    _open: dict[str, ResponseUrl] = field(default_factory=dict)

    def mint(self, family: str, right: ResponseUrl) -> str:
        """Return the path (`/commands/…` or `/actions/…`) of a new response URL."""
        path = f"/{family}/{self.team_id}/{self.chance.digits(13)}/{self.chance.letters(24)}"
        self._open[path] = right
        return path

    def life(self) -> float:
        """Return the instant until which a URL minted now is good."""
        return self.clock.now() + RESPONSE_SECONDS

    def find(self, path: str) -> ResponseUrl:
        """Return a URL's right; SlackError `expired_url` or `used_url` otherwise."""
        right = self._open.get(path)
        if right is None or self.clock.now() > right.until:
            raise SlackError("expired_url")
        if right.uses >= RESPONSE_USES:
            raise SlackError("used_url")
        return right
