"""Facts that decide: red checks, what cannot be read, what is hostile, and what must never be shown."""

import pytest
from inline_snapshot import snapshot

from bot.domain.facts import ChecksRule, CheckState
from tests.conversations.conftest import Launch
from tests.fakes.deployer import sha
from tests.support.ship import WEB_STAGING, Ship

ADA = "U02ADA"


@pytest.mark.parametrize("state", [CheckState.RED, CheckState.RUNNING, CheckState.ABSENT])
async def test_checks(launch: Launch, state: CheckState) -> None:
    """Red, running and missing checks hold a deployment, each in its own words."""
    ship = launch(checks=ChecksRule.REQUIRED)
    ship.provider.checks_state = state
    assert await ship.type(ADA, "/ops deploy web staging") == CHECKED[state]


CHECKED = snapshot(
    {
        CheckState.RED: """\
*Not deployed* · web → staging
❌ Checks failed: unit.
     Mend them, then deploy the mended revision.
17 other gates passed · checks_failed\
""",
        CheckState.RUNNING: """\
*Not deployed* · web → staging
🔄 Checks still running: unit.
     Ask again when they are done.
17 other gates passed · checks_running\
""",
        CheckState.ABSENT: """\
*Not deployed* · web → staging
❔ Checks are required, and there are none.
     Set up checks.
17 other gates passed · checks_missing\
""",
    }
)


@pytest.mark.parametrize("method", ["current", "resolve", "compare", "report", "preview", "person", "channel"])
async def test_facts_that_cannot_be_read(launch: Launch, method: str) -> None:
    """What decides and cannot be read refuses, and is named; what only informs is left out."""
    ship = launch(checks=ChecksRule.REQUIRED)
    ship.provider.down.add(method)
    ship.chat.down.add(method)
    assert await ship.type(ADA, "/ops deploy web staging") == UNREAD[method]


UNREAD = snapshot(
    {
        "current": """\
*Not deployed* · web → staging
❓ Could not read what web serves in staging: no answer.
     Nothing was started. Try again in a moment; `/ops doctor` shows what is out of reach.
17 other gates passed · fact_unknown\
""",
        "resolve": """\
*Not deployed* · web → staging
❓ Could not read the default branch of web: no answer.
     Nothing was started. Try again in a moment; `/ops doctor` shows what is out of reach.
❔ Checks are required, and there are none.
     Set up checks.
16 other gates passed · checks_missing · fact_unknown\
""",
        "compare": """\
Deploy web → staging?
From `a41c9e2` to `5d2f0b7`
⚠️ `a41c9e2` is not in our record yet: adopt it if it is known to work
18 gates passed · good until 2026-11-24 09:19 UTC
[ Deploy to staging ] [ Adopt what is live ] [ Not now ]\
""",
        "report": """\
*Not deployed* · web → staging
❓ Could not read the checks: no answer.
     Nothing was started. Try again in a moment; `/ops doctor` shows what is out of reach.
17 other gates passed · fact_unknown\
""",
        "preview": """\
Deploy web → staging?
2 changes since `a41c9e2`, serving now
⚠️ `a41c9e2` is not in our record yet: adopt it if it is known to work
#415 Retry failed webhooks (#415) · #412 Faster checkout (#412)
18 gates passed · good until 2026-11-24 09:19 UTC
[ Deploy to staging ] [ Adopt what is live ] [ Not now ]\
""",
        "person": """\
*Not deployed* · web → staging
❓ Could not read who you are: unreachable.
     Nothing was started. Try again in a moment; `/ops doctor` shows what is out of reach.
16 other gates passed · fact_unknown\
""",
        "channel": """\
*Not deployed* · web → staging
❓ Could not read this channel: unreachable.
     Nothing was started. Try again in a moment; `/ops doctor` shows what is out of reach.
17 other gates passed · fact_unknown\
""",
    }
)


async def test_asking_while_a_target_is_out_of_reach(ship: Ship) -> None:
    """Questions are answered with what can be said."""
    await ship.live(ADA)
    ship.provider.down.update({"current", "compare"})
    assert await ship.type(ADA, "/ops status web") == snapshot("""\
*web*
staging `5d2f0b7` since 2026-11-24 09:04 UTC · ⚠️ could not read what web serves in staging: no answer
     Live · 2 changes · took 2 s · web itself says so · Ada · #1
production · ⚠️ could not read what web serves in production: no answer\
""")
    assert await ship.type(ADA, "/ops changes web staging") == snapshot("""\
web → staging
Could not read what web serves in staging: no answer.
Try again soon.\
""")
    assert await ship.type(ADA, "/ops history web staging") == snapshot("""\
*web · staging* · history
✅ Live · `5d2f0b7` · 2 changes · Ada · took 2 s · 2026-11-24 09:04 UTC · #1
👁️ Observed · `a41c9e2` · outside · not deployed from here · 2026-11-24 09:04 UTC\
""")


async def test_nothing_to_do(ship: Ship) -> None:
    """What is live already is not deployed again; what does not exist is said so."""
    ship.provider.live[WEB_STAGING] = sha("5d2f0b7")
    assert await ship.type(ADA, "/ops deploy web staging") == snapshot("""\
*Not deployed* · web → staging
✅ staging already serves 5d2f0b7 (web itself says so).
     Nothing needs to be done. To go somewhere else, name a revision.
17 other gates passed · already_live\
""")
    assert await ship.type(ADA, "/ops deploy web@nosuch staging") == snapshot("""\
*Not deployed* · web → staging
• There is nothing to deploy: no such branch, tag, commit or pull request.
     See what there is: `/ops changes web staging`.
17 other gates passed · revision_not_found\
""")
    assert await ship.type(ADA, "/ops changes web staging") == snapshot("""\
*web · staging* · `5d2f0b7` → `5d2f0b7`
No difference: both are the same revision.\
""")
    assert await ship.type(ADA, "/ops stop web staging") == snapshot(
        "Nothing is running in staging of web: there is nothing to stop."
    )
    assert await ship.type(ADA, "/ops plan") == snapshot("You have no open plans. Make one: `/ops deploy`")
    assert await ship.type(ADA, "/ops") == snapshot("Nothing waits for you. `/ops help`")


async def test_one_of_two_services_is_refused(ship: Ship) -> None:
    """The plan that can be made is shown, and under it why the other was not."""
    await ship.running(ADA, "api")
    assert await ship.type(ADA, "/ops deploy web,api staging") == snapshot("""\
Deploy web → staging?
2 changes since `a41c9e2`, serving now
⚠️ `a41c9e2` is not in our record yet: adopt it if it is known to work
#415 Retry failed webhooks (#415) · #412 Faster checkout (#412)
18 gates passed · good until 2026-11-24 09:19 UTC
[ Deploy to staging ] [ Adopt what is live ] [ Not now ]
---
*Not deployed* · api → staging
⏳ #1 (@U02ADA) is running here.
     Wait for it, or stop it: `/ops stop api staging`.
17 other gates passed · target_held\
""")


async def test_hostile_words_stay_words(ship: Ship) -> None:
    """Commit titles, refs, reasons and log lines from outside mention nobody and fake nothing."""
    nasty = "<!channel> <@U02ADA> `x` *Live* <https://evil.example|github.com>"
    ship.provider.commit("bad5eed", nasty, author="<@U02EVIL>")
    said = await ship.type(
        ADA, f'/ops deploy web staging --because "{nasty.replace("<", "&lt;").replace(">", "&gt;")}"'
    )
    assert said == snapshot("""\
Deploy web → staging?
3 changes since `a41c9e2`, serving now
⚠️ `a41c9e2` is not in our record yet: adopt it if it is known to work
Why: <!channel> <@U02ADA> ˋxˋ ∗Live∗ <https://evil.example|github.com>
`bad5eed` <!channel> <@U02ADA> ˋxˋ ∗Live∗ <https://evil.example|githu… · #415 Retry failed webhooks (#415) · 1 more
18 gates passed · good until 2026-11-24 09:19 UTC
[ Deploy to staging ] [ Adopt what is live ] [ Not now ]\
""")
    await ship.click(ADA, "Deploy to staging")
    ship.provider.break_off("1:1:1", detail=f"{nasty}\n```\n@here")
    await ship.wait(10_000)
    assert ship.card(1) == snapshot("""\
❌ *Failed* · web → staging
At step 3, migrate: <!channel> <@U02ADA> ˋxˋ ∗Live∗ <https:…
Still serving `a41c9e2` (web itself says so, 2026-11-24 09:04 UTC)
The step migrate may have run in part.
Ada · `bad5eed` · 3 changes · 2026-11-24 09:04 UTC · #1
[ Log ] [ Try again… ] [ Roll back… ]\
""")
    sent = str([message.payload() for message in ship.chat.everything()])
    assert "<!channel>" not in sent
    assert "<@U02EVIL>" not in sent
    assert "<https://evil" not in sent
    assert await ship.type(ADA, "/ops deploy web@<!channel> staging") == snapshot("""\
*Not deployed* · web → staging
• There is nothing to deploy: no such branch, tag, commit or pull request.
     See what there is: `/ops changes web staging`.
17 other gates passed · revision_not_found\
""")


async def test_secrets_never_leave(launch: Launch) -> None:
    """Whatever a provider prints, in cards, logs, private answers and windows."""
    ship = launch()
    ship.keep_secret("hunter2-and-more")
    ship.provider.commit("bad5eed", "Use hunter2-and-more everywhere")
    shown = await ship.type(ADA, '/ops deploy web staging --because "hunter2-and-more"')
    await ship.open_home(ADA)
    await ship.click(ADA, "Deploy to staging")
    ship.provider.break_off("1:1:1", detail="token hunter2-and-more refused")
    await ship.wait(10_000)
    typed = await ship.type(ADA, "/ops hunter2-and-more")
    everything = [message.payload() for message in ship.chat.everything()]
    windows = [each.body for each in (*ship.chat.views, *ship.chat.homes.values())]
    assert "hunter2-and-more" not in f"{shown} {typed} {everything} {windows}"
