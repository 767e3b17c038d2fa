"""Alive: the loop and the writer work. Ready: the database is writable and the intake is open. Slack and providers are never asked."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.domain.terms import SECOND, Millis

WRITE_DEADLINE: Millis = 2 * SECOND


@dataclass(frozen=True, kw_only=True)
class Report:
    """The answer and its JSON body."""

    well: bool
    body: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Health:
    """How to find out: `write` commits a trivial transaction, `degraded` names what is out of reach without failing anything."""

    writer_alive: Callable[[], bool]
    write: Callable[[], Awaitable[object]]
    intake_open: Callable[[], bool]
    degraded: Callable[[], tuple[str, ...]]

    async def alive(self) -> Report:
        """The loop answered, or you would not read this; the writer thread runs."""
        writer = self.writer_alive()
        return Report(well=writer, body={"alive": writer})

    async def ready(self) -> Report:
        """Whether deliveries can be stored and taken now."""
        reasons = []
        if not self.intake_open():
            reasons.append("intake is not open yet")
        try:
            async with asyncio.timeout(WRITE_DEADLINE / 1000):
                await self.write()
        except TimeoutError:
            reasons.append("the database did not answer in time")
        except Exception as error:  # noqa: BLE001 (a probe reports, whatever it is)
            reasons.append(str(error))
        return Report(
            well=not reasons, body={"ready": not reasons, "reasons": reasons, "degraded": list(self.degraded())}
        )
