"""No, in all its forms: what is wrong, every reason at once, who can help, and what to do now."""

import pytest
from inline_snapshot import snapshot

from tests.conversations.conftest import Launch
from tests.support.ship import Ship

ADA, MARGARET = "U02ADA", "U02MARGARET"


async def test_typos_are_offered_as_buttons_and_never_executed(launch: Launch) -> None:
    """A button with what was meant leads to a plan, even where nothing is confirmed."""
    ship = launch(confirm_staging=False)
    assert await ship.type(ADA, "/ops deplyo web staging") == snapshot("""\
I do not know “deplyo”.
`/ops help` lists what you can do.
[ deploy web staging… ]\
""")
    assert await ship.type(ADA, "/ops deploy wbe staging") == snapshot("""\
There is no service “wbe”.
Known: web, api.
[ web… ]\
""")
    assert await ship.type(ADA, "/ops deploy web stagign") == snapshot("""\
There is no environment “stagign” for web.
Known: staging, production.
[ staging… ] [ production… ]\
""")
    assert await ship.click(ADA, "staging…") == snapshot("""\
Deploy web → staging?
2 changes since `a41c9e2`, serving now
⚠️ `a41c9e2` is not in our record yet: adopt it if it is known to work
#415 Retry failed webhooks (#415) · #412 Faster checkout (#412)
18 gates passed · good until 2026-11-24 09:19 UTC
[ Deploy to staging ] [ Adopt what is live ] [ Not now ]\
""")
    assert ship.provider.starts == []


async def test_a_missing_environment(ship: Ship) -> None:
    """A slash command opens the form, which preselects no production; a mention gets an example."""
    assert await ship.type(ADA, "/ops deploy web") == snapshot("""\
Deploy: which environment of web?
The form asks for the rest.\
""")
    assert ship.window() == snapshot("""\
# Deploy
› Service: web
› Environment: staging / production
› What: A branch, tag, commit or #412
› Why: \n\
Next you see exactly what will happen; nothing starts before that. · `/ops deploy web staging`
[ Show the plan ] [ Not now ]\
""")
    assert await ship.mention(ADA, "deploy web") == snapshot("""\
Deploy: which environment of web?
For example: `deploy web staging`
[ staging… ] [ production… ]\
""")
    assert await ship.mention(ADA, "rollback") == snapshot("""\
Rollback: which environment of web?
For example: `rollback web staging`
[ staging… ] [ production… ]\
""")
    assert await ship.type(ADA, "/ops rollback web") == snapshot("""\
Rollback: which environment of web?
The form asks for the rest.\
""")
    assert ship.window() == snapshot("""\
# Roll back
› Service: web
› Environment: staging / production
› Back to: The last one that worked
› Why: checkout errors
[ Show the plan ] [ Not now ]\
""")


async def test_not_permitted(ship: Ship) -> None:
    """Whoever may not act is told who may; looking is open to every member."""
    assert await ship.type(MARGARET, "/ops deploy web staging") == snapshot("""\
*Not deployed* · web → staging
🚫 You may not deploy web in staging.
     Ask @engineering.
17 other gates passed · not_permitted\
""")
    assert await ship.type(MARGARET, "/ops doctor") == snapshot("""\
You may not use doctor here.
Ask @engineering.\
""")
    await ship.running()
    assert await ship.type(MARGARET, "/ops stop web staging") == snapshot("""\
You may not stop web in staging.
Ask @engineering.\
""")
    assert await ship.click(MARGARET, "Stop…") == snapshot("""\
You may not stop web in staging.
Ask @engineering.\
""")
    assert await ship.click(MARGARET, "Roll back…") == snapshot("""\
*Not rolled back* · web → staging
🚫 You may not roll back web in staging.
     Ask @engineering.
• No earlier revision is known to have worked in staging.
     Name one: `/ops rollback web staging --to REVISION`.
16 other gates passed · no_good_revision · not_permitted\
""")
    assert await ship.type(MARGARET, "/ops why web production") == snapshot("""\
Deploy web → production · `5d2f0b7`
*You could not deploy now.*
✅ *target* pass: web has production · `services.web.environments.production (quarterdeck.yaml:7)`
✅ *member* pass: a member of this workspace
✅ *channel* pass: not shared with another workspace
⛔ *permission* no: You may not deploy web in production. · `roles: nothing grants it`
     Ask @engineering.
✅ *revision* pass: main is 5d2f0b7
✅ *unmoved* pass: resolved just now
✅ *merged* pass: merged
✅ *live* pass: serves a41c9e2
✅ *checks* pass: not asked · `services.web.environments.production.checks (quarterdeck.yaml:7)`
⛔ *order* no: This revision has not been live in staging yet. · `services.web.environments.production.after (quarterdeck.yaml:7)`
     First: `/ops deploy web staging`.
✅ *frozen* pass: no freeze holds now · `freezes`
✅ *lock* pass: not locked
✅ *quarantine* pass: not in quarantine
✅ *restored* pass: not held since a restore
✅ *claim* pass: not required · `services.web.environments.production.claim (quarterdeck.yaml:7)`
✅ *authors* pass: not asked · `services.web.environments.production.approvals (quarterdeck.yaml:7)`
✅ *pace* pass: not too often · `limits`
✅ *held* pass: nothing else is running here
16 of 18 gates passed · nothing was done\
""")


@pytest.mark.parametrize("who", ["U02GUS", "U02DORA", "U02BOT", "U02NOBODY"])
async def test_people_who_change_nothing(ship: Ship, who: str) -> None:
    """Guests, deactivated users, bots and people that Slack does not know: not by word, not by click."""
    await ship.type(ADA, "/ops deploy web staging")
    said = [await ship.type(who, line) for line in ("/ops deploy web staging", "/ops status", "/ops stop web staging")]
    await ship.running(ADA, "api")
    said.append(await ship.click(who, "Stop…"))
    assert said == SAID[who]
    assert ship.provider.starts == ["1:1:1"]


SAID = snapshot(
    {
        "U02GUS": [
            """\
*Not deployed* · web → staging
• Guests cannot use Quarterdeck.
     A member of this workspace has to ask.
🚫 You may not deploy web in staging.
     Ask @engineering.
16 other gates passed · not_a_member · not_permitted\
""",
            """\
Guests cannot use Quarterdeck.
A member of this workspace has to ask.
not_a_member\
""",
            """\
Guests cannot use Quarterdeck.
A member of this workspace has to ask.
not_a_member\
""",
            """\
Guests cannot use Quarterdeck.
A member of this workspace has to ask.
not_a_member\
""",
        ],
        "U02DORA": [
            """\
*Not deployed* · web → staging
• This account is deactivated.
     A member of this workspace has to ask.
🚫 You may not deploy web in staging.
     Ask @engineering.
16 other gates passed · deactivated · not_permitted\
""",
            """\
This account is deactivated.
A member of this workspace has to ask.
deactivated\
""",
            """\
This account is deactivated.
A member of this workspace has to ask.
deactivated\
""",
            """\
This account is deactivated.
A member of this workspace has to ask.
deactivated\
""",
        ],
        "U02BOT": [
            """\
*Not deployed* · web → staging
• Bots cannot act.
     A member of this workspace has to ask.
🚫 You may not deploy web in staging.
     Ask @engineering.
16 other gates passed · not_a_person · not_permitted\
""",
            """\
Bots cannot act.
A member of this workspace has to ask.
not_a_person\
""",
            """\
Bots cannot act.
A member of this workspace has to ask.
not_a_person\
""",
            """\
Bots cannot act.
A member of this workspace has to ask.
not_a_person\
""",
        ],
        "U02NOBODY": [
            """\
*Not deployed* · web → staging
❓ Could not read who you are: user_not_found.
     Nothing was started. Try again in a moment; `/ops doctor` shows what is out of reach.
16 other gates passed · fact_unknown\
""",
            """\
Could not read who you are: user_not_found
Nothing was started.\
""",
            """\
Could not read who you are: user_not_found.
Nothing was done. Try again in a moment.
fact_unknown\
""",
            """\
Could not read who you are: user_not_found.
Nothing was done. Try again in a moment.
fact_unknown\
""",
        ],
    }
)


async def test_somebody_of_another_team(ship: Ship) -> None:
    """The same user id with another team is somebody else."""
    assert await ship.type(ADA, "/ops deploy web staging", team="T99OTHER") == snapshot("""\
*Not deployed* · web → staging
• People from other workspaces cannot use Quarterdeck.
     A member of this workspace has to ask.
17 other gates passed · other_workspace\
""")
    assert await ship.type(ADA, "/ops status", team="T99OTHER") == snapshot("""\
People from other workspaces cannot use Quarterdeck.
A member of this workspace has to ask.
other_workspace\
""")


async def test_in_a_channel_that_is_shared_we_only_read(ship: Ship) -> None:
    """Acting is refused where another company listens, also on a card there; reading is not."""
    assert await ship.type(ADA, "/ops deploy web staging", channel="C04") == snapshot("""\
*Not deployed* · web → staging
• This channel is shared with another workspace, where Quarterdeck only reads.
     Ask in one of your own channels, or in a direct message.
17 other gates passed · shared_channel\
""")
    assert "web" in await ship.type(ADA, "/ops status web", channel="C04")
    await ship.running()
    assert await ship.type(ADA, "/ops stop web staging", channel="C04") == snapshot("""\
This channel is shared with another workspace, where Quarterdeck only reads.
Ask in one of your own channels.
shared_channel\
""")


async def test_a_channel_that_becomes_shared_before_the_click(ship: Ship) -> None:
    """The place is looked at again when the plan is confirmed."""
    await ship.type(ADA, "/ops deploy web staging", channel="C03")
    ship.chat.share("C03")
    assert await ship.click(ADA, "Deploy to staging") == snapshot("""\
*Not deployed* · web → staging
• This channel is shared with another workspace, where Quarterdeck only reads.
     Ask in one of your own channels, or in a direct message.
17 other gates passed · shared_channel\
""")
    assert ship.provider.starts == []
