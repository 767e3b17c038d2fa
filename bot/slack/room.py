"""The Slack room as the composition root sees it: one session, one client, the Chat port, and a way in by either transport."""

from collections.abc import Mapping

import aiohttp
import structlog
from slack_bolt.response import BoltResponse

from bot.config.connection import Mode, Slack
from bot.errors import ChatError
from bot.ports import Clock, Random
from bot.slack.app import bolt_app, dispatch
from bot.slack.chat import SlackChat
from bot.slack.client import Caller, open_session, web_client
from bot.slack.explain import fatal
from bot.slack.fields import Body, mapping, text
from bot.slack.followups import Followups
from bot.slack.http import Answered, HttpDoor
from bot.slack.identity import Connection, Us
from bot.slack.router import Receive, Router
from bot.slack.socket import SocketMode

log = structlog.get_logger(__name__)
_PATIENCE = 2.5  # seconds that private answers get at the stop


class SlackRoom:
    """Made inside the running loop. Order: make it, `connect`, hand `chat` to the engine, `listen`, at the end `stop`."""

    def __init__(self, settings: Slack, clock: Clock, random: Random) -> None:
        self._settings = settings
        self._clock = clock
        self._random = random
        self._session: aiohttp.ClientSession = open_session()
        client = web_client(settings.bot_token.get_secret_value(), str(settings.base_url))
        client.session = self._session
        self._caller = Caller(client)
        self._us = Us(self._caller)
        self.chat = SlackChat(self._caller, clock, self._us)
        self._followups = Followups(self.chat)
        self._sockets: SocketMode | None = None
        self._door: HttpDoor | None = None

    async def connect(self) -> Connection:
        """Ask Slack who we are; NotUsable where the token is at fault, another ChatError where Slack cannot be reached."""
        return await self._us.introduce()

    @property
    def connection(self) -> Connection | None:
        """What `connect` found, or None."""
        return self._us.connection

    async def listen(self, receive: Receive) -> None:
        """Open the intake: Socket Mode dials (NotUsable where the app token is refused), HTTP mode waits for `dispatch`."""
        router = Router(
            receive,
            self._clock,
            self._followups,
            whoami=lambda: self._us.bot_user,
            heard=self.chat.forget,
        )
        app = bolt_app(self._caller.client, router)
        if self._settings.mode is Mode.HTTP:
            assert self._settings.signing_secret is not None
            self._door = HttpDoor(app, self._settings.signing_secret.get_secret_value(), self._clock)
            return

        async def enter(body: Body, headers: Mapping[str, str]) -> BoltResponse:
            return await dispatch(app, body, headers, mode="socket_mode")

        self._sockets = SocketMode(self._session, self.ticket, enter, self._clock, self._random)
        await self._sockets.start()

    async def dispatch(self, headers: Mapping[str, str], raw_body: bytes) -> Answered:
        """HTTP mode: Slack's request in, status, headers and body out; 503 while the intake is not open."""
        if self._door is None:
            return 503, {"content-type": "text/plain", "retry-after": "5"}, b""
        return await self._door.dispatch(headers, raw_body)

    async def ticket(self) -> str:
        """A fresh url for one Socket Mode connection; NotUsable where the app token is at fault."""
        token = self._settings.app_token
        assert token is not None, "Socket Mode has an app token"
        try:
            answer = await self._caller.ask("apps.connections.open", token=token.get_secret_value())
        except ChatError as error:
            raise fatal(error, "slack.app_token") or error from None
        url = text(mapping(answer.data).get("url"), 3000)
        plain = str(self._settings.base_url).startswith("http://")
        if not url.startswith("wss://") and not (plain and url.startswith("ws://")):
            raise ChatError("unreadable_answer")
        return url

    async def user_by_email(self, email: str) -> str:
        """The user id behind an address, or empty where nobody has it; ChatError."""
        try:
            answer = await self._caller.read("users.lookupByEmail", email=email)
        except ChatError as error:
            if error.code == "users_not_found":
                return ""
            raise
        return text(mapping(answer.get("user")).get("id"))

    @property
    def connected(self) -> int:
        """Socket Mode connections that take deliveries now; in HTTP mode 1 while the intake is open."""
        return self._sockets.connected if self._sockets else int(self._door is not None)

    @property
    def problem(self) -> ChatError | None:
        """Why Socket Mode is not connected, where it is not."""
        return self._sockets.problem if self._sockets else None

    @property
    def calls(self) -> dict[tuple[str, str], int]:
        """Web API calls so far by (method, `ok` or the error's code), for metrics."""
        return dict(self._caller.calls)

    async def wait_connected(self) -> None:
        """Return once deliveries can arrive."""
        if self._sockets:
            await self._sockets.wait_connected()

    async def close_intake(self) -> None:
        """Take nothing new; what is being answered is answered first."""
        self._door = None
        if self._sockets:
            await self._sockets.stop()

    async def stop(self) -> None:
        """Close the intake, send what is owed privately, and close the session."""
        await self.close_intake()
        await self._followups.drain(_PATIENCE)
        await self.chat.close()
        await self._us.close()
        await self._session.close()
