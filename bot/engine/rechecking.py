"""People leave, and groups change: approvals that do not count any more are taken away at once, and requests of those who left end."""

from bot.domain import advancing
from bot.domain.approving import stranger
from bot.domain.operations import Operation, State
from bot.domain.plans import Plan
from bot.domain.quorums import stands
from bot.domain.reasons import Reason
from bot.domain.terms import Identity, Unknown
from bot.engine import approvers, approving, counting, people, record
from bot.engine.runtime import Runtime
from bot.store import Tx, approvals, operations, plans

CONCERNS = frozenset({"user", "group"})


async def recheck(runtime: Runtime) -> None:
    """Look again at everybody behind what waits for approval; what Slack cannot say now is looked at before anything starts."""
    unfinished = await runtime.store.read(operations.unfinished)
    for operation in unfinished:
        if operation.state is State.AWAITING_APPROVAL:
            await _request(runtime, operation)


async def _request(runtime: Runtime, operation: Operation) -> None:
    plan = await runtime.store.read(lambda tx: plans.get(tx, operation.plan_id))
    if plan is None:
        return
    asker = await people.who(runtime, operation.who, acting=True)
    if not isinstance(asker, Unknown) and (gone := stranger(asker, runtime.home.team)) is not None:
        reason = gone.reason or Reason.NOT_A_MEMBER
        await record.change(runtime, operation.id, lambda current: _left(current, reason, runtime.clock.now()))
        return
    await _approvals(runtime, operation, plan)


def _left(current: Operation, reason: Reason, now: int) -> Operation | None:
    waits = current.state is State.AWAITING_APPROVAL
    return advancing.asker_left(current, reason, at=now) if waits else None


async def _approvals(runtime: Runtime, operation: Operation, plan: Plan) -> None:
    rule = approvers.rule_of(runtime, plan)
    if rule is None:
        return
    words = await counting.words_of(runtime, plan)
    counted = await counting.look(runtime, words, await approvers.wanted(runtime, plan, rule))
    now = runtime.clock.now()
    lost = {
        who: verdict.sentence
        for who, verdict in counted.verdicts.items()
        if not verdict.passed and verdict.reason is not Reason.FACT_UNKNOWN
    }
    standing = [each for each in words if each.who in lost and stands(each, now)]
    if standing:
        await runtime.store.write(lambda tx: _revoke(tx, runtime, operation, lost))
        runtime.runner.wake("outbox")


def _revoke(tx: Tx, runtime: Runtime, operation: Operation, lost: dict[Identity, str]) -> None:
    now = runtime.clock.now()
    for word in approvals.of_plan(tx, operation.plan_id, operation.plan_hash):
        current = operations.get(tx, operation.id)
        if current is None or current.state is not State.AWAITING_APPROVAL:
            return
        if word.who in lost and stands(word, now):
            approving.revoke(tx, runtime, current, word, lost[word.who], now)
