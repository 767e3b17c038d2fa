"""Gather everything a decision needs, side by side, each read with a deadline; what could not be read is an Unknown."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.changes import ChangeSet, Resolution
from bot.domain.facts import CheckReport, ChecksRule, Facts, Holder, Live
from bot.domain.freezes import frozen
from bot.domain.leases import Deployment
from bot.domain.locks import Lock, Quarantine
from bot.domain.operations import TAKEABLE, TRANSITIONS, Effect, Operation, State
from bot.domain.people import Person
from bot.domain.policy import PERMISSION_OF
from bot.domain.restraint import hurried_until
from bot.domain.roles import Place as Named
from bot.domain.terms import Action, Millis, Place, Target, Unknown
from bot.engine import approvers, comparing, people, placing, resolving
from bot.engine.catalogue import Environment, Service, is_user
from bot.engine.living import what_is_live
from bot.engine.resolving import Question
from bot.engine.runtime import Runtime, read
from bot.store import Tx, claims, deployments, holds, leases, locks, operations, plans, quarantines

PAST = 50


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What our own rows say of a target."""

    current: Deployment | None
    last: Operation | None
    holder: Operation | None
    good: Deployment | None  # the last revision that finished verifying and is not the one to leave
    locks: tuple[Lock, ...] = ()
    quarantines: tuple[Quarantine, ...] = ()
    hold: str = ""  # why it is held since a restore
    unclaimed: int = 0  # the last success, where no run has claimed it nor any since
    claims: bool = False  # the run of the last success claimed it


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """The facts, and what else the plan shows that no gate asks for."""

    facts: Facts
    recorded: Recorded
    service: Service | None
    environment: Environment | None
    verified_before_at: Millis = 0
    typical: Millis = 0


async def gather(runtime: Runtime, question: Question) -> Gathered:
    """Read everything that the gates and the plan need."""
    found = runtime.catalogue.find(question.target)
    person, foreign, place = await _whoever_asks(runtime, question)
    if found is None:
        return _without_target(runtime, question, person=person, foreign=foreign)
    service, environment = found
    live = _known(question, await what_is_live(runtime, environment), runtime.clock.now())
    recorded = await runtime.store.read(lambda tx: recall(tx, question.target, live, runtime.clock.now()))
    resolution = await resolving.resolve(runtime, question, service, environment, recorded.good)
    changes, checks = await asyncio.gather(
        _compare(runtime, service, environment, live, resolution), _checks(runtime, service, environment, resolution)
    )
    verified_at, typical, changes = await runtime.store.read(
        lambda tx: (
            *_history(tx, question, environment, resolution),
            comparing.with_past(tx, question.target, changes) if isinstance(changes, ChangeSet) else changes,
        )
    )
    now = runtime.clock.now()
    facts = Facts(
        now=now,
        action=question.action,
        target=question.target,
        policy=environment.policy,
        person=person,
        home_team=runtime.home.team,
        shared_channel=foreign,
        resolution=resolution,
        planned_revision=question.planned_revision,
        live=live,
        changes=changes,
        checks=checks,
        verified_before=verified_at > 0,
        frozen=frozen(runtime.catalogue.freezes, question.target, now),
        holder=holder_of(recorded.holder),
        hold=recorded.hold,
        owner_operation=question.owner_operation,
        unsettled=unsettled(recorded.last),
        locks=recorded.locks,
        quarantines=recorded.quarantines,
        automatic=question.automatic,
        unclaimed=recorded.unclaimed,
        authors=approvers.authors(runtime, environment, live, changes),
        hurried_until=await _hurried(runtime, question),
        place=place,
        known_services=tuple(runtime.catalogue.services),
        helpers=helpers(runtime, question),
    )
    return Gathered(
        facts=facts,
        recorded=recorded,
        service=service,
        environment=environment,
        verified_before_at=verified_at,
        typical=typical,
    )


async def _whoever_asks(runtime: Runtime, question: Question) -> tuple[Person | Unknown, bool | Unknown, Named]:
    """Who it is, whether others share the place, and how roles name the place."""
    return await asyncio.gather(
        people.who(runtime, question.who, acting=True),
        shared(runtime, question.where),
        placing.named(runtime, question.where),
    )


async def _hurried(runtime: Runtime, question: Question) -> Millis:
    """When this person may ask for the target again; what was planned already is not asked a second time."""
    now, limit = runtime.clock.now(), runtime.catalogue.limit
    if question.planned_revision or question.automatic or not limit.asks:
        return 0
    asked = await runtime.store.read(lambda tx: plans.asked(tx, question.who, question.target, now - limit.within))
    return hurried_until(asked, limit, now)


def _known(question: Question, live: Live | Unknown | None, now: Millis) -> Live | Unknown | None:
    """A target that is too ill to answer does not keep its own rollback from starting: what was deployed last is what it leaves."""
    if isinstance(live, Unknown) and question.leaving:
        return Live(revision=question.leaving, said_by="our record", at=now)
    return live


def _without_target(
    runtime: Runtime, question: Question, *, person: Person | Unknown, foreign: bool | Unknown
) -> Gathered:
    facts = Facts(
        now=runtime.clock.now(),
        action=question.action,
        target=question.target,
        policy=None,
        person=person,
        home_team=runtime.home.team,
        shared_channel=foreign,
        resolution=None,
        known_services=tuple(runtime.catalogue.services),
    )
    nothing = Recorded(current=None, last=None, holder=None, good=None)
    return Gathered(facts=facts, recorded=nothing, service=None, environment=None)


async def shared(runtime: Runtime, where: Place) -> bool | Unknown:
    """Whether a place is shared with another workspace."""
    if where.direct or not where.channel:
        return False
    channel = await read("this channel", runtime.chat.channel(where.channel))
    return channel if isinstance(channel, Unknown) else channel.shared


def recall(tx: Tx, target: Target, live: Live | Unknown | None, now: Millis) -> Recorded:
    """Our own rows about a target, in one read."""
    recent = operations.of_target(tx, target, 20)
    lease = leases.holder(tx, target)
    holder = operations.get(tx, lease.operation) if lease else None
    waiting = next((each for each in recent if not each.finished), None)
    last = recent[0] if recent else None
    leaving = _half_way(recent) or (live.revision if isinstance(live, Live) else "")
    bad = quarantines.current(tx, target)
    return Recorded(
        current=deployments.current(tx, target),
        last=last,
        holder=holder or waiting,
        good=_last_good(tx, target, {leaving, *(each.revision for each in bad)}, recent),
        locks=locks.current(tx, target, now),
        quarantines=bad,
        hold=hold.words if (hold := holds.get(tx, target)) else "",
        unclaimed=claims.missing(tx, target),
        claims=claims.proven(tx, target),
    )


def _half_way(recent: Iterable[Operation]) -> str:
    """The revision that was on its way in when things stopped being whole: a rollback leaves that one, whatever is served."""
    for operation in recent:  # newest first
        if operation.state in {State.SUCCEEDED, State.ROLLED_BACK}:
            return ""
        if operation.finished and not unsettled(operation):
            continue  # it did nothing
        if operation.action is not Action.ROLLBACK:
            return operation.revision
    return ""


def _last_good(tx: Tx, target: Target, bad: set[str], recent: tuple[Operation, ...]) -> Deployment | None:
    """The newest revision that finished verifying here, was not rolled back from since, and is not the one to leave."""
    past = (each for each in deployments.history(tx, target, PAST) if each.verified and each.revision not in bad)
    return next((each for each in past if not rolled_back_from(each, recent)), None)


def rolled_back_from(found: Deployment, recent: Iterable[Operation]) -> bool:
    """Whether somebody went back from this revision since it was live."""
    left = [each for each in recent if each.action is Action.ROLLBACK and each.state is State.SUCCEEDED]
    return any(found.revision == each.previous and each.finished_at >= found.since for each in left)


def unsettled(last: Operation | None) -> bool:
    """The last operation ended half way, so that what is live may not be whole."""
    return last is not None and last.state in {State.FAILED, State.CANCELLED} and last.effect not in {None, Effect.NONE}


def holder_of(operation: Operation | None) -> Holder | None:
    """An unfinished operation in the gates' words."""
    if operation is None or operation.finished:
        return None
    return Holder(
        operation=operation.id,
        action=operation.action,
        state=operation.state,
        who=operation.who.mention,
        since=operation.created_at,
        takeable=operation.state in TAKEABLE or State.SUPERSEDED in TRANSITIONS[operation.state],
    )


async def _compare(
    runtime: Runtime,
    service: Service,
    environment: Environment,
    live: Live | Unknown | None,
    resolution: Resolution | Unknown | None,
) -> ChangeSet | Unknown | None:
    changes = runtime.integration_of(environment).changes
    if changes is None or not isinstance(live, Live) or not live.revision or not isinstance(resolution, Resolution):
        return None
    return await comparing.compare(changes, service, live.revision, resolution.revision)


async def _checks(
    runtime: Runtime, service: Service, environment: Environment, resolution: Resolution | Unknown | None
) -> CheckReport | Unknown | None:
    checks = runtime.integration_of(environment).checks
    if checks is None or environment.policy.checks is ChecksRule.NONE or not isinstance(resolution, Resolution):
        return None
    return await read("the checks", checks.report(service.repository, resolution.revision))


def _history(
    tx: Tx, question: Question, environment: Environment, resolution: Resolution | Unknown | None
) -> tuple[Millis, Millis]:
    verified_at = 0
    if environment.policy.after and isinstance(resolution, Resolution):
        before = Target(service=question.target.service, environment=environment.policy.after)
        verified_at = deployments.was_verified(tx, before, resolution.revision) or 0
    durations = sorted(operations.durations(tx, question.target, question.action))
    typical = durations[len(durations) // 2] if durations else 0
    return verified_at, typical


def helpers(runtime: Runtime, question: Question) -> tuple[str, ...]:
    """Who may do this, as Slack shows them: user mentions and group handles, at most five."""
    permission = PERMISSION_OF[question.action]
    named = [
        who
        for role in runtime.catalogue.roles
        if permission in role.may and role.covers(question.target)
        for who in sorted(role.people)
    ]
    return tuple(dict.fromkeys(shown(who) for who in named))[:5]


def shown(who: str) -> str:
    """A word of `people:` as people read it."""
    if who == "members":
        return "any member"
    return f"<@{who}>" if is_user(who) else f"@{who}"
