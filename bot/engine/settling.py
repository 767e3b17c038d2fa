"""What people answer while something is verified: watch on, accept it, do not roll back, roll back now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.domain import baking
from bot.domain.messages import Message
from bot.domain.operations import Operation, State
from bot.domain.plans import OfferVerb
from bot.domain.reasons import Reason
from bot.domain.terms import Identity, Millis, Permission, Place
from bot.engine import presenting, record, stopping
from bot.engine.runtime import Runtime
from bot.store import Tx, audit
from bot.store import people as people_rows
from bot.views import unwell

Change = Callable[["Settling"], Operation | None]


@dataclass(frozen=True, kw_only=True)
class Settling:
    """An answer to an operation as its row is when the answer counts; `name` is how people read who gave it."""

    current: Operation
    by: Identity
    name: str
    at: Millis

    @property
    def paused(self) -> bool:
        """Nobody could tell whether it is healthy."""
        return self.current.state is State.PAUSED and self.current.reason == Reason.INCONCLUSIVE

    @property
    def counts_down(self) -> bool:
        """It is about to be rolled back by itself."""
        return self.current.state is State.VERIFYING and bool(self.current.rollback_at)


def _watch_on(asked: Settling) -> Operation | None:
    return baking.anew(asked.current, at=asked.at) if asked.paused else None


def _accept(asked: Settling) -> Operation | None:
    return baking.accepted(asked.current, asked.name, at=asked.at) if asked.paused else None


def _leave(asked: Settling) -> Operation | None:
    asks = asked.current.state is State.PAUSED and asked.current.reason == Reason.IRREVERSIBLE
    return baking.left(asked.current, asked.name, at=asked.at) if asked.counts_down or asks else None


def _now(asked: Settling) -> Operation | None:
    sooner = asked.counts_down and asked.current.rollback_at > asked.at
    return asked.current.but(rollback_at=asked.at, due_at=asked.at) if sooner else None


ANSWERS: Mapping[OfferVerb, tuple[Permission, Change]] = {
    OfferVerb.WATCH_ON: (Permission.DEPLOY, _watch_on),
    OfferVerb.ACCEPT: (Permission.DEPLOY, _accept),
    OfferVerb.LEAVE: (Permission.STOP, _leave),
    OfferVerb.ROLL_BACK_NOW: (Permission.ROLLBACK, _now),
}
"""Who may give which answer, and what it makes of the operation; None: that question is not asked any more."""


async def settle(runtime: Runtime, operation: Operation, verb: OfferVerb, *, by: Identity, where: Place) -> Message:
    """Change the row as it is now, with the answer in the audit; too late changes nothing."""
    permission, change = ANSWERS[verb]
    no = await stopping.allowed(runtime, by, permission, operation.target, where=where)
    if no is not None:
        return presenting.no(no)
    names = await runtime.store.read(lambda tx: people_rows.names(tx, by.team))
    now = runtime.clock.now()

    def alter(current: Operation) -> Operation | None:
        return change(Settling(current=current, by=by, name=names.get(by.user, by.user), at=now))

    def enter(tx: Tx) -> None:
        subject, actor = f"operation:{operation.id}", f"{by.team}/{by.user}"
        audit.append(tx, at=now, actor=actor, action=f"verify.{verb}", subject=subject, reason=operation.note, body={})

    done = await record.change(runtime, operation.id, alter, and_then=enter)
    return unwell.answered(operation, verb) if done else unwell.too_late(operation, runtime.catalogue.command)
