"""Make every owed message true in Slack: one post a second and channel, one budget for edits, the last state wins, nothing is lost."""

from dataclasses import replace

import structlog

from bot.domain.deliveries import Delivered, Outgoing
from bot.domain.messages import Message
from bot.domain.terms import HOUR, MINUTE, SECOND, Millis
from bot.engine import rendering
from bot.engine.pacing import EDIT, POST, Pace
from bot.engine.runtime import Runtime
from bot.errors import ChatError, StoreError
from bot.store import Tx, outbox

log = structlog.get_logger(__name__)
BATCH = 20
RETRY: Millis = 5 * SECOND
LONGEST_RETRY: Millis = 5 * MINUTE
POSTING_FOR: Millis = MINUTE  # a post that was begun and not written down is looked for after that long
LOOK_BACK: Millis = 2 * HOUR
POSTING, LOST = "posting", "lost"
MAYBE_POSTED = frozenset({POSTING, LOST})
UNREACHABLE = frozenset(
    {
        *("not_in_channel", "channel_not_found", "is_archived", "restricted_action", "missing_channel"),
        *("cannot_dm_bot", "user_not_found", "user_disabled", "user_not_visible", "messages_tab_disabled"),
    }
)
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})


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
                await self._drop(owed)
                return
            await self._make_true(owed, message)
        except ChatError as error:
            await self._failed(owed, error)
        except StoreError as error:
            log.warning("message waits for the database", key=owed.key, error=str(error), retry_in=RETRY)
            await self._postpone(owed, RETRY, LOST)
        except Exception:
            log.exception("message could not be made", key=owed.key)
            await self._postpone(owed, LONGEST_RETRY, LOST)  # it may stand already: what broke may be what came after

    async def _make_true(self, owed: Outgoing, message: Message) -> None:
        known = await self._runtime.store.read(lambda tx: outbox.delivered(tx, owed.key))
        if known is None:
            await self._post(owed, message)
        elif known.material != message.material:
            await self._edit(owed, known, message)
        else:
            await self._settle(owed)

    async def _post(self, owed: Outgoing, message: Message) -> None:
        if await self._paused(owed, POST):
            return
        channel, thread = await self._place(owed)
        await self._runtime.clock.sleep(self._pace.post_wait(channel, self._runtime.clock.now()))
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
        if await self._paused(owed, EDIT):
            return
        wait = self._pace.edit_wait(self._runtime.clock.now())
        if wait and not owed.urgent:  # an end goes first; what it took from the budget, the others wait for
            await self._runtime.clock.sleep(wait)
        try:
            await self._runtime.chat.update(known.channel, known.ts, message)
        except ChatError as error:
            if error.code not in GONE:
                raise
            await self._post_anew(owed)
            return
        await self._delivered(owed, channel=known.channel, ts=known.ts, message=message)

    async def _paused(self, owed: Outgoing, method: str) -> bool:
        """True where Slack asked for a pause of this method: the message waits as long, and nobody is asked meanwhile."""
        wait = self._pace.held(method, self._runtime.clock.now())
        if wait:
            await self._postpone(owed, wait, "paused")
        return wait > 0

    async def _post_anew(self, owed: Outgoing) -> None:
        """Somebody deleted it in Slack: it is still owed, so it is posted again."""
        now = self._runtime.clock.now()

        def forget(tx: Tx) -> None:
            outbox.forget_delivered(tx, owed.key)
            outbox.postpone(tx, owed.key, now, "gone")

        await self._runtime.store.write(forget)

    async def _delivered(self, owed: Outgoing, *, channel: str, ts: str, message: Message) -> None:
        now = self._runtime.clock.now()
        sent = Delivered(channel=channel, ts=ts, material=message.material, sent_at=now)

        def save(tx: Tx) -> None:
            outbox.save_delivered(tx, owed.key, sent)
            outbox.mark(tx, owed.key, owed.wanted)
            outbox.hasten(tx, owed.key, now)

        await self._runtime.store.write(save)

    async def _drop(self, owed: Outgoing) -> None:
        """There is nothing to say any more. An earlier try may stand all the same: should it be owed again, it is looked for."""
        kept = owed.last_error if owed.last_error in MAYBE_POSTED else ""
        await self._runtime.store.write(lambda tx: outbox.mark(tx, owed.key, owed.wanted, error=kept))

    async def _settle(self, owed: Outgoing) -> None:
        await self._runtime.store.write(lambda tx: outbox.mark(tx, owed.key, owed.wanted))

    async def _place(self, owed: Outgoing) -> tuple[str, str]:
        """Channel and thread: a reply goes to wherever its root stands (the store holds it back until then)."""
        root_of = owed.thread_key
        if root_of:
            root, opened = await self._runtime.store.read(
                lambda tx: (outbox.delivered(tx, root_of), outbox.get(tx, root_of))
            )
            if root is not None:
                return root.channel, (opened.thread if opened else "") or root.ts
        if owed.channel.startswith("user:"):
            return await self._runtime.chat.open_direct(owed.channel.removeprefix("user:")), owed.thread
        return (await self._runtime.chat.channel(owed.channel)).id, owed.thread

    async def _failed(self, owed: Outgoing, error: ChatError) -> None:
        if error.code in UNREACHABLE and await self._reroute(owed, error):
            return
        wait = error.retry_after or min(LONGEST_RETRY, RETRY * 2 ** min(owed.attempts, 6))
        if error.retry_after:
            self._pace.hold(EDIT if await self._stands(owed) else POST, self._runtime.clock.now() + error.retry_after)
        log.warning("message not delivered", key=owed.key, code=error.code, lost=error.lost, retry_in=wait)
        await self._postpone(owed, wait, LOST if error.lost else error.code)

    async def _stands(self, owed: Outgoing) -> bool:
        return await self._runtime.store.read(lambda tx: outbox.delivered(tx, owed.key)) is not None

    async def _reroute(self, owed: Outgoing, error: ChatError) -> bool:
        """Slack does not let us post there: the asker gets the message and how to invite us; where even that fails, the administrators."""
        there = await self._other_way(owed)
        if not there:
            return False
        now = self._runtime.clock.now()
        moved = replace(owed, channel=there, thread="", due_at=now)

        def move(tx: Tx) -> None:
            outbox.forget_delivered(tx, owed.key)
            outbox.mark(tx, owed.key, owed.wanted, error=error.code)
            outbox.put(tx, moved)
            if there.startswith("user:") and not owed.thread_key:
                outbox.put(tx, _invitation(owed, there, error.code, now))

        await self._runtime.store.write(move)
        self._runtime.runner.wake("outbox")
        return True

    async def _other_way(self, owed: Outgoing) -> str:
        """Where the message goes instead: to the asker, then to the administrators; empty where nothing is left."""
        admin = self._runtime.catalogue.admin_channel
        if owed.channel == admin:
            return ""
        who = None if owed.channel.startswith("user:") else await rendering.asker_of(self._runtime, owed)
        return f"user:{who}" if who else admin

    async def _postpone(self, owed: Outgoing, wait: Millis, why: str) -> None:
        """Later. That a post may already stand is never forgotten over another trouble: only looking for it settles that."""
        kept = owed.last_error if owed.last_error in MAYBE_POSTED else why
        due_at = self._runtime.clock.now() + wait
        await self._runtime.store.write(lambda tx: outbox.postpone(tx, owed.key, due_at, kept))
        self._runtime.runner.wake("outbox", wait)


def _invitation(owed: Outgoing, there: str, code: str, now: Millis) -> Outgoing:
    """How to invite us, for whoever asked."""
    return Outgoing(
        key=f"{owed.key}:invite",
        kind="invite",
        subject=owed.subject,
        channel=there,
        body={"channel": owed.channel, "code": code},
        due_at=now,
    )
