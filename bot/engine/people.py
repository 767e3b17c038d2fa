"""Who somebody is: Slack's answer, kept for a while, with the user groups that our roles name."""

import asyncio
from dataclasses import replace

from bot.domain.people import Person
from bot.domain.terms import HOUR, MINUTE, SECOND, Identity, Millis, Unknown
from bot.engine.runtime import Runtime, read
from bot.store import groups, people

FRESH: Millis = 5 * MINUTE
GROUP_FRESH: Millis = HOUR
ACTING: Millis = 15 * SECOND  # how old that may be before something is planned or started
GROUP_ACTING: Millis = 5 * MINUTE  # Slack answers about groups twenty times a minute


async def who(runtime: Runtime, identity: Identity, *, acting: bool = False) -> Person | Unknown:
    """The person with their groups; an Unknown where Slack could not be asked and nothing fresh is on record.

    Before something is done (`acting`) Slack is asked again sooner, as news of who left may have been lost.
    """
    person = await _person(runtime, identity, ACTING if acting else FRESH)
    if isinstance(person, Unknown):
        return person
    memberships = await asyncio.gather(
        *(
            _members(runtime, group, GROUP_ACTING if acting else GROUP_FRESH)
            for group in sorted(runtime.catalogue.groups())
        )
    )
    mine: set[str] = set()
    for group, members in zip(sorted(runtime.catalogue.groups()), memberships, strict=True):
        if isinstance(members, Unknown):
            return members
        if identity.user in members:
            mine.add(group)
    return replace(person, groups=frozenset(mine))


async def _person(runtime: Runtime, identity: Identity, fresh_for: Millis) -> Person | Unknown:
    now = runtime.clock.now()
    known = await runtime.store.read(lambda tx: people.get(tx, identity))
    age = now - known.read_at if known is not None else -1  # below nothing: the clock went back
    if known is not None and 0 <= age < fresh_for:
        return known
    found = await read("who you are", runtime.chat.person(identity.user))
    if isinstance(found, Unknown):
        return known if known is not None and 0 <= age < FRESH else found
    # Slack answers by user id alone: whoever acts with another team's id is not the person of that id in ours.
    fresh = replace(found, identity=identity, read_at=now)
    await runtime.store.write(lambda tx: people.put(tx, fresh))
    return fresh


async def _members(runtime: Runtime, group: str, fresh_for: Millis) -> frozenset[str] | Unknown:
    now = runtime.clock.now()
    known = await runtime.store.read(lambda tx: groups.get(tx, group))
    age = now - known.read_at if known is not None else -1
    if known is not None and 0 <= age < fresh_for:
        return known.members
    found = await read(f"the user group {group}", runtime.chat.group_members(group))
    if isinstance(found, Unknown):
        return known.members if known is not None and 0 <= age < GROUP_FRESH else found
    await runtime.store.write(lambda tx: groups.put(tx, group, found, now))
    return found


async def forget(runtime: Runtime, topic: str, about: str) -> None:
    """Something changed in Slack: read it again next time."""
    if topic == "user":
        await runtime.store.write(lambda tx: people.forget(tx, about))
    elif topic == "group":
        await runtime.store.write(groups.forget_all)
