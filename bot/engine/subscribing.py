"""What people say about digests: give me one, give this channel one, no more of these."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from bot.domain import schedules
from bot.domain.digests import USUAL_AT, USUAL_DAYS, Digest, Subscription, Told
from bot.domain.requests import Invocation
from bot.domain.schedules import Unscheduled
from bot.domain.terms import Millis, Unknown
from bot.engine import digesting, people
from bot.engine.facts import shared
from bot.engine.runtime import Runtime
from bot.errors import UserError
from bot.store import Tx, audit, digests


@dataclass(frozen=True, kw_only=True)
class Here:
    """Where somebody is: the channel by its id and its name, and the services that are at home there."""

    invocation: Invocation
    names: frozenset[str] = frozenset()
    services: tuple[str, ...] = ()

    @property
    def person(self) -> str:
        """The address of the asker's own."""
        return f"user:{self.invocation.who.user}"

    def comes_here(self, digest: Digest, *, mine: bool) -> bool:
        """Whether a digest comes to this place, or (`mine`) to the asker."""
        own = mine or self.invocation.where.direct
        return digest.channel == self.person if own else digest.channel.lstrip("#") in self.names


async def next_here(runtime: Runtime, here: Here) -> tuple[Digest, Millis] | None:
    """The digest that comes here next, and when."""
    wanted = await runtime.store.read(lambda tx: digesting.wanted_digests(tx, runtime.catalogue))
    found = [
        (at, each.key, each)
        for each in wanted.values()
        if here.comes_here(each, mine=False) and (at := _after(each, runtime.clock.now()))
    ]
    if not found:
        return None
    at, _, digest = min(found, key=lambda each: each[:2])
    return digest, at


async def subscribe(runtime: Runtime, here: Here, *, time: str, days: str, mine: bool) -> tuple[Told, Millis]:
    """The outcome, and when it comes next. Raises UserError for a time that is none."""
    own = mine or here.invocation.where.direct
    if not own and await shared(runtime, here.invocation.where) is not False:
        return Told.SHARED, 0
    zone = await _zone(runtime, here) if own else runtime.catalogue.zone
    key = f"me@{here.invocation.who.user}" if own else f"here@{here.invocation.where.channel}"
    wish = Subscription(
        key=key,
        channel=here.person if own else here.invocation.where.channel,
        time=time or USUAL_AT,
        days=days or USUAL_DAYS,
        zone=zone,
        services=() if own else here.services,
        by=here.invocation.who.user,
        at=runtime.clock.now(),
    )
    hint = f"Write a time of the day, and days if you like: `{runtime.catalogue.command} digest me 08:45 mon-fri`"
    try:
        schedules.at(wish.time, wish.days, wish.zone)
    except Unscheduled as error:
        raise UserError(f"That is no time for a digest: {error}.", hint=hint) from error
    return await runtime.store.write(_subscribing(runtime, here, wish, resume=not time and not own))


def _subscribing(
    runtime: Runtime, here: Here, wish: Subscription, *, resume: bool
) -> Callable[[Tx], tuple[Told, Millis]]:
    def subscribe(tx: Tx) -> tuple[Told, Millis]:
        known = digests.subscription(tx, wish.key)
        configured = [each for each in runtime.catalogue.digests if here.comes_here(each, mine=False)] if resume else []
        for each in configured:
            digests.put(tx, Subscription(key=each.key, by=wish.by, at=wish.at))
        if not configured:
            digests.put(tx, wish)
        _note(tx, here, "digest.subscribed", [each.key for each in configured] or [wish.key], wish.at)
        wanted = digesting.wanted_digests(tx, runtime.catalogue)
        mine = [wanted[key] for key in ([each.key for each in configured] or [wish.key]) if key in wanted]
        coming = [at for each in mine if (at := _after(each, wish.at))]
        outcome = Told.CHANGED if known is not None and not known.stopped else Told.YES
        return outcome, min(coming, default=0)

    return subscribe


async def unsubscribe(runtime: Runtime, here: Here, *, key: str, mine: bool) -> tuple[Told, Millis]:
    """Stop the one with this key, or all that come here."""
    own = mine or here.invocation.where.direct
    if not own and await shared(runtime, here.invocation.where) is not False:
        return Told.SHARED, 0
    now = runtime.clock.now()

    def stop(tx: Tx) -> tuple[Told, Millis]:
        wanted = digesting.wanted_digests(tx, runtime.catalogue)
        found = [each for each in wanted.values() if here.comes_here(each, mine=mine) and key in {"", each.key}]
        if not found:
            return Told.ELSEWHERE if key in wanted else Told.NONE, 0
        for each in found:
            before = digests.subscription(tx, each.key) or Subscription(key=each.key)
            digests.put(tx, replace(before, stopped=True, by=here.invocation.who.user, at=now))
        _note(tx, here, "digest.stopped", [each.key for each in found], now)
        return Told.STOPPED, 0

    return await runtime.store.write(stop)


def _note(tx: Tx, here: Here, action: str, keys: list[str], now: Millis) -> None:
    who = here.invocation.who
    for key in keys:
        audit.append(
            tx, at=now, actor=f"{who.team}/{who.user}", action=action, subject=f"digest:{key}", reason="", body={}
        )


def _after(digest: Digest, now: Millis) -> Millis | None:
    return schedules.after(digest.schedule, now)


async def _zone(runtime: Runtime, here: Here) -> str:
    """The asker's own, as Slack has it; where this machine does not know it, the installation's."""
    person = await people.who(runtime, here.invocation.who)
    zone = "" if isinstance(person, Unknown) else person.zone
    try:
        return ZoneInfo(zone).key if zone else runtime.catalogue.zone
    except (ValueError, OSError, LookupError):
        return runtime.catalogue.zone
