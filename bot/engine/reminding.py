"""Deadlines about operations that need a decision or an approval: every one is a row, and each is carried out once."""

from collections.abc import Callable

from bot.domain.timers import Timer
from bot.engine import approving, pending, waiting
from bot.engine.runtime import Runtime
from bot.store import Tx, timers

KINDS = frozenset({pending.REMINDER, pending.FIRST_WORD}) | waiting.KINDS
BATCH = 100


async def sweep(runtime: Runtime) -> int:
    """Fire what is due; returns how many. Repeating it is harmless."""
    now = runtime.clock.now()
    found = await runtime.store.read(lambda tx: timers.due(tx, now, BATCH))
    ours = [each for each in found if each.kind in KINDS]
    fired = [await runtime.store.write(_firing(each, runtime)) for each in ours]
    if any(fired):
        runtime.runner.wake("outbox")
    return sum(fired)


def _firing(timer: Timer, runtime: Runtime) -> Callable[[Tx], bool]:
    def fire(tx: Tx) -> bool:
        if timer.kind in waiting.KINDS:
            return approving.fire(tx, runtime, timer, runtime.clock.now())
        return pending.fire(tx, timer, runtime.clock.now())

    return fire
