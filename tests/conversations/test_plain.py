"""An integration that only deploys: no versions, no repository, no checks, no logs. Nothing is pretended."""

from inline_snapshot import snapshot

from bot.ports import Integration
from tests.fakes.deployer import sha
from tests.support.ship import Ship

ADA, GRACE = "U02ADA", "U02GRACE"


def only_deploys(ship: Ship) -> None:
    """The same provider with one capability."""
    ship.integration = Integration(name="fake", deployer=ship.provider)
    ship.start()


async def test_deploy_and_roll_back(ship: Ship) -> None:
    """A revision has to be named; what is live is what our record says."""
    only_deploys(ship)
    assert await ship.type(ADA, "/ops deploy web staging") == snapshot("""\
*Not deployed* · web → staging
❓ Could not read the newest revision: fake cannot read repositories; name a revision.
     Nothing was started. Try again in a moment; `/ops doctor` shows what is out of reach.
17 other gates passed · fact_unknown\
""")
    first, second = sha("a41c9e2"), sha("b52d0f3")
    for number, revision in enumerate((first, second), 1):
        shown = await ship.type(ADA, f"/ops deploy web@{revision} staging")
        await ship.click(ADA, "Deploy to staging")
        ship.provider.succeed(f"{number}:1:1")
        await ship.wait(5_000)
    assert "could not be read" in await ship.click(ADA, "All changes")
    assert shown == snapshot("""\
Deploy web → staging?
From `a41c9e2` to `b52d0f3`
18 gates passed · usually 2 s · good until 2026-11-24 09:19 UTC
[ Deploy to staging ] [ All changes ] [ Not now ]\
""")
    assert ship.card(2) == snapshot("""\
✔️ *Live, not verified* · web → staging
took 2 s
Not verified: nothing is set up that could say what is served
Ada · `b52d0f3` · 2026-11-24 09:04 UTC · #2
[ Changes ] [ Roll back… ]\
""")
    assert await ship.type(GRACE, "/ops rollback web staging") == snapshot("""\
Roll back web → staging?
From `b52d0f3` to `a41c9e2`
18 gates passed · good until 2026-11-24 09:19 UTC
[ Roll back staging ] [ All changes ] [ Not now ]\
""")
    assert await ship.type(GRACE, "/ops status web") == snapshot("""\
*web*
staging `b52d0f3` since 2026-11-24 09:04 UTC · our record says so, 2026-11-24 09:04 UTC
     Live, not verified · took 2 s · Ada · #2
production: nothing live yet\
""")
    assert await ship.type(GRACE, "/ops changes web staging") == snapshot("""\
web → staging
Could not read the changes: fake cannot read repositories.
Try again soon.\
""")


async def test_it_fails_without_a_log(ship: Ship) -> None:
    """The log says that there is none."""
    only_deploys(ship)
    await ship.type(ADA, f"/ops deploy web@{sha('a41c9e2')} staging")
    await ship.click(ADA, "Deploy to staging")
    ship.provider.break_off("1:1:1")
    await ship.wait(10_000)
    assert ship.card(1) == snapshot("""\
❌ *Failed* · web → staging
At step 3, migrate: relation "orders" is locked
What is served now could not be asked.
The step migrate may have run in part.
Ada · `a41c9e2` · 2026-11-24 09:04 UTC · #1
[ Log ] [ Try again… ] [ Roll back… ]\
""")
    assert ship.thread(1)[-2] == snapshot("""\
❌ *Failed* · web → staging
At step 3, migrate: relation "orders" is locked
What is served now could not be asked.
The step migrate may have run in part.
Next: `/ops rollback web staging`
@U02ADA @U02LINUS
[ Log ] [ Roll back… ]\
""")


async def test_a_log_that_cannot_be_read(ship: Ship) -> None:
    """It says why."""
    key = await ship.running()
    ship.provider.down.add("tail")
    ship.provider.break_off(key)
    await ship.wait(10_000)
    assert await ship.click(ADA, "Log") == snapshot("""\
*Log* · #1
```
the log: no answer
```\
""")


async def test_promoting(ship: Ship) -> None:
    """Where there is nothing before an environment, or it cannot be asked, promote says so."""
    assert await ship.type(ADA, "/ops promote web staging") == snapshot("""\
*Not promoted* · web → staging
❓ Could not read what to promote: staging has no environment before it (ˋafterˋ).
     Nothing was started. Try again in a moment; `/ops doctor` shows what is out of reach.
17 other gates passed · fact_unknown\
""")
    ship.provider.down.add("current")
    assert await ship.type(ADA, "/ops promote web production") == snapshot("""\
*Not promoted* · web → production
❓ Could not read what web serves in staging: no answer.
     Nothing was started. Try again in a moment; `/ops doctor` shows what is out of reach.
❓ Could not read what web serves in production: no answer.
     Nothing was started. Try again in a moment; `/ops doctor` shows what is out of reach.
🔢 This revision has not been live in staging yet.
     First: `/ops deploy web staging`.
15 other gates passed · fact_unknown · out_of_order\
""")
