"""Deployments: one current revision for each target, and what is known to have worked."""

import pytest

from bot.domain.leases import Deployment
from bot.store import Tx, deployments
from bot.store.errors import InvariantBroken
from tests.store.samples import API, WEB


def live(revision: str, since: int, **changes: object) -> Deployment:
    return Deployment(**{"target": WEB, "revision": revision, "since": since} | changes)  # type: ignore[arg-type]


def test_the_next_deployment_ends_the_one_before(tx: Tx) -> None:
    """Each target has its own history, newest first."""
    deployments.record(tx, live("r1", 10, operation=1, verified=True, by="U1"))
    deployments.record(tx, live("r2", 20, operation=2))
    deployments.record(tx, live("r1", 15, target=API))
    assert deployments.current(tx, WEB) == live("r2", 20, operation=2)
    assert deployments.history(tx, WEB, 9) == (
        live("r2", 20, operation=2), live("r1", 10, operation=1, verified=True, by="U1", until=20),
    )  # fmt: skip
    assert deployments.history(tx, WEB, 1) == (live("r2", 20, operation=2),)
    assert [each.target for each in deployments.all_current(tx)] == [API, WEB]


def test_recording_the_same_again_adds_nothing(tx: Tx) -> None:
    """A pass that is repeated after a crash leaves one row; verified rises and never falls."""
    for verified in (False, True, False):
        kept = deployments.record(tx, live("r1", 10, operation=1, verified=verified, by="U1"))
    assert kept == live("r1", 10, operation=1, verified=True, by="U1")
    assert deployments.history(tx, WEB, 9) == (kept,)


def test_an_observer_takes_no_credit(tx: Tx) -> None:
    """Seeing our own revision live is no new deployment; a new run of the same revision is one."""
    deployments.record(tx, live("r1", 10, operation=1, by="U1"))
    assert deployments.record(tx, live("r1", 30, by="outside")) == live("r1", 10, operation=1, by="U1")
    deployments.record(tx, live("r1", 40, operation=2, by="U2"))
    assert [each.operation for each in deployments.history(tx, WEB, 9)] == [2, 1]


def test_an_observation_from_the_past_does_not_end_before_it_began(tx: Tx) -> None:
    """Clocks of targets differ: an end is never before its beginning."""
    deployments.record(tx, live("r1", 50, operation=1))
    deployments.record(tx, live("r2", 40, by="outside"))
    assert [(each.since, each.until) for each in deployments.history(tx, WEB, 9)] == [(40, 0), (50, 50)]


def test_a_rollback_goes_to_what_last_worked(tx: Tx) -> None:
    """The newest verified revision that is not the one to leave."""
    for revision, since, verified in (("r1", 10, True), ("r2", 20, True), ("r3", 30, False), ("r4", 40, True)):
        deployments.record(tx, live(revision, since, operation=since, verified=verified))
    found = deployments.last_verified(tx, WEB, "r4")
    assert found is not None
    assert found.revision == "r2"
    assert deployments.last_verified(tx, API, "r4") is None
    assert deployments.was_verified(tx, WEB, "r2") == 20
    assert deployments.was_verified(tx, WEB, "r3") is None


def test_adopting_what_is_live(tx: Tx) -> None:
    """An observed revision can be called good, as long as it is the current one."""
    deployments.record(tx, live("r1", 10, by="outside"))
    assert not deployments.verify(tx, WEB, "r0")
    assert deployments.verify(tx, WEB, "r1")
    assert deployments.was_verified(tx, WEB, "r1") == 10


def test_the_schema_refuses_two_current_ones(tx: Tx) -> None:
    """Even code that forgets to end the one before."""
    deployments.record(tx, live("r1", 10))
    with pytest.raises(InvariantBroken):
        tx.run(deployments.INSERT, **deployments.CODEC.row(live("r2", 20)))
