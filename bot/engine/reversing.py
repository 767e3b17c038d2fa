"""The rollback that verification begins by itself, once: the same road as a person's, then the target is locked and the revision kept out."""

from bot.domain import baking
from bot.domain.advancing import RETRY
from bot.domain.changes import ChangeSet, Relation
from bot.domain.locks import POLICY, Lock, Quarantine
from bot.domain.operations import Operation
from bot.domain.plans import Plan, PlanState
from bot.domain.reasons import Reason
from bot.domain.terms import SECOND, Action, Millis, Place, short
from bot.domain.verification import OnFailure, Rules, may_be_undone, named
from bot.engine import planning, record, submit
from bot.engine.catalogue import Service
from bot.engine.planning import Draft
from bot.engine.resolving import Question
from bot.engine.runtime import Runtime
from bot.store import Tx, audit, locks, operations, plans, quarantines

PATIENCE: Millis = 45 * SECOND  # how long a rollback that is due asks again for a fact that cannot be read


async def way_back(runtime: Runtime, operation: Operation) -> Draft:
    """The plan of the rollback as it would be now, or what stands against it; nothing is stored."""
    question = Question(
        action=Action.ROLLBACK,
        target=operation.target,
        who=operation.who,
        where=Place(channel=""),
        automatic=True,
        leaving=operation.revision,
    )
    return await planning.draft(runtime, question, because=operation.note, filled=frozenset())


def follows(operation: Operation, rules: Rules, way: Draft, seen: str, *, at: Millis) -> Operation:
    """What a failed verification leads to: a countdown, a question, or the truth about why there is neither."""
    rehearses = rules.on_failure is OnFailure.DRY_RUN
    if way.plan is None and not _unread(way):
        return baking.unhealthy(operation, f"{seen}. {_why_not(way)}", at=at)
    left = _left_behind(way)
    asks = way.plan is not None and not may_be_undone(left, rules=rules)
    if rehearses:
        return baking.unhealthy(operation, f"{seen}. {_rehearsed(way, asks=asks)}", at=at)
    if asks:
        return baking.asks_first(operation, seen, named(left), at=at)
    return baking.counts_down(operation, seen, rules, at=at)


async def roll_back(runtime: Runtime, operation: Operation, rules: Rules) -> bool:
    """Its time has come: parent, child, lease, lock and quarantine are one transaction; False where the row has moved on."""
    way = await way_back(runtime, operation)
    now = runtime.clock.now()
    if way.plan is None and _unread(way) and now < operation.rollback_at + PATIENCE:
        return await record.step(runtime, operation, operation.but(due_at=now + RETRY))
    if way.plan is None:
        note = f"{operation.note}. {_why_not(way)}"
        return await record.step(runtime, operation, baking.unhealthy(operation, note, at=now))
    left = _left_behind(way)
    if not may_be_undone(left, rules=rules):
        after = baking.asks_first(operation, operation.note, named(left), at=now)
        return await record.step(runtime, operation, after)
    return await _begin(runtime, operation, way.plan, named(left))


async def _begin(runtime: Runtime, operation: Operation, plan: Plan, not_undone: str) -> bool:
    _, environment = runtime.place_of(operation.target)
    now = runtime.clock.now()
    made = planning.operation_of(plan, channel=operation.channel, at=now)
    wanted = baking.by_itself(made, because=operation.note, not_undone=not_undone)

    def commit(tx: Tx) -> Operation | None:
        current = operations.get(tx, operation.id)
        if current is None or current.version != operation.version or plan.takes_over != operation.id:
            return None  # stopped, or taken over by a person, while the way back was looked for
        plans.insert(tx, plan)
        child = submit.begin(tx, runtime, wanted, environment)
        plans.save_state(tx, plan.id, PlanState.OPEN, PlanState.CONFIRMED, operation=child.id)
        keep_out(tx, operation, at=now)
        return child

    child = await runtime.store.write(commit)
    if child is not None:
        record.wake(runtime, child)
    return child is not None


def keep_out(tx: Tx, operation: Operation, *, at: Millis) -> None:
    """Nothing is deployed there, and this revision least of all, until a person says so."""
    subject = f"operation:{operation.id}"
    reason = f"#{operation.id} failed its verification and was rolled back by itself ({operation.note})"
    target = operation.target
    lock = locks.add(
        tx,
        Lock(
            kind=POLICY,
            owner="quarterdeck",
            reason=reason,
            at=at,
            service=target.service,
            environment=target.environment,
        ),
    )
    kept = Quarantine(target=target, revision=operation.revision, operation=operation.id, reason=operation.note, at=at)
    quarantines.add(tx, kept)
    current = operations.get(tx, operation.id)
    assert current is not None, "it was saved a moment ago, in the same transaction"
    operations.save(tx, current.but(lock=lock.id))
    for action in ("lock.added", "quarantine.added"):
        body = {"target": str(target), "revision": operation.revision}
        audit.append(tx, at=at, actor="quarterdeck", action=action, subject=subject, reason=reason, body=body)


def _left_behind(way: Draft) -> tuple[str, ...] | None:
    changes = way.gathered.facts.changes
    known = changes if isinstance(changes, ChangeSet) else None
    assert way.gathered.service is not None or way.plan is None, "a plan has its service"
    return left_behind(way.gathered.service, known)


def left_behind(service: Service | None, changes: ChangeSet | None) -> tuple[str, ...] | None:
    """The files that a rollback across these changes would leave as they are; None where nobody knows which files changed."""
    if service is None or not service.irreversible:
        return ()
    if changes is None or changes.files_cut or changes.relation is Relation.UNRELATED:
        return None
    return changes.irreversible


def _unread(way: Draft) -> bool:
    return way.refusal is not None and all(each.reason is Reason.FACT_UNKNOWN for each in way.refusal.verdicts)


def _why_not(way: Draft) -> str:
    said = " ".join(each.sentence for each in way.refusal.verdicts) if way.refusal else ""
    return f"It cannot be rolled back by itself: {said}"


def _rehearsed(way: Draft, *, asks: bool) -> str:
    if way.plan is None:
        return f"Dry run. {_why_not(way)}"
    where = short(way.plan.revision)
    if asks:
        return f"Dry run: it would have been asked whether to roll back to {where}"
    return f"Dry run: it would have been rolled back to {where}"
