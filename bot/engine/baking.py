"""Watch what was deployed for its bake time: read its probes, judge them, and say what follows; every look and every deadline is a row."""

import asyncio
from dataclasses import replace

from bot.domain import baking
from bot.domain.facts import Live
from bot.domain.operations import Operation
from bot.domain.terms import SECOND, Millis, Unknown
from bot.domain.verification import Judgement, OnFailure, Outcome, Reading, Rules, Signal, judge
from bot.engine import record, reversing
from bot.engine.living import what_is_live
from bot.engine.runtime import Runtime, read
from bot.store import Tx, readings

PROBE_DEADLINE: Millis = 8 * SECOND


def rules_of(runtime: Runtime, operation: Operation) -> Rules | None:
    """How the target of an operation is verified now; None: not at all."""
    verify = runtime.place_of(operation.target)[1].verify
    return verify.rules if verify else None


async def look(runtime: Runtime, operation: Operation, rules: Rules) -> bool:
    """One round: the countdown goes on, or every probe is read once and all of it is judged."""
    if operation.rollback_at:
        return await _count_down(runtime, operation, rules)
    fresh = await _read_all(runtime, operation, rules)
    now = runtime.clock.now()
    kept = await runtime.store.read(lambda tx: readings.since(tx, operation.id, operation.watch_since))
    found = judge((*kept, *fresh), rules, since=operation.watch_since, now=now)
    if found.outcome is Outcome.HEALTHY:
        return await _healthy(runtime, operation, fresh)
    if found.outcome is Outcome.UNHEALTHY:
        return await _unhealthy(runtime, operation, rules, found, fresh)
    if found.outcome is Outcome.INCONCLUSIVE:
        after = baking.inconclusive(operation, found, at=now)
    else:
        after = baking.goes_on(operation, found, rules, at=now)
    return await record.step(runtime, operation, after, and_then=lambda tx: readings.add(tx, fresh))


async def _read_all(runtime: Runtime, operation: Operation, rules: Rules) -> tuple[Reading, ...]:
    """Every probe once, side by side; what cannot be read is inconclusive, whatever the reason."""
    looks = [_read_one(runtime, operation, at) for at in range(len(rules.probes))]
    return tuple(await asyncio.gather(*looks))


async def _read_one(runtime: Runtime, operation: Operation, number: int) -> Reading:
    _, environment = runtime.place_of(operation.target)
    assert environment.verify is not None, "it has rules, so it has probes"
    check, name = environment.verify.checks[number], environment.verify.rules.probes[number]
    health = runtime.integrations[check.via].health
    assert health is not None, f"{check.via} has probes: the configuration was checked"
    asked = health.probe(operation.target, operation.revision, settings=check.settings, how=environment.how)
    answer = await read(name, asked, PROBE_DEADLINE)
    if isinstance(answer, Unknown):
        answer = Reading(signal=Signal.INCONCLUSIVE, seen=answer.why)
    return replace(answer, probe=name, operation=operation.id, at=runtime.clock.now())


async def _healthy(runtime: Runtime, operation: Operation, fresh: tuple[Reading, ...]) -> bool:
    """It is well; whether it is still this revision is asked once more."""
    live = await _served(runtime, operation)
    now = runtime.clock.now()
    if live is not None and live.revision != operation.revision:
        after = baking.displaced(operation, live, at=now)
    else:
        after = baking.healthy(operation, live, at=now)
    return await record.step(runtime, operation, after, and_then=lambda tx: readings.add(tx, fresh))


async def _served(runtime: Runtime, operation: Operation) -> Live | None:
    """What the target itself says it serves, where it says anything."""
    _, environment = runtime.place_of(operation.target)
    answer = await what_is_live(runtime, environment)
    return answer if isinstance(answer, Live) and answer.revision and answer.said_by != "our record" else None


async def _unhealthy(
    runtime: Runtime, operation: Operation, rules: Rules, found: Judgement, fresh: tuple[Reading, ...]
) -> bool:
    """It failed: what follows depends on what is configured, and on what a rollback could not undo."""
    live = await _served(runtime, operation)
    now = runtime.clock.now()
    if live is not None and live.revision != operation.revision:
        after = baking.displaced(operation, live, at=now)
    elif rules.on_failure is OnFailure.NONE or not baking.may_roll_back_itself(operation):
        after = baking.unhealthy(operation, found.seen, at=now)
    else:
        way = await reversing.way_back(runtime, operation)
        after = reversing.follows(operation, rules, way, found.seen, at=now)

    def and_then(tx: Tx) -> None:
        readings.add(tx, fresh)
        if after.rollback_at:
            record.renew_offers(tx, runtime, after, now)
            record.ring_counting(tx, after, now)

    return await record.step(runtime, operation, after, and_then=and_then)


async def _count_down(runtime: Runtime, operation: Operation, rules: Rules) -> bool:
    """The time to object is over: roll back; where nobody could have objected, look anew instead."""
    now = runtime.clock.now()
    live = await _served(runtime, operation)
    if live is not None and live.revision != operation.revision:
        return await record.step(runtime, operation, baking.displaced(operation, live, at=now))
    if rules.on_failure is not OnFailure.AUTOMATIC:
        return await record.step(runtime, operation, baking.unhealthy(operation, operation.note, at=now))
    if baking.missed(operation, at=now):
        return await _anew(runtime, operation)
    return await reversing.roll_back(runtime, operation, rules)


async def _anew(runtime: Runtime, operation: Operation) -> bool:
    now = runtime.clock.now()
    after = baking.anew(operation, at=now)
    return await record.step(
        runtime, operation, after, and_then=lambda tx: record.renew_offers(tx, runtime, after, now)
    )
