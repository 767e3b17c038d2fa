"""Socket Mode: two connections that are replaced, each with a ticket of its own, before anybody notices."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress

import aiohttp
import structlog

from bot.domain.terms import MINUTE, SECOND, Millis
from bot.errors import ChatError
from bot.ports import Clock, Random
from bot.slack.client import proxy_for
from bot.slack.explain import fatal
from bot.slack.failures import NotUsable, classify
from bot.slack.sockets import HELLO, Connection, Dispatch
from bot.slack.tasks import Tasks

log = structlog.get_logger(__name__)

CONNECTIONS = 2
AT_ONCE = 500  # envelopes being answered, all connections together
FIRST_WAIT: Millis = SECOND
LONGEST_WAIT: Millis = 30 * SECOND
HOPELESS_WAIT: Millis = MINUTE
CROWDED_WAIT: Millis = 15 * SECOND
SHORT_LIFE: Millis = 5 * SECOND
_PATIENCE = 2.5  # seconds that envelopes get to be answered before their connection closes
_CROWDED = frozenset({"too_many_websockets"})

Ticket = Callable[[], Awaitable[str]]
"""Asks `apps.connections.open` for a url that may be used once."""


class SocketMode:
    """Keeps the connections up until `stop`; `problem` says what is wrong while nothing helps."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        ticket: Ticket,
        dispatch: Dispatch,
        clock: Clock,
        random: Random,
        *,
        connections: int = CONNECTIONS,
    ) -> None:
        self._session = session
        self._ticket = ticket
        self._dispatch = dispatch
        self._clock = clock
        self._random = random
        self._wanted = connections
        self._tasks = Tasks(AT_ONCE)
        self._live: set[Connection] = set()
        self._keepers: set[asyncio.Task[None]] = set()
        self._minders: set[asyncio.Task[None]] = set()
        self._up = asyncio.Event()
        self.problem: ChatError | None = None

    @property
    def connected(self) -> int:
        """How many connections take deliveries now."""
        return sum(connection.open for connection in self._live)

    async def start(self) -> None:
        """Dial once, then keep dialling by itself; NotUsable where Slack refuses the app token for good."""
        first = await self._dial_or_note()
        if isinstance(self.problem, NotUsable):
            raise self.problem
        for slot in range(self._wanted):
            keeper = asyncio.create_task(self._keep(first if slot == 0 else None), name=f"socket {slot}")
            self._keepers.add(keeper)

    async def wait_connected(self) -> None:
        """Return as soon as one connection takes deliveries."""
        await self._up.wait()

    async def _keep(self, current: Connection | None) -> None:
        """One connection after another, for ever; a defect of ours costs a wait, not the place."""
        failures = 0
        while True:
            try:
                current = await self._successor(current)
            except Exception:
                log.exception("keeping a socket broke")
                current = None
            failures = 0 if current else failures + 1
            if current is None:
                await self._clock.sleep(self._wait(failures))

    async def _successor(self, current: Connection | None) -> Connection | None:
        """The next connection, opened before `current` is closed; None where we should wait before dialling (again)."""
        if current is None:
            return await self._dial_or_note()
        await current.leaving.wait()
        log.info("socket leaves", reason=current.reason)
        if current.reason in _CROWDED:
            self.problem = ChatError(current.reason, retry_after=CROWDED_WAIT)
        short_lived = current.reason == "closed" and self._clock.now() - current.opened_at < SHORT_LIFE
        rests = current.reason in _CROWDED or short_lived
        successor = None if rests else await self._dial_or_note()
        await self._retire(current)
        return successor

    def _wait(self, failures: int) -> Millis:
        """Doubling from a second to half a minute, of which a quarter to all by chance: bots must not dial in step."""
        if isinstance(self.problem, NotUsable):
            return HOPELESS_WAIT
        asked = self.problem.retry_after if self.problem else 0
        longest = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(failures - 1, 6))
        return asked + int(longest * (0.25 + 0.75 * self._random.fraction()))

    async def _dial_or_note(self) -> Connection | None:
        try:
            connection = await self._dial()
        except ChatError as error:
            self.problem = fatal(error, "slack.app_token") or error
            log.warning("no socket", code=error.code, connected=self.connected)
            return None
        self.problem = None
        self._up.set()
        return connection

    async def _dial(self) -> Connection:
        """A greeted connection on a fresh ticket: one whose handshake failed is spent, and is never tried again."""
        url = await self._ticket()
        try:
            ws = await self._handshake(url)
        except (aiohttp.ClientError, aiohttp.InvalidURL, OSError, ValueError) as error:
            raise classify(error, writes=False) from None  # their texts hold the url, and the url holds the ticket
        connection = Connection(ws, self._clock, self._tasks, self._dispatch)
        self._live.add(connection)
        self._mind(connection.read())
        self._mind(connection.watch())
        if not await self._greeted(connection):
            await self._retire(connection)
            raise ChatError("no_hello")
        return connection

    async def _handshake(self, url: str) -> aiohttp.ClientWebSocketResponse:
        async with asyncio.timeout(HELLO):
            return await self._session.ws_connect(
                url, autoping=False, proxy=proxy_for(url), timeout=aiohttp.ClientWSTimeout(ws_close=1.0)
            )

    async def _greeted(self, connection: Connection) -> bool:
        greeted = asyncio.ensure_future(connection.greeted.wait())
        leaving = asyncio.ensure_future(connection.leaving.wait())
        try:
            await asyncio.wait({greeted, leaving}, timeout=HELLO, return_when=asyncio.FIRST_COMPLETED)
        finally:
            greeted.cancel()
            leaving.cancel()
        return connection.open

    def _mind(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._minders.add(task)
        task.add_done_callback(self._minders.discard)

    async def _retire(self, connection: Connection) -> None:
        await connection.close(_PATIENCE)
        self._live.discard(connection)
        if not self.connected:
            self._up.clear()

    async def stop(self) -> None:
        """Take nothing new, answer what is being answered, close."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        for connection in tuple(self._live):
            connection.stop_taking()
        await self._tasks.drain(_PATIENCE)
        await asyncio.gather(*(self._retire(connection) for connection in tuple(self._live)))
        for task in tuple(self._minders):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*self._minders, return_exceptions=True)
