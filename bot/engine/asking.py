"""Answer questions without changing anything: status, history, changes, why, what waits for me, what I may do."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.domain.changes import ChangeSet, Resolution
from bot.domain.facts import Live
from bot.domain.help import Grant, Whoami
from bot.domain.holds import Hold
from bot.domain.leases import Deployment
from bot.domain.operations import Operation, State
from bot.domain.people import Person
from bot.domain.plans import Offer, Plan
from bot.domain.requests import Invocation, Request
from bot.domain.roles import channels_of, may
from bot.domain.status import Desk, ServiceStatus, Status, TargetStatus, Waiting
from bot.domain.terms import READING, Identity, Permission, Target, Unknown
from bot.domain.verdicts import Verdict
from bot.engine import agreeing, comparing, observing, people, planning
from bot.engine.catalogue import Environment, Service
from bot.engine.living import what_is_live
from bot.engine.resolving import Question
from bot.engine.runtime import Runtime, read
from bot.store import Tx, deployments, holds, offers, operations, plans

HISTORY = 20
LAST_TARGETS = 5


async def status(runtime: Runtime, services: Sequence[str], *, scope: str = "") -> Status:
    """What is where now: every target of these services is asked, side by side."""
    known = [runtime.catalogue.services[name] for name in services]
    found = await asyncio.gather(*(_service(runtime, service) for service in known))
    return Status(services=tuple(found), scope=scope)


async def _service(runtime: Runtime, service: Service) -> ServiceStatus:
    targets = await asyncio.gather(*(target_status(runtime, service, each) for each in service.environments))
    return ServiceStatus(service=service.name, targets=await _how_far_ahead(runtime, service, targets))


async def target_status(runtime: Runtime, service: Service, environment: Environment) -> TargetStatus:
    """One target as it answers, with what our rows say."""
    del service
    live = await what_is_live(runtime, environment)
    target = environment.target

    def recall(tx: Tx) -> tuple[Deployment | None, tuple[Operation, ...], Hold | None]:
        return deployments.current(tx, target), operations.of_target(tx, target, 5), holds.get(tx, target)

    recorded, recent, hold = await runtime.store.read(recall)
    observing.notice(runtime, target, live, recorded)
    running = next((each for each in recent if not each.finished), None)
    return TargetStatus(
        target=target,
        production=environment.policy.production,
        live=live,
        recorded=recorded,
        running=running,
        last=next((each for each in recent if each.finished), None),
        hold=hold.words if hold else "",
    )


async def _how_far_ahead(
    runtime: Runtime, service: Service, targets: Sequence[TargetStatus]
) -> tuple[TargetStatus, ...]:
    """How many changes each target has that the service's last environment has not."""
    main = targets[-1] if targets else None
    changes = runtime.integration_of(service.environments[-1]).changes if service.environments else None
    if main is None or changes is None or not main.revision:
        return tuple(targets)

    async def ahead(each: TargetStatus) -> TargetStatus:
        if each is main or not each.revision or each.revision == main.revision:
            return each
        found = await read(
            "the changes", changes.compare(service.repository, main.revision, each.revision, paths=service.paths)
        )
        return replace(each, ahead=found.total) if isinstance(found, ChangeSet) else each

    return tuple(await asyncio.gather(*(ahead(each) for each in targets)))


async def history(runtime: Runtime, target: Target) -> tuple[list[Operation | Deployment], str]:
    """Operations and observed deployments, newest first, and what is served now."""
    _, environment = runtime.place_of(target)

    def recall(tx: Tx) -> list[Operation | Deployment]:
        entries: list[Operation | Deployment] = [*operations.of_target(tx, target, HISTORY)]
        entries += [each for each in deployments.history(tx, target, HISTORY) if each.observed]
        return sorted(
            entries, key=lambda each: each.created_at if isinstance(each, Operation) else each.since, reverse=True
        )

    entries = await runtime.store.read(recall)
    live = await what_is_live(runtime, environment)
    return entries[:HISTORY], live.revision if isinstance(live, Live) else ""


async def changes_between(runtime: Runtime, target: Target, ref: str) -> ChangeSet | Unknown | None:
    """What `ref` (empty: the default branch) would bring to a target, or None where nothing is live there."""
    service, environment = runtime.place_of(target)
    reader = runtime.integration_of(environment).changes
    live = await what_is_live(runtime, environment)
    if reader is None:
        return Unknown(what="the changes", why=f"{environment.via} cannot read repositories")
    if isinstance(live, Unknown) or live is None or not live.revision:
        return live if isinstance(live, Unknown) else None
    found = await read(ref or "the default branch", reader.resolve(service.repository, ref))
    if not isinstance(found, Resolution):
        return found
    return await comparing.for_target(runtime, reader, service, target, live.revision, found.revision)


async def why(
    runtime: Runtime, request: Request, invocation: Invocation, target: Target
) -> tuple[tuple[Verdict, ...], str]:
    """Every gate's verdict for a request, and the revision it was asked about; nothing is stored."""
    question = Question(
        action=request.action, target=target, who=invocation.who, where=invocation.where, ref=request.ref
    )
    made = await planning.draft(runtime, question, because=request.because, filled=frozenset())
    resolution = made.gathered.facts.resolution
    return made.verdicts, resolution.revision if isinstance(resolution, Resolution) else ""


async def desk(runtime: Runtime, who: Identity) -> Desk:
    """What waits for somebody, their open plans, what runs, and the targets they used last."""
    now = runtime.clock.now()

    def recall(tx: Tx) -> tuple[tuple[Operation, ...], list[tuple[Plan, tuple[Offer, ...]]], tuple[Target, ...]]:
        unfinished = operations.unfinished(tx)
        open_plans = [(each, tuple(offers.open_of(tx, f"plan:{each.id}", now))) for each in plans.open_of(tx, who, now)]
        return unfinished, open_plans, operations.last_targets(tx, who, LAST_TARGETS)

    unfinished, open_plans, targets = await runtime.store.read(recall)
    waiting = [each for each in unfinished if each.state is State.NEEDS_HUMAN]
    rights = await runtime.store.read(
        lambda tx: {each.id: tuple(offers.open_of(tx, f"operation:{each.id}", now)) for each in waiting}
    )
    recent = await asyncio.gather(
        *(target_status(runtime, *found) for target in targets if (found := runtime.catalogue.find(target)))
    )
    asked, _ = await agreeing.mine(runtime, who)
    mine = {each.operation.id for each in asked}
    return Desk(
        waiting=(*asked, *(Waiting(operation=each, offers=rights[each.id]) for each in waiting)),
        plans=tuple(open_plans),
        running=tuple(each for each in unfinished if each.state is not State.NEEDS_HUMAN and each.id not in mine)[:10],
        recent=tuple(recent),
    )


async def whoami(runtime: Runtime, who: Identity) -> Whoami:
    """Who somebody is to us, and every permission with the rule behind it, by environment where they differ."""
    person = await people.who(runtime, who)
    if isinstance(person, Unknown):
        return Whoami(person=person)
    grants = [
        grant
        for permission in Permission
        if permission not in READING
        for grant in _grants(runtime, person, permission)
    ]
    return Whoami(person=person, grants=tuple(grants), home=who.team == runtime.home.team)


def _grants(runtime: Runtime, person: Person, permission: Permission) -> list[Grant]:
    """One grant for everywhere where all targets agree, else one for each target that allows it."""
    targets = runtime.catalogue.targets()
    roles = runtime.catalogue.roles
    anywhere = channels_of(permission, None, roles)
    answers = {target: may(person, permission, target, roles, place=anywhere) for target in targets}
    allowed = [target for target, (yes, _) in answers.items() if yes]
    if not allowed:
        return _forbidden(answers, permission)
    if len(allowed) == len(targets):
        return [Grant(permission=permission, allowed=True, rule=answers[allowed[0]][1])]
    environments = sorted({target.environment for target in allowed})
    whole = all((target in allowed) for target in targets if target.environment in environments)
    where = ", ".join(environments) if whole else ", ".join(str(target) for target in allowed[:5])
    return [Grant(permission=permission, allowed=True, rule=answers[allowed[0]][1], where=where)]


def _forbidden(answers: Mapping[Target, tuple[bool, str]], permission: Permission) -> list[Grant]:
    """What a rule takes away is said; what nobody ever granted is not."""
    rule = next((rule for _, rule in answers.values() if rule.endswith(".may_not")), "")
    return [Grant(permission=permission, allowed=False, rule=rule)] if rule else []
