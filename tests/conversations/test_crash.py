"""The process dies anywhere: a new one reads the rows, the same message goes on to the truth, and nothing happens twice."""

import pytest
from inline_snapshot import snapshot

from bot.domain.operations import Effect, State
from bot.errors import IntegrationError, Kind
from bot.ports import TriggerClass
from bot.store import inbox
from tests.conversations.conftest import Launch
from tests.support.ship import Ship

ADA, GRACE = "U02ADA", "U02GRACE"
LOST = IntegrationError("no answer", kind=Kind.AMBIGUOUS, effect=Effect.UNKNOWN)


async def test_the_same_delivery_four_times(launch: Launch) -> None:
    """With retry headers, over a reconnect and over a restart: one effect, one answer."""
    ship = launch(confirm_staging=False)
    await ship.type(ADA, "/ops deploy web staging")
    body = ship.last
    seen = len(ship.seen_by(ADA))
    for retry in (1, 2):
        assert await ship.deliver(body, retry=retry) == ""
    await ship.restart()
    assert await ship.deliver(body, retry=3) == ""
    assert ship.provider.starts == ["1:1:1"]
    assert len(ship.seen_by(ADA)) == seen


async def test_what_was_answered_in_the_ack_is_answered_again(ship: Ship) -> None:
    """The first ack may have been lost: a repetition gets the same words, never silence."""
    told = await ship.type(ADA, "/ops deplyo web staging")
    assert "deploy" in told
    assert await ship.deliver(ship.last, retry=1) == told
    await ship.restart()
    assert await ship.deliver(ship.last, retry=2) == told


async def test_the_same_click_and_the_same_mention_four_times(ship: Ship) -> None:
    """Every kind of delivery is known by its key."""
    await ship.mention(ADA, "deploy web staging")
    mention = ship.last
    await ship.click(ADA, "Deploy to staging")
    click = ship.last
    seen = len(ship.seen_by(ADA))
    for retry in (1, 2, 3):
        assert (await ship.deliver(mention, retry=retry), await ship.deliver(click, retry=retry)) == ("", "")
        await ship.restart()
    assert ship.provider.starts == ["1:1:1"]
    assert len(ship.seen_by(ADA)) == seen


async def test_before_the_provider_was_called(ship: Ship) -> None:
    """The attempt is committed, the call never went out: the same key is sent again."""
    ship.provider.hanging.add("start")
    await ship.type(ADA, "/ops deploy web staging")
    await ship.click(ADA, "Deploy to staging")
    assert (await ship.operation(1)).state is State.TRIGGERING
    assert ship.provider.starts == []
    ship.provider.hanging.clear()
    await ship.restart()
    await ship.wait(3_000)
    assert ship.provider.starts == ["1:1:1"]
    ship.provider.succeed("1:1:1")
    await ship.wait(10_000)
    assert ship.card(1).startswith("✅")


async def test_after_the_provider_was_called(ship: Ship) -> None:
    """The run exists, its answer was never stored: it is found by its key, and not started again."""
    ship.provider.hanging.add("start's answer")
    await ship.type(ADA, "/ops deploy web staging")
    await ship.click(ADA, "Deploy to staging")
    assert ship.provider.starts == ["1:1:1"]
    ship.provider.hanging.clear()
    await ship.restart()
    await ship.wait(3_000)
    assert (await ship.operation(1)).state is State.RUNNING
    ship.provider.succeed("1:1:1")
    await ship.wait(10_000)
    assert ship.card(1).startswith("✅")


async def test_an_answer_that_was_lost(ship: Ship) -> None:
    """A timeout is unknown, never a failure: looked for, found, bound."""
    ship.provider.start_errors = [LOST]
    ship.provider.down.add("find")
    await ship.type(ADA, "/ops deploy web staging")
    await ship.click(ADA, "Deploy to staging")
    assert ship.card(1) == snapshot("""\
❓ *Outcome unknown* · web → staging
Could not look for the run: no answer
Other deploys to web · staging wait. Nothing will be started twice.
Ada · `5d2f0b7` · 2 changes · #1
[ Roll back… ]\
""")
    await ship.wait(150_000)
    assert ship.thread(1)[-1] == snapshot("""\
❓ *Outcome unknown* · web → staging
Could not look for the run: no answer
The target is held until this is known; nothing is started twice.
@U02ADA\
""")
    ship.provider.down.clear()
    await ship.wait(10_000)
    assert ship.card(1) == snapshot("""\
🔄 *Running* · web → staging
Step 1 of 4: fetch
Ada · `5d2f0b7` · 2 changes · #1
[ Roll back… ] [ Stop… ]\
""")
    assert ship.provider.starts == ["1:1:1"]


async def test_searchable_and_found(ship: Ship) -> None:
    """Class C: one hit binds it, a new start is never tried."""
    ship.provider.trigger_class = TriggerClass.C
    ship.provider.hidden = True
    ship.provider.start_errors = [LOST]
    await ship.type(ADA, "/ops deploy web staging")
    await ship.click(ADA, "Deploy to staging")
    await ship.wait(60_000)
    assert (await ship.operation(1)).state is State.UNKNOWN
    ship.provider.hidden = False
    await ship.wait(10_000)
    assert (await ship.operation(1)).state is State.RUNNING
    assert ship.provider.starts == ["1:1:1"]


async def test_two_runs_with_one_key(ship: Ship) -> None:
    """Two hits are for a person to sort out."""
    ship.provider.start_errors = [LOST]
    ship.provider.twins = True
    await ship.type(ADA, "/ops deploy web staging")
    await ship.click(ADA, "Deploy to staging")
    assert ship.card(1) == snapshot("""\
✋ *Decision needed* · web → staging
2 runs carry the key of this operation
Still serving `a41c9e2` (web itself says so, 2026-11-24 09:04 UTC)
Ada · `5d2f0b7` · 2 changes · #1
[ It succeeded… ] [ It failed… ] [ It never started… ]\
""")


async def undecided(ship: Ship) -> None:
    """Class C, nothing found for twenty-five minutes: a person has to decide."""
    ship.provider.trigger_class = TriggerClass.C
    ship.provider.hidden = True
    ship.provider.start_errors = [LOST]
    await ship.type(ADA, "/ops deploy web staging")
    await ship.click(ADA, "Deploy to staging")
    await ship.wait(26 * 60_000)


async def test_searchable_and_never_found(ship: Ship) -> None:
    """The card says what was looked at; owners are called when the asker does not answer."""
    await undecided(ship)
    assert ship.card(1) == snapshot("""\
✋ *Decision needed* · web → staging
fake shows no run with this key yet
Still serving `a41c9e2` (web itself says so, 2026-11-24 09:29 UTC)
Ada · `5d2f0b7` · 2 changes · #1
[ It succeeded… ] [ It failed… ] [ It never started… ]\
""")
    assert ship.thread(1)[-1] == snapshot("""\
✋ *Decision needed* · web → staging
fake shows no run with this key yet
Still serving `a41c9e2` (web itself says so, 2026-11-24 09:29 UTC)
The target is held until this is known; nothing is started twice.
@U02ADA
[ It succeeded… ] [ It failed… ] [ It never started… ]\
""")
    await ship.wait(11 * 60_000)
    assert ship.thread(1)[-1] == snapshot("""\
✋ *Decision needed* · web → staging
fake shows no run with this key yet
Still serving `a41c9e2` (web itself says so, 2026-11-24 09:29 UTC)
The target is held until this is known; nothing is started twice.
@U02ADA @U02LINUS
[ It succeeded… ] [ It failed… ] [ It never started… ]\
""")
    assert await ship.type(GRACE, "/ops") == snapshot("""\
*Waiting for you*
✋ *Decision needed* · web → staging
fake shows no run with this key yet
[ It succeeded… ] [ It failed… ] [ It never started… ]\
""")


@pytest.mark.parametrize("answer", ["It succeeded…", "It failed…", "It never started…"])
async def test_a_person_decides(ship: Ship, answer: str) -> None:
    """Each decision opens a form, asks what was seen, and frees the target."""
    await undecided(ship)
    await ship.click(GRACE, answer)
    window = ship.window()
    chosen = {"It succeeded…": "succeeded", "It failed…": "failed", "It never started…": "cancelled"}[answer]
    empty = await ship.submit(GRACE, {"answer": chosen, "saw": " "})
    said = await ship.submit(GRACE, {"answer": chosen, "saw": "looked at the servers"})
    await ship.wait(5_000)
    assert [window, empty, said, ship.card(1)] == DECIDED[answer]
    assert await ship.click(GRACE, "Not now", on=None) if answer == "" else True
    late = await ship.submit(ADA, {"answer": chosen, "saw": "me too"})
    assert late == snapshot("""\
That button is too old: nothing was done.
Ask again: `/ops status web`\
""")


async def test_a_decision_without_its_card(ship: Ship) -> None:
    """Somebody deleted the card that asks: the Home tab asks the same, so the target is not held for ever."""
    await undecided(ship)
    ship.chat.posts[:] = [each for each in ship.chat.posts if each.key != "operation:1:card"]
    assert "Decision needed" in await ship.open_home(GRACE)
    await ship.click_home(GRACE, "It never started…")
    await ship.submit(GRACE, {"answer": "cancelled", "saw": "looked at the servers"})
    assert (await ship.operation(1)).state == "cancelled"
    assert "Deploy web" in await ship.type(ADA, "/ops deploy web staging")


DECIDED = snapshot(
    {
        "It succeeded…": [
            """\
# Decision
✋ *Decision needed* · web → staging
fake shows no run with this key yet
*What we saw*
• fake shows no run with this key yet
Still serving `a41c9e2` (web itself says so, 2026-11-24 09:29 UTC)
› What became of it?: It succeeded
› What did you see?: Looked at the run: step 3 never began
*It succeeded* records this revision as live.
*It failed* ends it and frees the target; what is served now is asked again.
*It never started* allows a new deploy. If the first one wakes up later, both will run.
⚠️ web itself serves `a41c9e2`: that speaks against *It succeeded*.
[ Record it ] [ Not now ]\
""",
            "saw: Say what you saw.",
            "Live, not verified. @U02ADA",
            """\
✔️ *Live, not verified* · web → staging
2 changes · took 26 min
Not verified: looked at the servers
Ada · `5d2f0b7` · 2026-11-24 09:30 UTC · #1
[ Changes ] [ Roll back… ]\
""",
        ],
        "It failed…": [
            """\
# Decision
✋ *Decision needed* · web → staging
fake shows no run with this key yet
*What we saw*
• fake shows no run with this key yet
Still serving `a41c9e2` (web itself says so, 2026-11-24 09:29 UTC)
› What became of it?: It failed
› What did you see?: Looked at the run: step 3 never began
*It succeeded* records this revision as live.
*It failed* ends it and frees the target; what is served now is asked again.
*It never started* allows a new deploy. If the first one wakes up later, both will run.
⚠️ web itself serves `a41c9e2`: that speaks against *It succeeded*.
[ Record it ] [ Not now ]\
""",
            "saw: Say what you saw.",
            """\
❌ *Failed* · web → staging
looked at the servers
Still serving `a41c9e2` (web itself says so, 2026-11-24 09:30 UTC)
How far it got is not known.
Next: look at the log, mend it, then `/ops deploy web staging`
@U02ADA @U02LINUS
[ Roll back… ]\
""",
            """\
❌ *Failed* · web → staging
looked at the servers
Still serving `a41c9e2` (web itself says so, 2026-11-24 09:30 UTC)
How far it got is not known.
Ada · `5d2f0b7` · 2 changes · 2026-11-24 09:30 UTC · #1
[ Try again… ] [ Roll back… ]\
""",
        ],
        "It never started…": [
            """\
# Decision
✋ *Decision needed* · web → staging
fake shows no run with this key yet
*What we saw*
• fake shows no run with this key yet
Still serving `a41c9e2` (web itself says so, 2026-11-24 09:29 UTC)
› What became of it?: It never started
› What did you see?: Looked at the run: step 3 never began
*It succeeded* records this revision as live.
*It failed* ends it and frees the target; what is served now is asked again.
*It never started* allows a new deploy. If the first one wakes up later, both will run.
⚠️ web itself serves `a41c9e2`: that speaks against *It succeeded*.
[ Record it ] [ Not now ]\
""",
            "saw: Say what you saw.",
            "Recorded: #1 is stopped.",
            """\
⏹️ *Stopped* · web → staging
looked at the servers
Ada · `5d2f0b7` · 2 changes · 2026-11-24 09:30 UTC · #1
[ Plan again… ]\
""",
        ],
    }
)


async def test_who_may_not_decide(ship: Ship) -> None:
    """Margaret is told who may; a form that was tampered with stays open."""
    await undecided(ship)
    assert await ship.click("U02MARGARET", "It failed…") == snapshot("""\
You may not decide about web in staging.
Ask @engineering.\
""")
    await ship.click(ADA, "It failed…")
    assert await ship.submit(ADA, {"answer": "rolled_back", "saw": "x"}) == snapshot(
        "answer: Choose what became of it."
    )
    assert await ship.submit("U02MARGARET", {"answer": "failed", "saw": "x"}) == snapshot("""\
You may not decide about web in staging.
Ask @engineering.\
""")


@pytest.mark.parametrize(
    "state", ["queued", "running", "verifying", "unknown", "cancelling", "needs_human", "rolling_back"]
)
async def test_a_restart_in_every_state(ship: Ship, state: str) -> None:
    """The same message goes on to the truth."""
    await ship.type(ADA, "/ops deploy web staging")
    await ship.click(ADA, "Adopt what is live")
    await bring_to(ship, state)
    assert (await ship.operation(1)).state == state
    posts = len([each for each in ship.chat.posts if each.key.endswith(":card")])
    await ship.restart()
    ship.provider.down.clear()
    ship.provider.cancel_works = True
    await ship.wait(10_000)
    for key in list(ship.provider.orders):
        if ship.provider.runs[key].state == "running":
            ship.provider.succeed(key)
    await ship.wait(15_000)
    assert len([each for each in ship.chat.posts if each.key.endswith(":card")]) == posts
    assert ship.card(1).split("\n")[0] == AFTER[state]


AFTER = snapshot(
    {
        "queued": "✅ *Live* · web → staging",
        "running": "✅ *Live* · web → staging",
        "verifying": "✅ *Live* · web → staging",
        "unknown": "❓ *Outcome unknown* · web → staging",
        "cancelling": "⏹️ *Stopped* · web → staging",
        "needs_human": "✋ *Decision needed* · web → staging",
        "rolling_back": "↩️ *Rolled back* · web → staging",
    }
)


async def bring_to(ship: Ship, state: str) -> None:
    """Deploy to staging until the operation is in that state."""
    if state == "queued":
        ship.provider.start_errors = [IntegrationError("busy", kind=Kind.CONFLICT, effect=Effect.NONE)]
        await ship.type(ADA, "/ops deploy web staging")
        await ship.click(ADA, "Deploy to staging")
        return
    key = await ship.running()
    if state == "verifying":
        ship.provider.succeed(key)
        ship.provider.down.add("current")
        await ship.wait(4_000)
    elif state in {"unknown", "needs_human"}:
        ship.provider.vanish(key)
        await ship.wait(200_000 if state == "needs_human" else 4_000)
    elif state == "cancelling":
        ship.provider.cancel_works = False
        await ship.click(ADA, "Stop…")
        await ship.click(ADA, "Stop it")
    elif state == "rolling_back":
        await ship.type(GRACE, "/ops rollback web staging")
        await ship.click(GRACE, "Roll back staging")
        await ship.wait(4_000)


async def test_words_that_were_stored_and_not_worked_on(ship: Ship) -> None:
    """After the restart the answer comes by the response_url that was kept, and that is erased then."""
    ship.provider.hanging.add("current")
    await ship.type(ADA, "/ops deploy web staging")
    ship.provider.hanging.clear()
    await ship.restart()
    assert ship.seen_by(ADA)[-1] == snapshot("""\
Deploy web → staging?
2 changes since `a41c9e2`, serving now
⚠️ `a41c9e2` is not in our record yet: adopt it if it is known to work
#415 Retry failed webhooks (#415) · #412 Faster checkout (#412)
18 gates passed · good until 2026-11-24 09:19 UTC
[ Deploy to staging ] [ Adopt what is live ] [ Not now ]\
""")
    rows = await ship.store.read(lambda tx: tx.all("select delivery, state from inbox"))
    assert [row["state"] for row in rows] == ["done"]
    assert "hooks.slack.com" not in str(rows)
    assert await ship.store.read(inbox.unfinished) == ()


async def test_started_by_a_delivery_that_is_taken_up_again(launch: Launch) -> None:
    """Where nothing is confirmed the words themselves start it: worked on again after a crash, they do not start it twice."""
    ship = launch(confirm_staging=False)
    ship.chat.hanging.add("respond")
    await ship.type(ADA, "/ops deploy web staging")
    assert ship.provider.starts == ["1:1:1"]
    ship.chat.hanging.clear()
    ship.provider.break_off("1:1:1")
    await ship.restart()
    await ship.wait(10_000)
    assert ship.seen_by(ADA)[-1] == snapshot("You started this already. It is #1.")
    assert ship.provider.starts == ["1:1:1"]


async def test_old_words_are_not_carried_out_unseen(launch: Launch) -> None:
    """Half an hour later nobody expects them any more; whoever typed them is told."""
    ship = launch(confirm_staging=False)
    ship.provider.hanging.add("current")
    await ship.type(ADA, "/ops deploy web staging")
    ship.stop()
    ship.provider.hanging.clear()
    ship.clock.move_to(ship.clock.now() + 31 * 60_000)
    await ship.restart()
    assert ship.seen_by(ADA)[-1] == snapshot("""\
This reached me 31 min late, so nothing was done: `/ops deploy web staging`
Type it again if you still want it.\
""")
    assert ship.provider.starts == []


async def test_a_form_after_a_restart(ship: Ship) -> None:
    """A trigger dies with its process: what would have opened a window says what to type."""
    ship.chat.hanging.add("open_view")
    await ship.shortcut(ADA, "deploy")
    ship.chat.hanging.clear()
    await ship.restart()
    assert ship.chat.posts[-1].channel == "D02ADA"
    assert not ship.chat.views
