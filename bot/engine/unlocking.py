"""Lift what a failed verification left behind: the lock of a target, or the quarantine of a revision."""

from bot.domain.locks import POLICY, Lock, Quarantine
from bot.domain.messages import Message
from bot.domain.operations import Operation
from bot.domain.plans import Offer, OfferVerb
from bot.domain.requests import UnlockRequest
from bot.domain.terms import MINUTE, Identity, Millis, Permission, Place, Target
from bot.engine import presenting, record, stopping
from bot.engine.answering import Answering
from bot.engine.runtime import Runtime
from bot.store import Tx, audit, locks, offers, operations, quarantines
from bot.views import unwell

RECENT = 50
QUESTION: Millis = 15 * MINUTE


async def unlock(runtime: Runtime, request: UnlockRequest, *, by: Identity, where: Place) -> Message:
    """Whoever may deploy there may lift it; each lifting is in the audit with its reason."""
    no = await stopping.allowed(runtime, by, Permission.DEPLOY, request.target, where=where)
    if no is not None:
        return presenting.no(no)
    if request.revision:
        return await _lift(runtime, request, by)
    command = runtime.catalogue.command
    released, kept = await runtime.store.write(lambda tx: _release(tx, runtime, request, by))
    runtime.runner.wake("outbox")
    return unwell.unlocked(request.target, released, kept, command)


def _release(
    tx: Tx, runtime: Runtime, request: UnlockRequest, by: Identity
) -> tuple[tuple[Lock, ...], tuple[Quarantine, ...]]:
    now, target = runtime.clock.now(), request.target
    mine = [
        lock
        for lock in locks.current(tx, target, now)
        if lock.kind == POLICY and (lock.service, lock.environment) == (target.service, target.environment)
    ]
    released = tuple(lock for lock in mine if locks.release(tx, lock.id, by.user, now))
    for lock in released:
        _enter(tx, by, "lock.released", request, now, about=lock.reason)
        for operation in operations.of_target(tx, target, RECENT):
            if operation.lock == lock.id:
                _show(tx, runtime, operation, now)
    return released, quarantines.current(tx, target)


def _show(tx: Tx, runtime: Runtime, operation: Operation, now: Millis) -> None:
    """Its card no longer says that the target is locked."""
    after = operation.but(lock=0)
    record.write_step(tx, runtime, operation, after)
    record.renew_offers(tx, runtime, after, now)


async def _lift(runtime: Runtime, request: UnlockRequest, by: Identity) -> Message:
    def lift(tx: Tx) -> Quarantine | None:
        now = runtime.clock.now()
        found = [each for each in quarantines.current(tx, request.target) if each.revision.startswith(request.revision)]
        if len(found) != 1 or not quarantines.lift(tx, found[0].id, by=by.user, because=request.because, at=now):
            return None
        _enter(tx, by, "quarantine.lifted", request, now, about=found[0].revision)
        return found[0]

    lifted = await runtime.store.write(lift)
    if lifted is not None:
        return unwell.lifted(lifted)
    kept = await runtime.store.read(lambda tx: quarantines.current(tx, request.target))
    return unwell.not_in_quarantine(request.target, request.revision, kept, runtime.catalogue.command)


def _enter(tx: Tx, by: Identity, action: str, request: UnlockRequest, now: Millis, *, about: str) -> None:
    subject = f"target:{request.target.service}/{request.target.environment}"
    body = {"target": str(request.target), "about": about}
    audit.append(
        tx, at=now, actor=f"{by.team}/{by.user}", action=action, subject=subject, reason=request.because, body=body
    )


async def ask(runtime: Runtime, answering: Answering, operation: Operation) -> None:
    """Why it is locked, and one button that unlocks it."""
    who, where = answering.delivery.invocation.who, answering.delivery.invocation.where
    no = await stopping.allowed(runtime, who, Permission.DEPLOY, operation.target, where=where)
    if no is not None:
        await answering.privately(presenting.no(no), replace=False)
        return
    now = runtime.clock.now()
    why = await runtime.store.read(lambda tx: _why(tx, operation.target, now))
    right = Offer(
        id=runtime.random.token(),
        verb=OfferVerb.UNLOCK_NOW,
        subject=f"unlock:{operation.id}",
        audience=who.user,
        body={"operation": str(operation.id)},
        created_at=now,
        expires_at=now + QUESTION,
    )
    await runtime.store.write(lambda tx: offers.insert_many(tx, (right,)))
    await answering.privately(unwell.unlock_question(operation.target, why, (right,)), replace=False)


def _why(tx: Tx, target: Target, now: Millis) -> str:
    return "; ".join(lock.reason for lock in locks.current(tx, target, now)) or "It is not locked any more."
