"""After the run has ended well: the probes are watched for the whole bake time, and no data is never a pass."""

import pytest
from inline_snapshot import snapshot

from bot.domain.operations import State
from bot.domain.plans import OfferVerb
from bot.domain.terms import HOUR, MINUTE, SECOND
from bot.domain.verification import OnFailure, Signal
from bot.store import deployments, offers, readings
from tests.conversations.conftest import Launch
from tests.support.ship import WEB_STAGING, Ship, catalogue
from tests.support.verified import ADA, bad, good


async def test_healthy(watched: Launch) -> None:
    """The card says how far it is; live only when every look of the whole bake time passed."""
    ship = watched()
    number = await ship.live(ADA)
    await ship.wait(2 * MINUTE)
    assert ship.card(number) == snapshot("""\
👀 *Verifying* · web → staging
Serving `5d2f0b7` · healthy 2 of 5 min
Ada · `5d2f0b7` · 2 changes · #1
[ Changes ] [ Roll back… ]\
""")
    assert (await ship.operation(number)).state is State.VERIFYING
    await ship.wait(4 * MINUTE)
    assert ship.card(number) == snapshot("""\
✅ *Live* · web → staging
2 changes · took 5 min · healthy for 5 min
Ada · `5d2f0b7` · 2026-11-24 09:09 UTC · #1
[ Changes ] [ Roll back… ]\
""")
    assert ship.thread(number)[-1] == "Live. @U02ADA"
    kept = await ship.store.read(lambda tx: readings.since(tx, number, 0))
    assert [each.signal for each in kept] == [Signal.PASS] * 21
    good_here = await ship.store.read(lambda tx: deployments.current(tx, WEB_STAGING))
    assert good_here is not None
    assert good_here.verified


async def test_one_bad_look_is_no_failure_and_no_pass(watched: Launch) -> None:
    """It is said, and the bake time starts anew after it."""
    ship = watched()
    number = await ship.live(ADA)
    await ship.wait(3 * MINUTE)
    ship.provider.health[WEB_STAGING] = Signal.FAIL
    await ship.wait(15 * SECOND)
    assert "health: status 503 (1 of 3)" in ship.card(number)
    ship.provider.health.clear()
    await ship.wait(4 * MINUTE)
    assert (await ship.operation(number)).state is State.VERIFYING
    await ship.wait(2 * MINUTE)
    assert (await ship.operation(number)).state is State.SUCCEEDED


async def test_failed_without_automatic_rollback(watched: Launch) -> None:
    """It fails, says what was seen, and offers the way back; nothing is rolled back by itself."""
    ship = watched(on_failure=OnFailure.NONE)
    await good(ship)
    number = await bad(ship)
    await ship.wait(MINUTE)
    assert ship.card(number) == snapshot("""\
❌ *Failed* · web → staging
health: status 503, 3 times in a row
Serving `bad0000` (web itself says so, 2026-11-24 09:10 UTC)
Ada · `bad0000` · 1 change · 2026-11-24 09:10 UTC · #2
[ Log ] [ Try again… ] [ Roll back… ]\
""")
    await ship.wait(10 * MINUTE)
    assert ship.provider.live[WEB_STAGING] == ship.provider.sick
    assert "Roll back web → staging?" in await ship.click(ADA, "Roll back…")


async def test_dry_run(watched: Launch) -> None:
    """What an automatic rollback would have done is said, and not done."""
    ship = watched(on_failure=OnFailure.DRY_RUN)
    await good(ship)
    number = await bad(ship)
    await ship.wait(10 * MINUTE)
    assert ship.card(number) == snapshot("""\
❌ *Failed* · web → staging
health: status 503, 3 times in a row
Dry run: it would have been rolled back to c0ffee1
Serving `bad0000` (web itself says so, 2026-11-24 09:10 UTC)
Ada · `bad0000` · 1 change · 2026-11-24 09:10 UTC · #2
[ Log ] [ Try again… ] [ Roll back… ]\
""")
    assert ship.provider.live[WEB_STAGING] == ship.provider.sick
    assert len(ship.provider.starts) == 2


async def test_a_dry_run_that_would_have_asked(watched: Launch) -> None:
    """Across irreversible changes it would not have rolled back unasked, and says so."""
    ship = watched(on_failure=OnFailure.DRY_RUN, irreversible=("migrations/**",))
    ship.provider.files = ("migrations/0042_orders.sql",)
    await good(ship)
    number = await bad(ship)
    await ship.wait(10 * MINUTE)
    assert "it would have been asked whether to roll back to" in ship.card(number)


async def paused(watched: Launch) -> tuple[Ship, int]:
    """A deployment whose probe stopped answering."""
    ship = watched()
    number = await ship.live(ADA)
    await ship.wait(MINUTE)
    ship.provider.down.add("probe")
    await ship.wait(MINUTE)
    return ship, number


async def test_no_data_pauses_and_asks(watched: Launch) -> None:
    """A probe that does not answer is neither a pass nor a failure: a person is asked, and called."""
    ship, number = await paused(watched)
    assert ship.card(number) == snapshot("""\
⏸️ *Paused* · web → staging
Nobody can say whether it is healthy
Not known to be healthy. health: no answer
Other deploys wait until somebody decides.
Ada · `5d2f0b7` · 2 changes · #1
[ Continue watching ] [ Accept as it is ] [ Roll back… ]\
""")
    assert ship.thread(number)[-1] == snapshot("""\
⏸️ *Paused* · web → staging
Nobody can say whether it is healthy
Serving `5d2f0b7` (web itself says so, 2026-11-24 09:04 UTC)
The target is held until this is known; nothing is started twice.
@U02ADA
[ Continue watching ] [ Accept as it is ] [ Roll back… ]\
""")
    await ship.wait(2 * HOUR)
    assert (await ship.operation(number)).state is State.PAUSED
    assert "held" not in await ship.type(ADA, "/ops status web staging")


async def test_while_it_is_paused_nothing_else_is_deployed(watched: Launch) -> None:
    """The target is held; a rollback takes it over."""
    ship, _number = await paused(watched)
    ship.provider.commit("9f00417", "Something new")
    assert await ship.type(ADA, "/ops deploy web staging") == snapshot("""\
*Not deployed* · web → staging
⏳ #1 (@U02ADA) is not known to be healthy here.
     Its card asks what to do; a rollback takes it over: `/ops rollback web staging`.
17 other gates passed · target_held\
""")


async def test_continue_watching(watched: Launch) -> None:
    """From the beginning: what was read before the pause counts no more."""
    ship, number = await paused(watched)
    ship.provider.down.clear()
    assert await ship.click(ADA, "Continue watching") == "#1 is watched once more, from the beginning."
    await ship.wait(4 * MINUTE)
    assert (await ship.operation(number)).state is State.VERIFYING
    await ship.wait(2 * MINUTE)
    assert "healthy for 5 min" in ship.card(number)


async def test_accept_as_it_is(watched: Launch) -> None:
    """A person's word: live, and never called verified."""
    ship, number = await paused(watched)
    assert await ship.click(ADA, "Accept as it is") == "#1 is accepted as it is: live, not verified."
    assert ship.card(number) == snapshot("""\
✔️ *Live, not verified* · web → staging
2 changes · took 2 min
Not verified: Ada accepted it before it was known to be healthy
Ada · `5d2f0b7` · 2026-11-24 09:06 UTC · #1
[ Changes ] [ Roll back… ]\
""")
    log = await ship.store.read(lambda tx: tx.all("select actor, action from audit where action like 'verify.%'"))
    assert log == [{"actor": "T01ACME/U02ADA", "action": "verify.accept"}]


async def test_roll_back_while_it_is_paused(watched: Launch) -> None:
    """The third answer is the ordinary rollback, which takes the target over."""
    ship, number = await paused(watched)
    ship.provider.down.clear()
    await ship.type(ADA, "/ops rollback web staging --to a41c9e2")
    await ship.click(ADA, "Roll back staging")
    assert (await ship.operation(number)).state is State.ROLLING_BACK
    assert (await ship.operation(number + 1)).parent_id == number


async def test_an_answer_that_comes_too_late(watched: Launch) -> None:
    """The question was answered by somebody else: nothing is done twice."""
    ship, number = await paused(watched)
    (right,) = [
        each.id
        for each in await ship.store.read(lambda tx: offers.open_of(tx, f"operation:{number}", ship.clock.now()))
        if each.verb is OfferVerb.ACCEPT
    ]
    await ship.click(ADA, "Continue watching")
    assert "too old" in await ship.press(ADA, right)
    assert (await ship.operation(number)).state is State.VERIFYING


async def test_who_may_not_answer(watched: Launch) -> None:
    """Whoever may not deploy there changes nothing."""
    ship, number = await paused(watched)
    assert "Guests cannot use Quarterdeck" in await ship.click("U02GUS", "Accept as it is")
    assert (await ship.operation(number)).state is State.PAUSED


async def test_never_settled(watched: Launch) -> None:
    """Now and then a look fails: after twice the bake time a person is asked, because it was never healthy for long enough."""
    ship = watched()
    number = await ship.live(ADA)
    for _ in range(12):
        ship.provider.health[WEB_STAGING] = Signal.FAIL
        await ship.wait(15 * SECOND)
        ship.provider.health.clear()
        await ship.wait(MINUTE)
    assert (await ship.operation(number)).state is State.PAUSED
    assert "never healthy for the whole time" in ship.card(number)


async def test_a_decisive_failure_waits_for_no_other(watched: Launch) -> None:
    """One look whose failure is no chance ends the watch: people are told at once, and what was read is a row."""
    ship = watched()
    number = await ship.live(ADA)
    ship.provider.decisive, ship.provider.health[WEB_STAGING] = True, Signal.FAIL
    await ship.wait(16 * SECOND)
    assert "health: status 503" in ship.card(number)
    assert "in a row" not in ship.card(number)
    kept = await ship.store.read(lambda tx: readings.since(tx, number, 0))
    assert [each.decisive for each in kept if each.signal is Signal.FAIL] == [True]


async def test_a_crash_in_the_middle_resumes(watched: Launch) -> None:
    """A restart of a few seconds costs nothing: what was read is in rows."""
    ship = watched()
    number = await ship.live(ADA)
    await ship.wait(3 * MINUTE)
    looks = len(ship.provider.looks)
    await ship.restart()
    await ship.wait(130 * SECOND)
    assert (await ship.operation(number)).state is State.SUCCEEDED
    assert len(ship.provider.looks) <= looks + 10


async def test_a_long_absence_is_no_pass(watched: Launch) -> None:
    """While the bot was away nobody looked: the bake time starts anew."""
    ship = watched()
    number = await ship.live(ADA)
    await ship.wait(4 * MINUTE)
    ship.stop()
    ship.clock.move_to(ship.clock.now() + 2 * MINUTE)
    await ship.restart()
    await ship.wait(4 * MINUTE)
    assert (await ship.operation(number)).state is State.VERIFYING
    await ship.wait(2 * MINUTE)
    assert (await ship.operation(number)).state is State.SUCCEEDED


@pytest.mark.parametrize("sick", [False, True])
async def test_something_else_came_to_be_served(watched: Launch, sick: bool) -> None:
    """Somebody deployed around the bot meanwhile: that is said, and nothing is rolled back over it."""
    ship = watched()
    number = await ship.live(ADA)
    await ship.wait(MINUTE)
    ship.provider.live[WEB_STAGING] = ship.provider.branches["#416"]
    if sick:
        ship.provider.health[WEB_STAGING] = Signal.FAIL
    await ship.wait(6 * MINUTE)
    assert (await ship.operation(number)).state is State.FAILED
    assert "came to serve 9f00416" in ship.card(number)
    assert len(ship.provider.starts) == 1


async def test_verification_that_was_taken_out_of_the_configuration(watched: Launch) -> None:
    """What is watched then ends as it would without: its target is asked, and no more is claimed."""
    ship = watched()
    number = await ship.live(ADA)
    await ship.wait(MINUTE)
    ship.change_catalogue(services=catalogue().services)
    await ship.restart()
    await ship.wait(MINUTE)
    assert (await ship.operation(number)).state is State.SUCCEEDED
    assert "healthy" not in ship.card(number)
