"""Claims in rows: one run for each step, whatever else happens; and what the runs of a target have shown."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.claims import Rehearsal
from bot.domain.operations import AttemptKey, AttemptState, State
from bot.domain.terms import Target
from bot.store import Store, Tx, attempts, claims, operations
from bot.store.errors import InvariantBroken
from tests.store.samples import API, WEB, asked, attempt, operation

KEY = AttemptKey(operation=1, step=1, n=1)
NOWHERE = Target(service="", environment="")


async def test_one_of_many(store: Store) -> None:
    """However many runs ask at once, one gets it; the row names it."""

    def begin(tx: Tx) -> None:
        asked(tx)
        attempts.insert(tx, attempt())

    await store.write(begin)

    async def claim(number: int) -> bool:
        return await store.write(lambda tx: attempts.claim(tx, KEY, f"run-{number}", 10 + number))

    won = await asyncio.gather(*(claim(number) for number in range(20)))
    assert sum(won) == 1
    kept = await store.read(lambda tx: attempts.get(tx, KEY))
    assert kept is not None
    assert kept.claimed_by == f"run-{won.index(True)}"
    assert kept.claimed_at == 10 + won.index(True)


def test_a_claim_and_taking_back_exclude_each_other(tx: Tx) -> None:
    """What was claimed cannot be taken back for another try; what was taken back cannot be claimed."""
    asked(tx, 2)
    attempts.insert(tx, attempt())
    second = replace(KEY, operation=2)
    attempts.insert(tx, attempt(key=second))
    assert attempts.claim(tx, KEY, "run-1", 5)
    assert not attempts.claim(tx, KEY, "run-1", 6), "the second time is answered from the row"
    assert not attempts.revoke_unclaimed(tx, KEY, 7, "lost")
    assert attempts.revoke_unclaimed(tx, second, 7, "lost")
    assert not attempts.claim(tx, second, "run-2", 8)
    found = attempts.get(tx, second)
    assert found is not None
    assert (found.state, found.result) == (AttemptState.REVOKED, "lost")


def test_a_bound_attempt_keeps_its_claim(tx: Tx) -> None:
    """The run may be found before or after it asked."""
    asked(tx)
    attempts.insert(tx, attempt())
    assert attempts.claim(tx, KEY, "run-1", 5)
    found = attempts.get(tx, KEY)
    assert found is not None
    attempts.save(tx, replace(found, state=AttemptState.BOUND, run={"id": "7"}))
    again = attempts.get(tx, KEY)
    assert again is not None
    assert (again.claimed_by, again.run) == ("run-1", {"id": "7"})


def test_one_claimed_attempt_for_each_step(tx: Tx) -> None:
    """I1 holds in the schema: not even a bug can let two runs of a step go on."""
    asked(tx)
    attempts.insert(tx, attempt())
    assert attempts.claim(tx, KEY, "run-1", 5)
    attempts.end(tx, 1, 6, "succeeded")
    attempts.insert(tx, attempt(n=2))
    with pytest.raises(InvariantBroken):
        attempts.claim(tx, replace(KEY, n=2), "run-2", 7)


def done(tx: Tx, *, unclaimed: str = "", claimed_by: str = "", state: State = State.SUCCEEDED, at: int = 100) -> int:
    made = operation(state=state, unclaimed=unclaimed, claimed_by=claimed_by, finished_at=at)
    return operations.insert(tx, made).id


def test_what_is_missing(tx: Tx) -> None:
    """The last success counts, until a run of the same target shows that it asks."""
    assert claims.missing(tx, WEB) == 0
    assert not claims.proven(tx, WEB)
    number = done(tx, unclaimed="did not ask")
    assert claims.missing(tx, WEB) == number
    assert claims.missing(tx, API) == 0
    done(tx, state=State.FAILED)
    assert claims.missing(tx, WEB) == number, "one that failed shows nothing"
    done(tx, state=State.FAILED, claimed_by="run-2")
    assert claims.missing(tx, WEB) == 0, "one that asked and failed shows it"
    assert not claims.proven(tx, WEB)
    done(tx, claimed_by="run-3")
    assert claims.proven(tx, WEB)


def rehearse(tx: Tx, name: str, target: Target = WEB) -> None:
    claims.rehearse(tx, Rehearsal(id=name, target=target, created_at=200, expires_at=1_200))


def test_a_rehearsal_shows_it(tx: Tx) -> None:
    """Once, in time, and for its own target; one of the road alone shows nothing."""
    number = done(tx, unclaimed="did not ask")
    rehearse(tx, "road", NOWHERE)
    rehearse(tx, "api", API)
    rehearse(tx, "late")
    rehearse(tx, "web")
    assert claims.heard(tx, "road", "r", 300)
    assert claims.heard(tx, "api", "r", 300)
    assert not claims.heard(tx, "late", "r", 1_200)
    assert claims.missing(tx, WEB) == number
    assert claims.heard(tx, "web", "r", 300)
    assert not claims.heard(tx, "web", "another", 301)
    assert claims.missing(tx, WEB) == 0
    done(tx, unclaimed="did not ask", at=400)
    assert claims.missing(tx, WEB) != 0, "an older rehearsal says nothing of a later run"


def test_rehearsals_that_nobody_used_are_forgotten(tx: Tx) -> None:
    """With the next one that is made after their time."""
    rehearse(tx, "unused")
    rehearse(tx, "used")
    assert claims.heard(tx, "used", "r", 300)
    claims.rehearse(tx, Rehearsal(id="later", target=WEB, created_at=5_000, expires_at=6_000))
    assert claims.rehearsal(tx, "unused") is None
    assert claims.rehearsal(tx, "used") is not None
    assert claims.rehearsal(tx, "later") is not None
