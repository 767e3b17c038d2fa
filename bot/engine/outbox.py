"""Make every owed message true in Slack: one post a second and channel, one budget for edits, the last state wins, nothing is lost."""

from dataclasses import replace

import structlog

from bot.domain.deliveries import Delivered, Outgoing
from bot.domain.messages import Message
from bot.domain.terms import HOUR, MINUTE, SECOND, Millis
from bot.engine import rendering
from bot.engine.runtime import Runtime
from bot.errors import ChatError
from bot.store import Tx, outbox

log = structlog.get_logger(__name__)
BATCH = 20
POST_GAP: Millis = SECOND  # Slack: one post a second and channel
EDIT_GAP: Millis = 1_200  # Slack: about fifty edits a minute, all channels together
EDIT_BURST = 10
RETRY: Millis = 5 * SECOND
LONGEST_RETRY: Millis = 5 * MINUTE
POSTING_FOR: Millis = MINUTE  # a post that was begun and not written down is looked for after that long
LOOK_BACK: Millis = 2 * HOUR
POSTING, LOST = "posting", "lost"
MAYBE_POSTED = frozenset({POSTING, LOST})
UNREACHABLE = frozenset({"not_in_channel", "channel_not_found", "is_archived", "restricted_action", "missing_channel"})


class Pace:
    """What Slack's limits still allow; only manners, never correctness: a fresh process starts with a full budget."""

    def __init__(self) -> None:
        self._next_post: dict[str, Millis] = {}
        self._edits: float = EDIT_BURST
        self._edits_at: Millis = 0

    def post_wait(self, channel: str, now: Millis) -> Millis:
        """How long a post to this channel has to wait; 0 takes the place."""
        free_at = self._next_post.get(channel, 0)
        if free_at > now:
            return free_at - now
        self._next_post[channel] = now + POST_GAP
        return 0

    def edit_wait(self, now: Millis) -> Millis:
        """How long an edit has to wait; 0 takes one from the budget."""
        self._edits = min(EDIT_BURST, self._edits + (now - self._edits_at) / EDIT_GAP)
        self._edits_at = now
        if self._edits < 1:
            return int((1 - self._edits) * EDIT_GAP) + 1
        self._edits -= 1
        return 0


class Deliverer:
    """A pass over what is owed: every channel is its own supervised task, so that one that is slow or gone delays no other."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._pace = Pace()

    async def run(self) -> None:
        """Start a pass for every channel where something is due."""
        runtime = self._runtime
        now = runtime.clock.now()
        for channel in await runtime.store.read(lambda tx: outbox.due_channels(tx, now)):
            self._start(channel)

    def _start(self, channel: str) -> None:
        async def work() -> None:
            await self._channel_pass(channel)

        self._runtime.supervisor.start(f"deliver:{channel}", work)

    async def _channel_pass(self, channel: str) -> None:
        """Work through one channel in order; every row ends sent, or with a later due time."""
        while True:
            due = await self._due(channel)
            if not due:
                return
            for owed in due:
                await self._deliver(owed)

    async def _due(self, channel: str) -> tuple[Outgoing, ...]:
        now = self._runtime.clock.now()
        return await self._runtime.store.read(lambda tx: outbox.due_in(tx, channel, now, BATCH))

    async def _deliver(self, owed: Outgoing) -> None:
        try:
            message = await rendering.render(self._runtime, owed)
            if message is None:
                await self._settle(owed)
                return
            await self._make_true(owed, self._runtime.redactor.message(message))
        except ChatError as error:
            await self._failed(owed, error)
        except Exception:
            log.exception("message could not be made", key=owed.key)
            await self._postpone(owed, LONGEST_RETRY, "could not be made")

    async def _make_true(self, owed: Outgoing, message: Message) -> None:
        known = await self._runtime.store.read(lambda tx: outbox.delivered(tx, owed.key))
        if known is None:
            await self._post(owed, message)
        elif known.material != message.material:
            await self._edit(owed, known, message)
        else:
            await self._settle(owed)

    async def _post(self, owed: Outgoing, message: Message) -> None:
        channel = await self._channel(owed.channel)
        thread = await self._thread(owed)
        wait = self._pace.post_wait(channel, self._runtime.clock.now())
        if wait:
            await self._runtime.clock.sleep(wait)
            self._pace.post_wait(channel, self._runtime.clock.now())
        ts = await self._post_once(owed, channel, thread, message)
        await self._delivered(owed, channel=channel, ts=ts, message=message)

    async def _post_once(self, owed: Outgoing, channel: str, thread: str, message: Message) -> str:
        """Post, unless an earlier try whose answer was lost is found in the channel."""
        chat = self._runtime.chat
        now = self._runtime.clock.now()
        if owed.last_error in MAYBE_POSTED:
            found = await chat.find(channel, owed.key, since=now - LOOK_BACK, thread=thread)
            if found is not None:
                await chat.update(channel, found, message)
                return found
        await self._runtime.store.write(lambda tx: outbox.postpone(tx, owed.key, now + POSTING_FOR, POSTING))
        return await chat.post(channel, message, thread=thread, key=owed.key)

    async def _edit(self, owed: Outgoing, known: Delivered, message: Message) -> None:
        wait = self._pace.edit_wait(self._runtime.clock.now())
        if wait and not owed.urgent:
            await self._runtime.clock.sleep(wait)
        await self._runtime.chat.update(known.channel, known.ts, message)
        await self._delivered(owed, channel=known.channel, ts=known.ts, message=message)

    async def _delivered(self, owed: Outgoing, *, channel: str, ts: str, message: Message) -> None:
        now = self._runtime.clock.now()
        sent = Delivered(channel=channel, ts=ts, material=message.material, sent_at=now)

        def save(tx: Tx) -> None:
            outbox.save_delivered(tx, owed.key, sent)
            outbox.mark(tx, owed.key, owed.wanted)
            outbox.hasten(tx, owed.key, now)

        await self._runtime.store.write(save)

    async def _settle(self, owed: Outgoing) -> None:
        await self._runtime.store.write(lambda tx: outbox.mark(tx, owed.key, owed.wanted))

    async def _channel(self, named: str) -> str:
        if named.startswith("user:"):
            return await self._runtime.chat.open_direct(named.removeprefix("user:"))
        return (await self._runtime.chat.channel(named)).id

    async def _thread(self, owed: Outgoing) -> str:
        """The ts of the thread's root; empty for no thread (the store holds a reply back until its root stands)."""
        if not owed.thread_key:
            return owed.thread
        root = await self._runtime.store.read(lambda tx: outbox.delivered(tx, owed.thread_key))
        return root.ts if root else ""

    async def _failed(self, owed: Outgoing, error: ChatError) -> None:
        if error.code in UNREACHABLE and not owed.channel.startswith("user:"):
            await self._reroute(owed, error)
            return
        wait = error.retry_after or min(LONGEST_RETRY, RETRY * 2 ** min(owed.attempts, 6))
        log.warning("message not delivered", key=owed.key, code=error.code, lost=error.lost, retry_in=wait)
        await self._postpone(owed, wait, LOST if error.lost else error.code)

    async def _reroute(self, owed: Outgoing, error: ChatError) -> None:
        """Slack does not let us post there: the asker gets the message, and how to invite us."""
        who = await rendering.asker_of(self._runtime, owed)
        if who is None:
            await self._postpone(owed, LONGEST_RETRY, error.code)
            return
        now = self._runtime.clock.now()
        there = replace(owed, channel=f"user:{who}", due_at=now)
        hint = Outgoing(
            key=f"{owed.key}:invite",
            kind="invite",
            subject=owed.subject,
            channel=f"user:{who}",
            body={"channel": owed.channel, "code": error.code},
            due_at=now,
        )

        def move(tx: Tx) -> None:
            outbox.mark(tx, owed.key, owed.wanted, error=error.code)
            outbox.put(tx, there)
            if not owed.thread_key:
                outbox.put(tx, hint)

        await self._runtime.store.write(move)
        self._runtime.runner.wake("outbox")

    async def _postpone(self, owed: Outgoing, wait: Millis, why: str) -> None:
        due_at = self._runtime.clock.now() + wait
        await self._runtime.store.write(lambda tx: outbox.postpone(tx, owed.key, due_at, why))
        self._runtime.runner.wake("outbox", wait)
