"""A deployment from the question to the end, as its asker, its channel and its neighbours see it."""

from inline_snapshot import snapshot

from tests.conversations.conftest import Launch
from tests.fakes.deployer import sha
from tests.support.ship import WEB_PRODUCTION, WEB_STAGING, Ship

ADA, GRACE = "U02ADA", "U02GRACE"


async def test_from_question_to_live(ship: Ship) -> None:
    """The plan is shown, nothing runs before it is confirmed, one card is edited in place, and its thread tells the steps."""
    assert await ship.type(ADA, "/ops deploy web staging") == snapshot("""\
Deploy web → staging?
2 changes since `a41c9e2`, serving now
⚠️ `a41c9e2` is not in our record yet: adopt it if it is known to work
#415 Retry failed webhooks (#415) · #412 Faster checkout (#412)
18 gates passed · good until 2026-11-24 09:19 UTC
[ Deploy to staging ] [ Adopt what is live ] [ Not now ]\
""")
    assert ship.provider.starts == []
    assert await ship.click(ADA, "Deploy to staging") == snapshot("Deploy web → staging: #1 · its card is in #C02")
    assert ship.card(1) == snapshot("""\
🔄 *Running* · web → staging
Started, no step reported yet
Ada · `5d2f0b7` · 2 changes · #1
[ Roll back… ] [ Stop… ]\
""")
    ship.provider.step("1:1:1", 3, "migrate")
    await ship.wait(3_000)
    assert ship.card(1) == snapshot("""\
🔄 *Running* · web → staging
Step 3 of 4: migrate
Ada · `5d2f0b7` · 2 changes · #1
[ Roll back… ] [ Stop… ]\
""")
    ship.provider.succeed("1:1:1")
    await ship.wait(5_000)
    assert ship.card(1) == snapshot("""\
✅ *Live* · web → staging
2 changes · took 6 s · web itself says so
Ada · `5d2f0b7` · 2026-11-24 09:04 UTC · #1
[ Changes ] [ Roll back… ]\
""")
    assert ship.thread(1) == snapshot(
        [
            """\
Ada typed `/ops deploy web staging`
From `a41c9e2` to `5d2f0b7`\
""",
            "Came to step 3 of 4: migrate",
            "Live.",
        ]
    )
    assert ship.provider.starts == ["1:1:1"]
    assert ship.provider.live[WEB_STAGING] == sha("5d2f0b7")


async def test_one_that_took_long_calls_whoever_asked(ship: Ship) -> None:
    """Whoever has turned away is mentioned; whoever still looks is not."""
    key = await ship.running()
    await ship.wait(60_000)
    ship.provider.succeed(key)
    await ship.wait(5_000)
    assert ship.thread(1)[-1] == snapshot("Live. @U02ADA")


async def test_production_in_order(ship: Ship) -> None:
    """Staging first; then the same revision is promoted, with the changes as the first reply."""
    assert await ship.type(ADA, "/ops deploy web production") == snapshot("""\
*Not deployed* · web → production
🔢 This revision has not been live in staging yet.
     First: `/ops deploy web staging`.
17 other gates passed · out_of_order\
""")
    await ship.live(ADA)
    assert await ship.type(ADA, "/ops promote web production") == snapshot("""\
Promote web → production?
2 changes since `a41c9e2`, serving now
⚠️ `a41c9e2` is not in our record yet: adopt it if it is known to work
#415 Retry failed webhooks (#415) · #412 Faster checkout (#412)
18 gates passed · staging had it 2026-11-24 09:04 UTC · good until 2026-11-24 09:19 UTC
[ Promote to production ] [ Adopt what is live ] [ Not now ]\
""")
    await ship.click(ADA, "Promote to production")
    ship.provider.succeed("2:1:1")
    await ship.wait(5_000)
    assert ship.card(2) == snapshot("""\
✅ *Live* · web → production
2 changes · took 4 s · web itself says so
Ada · `5d2f0b7` · 2026-11-24 09:04 UTC · #2
[ Changes ] [ Roll back… ]\
""")
    assert ship.thread(2) == snapshot(
        [
            """\
*web · production* · `a41c9e2` → `5d2f0b7`
2 changes
*Fixes* #415 Retry failed webhooks (#415)
*Other* #412 Faster checkout (#412)
by Linus and Grace\
""",
            """\
Ada typed `/ops promote web production`
From `a41c9e2` to `5d2f0b7`\
""",
            "Came to step 1 of 4: fetch",
            "Live.",
        ]
    )


async def test_adopting_what_is_live(ship: Ship) -> None:
    """First contact: somebody says that what is live works, and a rollback has somewhere to go."""
    await ship.type(ADA, "/ops deploy web staging")
    assert await ship.click(ADA, "Adopt what is live") == snapshot(
        "Recorded: `a41c9e2` is live and good in staging of web."
    )
    await ship.live(ADA)
    assert await ship.type(ADA, "/ops rollback web staging") == snapshot("""\
Roll back web → staging?
Back from `5d2f0b7` to `a41c9e2`: 2 changes leave
No longer live: #415 Retry failed webhooks (#415) · #412 Faster checkout (#412)
18 gates passed · good until 2026-11-24 09:19 UTC
[ Roll back staging ] [ All changes ] [ Not now ]\
""")


async def test_somebody_else_deployed(ship: Ship) -> None:
    """What is live is what the target answers: the plan shows both, and the history keeps what was observed."""
    await ship.live(ADA)
    ship.provider.commit("c0ffee1", "Gift cards (#420)", number=420)
    ship.provider.live[WEB_STAGING] = sha("b52d0f3")
    assert await ship.type(ADA, "/ops deploy web staging") == snapshot("""\
Deploy web → staging?
2 changes since `b52d0f3`, serving now
⚠️ web itself says it serves `b52d0f3`, our record says `5d2f0b7`: that was not deployed from here
#420 Gift cards (#420) · #415 Retry failed webhooks (#415)
18 gates passed · usually 2 s · good until 2026-11-24 09:19 UTC
[ Deploy to staging ] [ All changes ] [ Not now ]\
""")
    assert await ship.type(ADA, "/ops history web staging") == snapshot("""\
*web · staging* · history
👁️ Observed · `b52d0f3` · outside · not deployed from here · 2026-11-24 09:04 UTC · serving now
✅ Live · `5d2f0b7` · 2 changes · Ada · took 2 s · 2026-11-24 09:04 UTC · #1
👁️ Observed · `a41c9e2` · outside · not deployed from here · 2026-11-24 09:04 UTC\
""")


async def test_a_question_learns_what_others_deployed(ship: Ship) -> None:
    """A status is enough to notice; the record learns it behind the answer."""
    await ship.live(ADA)
    ship.provider.live[WEB_STAGING] = sha("b52d0f3")
    await ship.type(GRACE, "/ops status web")
    assert await ship.type(GRACE, "/ops history web staging") == snapshot("""\
*web · staging* · history
👁️ Observed · `b52d0f3` · outside · not deployed from here · 2026-11-24 09:04 UTC · serving now
✅ Live · `5d2f0b7` · 2 changes · Ada · took 2 s · 2026-11-24 09:04 UTC · #1
👁️ Observed · `a41c9e2` · outside · not deployed from here · 2026-11-24 09:04 UTC\
""")


async def test_a_dry_run_starts_nothing_and_replaces_nothing(ship: Ship) -> None:
    """It shows the plan without a right to start it; a real plan that is open stays open."""
    await ship.type(ADA, "/ops deploy web staging")
    assert await ship.type(ADA, "/ops deploy web staging --dry-run") == snapshot("""\
Would deploy web → staging
2 changes since `a41c9e2`, serving now
⚠️ `a41c9e2` is not in our record yet: adopt it if it is known to work
#415 Retry failed webhooks (#415) · #412 Faster checkout (#412)
18 gates passed · dry run: nothing starts from here
[ All changes ]\
""")
    assert await ship.type(ADA, "/ops deploy web production --dry-run") == snapshot("""\
*Would be refused* · web → production
🔢 This revision has not been live in staging yet.
     First: `/ops deploy web staging`.
17 other gates passed · out_of_order\
""")
    assert "Deploy to staging" in await ship.type(ADA, "/ops plan")
    assert await ship.click(ADA, "Deploy to staging") == snapshot("Deploy web → staging: #1 · its card is in #C02")


async def test_two_services_are_two_plans_and_two_cards(ship: Ship) -> None:
    """Each is confirmed for itself."""
    assert await ship.type(ADA, "/ops deploy web,api staging") == snapshot("""\
Deploy web → staging?
2 changes since `a41c9e2`, serving now
⚠️ `a41c9e2` is not in our record yet: adopt it if it is known to work
#415 Retry failed webhooks (#415) · #412 Faster checkout (#412)
18 gates passed · good until 2026-11-24 09:19 UTC
[ Deploy to staging ] [ Adopt what is live ] [ Not now ]
---
Deploy api → staging?
2 changes since `a41c9e2`, serving now
⚠️ `a41c9e2` is not in our record yet: adopt it if it is known to work
#415 Retry failed webhooks (#415) · #412 Faster checkout (#412)
18 gates passed · good until 2026-11-24 09:19 UTC
[ Deploy to staging ] [ Adopt what is live ] [ Not now ]\
""")
    both = ship.chat.private[-1].message
    first, second = (block for block in both.blocks if block["type"] == "actions")
    for row in (first, second):
        shown = type(both)(text="", blocks=(row,))
        await ship.click(ADA, "Deploy to staging", on=shown)
    assert (ship.card(1), ship.card(2)) == snapshot(
        (
            """\
🔄 *Running* · web → staging
Step 1 of 4: fetch
Ada · `5d2f0b7` · 2 changes · #1
[ Roll back… ] [ Stop… ]\
""",
            """\
🔄 *Running* · api → staging
Started, no step reported yet
Ada · `5d2f0b7` · 2 changes · #2
[ Roll back… ] [ Stop… ]\
""",
        )
    )
    assert [each.channel for each in ship.chat.posts if each.key.endswith(":card")] == ["C02", "C03"]


async def test_a_pull_request_that_is_not_merged(ship: Ship) -> None:
    """Staging takes it and says so; production does not."""
    assert await ship.type(ADA, "/ops deploy web #416 staging") == snapshot("""\
Deploy web → staging?
`9f00416` has no history in common with `a41c9e2`
⚠️ head of #416, *not* merged
⚠️ `a41c9e2` is not in our record yet: adopt it if it is known to work
18 gates passed · good until 2026-11-24 09:19 UTC
[ Deploy to staging ] [ Adopt what is live ] [ Not now ]\
""")
    assert await ship.type(ADA, "/ops deploy web #416 production") == snapshot("""\
*Not deployed* · web → production
🌿 #416 is not merged, and production takes only merged changes.
     Merge it first, or deploy it to another environment.
🔢 This revision has not been live in staging yet.
     First: `/ops deploy web staging`.
16 other gates passed · not_merged · out_of_order\
""")


async def test_where_nothing_is_confirmed_it_starts_at_once_and_says_so(launch: Launch) -> None:
    """`confirm: false`: whoever typed it knows; production still asks."""
    ship = launch(confirm_staging=False)
    assert await ship.type(ADA, "/ops deploy web staging") == snapshot("""\
Deploy web → staging: #1 · its card is in #C02
It has started: staging asks for no confirmation.\
""")
    assert ship.provider.starts == ["1:1:1"]
    ship.provider.succeed("1:1:1")
    await ship.wait(5_000)
    assert "Deploy to production" in await ship.type(ADA, "/ops deploy web production")
    assert ship.provider.starts == ["1:1:1"]


async def test_again_shows_and_never_starts(launch: Launch) -> None:
    """Even where nothing is confirmed, `again` is a plan with a button."""
    ship = launch(confirm_staging=False)
    assert await ship.type(ADA, "/ops again") == snapshot(
        "There is nothing to do again: you have not planned anything yet."
    )
    await ship.type(ADA, "/ops deploy web staging")
    ship.provider.break_off("1:1:1")
    await ship.wait(5_000)
    assert await ship.type(ADA, "/ops again") == snapshot("""\
Deploy web → staging?
2 changes since `a41c9e2`, serving now
⚠️ `a41c9e2` is not in our record yet: adopt it if it is known to work
#415 Retry failed webhooks (#415) · #412 Faster checkout (#412)
18 gates passed · good until 2026-11-24 09:19 UTC
[ Deploy to staging ] [ Adopt what is live ] [ Not now ]\
""")
    assert ship.provider.starts == ["1:1:1"]


async def test_a_button_that_asks_first_starts_nothing(launch: Launch) -> None:
    """`Try again…` shows a plan, whatever the configuration says about confirming."""
    ship = launch(confirm_staging=False)
    await ship.type(ADA, "/ops deploy web staging")
    ship.provider.break_off("1:1:1")
    await ship.wait(5_000)
    assert "Deploy to staging" in await ship.click(ADA, "Try again…")
    assert ship.provider.starts == ["1:1:1"]


async def test_many_steps_are_a_bar_few_are_news(ship: Ship) -> None:
    """A provider that counts to hundreds moves its card every fifteen seconds; the end comes at once."""
    key = await ship.running()
    card = ship.chat.posts[0]
    edits = card.edits
    for number in range(20):
        ship.provider.count(key, number + 1, 300)
        await ship.wait(2_000)
    assert card.edits - edits in {2, 3}
    ship.provider.succeed(key)
    await ship.wait(3_000)
    assert ship.card(1).startswith("✅")


async def test_history_and_status_after_a_rollback(ship: Ship) -> None:
    """What was tried and what is served, newest first; a revision that was left is not offered as a good one."""
    await ship.type(ADA, "/ops deploy web staging")
    await ship.click(ADA, "Adopt what is live")
    await ship.live(ADA)
    await ship.live(ADA, "web", "production")
    assert WEB_PRODUCTION in ship.provider.live
    assert await ship.type(GRACE, "/ops rollback web staging because checkout errors") == snapshot("""\
Roll back web → staging?
Back from `5d2f0b7` to `a41c9e2`: 2 changes leave
Why: checkout errors
No longer live: #415 Retry failed webhooks (#415) · #412 Faster checkout (#412)
18 gates passed · good until 2026-11-24 09:19 UTC
[ Roll back staging ] [ All changes ] [ Not now ]\
""")
    await ship.click(GRACE, "Roll back staging")
    ship.provider.succeed("3:1:1")
    await ship.wait(5_000)
    assert ship.card(3) == snapshot("""\
↩️ *Rolled back* · web → staging
Serving `a41c9e2` again · took 2 s
Why: checkout errors
No longer live: #415 and #412
Grace · `a41c9e2` · 2026-11-24 09:04 UTC · #3
[ Changes ]\
""")
    assert ship.thread(3) == snapshot(
        [
            """\
Grace typed `/ops rollback web staging`
From `5d2f0b7` to `a41c9e2`
Why: checkout errors\
""",
            """\
Rolled back.
No longer live: #415 and #412\
""",
        ]
    )
    assert await ship.type(ADA, "/ops history web") == snapshot("""\
*web · production* · history
✅ Live · `5d2f0b7` · 2 changes · Ada · took 4 s · 2026-11-24 09:04 UTC · #2 · serving now
👁️ Observed · `a41c9e2` · outside · not deployed from here · 2026-11-24 09:04 UTC
---
*web · staging* · history
↩️ Rolled back · `a41c9e2` · 2 changes · Grace · took 2 s · 2026-11-24 09:04 UTC · #3 · serving now
     Why: checkout errors
✅ Live · `5d2f0b7` · 2 changes · Ada · took 2 s · 2026-11-24 09:04 UTC · #1
👁️ Observed · `a41c9e2` · outside · not deployed from here · 2026-11-24 09:04 UTC\
""")
    assert await ship.type(ADA, "/ops status") == snapshot("""\
*web* · production `5d2f0b7` since 2026-11-24 09:04 UTC · staging `a41c9e2` since 2026-11-24 09:04 UTC
the services of this channel · `/ops status all`\
""")
    assert await ship.type(ADA, "/ops status web staging") == snapshot("""\
*web*
staging `a41c9e2` since 2026-11-24 09:04 UTC · web itself says so, 2026-11-24 09:04 UTC
     Rolled back · Serving `a41c9e2` again · took 2 s · Grace · #3\
""")
    assert await ship.type(ADA, "/ops status all") == snapshot("""\
Service | Environment | Live | Since (UTC) | State
web | staging | a41c9e2 | 2026-11-24 09:04 | ✅ Live
web | production | 5d2f0b7 | 2026-11-24 09:04 | ✅ Live
api | staging | a41c9e2 | – | ✅ Live
api | production | a41c9e2 | – | ✅ Live
4 targets, 0 to look at\
""")
    assert await ship.type(ADA, "/ops rollback web staging") == snapshot("""\
*Not rolled back* · web → staging
• No earlier revision is known to have worked in staging.
     Name one: `/ops rollback web staging --to REVISION`.
17 other gates passed · no_good_revision\
""")
    assert await ship.type(ADA, "/ops") == snapshot("""\
*Your last targets*
*web* · production `5d2f0b7` since 2026-11-24 09:04 UTC
*web* · staging `a41c9e2` since 2026-11-24 09:04 UTC\
""")
