"""Stop what runs, and the rights behind every wish of people about an operation that exists."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.domain import advancing
from bot.domain.operations import Operation, State
from bot.domain.people import Standing
from bot.domain.policy import STANDING_REFUSALS
from bot.domain.reasons import Reason
from bot.domain.roles import may
from bot.domain.terms import Identity, Millis, Permission, Place, Target, Unknown
from bot.engine import people, placing, record
from bot.engine.facts import shared, shown
from bot.engine.runtime import Runtime
from bot.store import Tx, audit, operations

TRIES = 10
SHARED = "This channel is shared with another workspace, where Quarterdeck only reads."
SAID = {
    Permission.DEPLOY: "deploy",
    Permission.STOP: "stop",
    Permission.DECIDE: "decide about",
    Permission.ROLLBACK: "adopt a revision for",  # what is adopted is what a rollback goes to
}


class Wish(StrEnum):
    """What became of a wish to stop or to decide."""

    DONE = "done"
    NOTHING = "nothing"  # nothing runs there
    TOO_LATE = "too_late"  # it can no longer be stopped; a rollback can
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"  # who asked could not be read
    ASKED = "asked"  # kept: a second person has to say so too
    ALONE = "alone"  # said already, and nobody is their own second person


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The answer to a wish; `sentence`, `next_step` and `who` explain a no."""

    wish: Wish
    operation: Operation | None = None
    sentence: str = ""
    next_step: str = ""
    reason: Reason | None = None
    who: tuple[str, ...] = ()


async def active(runtime: Runtime, target: Target) -> Operation | None:
    """The unfinished operation of a target, the newest where a rollback has taken over."""
    recent = await runtime.store.read(lambda tx: operations.of_target(tx, target, 20))
    return next((each for each in recent if not each.finished), None)


async def stop(runtime: Runtime, operation: Operation, by: Identity, *, where: Place, because: str = "") -> Outcome:
    """Ask for a stop: before anything started it is withdrawn, while it runs the provider is asked, later it is too late."""
    no = await may_stop(runtime, operation, by, where=where)
    if no is not None:
        return no

    def stopped(current: Operation) -> Operation | None:
        return _stopped(current, by, runtime.clock.now())

    return await _carry_out(runtime, operation, by, "stop", stopped, because=because)


async def may_stop(runtime: Runtime, operation: Operation, by: Identity, *, where: Place) -> Outcome | None:
    """None where this person may: whoever asked for something that waits for approval may always withdraw it."""
    if operation.state is State.AWAITING_APPROVAL and operation.who == by:
        return await stranger(runtime, by) or await _elsewhere(runtime, where)
    return await allowed(runtime, by, Permission.STOP, operation.target, where=where)


def _stopped(current: Operation, by: Identity, now: Millis) -> Operation | None:
    if current.state in {State.QUEUED, State.AWAITING_APPROVAL}:
        return advancing.withdrawn(current, by, at=now)
    if current.state is State.TRIGGERING:
        return advancing.stop_wanted(current, by, at=now)
    if current.state is State.RUNNING:
        return advancing.stopping(current, by, at=now)
    return None


async def _carry_out(
    runtime: Runtime,
    operation: Operation,
    by: Identity,
    action: str,
    change: Callable[[Operation], Operation | None],
    *,
    because: str,
) -> Outcome:
    """Change the row as it is now; where a pass moves it in between, look again."""
    for _ in range(TRIES):
        current = await runtime.store.read(lambda tx: operations.get(tx, operation.id))
        after = change(current) if current is not None else None
        if current is None or after is None:
            return Outcome(wish=Wish.TOO_LATE, operation=current)
        entry = _entry(after, by, action, because, runtime.clock.now())
        if await record.step(runtime, current, after, and_then=entry):
            return Outcome(wish=Wish.DONE, operation=after)
    return Outcome(wish=Wish.TOO_LATE, operation=operation)


def _entry(after: Operation, by: Identity, action: str, because: str, now: Millis) -> Callable[[Tx], None]:
    def write(tx: Tx) -> None:
        audit.append(
            tx,
            at=now,
            actor=f"{by.team}/{by.user}",
            action=action,
            subject=f"operation:{after.id}",
            reason=because,
            body={"state": str(after.state)},
        )

    return write


async def stranger(runtime: Runtime, by: Identity) -> Outcome | None:
    """The no to everybody who is not an active member of this workspace."""
    person = await people.who(runtime, by)
    if isinstance(person, Unknown):
        return unread(person)
    standing = person.standing if by.team == runtime.home.team else Standing.OTHER_TEAM
    if standing not in STANDING_REFUSALS:
        return None
    reason, sentence = STANDING_REFUSALS[standing]
    step = "A member of this workspace has to ask."
    return Outcome(wish=Wish.FORBIDDEN, sentence=sentence, next_step=step, reason=reason)


async def _elsewhere(runtime: Runtime, where: Place) -> Outcome | None:
    foreign = await shared(runtime, where)
    if isinstance(foreign, Unknown):
        return unread(foreign)
    step = "Ask in one of your own channels."
    no = Outcome(wish=Wish.FORBIDDEN, sentence=SHARED, next_step=step, reason=Reason.SHARED_CHANNEL)
    return no if foreign else None


def unread(fact: Unknown) -> Outcome:
    """The no where something could not be read that has to be known first."""
    sentence = f"Could not read {fact.what}: {fact.why}."
    step = "Nothing was done. Try again in a moment."
    return Outcome(wish=Wish.UNKNOWN, sentence=sentence, next_step=step, reason=Reason.FACT_UNKNOWN)


async def allowed(
    runtime: Runtime, by: Identity, permission: Permission, target: Target, *, where: Place
) -> Outcome | None:
    """None where this person may, here; else the no with its sentence and who can help."""
    no = await stranger(runtime, by) or await _elsewhere(runtime, where)
    if no is not None:
        return no
    person = await people.who(runtime, by)
    if isinstance(person, Unknown):
        return unread(person)
    place = await placing.named(runtime, where)
    if may(person, permission, target, runtime.catalogue.roles, place=place)[0]:
        return None
    return Outcome(
        wish=Wish.FORBIDDEN,
        sentence=f"You may not {SAID[permission]} {target.service} in {target.environment}.",
        who=tuple(
            dict.fromkeys(
                shown(who)
                for role in runtime.catalogue.roles
                if permission in role.may and role.covers(target)
                for who in sorted(role.people)
            )
        )[:5],
    )
