"""The playground's public face: embed it in a test or a command, serve it, and be the people in it."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import aiohttp

from bot.playground.acme import default_workspace
from bot.playground.administration import Administration
from bot.playground.clock import Clock, RealClock
from bot.playground.errors import Json, PersonError, PlaygroundError
from bot.playground.faults import Faults
from bot.playground.hands import Hands
from bot.playground.inputs import chosen, find_element
from bot.playground.installation import from_manifest
from bot.playground.journal import Journal
from bot.playground.limits import Limits
from bot.playground.local import LocalSlack, Ring, build
from bot.playground.messages import Message
from bot.playground.modals import View
from bot.playground.panel import Panel
from bot.playground.payloads import Spot
from bot.playground.people import People, Typed
from bot.playground.sockets import Sockets
from bot.playground.users import User
from bot.playground.webhook import Webhook
from bot.playground.workspace import Workspace

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Served:
    """Where a served playground is, and what an app needs to connect to it."""

    url: str
    api_url: str
    bot_token: str
    app_token: str
    signing_secret: str
    team_id: str
    bot_user: str

    def __repr__(self) -> str:
        return f"Served(url={self.url!r})"


class Playground:
    """A local Slack. People and channels are named by id or by name (`ada`, `#team-web`, `@quarterdeck` for a direct message)."""

    def __init__(
        self,
        *,
        workspace: Workspace | None = None,
        clock: Clock | None = None,
        strict: bool = True,
        limits: bool = True,
        panel: Panel | None = None,
        seed: int | None = None,
    ) -> None:
        """`seed` makes ids, tickets and connection order repeatable; without one they differ at every start, as Slack's do."""
        seed = secrets.randbits(64) if seed is None else seed
        workspace, clock = workspace or default_workspace(), clock or RealClock()
        self.slack: LocalSlack = build(workspace=workspace, clock=clock, strict=strict, limits=limits, seed=seed)
        self.people = People(slack=self.slack)
        self.hands = Hands(slack=self.slack, people=self.people)
        self.administration = Administration(slack=self.slack)
        self.panel = panel or Panel()
        self.session: aiohttp.ClientSession | None = None
        self.signing_clock: Clock = RealClock()
        self._request_url = ""

    # -- what a test looks at ------------------------------------------------------------------------------------------

    @property
    def workspace(self) -> Workspace:
        """Return the state: users, channels, messages."""
        return self.slack.workspace

    @property
    def faults(self) -> Faults:
        """Return where faults are ordered: `faults.order("slow", "chat.update", seconds=2)`."""
        return self.slack.faults

    @property
    def journal(self) -> Journal:
        """Return the journal of every call, envelope and ack."""
        return self.slack.journal

    @property
    def sockets(self) -> Sockets:
        """Return the Socket Mode side: `drop()`, `deafen()`, `ask_to_refresh()`, `tickets_issued`."""
        return self.slack.sockets

    @property
    def limits(self) -> Limits:
        """Return the rate limiter: its switch and its counters."""
        return self.slack.limits

    @property
    def connections(self) -> int:
        """Return how many connections the app holds."""
        return self.slack.dispatch.transport.connections

    def rings(self, who: str = "") -> list[Ring]:
        """Return every ring so far, or those of one person."""
        person = self.workspace.user(who).id if who else ""
        return [ring for ring in self.slack.rung if person in {"", ring.person}]

    def messages(self, channel: str, viewer: str = "") -> list[Message]:
        """Return what a channel shows, oldest first; with a viewer also their ephemerals, and `@name` channels."""
        user = self.workspace.user(viewer) if viewer else None
        place = self.workspace.channel(channel, user)
        whispered = self.ephemerals(viewer) if viewer else []
        own = [message for message in whispered if message.channel == place.id and not message.is_reply]
        return sorted([*place.roots(), *own], key=_order)

    def thread(self, channel: str, ts: str, viewer: str = "") -> list[Message]:
        """Return a thread, its root first; with a viewer also their ephemerals in it."""
        user = self.workspace.user(viewer) if viewer else None
        place = self.workspace.channel(channel, user)
        root = [place.messages[ts]] if ts in place.messages else []
        own = [message for message in self.ephemerals(viewer) if message.thread_ts == ts] if viewer else []
        return root + sorted([*place.replies(ts), *own], key=_order)

    def ephemerals(self, who: str) -> list[Message]:
        """Return the messages only this person sees, oldest first."""
        user = self.workspace.user(who)
        return list(self.workspace.ephemerals.get(user.id, {}).values())

    def view(self, who: str) -> Json | None:
        """Return the modal on top of a person's screen in Slack's shape, or None."""
        top = self.slack.desk.top(self.workspace.user(who).id)
        return self.slack.desk.shape(top) if top else None

    def home(self, who: str) -> Json | None:
        """Return a person's Home tab in Slack's shape, or None."""
        home = self.slack.desk.homes.get(self.workspace.user(who).id)
        return self.slack.desk.shape(home) if home else None

    async def wait_for(self, predicate: Callable[[], T], timeout: float = 5.0, what: str = "") -> T:  # noqa: ASYNC109 - convenient for tests
        """Return the first truthy value of `predicate`; TimeoutError (naming `what`) after `timeout` real seconds."""
        return await self.slack.changes.wait_for(predicate, timeout, what or repr(predicate))

    # -- what a test or a command arranges --------------------------------------------------------------------------------

    def install(self, manifest: Json) -> None:
        """Install the app a manifest describes; PlaygroundError lists what Slack would refuse."""
        self.slack.app = from_manifest(manifest, self.slack.app)
        bot = self.slack.bot
        self.workspace.users[bot.id] = replace(bot, real_name=self.slack.app.name)

    def deliver_to(self, url: str) -> None:
        """Deliver to this Request URL from now on, signed, instead of over Socket Mode."""
        self._request_url = url
        if self.session is not None:
            self._use_url(self.session)

    def deliver_to_sockets(self) -> None:
        """Go back to Socket Mode."""
        self._request_url = ""
        self.slack.dispatch.webhook = None
        self.slack.tell_connected()

    async def verify_url(self) -> None:
        """Do what Slack does when the Request URL is saved (ssl_check, url_verification); PlaygroundError when it fails."""
        if self.slack.dispatch.webhook is None:
            raise PlaygroundError("there is no Request URL: call deliver_to(url) while serving")
        await self.slack.dispatch.webhook.verify()

    def _use_url(self, session: aiohttp.ClientSession) -> None:
        self.slack.dispatch.webhook = Webhook(
            url=self._request_url,
            secret=self.slack.tokens.signing_secret,
            verification=self.slack.tokens.verification,
            clock=self.slack.clock,
            journal=self.journal,
            faults=self.faults,
            session=session,
            signing_clock=self.signing_clock,
        )
        self.slack.tell_connected()

    def panel_changed(self, panel: Panel) -> None:
        """Show another panel (or other switch states) on every page."""
        from bot.playground.reads import panel_json  # noqa: PLC0415 - the page's shapes import this face

        self.panel = panel
        self.slack.changes.tell_all({"type": "panel", "panel": panel_json(self)})

    def switch_changed(self, switch_id: str, state: str) -> None:
        """Show another state (`up`, `down`, `busy`) of one switch."""
        switches = tuple(replace(s, state=state) if s.id == switch_id else s for s in self.panel.switches)
        self.panel_changed(replace(self.panel, switches=switches))

    # -- what people do ----------------------------------------------------------------------------------------------------

    async def type(self, who: str, channel: str, text: str, thread: str | None = None) -> Typed:
        """Type a message or a slash command and wait until the app has acknowledged a command."""
        known, later = self.people.type(who, channel, text, thread or "")
        return Typed(notice=await later) if later is not None else known

    async def click(self, who: str, channel: str, ts: str, wanted: str, value: Any = None) -> str:
        """Click a button (action id or label) or choose `value` in a message; return Slack's complaint, or nothing."""
        user = self.people.acting(who)
        spot = self.hands.spot(user, channel=channel, ts=ts)
        return await self.hands.click(user, spot, wanted, self._choice(spot, wanted, value))

    async def click_view(self, who: str, wanted: str, value: Any = None, *, home: bool = False) -> str:
        """Click or choose in the top modal, or in the Home tab."""
        user = self.people.acting(who)
        spot = Spot(view=self._home(user) if home else self._top(user))
        return await self.hands.click(user, spot, wanted, self._choice(spot, wanted, value))

    def _choice(self, spot: Spot, wanted: str, value: Any) -> Json:
        if value is None:
            return {}
        _, element = find_element(self.hands.blocks(spot), wanted)
        if element["type"] == "overflow":
            return {"selected_option": value}
        return chosen(element, value, self._id)

    def _id(self, kind: str, name: str) -> str:
        return self.workspace.user(name).id if kind == "user" else self.workspace.channel(name).id

    def _top(self, user: User) -> View:
        view = self.slack.desk.top(user.id)
        if view is None:
            raise PersonError("view_not_found", f"{user.real_name} has no window open.")
        return view

    def _home(self, user: User) -> View:
        view = self.slack.desk.homes.get(user.id)
        if view is None:
            raise PersonError("view_not_found", f"{user.real_name} has no Home tab yet.")
        return view

    async def submit(self, who: str, answers: dict[str, Any] | None = None) -> Json:
        """Fill in the top modal (by block id, action id or label) and submit it.

        Return `{}` when it went through, `{"errors": {block_id: sentence}}` or `{"message": …}` when it did not.
        """
        user = self.people.acting(who)
        view = self._top(user)
        return await self.hands.submit(user, view, self.hands.fill(user, view, answers or {}))

    async def close(self, who: str) -> None:
        """Close the top modal."""
        user = self.people.acting(who)
        await self.hands.close(user, self._top(user))

    async def suggest(self, who: str, wanted: str, value: str, *, channel: str = "", ts: str = "") -> Json:
        """Type into an external select of a message, or of the top modal, and return what the app offers."""
        user = self.people.acting(who)
        spot = self.hands.spot(user, channel=channel, ts=ts) if ts else Spot(view=self._top(user))
        return await self.hands.suggest(user, spot, wanted, value)

    async def shortcut(self, who: str, callback_id: str, channel: str = "", ts: str = "") -> str:
        """Start a global shortcut, or a message shortcut on a message; return Slack's complaint, or nothing."""
        return await self.hands.shortcut(self.people.acting(who), callback_id, channel, ts)

    def open_home(self, who: str) -> None:
        """Open the app's Home tab; what the app publishes is in `home(who)` afterwards."""
        self.people.open_home(who)

    # -- serving -----------------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def serve(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Served]:
        """Serve the Web API, Socket Mode, response URLs and the page until the block ends; OSError when the port is taken."""
        from bot.playground.server import listening  # noqa: PLC0415 - the server knows this face, not the other way round

        self.slack.stopping = asyncio.Event()
        async with (
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as self.session,
            listening(self, host, port) as base_url,
        ):
            self.slack.base_url = base_url
            if self._request_url:
                self._use_url(self.session)
            yield self._served(base_url)
        self.session = None

    def _served(self, base_url: str) -> Served:
        tokens = self.slack.tokens
        return Served(
            url=f"{base_url}/",
            api_url=f"{base_url}/api/",
            bot_token=tokens.bot,
            app_token=tokens.app,
            signing_secret=tokens.signing_secret,
            team_id=self.slack.team_id,
            bot_user=self.slack.app.bot_user,
        )


def _order(message: Message) -> tuple[int, int]:
    seconds, _, micros = message.ts.partition(".")
    return int(seconds), int(micros)
