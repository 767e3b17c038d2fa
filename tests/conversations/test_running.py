"""While it runs: it fails, it is stopped, the target serves something else, nobody answers; the card says what is known."""

import pytest
from inline_snapshot import snapshot

from bot.domain.operations import Effect, State
from bot.errors import IntegrationError, Kind
from tests.fakes.deployer import sha
from tests.support.ship import WEB_STAGING, Ship

ADA, GRACE = "U02ADA", "U02GRACE"


async def test_it_fails(ship: Ship) -> None:
    """Card, log in the thread, and one reply that is also seen in the channel: what, what is served, what next."""
    key = await ship.running()
    ship.provider.break_off(key)
    await ship.wait(10_000)
    assert ship.card(1) == snapshot("""\
❌ *Failed* · web → staging
At step 3, migrate: relation "orders" is locked
Still serving `a41c9e2` (web itself says so, 2026-11-24 09:04 UTC)
The step migrate may have run in part.
Ada · `5d2f0b7` · 2 changes · 2026-11-24 09:04 UTC · #1
[ Log ] [ Try again… ] [ Roll back… ]\
""")
    assert ship.thread(1) == snapshot(
        [
            """\
Ada typed `/ops deploy web staging`
From `a41c9e2` to `5d2f0b7`\
""",
            "Came to step 3 of 4: migrate",
            """\
*Log* · #1
```
fetching
building
relation "orders" is locked
```\
""",
            """\
❌ *Failed* · web → staging
At step 3, migrate: relation "orders" is locked
Still serving `a41c9e2` (web itself says so, 2026-11-24 09:04 UTC)
The step migrate may have run in part.
Next: look at the log, mend it, then `/ops deploy web staging`
@U02ADA @U02LINUS
[ Log ] [ Roll back… ]\
""",
        ]
    )
    assert [each.key for each in ship.chat.posts if each.message.broadcast] == ["operation:1:ring:failed:1"]
    assert await ship.click(GRACE, "Log") == snapshot("""\
*Log* · #1
```
fetching
building
relation "orders" is locked
```\
""")
    assert "Deploy to staging" in await ship.click(GRACE, "Try again…")


async def test_it_cannot_be_started(ship: Ship) -> None:
    """Answers that prove that nothing started are tried again, five times; then it failed without any effect."""
    ship.provider.start_errors = [
        IntegrationError("the workflow is disabled", kind=Kind.INVALID, effect=Effect.NONE) for _ in range(5)
    ]
    await ship.type(ADA, "/ops deploy web staging")
    await ship.click(ADA, "Deploy to staging")
    assert ship.card(1) == snapshot("""\
⏳ *Queued* · web → staging
Not started yet: the workflow is disabled
Ada · `5d2f0b7` · 2 changes · #1
[ Leave the queue ]\
""")
    await ship.wait(120_000)
    assert ship.card(1) == snapshot("""\
❌ *Failed* · web → staging
Could not be started in 5 tries: the workflow is disabled
Nothing was started.
Ada · `5d2f0b7` · 2 changes · 2026-11-24 09:04 UTC · #1
[ Try again… ]\
""")
    assert ship.thread(1)[-1] == snapshot("""\
❌ *Failed* · web → staging
Could not be started in 5 tries: the workflow is disabled
What is served now could not be asked.
Nothing was started.
Next: `/ops deploy web staging`
@U02ADA @U02LINUS\
""")
    assert ship.provider.starts == []


async def test_refused_once_and_taken_the_second_time(ship: Ship) -> None:
    """A busy provider is asked again when it said so, with a new attempt."""
    ship.provider.start_errors = [
        IntegrationError("rate limited", kind=Kind.RATE_LIMITED, effect=Effect.NONE, retry_after=30_000)
    ]
    await ship.type(ADA, "/ops deploy web staging")
    await ship.click(ADA, "Deploy to staging")
    await ship.wait(20_000)
    assert ship.provider.starts == []
    await ship.wait(15_000)
    assert ship.provider.starts == ["1:1:2"]


async def test_it_ended_well_and_the_target_serves_another(ship: Ship) -> None:
    """What is live is what the target answers, not what the provider believes."""
    key = await ship.running()
    ship.provider.succeed(key, serves=sha("b52d0f3"))
    await ship.wait(5_000)
    assert ship.card(1) == snapshot("""\
👀 *Verifying* · web → staging
Still serving `b52d0f3`, not yet `5d2f0b7`
Ada · `5d2f0b7` · 2 changes · #1
[ Changes ] [ Roll back… ]\
""")
    await ship.wait(70_000)
    assert ship.card(1) == snapshot("""\
❌ *Failed* · web → staging
The run ended well, but web itself says it serves b52d0f3
Serving `b52d0f3` (web itself says so, 2026-11-24 09:05 UTC)
How far it got is not known.
Ada · `5d2f0b7` · 2 changes · 2026-11-24 09:05 UTC · #1
[ Log ] [ Try again… ] [ Roll back… ]\
""")


async def test_the_target_cannot_be_asked(ship: Ship) -> None:
    """Live, and not verified: said so, and no revision to go back to."""
    key = await ship.running()
    ship.provider.down.add("current")
    ship.provider.succeed(key)
    await ship.wait(5_000)
    assert ship.card(1) == snapshot("""\
👀 *Verifying* · web → staging
Could not ask web: no answer
Ada · `5d2f0b7` · 2 changes · #1
[ Changes ] [ Roll back… ]\
""")
    await ship.wait(70_000)
    assert ship.card(1) == snapshot("""\
✔️ *Live, not verified* · web → staging
2 changes · took 66 s
Not verified: Could not ask web: no answer
Ada · `5d2f0b7` · 2026-11-24 09:05 UTC · #1
[ Changes ] [ Roll back… ]\
""")


async def test_the_provider_is_down_while_it_runs(ship: Ship) -> None:
    """The card stays with what was last known; it goes on to the truth when the provider answers again."""
    key = await ship.running()
    ship.provider.down.add("observe")
    await ship.wait(10 * 60_000)
    assert ship.card(1) == snapshot("""\
🔄 *Running* · web → staging
Step 3 of 4: migrate
Ada · `5d2f0b7` · 2 changes · #1
[ Roll back… ] [ Stop… ]\
""")
    ship.provider.down.clear()
    ship.provider.succeed(key)
    await ship.wait(20_000)  # after a long silence it is asked three times a minute
    assert ship.card(1).startswith("✅")


async def test_it_never_ends(ship: Ship) -> None:
    """Past its deadline a person has to look, and the target stays held."""
    await ship.running()
    await ship.wait(33 * 60_000)
    assert ship.card(1) == snapshot("""\
✋ *Decision needed* · web → staging
The run is past its deadline and does not end
Still serving `a41c9e2` (web itself says so, 2026-11-24 09:36 UTC)
Ada · `5d2f0b7` · 2 changes · #1
[ It succeeded… ] [ It failed… ] [ It never started… ]\
""")
    assert ship.thread(1)[-1] == snapshot("""\
✋ *Decision needed* · web → staging
The run is past its deadline and does not end
Still serving `a41c9e2` (web itself says so, 2026-11-24 09:36 UTC)
The target is held until this is known; nothing is started twice.
@U02ADA
[ It succeeded… ] [ It failed… ] [ It never started… ]\
""")
    assert await ship.type(GRACE, "/ops deploy web staging") == snapshot("""\
*Not deployed* · web → staging
⏳ #1 (@U02ADA) waits for a decision here.
     Its card asks what became of it; a rollback takes it over: `/ops rollback web staging`.
17 other gates passed · target_held\
""")


async def test_the_run_vanished(ship: Ship) -> None:
    """A run that ended without saying how is unknown, never a success; the target is asked."""
    key = await ship.running()
    ship.provider.vanish(key)
    await ship.wait(10_000)
    assert ship.card(1) == snapshot("""\
❓ *Outcome unknown* · web → staging
The run ended without saying how; web itself serves a41c9e2
Other deploys to web · staging wait. Nothing will be started twice.
Ada · `5d2f0b7` · 2 changes · #1
[ Roll back… ]\
""")
    await ship.wait(150_000)
    assert ship.card(1) == snapshot("""\
✋ *Decision needed* · web → staging
The run ended without saying how; web itself serves a41c9e2
Still serving `a41c9e2` (web itself says so, 2026-11-24 09:06 UTC)
Ada · `5d2f0b7` · 2 changes · #1
[ It succeeded… ] [ It failed… ] [ It never started… ]\
""")


async def test_stop_while_it_runs(ship: Ship) -> None:
    """It is asked first; the provider is asked to stop, and what it made of that is observed."""
    await ship.running()
    assert await ship.click(GRACE, "Stop…") == snapshot("""\
Stop web → staging?
Step migrate is running. Stopping may leave it half done.
Ada · `5d2f0b7` · #1
[ Stop it ] [ Let it finish ]\
""")
    assert await ship.click(GRACE, "Stop it") == snapshot("Asked to stop #1. How it ends shows on its card.")
    assert ship.card(1) == snapshot("""\
🛑 *Stopping* · web → staging
Grace asked to stop, waiting for the run to end
Ada · `5d2f0b7` · 2 changes · #1
[ Roll back… ]\
""")
    await ship.wait(10_000)
    assert ship.provider.cancels == ["1:1:1"]
    assert ship.card(1) == snapshot("""\
⏹️ *Stopped* · web → staging
Stopped by Grace
Still serving `a41c9e2` (web itself says so, 2026-11-24 09:04 UTC)
The step migrate may have run in part.
Ada · `5d2f0b7` · 2 changes · 2026-11-24 09:04 UTC · #1
[ Log ] [ Plan again… ] [ Roll back… ]\
""")
    assert ship.thread(1) == snapshot(
        [
            """\
Ada typed `/ops deploy web staging`
From `a41c9e2` to `5d2f0b7`\
""",
            "Came to step 3 of 4: migrate",
        ]
    )


async def test_let_it_finish(ship: Ship) -> None:
    """The other button of the question."""
    await ship.running()
    await ship.type(ADA, "/ops stop web staging because wrong branch")
    assert await ship.click(ADA, "Let it finish") == snapshot("#1 goes on.")
    assert ship.provider.cancels == []


async def test_stop_that_the_provider_ignores(ship: Ship) -> None:
    """The final word is the run's: it ended well, so it is live."""
    key = await ship.running()
    ship.provider.cancel_works = False
    await ship.click(ADA, "Stop…")
    await ship.click(ADA, "Stop it")
    await ship.wait(10_000)
    assert len(ship.provider.cancels) > 2
    ship.provider.succeed(key)
    await ship.wait(10_000)
    assert ship.card(1) == snapshot("""\
✅ *Live* · web → staging
2 changes · took 16 s · web itself says so
Ada · `5d2f0b7` · 2026-11-24 09:04 UTC · #1
[ Changes ] [ Roll back… ]\
""")


async def test_stop_while_it_starts(ship: Ship) -> None:
    """The wish is kept, and carried out as soon as the run is known; its answer is not lost."""
    ship.provider.hanging.add("start's answer")
    await ship.type(ADA, "/ops deploy web staging")
    await ship.click(ADA, "Deploy to staging")
    assert ship.card(1) == snapshot("""\
📤 *Starting* · web → staging
Asked to start, waiting for the answer
Ada · `5d2f0b7` · 2 changes · #1
[ Stop… ]\
""")
    await ship.click(ADA, "Stop…")
    await ship.click(ADA, "Stop it")
    ship.provider.release()
    await ship.wait(10_000)
    assert (await ship.operation(1)).state is State.CANCELLED
    assert ship.provider.starts == ["1:1:1"]


async def test_stop_before_it_is_tried_again(ship: Ship) -> None:
    """What waits for its next try is taken out: nothing was started, nothing will be."""
    ship.provider.start_errors = [IntegrationError("busy", kind=Kind.CONFLICT, effect=Effect.NONE)]
    await ship.type(ADA, "/ops deploy web staging")
    await ship.click(ADA, "Deploy to staging")
    assert await ship.type(ADA, "/ops stop web staging") == snapshot("""\
Stop web → staging?
It has not started: it is only taken out of the queue.
Ada · `5d2f0b7` · #1
[ Take it out ] [ Leave it ]\
""")
    assert await ship.click(ADA, "Take it out") == snapshot("#1 was taken out: nothing was started.")
    await ship.wait(30_000)
    assert ship.card(1) == snapshot("""\
⏹️ *Stopped* · web → staging
Stopped by Ada · Nothing was started
Ada · `5d2f0b7` · 2 changes · 2026-11-24 09:04 UTC · #1
[ Plan again… ]\
""")
    assert ship.provider.starts == []


@pytest.mark.parametrize("state", ["verifying", "unknown", "cancelling"])
async def test_too_late_to_stop(ship: Ship, state: str) -> None:
    """It says why not, and what can be done instead."""
    key = await ship.running()
    if state == "verifying":
        ship.provider.succeed(key, serves=sha("b52d0f3"))
    elif state == "unknown":
        ship.provider.vanish(key)
    else:
        ship.provider.cancel_works = False
        await ship.click(ADA, "Stop…")
        await ship.click(ADA, "Stop it")
    await ship.wait(4_000)
    assert (await ship.operation(1)).state == state
    assert await ship.type(ADA, "/ops stop web staging") == TOO_LATE[state]


TOO_LATE = snapshot(
    {
        "verifying": "#1 is verifying: it cannot be stopped now. `/ops rollback web staging`",
        "unknown": "#1 is outcome unknown: it cannot be stopped now. `/ops rollback web staging`",
        "cancelling": "#1 is stopping: it cannot be stopped now. `/ops rollback web staging`",
    }
)


async def test_what_changed_between_click_and_start(ship: Ship) -> None:
    """The preflight asks everything again; a fact that cannot be read is asked for a little longer, then it is rejected."""
    await ship.type(ADA, "/ops deploy web staging")
    ship.on_confirm(lambda: ship.provider.down.add("current"))
    await ship.click(ADA, "Deploy to staging")
    assert ship.card(1) == snapshot("""\
⏳ *Queued* · web → staging
Could not read what web serves in staging: no answer.
Ada · `5d2f0b7` · 2 changes · #1
[ Leave the queue ]\
""")
    await ship.wait(70_000)
    assert ship.card(1) == snapshot("""\
⛔ *Not started* · web → staging
A rule said no when it was about to start
Could not read what web serves in staging: no answer.
Nothing was started.
Ada · `5d2f0b7` · 2 changes · 2026-11-24 09:05 UTC · #1
[ Plan again… ]\
""")
    assert ship.thread(1)[-1] == snapshot("""\
Not started. @U02ADA
Could not read what web serves in staging: no answer.\
""")
    assert ship.provider.starts == []


async def test_somebody_deployed_between_click_and_start(ship: Ship) -> None:
    """Another revision is live than the plan said: nothing starts, and a new plan is one click away."""
    await ship.type(ADA, "/ops deploy web staging")
    ship.on_confirm(lambda: ship.provider.live.update({WEB_STAGING: sha("b52d0f3")}))
    await ship.click(ADA, "Deploy to staging")
    await ship.wait(3_000)
    assert ship.card(1) == snapshot("""\
⛔ *Not started* · web → staging
A rule said no when it was about to start
staging serves b52d0f3 now, not a41c9e2 as the plan said.
Nothing was started.
Ada · `5d2f0b7` · 2 changes · 2026-11-24 09:04 UTC · #1
[ Plan again… ]\
""")
    assert "Deploy to staging" in await ship.click(ADA, "Plan again…")


async def test_a_target_that_was_taken_out_of_the_configuration(ship: Ship) -> None:
    """Nobody can be asked any more: a person has to say, and can."""
    await ship.running(ADA, "api")
    services = {name: each for name, each in ship.catalogue.services.items() if name == "web"}
    ship.change_catalogue(services=services)
    await ship.restart()
    await ship.wait(3_000)
    assert ship.card(1) == snapshot("""\
✋ *Decision needed* · api → staging
api → staging is not configured any more
Ada · `5d2f0b7` · 2 changes · #1
[ It succeeded… ] [ It failed… ] [ It never started… ]\
""")
