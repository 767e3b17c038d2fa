"""Where a change is live: what each environment serves, whether that has it, and since when our rows say so."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from bot.domain.changes import ChangeSet, Resolution
from bot.domain.leases import Deployment
from bot.domain.summaries import summarise
from bot.domain.terms import Unknown, short
from bot.domain.titles import Undoing
from bot.domain.whereabouts import Sighting, Whereabouts
from bot.engine.catalogue import Environment, Service
from bot.engine.comparing import reader_of
from bot.engine.living import what_is_live
from bot.engine.runtime import Runtime, read
from bot.errors import IntegrationError, Kind
from bot.ports import Changes
from bot.store import deployments

T = TypeVar("T")
PAST = 50
STEPS = 20  # earlier deployments that are asked whether they had it too


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """What is looked for, and where one reads of it."""

    runtime: Runtime
    service: Service
    reader: Changes
    revision: str
    number: int


async def where(runtime: Runtime, service: Service, ref: str) -> Whereabouts | None:
    """Every environment of the service; None where its repository does not know the change."""
    reader = reader_of(runtime, service)
    if reader is None:
        unread = Unknown(what=service.name, why="none of its connections can read its repository")
        return Whereabouts(service=service.name, ref=ref, problem=unread)
    found = await read(f"{ref} of {service.name}", _found(reader, service.repository, ref))
    if found is None or isinstance(found, Unknown):
        return Whereabouts(service=service.name, ref=ref, problem=found) if found else None
    number = int(ref[1:]) if ref.startswith("#") else 0
    wanted = _Wanted(runtime=runtime, service=service, reader=reader, revision=found.revision, number=number)
    sightings = await asyncio.gather(*(_sighting(wanted, each) for each in service.environments))
    return Whereabouts(
        service=service.name,
        ref=ref,
        revision=found.revision,
        title=found.title,
        merged=found.merged,
        sightings=tuple(sightings),
    )


async def _found(reader: Changes, repository: str, ref: str) -> Resolution | None:
    """A pull request is the commit with which it was merged, or its own head where it was not."""
    if ref.startswith("#") and (landed := await _or_none(reader.landed(repository, int(ref[1:])))):
        return await _or_none(reader.resolve(repository, landed))
    return await _or_none(reader.resolve(repository, ref))


async def _or_none(reading: Awaitable[T]) -> T | None:
    try:
        return await reading
    except IntegrationError as error:
        if error.kind is Kind.NOT_FOUND:
            return None
        raise


async def _sighting(wanted: _Wanted, environment: Environment) -> Sighting:
    live = await what_is_live(wanted.runtime, environment)
    if live is None or isinstance(live, Unknown) or not live.revision:
        return Sighting(target=environment.target, problem=live if isinstance(live, Unknown) else None)
    there = await _has(wanted, live.revision)
    if not isinstance(there, bool) or not there:
        problem = there if isinstance(there, Unknown) else None
        return Sighting(target=environment.target, serves=live.revision, problem=problem)
    past = await wanted.runtime.store.read(lambda tx: deployments.history(tx, environment.target, PAST))
    first, earlier = await _first(wanted, live.revision, past)
    return Sighting(
        target=environment.target,
        serves=live.revision,
        live=True,
        since=first.since if first else live.since,
        earlier=earlier,
        taken_back=await _taken_back(wanted, live.revision),
    )


async def _has(wanted: _Wanted, revision: str) -> bool | Unknown:
    what = f"whether {short(revision)} has it"
    return await read(what, wanted.reader.contains(wanted.service.repository, revision, wanted.revision))


async def _first(wanted: _Wanted, serves: str, past: tuple[Deployment, ...]) -> tuple[Deployment | None, bool]:
    """The oldest deployment of the unbroken row, up to now, that has it; True where it may have been there before that."""
    first: Deployment | None = None
    known: dict[str, bool | Unknown] = {serves: True}
    for each in past:  # newest first
        if each.revision not in known:
            if len(known) > STEPS:
                return first, True
            known[each.revision] = await _has(wanted, each.revision)
        if known[each.revision] is not True:
            return first, first is None or isinstance(known[each.revision], Unknown)
        first = each
    return first, True


async def _taken_back(wanted: _Wanted, serves: str) -> str:
    """The revert of it that is live there too."""
    if serves == wanted.revision:
        return ""
    repository = wanted.service.repository
    found = await read("what came after it", wanted.reader.compare(repository, wanted.revision, serves))
    if not isinstance(found, ChangeSet):
        return ""
    reverts = [each for each in summarise(found).arriving.reverted if each.undoing and _is(wanted, each.undoing)]
    newest = reverts[0] if reverts else None
    return (f"#{newest.number}" if newest.number else short(newest.revision)) if newest else ""


def _is(wanted: _Wanted, undoing: Undoing) -> bool:
    if undoing.revision:
        return wanted.revision.startswith(undoing.revision)
    return undoing.number > 0 and undoing.number == wanted.number
