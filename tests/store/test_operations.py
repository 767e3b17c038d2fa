"""Operations and attempts as rows: ids, compare-and-set, what is due, and what may never be twice."""

from dataclasses import replace

import pytest

from bot.domain.operations import AttemptKey, AttemptState, State
from bot.domain.terms import Action
from bot.store import Tx, attempts, operations
from bot.store.errors import InvariantBroken, Stale
from tests.store.samples import ANN, API, BOB, WEB, asked, attempt, operation


def test_ids_start_at_one_and_never_come_again(tx: Tx) -> None:
    """People quote them for ever, so a deleted row's number is not given out anew."""
    assert [operations.insert(tx, operation()).id for _ in range(3)] == [1, 2, 3]
    tx.run("delete from operations where id = 3")
    made = operations.insert(tx, operation(id=77))
    assert made.id == 4
    assert operations.get(tx, 4) == made
    assert operations.get(tx, 99) is None


def test_the_slower_of_two_writers_is_told(tx: Tx) -> None:
    """Compare-and-set: the second save of one version is stale, and changes nothing."""
    seen = operations.insert(tx, operation())
    operations.save(tx, seen.to(State.TRIGGERING, at=5))
    with pytest.raises(Stale, match="operation 1"):
        operations.save(tx, seen.to(State.CANCELLED, at=6))
    found = operations.get(tx, 1)
    assert found == seen.to(State.TRIGGERING, at=5)
    with pytest.raises(Stale):
        operations.save(tx, replace(seen, id=9, version=1))


def test_a_plan_is_carried_out_once(tx: Tx) -> None:
    """The schema itself refuses a second operation of one plan."""
    operations.insert(tx, operation(plan_id="p1"))
    with pytest.raises(InvariantBroken, match=r"operations\.plan_id"):
        operations.insert(tx, operation(plan_id="p1"))


def test_what_is_due_comes_longest_overdue_first(tx: Tx) -> None:
    """Finished ones and those whose time has not come are left out."""
    for due_at, state in (
        (30, State.RUNNING),
        (10, State.QUEUED),
        (10, State.SUCCEEDED),
        (99, State.UNKNOWN),
        (20, State.PAUSED),
    ):
        operations.insert(tx, operation(due_at=due_at, state=state))
    assert [each.id for each in operations.due(tx, 30, 9)] == [2, 5, 1]
    assert [each.id for each in operations.due(tx, 30, 2)] == [2, 5]
    assert [each.id for each in operations.unfinished(tx)] == [1, 2, 4, 5]
    assert operations.by_state(tx) == {"paused": 1, "queued": 1, "running": 1, "succeeded": 1, "unknown": 1}


def test_operations_of_a_target_and_of_a_person(tx: Tx) -> None:
    """Newest first, as many as asked for."""
    for target, who in ((WEB, ANN), (API, ANN), (WEB, BOB), (WEB, ANN)):
        operations.insert(tx, operation(target=target, who=who))
    assert [each.id for each in operations.of_target(tx, WEB, 2)] == [4, 3]
    assert [each.id for each in operations.by_person(tx, ANN, 9)] == [4, 2, 1]
    assert [each.id for each in operations.newest(tx, 3)] == [4, 3, 2]
    assert operations.last_targets(tx, ANN) == (WEB, API)
    assert operations.last_targets(tx, ANN, limit=1) == (WEB,)


def test_children_are_the_rollbacks_that_took_over(tx: Tx) -> None:
    """An operation without a parent is nobody's child."""
    for parent in (0, 1, 1):
        operations.insert(tx, operation(parent_id=parent))
    assert [each.id for each in operations.children(tx, 1)] == [2, 3]
    assert operations.children(tx, 0) == ()


def test_how_long_it_usually_takes(tx: Tx) -> None:
    """Only successful runs of the same action on the same target count, newest first."""
    for changes in (
        {"finished_at": 2_000}, {"finished_at": 4_000}, {"finished_at": 9_000, "state": State.FAILED},
        {"finished_at": 9_000, "target": API}, {"finished_at": 9_000, "action": Action.ROLLBACK},
        {"finished_at": 9_000, "started_at": 0},
    ):  # fmt: skip
        operations.insert(tx, operation(**{"state": State.SUCCEEDED, "started_at": 1_000} | changes))
    assert operations.durations(tx, WEB, Action.DEPLOY) == (3_000, 1_000)
    assert operations.durations(tx, WEB, Action.DEPLOY, limit=1) == (3_000,)


def test_an_attempt_is_there_once(tx: Tx) -> None:
    """Its key names it for ever."""
    asked(tx)
    attempts.insert(tx, attempt())
    assert attempts.get(tx, attempt().key) == attempt()
    assert attempts.get(tx, AttemptKey(operation=1, step=1, n=2)) is None
    with pytest.raises(InvariantBroken, match="attempts"):
        attempts.insert(tx, attempt(state=AttemptState.ENDED))


def test_two_attempts_of_a_step_are_never_alive_together(tx: Tx) -> None:
    """The next try has to wait until the one before is closed, ended or revoked."""
    asked(tx)
    attempts.insert(tx, attempt(1))
    with pytest.raises(InvariantBroken):
        attempts.insert(tx, attempt(2))
    assert attempts.close(tx, attempt(1).key, AttemptState.NO_EFFECT, 6, "refused")
    attempts.insert(tx, attempt(2))
    assert [each.state for each in attempts.of_operation(tx, 1)] == [AttemptState.NO_EFFECT, AttemptState.OPEN]
    assert attempts.open_of(tx, 1) == (attempt(2),)
    assert not attempts.close(tx, attempt(1).key, AttemptState.ENDED, 7), "it was closed before"


def test_a_revoked_attempt_stays_revoked(tx: Tx) -> None:
    """Whatever lands later is written down, but is not ours any more."""
    asked(tx)
    attempts.insert(tx, attempt(1, state=AttemptState.ENDED))
    attempts.insert(tx, attempt(2))
    attempts.save(tx, attempt(2, state=AttemptState.BOUND, run={"id": "7"}))
    (revoked,) = attempts.revoke_open(tx, 1, 9)
    assert revoked == attempt(2, state=AttemptState.REVOKED, run={"id": "7"}, ended_at=9)
    with pytest.raises(Stale, match="1:1:2"):
        attempts.save(tx, attempt(2, state=AttemptState.BOUND))
    attempts.save(tx, replace(revoked, result="landed late"))
    assert not attempts.close(tx, revoked.key, AttemptState.ENDED, 10)
    assert attempts.end(tx, 1, 10, "succeeded") == 0
    assert attempts.revoke_open(tx, 1, 11) == ()


def test_the_end_of_a_run_ends_its_attempt(tx: Tx) -> None:
    """With what the provider said."""
    asked(tx)
    attempts.insert(tx, attempt())
    assert attempts.end(tx, 1, 8, "succeeded") == 1
    assert attempts.get(tx, attempt().key) == attempt(state=AttemptState.ENDED, ended_at=8, result="succeeded")
