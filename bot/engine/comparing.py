"""The range between two revisions of a service, with what a summary needs beside it: files to look at, and what is known of its head."""

from dataclasses import replace

from bot.domain.changes import ChangeSet, Resolution
from bot.domain.risks import touched
from bot.domain.terms import Target, Unknown
from bot.engine.catalogue import Environment, Service
from bot.engine.living import what_is_live
from bot.engine.runtime import Runtime, read
from bot.ports import Changes
from bot.store import Tx, operations

PAST = 50


async def compare(reader: Changes, service: Service, base: str, head: str) -> ChangeSet | Unknown:
    """What `head` would bring to whoever has `base`; of the changed files only those are kept that people should look at."""
    found = await read(
        f"the changes of {service.name}",
        reader.compare(service.repository, base, head, paths=service.paths, irreversible=service.irreversible),
    )
    if isinstance(found, Unknown):
        return found
    return replace(found, touched=touched(found.paths, service.risky), paths=())


def with_past(tx: Tx, target: Target, found: ChangeSet) -> ChangeSet:
    """The same, with when somebody last went back from its head in this target."""
    return replace(found, left_at=operations.left_at(tx, target, found.head, PAST))


async def for_target(
    runtime: Runtime, reader: Changes, service: Service, target: Target, base: str, head: str
) -> ChangeSet | Unknown:
    """Both at once."""
    found = await compare(reader, service, base, head)
    if isinstance(found, Unknown):
        return found
    return await runtime.store.read(lambda tx: with_past(tx, target, found))


async def between(runtime: Runtime, service: Service, base: str, head: str) -> ChangeSet | Unknown | None:
    """From one environment or ref to another (an empty head is the default branch); None where nothing is live at `base`."""
    reader = reader_of(runtime, service)
    if reader is None:
        return Unknown(what="the changes", why=f"nothing of {service.name} can read its repository")
    start = await _revision(runtime, reader, service, base)
    end = await _revision(runtime, reader, service, head)
    if isinstance(start, Unknown):
        return start
    if isinstance(end, Unknown):
        return end
    if not start or not end:
        return None
    to = _environment(service, base)
    if to is None:
        return await compare(reader, service, start, end)
    return await for_target(runtime, reader, service, to.target, start, end)


def reader_of(runtime: Runtime, service: Service) -> Changes | None:
    """The first of its connections that can read the repository."""
    found = (runtime.integration_of(each).changes for each in service.environments)
    return next((each for each in found if each is not None), None)


def _environment(service: Service, word: str) -> Environment | None:
    wanted = word.lower()
    return next((each for each in service.environments if wanted == each.name or wanted in each.aliases), None)


async def _revision(runtime: Runtime, reader: Changes, service: Service, word: str) -> str | Unknown:
    """What an environment serves, or what a ref names; empty where nothing is live there."""
    environment = _environment(service, word)
    if environment is not None:
        live = await what_is_live(runtime, environment)
        return live if isinstance(live, Unknown) else live.revision if live else ""
    found = await read(word or "the default branch", reader.resolve(service.repository, word))
    return found.revision if isinstance(found, Resolution) else found
