"""What waits while an operation needs approval: its end and one more call to the approvers, each a row, set and cancelled with its state."""

from dataclasses import replace

from bot.domain.deliveries import Outgoing
from bot.domain.operations import Operation, State
from bot.domain.terms import Identity, Millis
from bot.domain.timers import Timer
from bot.store import Tx, outbox, timers

EXPIRY, AGAIN = "approval_expiry", "approval_again"
KINDS = frozenset({EXPIRY, AGAIN})
WANTED = "wanted"


def opened(tx: Tx, operation: Operation, now: Millis) -> None:
    """Somebody has to agree: the approvers are called now, and once more at half of its life."""
    if operation.state is not State.AWAITING_APPROVAL:
        return
    subject = f"operation:{operation.id}"
    timers.set(tx, Timer(kind=EXPIRY, subject=subject, due_at=operation.deadline_at, body={}))
    half = now + (operation.deadline_at - now) // 2
    timers.set(tx, Timer(kind=AGAIN, subject=subject, due_at=half, body={}))
    call(tx, operation, now, again=False)


def moved(tx: Tx, before: Operation, after: Operation) -> None:
    """Nobody has to agree any more."""
    if before.state is State.AWAITING_APPROVAL:
        for kind in KINDS:
            timers.cancel(tx, kind, f"operation:{after.id}")


def bypassed(tx: Tx, operation: Operation, by: Identity, because: str, now: Millis) -> None:
    """Loud: the thread and the channel hear who went on without the others, and why."""
    wish = _reply(operation, "bypassed", now)
    outbox.put(tx, replace(wish, body={"who": by.user, "because": because}))


def call(tx: Tx, operation: Operation, now: Millis, *, again: bool) -> None:
    """Owe the thread the one message that mentions approvers, or the second and last one."""
    wish = _reply(operation, f"{WANTED}:again" if again else WANTED, now)
    outbox.put(tx, replace(wish, body={"again": "yes" if again else ""}))


def _reply(operation: Operation, name: str, now: Millis) -> Outgoing:
    return Outgoing(
        key=f"operation:{operation.id}:{name}",
        kind=f"operation_{name.partition(':')[0]}",
        subject=f"operation:{operation.id}",
        channel=operation.channel,
        thread_key=f"operation:{operation.id}:card",
        due_at=now,
    )
