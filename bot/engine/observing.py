"""Deployments that somebody else made: where a target serves what our record does not say, the record learns it."""

from bot.domain.events import Event
from bot.domain.facts import Live
from bot.domain.leases import Deployment
from bot.domain.terms import Target, Unknown
from bot.engine.runtime import Runtime
from bot.errors import StoreError
from bot.store import Tx, deployments, events, leases, operations


def differs(target: Target, live: Live | Unknown | None, current: Deployment | None) -> Deployment | None:
    """What the target serves, where our record says otherwise; an answer older than our record says nothing."""
    if not isinstance(live, Live) or not live.revision or live.said_by == "our record":
        return None
    if current is not None and (current.revision == live.revision or live.at < current.since):
        return None
    return Deployment(target=target, revision=live.revision, since=live.at, by="outside")


def confirms(live: Live | Unknown | None, current: Deployment | None) -> bool:
    """Whether the target says at last that it serves what we deployed and could not verify then."""
    if not isinstance(live, Live) or current is None or live.said_by == "our record":
        return False
    return live.revision == current.revision and current.operation != 0 and not current.verified


def write(tx: Tx, target: Target, live: Live | Unknown | None) -> None:
    """Record an observed deployment, unless one of our own is under way there."""
    current = deployments.current(tx, target)
    if isinstance(live, Live) and confirms(live, current):
        deployments.verify(tx, target, live.revision)
    seen = differs(target, live, current)
    busy = leases.holder(tx, target) is not None or any(
        not each.finished for each in operations.of_target(tx, target, 5)
    )
    if seen is None or busy:
        return
    deployments.record(tx, seen)
    events.append(
        tx,
        Event(kind="deployment.observed", subject=str(target), at=seen.since, body={"revision": seen.revision}),
    )


def notice(runtime: Runtime, target: Target, live: Live | Unknown | None, current: Deployment | None) -> None:
    """After a reading command: learn what differs, behind the answer; where the store cannot be written, next time."""
    if differs(target, live, current) is None and not confirms(live, current):
        return

    async def learn() -> None:
        try:
            await runtime.store.write(lambda tx: write(tx, target, live))
        except StoreError:
            return

    runtime.supervisor.start(f"observed:{target}", learn)
