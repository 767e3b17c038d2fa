"""What waits while an operation needs a decision: reminders, and the word of a first person; set and ended with its state."""

from dataclasses import replace

from bot.domain.approvals import DECISION_LIFE, Approval, answer_hash
from bot.domain.deliveries import Outgoing
from bot.domain.operations import Operation, State
from bot.domain.plans import Offer, OfferVerb
from bot.domain.terms import DAY, HOUR, MINUTE, Millis
from bot.domain.timers import Timer
from bot.store import Tx, approvals, audit, offers, operations, outbox, timers

REMINDER, FIRST_WORD = "reminder", "first_word"
REMINDERS: tuple[Millis, ...] = (30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, DAY, 2 * DAY, 4 * DAY)
"""When people are reminded, since the decision was asked for; then the card alone says it."""


def moved(tx: Tx, before: Operation, after: Operation, now: Millis) -> None:
    """Another state: what waited for the one before ends, and reminders begin where a decision is needed now."""
    subject = f"operation:{after.id}"
    if before.state is State.NEEDS_HUMAN:
        timers.cancel(tx, REMINDER, subject)
        _end_first_word(tx, before, after, now)
    if after.state is State.NEEDS_HUMAN:
        body = {"number": "1"}
        timers.set(tx, Timer(kind=REMINDER, subject=subject, due_at=now + REMINDERS[0], body=body))


def ask_second(tx: Tx, current: Operation, word: Approval, offer_id: str) -> None:
    """Keep the first person's word, and owe the thread a message with a button for somebody else."""
    assert approvals.insert(tx, word), "the word is new"
    until = word.at + DECISION_LIFE
    right = Offer(
        id=offer_id,
        verb=OfferVerb.AGREE,
        subject=word.plan_id,
        audience="",
        body={"operation": str(current.id), "first": f"{word.who.team}/{word.who.user}"},
        single_use=False,
        created_at=word.at,
        expires_at=until,
    )
    offers.insert_many(tx, (right,))
    wish = _message(current, f"{current.id}:{word.at}", word.at)
    body = {"hash": word.plan_hash, "who": word.who.user, "because": word.because, "until": str(until)}
    outbox.put(tx, replace(wish, body=body))
    timers.set(tx, Timer(kind=FIRST_WORD, subject=word.plan_id, due_at=until, body={"message": wish.key}))
    note(tx, word.at, f"{word.who.team}/{word.who.user}", current, "decide.cancelled.asked", word.because)


def open_word(operation: Operation, words: tuple[Approval, ...], asked: str) -> bool:
    """Whether the question `asked` (a hash) still waits for its second person."""
    return operation.state is State.NEEDS_HUMAN and asked == answer_hash(operation, State.CANCELLED) and bool(words)


def fire(tx: Tx, timer: Timer, now: Millis) -> bool:
    """A deadline has come: remind, or end a first word that nobody joined; False where it was done or moved meanwhile."""
    if not timers.fire(tx, timer):
        return False
    operation = operations.get(tx, int(timer.subject.partition(":")[2]))
    if operation is None or operation.state is not State.NEEDS_HUMAN:
        return False
    if timer.kind == REMINDER:
        _remind(tx, operation, int(timer.body["number"]), now)
    else:
        approvals.forget(tx, timer.subject)
        note(tx, now, "quarterdeck", operation, "decide.cancelled.expired", "")
        _again(tx, timer.body["message"], now)
    return True


def note(tx: Tx, now: Millis, actor: str, operation: Operation, action: str, reason: str) -> None:
    """A line of the audit about a word that was said or is over."""
    audit.append(
        tx, at=now, actor=actor, action=action, subject=f"operation:{operation.id}", reason=reason,
        body={"state": str(operation.state), "target": str(operation.target)},
    )  # fmt: skip


def forget_word(tx: Tx, subject: str, now: Millis) -> None:
    """A first word does not count any more: whoever gave it lost the right to."""
    waiting = timers.get(tx, FIRST_WORD, subject)
    approvals.forget(tx, subject)
    if waiting is not None:
        timers.cancel(tx, FIRST_WORD, subject)
        _again(tx, waiting.body["message"], now)


def _end_first_word(tx: Tx, before: Operation, after: Operation, now: Millis) -> None:
    subject = f"operation:{after.id}"
    waiting = timers.get(tx, FIRST_WORD, subject)
    if waiting is None:
        return
    timers.cancel(tx, FIRST_WORD, subject)
    _again(tx, waiting.body["message"], now)
    if after.state is not State.CANCELLED:
        note(tx, now, "quarterdeck", before, "decide.cancelled.withdrawn", f"it is {after.state}")


def _remind(tx: Tx, operation: Operation, number: int, now: Millis) -> None:
    wish = _message(operation, f"{operation.id}:{operation.changed_at}:{number}", now, kind="reminder")
    last = number >= len(REMINDERS)
    outbox.put(tx, replace(wish, body={"since": str(operation.changed_at), "last": "yes" if last else ""}))
    if not last:
        due_at = max(now + MINUTE, operation.changed_at + REMINDERS[number])
        body = {"number": str(number + 1)}
        timers.set(tx, Timer(kind=REMINDER, subject=f"operation:{operation.id}", due_at=due_at, body=body))


def _message(operation: Operation, key: str, now: Millis, *, kind: str = "second") -> Outgoing:
    return Outgoing(
        key=f"{kind}:{key}",
        kind=f"operation_{kind}",
        subject=f"operation:{operation.id}",
        channel=operation.channel,
        thread_key=f"operation:{operation.id}:card",
        due_at=now,
    )


def _again(tx: Tx, key: str, now: Millis) -> None:
    """A message that was owed before has to be made true again."""
    known = outbox.get(tx, key)
    if known is not None:
        outbox.put(tx, replace(known, due_at=now))
