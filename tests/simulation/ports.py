"""The bot's ports in the simulation: clock, chance, deployers, versions and repositories, each call over the wire."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel

from bot.domain.changes import Change, ChangeSet, RefKind, Relation, Resolution
from bot.domain.facts import Live
from bot.domain.operations import Effect
from bot.domain.terms import Millis, Target
from bot.domain.verification import Reading
from bot.errors import IntegrationError, Kind
from bot.ports import Integration, Order, Preview, Run, Snapshot, TriggerClass
from tests.simulation.faults import Fate
from tests.simulation.loop import Time
from tests.simulation.providers import STEPS, SimProvider
from tests.simulation.wire import Wire

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class SimClock:
    """The Clock port on virtual time."""

    time: Time

    def now(self) -> Millis:
        """Milliseconds UTC."""
        return self.time.now

    async def sleep(self, millis: Millis) -> None:
        """Return after that long."""
        await asyncio.sleep(max(0, millis) / 1000)


@dataclass(kw_only=True)
class SimRandom:
    """The Random port: tokens that never come twice, in order; fractions by seed."""

    rng: random.Random
    made: int = 0

    def token(self) -> str:
        """The next token."""
        self.made += 1
        return f"t{self.made}"

    def fraction(self) -> float:
        """At least 0, below 1."""
        return self.rng.random()


@dataclass(kw_only=True)
class SimRepository:
    """The history of one default branch, oldest first; people push to it while the bot works."""

    commits: list[Change] = field(default_factory=list)

    def push(self, revision: str) -> None:
        """One more commit."""
        self.commits.append(Change(revision=revision, title=f"Change {len(self.commits)}", author="Grace"))

    def resolve(self, ref: str) -> Resolution:
        """The revision that a ref names now."""
        found = self.commits[-1].revision if ref in {"", "main"} else self._starting_with(ref)
        if not found:
            raise IntegrationError(f"there is no {ref}", kind=Kind.NOT_FOUND, effect=Effect.NONE)
        return Resolution(ref=ref or "main", revision=found, kind=RefKind.BRANCH, merged=True)

    def _starting_with(self, ref: str) -> str:
        return next((each.revision for each in self.commits if len(ref) >= 4 and each.revision.startswith(ref)), "")

    def compare(self, base: str, head: str) -> ChangeSet:
        """The range between two revisions."""
        places = {each.revision: at for at, each in enumerate(self.commits)}
        if base == head or base not in places or head not in places:
            relation = Relation.IDENTICAL if base == head else Relation.UNRELATED
            return ChangeSet(base=base, head=head, relation=relation)
        low, high = sorted((places[base], places[head]))
        between = tuple(reversed(self.commits[low + 1 : high + 1]))
        if places[head] > places[base]:
            return ChangeSet(base=base, head=head, relation=Relation.AHEAD, arriving=between[:10], total=len(between))
        return ChangeSet(base=base, head=head, relation=Relation.BEHIND, leaving=between[:10])


@dataclass(kw_only=True)
class SimIntegration:
    """Deployer, Versions and Changes of one provider for one incarnation of the bot."""

    provider: SimProvider
    repositories: dict[str, SimRepository]
    wire: Wire

    @property
    def trigger_class(self) -> TriggerClass:
        """What the provider makes of a key that it knows."""
        return self.provider.trigger_class

    async def _read(self, what: str, effect: Callable[[], T]) -> T:
        return await self.wire.call(
            f"{self.provider.name}.{what}", effect, self._fate(what, changes=False), changes=False
        )

    async def _change(self, what: str, effect: Callable[[], T]) -> T:
        return await self.wire.call(
            f"{self.provider.name}.{what}", effect, self._fate(what, changes=True), changes=True
        )

    def _fate(self, what: str, *, changes: bool) -> Fate:
        provider = self.provider
        errors = provider.errors(what)
        if provider.down():
            provider.world.count("provider: unreachable in an outage")
            return Fate(lands=None, answers=50, error=errors["unreachable"]())
        name = f"{provider.name}.{what}"
        fates = provider.world.faults
        return fates.change(name, errors) if changes else fates.read(name, errors)

    async def preview(self, order: Order) -> Preview:
        """What would run."""
        del order
        return await self._read("preview", lambda: Preview(workflow="w1", steps=STEPS))

    async def start(self, order: Order) -> Run:
        """Start the attempt."""
        self.provider.world.judge.start_sent(self.provider, order)
        found = await self._change("start", lambda: self.provider.start(order))
        return Run(reference={"id": found})

    async def find(self, order: Order) -> tuple[Run, ...]:
        """Every visible run with this key."""
        found = await self._read("find", lambda: self.provider.find(order))
        return tuple(Run(reference={"id": each}) for each in found)

    async def observe(self, run: Run) -> Snapshot:
        """What is true of the run now."""
        return await self._read("observe", lambda: self.provider.observe(run.reference["id"]))

    async def cancel(self, run: Run) -> None:
        """Ask it to stop."""
        await self._change("cancel", lambda: self.provider.cancel(run.reference["id"]))

    async def current(self, target: Target, how: BaseModel) -> Live | None:
        """What the target answers."""
        del how
        provider = self.provider

        def look() -> Live | None:
            revision = provider.shown.get(target)
            return Live(revision=revision, said_by="it", at=provider.world.time.now) if revision else None

        return await self._read("current", look)

    async def probe(self, target: Target, revision: str, *, settings: BaseModel, how: BaseModel) -> Reading:
        """How the target is."""
        del revision, settings, how
        return await self._read("probe", lambda: self.provider.world.vitals.look(target))

    async def resolve(self, repository: str, ref: str) -> Resolution:
        """The revision that a ref names."""
        return await self._read("resolve", lambda: self.repositories[repository].resolve(ref))

    async def compare(
        self, repository: str, base: str, head: str, *, paths: tuple[str, ...] = (), irreversible: tuple[str, ...] = ()
    ) -> ChangeSet:
        """The range between two revisions."""
        del paths, irreversible
        return await self._read("compare", lambda: self.repositories[repository].compare(base, head))

    async def landed(self, repository: str, number: int) -> str:
        """Nobody asks for pull requests here."""
        del repository, number
        return ""

    async def contains(self, repository: str, revision: str, part: str) -> bool:
        """Nor where one is live."""
        del repository, revision, part
        return False

    async def suggest(self, repository: str, prefix: str) -> tuple[str, ...]:
        """Nobody types into selects here."""
        del repository, prefix
        return ()

    def integration(self) -> Integration:
        """All of it as one connection; what the blind one deploys to cannot be asked what it serves."""
        blind = self.provider.trigger_class is TriggerClass.D
        versions = None if blind else self
        return Integration(name=self.provider.name, deployer=self, versions=versions, changes=self, health=self)
