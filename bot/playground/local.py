"""The local Slack itself: every part of it in one place, for the methods, the people and the page to work on."""

import asyncio
from dataclasses import dataclass, field

from bot.playground.acme import APP_BOT, APP_ID, APP_USER
from bot.playground.chance import Chance
from bot.playground.changes import Changes
from bot.playground.channels import Channel
from bot.playground.clock import Clock
from bot.playground.dispatch import Dispatch
from bot.playground.errors import Json
from bot.playground.faults import Faults
from bot.playground.installation import Installation, Tokens
from bot.playground.journal import Journal
from bot.playground.limits import Limits
from bot.playground.modals import Desk
from bot.playground.rights import ResponseUrls, Triggers
from bot.playground.sockets import Sockets
from bot.playground.tasks import Tasks
from bot.playground.users import User
from bot.playground.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class Ring:
    """One moment at which a person's Slack made a sound, and why."""

    person: str
    channel: str
    ts: str
    thread_ts: str
    user: str
    text: str
    why: str


@dataclass(kw_only=True)
class LocalSlack:
    """State and machinery of one playground."""

    workspace: Workspace
    clock: Clock
    chance: Chance
    changes: Changes
    journal: Journal
    faults: Faults
    limits: Limits
    tasks: Tasks
    sockets: Sockets
    dispatch: Dispatch
    triggers: Triggers
    response_urls: ResponseUrls
    desk: Desk
    tokens: Tokens
    app: Installation
    strict: bool = True
    base_url: str = ""
    revoked: bool = False
    rung: list[Ring] = field(default_factory=list)
    scheduled: dict[str, Json] = field(default_factory=dict)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def team_id(self) -> str:
        """Return the id of the team the app is installed in."""
        return self.workspace.team.id

    @property
    def bot(self) -> User:
        """Return the app's own bot user."""
        return self.workspace.users[self.app.bot_user]

    def now_ts(self) -> str:
        """Return a fresh, unique message timestamp."""
        return self.workspace.next_ts(self.clock.now())

    def channel_page(self, channel: Channel, viewer: str) -> Json:
        """Return a channel as the page shows it to `viewer`."""
        return channel.as_page(viewer, self.app.bot_user)

    def tell_connected(self) -> None:
        """Tell every page how many connections the app holds."""
        connections = self.dispatch.transport.connections
        self.changes.tell_all({"type": "app", "connected": connections > 0, "connections": connections})


def build(*, workspace: Workspace, clock: Clock, strict: bool, limits: bool, seed: int) -> LocalSlack:
    """Return a local Slack with everything wired together and Quarterdeck's placeholder app installed."""
    chance, changes, tasks = Chance(seed), Changes(), Tasks()
    journal = Journal(clock, changes.touch)
    faults = Faults(journal)
    team = workspace.team.id
    told: list[LocalSlack] = []
    sockets = Sockets(
        clock=clock,
        chance=chance,
        journal=journal,
        faults=faults,
        tasks=tasks,
        app_id=APP_ID,
        changed=lambda: told[0].tell_connected(),  # noqa: PLW0108 - the local Slack is made a few lines below
    )
    slack = LocalSlack(
        workspace=workspace,
        clock=clock,
        chance=chance,
        changes=changes,
        journal=journal,
        faults=faults,
        limits=Limits(clock, enabled=limits),
        tasks=tasks,
        sockets=sockets,
        dispatch=Dispatch(clock=clock, faults=faults, tasks=tasks, sockets=sockets),
        triggers=Triggers(clock=clock, chance=chance),
        response_urls=ResponseUrls(clock=clock, chance=chance, team_id=team),
        desk=Desk(clock=clock, chance=chance, team_id=team, app_id=APP_ID, bot_id=APP_BOT, strict=strict),
        tokens=_tokens(chance),
        app=Installation(app_id=APP_ID, bot_user=APP_USER, bot_id=APP_BOT),
        strict=strict,
    )
    told.append(slack)
    return slack


def _tokens(chance: Chance) -> Tokens:
    return Tokens(
        bot="-".join(("xoxb", chance.digits(12), chance.digits(13), chance.letters(24))),
        app="-".join(("xapp", "1", APP_ID, chance.digits(13), chance.hexadecimal(64))),
        signing_secret=chance.hexadecimal(32),
        verification=chance.letters(24),
    )
