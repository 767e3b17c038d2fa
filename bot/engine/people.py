"""Who somebody is: Slack's answer, kept for a while, with the user groups that our roles name."""

import asyncio
from dataclasses import replace

from bot.domain.people import Person
from bot.domain.terms import HOUR, MINUTE, Identity, Millis, Unknown
from bot.engine.runtime import Runtime, read
from bot.store import groups, people

FRESH: Millis = 5 * MINUTE
GROUP_FRESH: Millis = HOUR


async def who(runtime: Runtime, identity: Identity) -> Person | Unknown:
    """The person with their groups; an Unknown where Slack could not be asked and nothing fresh is on record."""
    person = await _person(runtime, identity)
    if isinstance(person, Unknown):
        return person
    memberships = await asyncio.gather(*(_members(runtime, group) for group in sorted(runtime.catalogue.groups())))
    mine: set[str] = set()
    for group, members in zip(sorted(runtime.catalogue.groups()), memberships, strict=True):
        if isinstance(members, Unknown):
            return members
        if identity.user in members:
            mine.add(group)
    return replace(person, groups=frozenset(mine))


async def _person(runtime: Runtime, identity: Identity) -> Person | Unknown:
    now = runtime.clock.now()
    known = await runtime.store.read(lambda tx: people.get(tx, identity))
    if known is not None and 0 <= now - known.read_at < FRESH:  # read in the future: the clock went back
        return known
    found = await read("who you are", runtime.chat.person(identity.user))
    if isinstance(found, Unknown):
        return found
    # Slack answers by user id alone: whoever acts with another team's id is not the person of that id in ours.
    fresh = replace(found, identity=identity, read_at=now)
    await runtime.store.write(lambda tx: people.put(tx, fresh))
    return fresh


async def _members(runtime: Runtime, group: str) -> frozenset[str] | Unknown:
    now = runtime.clock.now()
    known = await runtime.store.read(lambda tx: groups.get(tx, group))
    if known is not None and 0 <= now - known.read_at < GROUP_FRESH:
        return known.members
    found = await read(f"the user group {group}", runtime.chat.group_members(group))
    if isinstance(found, Unknown):
        return found
    await runtime.store.write(lambda tx: groups.put(tx, group, found, now))
    return found


async def forget(runtime: Runtime, topic: str, about: str) -> None:
    """Something changed in Slack: read it again next time."""
    if topic == "user":
        await runtime.store.write(lambda tx: people.forget(tx, about))
    elif topic == "group":
        await runtime.store.write(groups.forget_all)
