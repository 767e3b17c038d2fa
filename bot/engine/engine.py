"""The engine as the composition root sees it: made of a runtime, woken by keys, started and stopped in order."""

import structlog

from bot.domain.terms import HOUR, MINUTE, SECOND, Millis
from bot.engine import digesting, grouping, holding, homes, publishing, rechecking, reconcile, reminding, returning
from bot.engine.intake import Intake
from bot.engine.outbox import Deliverer
from bot.engine.runtime import Runtime
from bot.errors import StoreError
from bot.store import Tx, inbox, operations, outbox, plans

log = structlog.get_logger(__name__)
OUTBOX_SWEEP: Millis = 2 * SECOND
PLAN_SWEEP: Millis = MINUTE
RECORD_SWEEP: Millis = 5 * SECOND
SECRET_SWEEP: Millis = HOUR
PATIENCE: Millis = 8 * SECOND
CLOCK_SLIP: Millis = 5 * SECOND  # what a clock may be corrected by without anybody waiting for it


class Engine:
    """Turns wake-ups into supervised passes; every pass reads rows, so a pass too many is harmless and one too few is repaired."""

    def __init__(self, runtime: Runtime, intake: Intake) -> None:
        self.runtime = runtime
        self.intake = intake
        self._deliverer = Deliverer(runtime)
        self._last_look: Millis = 0

    def dispatch(self, key: str) -> None:
        """Look at `operation:12` or `outbox`."""
        kind, _, number = key.partition(":")
        if kind == "operation":
            reconcile.start(self.runtime, int(number))
        elif kind == homes.KIND:
            self._show_home(number)
        elif kind == "outbox":
            self.runtime.supervisor.start("outbox", self._deliverer.run)
        else:
            raise ValueError(f"nobody looks at {key}")

    def _show_home(self, name: str) -> None:
        async def work() -> None:
            await self.intake.show_home(homes.named(name))

        self.runtime.supervisor.start(f"{homes.KIND}:{name}", work)

    async def sweep_operations(self) -> None:
        """Everything unfinished that is due."""
        now = self.runtime.clock.now()
        if now + CLOCK_SLIP < self._last_look:
            await self._set_back(self._last_look - now, now)
        self._last_look = now
        await reconcile.sweep(self.runtime)

    async def _set_back(self, by: Millis, now: Millis) -> None:
        """The clock went back: what was due by the old time would wait until that time has come again."""

        def sooner(tx: Tx) -> int:
            return operations.earlier(tx, by, now) + outbox.earlier(tx, by, now)

        log.warning("the clock was set back", by=by, sooner=await self.runtime.store.write(sooner))

    async def sweep_outbox(self) -> None:
        """Every message that is owed."""
        self.dispatch("outbox")

    async def sweep_records(self) -> None:
        """What lists of deployments elsewhere should say."""
        await publishing.sweep(self.runtime)

    async def sweep_plans(self) -> None:
        """Plans whose time is over end; once a minute, so it also writes down that we are alive."""
        now = self.runtime.clock.now()
        ended = await self.runtime.store.write(lambda tx: plans.expire(tx, now))
        for plan in ended:
            homes.wake(self.runtime, plan.who)
        await reminding.sweep(self.runtime)
        if await grouping.sweep(self.runtime):
            self.runtime.supervisor.start("recheck", self._recheck)
        holding.start(self.runtime)
        digesting.start(self.runtime)
        await returning.alive(self.runtime)

    async def _recheck(self) -> None:
        await rechecking.recheck(self.runtime)

    async def sweep_secrets(self) -> None:
        """Response urls that Slack no longer honours are erased."""
        now = self.runtime.clock.now()
        await self.runtime.store.write(lambda tx: inbox.erase_secrets(tx, now))

    async def begin(self) -> int:
        """After a start: look at every unfinished operation now, take stored deliveries up again, deliver what is owed.

        Returns how many unfinished operations there are.
        """
        now = self.runtime.clock.now()
        before = await returning.last_alive(self.runtime)
        if now + CLOCK_SLIP < before:
            await self._set_back(before - now, now)
        unfinished = await self.runtime.store.read(operations.unfinished)
        for operation in unfinished:
            reconcile.start(self.runtime, operation.id)
        late = await self.intake.resume()
        await returning.announce(self.runtime, unfinished, late)
        holding.start(self.runtime)
        self.dispatch("outbox")
        return len(unfinished)

    async def end(self) -> None:
        """Let passes finish for a while, then leave the rest to the rows."""
        try:
            await returning.alive(self.runtime)
        except StoreError as error:
            log.warning("last sign of life not written", error=str(error))
        await self.runtime.supervisor.close(PATIENCE)
