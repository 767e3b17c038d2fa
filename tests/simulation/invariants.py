"""What must be true after every commit, at every start and effect outside, and when everything has come to rest."""

import sqlite3
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog

from bot.domain.operations import (
    HOLDS,
    TERMINAL,
    TRANSITIONS,
    UNFINISHED,
    AttemptState,
    Effect,
    Operation,
    State,
)
from bot.domain.plans import PlanState, plan_hash
from bot.domain.terms import MINUTE, SECOND, Millis
from bot.ports import Order, RunState
from bot.store import Tx, attempts, inbox, leases, operations, plans
from tests.simulation import bench
from tests.simulation.bench import Bench

if TYPE_CHECKING:
    from tests.simulation.bot import Bot
    from tests.simulation.providers import SimProvider, SimRun
    from tests.simulation.slack import Posted
    from tests.simulation.world import World

WATCH = """
create temp table touched (kind text, id integer, was text, is_now text, version_was integer, version integer,
  epoch_was integer, epoch integer);
create temp trigger watch_changes after update on main.operations begin
  insert into touched values ('change', new.id, old.state, new.state, old.version, new.version, old.epoch, new.epoch);
end;
create temp trigger watch_births after insert on main.operations begin
  insert into touched values ('birth', new.id, '', new.state, 0, new.version, 0, new.epoch);
end;
create temp trigger watch_leases after insert on main.leases begin
  insert into touched values ('lease', new.operation, new.service, new.environment, 0, 0,
    (select coalesce(max(epoch), 0) from main.leases
     where service = new.service and environment = new.environment and id <> new.id), new.epoch);
end;
create temp trigger watch_attempts after update on main.attempts begin
  insert into touched values ('attempt', new.operation, old.state, new.state, 0, 0, old.n, new.n);
end;
"""
LIVE = frozenset({AttemptState.OPEN, AttemptState.BOUND})
PATIENCE: dict[State, Millis] = {
    State.QUEUED: 14 * MINUTE,
    State.TRIGGERING: 90 * SECOND,
    State.UNKNOWN: 25 * MINUTE,
    State.RUNNING: 6 * MINUTE,
    State.CANCELLING: 6 * MINUTE,
    State.VERIFYING: 3 * MINUTE,
}
"""How long an operation may be in a state while the bot is up; two minutes more are granted."""
GRACE: Millis = 2 * MINUTE
MOST: Millis = 70 * MINUTE  # from birth to an end or a person, whatever it goes through


class Violation(AssertionError):
    """An invariant does not hold."""


@dataclass(kw_only=True)
class Watched:
    """What the judge knows of one operation, independently of its row."""

    state: State
    up_since: Millis  # the uptime at which it came to this state
    up_born: Millis
    key: str = ""  # the delivery whose work made it
    decided: bool = False
    in_the_past: bool = False  # it was under way in a copy that was restored
    asked: bool = False  # it has waited for a person


@dataclass(kw_only=True)
class Judge:
    """Looks at everything; the first thing that is wrong ends the world."""

    world: "World"
    watched: dict[int, Watched] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    visited: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    open: set[int] = field(default_factory=set)
    bench: Bench = field(init=False)
    kill_in: State | None = None  # the process dies as soon as an operation has come to this state

    def __post_init__(self) -> None:
        self.bench = Bench(world=self.world)

    def attach(self, connection: sqlite3.Connection) -> None:
        """Have every change of an operation, a lease or an attempt written down as it is committed."""
        connection.execute("pragma temp_store = memory")
        connection.executescript(WATCH + bench.WATCH)
        self._connection = connection

    def fail(self, rule: str) -> None:
        """Something is not as it must be."""
        self.wrong.append(rule)
        self.world.trace(f"VIOLATION {rule}")

    def bug(self, what: str) -> None:
        """The product broke where it should not."""
        self.fail(f"unexpected error: {what}")

    def heard(self, _logger: object, method: str, event: dict[str, Any]) -> dict[str, Any]:
        """Every log line of the product: an exception is a defect, whatever catches it."""
        del method
        if event.get("exc_info"):
            self.bug(f"{event.get('event')} {event.get('key', '')}{event.get('operation', '')}: {sys.exc_info()[1]!r}")
        raise structlog.DropEvent

    def goes_back(self, tx: Tx) -> None:
        """Older rows have taken the place of those that were watched; what was under way in them may have gone on without them."""
        rows = {each.id: each for each in operations.newest(tx, 100_000)}
        self.watched = {number: each for number, each in self.watched.items() if number in rows}
        for number, watched in self.watched.items():
            watched.state, watched.up_since = rows[number].state, self.world.uptime()
            watched.in_the_past = not rows[number].finished
        self.open = {number for number, each in rows.items() if not each.finished}

    # ---- after every commit --------------------------------------------------------------------------------------------

    def committed(self, bot: "Bot") -> None:
        """Called by the store between a commit and whatever comes next, a crash included."""
        rows = self._connection.execute("select * from touched").fetchall()
        if not rows:
            return
        self._connection.execute("delete from touched")
        numbers = []
        for kind, number, was, is_now, version_was, version, epoch_was, epoch in rows:
            if kind == "change":
                self._changed(number, State(was), State(is_now), version_was, version, epoch_was, epoch)
            elif kind == "birth":
                self._born(number, bot)
            elif kind == "claim":
                self.bench.claimed(number, was, is_now, epoch)
            elif kind == "lease" and epoch != epoch_was + 1:
                self.fail(f"I2: the lease of {was} → {is_now} went from epoch {epoch_was} to {epoch}")
            elif kind == "attempt" and was in {"revoked", "ended", "no_effect"} and is_now != was:
                self.fail(f"an attempt of #{number} was {was} and is {is_now}")
            if number not in numbers:
                numbers.append(number)
        self.world.rows(lambda tx: self._all_whole(tx, numbers))
        if self.kill_in is not None and any(self.watched[number].state is self.kill_in for number in numbers):
            self.kill_in = None
            self.world.crashes.now()

    def _changed(
        self, number: int, was: State, now: State, version_was: int, version: int, epoch_was: int, epoch: int
    ) -> None:
        if version != version_was + 1:
            self.fail(f"I7: #{number} went from version {version_was} to {version}")
        if epoch < epoch_was:
            self.fail(f"I2: #{number} went from epoch {epoch_was} to {epoch}")
        if was is now:
            return
        self.world.trace(f"row: #{number} {was} → {now}")
        if now not in TRANSITIONS[was]:
            self.fail(f"#{number} went from {was} to {now}, which is not in the table")
        watched = self.watched[number]
        watched.decided = was is State.NEEDS_HUMAN and now in TERMINAL
        watched.asked = watched.asked or now in {State.NEEDS_HUMAN, State.PAUSED}
        watched.state, watched.up_since = now, self.world.uptime()
        self.visited[now] += 1
        if now in TERMINAL:
            self.open.discard(number)
            self.outcomes[now] += 1

    def _born(self, number: int, bot: "Bot") -> None:
        up = self.world.uptime()
        key = bot.working_on()
        self.watched[number] = Watched(state=State.QUEUED, up_since=up, up_born=up, key=key)
        self.open.add(number)
        self.world.trace(f"row: #{number} is born of {key}")
        sent = self.world.slack.sent.get(key)
        if self.world.rows(lambda tx: self._automatic(tx, number)):
            self.world.trace(f"row: #{number} rolls back by itself")
        elif sent is None:
            self.fail(f"#{number} was made by no delivery: {key}")
        else:
            sent.operations.add(number)
            if len(sent.operations) > 1:
                self.fail(f"I12: {key} made {sorted(sent.operations)}")
        self.world.rows(lambda tx: self._planned(tx, number))

    def _automatic(self, tx: Tx, number: int) -> bool:
        operation = operations.get(tx, number)
        if operation is None or not operation.automatic:
            return False
        self.bench.rolls_back(tx, operation)
        return True

    def _planned(self, tx: Tx, number: int) -> None:
        """I4, I5, I6: what was born is what was shown to whoever wanted it."""
        operation = operations.get(tx, number)
        assert operation is not None, "just inserted"
        plan = plans.get(tx, operation.plan_id)
        if plan is None or plan.state is not PlanState.CONFIRMED or plan.operation != number:
            self.fail(f"I4: #{number} has no confirmed plan")
            return
        right = plan_hash(
            action=plan.action, target=plan.target, who=plan.who, revision=plan.revision, live=plan.live,
            policy_hash=plan.policy_hash, workflow=plan.workflow, steps=plan.steps, takes_over=plan.takes_over,
        )  # fmt: skip
        same = (plan.action, plan.target, plan.revision, plan.who) == (
            *(operation.action, operation.target, operation.revision, operation.who),
        )
        if not (plan.hash == operation.plan_hash == right and same):
            self.fail(f"I4: #{number} is not the plan that was confirmed")
        if operation.created_at >= plan.expires_at:
            self.fail(f"#{number} was started from a plan that had expired")
        sent = self.world.slack.sent.get(self.watched[number].key)
        if sent is not None and sent.delivery.invocation.who != operation.who:
            self.fail(f"I5: #{number} of {operation.who.user} was started by {sent.delivery.invocation.who.user}")

    def _all_whole(self, tx: Tx, numbers: list[int]) -> None:
        for number in numbers:
            self._whole(tx, number)

    def _whole(self, tx: Tx, number: int) -> None:
        operation = operations.get(tx, number)
        if operation is None:
            return
        made = attempts.of_operation(tx, number)
        live = [each for each in made if each.state in LIVE]
        if len(live) > 1 or (operation.finished and live):
            self.fail(f"I1: #{number} is {operation.state} and has {len(live)} live attempts")
        if len(made) != operation.attempt:
            self.fail(f"#{number} counts {operation.attempt} attempts of {len(made)}")
        self._holds(tx, operation)
        if operation.finished:
            self._outcome(tx, operation)

    def _holds(self, tx: Tx, operation: Operation) -> None:
        lease = leases.holder(tx, operation.target)
        mine = lease is not None and lease.operation == operation.id
        if operation.finished and mine:
            self.fail(f"#{operation.id} is {operation.state} and still holds {operation.target}")
        if operation.state is State.ROLLING_BACK:
            children = operations.children(tx, operation.id)
            if not any(not each.finished for each in children) or mine:
                self.fail(f"#{operation.id} is rolling back and nothing rolls it back")
        elif operation.state in HOLDS and not mine:
            self.fail(f"I8: #{operation.id} is {operation.state} and does not hold {operation.target}")
        if mine and lease is not None and lease.epoch != operation.epoch:
            self.fail(f"I2: #{operation.id} has epoch {operation.epoch}, its lease {lease.epoch}")
        if lease is not None:
            holder = operations.get(tx, lease.operation)
            if holder is None or holder.finished:
                self.fail(f"an orphaned lease: {operation.target} is held by #{lease.operation}, which has ended")

    # ---- the truth outside ---------------------------------------------------------------------------------------------

    def start_sent(self, provider: "SimProvider", order: Order) -> None:
        """I3, I4, I6: nothing is asked for that is not committed, planned, and the same byte for byte."""
        del provider

        def look(tx: Tx) -> None:
            attempt = attempts.get(tx, order.key)
            operation = operations.get(tx, order.key.operation)
            if attempt is None or operation is None:
                self.fail(f"I3: {order.key} is started and no attempt was committed")
                return
            plan = plans.get(tx, operation.plan_id)
            if plan is None or plan.hash != operation.plan_hash or plan.state is not PlanState.CONFIRMED:
                self.fail(f"I4: {order.key} is started without a confirmed plan")
            elif (order.revision, order.target, order.action) != (plan.revision, plan.target, plan.action):
                self.fail(f"I6: {order.key} starts {order.revision} and the plan says {plan.revision}")
            if attempt.state not in LIVE and attempt.state is not AttemptState.REVOKED:
                self.fail(f"I3: {order.key} is started and its attempt is {attempt.state}")
            self.bench.starts(tx, order)

        self.world.rows(look)

    def run_started(self, provider: "SimProvider", run: "SimRun", order: Order) -> None:
        """A run for an attempt that exists; whether it is the only one that counts is seen when it acts."""
        if run.key != order.key or run.id not in provider.runs:
            self.fail(f"{run.id} is no run of {order.key}")

    def run_acts(self, provider: "SimProvider", run: "SimRun") -> None:
        """At most one run that touches anything for each operation and step, whatever was lost."""
        mine = [each.id for each in provider.acted_for(run.key.operation) if each.key.step == run.key.step]
        if len(mine) > 1:
            self.fail(f"DOUBLE: {len(mine)} runs for step {run.key.step} of #{run.key.operation}: {', '.join(mine)}")

    def _outcome(self, tx: Tx, operation: Operation) -> None:
        """No outcome is told that is not so; what a person decided is theirs."""
        watched = self.watched[operation.id]
        self.bench.ended(operation)
        if watched.decided:
            self.bench.decided(tx, operation)
            return
        provider = self.world.provider_of(operation.target)
        runs = provider.acted_for(operation.id)
        states = [run.state for run in runs or provider.of_operation(operation.id)]
        number, state = operation.id, operation.state
        nothing = operation.effect is Effect.NONE or state in {State.REJECTED, State.EXPIRED, State.SUPERSEDED}
        if state is State.SUCCEEDED and not any(run.state is RunState.SUCCEEDED for run in runs):
            self.fail(f"FALSE: #{number} succeeded and its runs are {states}")
        elif nothing and runs and not watched.in_the_past:
            self.fail(f"FALSE: #{number} is {state} without effect and its runs are {states}")
        elif state is State.CANCELLED and not nothing and RunState.CANCELLED not in states:
            self.fail(f"FALSE: #{number} is cancelled and its runs are {states}")
        elif state is State.FAILED and not nothing:
            self._failed(operation, states)
        elif state is State.ROLLED_BACK:
            child = operations.get(tx, operation.child_id)
            well = {State.SUCCEEDED, State.ROLLED_BACK}  # a rollback may have been taken over by the next one
            if child is None or child.state not in well or child.parent_id != number:
                self.fail(f"FALSE: #{number} is rolled back and its rollback is {child and child.state}")

    def _failed(self, operation: Operation, states: list[RunState]) -> None:
        elsewhere = operation.reason == "not_serving" and operation.serving != operation.revision
        elsewhere = elsewhere or operation.reason == "unhealthy"
        if RunState.FAILED not in states and not (elsewhere and RunState.SUCCEEDED in states):
            self.fail(f"FALSE: #{operation.id} failed ({operation.reason}) and its runs are {states}")

    # ---- Slack ---------------------------------------------------------------------------------------------------------

    def posted(self, posted: "Posted") -> None:
        """One message for each key."""
        twice = self.world.slack.by_key.get(posted.key, ())
        if posted.key and len(twice) > 1:
            self.fail(f"{posted.key} was posted {len(twice)} times")

    # ---- time ----------------------------------------------------------------------------------------------------------

    def in_time(self) -> None:
        """I9: nothing waits for ever for anything but a person or its own rollback."""
        up = self.world.uptime()
        for number in sorted(self.open):
            watched = self.watched[number]
            limit = PATIENCE.get(watched.state)
            if limit is not None and up - watched.up_since > limit + GRACE:
                self.fail(f"I9: #{number} has been {watched.state} for {(up - watched.up_since) // SECOND} s")
            if up - watched.up_born > MOST and not watched.asked and watched.state is not State.ROLLING_BACK:
                self.fail(f"I9: #{number} has no end after {(up - watched.up_born) // MINUTE} minutes")

    # ---- at rest -------------------------------------------------------------------------------------------------------

    def at_rest(self, tx: Tx) -> None:
        """When nothing more happens: everything has ended, nothing is held, everybody was answered."""
        for operation in operations.unfinished(tx):
            self.fail(f"LOST: #{operation.id} is {operation.state} for ever: {operation.note}")
        for lease in leases.held(tx):
            self.fail(f"an orphaned lease: {lease.target} is held by #{lease.operation}")
        for key, sent in self.world.slack.sent.items():
            if sent.forgotten:
                continue
            self._answered(tx, key, bool(sent.acked), sent.answers, sent.lost_answers, len(sent.operations))
        assert UNFINISHED, "the states are known"

    def _answered(self, tx: Tx, key: str, acked: bool, answers: int, lost: int, made: int) -> None:
        state = inbox.state(tx, key)
        if state is None and (acked or made):
            self.fail(f"I12: {key} was acknowledged or carried out and is not in the inbox")
        # A crash before the acknowledgement shows as Slack's own error: without any effect that is answer enough.
        silent = state is not inbox.InboxState.VOID and not answers and not lost
        if state is not None and silent and (acked or made):
            self.fail(f"I12: {key} was taken and never answered")
        if state in {inbox.InboxState.RECEIVED, inbox.InboxState.STARTED}:
            self.fail(f"I12: {key} is still {state}")
