"""What happens to a delivery: stored first, acknowledged with something useful, worked on after the ack."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog

from bot.domain.plans import Offer
from bot.domain.requests import Ack, Delivery, DeliveryKind, Invocation
from bot.domain.terms import SECOND, Door, Identity, Millis, Place
from bot.engine import homes, people
from bot.engine.answering import Answering, ArrivedLate
from bot.engine.runtime import Runtime
from bot.engine.turns import Turns
from bot.errors import ChatError, StoreError
from bot.store import Tx, inbox, offers
from bot.views import notices

log = structlog.get_logger(__name__)
COMMIT_WAIT: Millis = 1_500
SUGGEST_WAIT: Millis = 2 * SECOND
CLOSE_AGAIN: Millis = 5 * SECOND
NOT_DONE = "not done"  # it arrived too late to be carried out unseen

Work = Callable[[Answering], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What goes back in the ack, the offers behind its buttons (stored with the delivery), and whether that was all."""

    ack: Ack = Ack()  # noqa: RUF009 (frozen)
    offers: tuple[Offer, ...] = ()
    done: bool = False


NOTHING = Prepared()
Instant = Callable[[Delivery], Prepared]
Suggest = Callable[[Delivery], Awaitable[tuple[tuple[str, str], ...]]]


class Intake:
    """The door of the engine: `receive` is all that Slack's room knows of it."""

    def __init__(self, runtime: Runtime, *, instant: Instant, work: Work, suggest: Suggest) -> None:
        """`instant` answers purely, in the ack; `work` does the rest; `suggest` fills external selects."""
        self._runtime = runtime
        self._instant = instant
        self._work = work
        self._suggest = suggest
        self._turns = Turns()

    async def receive(self, delivery: Delivery) -> Ack:
        """Store, then answer within the ack; the work is started only after the row is safe on disk."""
        if delivery.kind is DeliveryKind.IGNORED:
            return Ack()
        if delivery.kind is DeliveryKind.SUGGEST:
            return Ack(options=await self._options(delivery))
        if delivery.kind is not DeliveryKind.NEWS and self._turns.full(delivery.invocation.who):
            return Ack(message=notices.too_many())
        prepared = self._instant(delivery)
        if prepared.ack.message is not None:
            shown = self._runtime.redactor.message(prepared.ack.message)
            prepared = replace(prepared, ack=replace(prepared.ack, message=shown))
        try:
            fresh = await self._keep(delivery, prepared)
        except (StoreError, TimeoutError) as error:
            log.error("delivery not recorded", ref=delivery.invocation.ref, error=str(error))  # noqa: TRY400 (the cause is known)
            return self._not_recorded(delivery)
        if fresh and not prepared.done:
            self.start(delivery, late=False)
        # What was answered in the ack is answered again: the first ack may never have arrived.
        return prepared.ack if fresh or prepared.done else Ack()

    async def _keep(self, delivery: Delivery, prepared: Prepared) -> bool:
        """True for a new row. A commit that comes too late writes nothing, so that what we said stays true."""
        clock = self._runtime.clock
        before = clock.now() + COMMIT_WAIT

        def keep(tx: Tx) -> bool:
            if clock.now() > before:
                raise StoreError("the database was too slow; nothing was written")
            fresh = inbox.add(tx, delivery, clock.now()) or inbox.revive(tx, delivery, clock.now())
            if fresh or prepared.done:
                offers.insert_many(tx, prepared.offers)
            if fresh and prepared.done:
                inbox.finish(tx, delivery.key, clock.now(), "answered")
            return fresh

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
            if delivery.kind is DeliveryKind.NEWS:
                await self._carry_out(delivery, late=late)
                return
            async with self._turns.turn(delivery.invocation.who):
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
        except ArrivedLate as late_words:
            result = NOT_DONE
            await answering.privately(notices.arrived_late(late_words.command, late_by=late_words.late_by))
        except Exception:
            log.exception("bug", ref=delivery.invocation.ref, kind=delivery.kind)
            result = "broke"
            await answering.privately(notices.broke(delivery.invocation.ref))
        await self._close(delivery, result)

    async def _close(self, delivery: Delivery, result: str) -> None:
        """Close its row; where the database refuses, again a little later: it is not to be carried out again after a restart."""
        runtime = self._runtime
        try:
            await runtime.store.write(lambda tx: inbox.finish(tx, delivery.key, runtime.clock.now(), result))
        except StoreError as error:
            log.warning("delivery not closed yet", ref=delivery.invocation.ref, error=str(error))
            runtime.supervisor.start_later(f"close:{delivery.key}", lambda: self._close(delivery, result), CLOSE_AGAIN)

    async def show_home(self, who: Identity) -> None:
        """Publish the Home tab of somebody who has opened it before; best effort."""
        if not await self._runtime.store.read(lambda tx: homes.known(tx, who)):
            return
        at = self._runtime.clock.now()
        invocation = Invocation(who=who, where=Place(channel=""), door=Door.HOME, at=at)
        delivery = Delivery(key=f"home:{who.user}", kind=DeliveryKind.HOME, invocation=invocation)
        try:
            await self._work(Answering(runtime=self._runtime, delivery=delivery))
        except (ChatError, StoreError) as error:
            log.info("home not shown", user=who.user, error=str(error))

    async def resume(self) -> tuple[str, ...]:
        """After a restart: everything that was stored and not finished is worked on again; returns the keys."""
        waiting = await self._runtime.store.read(inbox.unfinished)
        for delivery in waiting:
            self.start(replace(delivery, invocation=replace(delivery.invocation, trigger="")), late=True)
        return tuple(delivery.key for delivery in waiting)
