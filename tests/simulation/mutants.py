"""Defects planted in the product, each by replacing one of its functions or statements; a simulation that misses them proves nothing."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.domain import advancing
from bot.domain.operations import Attempt, AttemptKey, AttemptState, Effect, Operation, State
from bot.domain.requests import Delivery
from bot.domain.terms import SECOND, Millis
from bot.engine import following, ordering, outbox, preflight, reconcile, record, submit
from bot.engine.engine import Engine
from bot.engine.intake import Intake, Prepared
from bot.engine.runtime import Runtime
from bot.ports import RunState, Snapshot
from bot.store import Tx, attempts, inbox, leases, operations
from bot.store import outbox as wishes
from tests.simulation.crash import distinct
from tests.simulation.crew import QUIET
from tests.simulation.faults import CALM
from tests.simulation.scenarios import ADA, FLOWS, SLOW, Flow, tell

ANY = frozenset(State)
Patch = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """`plant` makes the defect; `flows` are told without a crash, then (with `dies`) with one at each point; caught in `within` tellings."""

    name: str
    plant: Patch
    flows: tuple[Flow, ...]
    within: int
    dies: bool = False
    seeds: int = 1


def hunt(mutant: Mutant) -> tuple[int, str]:
    """How many tellings it took, and what was seen; 0 where it got away."""
    for count, (flow, at, seed) in enumerate(_tellings(mutant), 1):
        wrong = tell(flow, at=at, seed=seed).wrong
        if wrong:
            return count, wrong[0]
        if count >= mutant.within:
            break
    return 0, ""


def _tellings(mutant: Mutant) -> Iterable[tuple[Flow, frozenset[int], str]]:
    for flow in mutant.flows:
        for seed in range(mutant.seeds):
            yield flow, frozenset(), str(seed)
        for at in distinct(tell(flow).points) if mutant.dies else ():
            yield flow, frozenset({at}), "0"


def _flow(name: str) -> Flow:
    return next(each for each in FLOWS if each.name == name)


# ---- the defects -----------------------------------------------------------------------------------------------------


def ack_before_commit(patch: pytest.MonkeyPatch) -> None:
    """The row is written by the way, while the answer goes out."""
    keep = Intake._keep

    async def hasty(self: Intake, delivery: Delivery, prepared: Prepared) -> bool:
        self._runtime.supervisor.start(f"keep:{delivery.key}", lambda: _quietly(keep(self, delivery, prepared)))
        return True

    patch.setattr(Intake, "_keep", hasty)


async def _quietly(work: Any) -> None:
    await asyncio.sleep(0.05)
    await work


def retry_on_timeout(patch: pytest.MonkeyPatch) -> None:
    """As many HTTP clients do: what did not answer is asked again."""
    after_error = preflight._after_error

    async def again(runtime: Runtime, operation: Operation, key: AttemptKey, error: Any, **more: Any) -> bool:
        if error.effect is not Effect.NONE:
            deployer, order = await ordering.order_of(runtime, operation)
            await deployer.start(order)
        return await after_error(runtime, operation, key, error, **more)

    patch.setattr(preflight, "_after_error", again)


def release_on_restart(patch: pytest.MonkeyPatch) -> None:
    """A new process forgets who holds what."""

    def let_go(runtime: Runtime) -> Callable[[Tx], object]:
        now = runtime.clock.now()
        return lambda tx: [leases.release(tx, each.target, each.operation, each.epoch, now) for each in leases.held(tx)]

    _at_start(patch, let_go)


def cancel_on_restart(patch: pytest.MonkeyPatch) -> None:
    """Whatever ran when the process died is taken for dead."""

    def bury(runtime: Runtime) -> Callable[[Tx], object]:
        now = runtime.clock.now()

        def work(tx: Tx) -> None:
            for each in operations.unfinished(tx):
                if each.state is State.RUNNING:
                    record.write_step(tx, runtime, each, each.to(State.CANCELLED, at=now, effect=Effect.NONE))

        return work

    _at_start(patch, bury)


def _at_start(patch: pytest.MonkeyPatch, work: Callable[[Runtime], Callable[[Tx], object]]) -> None:
    begin = Engine.begin

    async def hasty(self: Engine) -> int:
        await self.runtime.store.write(work(self.runtime))
        return await begin(self)

    patch.setattr(Engine, "begin", hasty)


def drop_compare_and_set(patch: pytest.MonkeyPatch) -> None:
    """Whoever writes last wins."""
    anyway = operations.CODEC.update("operations", where="id = :id", without=operations.ID)
    patch.setattr(operations, "SAVE", anyway)


def one_key_for_all(patch: pytest.MonkeyPatch) -> None:
    """The attempt is not part of the key."""

    async def first(runtime: Runtime, operation: Operation) -> Any:
        deployer, order = await order_of(runtime, operation)
        return deployer, replace(order, key=replace(order.key, n=1))

    order_of = ordering.order_of
    for module in (preflight, following):
        patch.setattr(module, "order_of", first)


def forget_epoch(patch: pytest.MonkeyPatch) -> None:
    """Who takes a target over does not remember under which epoch."""
    transfer = leases.transfer

    def forgetful(*args: Any) -> Any:
        return replace(transfer(*args), epoch=0)

    patch.setattr(leases, "transfer", forgetful)


def post_without_looking(patch: pytest.MonkeyPatch) -> None:
    """A post whose answer was lost is posted again."""
    patch.setattr(outbox, "MAYBE_POSTED", frozenset())


def unknown_is_failed(patch: pytest.MonkeyPatch) -> None:
    """No answer means that it did not work."""

    def failed(operation: Operation, why: str, *, at: Millis, **more: Any) -> Operation:
        del more
        return operation.to(State.FAILED, at=at, effect=Effect.NONE, reason="lost", note=why)

    patch.setattr(advancing, "lost", failed)


def unknown_is_success(patch: pytest.MonkeyPatch) -> None:
    """A run that says nothing has ended well."""
    snapshot = following._snapshot

    async def hopeful(runtime: Runtime, operation: Operation) -> Any:
        seen = await snapshot(runtime, operation)
        blind = isinstance(seen, Snapshot) and seen.state is RunState.UNKNOWN
        return Snapshot(state=RunState.SUCCEEDED) if blind else seen

    patch.setattr(following, "_snapshot", hopeful)


def start_before_commit(patch: pytest.MonkeyPatch) -> None:
    """First the effect, then the row."""
    trigger = preflight._trigger

    async def hasty(runtime: Runtime, operation: Operation) -> bool:
        deployer, order = await ordering.order_of(runtime, replace(operation, attempt=operation.attempt + 1))
        await deployer.start(order)
        return await trigger(runtime, operation)

    patch.setattr(preflight, "_trigger", hasty)


def lost_means_never(patch: pytest.MonkeyPatch) -> None:
    """What is not found at once is started under a new key."""

    async def anew(runtime: Runtime, operation: Operation) -> bool:
        deployer, order = await ordering.order_of(runtime, operation)
        if await deployer.find(order):
            return await find_out(runtime, operation)
        now = runtime.clock.now()
        after = operation.to(State.TRIGGERING, at=now, attempt=operation.attempt + 1)
        key = replace(order.key, n=after.attempt)

        def another(tx: Tx) -> None:
            attempts.close(tx, order.key, AttemptState.NO_EFFECT, now)
            attempts.insert(tx, Attempt(key=key, state=AttemptState.OPEN, sent_at=now, epoch=operation.epoch))

        return await record.step(runtime, operation, after, and_then=another) and await preflight.call(runtime, after)

    find_out = following.find_out
    patch.setitem(reconcile.STEPS, State.UNKNOWN, anew)


def refused_resend_proves(patch: pytest.MonkeyPatch) -> None:
    """The second sending was refused, so the first one had no effect either."""
    after_error = preflight._after_error

    async def sure(runtime: Runtime, operation: Operation, key: AttemptKey, error: Any, **more: Any) -> bool:
        del more
        return await after_error(runtime, operation, key, error, resent=False)

    patch.setattr(preflight, "_after_error", sure)


def any_delivery_is_new(patch: pytest.MonkeyPatch) -> None:
    """Nobody looks whether Slack sent it before."""
    add = inbox.add

    def again(tx: Tx, delivery: Delivery, now: Millis) -> bool:
        add(tx, delivery, now)
        return True

    patch.setattr(inbox, "add", again)


def forget_deliveries(patch: pytest.MonkeyPatch) -> None:
    """After a restart nobody takes up what was acknowledged."""

    async def nothing(self: Intake) -> tuple[str, ...]:
        del self
        return ()

    patch.setattr(Intake, "resume", nothing)


def never_released(patch: pytest.MonkeyPatch) -> None:
    """The end of an operation does not free its target."""
    patch.setattr(leases, "release", lambda *_args: False)


def last_wish_lost(patch: pytest.MonkeyPatch) -> None:
    """A message that was sent counts as true, whatever was wanted since."""
    statement = "update outbox set done = wanted, attempts = 0, last_error = :error where key = :key and :upto > 0"
    patch.setattr(wishes, "MARK", statement)


def nobody_looks(patch: pytest.MonkeyPatch) -> None:
    """Operations are only followed by the process that started them."""
    patch.setattr(operations, "unfinished", lambda _tx: ())
    patch.setattr(operations, "due", lambda _tx, _now, _limit: ())


def taken_over_goes_on(patch: pytest.MonkeyPatch) -> None:
    """The plan of a rollback is carried out, and what it takes over is not told."""

    def beside(tx: Tx, runtime: Runtime, wanted: Operation, environment: Any, *, thread: str = "") -> Operation:
        return record.open_operation(tx, runtime, wanted, environment, thread=thread)

    patch.setattr(submit, "begin", beside)


def another_revision(patch: pytest.MonkeyPatch) -> None:
    """What is started is what is live already, not what the plan showed."""

    async def other(runtime: Runtime, operation: Operation) -> Any:
        deployer, order = await order_of(runtime, operation)
        return deployer, replace(order, revision=operation.previous)

    order_of = ordering.order_of
    patch.setattr(preflight, "order_of", other)


LOST = Flow(
    name="an answer is lost", says=((SECOND, ADA, "deploy jobs staging"),), ends=ANY,
    fates={"jobs-ci.start": ("error_after",)},
)  # fmt: skip
UNSEEN = Flow(
    name="the list lags", says=((SECOND, ADA, "deploy jobs staging"),), ends=ANY, fates={"jobs-ci.start": ("late",)}
)
BLIND = Flow(
    name="a run that fails unseen", says=((SECOND, ADA, "deploy mail staging"),), ends=ANY,
    plan=replace(CALM, run_fails=1, run_vanishes=1),
)  # fmt: skip
REFUSED = Flow(
    name="refused at first", says=((SECOND, ADA, "deploy api staging"),), ends=ANY, fates={"api-ci.start": ("refused",)}
)
LATE = Flow(
    name="lost and late, sent again and refused", says=((SECOND, ADA, "deploy web staging"),), ends=ANY,
    fates={"web-ci.start": ("late", "refused")},
)  # fmt: skip
AGAIN = Flow(
    name="a rollback is delivered twice",
    says=((SECOND, ADA, "deploy web staging"), (90 * SECOND, ADA, "rollback web staging")), ends=ANY,
    plan=replace(CALM, twice=1),
)  # fmt: skip
BUSY = Flow(
    name="stopped at every moment", ends=ANY, habits=replace(QUIET, stops=1, takes_over=1),
    says=((SECOND, ADA, "deploy api production"),), plan=SLOW,
)  # fmt: skip
DEPLOY, MENTION, TAKE_OVER = _flow("deploy"), _flow("deploy by mention"), _flow("take over")

MUTANTS: tuple[Mutant, ...] = (
    Mutant(name="ack before commit", plant=ack_before_commit, flows=(DEPLOY,), within=120, dies=True),
    Mutant(name="retry on timeout", plant=retry_on_timeout, flows=(LOST,), within=1),
    Mutant(name="release leases on restart", plant=release_on_restart, flows=(DEPLOY,), within=120, dies=True),
    Mutant(name="cancel on restart", plant=cancel_on_restart, flows=(DEPLOY,), within=120, dies=True),
    Mutant(name="drop compare-and-set", plant=drop_compare_and_set, flows=(BUSY,), within=60, seeds=60),
    Mutant(name="one key for all attempts", plant=one_key_for_all, flows=(REFUSED,), within=1),
    Mutant(name="forget the epoch", plant=forget_epoch, flows=(TAKE_OVER,), within=1),
    Mutant(name="post without looking", plant=post_without_looking, flows=(_flow("lost posts"),), within=1),
    Mutant(name="unknown is failed", plant=unknown_is_failed, flows=(LOST,), within=1),
    Mutant(name="unknown is success", plant=unknown_is_success, flows=(BLIND,), within=1),
    Mutant(name="start before commit", plant=start_before_commit, flows=(DEPLOY,), within=1),
    Mutant(name="not found means never started", plant=lost_means_never, flows=(UNSEEN,), within=1),
    Mutant(name="a refused resend proves", plant=refused_resend_proves, flows=(LATE,), within=1),
    Mutant(name="any delivery is new", plant=any_delivery_is_new, flows=(AGAIN,), within=30, seeds=30),
    Mutant(name="deliveries are forgotten", plant=forget_deliveries, flows=(DEPLOY,), within=120, dies=True),
    Mutant(name="leases are never released", plant=never_released, flows=(DEPLOY,), within=1),
    Mutant(name="the last wish is lost", plant=last_wish_lost, flows=(DEPLOY, MENTION, TAKE_OVER), within=3),
    Mutant(name="nobody looks after a restart", plant=nobody_looks, flows=(DEPLOY,), within=120, dies=True),
    Mutant(name="another revision than shown", plant=another_revision, flows=(DEPLOY,), within=1),
    Mutant(name="what is taken over goes on", plant=taken_over_goes_on, flows=(TAKE_OVER,), within=1),
)
