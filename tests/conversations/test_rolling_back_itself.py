"""Verification failed: it is rolled back by itself, once, unless somebody says no; then the target is locked and the revision kept out."""

from inline_snapshot import snapshot

from bot.domain.operations import State
from bot.domain.reasons import Reason
from bot.domain.terms import MINUTE, SECOND
from bot.domain.verification import Signal
from bot.store import leases, locks, quarantines
from tests.conversations.conftest import Launch
from tests.support.ship import WEB_STAGING, Ship
from tests.support.verified import ADA, GRACE, bad, good

HALF = 30 * SECOND


async def counting(watched: Launch, **rules: object) -> tuple[Ship, int]:
    """A good deployment, then a bad one that is about to be rolled back."""
    ship = watched(**rules)
    await good(ship)
    number = await bad(ship)
    await ship.wait(HALF)
    return ship, number


async def rolled_back(watched: Launch, **rules: object) -> tuple[Ship, int]:
    """The same, until its rollback is healthy."""
    ship, number = await counting(watched, **rules)
    await ship.wait(MINUTE)
    ship.provider.succeed(f"{number + 1}:1:1")
    await ship.wait(6 * MINUTE)
    return ship, number


async def test_the_countdown(watched: Launch) -> None:
    """The card says when and why; the thread calls people, because an edit does not."""
    ship, number = await counting(watched)
    assert ship.card(number) == snapshot("""\
🤒 *Unhealthy* · web → staging
Rolling back at 2026-11-24 09:11 UTC
Why: health: status 503, 3 times in a row
Nothing is undone before then.
Ada · `bad0000` · 1 change · #2
[ Roll back now ] [ Don't roll back ]\
""")
    assert ship.thread(number)[-1] == snapshot("""\
🤒 *Unhealthy* · web → staging
Rolling back at 2026-11-24 09:11 UTC
Why: health: status 503, 3 times in a row
@U02ADA @U02LINUS
[ Roll back now ] [ Don't roll back ]\
""")
    assert len(ship.provider.starts) == 2


async def test_rolled_back_by_itself(watched: Launch) -> None:
    """Parent, child, lease, lock and quarantine are one; the parent's end comes from its child's."""
    ship, number = await counting(watched)
    lease = await ship.store.read(lambda tx: leases.holder(tx, WEB_STAGING))
    assert lease is not None
    await ship.wait(MINUTE)
    parent, child = await ship.operation(number), await ship.operation(number + 1)
    assert (parent.state, child.parent_id, child.automatic) == (State.ROLLING_BACK, number, True)
    taken = await ship.store.read(lambda tx: leases.holder(tx, WEB_STAGING))
    assert taken is not None
    assert (taken.operation, taken.epoch) == (child.id, lease.epoch + 1)
    assert len(await ship.store.read(lambda tx: locks.current(tx, WEB_STAGING, ship.clock.now()))) == 1
    ship.provider.succeed(f"{child.id}:1:1")
    await ship.wait(6 * MINUTE)
    assert ship.card(number) == snapshot("""\
↩️ *Rolled back* · web → staging
Serving `c0ffee1` again · by #3
Why: health: status 503, 3 times in a row
No longer live: #430
🔒 Locked, and `bad0000` is in quarantine
Ada · `bad0000` · 1 change · 2026-11-24 09:16 UTC · #2
[ Unlock… ] [ Log ] [ Plan again… ]\
""")
    assert ship.card(child.id) == snapshot("""\
↩️ *Rolled back* · web → staging
Serving `c0ffee1` again · took 5 min · healthy for 5 min
Why: health: status 503, 3 times in a row
No longer live: #430
It took over from #2.
by itself · `c0ffee1` · 2026-11-24 09:16 UTC · #3
[ Changes ]\
""")
    assert ship.thread(child.id) == snapshot(
        [
            """\
Begun by itself: verification failed
From `bad0000` to `c0ffee1`
Why: health: status 503, 3 times in a row\
""",
            "Came to step 1 of 4: fetch",
            """\
Rolled back. @U02ADA
No longer live: #430\
""",
        ]
    )
    assert ship.thread(number)[-1] == snapshot("""\
↩️ *Rolled back* · web → staging
Serving `c0ffee1` again · by #3
No longer live: #430
🔒 Locked, and `bad0000` is in quarantine
Next: find out why before it is deployed again.
@U02ADA @U02LINUS
[ Log ]\
""")
    log = await ship.store.read(
        lambda tx: tx.all("select actor, action from audit where subject = 'operation:3' limit 1")
    )
    assert log == [{"actor": "quarterdeck", "action": "rollback.automatic"}]


async def test_what_is_kept_out_and_how_it_is_let_in_again(watched: Launch) -> None:
    """Nothing is deployed there until somebody unlocks it; that revision not even then."""
    ship, number = await rolled_back(watched)
    assert await ship.type(ADA, "/ops deploy web staging") == snapshot("""\
*Not deployed* · web → staging
🔒 Locked: #2 failed its verification and was rolled back by itself (health: status 503, 3 times in a row).
     When it is known why: `/ops unlock web staging`.
🧪 bad0000 is in quarantine here since #2: health: status 503, 3 times in a row.
     Deploy a revision that mends it, or lift this one: `/ops unlock web staging bad0000`.
16 other gates passed · locked · quarantined\
""")
    assert await ship.click(ADA, "Unlock…") == snapshot("""\
Unlock web → staging?
#2 failed its verification and was rolled back by itself (health: status 503, 3 times in a row)
Its revision stays in quarantine until that is lifted too.
[ Unlock ]\
""")
    assert await ship.click(ADA, "Unlock") == snapshot("""\
Unlocked: web → staging.
Still in quarantine: bad0000. To lift that: `/ops unlock web staging bad0000`\
""")
    assert "Locked" not in ship.card(number)
    assert await ship.type(ADA, "/ops deploy web staging") == snapshot("""\
*Not deployed* · web → staging
🧪 bad0000 is in quarantine here since #2: health: status 503, 3 times in a row.
     Deploy a revision that mends it, or lift this one: `/ops unlock web staging bad0000`.
17 other gates passed · quarantined\
""")
    assert await ship.type(ADA, "/ops unlock web staging bad0000 because it was the database") == snapshot("""\
`bad0000` may be deployed to web → staging again.
It was in quarantine since #2: health: status 503, 3 times in a row\
""")
    assert "Deploy web → staging?" in await ship.type(ADA, "/ops deploy web staging")
    lifted = "select actor, action, reason from audit where subject = 'target:web/staging' order by id"
    assert await ship.store.read(lambda tx: tx.all(lifted)) == snapshot(
        [
            {"actor": "T01ACME/U02ADA", "action": "lock.released", "reason": ""},
            {"actor": "T01ACME/U02ADA", "action": "quarantine.lifted", "reason": "it was the database"},
        ]
    )


async def test_a_quarantine_is_no_place_to_go_back_to(watched: Launch) -> None:
    """Also by name: a rollback to what failed here is refused."""
    ship, _number = await rolled_back(watched)
    assert "is in quarantine here" in await ship.type(ADA, "/ops rollback web staging --to bad0000")


async def test_a_lock_never_holds_a_rollback(watched: Launch) -> None:
    """Whoever has to get away from what is live there may."""
    ship, _number = await rolled_back(watched)
    assert "Roll back web → staging?" in await ship.type(ADA, "/ops rollback web staging --to a41c9e2")


async def test_unlocking_what_is_not_locked(watched: Launch) -> None:
    """Nothing is done, and it says so; words that are no revision in quarantine change nothing either."""
    ship = watched()
    assert await ship.type(ADA, "/ops unlock web staging") == snapshot(
        "web → staging is not locked by a failed verification: nothing was done."
    )
    assert await ship.type(ADA, "/ops unlock web staging main") == snapshot(
        "No single revision in quarantine in web → staging begins with `main`: nothing was done."
    )


async def test_who_may_not_unlock(watched: Launch) -> None:
    """It takes the right to deploy there."""
    ship, number = await rolled_back(watched)
    assert "may not" in await ship.type("U02MARGARET", "/ops unlock web staging")
    assert "cannot use Quarterdeck" in await ship.click("U02GUS", "Unlock…")
    assert "🔒 Locked" in ship.card(number)


async def test_stop_the_countdown(watched: Launch) -> None:
    """It stays as it is: failed, still served, and nothing is locked."""
    ship, number = await counting(watched)
    assert await ship.click(GRACE, "Don't roll back") == snapshot(
        "#2 is not rolled back. It stays unhealthy until somebody mends it."
    )
    assert ship.card(number) == snapshot("""\
❌ *Failed* · web → staging
health: status 503, 3 times in a row
Grace chose not to roll it back
Serving `bad0000` (web itself says so, 2026-11-24 09:10 UTC)
Ada · `bad0000` · 1 change · 2026-11-24 09:10 UTC · #2
[ Log ] [ Try again… ] [ Roll back… ]\
""")
    await ship.wait(10 * MINUTE)
    assert ship.provider.live[WEB_STAGING] == ship.provider.sick
    assert await ship.store.read(lambda tx: quarantines.current(tx, WEB_STAGING)) == ()
    assert "Roll back web → staging?" in await ship.click(ADA, "Roll back…")


async def test_do_not_wait_for_the_countdown(watched: Launch) -> None:
    """Whoever may roll back does not have to watch it count."""
    ship, number = await counting(watched)
    assert await ship.click(ADA, "Roll back now") == f"#{number} is rolled back now."
    assert (await ship.operation(number)).state is State.ROLLING_BACK
    assert (await ship.operation(number + 1)).automatic


async def test_a_crash_in_the_countdown(watched: Launch) -> None:
    """The deadline is a row: it is kept over a restart, and carried out once."""
    ship, number = await counting(watched)
    ship.stop()
    ship.clock.move_to(ship.clock.now() + 40 * SECOND)
    await ship.restart()
    await ship.wait(HALF)
    assert (await ship.operation(number)).state is State.ROLLING_BACK
    await ship.restart()
    await ship.wait(HALF)
    assert len(ship.provider.starts) == 3


async def test_a_countdown_that_nobody_could_stop(watched: Launch) -> None:
    """Back after a long absence it is looked at anew: it may be well by now, and nobody had the button."""
    ship, number = await counting(watched)
    ship.stop()
    ship.clock.move_to(ship.clock.now() + 20 * MINUTE)
    ship.provider.sick = ""
    await ship.restart()
    await ship.wait(6 * MINUTE)
    assert (await ship.operation(number)).state is State.SUCCEEDED
    assert len(ship.provider.starts) == 2


async def test_a_second_countdown_calls_again(watched: Launch) -> None:
    """Where it is still ill after the absence there is another countdown, and people hear of that one too."""
    ship, number = await counting(watched)
    ship.stop()
    ship.clock.move_to(ship.clock.now() + 20 * MINUTE)
    await ship.restart()
    await ship.wait(HALF + 5 * SECOND)
    calls = [text for text in ship.thread(number) if "Don't roll back" in text]
    assert [text.splitlines()[1] for text in calls] == snapshot(
        ["Rolling back at 2026-11-24 09:11 UTC", "Rolling back at 2026-11-24 09:32 UTC"]
    )


async def test_the_target_does_not_say_what_it_serves(watched: Launch) -> None:
    """A target that is too ill to answer is rolled back all the same."""
    ship, number = await counting(watched)
    ship.provider.down.add("current")
    await ship.wait(MINUTE)
    assert (await ship.operation(number + 1)).state in {State.RUNNING, State.TRIGGERING}


async def test_nothing_to_go_back_to(watched: Launch) -> None:
    """The first deployment there has no way back: that is said, and nobody waits for it."""
    ship = watched()
    number = await bad(ship)
    await ship.wait(HALF)
    assert ship.card(number) == snapshot("""\
❌ *Failed* · web → staging
health: status 503, 3 times in a row
It cannot be rolled back by itself: No earlier revision is known to have worked in staging.
Serving `bad0000` (web itself says so, 2026-11-24 09:04 UTC)
Ada · `bad0000` · 3 changes · 2026-11-24 09:04 UTC · #1
[ Log ] [ Try again… ] [ Roll back… ]\
""")


async def test_the_repository_cannot_be_read_for_a_while(watched: Launch) -> None:
    """It is asked again; what cannot be read for long is said, and a person has to."""
    ship, number = await counting(watched)
    ship.provider.down.add("resolve")
    await ship.wait(70 * SECOND)
    assert (await ship.operation(number)).state is State.VERIFYING
    await ship.wait(MINUTE)
    assert (await ship.operation(number)).state is State.FAILED
    assert "cannot be rolled back by itself" in ship.card(number)


async def test_the_repository_cannot_be_read_at_first(watched: Launch) -> None:
    """The countdown begins all the same, and the way back is found at its end."""
    ship = watched()
    await good(ship)
    number = await bad(ship)
    ship.provider.down.add("resolve")
    await ship.wait(HALF)
    assert (await ship.operation(number)).rollback_at
    ship.provider.down.clear()
    await ship.wait(MINUTE)
    assert (await ship.operation(number)).state is State.ROLLING_BACK


async def test_never_a_second_time(watched: Launch) -> None:
    """What the rollback brought is not healthy either: a person has to decide, nothing loops."""
    ship, number = await counting(watched)
    await ship.wait(MINUTE)
    ship.provider.health[WEB_STAGING] = Signal.FAIL
    ship.provider.succeed(f"{number + 1}:1:1")
    await ship.wait(10 * MINUTE)
    parent, child = await ship.operation(number), await ship.operation(number + 1)
    assert (parent.state, child.state, child.reason) == (State.NEEDS_HUMAN, State.FAILED, Reason.UNHEALTHY)
    assert len(ship.provider.starts) == 3
    assert f"The rollback #{number + 1} did not succeed" in ship.card(number)


async def test_across_irreversible_changes_it_asks_first(watched: Launch) -> None:
    """A person decides; what would not be undone is named."""
    ship = watched(irreversible=("migrations/**",))
    await good(ship)
    ship.provider.files = ("db/migrations/0042_orders.sql",)
    number = await bad(ship)
    await ship.wait(HALF)
    assert ship.card(number) == snapshot("""\
🤒 *Unhealthy* · web → staging
It failed, and going back may not undo it all
health: status 503, 3 times in a row
⚠️ A rollback will not undo 0042_orders.sql
Other deploys wait until somebody decides.
Ada · `bad0000` · 1 change · #2
[ Don't roll back ] [ Roll back… ]\
""")
    await ship.wait(10 * MINUTE)
    assert (await ship.operation(number)).state is State.PAUSED
    await ship.click(ADA, "Don't roll back")
    assert (await ship.operation(number)).state is State.FAILED


async def test_a_list_of_files_that_was_cut_may_be_irreversible(watched: Launch) -> None:
    """What nobody looked at whole counts as irreversible."""
    ship = watched(irreversible=("migrations/**",))
    await good(ship)
    ship.provider.files_cut = True
    number = await bad(ship)
    await ship.wait(HALF)
    assert "irreversible files may be among the changes" in ship.card(number)
    assert (await ship.operation(number)).state is State.PAUSED


async def test_even_irreversible(watched: Launch) -> None:
    """Where that is configured it rolls back, and both cards say what was not undone."""
    ship = watched(irreversible=("migrations/**",), even_irreversible=True)
    await good(ship)
    ship.provider.files = ("db/migrations/0042_orders.sql",)
    number = await bad(ship)
    await ship.wait(HALF + MINUTE)
    ship.provider.succeed(f"{number + 1}:1:1")
    await ship.wait(6 * MINUTE)
    for each in (number, number + 1):
        assert "⚠️ Not undone: 0042_orders.sql" in ship.card(each)


async def test_it_became_irreversible_during_the_countdown(watched: Launch) -> None:
    """What is known at the end of the countdown is what counts."""
    ship, number = await counting(watched, irreversible=("migrations/**",))
    ship.provider.files = ("db/migrations/0042_orders.sql",)
    await ship.wait(MINUTE)
    assert (await ship.operation(number)).state is State.PAUSED


async def test_somebody_else_deployed_during_the_countdown(watched: Launch) -> None:
    """What others brought is not rolled back."""
    ship, number = await counting(watched)
    ship.provider.live[WEB_STAGING] = ship.provider.branches["#416"]
    await ship.wait(MINUTE)
    assert (await ship.operation(number)).state is State.FAILED
    assert "came to serve 9f00416" in ship.card(number)


async def test_a_person_rolls_back_during_the_countdown(watched: Launch) -> None:
    """Their rollback takes the target over; nothing follows by itself any more."""
    ship, number = await counting(watched)
    await ship.type(ADA, "/ops rollback web staging")
    await ship.click(ADA, "Roll back staging")
    await ship.wait(5 * MINUTE)
    assert (await ship.operation(number)).state is State.ROLLING_BACK
    assert not (await ship.operation(number + 1)).automatic
    assert len(ship.provider.starts) == 3


async def test_switched_off_during_the_countdown(watched: Launch) -> None:
    """The configuration of now decides: nothing is rolled back that may not be any more."""
    ship, number = await counting(watched)
    ship.change_catalogue(services=watched(on_failure="none").catalogue.services)
    await ship.restart()
    await ship.wait(2 * MINUTE)
    assert (await ship.operation(number)).state is State.FAILED
    assert len(ship.provider.starts) == 2
