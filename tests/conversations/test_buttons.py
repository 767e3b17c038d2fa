"""Buttons that look: changes, logs, suggestions; for whom they are, and what they say when there is nothing."""

from inline_snapshot import snapshot

from tests.support.ship import WEB_STAGING, Ship

ADA, GRACE = "U02ADA", "U02GRACE"


async def test_all_changes_of_a_plan_and_of_a_card(ship: Ship) -> None:
    """The same list, for whoever asked before and for everybody after it is live."""
    await ship.live(ADA)
    ship.provider.commit("c0ffee1", "Gift cards (#420)", number=420)
    await ship.type(ADA, "/ops deploy web staging")
    assert await ship.click(ADA, "All changes") == snapshot("""\
*web · staging* · `5d2f0b7` → `c0ffee1`
1 change
*Other* #420 Gift cards (#420)
by Grace\
""")
    assert await ship.click(GRACE, "All changes") == snapshot("""\
Only Ada can confirm this.
To deploy it yourself: `/ops deploy web staging`\
""")
    assert await ship.click(GRACE, "Changes") == snapshot("""\
*web · staging* · `a41c9e2` → `5d2f0b7`
2 changes
*Fixes* #415 Retry failed webhooks (#415)
*Other* #412 Faster checkout (#412)
by Linus and Grace\
""")


async def test_changes_where_nothing_was_live(ship: Ship) -> None:
    """There is nothing to compare with, and it says so."""
    del ship.provider.live[WEB_STAGING]
    assert await ship.type(ADA, "/ops deploy web staging") == snapshot("""\
Deploy web → staging?
First deploy here: `5d2f0b7`, nothing is live yet
18 gates passed · good until 2026-11-24 09:19 UTC
[ Deploy to staging ] [ All changes ] [ Not now ]\
""")
    assert await ship.click(ADA, "All changes") == snapshot("""\
web → staging
Nothing was live there before, so there is nothing to compare.\
""")
    assert await ship.type(ADA, "/ops changes web staging") == snapshot("""\
web → staging
There is nothing to compare it with: nothing is live there yet.\
""")
    assert await ship.type(ADA, "/ops status web staging") == snapshot("""\
*web*
staging: nothing live yet\
""")
    assert await ship.type(ADA, "/ops history web staging") == snapshot("""\
*web · staging* · history
Nothing has been deployed here yet.\
""")


async def test_a_suggestion_is_for_whoever_mistyped(ship: Ship) -> None:
    """Somebody else's button does nothing for others."""
    await ship.mention(ADA, "deploy web stagign")
    shown = ship.chat.private[-1].message
    assert await ship.click(GRACE, "staging…", on=shown) == snapshot(
        "Only the person it was made for can press that: nothing was done."
    )


async def test_adopting_needs_a_right_and_an_answer(ship: Ship) -> None:
    """What cannot be asked cannot be adopted."""
    await ship.type(ADA, "/ops deploy web staging")
    ship.provider.down.add("current")
    assert await ship.click(ADA, "Adopt what is live") == snapshot("""\
There is nothing to adopt: no answer.
Nothing was recorded.\
""")
    ship.provider.down.clear()
    ship.chat.groups["engineering"] = frozenset()
    await ship.wait(14 * 60_000)
    ship.chat.share("C02")
    assert await ship.click(ADA, "Adopt what is live") == snapshot("""\
This channel is shared with another workspace, where Quarterdeck only reads.
Ask in one of your own channels.
shared_channel\
""")


async def test_rolling_back_from_a_card(ship: Ship) -> None:
    """The button plans; the plan is confirmed by whoever pressed it."""
    await ship.type(ADA, "/ops deploy web staging")
    await ship.click(ADA, "Adopt what is live")
    await ship.live(ADA)
    assert await ship.click(GRACE, "Roll back…") == snapshot("""\
Roll back web → staging?
Back from `5d2f0b7` to `a41c9e2`: 2 changes leave
No longer live: #415 Retry failed webhooks (#415) · #412 Faster checkout (#412)
18 gates passed · good until 2026-11-24 09:19 UTC
[ Roll back staging ] [ All changes ] [ Not now ]\
""")
    await ship.click(GRACE, "Roll back staging")
    assert ship.card(2) == snapshot("""\
⏪ *Rolling back* · web → staging
Started, no step reported yet
Grace · `a41c9e2` · 2 changes · #2
[ Stop… ]\
""")


async def test_where_several_were_live_they_are_offered(ship: Ship) -> None:
    """No revision is known to be good: those that were live before are buttons that show a plan."""
    await ship.live(ADA)
    ship.provider.live[WEB_STAGING] = ship.provider.commits[1].revision
    await ship.type(ADA, "/ops status web")
    await ship.type(ADA, "/ops rollback web staging")
    await ship.click(ADA, "Roll back staging")
    ship.provider.succeed("2:1:1")
    await ship.wait(5_000)
    assert await ship.type(ADA, "/ops rollback web staging") == snapshot("""\
*Not rolled back* · web → staging
• No earlier revision is known to have worked in staging.
     Name one: `/ops rollback web staging --to REVISION`.
17 other gates passed · no_good_revision
[ a41c9e2… ]\
""")


async def test_stop_pressed_when_it_has_just_ended(ship: Ship) -> None:
    """The question was asked in time, the answer came too late."""
    key = await ship.running()
    await ship.click(ADA, "Stop…")
    ship.provider.succeed(key)
    await ship.wait(5_000)
    assert await ship.click(ADA, "Stop it") == snapshot(
        "#1 is live: it cannot be stopped now. `/ops rollback web staging`"
    )
