"""User groups: read again every hour and whenever Slack says that one changed; whoever joined or left one that matters is told of."""

import asyncio

import structlog

from bot.domain.deliveries import Outgoing
from bot.domain.terms import HOUR, MINUTE, Millis, Unknown
from bot.domain.timers import Timer
from bot.engine.runtime import Runtime, read
from bot.errors import ChatError
from bot.store import Tx, audit, groups, memberships, outbox, timers
from bot.store.memberships import Movement

log = structlog.get_logger(__name__)
FRESH: Millis = HOUR
ACTING: Millis = 5 * MINUTE  # Slack answers about groups twenty times a minute
TIMER, EVERY = "groups", "all"
CHANGED = "group_changed"
NO_GROUPS = frozenset({"plan_upgrade_required", "paid_teams_only"})
"""What Slack says where the workspace's plan has no user groups: then those of the configuration count."""


async def members(runtime: Runtime, group: str, fresh_for: Millis) -> frozenset[str] | Unknown:
    """Who is in a group; an Unknown where Slack could not be asked and nothing fresh is on record."""
    now = runtime.clock.now()
    known = await runtime.store.read(lambda tx: groups.get(tx, group))
    age = now - known.read_at if known is not None else -1  # below nothing: the clock went back
    if known is not None and 0 <= age < fresh_for:
        return known.members
    found = await read(f"the user group {group}", _ask(runtime, group))
    if isinstance(found, Unknown):
        return known.members if known is not None and 0 <= age < FRESH else found
    if await runtime.store.write(lambda tx: _keep(tx, runtime, group, found, now)):
        runtime.runner.wake("outbox")
    return found


async def _ask(runtime: Runtime, group: str) -> frozenset[str]:
    try:
        return await runtime.chat.group_members(group)
    except ChatError as error:
        if error.code in NO_GROUPS and group in runtime.catalogue.fallback:
            return frozenset(runtime.catalogue.fallback[group])
        raise


def _keep(tx: Tx, runtime: Runtime, group: str, found: frozenset[str], now: Millis) -> Movement:
    groups.put(tx, group, found, now)
    movement = memberships.note(tx, group, found, now)
    if not movement:
        return movement
    production = group in runtime.catalogue.production_groups()
    body = {"joined": " ".join(movement.joined), "left": " ".join(movement.left), "production": str(production)}
    audit.append(tx, at=now, actor="slack", action="group.changed", subject=f"group:{group}", reason="", body=body)
    if production and runtime.catalogue.admin_channel:
        outbox.put(tx, _told(runtime, group, movement, now))
    return movement


def _told(runtime: Runtime, group: str, movement: Movement, now: Millis) -> Outgoing:
    return Outgoing(
        key=f"group:{group}:{now}",
        kind=CHANGED,
        subject=f"group:{group}",
        channel=runtime.catalogue.admin_channel,
        body={
            "group": group,
            "joined": " ".join(movement.joined),
            "left": " ".join(movement.left),
            "counts_at": str(now + runtime.catalogue.group_delay),
        },
        due_at=now,
    )


async def refresh(runtime: Runtime) -> None:
    """Read every group that a role or an approval names, whatever is remembered of it."""
    names = sorted(runtime.catalogue.groups())
    found = await asyncio.gather(*(members(runtime, group, 0) for group in names))
    for group, read_now in zip(names, found, strict=True):
        if isinstance(read_now, Unknown):
            log.info("group not read", group=group, why=read_now.why)


def start(runtime: Runtime) -> None:
    """Begin a reading beside everything else."""

    async def work() -> None:
        await refresh(runtime)

    runtime.supervisor.start("groups", work)


async def sweep(runtime: Runtime) -> bool:
    """Once an hour, by a row: whoever was taken out of a group is noticed even where nobody asks. True where it was time."""
    if not runtime.catalogue.groups():
        return False
    now = runtime.clock.now()

    waiting = await runtime.store.read(lambda tx: timers.get(tx, TIMER, EVERY))
    if waiting is not None and now < waiting.due_at <= now + FRESH:
        return False
    again = Timer(kind=TIMER, subject=EVERY, due_at=now + FRESH, body={})
    await runtime.store.write(lambda tx: timers.set(tx, again))
    start(runtime)
    return True
