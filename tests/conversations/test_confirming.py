"""Between look and leap: who may confirm, once, in time, and only what was shown."""

import asyncio

import pytest
from inline_snapshot import snapshot

from bot.store import Tx, offers
from tests.fakes.deployer import sha
from tests.support.ship import WEB_STAGING, Ship, catalogue

ADA, GRACE = "U02ADA", "U02GRACE"


async def test_only_whoever_asked_can_confirm(ship: Ship) -> None:
    """The plan is theirs; others are told how to ask for their own."""
    await ship.type(ADA, "/ops deploy web staging")
    assert await ship.click(GRACE, "Deploy to staging") == snapshot("""\
Only Ada can confirm this.
To deploy it yourself: `/ops deploy web staging`\
""")
    assert ship.provider.starts == []


async def test_two_plans_confirmed_at_the_same_time(ship: Ship) -> None:
    """One run; the second is told who won."""
    await ship.type(ADA, "/ops deploy web staging")
    ada = ship.chat.private[-1].message
    await ship.type(GRACE, "/ops deploy web staging")
    grace = ship.chat.private[-1].message
    await asyncio.gather(
        ship.click(GRACE, "Deploy to staging", on=grace, settle=False),
        ship.click(ADA, "Deploy to staging", on=ada, settle=False),
    )
    await ship.settle()
    assert ship.provider.starts == ["1:1:1"]
    assert sorted(ship.seen_by(ADA)[-1:] + ship.seen_by(GRACE)[-1:]) == snapshot(
        ["Deploy web → staging: #1 · its card is in #C02", "Grace started this 1 s before you. You are both on #1."]
    )


async def test_a_double_click(ship: Ship) -> None:
    """Twice by the same person is once."""
    await ship.type(ADA, "/ops deploy web staging")
    shown = ship.chat.private[-1].message
    await asyncio.gather(*(ship.click(ADA, "Deploy to staging", on=shown, settle=False) for _ in range(3)))
    await ship.settle()
    assert ship.provider.starts == ["1:1:1"]
    assert ship.seen_by(ADA)[-3:] == snapshot(
        [
            "Deploy web → staging: #1 · its card is in #C02",
            "You started this already. It is #1.",
            "You started this already. It is #1.",
        ]
    )
    ship.provider.succeed("1:1:1")
    await ship.wait(5_000)
    assert await ship.click(ADA, "Deploy to staging", on=shown) == snapshot("You started this already. It is #1.")
    assert await ship.click(ADA, "Not now", on=shown) == snapshot("""\
Deploy web → staging
Confirmed: it is #1 now.\
""")


async def test_an_expired_plan(ship: Ship) -> None:
    """Fifteen minutes later things have moved: a new plan is one click away."""
    await ship.type(ADA, "/ops deploy web staging")
    shown = ship.chat.private[-1].message
    await ship.wait(16 * 60_000)
    assert await ship.click(ADA, "Deploy to staging") == snapshot("""\
*Not started:* this plan was good until 2026-11-24 09:19 UTC.
Things move: look at a new one. `/ops deploy web staging`
[ Plan again… ]\
""")
    assert "Deploy to staging" in await ship.click(ADA, "Plan again…")
    assert await ship.click(ADA, "Not now", on=shown) == snapshot("""\
*Not started:* this plan was good until 2026-11-24 09:19 UTC.
Things move: look at a new one. `/ops deploy web staging`
[ Plan again… ]\
""")
    assert ship.provider.starts == []


async def test_declined(ship: Ship) -> None:
    """Not now is an answer; the button beside it is dead then."""
    await ship.type(ADA, "/ops deploy web staging")
    shown = ship.chat.private[-1].message
    assert await ship.click(ADA, "Not now") == snapshot("Not now: nothing was started for web → staging.")
    assert await ship.click(ADA, "Deploy to staging", on=shown) == snapshot("""\
Deploy web → staging
Not now: nothing was started.
[ Plan again… ]\
""")
    assert await ship.click(ADA, "Not now", on=shown) == snapshot("Not now: nothing was started for web → staging.")
    assert await ship.type(ADA, "/ops plan") == snapshot("You have no open plans. Make one: `/ops deploy`")


async def test_a_newer_plan_takes_its_place(ship: Ship) -> None:
    """Of two plans of one person for one target, the newer counts."""
    await ship.type(ADA, "/ops deploy web staging")
    shown = ship.chat.private[-1].message
    await ship.type(ADA, "/ops deploy web@b52d0f3 staging")
    assert await ship.click(ADA, "Deploy to staging", on=shown) == snapshot("""\
Deploy web → staging
A newer plan has taken its place: nothing was started.
[ Plan again… ]\
""")


async def test_the_branch_moved(ship: Ship) -> None:
    """Nothing starts: what arrived is named, and both ways on are open."""
    await ship.type(ADA, "/ops deploy web staging")
    ship.provider.commit("c0ffee1", "Gift cards (#420)", number=420)
    assert await ship.click(ADA, "Deploy to staging") == snapshot("""\
*Not started: the plan has changed since you saw it.*
main moved from `5d2f0b7` to `c0ffee1`: 1 more change (#420).
Deploy web → staging?
3 changes since `a41c9e2`, serving now
⚠️ `a41c9e2` is not in our record yet: adopt it if it is known to work
#420 Gift cards (#420) · #415 Retry failed webhooks (#415) · 1 more
18 gates passed · good until 2026-11-24 09:19 UTC
[ Deploy with #420 ] [ Keep to 5d2f0b7… ] [ Not now ]\
""")
    assert ship.provider.starts == []
    assert await ship.click(ADA, "Keep to 5d2f0b7…") == snapshot("""\
Deploy web → staging?
2 changes since `a41c9e2`, serving now
⚠️ `a41c9e2` is not in our record yet: adopt it if it is known to work
#415 Retry failed webhooks (#415) · #412 Faster checkout (#412)
18 gates passed · good until 2026-11-24 09:19 UTC
[ Deploy to staging ] [ Adopt what is live ] [ Not now ]\
""")
    await ship.click(ADA, "Deploy to staging")
    assert ship.provider.orders["1:1:1"].revision == sha("5d2f0b7")


async def test_the_branch_moved_and_the_newer_is_taken(ship: Ship) -> None:
    """The new plan is a plan like any other: it is confirmed as shown."""
    await ship.type(ADA, "/ops deploy web staging")
    ship.provider.commit("c0ffee1", "Gift cards (#420)", number=420)
    await ship.click(ADA, "Deploy to staging")
    await ship.click(ADA, "Deploy with #420")
    assert ship.provider.orders["1:1:1"].revision == sha("c0ffee1")


async def test_what_is_live_changed(ship: Ship) -> None:
    """Another range than the one that was shown."""
    await ship.type(ADA, "/ops deploy web staging")
    ship.provider.live[WEB_STAGING] = sha("b52d0f3")
    assert await ship.click(ADA, "Deploy to staging") == snapshot("""\
*Not started: the plan has changed since you saw it.*
web itself says it serves `b52d0f3` now, not `a41c9e2`.
Deploy web → staging?
1 change since `b52d0f3`, serving now
⚠️ `b52d0f3` is not in our record yet: adopt it if it is known to work
#415 Retry failed webhooks (#415)
18 gates passed · good until 2026-11-24 09:19 UTC
[ Deploy to staging ] [ Not now ]\
""")
    assert ship.provider.starts == []


async def test_what_would_run_changed(ship: Ship) -> None:
    """The provider's recipe is part of what was confirmed."""
    await ship.type(ADA, "/ops deploy web staging")
    ship.provider.workflow = "w2"
    assert await ship.click(ADA, "Deploy to staging") == snapshot("""\
*Not started: the plan has changed since you saw it.*
What would be run has changed.
Deploy web → staging?
2 changes since `a41c9e2`, serving now
⚠️ `a41c9e2` is not in our record yet: adopt it if it is known to work
#415 Retry failed webhooks (#415) · #412 Faster checkout (#412)
18 gates passed · good until 2026-11-24 09:19 UTC
[ Deploy to staging ] [ Not now ]\
""")


async def test_the_rules_changed(ship: Ship) -> None:
    """A restart with other rules: the plan is made anew under them."""
    await ship.type(ADA, "/ops deploy web staging")
    ship.catalogue = catalogue(policy_hash="other rules")
    await ship.restart()
    assert await ship.click(ADA, "Deploy to staging") == snapshot("""\
*Not started: the plan has changed since you saw it.*
The rules for this target changed.
Deploy web → staging?
2 changes since `a41c9e2`, serving now
⚠️ `a41c9e2` is not in our record yet: adopt it if it is known to work
#415 Retry failed webhooks (#415) · #412 Faster checkout (#412)
18 gates passed · good until 2026-11-24 09:19 UTC
[ Deploy to staging ] [ Not now ]\
""")


async def test_a_role_was_taken_away(ship: Ship) -> None:
    """Rights are asked at the click, and again before anything starts."""
    await ship.type(ADA, "/ops deploy web staging")
    ship.chat.groups["engineering"] = frozenset()
    await ship.wait(61 * 60_000)  # longer than a group is believed
    await ship.click(ADA, "Deploy to staging")
    assert await ship.click(ADA, "Plan again…") == snapshot("""\
*Not deployed* · web → staging
🚫 You may not deploy web in staging.
     Ask @engineering.
17 other gates passed · not_permitted\
""")
    assert ship.provider.starts == []


@pytest.mark.parametrize("value", ["t999", "", "'; drop table offers; --", "x" * 2_000])
async def test_a_forged_button(ship: Ship, value: str) -> None:
    """The value is looked up; what is not there does nothing."""
    said = await ship.press(ADA, value)
    assert said == snapshot("""\
That button is too old: nothing was done.
Ask again: `/ops`\
""")


async def test_an_old_button_of_a_card(ship: Ship) -> None:
    """Buttons of a state that is over act no more; looking and planning still work."""
    key = await ship.running()
    card = ship.chat.posts[0].message
    ship.provider.succeed(key)
    await ship.wait(5_000)
    assert await ship.click(ADA, "Stop…", on=card) == snapshot("""\
That button is too old: nothing was done.
Ask again: `/ops status web staging`\
""")
    assert await ship.click(ADA, "Roll back…", on=card) == snapshot("""\
*Not rolled back* · web → staging
• No earlier revision is known to have worked in staging.
     Name one: `/ops rollback web staging --to REVISION`.
17 other gates passed · no_good_revision
[ a41c9e2… ]\
""")


async def test_a_verb_that_is_gone(ship: Ship) -> None:
    """An offer without its plan (kept too long) is too old, not a defect."""

    def orphan(tx: Tx) -> None:
        tx.run("update plans set who_user = 'U02ADA'")
        tx.run("update offers set body = '{\"plan\": \"gone\"}' where verb <> 'confirm'")

    await ship.type(ADA, "/ops deploy web staging")
    await ship.store.write(orphan)
    assert await ship.click(ADA, "Not now") == snapshot(
        """\
That button is too old: nothing was done.
Ask again: `/ops`\
"""
    )
    assert await ship.store.read(lambda tx: offers.get(tx, "gone")) is None
