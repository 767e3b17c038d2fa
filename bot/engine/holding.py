"""After a restore: ask every held target what it serves; what agrees with the record is released, a person releases the rest."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.domain.deliveries import Outgoing
from bot.domain.events import Event
from bot.domain.holds import Hold, answered, compared
from bot.domain.leases import Deployment
from bot.domain.messages import Message
from bot.domain.plans import Offer, OfferVerb
from bot.domain.terms import Identity, Millis, Permission, Place, Target, Unknown
from bot.engine.living import what_is_live
from bot.engine.runtime import Runtime
from bot.engine.stopping import Outcome, allowed
from bot.store import Tx, audit, deployments, events, holds, leases, offers, operations, outbox
from bot.views import holds as hold_views

KIND = "holds"
AT_ONCE = 8  # targets that are asked side by side


@dataclass(frozen=True, kw_only=True)
class Released:
    """What became of a wish to release: the hold as it was, or None where there is none; `moved` where it serves something else by now."""

    target: Target
    hold: Hold | None
    live: str = ""  # the revision that was recorded as observed; empty: it could not be asked
    moved: bool = False


def start(runtime: Runtime) -> None:
    """Look at what is held, behind everything else; one look at a time."""

    async def work() -> None:
        await look(runtime)

    runtime.supervisor.start(KIND, work)


async def look(runtime: Runtime) -> int:
    """Ask every held target that is due; returns how many were asked. Repeating it is harmless."""
    now = runtime.clock.now()
    due = [each for each in await runtime.store.read(holds.open_ones) if each.due(now)]
    for at in range(0, len(due), AT_ONCE):
        await asyncio.gather(*(_ask(runtime, each) for each in due[at : at + AT_ONCE]))
    if due:
        runtime.runner.wake("outbox")
    return len(due)


async def _ask(runtime: Runtime, hold: Hold) -> None:
    found = runtime.catalogue.find(hold.target)
    if found is None:
        return  # every gate refuses it; should it come back, it is asked then
    live = await what_is_live(runtime, found[1])

    def keep(tx: Tx) -> None:
        current = holds.get(tx, hold.target)
        if current != hold or _busy(tx, hold.target):
            return  # released meanwhile, or something of ours is under way: what it serves says nothing yet
        after = compared(hold, live, deployments.current(tx, hold.target), at=runtime.clock.now())
        holds.put(tx, after)
        if after.released_at:
            _note(tx, after, "quarterdeck", after.recorded, runtime.clock.now())
        else:
            _offer(tx, runtime, after)
        tell(tx, runtime, hold.held_at)

    await runtime.store.write(keep)


def _busy(tx: Tx, target: Target) -> bool:
    recent = operations.of_target(tx, target, 5)
    return leases.holder(tx, target) is not None or any(not each.finished for each in recent)


async def release(runtime: Runtime, target: Target, *, by: Identity, where: Place) -> Outcome | Released:
    """Somebody who may roll back here takes it upon themselves: what the target serves now is recorded as observed."""
    no = await allowed(runtime, by, Permission.ROLLBACK, target, where=where)
    if no is not None:
        return no
    found = runtime.catalogue.find(target)
    live = await what_is_live(runtime, found[1]) if found else Unknown(what="it", why="it is not configured any more")
    answer = answered(live)
    revision = answer.revision if answer else ""

    def keep(tx: Tx) -> Released:
        hold, now = holds.get(tx, target), runtime.clock.now()
        if hold is not None and revision and revision not in {hold.seen, hold.recorded}:
            after = replace(hold, seen=revision, why="", asked_at=now)
            holds.put(tx, after)
            _offer(tx, runtime, after)
            tell(tx, runtime, hold.held_at)
            return Released(target=target, hold=hold, live=revision, moved=True)
        if hold is not None:
            _observe(tx, target, revision, now)
            let_go(tx, runtime, target, by=f"{by.team}/{by.user}", serves=revision)
        return Released(target=target, hold=hold, live=revision)

    done = await runtime.store.write(keep)
    runtime.runner.wake("outbox")
    return done


def let_go(tx: Tx, runtime: Runtime, target: Target, *, by: str, serves: str) -> bool:
    """Release a target in the transaction of what releases it; False where it is not held."""
    hold, now = holds.get(tx, target), runtime.clock.now()
    if hold is None:
        return False
    holds.put(tx, replace(hold, released_at=now, released_by=by))
    _note(tx, hold, by, serves, now)
    offers.retire(tx, _subject(target), now)
    tell(tx, runtime, hold.held_at)
    return True


def _observe(tx: Tx, target: Target, revision: str, now: Millis) -> None:
    current = deployments.current(tx, target)
    if revision and (current is None or current.revision != revision):
        deployments.record(tx, Deployment(target=target, revision=revision, since=now, by="outside"))
        events.append(tx, Event(kind="deployment.observed", subject=str(target), at=now, body={"revision": revision}))


def _note(tx: Tx, hold: Hold, by: str, serves: str, now: Millis) -> None:
    audit.append(
        tx, at=now, actor=by, action="hold.released", subject=str(hold.target), reason=hold.words if hold.asked_at else "",
        body={"recorded": hold.recorded, "serves": serves},
    )  # fmt: skip


def _offer(tx: Tx, runtime: Runtime, hold: Hold) -> None:
    """The right to release what was seen; a new answer makes a new one."""
    now, subject = runtime.clock.now(), _subject(hold.target)
    offers.retire(tx, subject, now)
    right = Offer(
        id=runtime.random.token(),
        verb=OfferVerb.RELEASE,
        subject=subject,
        audience="",
        body={"service": hold.target.service, "environment": hold.target.environment},
        single_use=False,
        created_at=now,
    )
    offers.insert_many(tx, (right,))


def _subject(target: Target) -> str:
    return f"hold:{target}"


def tell(tx: Tx, runtime: Runtime, held_at: Millis) -> None:
    """Owe the administrators' channel, where there is one, the one message about this restore."""
    channel = runtime.catalogue.admin_channel
    if channel:
        now, body = runtime.clock.now(), {"at": str(held_at)}
        wish = Outgoing(key=f"{KIND}:{held_at}", kind=KIND, subject=KIND, channel=channel, body=body, due_at=now)
        outbox.put(tx, wish)


async def message(runtime: Runtime, owed: Outgoing) -> Message:
    """Every target that is still held, with the rights to release the first few."""

    def rows(tx: Tx) -> tuple[tuple[Hold, ...], Mapping[Target, tuple[Offer, ...]]]:
        held = holds.open_ones(tx)
        now = runtime.clock.now()
        return held, {each.target: offers.open_of(tx, _subject(each.target), now) for each in held}

    held, rights = await runtime.store.read(rows)
    known = [each for each in held if runtime.catalogue.find(each.target) is not None]
    return hold_views.held(known, rights, since=int(owed.body["at"]))
