"""Tell lists of deployments elsewhere how operations stand: wanted with each step, carried out beside it, and never in its way."""

import asyncio

import structlog

from bot.domain.effects import OutsideWrite
from bot.domain.operations import Effect, Operation, State
from bot.domain.terms import MINUTE, SECOND, Millis
from bot.engine.catalogue import Environment, Service
from bot.engine.runtime import Runtime
from bot.errors import IntegrationError, Kind
from bot.ports import Record, Records, RecordState
from bot.store import Tx, effects, operations

log = structlog.get_logger(__name__)
KIND = "deployment_record"
BATCH = 50
TRIES = 8
DEADLINE: Millis = 30 * SECOND
RETRY: Millis = 15 * SECOND
LONGEST_RETRY: Millis = 10 * MINUTE
FINAL = frozenset({Kind.AUTH, Kind.FORBIDDEN, Kind.NOT_FOUND, Kind.INVALID})
"""What asking again does not mend."""

STATES: dict[State, RecordState] = {
    State.RUNNING: RecordState.RUNNING,
    State.UNKNOWN: RecordState.RUNNING,
    State.VERIFYING: RecordState.RUNNING,
    State.PAUSED: RecordState.RUNNING,
    State.CANCELLING: RecordState.RUNNING,
    State.ROLLING_BACK: RecordState.RUNNING,
    State.NEEDS_HUMAN: RecordState.RUNNING,
    State.SUCCEEDED: RecordState.SUCCEEDED,
    State.FAILED: RecordState.FAILED,
    State.CANCELLED: RecordState.CANCELLED,
    State.ROLLED_BACK: RecordState.UNDONE,
}
"""What is told in each state; before anything was started nothing is."""

WORDS: dict[State, str] = {
    State.RUNNING: "Running",
    State.UNKNOWN: "The answer was lost: being looked for",
    State.VERIFYING: "Being verified",
    State.PAUSED: "Paused: needs a decision",
    State.CANCELLING: "Being stopped",
    State.ROLLING_BACK: "Being rolled back",
    State.NEEDS_HUMAN: "Needs a decision",
    State.SUCCEEDED: "Live",
    State.FAILED: "Failed",
    State.CANCELLED: "Stopped",
    State.ROLLED_BACK: "Rolled back",
}


def want(tx: Tx, runtime: Runtime, after: Operation, now: Millis) -> None:
    """Wish for a record of this step, where somebody keeps one; in the step's own transaction."""
    if after.state not in STATES or _place(runtime, after) is None:
        return
    subject = f"operation:{after.id}"
    if after.effect is Effect.NONE and not any(each.kind == KIND for each in effects.of_subject(tx, subject)):
        return  # it never began, so no list knows of it
    effects.put(tx, kind=KIND, key=f"{KIND}:{after.id}:{after.version}", subject=subject, due_at=now)


async def sweep(runtime: Runtime) -> None:
    """Start a pass for every operation with a wish that is due; each is its own task, so that nobody waits for a slow list."""
    now = runtime.clock.now()
    due = await runtime.store.read(lambda tx: effects.due_of(tx, KIND, now, BATCH))
    for subject in dict.fromkeys(each.subject for each in due):
        _start(runtime, subject, tuple(each for each in due if each.subject == subject))


def _start(runtime: Runtime, subject: str, wishes: tuple[OutsideWrite, ...]) -> None:
    async def work() -> None:
        await _carry_out(runtime, int(subject.partition(":")[2]), wishes)

    runtime.supervisor.start(f"record:{subject}", work)


async def _carry_out(runtime: Runtime, operation_id: int, wishes: tuple[OutsideWrite, ...]) -> None:
    """Say how the operation stands now, which is what all its wishes are for."""
    operation = await runtime.store.read(lambda tx: operations.get(tx, operation_id))
    found = _place(runtime, operation) if operation else None
    if operation is None or found is None or operation.state not in STATES:
        await _end(runtime, wishes, "nobody keeps a list of this target any more")
        return
    records, service, environment = found
    try:
        async with asyncio.timeout(DEADLINE / 1000):
            await records.record(_record(operation, service, environment))
    except TimeoutError:
        await _again(runtime, wishes, f"no answer within {DEADLINE // SECOND} s", 0)
    except IntegrationError as error:
        if error.kind in FINAL:
            await _end(runtime, wishes, str(error))
        else:
            await _again(runtime, wishes, str(error), error.retry_after)
    else:
        now = runtime.clock.now()
        await runtime.store.write(lambda tx: [effects.finish(tx, each.key, now) for each in wishes])


async def _again(runtime: Runtime, wishes: tuple[OutsideWrite, ...], why: str, wait: Millis) -> None:
    tried = max(each.attempts for each in wishes) + 1
    if tried >= TRIES:
        await _end(runtime, wishes, why)
        return
    due = runtime.clock.now() + max(wait, min(RETRY * 2**tried, LONGEST_RETRY))
    await runtime.store.write(lambda tx: [effects.postpone(tx, each.key, due, why) for each in wishes])


async def _end(runtime: Runtime, wishes: tuple[OutsideWrite, ...], why: str) -> None:
    """Give it up: a list that is not kept stops no deployment, and the log says why it is not."""
    now = runtime.clock.now()
    log.warning("a list of deployments was not kept", subject=wishes[0].subject, why=why)
    await runtime.store.write(lambda tx: [effects.abandon(tx, each.key, now, why) for each in wishes])


def _place(runtime: Runtime, operation: Operation) -> tuple[Records, Service, Environment] | None:
    """Who keeps a list of the operation's target; None where nobody does."""
    found = runtime.catalogue.find(operation.target)
    integration = runtime.integrations.get(found[1].via) if found else None
    if found is None or integration is None or integration.records is None:
        return None
    return integration.records, *found


def _record(operation: Operation, service: Service, environment: Environment) -> Record:
    verified = operation.state is State.SUCCEEDED and operation.verified
    return Record(
        # The instant makes the key of another life of the database another key.
        key=f"{operation.id}:{operation.created_at}",
        operation=operation.id,
        action=operation.action,
        target=operation.target,
        revision=operation.revision,
        repository=service.repository,
        production=environment.policy.production,
        how=environment.how,
        state=STATES[operation.state],
        words=f"{WORDS[operation.state]}{', verified' if verified else ''} (Quarterdeck #{operation.id})",
        url=operation.run_url,
    )
