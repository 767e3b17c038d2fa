"""Questions with their own words: one environment, one command, several services, somebody's last targets."""

from inline_snapshot import snapshot

from tests.support.ship import Ship

ADA = "U02ADA"


async def test_status_of_one_environment(ship: Ship) -> None:
    """By name or alias, of one service or of all."""
    await ship.live(ADA)
    assert await ship.type(ADA, "/ops status prod") == snapshot("""\
*web* · production `a41c9e2`
the services of this channel · `/ops status all`\
""")
    assert await ship.type(ADA, "/ops status web,api staging") == snapshot("""\
*web* · staging `5d2f0b7` since 2026-11-24 09:04 UTC
*api* · staging `a41c9e2`
`/ops status all`\
""")
    assert await ship.type(ADA, "/ops status site") == snapshot("""\
*web*
staging `5d2f0b7` since 2026-11-24 09:04 UTC · 2 changes ahead · web itself says so, 2026-11-24 09:04 UTC
     Live · 2 changes · took 2 s · web itself says so · Ada · #1
production `a41c9e2` since 2026-11-24 09:04 UTC · web itself says so, 2026-11-24 09:04 UTC\
""")
    assert await ship.say(ADA, "status") == snapshot("""\
*web* · production `a41c9e2` since 2026-11-24 09:04 UTC · staging is 2 changes ahead
*api* · same everywhere: `a41c9e2`
`/ops status all`\
""")


async def test_help_for_one_command_and_for_nobody(ship: Ship) -> None:
    """What a person may do here comes first."""
    assert await ship.type(ADA, "/ops help stop") == snapshot("""\
`/ops stop SERVICE ENVIRONMENT [--because TEXT]`
Stop the deployment that runs there.
In the thread of a deployment a mention with stop alone is enough.
What has not started is taken out of the queue; what runs is asked to stop, which may leave it half done.
To go back to what worked before, use `/ops rollback`: it takes over what runs.
Also: cancel.
*For example*
`/ops stop web production`
`/ops stop web production because wrong branch`\
""")
    assert await ship.type("U02MARGARET", "/ops help") == snapshot("""\
*You can see*
`/ops again`  Your last plan, made anew; nothing starts by itself.
`/ops approvals`  What waits for your approval, with its buttons.
`/ops can PERMISSION web staging`  Whether somebody may do something there, and why.
`/ops changes web staging`  What a deploy would bring: commits, authors, risks.
`/ops digest`  What is news here; get it by itself, or stop it.
`/ops help`  What you can do here; help deploy tells more of one.
`/ops history web`  What was live there and what was tried, newest first.
`/ops metrics`  Lead time, frequency, fail rate, recovery, rework.
`/ops notes web`  What is new in production, for everybody to read.
`/ops overview`  What waits for you, and your five last targets.
`/ops plan`  Your open plans, with their buttons, again.
`/ops status`  What is live where, and what is unusual.
`/ops undeployed`  What is merged and not live, since when, and whose.
`/ops where REF`  Where a pull request or commit is live, and since when.
`/ops whoami`  How Quarterdeck sees you: groups, rights, rules.
`/ops why web staging`  Every gate with pass or fail, and the rule behind it.
Not yours: bypass, deploy, promote, rollback, stop, unlock and 1 more. Ask @engineering.
more: `/ops help deploy` · every command also works as a mention, in a direct message and in a thread\
""")
    await ship.type(ADA, "/ops status all")  # first contact
    assert await ship.type(ADA, "/ops web") == await ship.type(ADA, "/ops status web")
    assert await ship.type(ADA, "/ops why rollback web staging") == snapshot("""\
Roll back web → staging
*You could not roll back now.*
✅ *target* pass: web has staging · `services.web.environments.staging (quarterdeck.yaml:7)`
✅ *member* pass: a member of this workspace
✅ *channel* pass: not shared with another workspace
✅ *permission* pass: rollback is yours here · `roles.deployers.may (quarterdeck.yaml:7)`
⛔ *revision* no: No earlier revision is known to have worked in staging.
     Name one: `/ops rollback web staging --to REVISION`.
✅ *unmoved* pass: resolved just now
✅ *merged* pass: not asked
✅ *live* pass: serves a41c9e2
✅ *checks* pass: not asked · `services.web.environments.staging.checks (quarterdeck.yaml:7)`
✅ *order* pass: not asked · `services.web.environments.staging.after (quarterdeck.yaml:7)`
✅ *frozen* pass: no freeze holds now · `freezes`
✅ *lock* pass: not locked
✅ *quarantine* pass: not in quarantine
✅ *restored* pass: not held since a restore
✅ *claim* pass: not required · `services.web.environments.staging.claim (quarterdeck.yaml:7)`
✅ *authors* pass: not asked · `services.web.environments.staging.approvals (quarterdeck.yaml:7)`
✅ *pace* pass: not too often · `limits`
✅ *held* pass: nothing else is running here
17 of 18 gates passed · nothing was done\
""")


async def test_what_runs_in_words(ship: Ship) -> None:
    """Status and overview name what is under way."""
    await ship.running()
    assert await ship.type(ADA, "/ops status web") == snapshot("""\
*web*
staging `a41c9e2` since 2026-11-24 09:04 UTC · 🔄 Running `5d2f0b7` #1 · web itself says so, 2026-11-24 09:04 UTC
     Running · Step 3 of 4: migrate · Ada · #1
production `a41c9e2` · web itself says so, 2026-11-24 09:04 UTC\
""")
    assert await ship.type(ADA, "/ops") == snapshot("""\
*Running now*
🔄 *Running* · web → staging · Step 3 of 4: migrate · Ada · #1
*Your last targets*
*web* · staging `a41c9e2` since 2026-11-24 09:04 UTC · 🔄 Running `5d2f0b7` #1\
""")
    assert await ship.type(ADA, "/ops history web staging") == snapshot("""\
*web · staging* · history
🔄 Running · `5d2f0b7` · 2 changes · Ada · 2026-11-24 09:04 UTC · #1
👁️ Observed · `a41c9e2` · outside · not deployed from here · 2026-11-24 09:04 UTC · serving now\
""")
