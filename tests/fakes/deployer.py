"""A provider of class A or C whose runs a test drives by hand, with the repository and the targets behind it."""

import asyncio
from dataclasses import dataclass, field, replace

from pydantic import BaseModel, ConfigDict

from bot.domain.changes import Change, ChangeSet, RefKind, Relation, Resolution
from bot.domain.facts import CheckReport, CheckState, Live
from bot.domain.operations import Effect
from bot.domain.terms import Millis, Target
from bot.domain.verification import Reading, Signal
from bot.errors import IntegrationError, Kind
from bot.ports import Clock, Integration, Order, Preview, Run, RunState, Snapshot, TriggerClass


class FakeTarget(BaseModel):
    """The target settings of the fake: nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def sha(name: str) -> str:
    """A full revision that begins with these hexadecimal digits."""
    return name + "0" * (40 - len(name))


@dataclass(kw_only=True)
class FakeProvider:
    """Deployer, Versions, Changes, Checks and Logs in one; `commits` is the history of main, oldest first."""

    clock: Clock
    trigger_class: TriggerClass = TriggerClass.A
    commits: list[Change] = field(default_factory=list)
    branches: dict[str, str] = field(default_factory=dict)
    live: dict[Target, str] = field(default_factory=dict)
    runs: dict[str, Snapshot] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    starts: list[str] = field(default_factory=list)
    cancels: list[str] = field(default_factory=list)
    start_errors: list[IntegrationError] = field(default_factory=list)
    down: set[str] = field(default_factory=set)  # methods that do not answer
    cancel_works: bool = True
    checks_state: CheckState = CheckState.GREEN
    workflow: str = "w1"
    hanging: set[str] = field(default_factory=set)  # methods that never answer
    hidden: bool = False  # the list of runs does not show them (yet)
    hanging_only: str = ""  # only calls about this attempt hang
    twins: bool = False  # every run is listed twice
    defect: str = ""  # a method with a bug
    health: dict[Target, Signal] = field(default_factory=dict)
    sick: str = ""  # a revision that is never well
    decisive: bool = False  # its failures are no chance
    looks: list[Millis] = field(default_factory=list)  # when a probe was read
    files: tuple[str, ...] = ()  # irreversible ones in every range
    files_cut: bool = False
    calls: int = 0
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    async def _answer(self, method: str, key: str = "") -> None:
        self.calls += 1
        if method == self.defect:
            raise ZeroDivisionError("a defect of the integration")
        if method in self.hanging and (not self.hanging_only or self.hanging_only == key):
            await self._released.wait()
        if method in self.down:
            raise IntegrationError("no answer", kind=Kind.UNAVAILABLE, effect=Effect.UNKNOWN)

    # ---- Deployer

    async def preview(self, order: Order) -> Preview:
        await self._answer("preview")
        return Preview(workflow=self.workflow, steps=("fetch", "build", "migrate", "switch"))

    async def start(self, order: Order) -> Run:
        await self._answer("start", str(order.key))
        error = self.start_errors.pop(0) if self.start_errors else None
        if error is not None and error.effect is Effect.NONE:
            raise error
        key = str(order.key)
        if key not in self.runs:
            self.starts.append(key)
            self.runs[key] = Snapshot(state=RunState.RUNNING, step=(1, 4, "fetch"))
            self.orders[key] = order
        await self._answer("start's answer")
        if error is not None:
            raise error
        return Run(reference={"key": key})

    async def find(self, order: Order) -> tuple[Run, ...]:
        await self._answer("find", str(order.key))
        key = str(order.key)
        found = (Run(reference={"key": key}),) if key in self.runs and not self.hidden else ()
        return found * 2 if self.twins else found

    async def observe(self, run: Run) -> Snapshot:
        await self._answer("observe", run.reference["key"])
        return self.runs[run.reference["key"]]

    async def cancel(self, run: Run) -> None:
        await self._answer("cancel", run.reference["key"])
        key = run.reference["key"]
        self.cancels.append(key)
        if self.cancel_works and self.runs[key].state is RunState.RUNNING:
            self.runs[key] = replace(self.runs[key], state=RunState.CANCELLED, effect=Effect.PARTIAL)

    # ---- what a test does with a run

    def release(self) -> None:
        """What hangs is answered."""
        self.hanging.clear()
        self._released.set()
        self._released = asyncio.Event()

    def step(self, key: str, number: int, name: str) -> None:
        self.runs[key] = Snapshot(state=RunState.RUNNING, step=(number, 4, name))

    def count(self, key: str, number: int, of: int) -> None:
        self.runs[key] = Snapshot(state=RunState.RUNNING, step=(number, of, f"unit {number}"))

    def succeed(self, key: str, *, serves: str | None = None) -> None:
        order = self.orders[key]
        self.runs[key] = Snapshot(state=RunState.SUCCEEDED, step=(4, 4, "switch"))
        self.live[order.target] = serves or order.revision

    def break_off(self, key: str, detail: str = 'relation "orders" is locked') -> None:
        self.runs[key] = Snapshot(state=RunState.FAILED, step=(3, 4, "migrate"), detail=detail, effect=Effect.PARTIAL)

    def vanish(self, key: str) -> None:
        self.runs[key] = Snapshot(state=RunState.UNKNOWN)

    # ---- Health

    async def probe(self, target: Target, revision: str, *, settings: BaseModel, how: BaseModel) -> Reading:
        """What `health` says of the target; where that is nothing, it does not answer."""
        await self._answer("probe")
        self.looks.append(self.clock.now())
        signal = self.health.get(target, Signal.PASS)
        if self.sick == revision:
            signal = Signal.FAIL
        seen = {Signal.PASS: "status 200", Signal.FAIL: "status 503", Signal.INCONCLUSIVE: "no data"}[signal]
        return Reading(signal=signal, seen=seen, decisive=self.decisive and signal is Signal.FAIL)

    # ---- Versions, Changes, Checks, Logs

    async def current(self, target: Target, how: BaseModel) -> Live | None:
        await self._answer("current")
        revision = self.live.get(target)
        return Live(revision=revision, said_by=f"{target.service} itself", at=self.clock.now()) if revision else None

    async def resolve(self, repository: str, ref: str) -> Resolution:
        await self._answer("resolve")
        names = {"": self.commits[-1].revision, "main": self.commits[-1].revision, **self.branches}
        known = [each.revision for each in self.commits] + list(self.branches.values())
        found = names.get(ref) or next((each for each in known if len(ref) >= 4 and each.startswith(ref)), None)
        if found is None:
            raise IntegrationError(f"there is no {ref}", kind=Kind.NOT_FOUND, effect=Effect.NONE)
        merged = found in {each.revision for each in self.commits}
        kind = RefKind.PULL_REQUEST if ref.startswith("#") else RefKind.BRANCH
        return Resolution(ref=ref or "main", revision=found, kind=kind, merged=merged)

    async def compare(
        self, repository: str, base: str, head: str, *, paths: tuple[str, ...] = (), irreversible: tuple[str, ...] = ()
    ) -> ChangeSet:
        await self._answer("compare")
        order = {each.revision: at for at, each in enumerate(self.commits)}
        if base == head or base not in order or head not in order:
            relation = Relation.IDENTICAL if base == head else Relation.UNRELATED
            return ChangeSet(base=base, head=head, relation=relation)
        low, high = sorted((order[base], order[head]))
        between = tuple(reversed(self.commits[low + 1 : high + 1]))
        found = ChangeSet(base=base, head=head, relation=Relation.BEHIND, leaving=between)
        if order[head] > order[base]:
            found = replace(found, relation=Relation.AHEAD, arriving=between, leaving=(), total=len(between))
        return replace(found, irreversible=self.files, files_cut=self.files_cut)

    async def landed(self, repository: str, number: int) -> str:
        await self._answer("landed")
        found = next((each.revision for each in reversed(self.commits) if each.number == number), None)
        if found is None:
            raise IntegrationError(
                f"no commit of the default branch says that it is #{number}", kind=Kind.NOT_FOUND, effect=Effect.NONE
            )
        return found

    async def contains(self, repository: str, revision: str, part: str) -> bool:
        await self._answer("contains")
        order = [each.revision for each in self.commits]
        return revision in order and part in order[: order.index(revision) + 1]

    async def suggest(self, repository: str, prefix: str) -> tuple[str, ...]:
        return tuple(name for name in ("main", *self.branches) if name.startswith(prefix))

    async def report(self, repository: str, revision: str) -> CheckReport:
        await self._answer("report")
        return CheckReport(overall=self.checks_state, by_name={"unit": self.checks_state})

    async def tail(self, run: Run, lines: int) -> tuple[str, ...]:
        await self._answer("tail")
        return ("fetching", "building", self.runs[run.reference["key"]].detail)[-lines:]

    def integration(self) -> Integration:
        """All of it as one connection."""
        return Integration(name="fake", deployer=self, versions=self, changes=self, checks=self, logs=self, health=self)

    def commit(self, name: str, title: str, *, author: str = "Grace", number: int = 0, at: Millis = 0) -> str:
        """One more commit on main; returns its revision."""
        revision = sha(name)
        self.commits.append(Change(revision=revision, title=title, author=author, number=number, committed_at=at))
        return revision
