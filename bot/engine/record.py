"""Commit one step of an operation: the row, its event, its buttons, its messages and what its end means, in one transaction."""

from collections.abc import Callable
from dataclasses import replace

from bot.domain import advancing
from bot.domain.claims import flagged
from bot.domain.deliveries import Outgoing
from bot.domain.events import Event
from bot.domain.leases import Deployment
from bot.domain.operations import Effect, Operation, State
from bot.domain.plans import Offer, OfferVerb
from bot.domain.terms import SECOND, Action, Identity, Millis
from bot.engine import homes, landing, pending, publishing, waiting
from bot.engine.catalogue import Environment
from bot.engine.runtime import Runtime
from bot.store import Tx, attempts, audit, deployments, effects, events, leases, offers, operations, outbox
from bot.store.errors import Stale
from bot.views import cards, rings
from bot.views.health import bar, unanswerable

DECISIONS = (State.SUCCEEDED, State.FAILED, State.CANCELLED)
FEW_STEPS = 12
COSMETIC_GAP: Millis = 15 * SECOND
STOPPABLE = frozenset({State.AWAITING_APPROVAL, State.QUEUED, State.TRIGGERING, State.RUNNING})


async def step(
    runtime: Runtime, before: Operation, after: Operation, *, and_then: Callable[[Tx], object] | None = None
) -> bool:
    """Commit `after`; False where somebody else moved the operation first (then nothing is written)."""

    def commit(tx: Tx) -> bool:
        try:
            write_step(tx, runtime, before, after)
        except Stale:
            return False
        if and_then is not None:
            and_then(tx)
        return True

    done = await runtime.store.write(commit)
    if done:
        wake(runtime, after)
    return done


async def change(
    runtime: Runtime,
    operation_id: int,
    alter: Callable[[Operation], Operation | None],
    *,
    and_then: Callable[[Tx], object] | None = None,
) -> bool:
    """Alter the row as it is when the transaction runs; False where `alter` finds nothing to do to it any more."""

    def commit(tx: Tx) -> Operation | None:
        current = operations.get(tx, operation_id)
        after = alter(current) if current is not None else None
        if current is None or after is None:
            return None
        write_step(tx, runtime, current, after)
        if and_then is not None:
            and_then(tx)
        return after

    changed = await runtime.store.write(commit)
    if changed is not None:
        wake(runtime, changed)
    return changed is not None


def wake(runtime: Runtime, after: Operation) -> None:
    """Look again when the row says so, and deliver what changed."""
    if after.changed_at == runtime.clock.now():
        homes.wake(runtime, after.who)
    runtime.runner.wake("outbox")
    if after.child_id:
        runtime.runner.wake(f"operation:{after.child_id}")
    if after.parent_id:
        runtime.runner.wake(f"operation:{after.parent_id}")
    if not after.finished and after.due_at:
        runtime.runner.wake(f"operation:{after.id}", max(0, after.due_at - runtime.clock.now()))


def write_step(tx: Tx, runtime: Runtime, before: Operation, after: Operation) -> None:
    """The transaction of one step; raises Stale where the row has moved on."""
    after = _unclaimed(runtime, after)
    operations.save(tx, after)
    now = runtime.clock.now()
    if before.state is not after.state:
        _note(tx, before, after, now)
        renew_offers(tx, runtime, after, now)
        _ring(tx, after, now)
        pending.moved(tx, before, after, now)
        waiting.moved(tx, before, after)
        publishing.want(tx, runtime, after, now)
    if _visible(before) != _visible(after):
        _owe(tx, card(after, now, urgent=after.finished))
    elif after.progress != before.progress or bar(after) != bar(before):
        _owe(tx, card(after, _when_to_show(tx, after, "card", now), urgent=False))
    if after.progress[0] and (after.progress != before.progress or after.finished):
        outbox.put(tx, reply(after, "steps", _when_to_show(tx, after, "steps", now)))
    if after.finished and not before.finished:
        _finish(tx, runtime, after, now, decided=before.state in {State.NEEDS_HUMAN, State.PAUSED})


def _unclaimed(runtime: Runtime, after: Operation) -> Operation:
    """One that succeeded without the claim that its target requires says so."""
    found = runtime.catalogue.find(after.target)
    return flagged(after, found[1].policy.claim) if found else after


def open_operation(
    tx: Tx, runtime: Runtime, operation: Operation, environment: Environment, *, thread: str = ""
) -> Operation:
    """Insert a new operation with its first card (in a thread, where there is one); returns it with its id."""
    now = runtime.clock.now()
    kept = operations.insert(tx, operation)
    actor = "quarterdeck" if kept.automatic else _actor(kept.who)
    events.append(tx, Event(kind="operation.asked", subject=f"operation:{kept.id}", at=now, actor=actor))
    audit.append(
        tx, at=now, actor=actor, action=f"{kept.action}.{'automatic' if kept.automatic else 'confirmed'}", subject=f"operation:{kept.id}",
        reason=kept.because, body={"target": str(kept.target), "revision": kept.revision, "plan": kept.plan_hash},
    )  # fmt: skip
    renew_offers(tx, runtime, kept, now)
    outbox.put(tx, replace(card(kept, now, urgent=True), thread=thread))
    if environment.policy.production and kept.changes:
        outbox.put(tx, reply(kept, "changes", now))
        outbox.put(tx, reply(kept, "more_changes", now))
    outbox.put(tx, reply(kept, "opened", now))
    waiting.opened(tx, kept, now)
    return kept


def _owe(tx: Tx, wish: Outgoing) -> None:
    """Want a message where it already goes: it may have been sent another way than the configuration says."""
    known = outbox.get(tx, wish.key)
    outbox.put(tx, replace(wish, channel=known.channel, thread=known.thread) if known else wish)


def card(operation: Operation, now: Millis, *, urgent: bool) -> Outgoing:
    """The operation's one canonical message must be made true."""
    return Outgoing(
        key=f"operation:{operation.id}:card",
        kind="operation_card",
        subject=f"operation:{operation.id}",
        channel=operation.channel,
        urgent=urgent,
        due_at=now,
    )


def reply(operation: Operation, kind: str, now: Millis) -> Outgoing:
    """A message in the card's thread must be made true."""
    return Outgoing(
        key=f"operation:{operation.id}:{kind}",
        kind=f"operation_{kind}",
        subject=f"operation:{operation.id}",
        channel=operation.channel,
        thread_key=f"operation:{operation.id}:card",
        urgent=False,
        due_at=now,
    )


def renew_offers(tx: Tx, runtime: Runtime, operation: Operation, now: Millis) -> None:
    """Buttons of the state that was are retired; those of the state that is are stored."""
    subject = f"operation:{operation.id}"
    offers.retire(tx, subject, now)
    wanted: list[tuple[OfferVerb, dict[str, str]]] = [(verb, {}) for verb in _verbs(operation)]
    if operation.state is State.NEEDS_HUMAN:
        # A run that asked whether it may go on has started: that it never did is not for anybody to say.
        answers = DECISIONS[:2] if operation.claimed_by else DECISIONS
        wanted += [(OfferVerb.DECIDE, {"answer": str(answer)}) for answer in answers]
    minted = tuple(
        Offer(
            id=runtime.random.token(),
            verb=verb,
            subject=subject,
            audience="",
            body={"operation": str(operation.id), **body},
            single_use=False,
            created_at=now,
        )
        for verb, body in wanted
    )
    offers.insert_many(tx, minted)


def _verbs(operation: Operation) -> list[OfferVerb]:
    """What the card of this state may offer, less what cannot be done to it."""
    impossible = set()
    if not operation.run:
        impossible.add(OfferVerb.SHOW_LOG)
    if operation.finished and operation.effect is Effect.NONE:
        impossible.add(OfferVerb.PLAN_ROLLBACK)  # nothing happened that could be undone
    if operation.state not in STOPPABLE:
        impossible.add(OfferVerb.STOP)
    if operation.action is Action.ROLLBACK:
        impossible.add(OfferVerb.PLAN_ROLLBACK)
    impossible |= unanswerable(operation)
    return [verb for verb in cards.ROWS[operation.state] if verb not in impossible]


def ring_counting(tx: Tx, operation: Operation, now: Millis) -> None:
    """A countdown is no state of its own, but somebody must hear of it at once; of each one, should there be another."""
    made, until = _call(operation, "unhealthy", now), str(operation.rollback_at)
    outbox.put(tx, replace(made, key=f"{made.key}:{until}", body={**made.body, "until": until}))


def _visible(operation: Operation) -> tuple[object, ...]:
    return (
        operation.state,
        operation.note,
        operation.serving,
        operation.verified,
        operation.child_id,
        operation.rollback_at,
        operation.lock,
        operation.unclaimed,
    )


def _when_to_show(tx: Tx, operation: Operation, kind: str, now: Millis) -> Millis:
    """Few steps are news, each at once; many are a bar that moves, shown every now and then."""
    if operation.progress[1] <= FEW_STEPS:
        return now
    shown = outbox.delivered(tx, f"operation:{operation.id}:{kind}")
    return max(now, shown.sent_at + COSMETIC_GAP) if shown else now


def _note(tx: Tx, before: Operation, after: Operation, now: Millis) -> None:
    subject = f"operation:{after.id}"
    body = {"from": str(before.state), "reason": after.reason, "note": after.note}
    events.append(tx, Event(kind=f"operation.{after.state}", subject=subject, at=now, body=body))
    flag = {"unclaimed": after.unclaimed} if after.unclaimed else {}
    audit.append(
        tx, at=now, actor="quarterdeck", action=f"{after.action}.{after.state}", subject=subject,
        reason=after.reason, body={"from": str(before.state), "target": str(after.target), **flag},
    )  # fmt: skip


def _ring(tx: Tx, after: Operation, now: Millis) -> None:
    """Put what rings into the outbox: now, after the moment has lasted, and once more where it still lasts."""
    ring = rings.ring_of(after)
    if ring.form in {rings.Form.REPLY, rings.Form.BROADCAST}:
        outbox.put(tx, _call(after, "ring", now + ring.after))
        if ring.again_after:
            outbox.put(tx, _call(after, "again", now + ring.again_after))
    if after.state is State.FAILED and after.effect is not Effect.NONE:
        outbox.put(tx, reply(after, "log", now))


def _call(after: Operation, kind: str, due_at: Millis) -> Outgoing:
    made = reply(after, kind, due_at)
    return replace(made, key=f"{made.key}:{after.state}:{after.attempt}", body={"state": str(after.state)})


def _finish(tx: Tx, runtime: Runtime, after: Operation, now: Millis, *, decided: bool) -> None:
    attempts.end(tx, after.id, now, after.state)
    landing.keep(tx, after)
    if after.state is State.SUCCEEDED or after.effect is Effect.WHOLE:
        deployments.record(
            tx,
            Deployment(
                target=after.target,
                revision=after.revision,
                since=now,
                operation=after.id,
                # A target that cannot tell passes; one that should have told and did not is not known to be good.
                verified=after.state is State.SUCCEEDED and (after.verified or decided or not after.note),
                by=after.who.user,
            ),
        )
    parent = operations.get(tx, after.parent_id) if after.parent_id else None
    if parent is not None and parent.state is State.ROLLING_BACK:
        _end_parent(tx, runtime, parent, after, now)
    else:
        leases.release(tx, after.target, after.id, after.epoch, now)


def _end_parent(tx: Tx, runtime: Runtime, parent: Operation, child: Operation, now: Millis) -> None:
    ended = advancing.rollback_ended(parent, child, at=now)
    effects.abandon(tx, f"cancel:{parent.id}", now, f"the rollback #{child.id} has ended")
    if ended.finished:
        leases.release(tx, child.target, child.id, child.epoch, now)
        write_step(tx, runtime, parent, ended)
        return
    lease = leases.transfer(tx, child.target, child.id, parent.id, now)
    attempts.revoke_open(tx, child.id, now)
    write_step(tx, runtime, parent, replace(ended, epoch=lease.epoch))


def _actor(who: Identity) -> str:
    return f"{who.team}/{who.user}"
