"""The asking API that commands are given: every question of `bot.commanding.desk.Desk`, answered from rows and reads."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from bot.commanding import Vocabulary
from bot.commanding.desk import Board, Difference, Past, Reasoning, Rights
from bot.commanding.topics import topics
from bot.domain.days import day_of
from bot.domain.digests import Edition, Told
from bot.domain.help import Topic
from bot.domain.lags import Lag
from bot.domain.messages import Message
from bot.domain.metrics import Course
from bot.domain.people import Standing
from bot.domain.plans import Offer, Plan
from bot.domain.requests import Invocation, Request
from bot.domain.roles import may
from bot.domain.status import Desk as Mine
from bot.domain.terms import Identity, Millis, Permission, Target, Unknown
from bot.domain.verdicts import Verdict
from bot.domain.whereabouts import Whereabouts
from bot.engine import (
    agreeing,
    arriving,
    asking,
    comparing,
    digesting,
    explaining,
    lagging,
    measuring,
    placing,
    planning,
    presenting,
    subscribing,
    summarising,
    whereabouts,
)
from bot.engine.facts import shown
from bot.engine.runtime import Runtime
from bot.errors import ChatError
from bot.ports import Finding
from bot.store import digests, people, plans
from bot.views import approvals as approval_views

Findings = Callable[[], Awaitable[tuple[Finding, ...]]]


class EngineDesk:
    """Answers for one installation; `line_of` turns a configuration key into `file:line`, `examine` is the doctor."""

    def __init__(
        self, runtime: Runtime, vocabulary: Vocabulary, *, line_of: Callable[[str], str], examine: Findings
    ) -> None:
        self._runtime = runtime
        self._vocabulary = vocabulary
        self._line_of = line_of
        self._examine = examine

    @property
    def vocabulary(self) -> Vocabulary:
        """The words of this installation."""
        return self._vocabulary

    async def status(
        self, invocation: Invocation, *, services: tuple[str, ...], environment: str, everything: bool
    ) -> Board:
        """Those services; without any: this channel's, else all of them."""
        named = services or await self._here(invocation, everything=everything)
        found = await asking.status(self._runtime, named)
        if environment:
            limited = [
                replace(
                    each, targets=tuple(target for target in each.targets if target.target.environment == environment)
                )
                for each in found.services
            ]
            found = replace(found, services=tuple(each for each in limited if each.targets))
        # The others were not asked, so nothing is said about them but that this is not all.
        scope = (
            "" if services or len(named) == len(self._runtime.catalogue.services) else "the services of this channel"
        )
        return Board(status=replace(found, scope=scope), names=await self._names(invocation.who))

    async def _here(self, invocation: Invocation, *, everything: bool) -> tuple[str, ...]:
        every = tuple(self._runtime.catalogue.services)
        if everything:
            return every
        where = invocation.where
        return self._vocabulary.services_of(where.channel, await self._channel_name(where.channel)) or every

    async def _channel_name(self, channel: str) -> str:
        try:
            return (await self._runtime.chat.channel(channel)).name if channel else ""
        except ChatError:
            return ""

    async def _names(self, who: Identity) -> Mapping[str, str]:
        return await self._runtime.store.read(lambda tx: people.names(tx, who.team))

    async def history(self, target: Target) -> Past:
        """What was live there and what was tried."""
        entries, live = await asking.history(self._runtime, target)
        names = await self._names(self._runtime.me())
        return Past(target=target, entries=tuple(entries), live=live, names=names)

    async def changes(self, target: Target, ref: str) -> Difference:
        """From what is live to `ref`."""
        found = await asking.changes_between(self._runtime, target, ref)
        return Difference(target=target, changes=found, tickets=summarising.tickets_of(self._runtime, target))

    async def between(self, service: str, base: str, head: str) -> Difference:
        """From one environment or ref to another."""
        found = await comparing.between(self._runtime, self._runtime.catalogue.services[service], base, head)
        target = Target(service=service, environment=f"{base}..{head}")
        return Difference(target=target, changes=found, tickets=summarising.tickets_of(self._runtime, target))

    async def where(self, invocation: Invocation, ref: str, services: tuple[str, ...]) -> tuple[Whereabouts, ...]:
        """Every service that has the change; those whose repository could not be read only where none has it, or they were named."""
        names = services or await self._here(invocation, everything=False)
        named = [self._runtime.catalogue.services[name] for name in names]
        found = await asyncio.gather(*(whereabouts.where(self._runtime, service, ref) for service in named))
        known = tuple(each for each in found if each is not None)
        having = tuple(each for each in known if each.problem is None)
        return known if services or not having else having

    async def why(self, request: Request, invocation: Invocation) -> tuple[Reasoning, ...]:
        """Ask every gate for each target; nothing is kept."""
        return tuple([await self._reasoning(request, invocation, target) for target in request.targets])

    async def _reasoning(self, request: Request, invocation: Invocation, target: Target) -> Reasoning:
        verdicts, revision = await asking.why(self._runtime, request, invocation, target)
        return Reasoning(target=target, verdicts=tuple(self._with_line(each) for each in verdicts), revision=revision)

    def _with_line(self, verdict: Verdict) -> Verdict:
        key = verdict.rule
        if not key.startswith(("services.", "roles.", "freezes.")):
            return verdict
        return replace(verdict, rule=f"{key} ({self._line_of(key)})")

    async def open_plans(self, invocation: Invocation) -> tuple[tuple[Plan, tuple[Offer, ...]], ...]:
        """The asker's plans that can still be confirmed, with their offers."""
        mine = await asking.desk(self._runtime, invocation.who)
        return mine.plans

    async def plan_again(self, invocation: Invocation) -> Message | None:
        """The asker's last plan anew."""
        last = await self._runtime.store.read(lambda tx: plans.newest(tx, invocation.who))
        if last is None:
            return None
        request = Request(action=last.action, targets=(last.target,), ref=last.asked_ref, because=last.because)
        made = await planning.plan(self._runtime, request, invocation)
        return await presenting.answers(self._runtime, made, invocation.who, dry_run=False)

    async def mine(self, invocation: Invocation) -> tuple[Mine, Mapping[str, str]]:
        """What waits for the asker, their plans, what runs, and their last targets."""
        return await asking.desk(self._runtime, invocation.who), await self._names(invocation.who)

    async def rights(self, invocation: Invocation) -> Rights:
        """How we see the asker."""
        found = await asking.whoami(self._runtime, invocation.who)
        services = await self._here(invocation, everything=False)
        if isinstance(found.person, Unknown):
            return Rights(whoami=found, allowed=frozenset(), example=self.example(services), helpers=self._operators())
        roles, person = self._runtime.catalogue.roles, found.person
        place = await placing.named(self._runtime, invocation.where)
        insider = found.home and person.standing is Standing.MEMBER
        here = [target for target in self._runtime.catalogue.targets() if target.service in services]
        targets: list[Target | None] = [*here, None]
        allowed = frozenset(
            permission
            for permission in Permission
            if insider and any(may(person, permission, target, roles, place=place)[0] for target in targets)
        )
        return Rights(whoami=found, allowed=allowed, example=self.example(services), helpers=self._operators())

    def _operators(self) -> tuple[str, ...]:
        named = [
            who
            for role in self._runtime.catalogue.roles
            if Permission.DOCTOR in role.may
            for who in sorted(role.people)
        ]
        return tuple(dict.fromkeys(shown(who) for who in named))[:5]

    async def can(self, invocation: Invocation, person: str, permission: Permission, target: Target) -> Message:
        """The decision of the gates."""
        return await explaining.can(self._runtime, invocation, person, permission, target)

    async def approvals(self, invocation: Invocation) -> Message:
        """What waits for the asker's word."""
        waiting, own = await agreeing.mine(self._runtime, invocation.who)
        names = await self._names(invocation.who)
        return approval_views.listed(waiting, own, names=names, command=self._vocabulary.command)

    async def courses(
        self, invocation: Invocation, services: tuple[str, ...], targets: tuple[Target, ...], weeks: int
    ) -> tuple[Course, ...]:
        """Delivery of those targets, or of where the services are measured."""
        names = services or await self._here(invocation, everything=False)
        known = (self._runtime.catalogue.services[name] for name in names)
        wanted = targets or tuple(target for service in known for target in measuring.targets_of(service))
        return await measuring.courses(self._runtime, wanted, weeks)

    async def lags(self, invocation: Invocation, services: tuple[str, ...]) -> tuple[Lag, ...]:
        """What is merged and not live."""
        names = services or await self._here(invocation, everything=False)
        return await lagging.lags(self._runtime, [self._runtime.catalogue.services[name] for name in names])

    def day(self, words: str) -> Millis | None:
        """When the last day of that name began, where the installation is."""
        return day_of(words, self._runtime.clock.now(), measuring.zone_of(self._runtime.catalogue))

    async def arrived(self, services: tuple[str, ...], since: Millis) -> tuple[Difference, ...]:
        """What came into production of these services since then."""
        known = [self._runtime.catalogue.services[name] for name in services]
        found = await asyncio.gather(*(arriving.arrived(self._runtime, each, since) for each in known))
        return tuple(one for each in found for one in each)

    async def digest(self, invocation: Invocation) -> Edition:
        """What there is to tell now: that of this channel's digest, or of its services."""
        here = await self._place(invocation)
        coming = await subscribing.next_here(self._runtime, here)
        wanted = coming[0] if coming else digesting.on_demand(self._runtime, here.services)
        return await digesting.edition_of(self._runtime, wanted, 0)

    async def next_digest(self, invocation: Invocation) -> tuple[Edition, Millis] | None:
        """What the next digest here would say if it came now, and when it comes."""
        coming = await subscribing.next_here(self._runtime, await self._place(invocation))
        return (await digesting.edition_of(self._runtime, coming[0], 0), coming[1]) if coming else None

    async def edition(self, number: int) -> Edition | None:
        """A digest as it was told."""
        return await self._runtime.store.read(lambda tx: digests.get(tx, number))

    async def subscribe(
        self, invocation: Invocation, *, time: str = "", days: str = "", mine: bool = False
    ) -> tuple[Told, Millis]:
        """A digest for this channel, or for the asker."""
        here = await self._place(invocation)
        done = await subscribing.subscribe(self._runtime, here, time=time, days=days, mine=mine)
        digesting.start(self._runtime)  # its timer is set at once: the first may come within a minute
        return done

    async def unsubscribe(self, invocation: Invocation, *, key: str = "", mine: bool = False) -> tuple[Told, Millis]:
        """Stop those that come here, or the asker's own."""
        return await subscribing.unsubscribe(self._runtime, await self._place(invocation), key=key, mine=mine)

    async def _place(self, invocation: Invocation) -> subscribing.Here:
        where = invocation.where
        name = "" if where.direct else await self._channel_name(where.channel)
        return subscribing.Here(
            invocation=invocation,
            names=frozenset({where.channel, name} - {""}),
            services=await self._here(invocation, everything=where.direct),
        )

    async def findings(self, invocation: Invocation) -> tuple[Finding, ...]:
        """The doctor's report."""
        del invocation
        return await self._examine()

    async def topics(self, invocation: Invocation) -> Sequence[Topic]:
        """The commands that this person may use, for the Home tab."""
        mine, _ = topics(self._vocabulary.commands.values(), await self.rights(invocation))
        return mine

    def example(self, services: Sequence[str]) -> Target | None:
        """A target that is no production, for examples."""
        for name in services or tuple(self._runtime.catalogue.services):
            service = self._runtime.catalogue.services[name]
            safe = [each for each in service.environments if not each.policy.production] or list(service.environments)
            if safe:
                return safe[0].target
        return None
