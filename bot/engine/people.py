"""Who somebody is: Slack's answer, kept for a while, with the user groups that our roles name."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from bot.domain.people import Person
from bot.domain.terms import MINUTE, SECOND, Identity, Millis, Unknown
from bot.engine import grouping
from bot.engine.runtime import Runtime, read
from bot.store import Tx, groups, people
from bot.store.groups import Group

FRESH: Millis = 5 * MINUTE
ACTING: Millis = 15 * SECOND  # how old that may be before something is planned or started


async def who(runtime: Runtime, identity: Identity, *, acting: bool = False) -> Person | Unknown:
    """The person with their groups; an Unknown where Slack could not be asked and nothing fresh is on record.

    Before something is done (`acting`) Slack is asked again sooner, as news of who left may have been lost.
    """
    wanted = sorted(runtime.catalogue.groups())

    def recall(tx: Tx) -> tuple[Person | None, dict[str, Group | None]]:
        return people.get(tx, identity), {each: groups.get(tx, each) for each in wanted}

    known, sets = await runtime.store.read(recall)
    person = await _person(runtime, identity, known, ACTING if acting else FRESH)
    if isinstance(person, Unknown):
        return person
    if person is not known:  # Slack was asked meanwhile, and may have had news of the groups too
        _, sets = await runtime.store.read(recall)
    memberships = await _all_members(runtime, sets, grouping.ACTING if acting else grouping.FRESH)
    if isinstance(memberships, Unknown):
        return memberships
    mine = frozenset(group for group, members in memberships.items() if identity.user in members)
    return replace(person, groups=mine)


async def _person(runtime: Runtime, identity: Identity, known: Person | None, fresh_for: Millis) -> Person | Unknown:
    now = runtime.clock.now()
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


async def _all_members(
    runtime: Runtime, known: Mapping[str, Group | None], fresh_for: Millis
) -> dict[str, frozenset[str]] | Unknown:
    """Who is in each group; Slack is asked side by side for those that are not fresh."""
    now = runtime.clock.now()
    members = {name: each.members for name, each in known.items() if each and 0 <= now - each.read_at < fresh_for}
    old = [name for name in known if name not in members]
    asked = await asyncio.gather(*(grouping.members(runtime, each, fresh_for) for each in old))
    for name, found in zip(old, asked, strict=True):
        if isinstance(found, Unknown):
            return found
        members[name] = found
    return members


async def forget(runtime: Runtime, topic: str, about: str) -> None:
    """Something changed in Slack: read it again next time."""
    if topic == "user":
        await runtime.store.write(lambda tx: people.forget(tx, about))
    elif topic == "group":
        await runtime.store.write(groups.forget_all)
        grouping.start(runtime)
