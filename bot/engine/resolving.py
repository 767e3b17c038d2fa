"""From a ref, the last good revision or the environment before, to the one revision that is meant."""

from collections.abc import Awaitable
from dataclasses import dataclass, replace

from bot.domain.changes import RefKind, Resolution
from bot.domain.leases import Deployment
from bot.domain.terms import Action, Identity, Place, Target, Unknown
from bot.engine.catalogue import Environment, Service
from bot.engine.living import what_is_live
from bot.engine.runtime import Runtime, read
from bot.errors import IntegrationError, Kind


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is to be decided: an action on a target by somebody, somewhere."""

    action: Action
    target: Target
    who: Identity
    where: Place
    ref: str = ""
    planned_revision: str = ""
    owner_operation: int = 0
    automatic: bool = False  # verification asks, not a person
    leaving: str = ""  # what is known to be live where the target itself does not answer


async def resolve(
    runtime: Runtime, question: Question, service: Service, environment: Environment, good: Deployment | None
) -> Resolution | Unknown | None:
    """The one revision that a question is about; None where there is none to go to."""
    ref, label = question.ref, question.ref
    if question.action is Action.ROLLBACK and not ref:
        if good is None:
            return None
        ref, label = good.revision, "the last good revision"
    if question.action is Action.PROMOTE and not ref:
        return await _promoted(runtime, service, environment)
    return await _resolve_ref(runtime, service, environment, ref, label)


async def _promoted(runtime: Runtime, service: Service, environment: Environment) -> Resolution | Unknown | None:
    before = service.environment(environment.policy.after)
    if before is None:
        return Unknown(what="what to promote", why=f"{environment.name} has no environment before it (`after`)")
    live = await what_is_live(runtime, before)
    if live is None or isinstance(live, Unknown):
        return live
    return await _resolve_ref(runtime, service, environment, live.revision, before.name)


async def _resolve_ref(
    runtime: Runtime, service: Service, environment: Environment, ref: str, label: str
) -> Resolution | Unknown | None:
    changes = runtime.integration_of(environment).changes
    if changes is None:
        if not ref:
            return Unknown(
                what="the newest revision", why=f"{environment.via} cannot read repositories; name a revision"
            )
        return Resolution(ref=label, revision=ref, kind=RefKind.COMMIT, merged=True)
    what = f"{label or 'the default branch'} of {service.name}"
    found = await read(what, _or_none(changes.resolve(service.repository, ref)))
    return replace(found, ref=label) if isinstance(found, Resolution) and label else found


async def _or_none(reading: Awaitable[Resolution]) -> Resolution | None:
    try:
        return await reading
    except IntegrationError as error:
        if error.kind is Kind.NOT_FOUND:
            return None
        raise
