"""From a confirmed plan to an operation: everything is asked again, then one transaction makes it real."""

from dataclasses import dataclass, replace

from bot.domain import advancing
from bot.domain.operations import TAKEABLE, Operation, State
from bot.domain.plans import Offer, Plan, PlanState
from bot.domain.reasons import Reason
from bot.domain.requests import Invocation
from bot.domain.terms import Identity
from bot.domain.verdicts import Refusal
from bot.engine import agreement, planning, record
from bot.engine.catalogue import Environment
from bot.engine.planning import Draft, Planned
from bot.engine.runtime import Runtime
from bot.store import Tx, attempts, effects, leases, offers, operations, plans
from bot.store.offers import UseResult


@dataclass(frozen=True, kw_only=True)
class Started:
    """The operation exists; whatever happens now, its card tells."""

    operation: Operation


@dataclass(frozen=True, kw_only=True)
class Beaten:
    """Somebody was faster: their operation is what both are on."""

    operation: Operation


@dataclass(frozen=True, kw_only=True)
class Ended:
    """The plan can no longer be confirmed (expired, declined, replaced)."""

    plan: Plan


@dataclass(frozen=True, kw_only=True)
class Moved:
    """What was shown is not what would happen now: `fresh` is; `keeps` where what was shown is still possible; `why` says what moved."""

    plan: Plan
    fresh: Planned | Refusal
    keeps: bool
    why: str


SUPERSEDED = "A rollback has taken its place before it started"
Confirmation = Started | Beaten | Ended | Moved | Refusal


async def confirm(runtime: Runtime, offer: Offer, invocation: Invocation) -> Confirmation:
    """Carry out the plan behind an offer, if it is still open and nothing has moved.

    1. the plan is open and fresh; 2. facts are gathered again and every gate asked; 3. the plan hash is the same;
    4. offer, plan, operation, lease and first message are one transaction.
    """
    plan = await runtime.store.read(lambda tx: plans.get(tx, offer.body["plan"]))
    if plan is None:
        raise KeyError(f"offer {offer.id} names a plan that does not exist")
    if plan.state is PlanState.CONFIRMED:
        return await _already(runtime, plan)
    if plan.state is not PlanState.OPEN or runtime.clock.now() >= plan.expires_at:
        return Ended(plan=plan)
    question = replace(planning.question_of(plan), who=invocation.who)
    draft = await planning.draft(runtime, question, because=plan.because, filled=plan.filled)
    if draft.refusal is not None:
        return await _refused(runtime, plan, draft, draft.refusal)
    if draft.plan is None or draft.plan.hash != plan.hash:
        return await _moved(runtime, plan, draft)
    return await _carry_out(runtime, offer, plan, draft, invocation.who)


async def _already(runtime: Runtime, plan: Plan) -> Confirmation:
    operation = await runtime.store.read(lambda tx: operations.get(tx, plan.operation))
    assert operation is not None, "a confirmed plan has its operation"
    return Beaten(operation=operation)


async def _refused(runtime: Runtime, plan: Plan, draft: Draft, refusal: Refusal) -> Confirmation:
    reasons = {verdict.reason for verdict in refusal.verdicts}
    holder = draft.gathered.recorded.holder
    if reasons == {Reason.TARGET_HELD} and holder is not None and _same(holder, plan):
        return Beaten(operation=holder)
    if reasons == {Reason.REVISION_MOVED}:
        return await _moved(runtime, plan, draft)
    return refusal


def _same(operation: Operation, plan: Plan) -> bool:
    return operation.action is plan.action and operation.revision == plan.revision


async def _moved(runtime: Runtime, plan: Plan, draft: Draft) -> Confirmation:
    """Both ways on: with what arrived since, and exactly what was shown (where the gates still allow it)."""
    kept = await _again(runtime, plan, plan.revision)
    made = await _again(runtime, plan, plan.asked_ref)
    fresh = made.refusal or await planning.store(runtime, made)
    same = isinstance(fresh, Planned) and fresh.plan.revision == plan.revision
    keeps = kept.refusal is None and not same
    return Moved(plan=plan, fresh=fresh, keeps=keeps, why=_what_moved(plan, draft))


async def _again(runtime: Runtime, plan: Plan, ref: str) -> Draft:
    question = replace(planning.question_of(plan, ref=ref), planned_revision="")
    return await planning.draft(runtime, question, because=plan.because, filled=plan.filled)


def _what_moved(plan: Plan, draft: Draft) -> str:
    moved = next((each for each in draft.verdicts if each.reason is Reason.REVISION_MOVED), None)
    if moved is not None:
        return moved.sentence
    fresh = draft.plan
    if fresh is None:
        return "Something changed meanwhile."
    if fresh.live != plan.live:
        return f"What {plan.target.environment} serves has changed meanwhile."
    if fresh.takes_over != plan.takes_over:
        return "Another operation is in another place now."
    if fresh.policy_hash != plan.policy_hash:
        return f"The rules for {plan.target} have changed meanwhile."
    return "What would run has changed meanwhile."


async def _carry_out(runtime: Runtime, offer: Offer, plan: Plan, draft: Draft, who: Identity) -> Confirmation:
    environment = draft.gathered.environment
    assert environment is not None, "judge() passed, so the target exists"
    now = runtime.clock.now()
    channel = card_channel(environment, plan)
    asks = await agreement.asking_others(runtime, plan)
    channel = asks.where(channel, environment, plan)
    wanted = asks.waits(planning.operation_of(plan, channel=channel, at=now))
    thread = plan.thread if environment.announce == "thread" and channel == plan.channel else ""

    def commit(tx: Tx) -> Operation | None:
        current = plans.get(tx, plan.id)
        if current is None or current.state is not PlanState.OPEN:
            return None  # replaced or declined while the facts were read again
        used: UseResult = offers.use(tx, offer.id, who.user, now)
        if not used.ok or rival_of(tx, plan) is not None:
            return None
        started = begin(tx, runtime, wanted, environment, thread=thread)
        if not plans.save_state(tx, plan.id, PlanState.OPEN, PlanState.CONFIRMED, operation=started.id):
            raise AssertionError(f"plan {plan.id} was open a moment ago, in the same transaction")
        offers.retire(tx, f"plan:{plan.id}", now)
        asks.keep(tx, plan)
        return started

    started = await runtime.store.write(commit)
    if started is None:
        return await _too_late(runtime, plan)
    record.wake(runtime, started)
    if started.state is State.AWAITING_APPROVAL:
        await agreement.wake_homes(runtime, started)
    return Started(operation=started)


async def _too_late(runtime: Runtime, plan: Plan) -> Confirmation:
    current = await runtime.store.read(lambda tx: plans.get(tx, plan.id))
    if current is not None and current.state is PlanState.CONFIRMED:
        return await _already(runtime, current)
    rival = await runtime.store.read(lambda tx: rival_of(tx, plan))
    return Beaten(operation=rival) if rival is not None else Ended(plan=current or plan)


def rival_of(tx: Tx, plan: Plan) -> Operation | None:
    """An unfinished operation on the target that this plan was not made to take over."""
    recent = operations.of_target(tx, plan.target, 20)
    own = lineage(tx, plan.takes_over)
    return next((each for each in recent if not each.finished and each.id not in own), None)


def lineage(tx: Tx, operation_id: int) -> set[int]:
    """An operation and those that it took over itself."""
    found: set[int] = set()
    while operation_id and operation_id not in found:
        found.add(operation_id)
        operation = operations.get(tx, operation_id)
        operation_id = operation.parent_id if operation else 0
    return found


def begin(tx: Tx, runtime: Runtime, wanted: Operation, environment: Environment, *, thread: str = "") -> Operation:
    """Insert the operation; where it takes another one over, that one steps back in the same transaction."""
    if not wanted.parent_id:
        return record.open_operation(tx, runtime, wanted, environment, thread=thread)
    now = runtime.clock.now()
    parent = _steps_aside(tx, runtime, operations.get(tx, wanted.parent_id))
    if parent is None or parent.finished:
        return record.open_operation(tx, runtime, replace(wanted, parent_id=0), environment, thread=thread)
    wanted = replace(wanted, parent_id=parent.id)
    child = record.open_operation(tx, runtime, wanted, environment, thread=thread)
    lease = leases.transfer(tx, wanted.target, parent.id, child.id, now)
    attempts.revoke_open(tx, parent.id, now)
    record.write_step(tx, runtime, parent, advancing.taken_over(parent, child.id, at=now))
    if parent.run:
        effects.put(tx, kind="cancel", key=f"cancel:{parent.id}", subject=f"operation:{parent.id}", due_at=now, body={})
    holding = child.but(epoch=lease.epoch)
    operations.save(tx, holding)
    return holding


def _steps_aside(tx: Tx, runtime: Runtime, parent: Operation | None) -> Operation | None:
    """The operation to take over. One that has not started is superseded; what that one had taken over itself comes back then."""
    if parent is None or parent.finished or parent.state in TAKEABLE:
        return parent
    aside = parent.to(State.SUPERSEDED, at=runtime.clock.now(), reason=Reason.TAKEN_OVER, note=SUPERSEDED)
    record.write_step(tx, runtime, parent, aside)
    before = operations.get(tx, parent.parent_id) if parent.parent_id else None
    return before if before is not None and not before.finished else None


def card_channel(environment: Environment, plan: Plan) -> str:
    """Where the card goes: `announce` decides; a direct message where nothing else is known."""
    if environment.announce == "asker" or (plan.direct and not environment.channel):
        return f"user:{plan.who.user}"
    if environment.announce == "channel" and environment.channel:
        return environment.channel
    if plan.direct:
        return f"user:{plan.who.user}"
    return plan.channel or environment.channel or f"user:{plan.who.user}"
