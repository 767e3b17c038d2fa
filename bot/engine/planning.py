"""From a request to plan rows: gather, judge, and store exactly what would happen, with the offers to make it happen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.changes import Change, ChangeSet, Resolution
from bot.domain.claims import ClaimRule
from bot.domain.facts import Live
from bot.domain.operations import AttemptKey, Operation, State
from bot.domain.plans import PLAN_LIFE, Offer, OfferVerb, Plan, PlanState, plan_hash
from bot.domain.policy import judge, refusal
from bot.domain.requests import Invocation, Request
from bot.domain.summaries import leads
from bot.domain.terms import Action, Place, Unknown
from bot.domain.verdicts import Refusal, Verdict
from bot.domain.verification import named
from bot.engine import homes, observing
from bot.engine.facts import Gathered, gather
from bot.engine.resolving import Question
from bot.engine.runtime import Runtime, read
from bot.ports import Order, Preview, TriggerClass
from bot.store import Tx, offers, plans
from bot.views.changes import change_line


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A stored plan, the offers behind its buttons, and the verdicts of its gates."""

    plan: Plan
    offers: tuple[Offer, ...]
    verdicts: tuple[Verdict, ...]
    first_contact: bool = False


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A plan that could be stored, or the refusal that stands against it."""

    question: Question
    gathered: Gathered
    verdicts: tuple[Verdict, ...]
    refusal: Refusal | None
    plan: Plan | None


Answers = Sequence[Planned | Refusal]


async def draft(runtime: Runtime, question: Question, *, because: str, filled: frozenset[str]) -> Draft:
    """Gather and judge; nothing is stored."""
    gathered = await gather(runtime, question)
    verdicts = judge(gathered.facts)
    no = refusal(gathered.facts, verdicts)
    if no is not None:
        return Draft(question=question, gathered=gathered, verdicts=verdicts, refusal=no, plan=None)
    plan = await _compose(runtime, question, gathered, because=because, filled=filled)
    passed = replace(plan, gates=len(verdicts))
    return Draft(question=question, gathered=gathered, verdicts=verdicts, refusal=None, plan=passed)


async def plan(runtime: Runtime, request: Request, invocation: Invocation) -> list[Planned | Refusal]:
    """One plan or refusal for each target; plans are stored with their offers."""
    answers: list[Planned | Refusal] = []
    for target in request.targets:
        question = Question(
            action=request.action,
            target=target,
            who=invocation.who,
            where=invocation.where,
            ref=request.ref,
        )
        made = await draft(runtime, question, because=request.because, filled=request.filled)
        answers.append(made.refusal or await store(runtime, made, dry_run=request.dry_run))
    return answers


async def store(runtime: Runtime, made: Draft, *, dry_run: bool = False) -> Planned:
    """Keep a draft as an open plan; a dry run is shown but gets no right to be confirmed."""
    assert made.plan is not None, "a refused draft has no plan"
    first = first_contact(made)
    rights = offers_of(runtime, made.plan, dry_run=dry_run, adopt=first)
    live = made.gathered.facts.live
    # What is only looked at is never open: it takes no plan's place, and nobody is asked about it again.
    kept = replace(made.plan, state=PlanState.EXPIRED) if dry_run else made.plan

    def keep(tx: Tx) -> None:
        if not dry_run:
            plans.supersede(tx, kept.who, kept.target, kept.created_at)
        plans.insert(tx, kept)
        offers.insert_many(tx, rights)
        observing.write(tx, kept.target, live)

    await runtime.store.write(keep)
    homes.wake(runtime, kept.who)
    return Planned(plan=made.plan, offers=rights, verdicts=made.verdicts, first_contact=first)


def first_contact(made: Draft) -> bool:
    """The target answers with a revision, and none is known to have worked here."""
    live = made.gathered.facts.live
    return isinstance(live, Live) and bool(live.revision) and not _anything_good(made.gathered)


def _anything_good(gathered: Gathered) -> bool:
    current = gathered.recorded.current
    return gathered.recorded.good is not None or (current is not None and current.verified)


def offers_of(runtime: Runtime, made: Plan, *, dry_run: bool, adopt: bool = False) -> tuple[Offer, ...]:
    """The buttons of a plan, in order: expected, informative, drastic last."""
    verbs = [OfferVerb.SHOW_CHANGES] if dry_run else [OfferVerb.CONFIRM, OfferVerb.SHOW_CHANGES, OfferVerb.DECLINE]
    if adopt and not dry_run:
        verbs.append(OfferVerb.ADOPT)
    return tuple(
        Offer(
            id=runtime.random.token(),
            verb=verb,
            subject=f"plan:{made.id}",
            audience=made.who.user,
            body={"plan": made.id},
            single_use=verb in {OfferVerb.CONFIRM, OfferVerb.DECLINE},
            created_at=made.created_at,
            expires_at=made.expires_at,
        )
        for verb in verbs
    )


async def _compose(
    runtime: Runtime, question: Question, gathered: Gathered, *, because: str, filled: frozenset[str]
) -> Plan:
    facts, environment = gathered.facts, gathered.environment
    assert environment is not None, "judge() passed, so the target exists"
    resolution = facts.resolution
    assert isinstance(resolution, Resolution), "judge() passed, so the revision is known"
    live = facts.live if isinstance(facts.live, Live) else None
    holder = facts.holder
    preview = await _preview(runtime, question, gathered, resolution.revision)
    steps = preview.steps if isinstance(preview, Preview) else ()
    workflow = preview.workflow if isinstance(preview, Preview) else ""
    takes_over = holder.operation if holder and holder.operation != question.owner_operation else 0
    content = plan_hash(
        action=question.action,
        target=question.target,
        who=question.who,
        revision=resolution.revision,
        live=live.revision if live else "",
        policy_hash=environment.policy_hash,
        workflow=workflow,
        steps=steps,
        takes_over=takes_over,
    )
    now = facts.now
    current = gathered.recorded.current
    return Plan(
        id=runtime.random.token(),
        hash=content,
        action=question.action,
        target=question.target,
        who=question.who,
        asked_ref=question.ref,
        ref=resolution.ref,
        revision=resolution.revision,
        live=live.revision if live else "",
        live_said_by=live.said_by if live else "",
        recorded=current.revision if current and _anything_good(gathered) else "",
        policy_hash=environment.policy_hash,
        workflow=workflow,
        steps=steps,
        because=because,
        merged=resolution.merged,
        production=environment.policy.production,
        changes=facts.changes if isinstance(facts.changes, ChangeSet) else None,
        gates=0,
        typical_ms=gathered.typical,
        takes_over=takes_over,
        takes_over_state=holder.state if holder and takes_over else "",
        late_landing=bool(takes_over) and late_landing(runtime, gathered),
        filled=filled,
        verified_before_at=gathered.verified_before_at,
        channel=question.where.channel,
        thread=question.where.thread,
        direct=question.where.direct,
        created_at=now,
        expires_at=now + PLAN_LIFE,
    )


def late_landing(runtime: Runtime, gathered: Gathered) -> bool:
    """Whether an attempt whose answer was lost could still take effect after a rollback took the target over."""
    environment, holder = gathered.environment, gathered.facts.holder
    if environment is None or holder is None or holder.state not in {State.UNKNOWN, State.NEEDS_HUMAN}:
        return False
    if environment.policy.claim is ClaimRule.REQUIRED and gathered.recorded.claims:
        return False  # it is taken back in the same transaction, and hears that when it asks
    deployer = runtime.integration_of(environment).deployer
    return deployer is not None and deployer.trigger_class in {TriggerClass.C, TriggerClass.D}


async def _preview(runtime: Runtime, question: Question, gathered: Gathered, revision: str) -> Preview | Unknown | None:
    assert gathered.service is not None, "judge() passed, so the service exists"
    assert gathered.environment is not None, "judge() passed, so the target exists"
    deployer = runtime.integration_of(gathered.environment).deployer
    if deployer is None:
        return None
    live = gathered.facts.live
    order = Order(
        key=AttemptKey(operation=0, step=1, n=0),
        action=question.action,
        target=question.target,
        revision=revision,
        previous=live.revision if isinstance(live, Live) else "",
        repository=gathered.service.repository,
        how=gathered.environment.how,
        sent_at=0,
        deadline=gathered.environment.deadline,
    )
    return await read("what would run", deployer.preview(order))


def operation_of(made: Plan, *, channel: str, at: int) -> Operation:
    """The operation that carries a confirmed plan out, before it has an id."""
    moved: tuple[Change, ...] = ()
    total = 0
    if made.changes is not None:
        leaving = made.action is Action.ROLLBACK
        moved = leads(made.changes.leaving if leaving else made.changes.arriving)
        total = len(moved) + (0 if leaving else made.changes.total - len(made.changes.arriving))
    return Operation(
        id=0,
        plan_id=made.id,
        plan_hash=made.hash,
        action=made.action,
        target=made.target,
        revision=made.revision,
        who=made.who,
        state=State.QUEUED,
        previous=made.live,
        parent_id=made.takes_over,
        because=made.because,
        changes=total,
        change_line=change_line(moved, total=total) if moved else "",
        not_undone=named(made.changes.irreversible) if made.changes and made.action is Action.ROLLBACK else "",
        channel=channel,
        asked_in=made.channel,
        created_at=at,
        changed_at=at,
        due_at=at,
    )


def question_of(made: Plan, *, ref: str | None = None, owner_operation: int = 0) -> Question:
    """The question that a plan answered, to be asked again."""
    return Question(
        action=made.action,
        target=made.target,
        who=made.who,
        where=Place(channel=made.channel, thread=made.thread, direct=made.direct),
        ref=made.asked_ref if ref is None else ref,
        planned_revision=made.revision,
        owner_operation=owner_operation,
    )
