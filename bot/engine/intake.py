"""What happens to a delivery: stored first, acknowledged with something useful, worked on after the ack."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from bot.domain.messages import Message
from bot.domain.requests import Ack, Delivery, DeliveryKind
from bot.domain.terms import SECOND, Door, Millis
from bot.engine import people
from bot.engine.answering import Answering
from bot.engine.runtime import Runtime
from bot.errors import StoreError
from bot.store import Tx, inbox
from bot.views import notices

log = structlog.get_logger(__name__)
COMMIT_WAIT: Millis = 1_500
SUGGEST_WAIT: Millis = 2 * SECOND

Work = Callable[[Answering], Awaitable[None]]
Preview = Callable[[Delivery], Ack | None]
Suggest = Callable[[Delivery], Awaitable[tuple[tuple[str, str], ...]]]


class Intake:
    """The door of the engine: `receive` is all that Slack's room knows of it."""

    def __init__(self, runtime: Runtime, *, instant: Preview, work: Work, suggest: Suggest) -> None:
        """`instant` answers purely, in the ack (None: nothing to say yet); `work` does the rest; `suggest` fills external selects."""
        self._runtime = runtime
        self._instant = instant
        self._work = work
        self._suggest = suggest

    async def receive(self, delivery: Delivery) -> Ack:
        """Store, then answer within the ack; the work is started only after the row is safe on disk."""
        if delivery.kind is DeliveryKind.IGNORED:
            return Ack()
        if delivery.kind is DeliveryKind.SUGGEST:
            return Ack(options=await self._options(delivery))
        try:
            fresh = await self._keep(delivery)
        except (StoreError, TimeoutError) as error:
            log.error("delivery not recorded", ref=delivery.invocation.ref, error=str(error))  # noqa: TRY400 (the cause is known)
            return self._not_recorded(delivery)
        if not fresh:
            return Ack()
        ack = self._instant(delivery)
        self.start(delivery, late=False)
        return ack or Ack()

    async def _keep(self, delivery: Delivery) -> bool:
        """True for a new row. A commit that comes too late writes nothing, so that what we said stays true."""
        clock = self._runtime.clock
        before = clock.now() + COMMIT_WAIT

        def keep(tx: Tx) -> bool:
            if clock.now() > before:
                raise StoreError("the database was too slow; nothing was written")
            return inbox.add(tx, delivery, clock.now())

        writing = asyncio.ensure_future(self._runtime.store.write(keep))
        done, _ = await asyncio.wait({writing}, timeout=COMMIT_WAIT / 1000)
        if not done:
            writing.add_done_callback(lambda late: self._void_late(delivery, late))
            raise TimeoutError
        return writing.result()

    def _void_late(self, delivery: Delivery, late: "asyncio.Future[bool]") -> None:
        """The commit finished after we had said that nothing was done: the row says so too."""
        if late.cancelled() or late.exception() is not None or not late.result():
            return

        async def void() -> None:
            await self._runtime.store.write(lambda tx: inbox.void(tx, delivery.key))

        self._runtime.supervisor.start(f"void:{delivery.key}", void)

    def _not_recorded(self, delivery: Delivery) -> Ack:
        return Ack(message=notices.not_recorded(delivery.invocation.ref), refused=True)

    async def _options(self, delivery: Delivery) -> tuple[tuple[str, str], ...]:
        try:
            async with asyncio.timeout(SUGGEST_WAIT / 1000):
                return await self._suggest(delivery)
        except TimeoutError:
            return ()
        except Exception:
            log.exception("suggestions failed", ref=delivery.invocation.ref)
            return ()

    def start(self, delivery: Delivery, *, late: bool) -> None:
        """Work on a stored delivery, supervised, and close its row whatever comes of it."""

        async def work() -> None:
            await self._carry_out(delivery, late=late)

        self._runtime.supervisor.start(f"inbox:{delivery.key}", work)

    async def _carry_out(self, delivery: Delivery, *, late: bool) -> None:
        runtime = self._runtime
        answering = Answering(runtime=runtime, delivery=delivery, late=late)
        result = "done"
        try:
            if delivery.kind is DeliveryKind.NEWS:
                await people.forget(runtime, delivery.topic, delivery.about)
            await self._work(answering)
        except Exception:
            log.exception("bug", ref=delivery.invocation.ref, kind=delivery.kind)
            result = "broke"
            await answering.privately(notices.broke(delivery.invocation.ref))
        await runtime.store.write(lambda tx: inbox.finish(tx, delivery.key, runtime.clock.now(), result))

    async def resume(self) -> int:
        """After a restart: everything that was stored and not finished is worked on again; returns how many."""
        waiting = await self._runtime.store.read(inbox.unfinished)
        for delivery in waiting:
            self.start(replace(delivery, invocation=replace(delivery.invocation, trigger="")), late=True)
        return len(waiting)


def looking(delivery: Delivery) -> Message | None:
    """What a slash command sees at once."""
    return notices.looking() if delivery.invocation.door is Door.SLASH else None
