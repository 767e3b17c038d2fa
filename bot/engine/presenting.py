"""Show plans and refusals, and what came of a confirmation: domain outcomes in, messages out."""

from collections.abc import Sequence

from bot.domain.messages import Message
from bot.domain.operations import Operation, State
from bot.domain.plans import Offer, OfferVerb, Plan, PlanState
from bot.domain.reasons import Reason
from bot.domain.terms import MINUTE, Action, Identity, short
from bot.domain.verdicts import Refusal
from bot.engine import rendering
from bot.engine.facts import rolled_back_from
from bot.engine.holding import Released
from bot.engine.planning import Planned
from bot.engine.runtime import Runtime, read
from bot.engine.stopping import Outcome
from bot.engine.submit import Beaten, Confirmation, Ended, Moved, Started
from bot.ports import Channel
from bot.store import Tx, deployments, offers, operations, outbox
from bot.views import holds, kit, notices, plans, refusals
from bot.views.plan_moved import plan_moved
from bot.views.together import together

SUGGESTION_LIFE = 30 * MINUTE
PAST, CANDIDATES = 20, 3
PLAN_VERB = {
    Action.DEPLOY: OfferVerb.PLAN_DEPLOY,
    Action.PROMOTE: OfferVerb.PLAN_DEPLOY,
    Action.ROLLBACK: OfferVerb.PLAN_ROLLBACK,
}


async def answers(runtime: Runtime, made: Sequence[Planned | Refusal], who: Identity, *, dry_run: bool) -> Message:
    """Plans under each other, then what was refused, in one private message."""
    planned = [each for each in made if isinstance(each, Planned)]
    refused = [(each, await candidates(runtime, each, who)) for each in made if isinstance(each, Refusal)]
    messages = [refusals.refusal(each, rights, dry_run=dry_run) for each, rights in refused]
    if planned:
        before = before_of(runtime, planned[0].plan)
        shown = [(each.plan, each.offers) for each in planned]
        messages.insert(0, plans.plans(shown, before=before, dry_run=dry_run))
    return together(messages)


async def candidates(runtime: Runtime, no: Refusal, who: Identity) -> tuple[Offer, ...]:
    """Where no revision is known to be good, those that were live here before, as buttons that show a plan."""
    if Reason.NO_GOOD_REVISION not in {verdict.reason for verdict in no.verdicts}:
        return ()

    def look(tx: Tx) -> list[str]:
        past, recent = deployments.history(tx, no.target, PAST), operations.of_target(tx, no.target, PAST)
        return [
            each.revision
            for each in past[1:]
            if each.revision != past[0].revision and not rolled_back_from(each, recent)
        ]

    names = list(dict.fromkeys(await runtime.store.read(look)))[:CANDIDATES]
    start = f"rollback {no.target.service} {no.target.environment} --to"
    return await suggest(runtime, who, [(short(name), f"{start} {name}") for name in names])


async def suggest(runtime: Runtime, who: Identity, commands: Sequence[tuple[str, str]]) -> tuple[Offer, ...]:
    """Stored rights of one person to see what these commands (label, text) would do."""
    rights = suggestions(runtime, who, commands)
    if rights:
        await runtime.store.write(lambda tx: offers.insert_many(tx, rights))
    return rights


def suggestions(runtime: Runtime, who: Identity, commands: Sequence[tuple[str, str]]) -> tuple[Offer, ...]:
    """The same, not stored yet."""
    now = runtime.clock.now()
    return tuple(
        Offer(
            id=runtime.random.token(),
            verb=OfferVerb.SUGGEST,
            subject="command",
            audience=who.user,
            body={"label": label, "command": text},
            single_use=False,
            created_at=now,
            expires_at=now + SUGGESTION_LIFE,
        )
        for label, text in commands
    )


def before_of(runtime: Runtime, plan: Plan) -> str:
    """The name of the environment before the plan's."""
    found = runtime.catalogue.find(plan.target)
    return found[1].policy.after if found else ""


async def confirmation(
    runtime: Runtime, outcome: Confirmation, plan: Plan, who: Identity, *, unasked: bool = False
) -> Message:
    """What came of pressing the button, or (`unasked`) of not needing one."""
    if isinstance(outcome, Started):
        return await accepted(runtime, outcome.operation, plan, unasked=unasked)
    if isinstance(outcome, Beaten):
        names = await rendering.names_of(runtime, outcome.operation)
        return second_click(runtime, outcome.operation, who, names)
    if isinstance(outcome, Ended):
        return await ended(runtime, outcome.plan)
    if isinstance(outcome, Moved):
        return await moved(runtime, outcome)
    return refusals.refusal(outcome)


def no(outcome: Outcome) -> Message:
    """Why a wish was not granted, and what to do about it."""
    if outcome.next_step:
        return refusals.not_possible(outcome.sentence, next_step=outcome.next_step, reason=outcome.reason)
    return notices.not_allowed(outcome.sentence, outcome.who)


def released(done: Outcome | Released) -> Message:
    """What became of a wish to release a target that is held since a restore."""
    if isinstance(done, Outcome):
        return no(done)
    if done.hold is None:
        return holds.not_held(done.target)
    return holds.moved(done.target, done.live) if done.moved else holds.released(done.target, done.live)


async def ended(runtime: Runtime, plan: Plan) -> Message:
    """A plan that nobody can confirm any more, and the way to a new one."""
    again = await plan_again(runtime, plan)
    if plan.state in {PlanState.DECLINED, PlanState.SUPERSEDED}:
        return plans.plan_closed(plan, again)
    return plans.plan_expired(plan, again, command=runtime.catalogue.command)


def second_click(runtime: Runtime, operation: Operation, who: Identity, names: kit.Names) -> Message:
    """Somebody was faster, or this person pressed twice."""
    return plans.second_click(
        operation.id,
        operation.who,
        before_you=max(1_000, runtime.clock.now() - operation.created_at),
        names=names,
        you=operation.who == who,
    )


async def accepted(runtime: Runtime, operation: Operation, plan: Plan, *, unasked: bool) -> Message:
    """One private line with a link to the card, as soon as the card is there."""
    key = f"operation:{operation.id}:card"
    waits = operation.state is State.AWAITING_APPROVAL
    delivered = await runtime.store.read(lambda tx: outbox.delivered(tx, key))
    if delivered is None:
        direct = operation.channel.startswith("user:")
        channel = "" if direct else await _channel_id(runtime, operation.channel)
        return plans.accepted(operation.id, plan, channel=channel, direct=direct, unasked=unasked, waits=waits)
    link = await read("its link", runtime.chat.permalink(delivered.channel, delivered.ts))
    return plans.accepted(
        operation.id, plan, permalink=link if isinstance(link, str) else "", unasked=unasked, waits=waits
    )


async def _channel_id(runtime: Runtime, named: str) -> str:
    found = await read("the channel", runtime.chat.channel(named)) if named else None
    return found.id if isinstance(found, Channel) else ""


async def moved(runtime: Runtime, outcome: Moved) -> Message:
    """Not started: what moved, and both ways on."""
    if isinstance(outcome.fresh, Refusal):
        keep = await plan_again(runtime, outcome.plan, ref=outcome.plan.revision) if outcome.keeps else ()
        return plan_moved(outcome.plan, outcome.fresh, keep, why=outcome.why)
    rights: tuple[Offer, ...] = outcome.fresh.offers
    if outcome.keeps:
        rights += await plan_again(runtime, outcome.plan, ref=outcome.plan.revision)
    before = before_of(runtime, outcome.fresh.plan)
    return plan_moved(outcome.plan, outcome.fresh.plan, rights, before=before)


async def plan_again(runtime: Runtime, plan: Plan, *, ref: str | None = None) -> tuple[Offer, ...]:
    """A stored right to plan the same once more; `ref` pins it to a revision."""
    body = {
        "action": str(plan.action),
        "service": plan.target.service,
        "environment": plan.target.environment,
        "ref": plan.asked_ref if ref is None else ref,
        "because": plan.because,
    }
    offer = Offer(
        id=runtime.random.token(),
        verb=PLAN_VERB[plan.action],
        subject=f"plan:{plan.id}",
        audience=plan.who.user,
        body=body,
        single_use=False,
        created_at=runtime.clock.now(),
    )
    await runtime.store.write(lambda tx: offers.insert_many(tx, (offer,)))
    return (offer,)
