"""Claims: one run goes on, whatever became of the answers; what did not ask is shown, and held the next time."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from bot.domain.claims import DID_NOT_ASK, Answer, Claim, ClaimRule, OutsideRule
from bot.domain.operations import AttemptKey, AttemptState, State
from bot.domain.terms import MINUTE, SECOND
from bot.engine import fencing
from bot.engine.claiming import Claiming
from bot.errors import IntegrationError, Kind
from bot.ports import TriggerClass
from bot.store import attempts, audit
from tests.support.claimed import ask, claim_of, live, wanting
from tests.support.invariants import check
from tests.support.ship import API_STAGING, WEB_STAGING, Ship

ADA, GRACE = "U02ADA", "U02GRACE"
LOST = IntegrationError("no answer", kind=Kind.AMBIGUOUS)


@pytest.fixture
async def ship() -> AsyncIterator[Ship]:
    """Staging requires the claim."""
    made = wanting()
    yield made
    await check(made, quiet=made.quiet)


async def deploy(ship: Ship, name: str = "") -> str:
    """Ask for staging and confirm; returns the key of the attempt that the provider heard of last."""
    if name:
        ship.provider.commit(name, "More")
    await ship.type(ADA, "/ops deploy web staging")
    await ship.click(ADA, "Deploy to staging")
    await ship.wait(3 * SECOND)
    return ship.provider.starts[-1]


async def state(ship: Ship, number: int = 1) -> State:
    return (await ship.operation(number)).state


async def entries(ship: Ship, number: int = 1) -> list[tuple[str, str]]:
    lines = await ship.store.read(lambda tx: audit.of_subject(tx, f"operation:{number}"))
    return [(line.action, line.reason) for line in lines if line.action.startswith("claim")]


async def test_a_run_that_asks(ship: Ship) -> None:
    """The first run may go on, and again; another may not; the card has nothing to say about it."""
    key = await ship.running()
    assert await ask(ship, key) is Answer.GRANTED
    assert await ask(ship, key) is Answer.AGAIN
    assert await ask(ship, key, "run-2") is Answer.CONFLICT
    ship.provider.succeed(key)
    await ship.wait(5 * SECOND)
    assert await state(ship) is State.SUCCEEDED
    assert "claim" not in ship.card(1).lower()
    assert await entries(ship) == [("claim.granted", ""), ("claim.claimed_by_another", "")]
    assert await ask(ship, key) is Answer.OVER, "an old run that somebody starts again"


async def test_a_run_that_does_not_ask(ship: Ship) -> None:
    """It is live, the card says that nobody asked, and the next deployment there is refused; a rollback is not."""
    number = await live(ship, asks=False)
    assert ship.card(number) == snapshot("""\
✅ *Live* · web → staging
2 changes · took 6 s · web itself says so
⚠️ Not claimed: its run did not ask whether it may go on
Ada · `5d2f0b7` · 2026-11-24 09:04 UTC · #1
[ Changes ] [ Roll back… ]\
""")
    lines = await ship.store.read(lambda tx: audit.of_subject(tx, "operation:1"))
    assert [line.body["unclaimed"] for line in lines if line.action == "deploy.succeeded"] == [DID_NOT_ASK]
    ship.provider.commit("c7e1aa0", "More")
    assert await ship.type(ADA, "/ops deploy web staging") == snapshot("""\
*Not deployed* · web → staging
🎫 A claim is required here, and the run of #1 did not ask for it.
     Add the claim to what deploys, and show it: quarterdeck doctor --claim web staging on the bot's machine.
17 other gates passed · claim_missing\
""")
    assert "Roll back web" in await ship.type(ADA, "/ops rollback web staging --to a41c9e2")
    assert "Not deployed" not in await ship.type(ADA, "/ops deploy api staging")


async def test_a_rehearsal_shows_it(ship: Ship) -> None:
    """A run that rehearses hears that it may not go on, and the target is free again."""
    await live(ship, asks=False)
    ship.provider.commit("c7e1aa0", "More")
    claiming = Claiming(ship.runtime)
    name, token = await claiming.rehearse(WEB_STAGING)
    practice = name.removeprefix("rehearsal-")
    assert await claiming.genuine_rehearsal(practice, token)
    assert not await claiming.genuine_rehearsal("another", token)
    assert await claiming.heard(practice, "run-7") is Answer.REHEARSED
    assert await claiming.heard(practice, "run-7") is Answer.REHEARSED
    assert await claiming.heard(practice, "run-8") is Answer.OVER
    assert await claiming.heard("another", "run-7") is Answer.UNKNOWN
    assert "Deploy web" in await ship.type(ADA, "/ops deploy web staging")
    lines = await ship.store.read(lambda tx: audit.of_subject(tx, f"target:{WEB_STAGING}"))
    assert [line.action for line in lines] == ["claim.rehearsed"]


async def test_preferred_says_nothing() -> None:
    """Where a claim is only preferred, a run without one is as good as ever."""
    ship = wanting(ClaimRule.PREFERRED)
    number = await live(ship, asks=False)
    assert "claim" not in ship.card(number).lower()
    ship.provider.commit("c7e1aa0", "More")
    assert "Deploy web" in await ship.type(ADA, "/ops deploy web staging")
    await check(ship)


async def test_a_claim_answers_what_the_provider_did_not(ship: Ship) -> None:
    """The answer was lost and the run is not listed: the claim proves that it is there, and it is followed once it is."""
    ship.provider.trigger_class = TriggerClass.C
    ship.provider.hidden = True
    ship.provider.start_errors = [LOST]
    key = await deploy(ship)
    assert await state(ship) is State.UNKNOWN
    assert await ask(ship, key) is Answer.GRANTED
    assert await state(ship) is State.RUNNING
    await ship.wait(5 * MINUTE)
    assert await state(ship) is State.RUNNING, "it is not tried anew, and nobody is asked"
    ship.provider.hidden = False
    ship.provider.succeed(key)
    await ship.wait(MINUTE)
    assert await state(ship) is State.SUCCEEDED
    assert ship.provider.starts == [key]


async def test_a_run_that_is_faster_than_its_answer(ship: Ship) -> None:
    """The claim comes while the start is still being answered; the answer then only adds the run."""
    ship.provider.hanging = {"start's answer"}
    key = await deploy(ship)
    assert await state(ship) is State.TRIGGERING
    assert await ask(ship, key) is Answer.GRANTED
    assert await state(ship) is State.RUNNING
    ship.provider.release()
    await ship.wait(3 * SECOND)
    assert (await ship.operation(1)).run
    ship.provider.succeed(key)
    await ship.wait(5 * SECOND)
    assert await state(ship) is State.SUCCEEDED


async def test_the_fence(ship: Ship) -> None:
    """Where the last run asked, a lost try is taken back unclaimed and made anew; whichever run comes late hears no."""
    await live(ship)
    ship.provider.trigger_class = TriggerClass.C
    ship.provider.hidden = True
    ship.provider.start_errors = [LOST]
    first = await deploy(ship, "c7e1aa0")
    assert first == "2:1:1"
    await ship.wait(MINUTE)
    assert await state(ship, 2) is State.UNKNOWN, "the provider has its time to list it"
    await ship.wait(2 * MINUTE)
    second = ship.provider.starts[-1]
    assert second == "2:1:2"
    assert await ask(ship, first, "late") is Answer.REVOKED
    assert await ask(ship, second, "run-2") is Answer.GRANTED
    ship.provider.hidden = False
    ship.provider.succeed(second)
    await ship.wait(MINUTE)
    assert await state(ship, 2) is State.SUCCEEDED
    found = await ship.store.read(lambda tx: attempts.of_operation(tx, 2))
    assert [(each.state, each.claimed_by) for each in found] == [
        (AttemptState.REVOKED, ""),
        (AttemptState.ENDED, "run-2"),
    ]


async def test_no_fence_before_a_run_has_asked(ship: Ship) -> None:
    """Nothing is tried anew on the word of a configuration: until a run has shown that it asks, a person decides."""
    ship.provider.trigger_class = TriggerClass.C
    ship.provider.hidden = True
    ship.provider.start_errors = [LOST]
    await deploy(ship)
    await ship.wait(26 * MINUTE)
    assert ship.provider.starts == ["1:1:1"]
    assert await state(ship) is State.NEEDS_HUMAN


async def test_what_would_run_has_changed(ship: Ship) -> None:
    """Also behind the fence only what was confirmed is sent again."""
    await live(ship)
    ship.provider.trigger_class = TriggerClass.C
    ship.provider.hidden = True
    ship.provider.start_errors = [LOST]
    await deploy(ship, "c7e1aa0")
    ship.provider.workflow = "w2"
    await ship.wait(5 * MINUTE)
    assert ship.provider.starts[-1] == "2:1:1"
    assert await state(ship, 2) is State.NEEDS_HUMAN


async def test_a_late_run_after_a_decision_was_asked_for(ship: Ship) -> None:
    """Nobody could say what became of it; then its run comes forward and is followed."""
    ship.provider.trigger_class = TriggerClass.C
    ship.provider.hidden = True
    ship.provider.start_errors = [LOST]
    key = await deploy(ship)
    await ship.wait(26 * MINUTE)
    assert await state(ship) is State.NEEDS_HUMAN
    assert await ask(ship, key) is Answer.GRANTED
    assert await state(ship) is State.RUNNING
    ship.provider.hidden = False
    ship.provider.succeed(key)
    await ship.wait(MINUTE)
    assert await state(ship) is State.SUCCEEDED


async def test_it_never_started_is_made_true(ship: Ship) -> None:
    """What a person said never started hears that it may not, should it start after all."""
    ship.provider.trigger_class = TriggerClass.C
    ship.provider.hidden = True
    ship.provider.start_errors = [LOST]
    key = await deploy(ship)
    await ship.wait(26 * MINUTE)
    await ship.click(ADA, "It never started…")
    await ship.submit(ADA, {"answer": "cancelled", "saw": "nothing runs there"})
    await ship.wait(5 * SECOND)
    assert await state(ship) is State.CANCELLED
    assert await ask(ship, key) is Answer.OVER


async def test_a_rollback_takes_the_claim_away(ship: Ship) -> None:
    """The run that was taken over may not go on, whether it had asked before or not; and nobody fears that it lands late."""
    await live(ship)
    ship.provider.trigger_class = TriggerClass.C
    ship.provider.hidden = True
    ship.provider.start_errors = [LOST]
    key = await deploy(ship, "c7e1aa0")
    plan = await ship.type(GRACE, "/ops rollback web staging --to a41c9e2 because checkout errors")
    assert "could still" not in plan
    await ship.click(GRACE, "Roll back staging")
    await ship.wait(5 * SECOND)
    assert await ask(ship, key, "late") is Answer.REVOKED
    ship.provider.hidden = False
    ship.provider.break_off(key)
    await ship.wait(10 * SECOND)
    rollback = ship.provider.starts[-1]
    assert await ask(ship, rollback, "back") is Answer.GRANTED
    ship.provider.succeed(rollback)
    await ship.wait(2 * MINUTE)
    assert await state(ship, 2) is State.ROLLED_BACK


async def test_a_stop_is_final_for_a_run_that_has_not_begun(ship: Ship) -> None:
    """Whoever stopped it in time is right: the run hears no when it asks."""
    ship.provider.cancel_works = False
    key = await deploy(ship)
    await ship.click(ADA, "Stop…")
    await ship.click(ADA, "Stop it")
    assert await state(ship) is State.CANCELLING
    assert await ask(ship, key) is Answer.STOPPING
    ship.provider.break_off(key, "refused by the claim")
    await ship.wait(10 * SECOND)
    assert await state(ship) in {State.FAILED, State.CANCELLED}


async def test_skipping_is_loud(ship: Ship) -> None:
    """A run that went on without asking, on somebody's word, says so on its card for ever, and in the audit."""
    key = await ship.running()
    assert await Claiming(ship.runtime).skip(claim_of(ship, key, "run-1"), "the host was gone") is Answer.SKIPPED
    await ship.settle()
    assert "Not claimed: skipped: the host was gone" in ship.card(1)
    assert await entries(ship) == [("claim.skipped", "the host was gone")]
    ship.provider.succeed(key)
    await ship.wait(5 * SECOND)
    assert "Not claimed: skipped: the host was gone" in ship.card(1)
    ship.provider.commit("c7e1aa0", "More")
    assert "claim_missing" in await ship.type(ADA, "/ops deploy web staging")
    assert await Claiming(ship.runtime).skip(claim_of(ship, key, "run-1"), "too late") is Answer.SKIPPED
    assert "too late" not in ship.card(1)


async def test_a_claim_outlives_a_crash(ship: Ship) -> None:
    """The answer was given and the process died: the next one knows whose claim it is, and makes the same tokens."""
    key = await ship.running()
    claim = claim_of(ship, key, "run-1")
    assert await ask(ship, key) is Answer.GRANTED
    await ship.restart()
    assert await Claiming(ship.runtime).claim(claim) is Answer.AGAIN
    assert await ask(ship, key, "run-2") is Answer.CONFLICT
    ship.provider.succeed(key)
    await ship.wait(5 * SECOND)
    assert await state(ship) is State.SUCCEEDED


async def test_tokens_stay_secret(ship: Ship) -> None:
    """A token that a run prints is shown nowhere."""
    key = await ship.running()
    token = claim_of(ship, key, "run-1").token
    ship.provider.break_off(key, f"could not ask with {token}")
    await ship.wait(5 * SECOND)
    assert "[redacted]" in ship.card(1)
    assert token not in "\n".join([ship.card(1), *ship.thread(1)])


async def test_no_road_no_claim() -> None:
    """Where runs cannot reach the bot they are given nothing to ask with."""
    ship = Ship()
    key = await ship.running()
    assert ship.provider.orders[key].claim is None
    ship.provider.succeed(key)
    await ship.wait(5 * SECOND)
    await check(ship)


async def test_runs_from_outside(ship: Ship) -> None:
    """Written down and let on, or refused where the configuration says so; of a target that is gone nothing is known."""
    assert await Claiming(ship.runtime).outside(WEB_STAGING, "run-9") is Answer.OUTSIDE
    web = ship.catalogue.services["web"]
    staging = replace(web.environments[0], outside_runs=OutsideRule.REFUSE)
    ship.change_catalogue(services={"web": replace(web, environments=(staging,))})
    await ship.restart()
    claiming = Claiming(ship.runtime)
    assert await claiming.outside(WEB_STAGING, "run-9") is Answer.NOT_FROM_OUTSIDE
    assert await claiming.outside(API_STAGING, "run-9") is Answer.UNKNOWN
    assert await claiming.genuine_outside(WEB_STAGING, await claiming.outside_token(WEB_STAGING))
    lines = await ship.store.read(lambda tx: audit.of_subject(tx, f"target:{WEB_STAGING}"))
    assert [line.action for line in lines] == ["claim.outside", "claim.outside_refused"]


async def lost(ship: Ship) -> str:
    """A second deployment whose answer was lost, where the first was claimed; returns the key of its try."""
    await live(ship)
    ship.provider.trigger_class = TriggerClass.C
    ship.provider.hidden = True
    ship.provider.start_errors = [LOST]
    return await deploy(ship, "c7e1aa0")


async def test_a_claim_comes_before_a_new_try(ship: Ship) -> None:
    """Between the decision to try anew and its transaction a run claims: nothing is taken back."""
    key = await lost(ship)
    seen = await ship.operation(2)
    assert await ask(ship, key) is Answer.GRANTED
    assert await fencing.try_anew(ship.runtime, seen, AttemptKey.parse(key)) is None
    assert ship.provider.starts[-1] == key
    assert await ask(ship, key) is Answer.AGAIN


async def test_a_row_that_has_moved_on_is_not_tried_anew(ship: Ship) -> None:
    """Somebody else was faster: the try is not taken back either, for both are one transaction."""
    key = await lost(ship)
    seen = await ship.operation(2)
    await ship.wait(20 * SECOND)
    assert (await ship.operation(2)).version > seen.version
    assert await fencing.try_anew(ship.runtime, seen, AttemptKey.parse(key)) is None
    assert await ask(ship, key) is Answer.GRANTED


async def test_what_would_run_cannot_be_read(ship: Ship) -> None:
    """Then nothing is sent, and it is looked at again."""
    key = await lost(ship)
    ship.provider.down = {"preview"}
    await ship.wait(5 * MINUTE)
    assert ship.provider.starts[-1] == key
    assert "Could not read what would run" in ship.card(2)
    ship.provider.down = set()
    await ship.wait(5 * MINUTE)
    assert ship.provider.starts[-1] == "2:1:2"


async def test_a_skip_of_nothing(ship: Ship) -> None:
    """What does not exist cannot be skipped either."""
    claim = Claim(key=AttemptKey(operation=99, step=1, n=1), run="r", token="")
    assert await Claiming(ship.runtime).skip(claim, "gone") is Answer.UNKNOWN


async def test_the_run_that_was_turned_away_fails(ship: Ship) -> None:
    """Two runs of one try: that the one we know failed says nothing, for another one has the claim. A person looks."""
    key = await ship.running()
    assert await ask(ship, key, "twin") is Answer.GRANTED
    assert await ask(ship, key, "run-1") is Answer.CONFLICT
    ship.provider.break_off(key, "the claim was refused")
    await ship.wait(5 * SECOND)
    assert await state(ship) is State.NEEDS_HUMAN
    assert ship.card(1).splitlines()[1] == snapshot("2 runs carry the key of this operation")
    await ship.wait(10 * MINUTE)
    assert "2 runs carry the key" in (await ship.operation(1)).note, "what the other one says is no evidence"


async def test_a_run_with_the_claim_fails(ship: Ship) -> None:
    """Alone it is believed, once the list of runs can be read."""
    key = await ship.running()
    assert await ask(ship, key) is Answer.GRANTED
    ship.provider.down.add("find")
    ship.provider.break_off(key, "step 2 broke")
    await ship.wait(5 * SECOND)
    assert await state(ship) is State.RUNNING
    ship.provider.down.clear()
    await ship.wait(20 * SECOND)
    assert await state(ship) is State.FAILED
