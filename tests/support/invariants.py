"""What must be true of the rows whenever nothing is under way, whatever happened before: asserted after every story."""

from collections import Counter
from functools import partial

from bot.domain.deliveries import Outgoing
from bot.domain.operations import HOLDS, AttemptState, Operation, State
from bot.domain.terms import Target
from bot.engine import rendering
from bot.store import Tx, attempts, deployments, leases, operations, outbox
from tests.support.ship import Ship
from tests.support.text import plain

LIVE = {AttemptState.OPEN, AttemptState.BOUND}


async def check(ship: Ship, *, quiet: bool = True) -> None:
    """I1–I3, I7 and I8 of the safety rules on every row; with `quiet` also that every message says what its rows say now."""
    await ship.store.read(lambda tx: _rows(tx, ship))
    _one_card_each(ship)
    if quiet:
        await _cards_are_true(ship)


def _rows(tx: Tx, ship: Ship) -> None:
    every = operations.newest(tx, 1_000)
    for operation in every:
        _attempts(tx, operation)
        _holds(tx, operation, every)
    for target in ship.catalogue.targets():
        _epochs(tx, target)
        current = [each for each in deployments.history(tx, target, 100) if not each.until]
        assert len(current) <= 1, f"{target}: one deployment is current, not {len(current)}"
    committed = {str(each.key) for operation in every for each in attempts.of_operation(tx, operation.id)}
    started = Counter(ship.provider.starts)
    assert set(started) <= committed, f"I3: started without a committed attempt: {set(started) - committed}"
    assert max(started.values(), default=1) == 1, f"I3: started twice: {started}"


def _attempts(tx: Tx, operation: Operation) -> None:
    made = attempts.of_operation(tx, operation.id)
    live = [each for each in made if each.state in LIVE]
    assert len(live) <= 1, f"I1: #{operation.id} has {len(live)} live attempts"
    assert not (operation.finished and live), f"I1: #{operation.id} is {operation.state} and has a live attempt"
    assert len(made) == operation.attempt, f"#{operation.id} counts {operation.attempt} attempts of {len(made)}"


def _holds(tx: Tx, operation: Operation, every: tuple[Operation, ...]) -> None:
    lease = leases.holder(tx, operation.target)
    mine = lease is not None and lease.operation == operation.id
    if operation.finished:
        assert not mine, f"I8: #{operation.id} is {operation.state} and still holds {operation.target}"
    elif operation.state is State.ROLLING_BACK:
        children = [each.id for each in every if each.parent_id == operation.id and not each.finished]
        assert children, f"#{operation.id} is rolling back and nothing rolls it back"
    elif operation.state in HOLDS:
        assert mine, f"I2: #{operation.id} is {operation.state} and does not hold {operation.target}"
    if mine and lease is not None:
        assert lease.epoch == operation.epoch, (
            f"I2: #{operation.id} has epoch {operation.epoch}, its lease {lease.epoch}"
        )


def _epochs(tx: Tx, target: Target) -> None:
    taken = leases.history(tx, target, 100)
    epochs = [each.epoch for each in taken]
    assert epochs == sorted(set(epochs), reverse=True), f"I2: epochs of {target} do not rise: {epochs}"
    assert sum(1 for each in taken if not each.released_at) <= 1, f"I2: {target} is held twice"


def _one_card_each(ship: Ship) -> None:
    keys = Counter(each.key for each in ship.chat.posts if each.key and each.key not in ship.chat.moved)
    twice = {key: number for key, number in keys.items() if number > 1}
    assert not twice, f"posted more than once: {twice}"


async def _cards_are_true(ship: Ship) -> None:
    waiting = await ship.store.read(lambda tx: [each for each in _every(tx) if each.waiting and not _later(each, ship)])
    assert not waiting, f"still owed: {[(each.key, each.last_error) for each in waiting]}"
    for owed in await ship.store.read(_every):
        where = await ship.store.read(partial(outbox.delivered, key=owed.key))
        message = await rendering.render(ship.runtime, owed)
        if where is None or message is None or owed.kind != "operation_card":
            continue
        shown = next(each for each in ship.chat.posts if (each.channel, each.ts) == (where.channel, where.ts))
        assert plain(shown.message) == plain(message), f"{owed.key} does not say what its rows say"


def _later(owed: Outgoing, ship: Ship) -> bool:
    return owed.due_at > ship.clock.now()


def _every(tx: Tx) -> list[Outgoing]:
    found = operations.newest(tx, 1_000)
    return [each for operation in found for each in outbox.of_subject(tx, f"operation:{operation.id}")]
