"""Digests that come by themselves: a timer for each, an edition for each slot, told once whatever happens in between."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import structlog

from bot.domain import schedules
from bot.domain.deliveries import Outgoing
from bot.domain.digests import FIRST, USUAL_AT, USUAL_DAYS, Digest, Edition, Subscription, Why
from bot.domain.messages import Message
from bot.domain.plans import Offer, OfferVerb
from bot.domain.schedules import Schedule
from bot.domain.terms import Millis
from bot.domain.timers import Timer
from bot.engine import finding
from bot.engine.catalogue import Catalogue
from bot.engine.runtime import Runtime
from bot.store import Tx, digests, offers, outbox, slots, timers
from bot.views import digests as views

log = structlog.get_logger(__name__)
KIND, MORE = "digest", "digest_more"
KINDS = frozenset({KIND, MORE})
BATCH = 50
MOST_PASSED = 60  # slots in a row that it may pass over
SCHEDULE = "schedule"


def start(runtime: Runtime) -> None:
    """Look at what is due, behind everything else; one look at a time."""

    async def work() -> None:
        await sweep(runtime)

    runtime.supervisor.start("digests", work)


async def sweep(runtime: Runtime) -> int:
    """Set the timers as they should be and tell what is due; returns how many were told. Repeating it is harmless."""
    wanted = await runtime.store.read(lambda tx: wanted_digests(tx, runtime.catalogue))
    now = runtime.clock.now()
    known = await runtime.store.read(lambda tx: timers.of_kind(tx, KIND))
    if any(_changes(wanted, known)):
        await runtime.store.write(lambda tx: _arm(tx, wanted, now))
    due = await runtime.store.read(lambda tx: timers.due_of(tx, KIND, now, BATCH))
    told = [await _tell(runtime, wanted[each.subject], each) for each in due if each.subject in wanted]
    if any(told):
        runtime.runner.wake("outbox")
    return sum(told)


def wanted_digests(tx: Tx, catalogue: Catalogue) -> dict[str, Digest]:
    """Everything that should come by itself, by key: what is configured, less what was stopped, and what people asked for."""
    by_key = {each.key: each for each in catalogue.digests}
    for each in digests.subscriptions(tx):
        if each.stopped:
            by_key.pop(each.key, None)
        elif each.channel:
            by_key[each.key] = subscribed(each, catalogue)
    return by_key


def subscribed(subscription: Subscription, catalogue: Catalogue) -> Digest:
    """The digest that somebody asked for; services that are not configured any more are left out."""
    chosen = tuple(name for name in subscription.services if name in catalogue.services)
    person = subscription.channel.startswith("user:")
    return Digest(
        key=subscription.key,
        name="yours" if person else "daily",
        schedule=schedules.at(subscription.time, subscription.days, subscription.zone),
        channel=subscription.channel,
        services=chosen if subscription.services else tuple(catalogue.services),
        quiet=not person,
        why=Why.PERSON if person else Why.CHANNEL,
    )


def _changes(wanted: Mapping[str, Digest], known: tuple[Timer, ...]) -> list[str]:
    """The keys whose timer is missing, of another schedule, or not wanted any more."""
    right = {each.subject for each in known if each.subject in wanted and _fits(each, wanted[each.subject].schedule)}
    return [
        *(key for key in wanted if key not in right),
        *(each.subject for each in known if each.subject not in wanted),
    ]


def _fits(timer: Timer, schedule: Schedule) -> bool:
    return timer.body.get(SCHEDULE) == f"{schedule.words} {schedule.zone}"


def _arm(tx: Tx, wanted: Mapping[str, Digest], now: Millis) -> None:
    """A digest that is new, or comes at other times now, begins with its next slot: nothing is made up for."""
    for key in _changes(wanted, timers.of_kind(tx, KIND)):
        if key in wanted:
            _rearm(tx, wanted[key], now)
        else:
            timers.cancel(tx, KIND, key)


def _rearm(tx: Tx, digest: Digest, now: Millis) -> None:
    following = schedules.after(digest.schedule, now)
    if following is None:
        timers.cancel(tx, KIND, digest.key)
        return
    body = {SCHEDULE: f"{digest.schedule.words} {digest.schedule.zone}"}
    timers.set(tx, Timer(kind=KIND, subject=digest.key, due_at=following, body=body))


async def _tell(runtime: Runtime, digest: Digest, timer: Timer) -> bool:
    """Tell the last slot that has come; True where this call did. What is found is kept with it, so it stays what it was."""
    now = runtime.clock.now()
    slot = schedules.before(digest.schedule, now)
    too_late = slot < timer.due_at or now - slot > schedules.patience(digest.schedule, slot)
    if too_late or digest.passes_over(slot):
        await runtime.store.write(_skipping(digest, timer, now))
        log.info("digest passed over", digest=digest.key)
        return False
    edition = await edition_of(runtime, digest, slot)
    return await runtime.store.write(_telling(runtime, digest, timer, edition))


def _skipping(digest: Digest, timer: Timer, now: Millis) -> Callable[[Tx], None]:
    def skip(tx: Tx) -> None:
        if timers.fire(tx, timer):
            _rearm(tx, digest, now)

    return skip


async def edition_of(runtime: Runtime, digest: Digest, slot: Millis) -> Edition:
    """What this digest has to say of the time since it came last; a slot of 0 is one that somebody asked for."""
    now = runtime.clock.now()
    until = slot or now
    last = await runtime.store.read(lambda tx: slots.last(tx, digest.key))
    since = last if last is not None and last < until else _slot_before(digest, until)
    found = await finding.findings(runtime, digest.services, digest.parts, since=since, until=until)
    return Edition(
        key=digest.key,
        name=digest.name,
        at=slot,
        since=since,
        told_at=now,
        channel=digest.channel,
        why=digest.why,
        schedule=digest.schedule.words,
        zone=digest.schedule.zone,
        parts=digest.parts,
        findings=found,
    )


def _slot_before(digest: Digest, instant: Millis) -> Millis:
    """The slot before this one that it did not pass over, or the oldest that was looked at."""
    slot = schedules.before(digest.schedule, instant - 1)
    for _ in range(MOST_PASSED):
        if not digest.passes_over(slot):
            break
        slot = schedules.before(digest.schedule, slot - 1)
    return slot


def on_demand(runtime: Runtime, services: tuple[str, ...]) -> Digest:
    """For a place where none comes by itself."""
    return Digest(
        key="",
        name="",
        schedule=schedules.at(USUAL_AT, USUAL_DAYS, runtime.catalogue.zone),
        channel="",
        services=services,
        why=Why.PERSON,
    )


def _telling(runtime: Runtime, digest: Digest, timer: Timer, edition: Edition) -> Callable[[Tx], bool]:
    """One transaction: the timer, the slot, the edition and what is owed; whoever comes second finds the timer gone."""

    def tell(tx: Tx) -> bool:
        if not timers.fire(tx, timer):
            return False
        _rearm(tx, digest, edition.told_at)
        stopped = digests.subscription(tx, digest.key)
        if (stopped is not None and stopped.stopped) or not slots.claim(tx, digest.key, edition.at):
            return False
        if edition.findings.empty and digest.quiet:
            return False
        before = digests.told(tx, digest.key)
        kept = replace(edition, id=digests.add(tx, edition))
        if before < FIRST and digest.why is not Why.CONFIGURED:
            offers.insert_many(tx, (_stop(runtime, kept),))
        for wish in _owed(kept):
            outbox.put(tx, wish)
        return True

    return tell


def _stop(runtime: Runtime, edition: Edition) -> Offer:
    return Offer(
        id=runtime.random.token(),
        verb=OfferVerb.SUGGEST,
        subject=f"digest:{edition.id}",
        audience="",
        body={"command": f"digest unsubscribe {edition.key}", "label": "Stop these"},
        single_use=False,
        created_at=edition.told_at,
    )


def _owed(edition: Edition) -> list[Outgoing]:
    key, subject = f"digest:{edition.key}:{edition.at}", f"digest:{edition.id}"
    root = Outgoing(key=key, kind=KIND, subject=subject, channel=edition.channel, due_at=edition.told_at)
    if views.rest(edition) is None:
        return [root]
    return [root, replace(root, key=f"{key}:more", kind=MORE, thread_key=key)]


async def message(runtime: Runtime, owed: Outgoing) -> Message | None:
    """The message, from its edition alone: it says the same however often and whenever it is made."""
    number = int(owed.subject.partition(":")[2])

    def look(tx: Tx) -> tuple[Edition | None, tuple[Offer, ...]]:
        return digests.get(tx, number), offers.of_subject(tx, owed.subject)

    edition, rights = await runtime.store.read(look)
    if edition is None:
        return None
    if owed.kind == MORE:
        return views.rest(edition)
    return views.digest(edition, rights, command=runtime.catalogue.command)
