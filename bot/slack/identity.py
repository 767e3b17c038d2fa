"""Who we are in Slack, as `auth.test` tells it."""

from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.terms import Millis
from bot.errors import ChatError
from bot.slack.client import Caller
from bot.slack.explain import fatal
from bot.slack.fields import mapping, word
from bot.slack.flights import Flights


@dataclass(frozen=True, kw_only=True)
class Connection:
    """The workspace and bot behind a token, and the scopes it was granted; `url` is the workspace's address."""

    team: str
    bot_user: str
    team_name: str = ""
    bot: str = ""
    enterprise: str = ""
    url: str = ""
    scopes: frozenset[str] = frozenset()
    name: str = ""  # how the bot is mentioned
    said_at: Millis = 0  # Slack's own clock in that answer; 0 where it did not say


class Us:
    """Who we are, once `introduce` has asked; empty before."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._flights: Flights[Connection] = Flights()
        self.connection: Connection | None = None

    @property
    def team(self) -> str:
        """The workspace that we are installed in, or empty."""
        return self.connection.team if self.connection else ""

    @property
    def bot_user(self) -> str:
        """Our own user id, or empty."""
        return self.connection.bot_user if self.connection else ""

    @property
    def bot(self) -> str:
        """Our own bot id (`B…`), or empty."""
        return self.connection.bot if self.connection else ""

    async def introduce(self) -> Connection:
        """Ask Slack who we are, however many ask at once; NotUsable where the token is at fault, else ChatError."""
        self.connection = await self._flights.join("auth.test", self._ask)
        return self.connection

    async def _ask(self) -> Connection:
        try:
            answer = await self._caller.ask("auth.test")
        except ChatError as error:
            raise fatal(error, "slack.bot_token") or error from None
        found = connection_of(answer)
        if not found.team or not found.bot_user:
            raise ChatError("unreadable_answer")
        return found

    async def close(self) -> None:
        """Cancel what is under way."""
        await self._flights.close()


def connection_of(answer: AsyncSlackResponse) -> Connection:
    """What auth.test says; scopes come in the header `x-oauth-scopes`."""
    body = mapping(answer.data)
    header = next((str(value) for name, value in answer.headers.items() if name.lower() == "x-oauth-scopes"), "")
    return Connection(
        team=word(body, "team_id"),
        team_name=word(body, "team"),
        bot_user=word(body, "user_id"),
        bot=word(body, "bot_id"),
        enterprise=word(body, "enterprise_id"),
        url=word(body, "url"),
        scopes=frozenset(scope.strip() for scope in header.split(",")) - {""},
        name=word(body, "user"),
        said_at=_date(answer),
    )


def _date(answer: AsyncSlackResponse) -> Millis:
    header = next((str(value) for name, value in answer.headers.items() if name.lower() == "date"), "")
    try:
        return int(parsedate_to_datetime(header).timestamp() * 1000)
    except ValueError:
        return 0
