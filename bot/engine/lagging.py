"""What is merged and not live, asked of repositories and targets."""

import asyncio
from collections.abc import Sequence

from bot.domain.changes import ChangeSet, Resolution
from bot.domain.lags import Lag, lag_of
from bot.domain.terms import Target, Unknown
from bot.engine import comparing
from bot.engine.catalogue import Environment, Service
from bot.engine.living import what_is_live
from bot.engine.measuring import targets_of
from bot.engine.runtime import Runtime, read

AT_ONCE = 8  # repositories that are asked side by side


async def lags(runtime: Runtime, services: Sequence[Service]) -> tuple[Lag, ...]:
    """One for each place where the service's delivery is measured; what could not be read says so, nothing raises."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(service: Service, target: Target) -> Lag:
        async with gate:
            return await _lag(runtime, service, target)

    wanted = [(service, target) for service in services for target in targets_of(service)]
    return tuple(await asyncio.gather(*(one(service, target) for service, target in wanted)))


async def _lag(runtime: Runtime, service: Service, target: Target) -> Lag:
    environment = service.environment(target.environment)
    assert environment is not None, "the catalogue knows its own targets"
    found = await _behind(runtime, service, environment)
    if isinstance(found, Unknown):
        return Lag(target=target, unread=f"{found.what}: {found.why}")
    return lag_of(target, found) if found else Lag(target=target, unread="nothing is live there yet")


async def _behind(runtime: Runtime, service: Service, environment: Environment) -> ChangeSet | Unknown | None:
    reader = runtime.integration_of(environment).changes
    if reader is None:
        return Unknown(what="the changes", why=f"{environment.via} cannot read repositories")
    live = await what_is_live(runtime, environment)
    if live is None or isinstance(live, Unknown) or not live.revision:
        return live if isinstance(live, Unknown) else None
    head = await read(f"the default branch of {service.name}", reader.resolve(service.repository, ""))
    if not isinstance(head, Resolution):
        return head
    return await comparing.compare(reader, service, live.revision, head.revision)
