"""Simulated providers of the trigger classes A to D, with the repository and the targets behind them; they outlive the bot."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from bot.domain.operations import AttemptKey, Effect
from bot.domain.terms import MINUTE, SECOND, Millis, Target, short
from bot.errors import IntegrationError, Kind
from bot.ports import Order, RunState, Snapshot, TriggerClass

if TYPE_CHECKING:
    from tests.simulation.world import World

KEY_LIFE: Millis = 5 * MINUTE  # of class B
STEPS = ("build", "switch")


class SimTarget(BaseModel):
    """Nothing to say about a target."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(kw_only=True)
class SimRun:
    """One run; `truth` is how it ends whatever anybody can see of it."""

    id: str
    key: AttemptKey
    target: Target
    revision: str
    started_at: Millis
    visible_at: Millis
    takes: Millis
    truth: RunState
    state: RunState = RunState.RUNNING
    effect: Effect | None = None
    ended_at: Millis = 0
    blind_from: Millis = 0  # from when nobody can see how it is; 0: never
    cancel_wanted: bool = False
    ignores_cancel: bool = False
    hangs: bool = False
    acted: bool = False  # whether it has touched anything

    def snapshot(self, now: Millis) -> Snapshot:
        """What the provider says."""
        if self.blind_from and now >= self.blind_from:
            return Snapshot(state=RunState.UNKNOWN)
        if self.state is not RunState.RUNNING:
            detail = "switch broke" if self.state is RunState.FAILED else ""
            return Snapshot(
                state=self.state, step=(2, 2, STEPS[1]), detail=detail, effect=self.effect,
                started_at=self.started_at, ended_at=self.ended_at,
            )  # fmt: skip
        step = min(2, 1 + 2 * (now - self.started_at) // max(1, self.takes))
        return Snapshot(state=RunState.RUNNING, step=(step, 2, STEPS[step - 1]), started_at=self.started_at)


@dataclass(kw_only=True)
class SimProvider:
    """One system that carries out orders; `trigger_class` decides what it makes of a key that it knows."""

    name: str
    trigger_class: TriggerClass
    world: "World"
    rng: random.Random
    runs: dict[str, SimRun] = field(default_factory=dict)
    by_key: dict[str, list[SimRun]] = field(default_factory=dict)
    live: dict[Target, str] = field(default_factory=dict)
    shown: dict[Target, str] = field(default_factory=dict)  # what the target answers: late, after a switch
    down_until: Millis = 0

    # ---- effects: what a call does when it arrives ---------------------------------------------------------------------

    def start(self, order: Order) -> str:
        """Start, or give back the run that this key started; the id of the run."""
        now = self.world.time.now
        known = self.by_key.get(str(order.key), [])
        if known and known[0].revision != order.revision:
            self.world.judge.fail(f"I6: {order.key} was used for {known[0].revision}, and is used for {order.revision}")
        if known and self.trigger_class is TriggerClass.A:
            return known[0].id
        if known and self.trigger_class is TriggerClass.B and now - known[0].started_at < KEY_LIFE:
            return known[0].id
        run = self._new_run(order, now)
        self.runs[run.id] = run
        self.by_key.setdefault(str(order.key), []).append(run)
        self.world.trace(f"{self.name}: run {run.id} starts for {run.key}: {short(run.revision)} → {run.target}")
        self.world.judge.run_started(self, run, order)
        if not self.world.pipelines.begins(self, run, order):
            self.acts(run)
        return run.id

    def twin(self, order: Order) -> SimRun:
        """A second run of the same order, which nobody asked the bot for."""
        run = self._new_run(order, self.world.time.now)
        self.runs[run.id] = run
        self.by_key.setdefault(str(order.key), []).append(run)
        self.world.trace(f"{self.name}: run {run.id} starts for {run.key} as well")
        return run

    def acts(self, run: SimRun) -> None:
        """From here on it changes its target."""
        run.acted = True
        self.world.judge.run_acts(self, run)
        if not run.hangs:
            self.world.time.later(run.takes, lambda: self._end(run))

    def gives_up(self, run: SimRun) -> None:
        """It ends badly without having touched anything."""
        if run.state is RunState.RUNNING:
            self._ends(run, RunState.FAILED, None)

    def _new_run(self, order: Order, now: Millis) -> SimRun:
        plan, rng = self.world.faults.plan, self.rng
        fails = rng.random() < plan.run_fails
        truth = RunState.FAILED if fails else RunState.SUCCEEDED
        takes = rng.randrange(*plan.run_takes)
        lag = rng.randrange(20 * SECOND) if self.trigger_class in {TriggerClass.B, TriggerClass.C} else 0
        blind = now + rng.randrange(takes) if rng.random() < plan.run_vanishes else 0
        self.world.count("run: vanishes", bool(blind))
        hangs = rng.random() < plan.run_hangs
        self.world.count("run: hangs", hangs)
        return SimRun(
            id=f"{self.name}-{len(self.runs) + 1}", key=order.key, target=order.target, revision=order.revision,
            started_at=now, visible_at=now + lag, takes=takes, truth=truth, blind_from=blind, hangs=hangs,
            ignores_cancel=rng.random() < plan.cancel_ignored,
        )  # fmt: skip

    def _end(self, run: SimRun) -> None:
        if run.state is not RunState.RUNNING:
            return
        self._ends(run, run.truth, Effect.PARTIAL if run.truth is RunState.FAILED else None)
        if run.truth is RunState.SUCCEEDED:
            self.live[run.target] = run.revision
            self.world.vitals.switched(run.target, self.name)
            late = self.rng.randrange(20 * SECOND) if self.rng.random() < self.world.faults.plan.serves_late else 0
            self.world.time.later(late, lambda: self._serves(run.target))

    def _ends(self, run: SimRun, state: RunState, effect: Effect | None) -> None:
        run.state, run.effect, run.ended_at = state, effect, self.world.time.now
        self.world.trace(f"{self.name}: run {run.id} of {run.key} ends: {state}")

    def _serves(self, target: Target) -> None:
        self.shown[target] = self.live[target]

    def find(self, order: Order) -> tuple[str, ...]:
        """The ids of the runs with this key that the list shows by now; a blind provider shows none."""
        if self.trigger_class is TriggerClass.D:
            return ()
        now = self.world.time.now
        return tuple(run.id for run in self.by_key.get(str(order.key), ()) if run.visible_at <= now)

    def observe(self, run_id: str) -> Snapshot:
        """What the run says."""
        return self.runs[run_id].snapshot(self.world.time.now)

    def cancel(self, run_id: str, *, by_hand: bool = False) -> None:
        """A wish; a run that hangs, or that somebody ends by hand, always stops."""
        run = self.runs[run_id]
        if run.state is not RunState.RUNNING or run.cancel_wanted:
            return
        run.cancel_wanted = True
        if run.ignores_cancel and not run.hangs and not by_hand:
            run.cancel_wanted = False
            return
        self.world.time.later(self.rng.randrange(200, 3 * SECOND), lambda: self._cancelled(run))

    def _cancelled(self, run: SimRun) -> None:
        if run.state is RunState.RUNNING:
            self._ends(run, RunState.CANCELLED, Effect.PARTIAL)

    def deploy_outside(self, target: Target, revision: str) -> None:
        """Somebody deploys without the bot."""
        self.live[target] = self.shown[target] = revision
        self.world.trace(f"{self.name}: somebody else deploys {short(revision)} → {target}")

    # ---- truth ---------------------------------------------------------------------------------------------------------

    def of_operation(self, number: int) -> list[SimRun]:
        """Every run that was started for an operation."""
        return [run for run in self.runs.values() if run.key.operation == number]

    def acted_for(self, number: int) -> list[SimRun]:
        """The runs of an operation that touched anything."""
        return [run for run in self.of_operation(number) if run.acted]

    def down(self) -> bool:
        """Whether nobody reaches it now."""
        return self.world.time.now < self.down_until

    def errors(self, what: str) -> dict[str, Callable[[], Exception]]:
        """Its refusals and troubles by the kind of fault, classified as an integration has to."""

        def made(sentence: str, kind: Kind, effect: Effect, retry_after: int = 0) -> Callable[[], Exception]:
            text = f"{self.name} {sentence} ({what})"
            return lambda: IntegrationError(text, kind=kind, effect=effect, retry_after=retry_after)

        lost = made("did not answer", Kind.AMBIGUOUS, Effect.UNKNOWN)
        return {
            "refused": made("refused", Kind.CONFLICT, Effect.NONE),
            "limited": made("is busy", Kind.RATE_LIMITED, Effect.NONE, self.rng.randrange(1, 20) * SECOND),
            "unreachable": made("cannot be reached", Kind.UNAVAILABLE, Effect.NONE),
            "error_before": made("broke", Kind.UNAVAILABLE, Effect.UNKNOWN),
            "error_after": made("broke", Kind.UNAVAILABLE, Effect.UNKNOWN),
            "timeout_before": lost, "timeout_after": lost, "late": lost, "hanging": lost,
        }  # fmt: skip
