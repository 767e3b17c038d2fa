"""Every command through every door: the same words mean the same, and the answer comes where it was asked."""

import pytest
from inline_snapshot import snapshot

from tests.support.ship import Ship
from tests.support.text import plain

ADA = "U02ADA"
GALLERY = [
    "deploy web staging", "rollback web staging", "promote web production", "stop web staging", "status web", "changes web staging",
    "history web staging", "plan", "why web production", "help", "whoami", "doctor", "overview", "again", "web",
]  # fmt: skip


@pytest.mark.parametrize("words", GALLERY)
async def test_words_mean_the_same_through_every_door(ship: Ship, words: str) -> None:
    """Slash command, mention and direct message differ only in where the answer is shown."""
    await ship.type(ADA, "/ops status all")  # first contact, so that the record knows what is live
    slash = await ship.type(ADA, f"/ops {words}")
    mention = await ship.mention(ADA, words)
    direct = await ship.say(ADA, words)
    assert mention == slash
    assert direct == slash
    assert slash


async def test_a_verb_of_its_own(ship: Ship) -> None:
    """`/deploy` and `/rollback` put their verb in front."""
    assert await ship.type(ADA, "/deploy web staging") == await ship.type(ADA, "/ops deploy web staging")
    assert await ship.type(ADA, "/rollback web staging") == await ship.type(ADA, "/ops rollback web staging")


async def test_a_question_in_a_channel_is_answered_for_all_who_read_it(ship: Ship) -> None:
    """A mention that asks is answered in its thread; one that acts is answered privately there."""
    await ship.mention(ADA, "status web")
    (answer,) = ship.chat.posts
    assert (answer.channel, answer.thread) == ("C02", "1795500001.000001")
    await ship.mention(ADA, "deploy web staging")
    assert [each.user for each in ship.chat.private] == [ADA]


async def test_private_answers_to_a_mention_stay_private(ship: Ship) -> None:
    """What is only about whoever asked is not said to the channel."""
    for words in ("whoami", "plan", "again", "doctor", "overview"):
        await ship.mention(ADA, words)
    assert not ship.chat.posts
    assert len(ship.chat.private) == 5


async def test_in_the_thread_of_a_card_the_target_may_be_left_out(ship: Ship) -> None:
    """Service and environment come from the operation, and the plan shows in bold that they were filled in."""
    await ship.live(ADA)
    root = ship.chat.posts[0].ts
    ship.provider.commit("c0ffee1", "Gift cards (#420)", number=420)
    assert await ship.mention("U02GRACE", "deploy", thread=root) == snapshot("""\
Deploy *web* → *staging*?
1 change since `5d2f0b7`, serving now
#420 Gift cards (#420)
18 gates passed · usually 2 s · good until 2026-11-24 09:19 UTC
[ Deploy to staging ] [ All changes ] [ Not now ]\
""")
    assert await ship.mention("U02GRACE", "status", thread=root) == snapshot("""\
*web*
staging `5d2f0b7` since 2026-11-24 09:04 UTC · 2 changes ahead · web itself says so, 2026-11-24 09:04 UTC
     Live · 2 changes · took 2 s · web itself says so · Ada · #1\
""")
    assert ship.chat.posts[-1].thread == root


async def test_home(ship: Ship) -> None:
    """Home shows open plans, what runs, the last targets, and what there is to do; its buttons work and it follows."""
    await ship.open_home(ADA)
    await ship.type(ADA, "/ops deploy web staging")
    await ship.wait(2_000)
    assert plain(ship.chat.homes[ADA]).split("---")[0] == snapshot("""\
# Good to see you, Ada
*Your open plans*
Deploy web → staging?
2 changes since `a41c9e2`, serving now
⚠️ `a41c9e2` is not in our record yet: adopt it if it is known to work
#415 Retry failed webhooks (#415) · #412 Faster checkout (#412)
18 gates passed · good until 2026-11-24 09:19 UTC
[ Deploy to staging ] [ Adopt what is live ] [ Not now ]
""")
    assert await ship.click_home(ADA, "Deploy to staging") == snapshot("""\
Ada typed `/ops deploy web staging`
From `a41c9e2` to `5d2f0b7`\
""")
    await ship.wait(2_000)
    assert plain(ship.chat.homes[ADA]).split("---")[0] == snapshot("""\
# Good to see you, Ada
*Running now*
🔄 *Running* · web → staging · Started, no step reported yet · Ada · #1
*Your last targets*
*web* · staging `a41c9e2` since 2026-11-24 09:04 UTC · 🔄 Running `5d2f0b7` #1
""")
    ship.provider.succeed("1:1:1")
    await ship.wait(5_000)
    assert plain(ship.chat.homes[ADA]).split("---")[0] == snapshot("""\
# Good to see you, Ada
*Your last targets*
*web* · staging `5d2f0b7` since 2026-11-24 09:04 UTC
""")


async def test_home_of_others_is_left_alone(ship: Ship) -> None:
    """Nobody's Home is published who never opened it; a guest sees nothing of what runs."""
    await ship.live(ADA)
    assert not ship.chat.homes
    assert await ship.open_home("U02GUS") == snapshot("""\
# Quarterdeck
Nothing waits for you, and nothing is running.
---
*What you can do*
`/ops help`\
""")


async def test_a_global_shortcut_opens_the_form(ship: Ship) -> None:
    """The form asks for what typed words would say, and leads to the same plan."""
    assert await ship.shortcut(ADA, "deploy") == snapshot("""\
# Deploy
› Service: web / api
› Environment: staging / production
› What: A branch, tag, commit or #412
› Why: \n\
Next you see exactly what will happen; nothing starts before that. · `/ops deploy web staging`
[ Show the plan ] [ Not now ]\
""")
    assert await ship.submit(ADA, {"service": "web", "environment": "staging", "ref": "", "because": ""}) == snapshot("""\
Deploy web → staging?
2 changes since `a41c9e2`, serving now
⚠️ `a41c9e2` is not in our record yet: adopt it if it is known to work
#415 Retry failed webhooks (#415) · #412 Faster checkout (#412)
18 gates passed · good until 2026-11-24 09:19 UTC
[ Deploy to staging ] [ Adopt what is live ] [ Not now ]\
""")


async def test_a_message_shortcut_fills_in_what_the_message_names(ship: Ship) -> None:
    """Deploy this…: the pull request in the message is the ref."""
    assert await ship.shortcut(ADA, "deploy_this", message="Merged <https://x|#416> (#416), please ship") == snapshot("""\
# Deploy
› Service: web / api
› Environment: staging / production
› What: #416
› Why: \n\
Next you see exactly what will happen; nothing starts before that. · `/ops deploy web staging`
[ Show the plan ] [ Not now ]\
""")
    values = {"service": "web", "environment": "staging", "ref": "#416", "because": "as asked"}
    assert await ship.submit(ADA, values) == snapshot("""\
Deploy web → staging?
`9f00416` has no history in common with `a41c9e2`
⚠️ head of #416, *not* merged
⚠️ `a41c9e2` is not in our record yet: adopt it if it is known to work
Why: as asked
18 gates passed · good until 2026-11-24 09:19 UTC
[ Deploy to staging ] [ Adopt what is live ] [ Not now ]\
""")


async def test_a_form_with_mistakes_stays_open(ship: Ship) -> None:
    """What is wrong is said at the field, before anything is stored as work."""
    await ship.shortcut(ADA, "deploy")
    values = {"service": "webb", "environment": "staging", "ref": "", "because": ""}
    assert await ship.submit(ADA, values) == snapshot("service: There is no such service.")
    assert await ship.submit(ADA, {**values, "service": "web", "environment": "moon"}) == snapshot(
        "environment: web has no moon."
    )


async def test_a_window_that_nobody_knows(ship: Ship) -> None:
    """A form of an older version is answered, never met with silence."""
    await ship.shortcut(ADA, "deploy")
    view = ship.chat.views[-1]
    old = type(view)(body={**view.body, "callback_id": "once-upon-a-time"})
    assert await ship.submit(ADA, {}, view=old) == snapshot("That window has gone. Type `/ops help`")


async def test_a_channel_that_invites_us_is_told_what_we_are_for(ship: Ship) -> None:
    """Once, with an example that fits the channel."""
    assert await ship.invite(ADA, "C02") == snapshot("""\
Ahoy. I deploy, roll back and say what is live. Cards of web go here.
Try: `/ops deploy web staging` · `/ops status` · `/ops help`
Nothing starts before you have seen and confirmed exactly what will happen.\
""")


async def test_options_while_typing(ship: Ship) -> None:
    """The ref field suggests branches of the chosen service, and what was typed."""
    ship.provider.branches["maintenance"] = ship.provider.commits[0].revision
    body = {
        "type": "block_suggestion", "team": {"id": "T01ACME"}, "user": {"id": ADA, "team_id": "T01ACME"}, "action_id": "ref",
        "block_id": "ref", "value": "mai",
        "view": {"id": "V1", "type": "modal", "state": {"values": {"service": {"service": {"type": "x", "value": "web"}}}}},
    }  # fmt: skip
    assert await ship.deliver(body) == snapshot("mai / main / maintenance")
