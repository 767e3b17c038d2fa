"""Approvals: what production asks of a second person, from the request to the start, and every way that it does not start."""

import asyncio
from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from bot.domain.operations import State
from bot.domain.reasons import Reason
from bot.domain.terms import HOUR, MINUTE, Permission
from bot.store import audit
from tests.fakes.deployer import sha
from tests.support.approved import ADA, GRACE, GUS, LINUS, MARGARET, Guarded, approve, asked, reject, staged
from tests.support.ship import ENGINEERS, WEB_PRODUCTION, Ship
from tests.support.text import plain


async def test_request_approve_start(guarded: Guarded) -> None:
    """The card asks, the thread calls, the form shows the plan, and the form's own button starts it."""
    ship = await guarded()
    number = await asked(ship)
    assert ship.seen_by(ADA)[-1] == snapshot("""\
Deploy web → production: #2 · its card is in #C02
It starts when others have approved it; they have been asked.\
""")
    assert (ship.card(number), ship.thread(number)) == snapshot(
        (
            """\
✍️ *Needs approval* · web → production
Ada asks @leads for 1 approval
Until 2026-11-24 13:04 UTC
#415 and #412
Ada and the authors (Grace, Linus) cannot approve
Ada · `5d2f0b7` · 2 changes · #2
[ See plan and approve… ] [ Reject… ] [ Withdraw ]\
""",
            [
                """\
*web · production* · `a41c9e2` → `5d2f0b7`
2 changes
*Fixes* #415 Retry failed webhooks (#415)
*Other* #412 Faster checkout (#412)
by Linus and Grace\
""",
                """\
Ada typed `/ops deploy web production`
From `a41c9e2` to `5d2f0b7`\
""",
                """\
Ada asks @leads for 1 approval
Until 2026-11-24 13:04 UTC. *See plan and approve…* is on the card.
@U02MARGARET\
""",
            ],
        )
    )
    await ship.click(MARGARET, "See plan and approve…")
    assert ship.window() == snapshot("""\
# Approve?
Deploy web → production?
2 changes since `a41c9e2`, serving now
⚠️ `a41c9e2` is not in our record yet: adopt it if it is known to work
#415 Retry failed webhooks (#415) · #412 Faster checkout (#412)
Ada asks. \n\
Ada and the authors (Grace, Linus) cannot approve
Exactly `5d2f0b7`, until 2026-11-24 13:04 UTC · 18 gates passed
[ Approve ] [ Not now ]\
""")
    assert ship.provider.starts == ["1:1:1"]
    assert await ship.submit(MARGARET, {}) == snapshot("Approved: #2 starts now, once more checked.")
    assert ship.provider.starts == ["1:1:1", "2:1:1"]
    ship.provider.succeed("2:1:1")
    await ship.wait(5_000)
    assert (await ship.operation(number)).state is State.SUCCEEDED
    assert await actions(ship) == [
        ("T01ACME/U02ADA", "deploy.confirmed"),
        ("T01ACME/U02MARGARET", "approval.yes"),
        ("quarterdeck", "deploy.queued"),
    ]


async def actions(ship: Ship, number: int = 2, most: int = 3) -> list[tuple[str, str]]:
    """Who did what about it first, as the audit has it."""
    lines = await ship.store.read(lambda tx: audit.of_subject(tx, f"operation:{number}"))
    return [(line.actor, line.action) for line in lines][:most]


@pytest.mark.parametrize(("who", "reason"), [
    (ADA, "asked for themselves"), (GRACE, "You wrote some of these changes"), (LINUS, "You wrote some of these changes"),
    (GUS, "Guests cannot"),
])  # fmt: skip
async def test_who_may_not_hears_why(guarded: Guarded, who: str, reason: str) -> None:
    """T7 and T3: the asker, the authors and guests press the button, nothing happens, and each hears why."""
    ship = await guarded()
    number = await asked(ship)
    assert reason in await approve(ship, who)
    operation = await ship.operation(number)
    assert (operation.state, operation.version) == (State.AWAITING_APPROVAL, 0)
    assert ship.chat.views == []


async def test_reject_with_a_reason(guarded: Guarded) -> None:
    """An author may say no; the reason is required, and everybody reads it."""
    ship = await guarded()
    number = await asked(ship)
    await ship.click(MARGARET, "See plan and approve…")
    yes = ship.chat.views[-1]
    await ship.click(GRACE, "Reject…")
    assert await ship.submit(GRACE, {"because": " "}) == "because: Say why not."
    assert await ship.submit(GRACE, {"because": "the sale is on"}) == snapshot("Rejected: #2 does not start.")
    operation = await ship.operation(number)
    assert (operation.state, operation.reason, operation.note) == (
        State.REJECTED, Reason.APPROVAL_REJECTED, "the sale is on",
    )  # fmt: skip
    assert ship.card(number) == snapshot("""\
⛔ *Not started* · web → production
A rule said no when it was about to start
the sale is on
Nothing was started.
Ada · `5d2f0b7` · 2 changes · 2026-11-24 09:04 UTC · #2
[ Plan again… ]\
""")
    assert "Too late" in await ship.submit(MARGARET, {}, view=yes)
    assert ship.provider.starts == ["1:1:1"]


async def test_one_millisecond_before_the_end(guarded: Guarded) -> None:
    """At T−1 ms a yes counts."""
    ship = await guarded()
    number = await asked(ship)
    until = (await ship.operation(number)).deadline_at
    ship.quiet = False
    await ship.click(MARGARET, "See plan and approve…")
    await ship.wait(until - 5 * MINUTE - ship.clock.now())
    await ship.click(MARGARET, "See plan and approve…")
    ship.clock.move_to(until - 1)
    assert "Approved" in await ship.submit(MARGARET, {})
    assert ship.provider.starts[1:] == ["2:1:1"]


async def test_one_millisecond_after_the_end(guarded: Guarded) -> None:
    """At T+1 ms it does not, whether or not the sweep was there before; the card says that nobody decided in time."""
    ship = await guarded()
    number = await asked(ship)
    until = (await ship.operation(number)).deadline_at
    await ship.wait(until - 5 * MINUTE - ship.clock.now())
    await ship.click(MARGARET, "See plan and approve…")
    ship.clock.move_to(until + 1)
    assert await ship.submit(MARGARET, {}) == snapshot("Too late: the time for #2 was over. Nothing was started.")
    operation = await ship.operation(number)
    assert (operation.state, operation.reason) == (State.EXPIRED, Reason.APPROVAL_EXPIRED)
    assert ship.card(number) == snapshot("""\
⌛ *Expired* · web → production
Nobody decided in time; nothing was started
Ada · `5d2f0b7` · 2 changes · 2026-11-24 13:04 UTC · #2
[ Plan again… ]\
""")
    assert ship.provider.starts == ["1:1:1"]


async def test_it_ends_by_itself_and_calls_once_more_before(guarded: Guarded) -> None:
    """The deadline is a row: a restart in between changes nothing; approvers are mentioned twice, never a third time."""
    ship = await guarded()
    number = await asked(ship)
    await ship.wait(2 * HOUR + 2 * MINUTE)
    await ship.restart()
    calls = [each for each in ship.thread(number) if "@U02MARGARET" in each]
    assert (len(calls), calls[-1]) == snapshot(
        (
            2,
            """\
Still waiting: Ada asks @leads for 1 approval
Until 2026-11-24 13:04 UTC. *See plan and approve…* is on the card.
@U02MARGARET\
""",
        )
    )
    await ship.wait(2 * HOUR)
    assert (await ship.operation(number)).state is State.EXPIRED
    assert len([each for each in ship.thread(number) if "@U02MARGARET" in each]) == 2


async def test_two_people_of_two(guarded: Guarded) -> None:
    """The first yes counts and starts nothing; saying it twice is one yes; the second person starts it."""
    ship = await guarded(count=2, not_authors=False)
    number = await asked(ship)
    assert await approve(ship, MARGARET) == snapshot("Your approval of #2 counts. It needs 1 more approval.")
    assert ship.card(number) == snapshot("""\
✍️ *Needs approval* · web → production
Ada asks @leads for 1 approval
Until 2026-11-24 13:04 UTC
#415 and #412
Approved by Margaret
Ada cannot approve
Ada · `5d2f0b7` · 2 changes · #2
[ See plan and approve… ] [ Reject… ] [ Withdraw ]\
""")
    await ship.click(MARGARET, "See plan and approve…")
    assert "Take it back" in ship.window()
    assert ship.provider.starts == ["1:1:1"]
    assert "Approved" in await approve(ship, GRACE)
    assert ship.provider.starts == ["1:1:1", "2:1:1"]
    await ended(ship)


async def ended(ship: Ship) -> None:
    """What runs comes to its end."""
    ship.provider.succeed(ship.provider.starts[-1])
    await ship.wait(5_000)


async def test_two_approvers_in_the_same_millisecond(guarded: Guarded) -> None:
    """Both forms are sent before either was worked on: one starts it, the other hears that it was approved already, and it starts once."""
    ship = await guarded(not_authors=False)
    await asked(ship)
    forms = []
    for who in (MARGARET, GRACE):
        await ship.click(who, "See plan and approve…")
        forms.append((who, ship.chat.views[-1]))
    await asyncio.gather(*(ship.submit(who, {}, view=form) for who, form in forms))
    await ship.settle()
    said = [ship.seen_by(who)[-1] for who in (MARGARET, GRACE)]
    assert sorted(line.split(":")[0] for line in said) == ["Approved", "Too late"]
    assert ship.provider.starts == ["1:1:1", "2:1:1"]
    await ended(ship)


@pytest.mark.parametrize("first", [MARGARET, GRACE])
async def test_approve_against_reject(guarded: Guarded, first: str) -> None:
    """Whichever is written first counts, and the other hears so: one truthful state."""
    ship = await guarded(not_authors=False)
    number = await asked(ship)
    await ship.click(MARGARET, "See plan and approve…")
    yes = ship.chat.views[-1]
    await ship.click(GRACE, "Reject…")
    no = ship.chat.views[-1]
    sent = [(MARGARET, {}, yes), (GRACE, {"because": "no"}, no)]
    for who, values, form in sorted(sent, key=lambda each: each[0] != first):
        await ship.submit(who, values, view=form)
    operation = await ship.operation(number)
    if first == MARGARET:
        assert ship.provider.starts == ["1:1:1", "2:1:1"]
        await ended(ship)
    else:
        assert (operation.state, operation.reason) == (State.REJECTED, Reason.APPROVAL_REJECTED)
        assert ship.provider.starts == ["1:1:1"]


async def test_taken_back_before_the_second(guarded: Guarded) -> None:
    """A yes that was taken back counts no more, and may be given again."""
    ship = await guarded(count=2, not_authors=False)
    number = await asked(ship)
    await approve(ship, MARGARET)
    await ship.click(MARGARET, "See plan and approve…")
    assert await ship.submit(MARGARET, {}) == snapshot("Your approval of #2 is taken back. It waits for somebody else.")
    assert "for 2 approvals" in ship.card(number)
    assert "It needs 1 more approval" in await approve(ship, GRACE)
    assert "Approved" in await approve(ship, MARGARET)
    await ended(ship)


async def test_withdrawn_by_whoever_asked(guarded: Guarded) -> None:
    """The card's Withdraw ends it; nobody can approve it then."""
    ship = await guarded()
    number = await asked(ship)
    old = next(each.message for each in ship.chat.posts if each.key == f"operation:{number}:card")
    await ship.click(ADA, "Withdraw")
    assert ship.seen_by(ADA)[-1] == snapshot("""\
Stop web → production?
It has not started: it is only taken out of the queue.
Ada · `5d2f0b7` · #2
[ Take it out ] [ Leave it ]\
""")
    await ship.click(ADA, "Take it out")
    assert (await ship.operation(number)).state is State.CANCELLED
    assert "too old" in await ship.click(MARGARET, "See plan and approve…", on=old)


async def test_what_was_approved_and_never_started_counts_again(guarded: Guarded) -> None:
    """Withdrawn and asked again, exactly the same: the yes still counts; with another revision it does not."""
    ship = await guarded(count=2, not_authors=False)
    await asked(ship)
    await approve(ship, MARGARET)
    await ship.click(ADA, "Withdraw")
    await ship.click(ADA, "Take it out")
    await ship.type(ADA, "/ops deploy web production")
    await ship.click(ADA, "Deploy to production")
    assert "for 1 approval" in ship.card(3)
    assert "Approved by Margaret" in ship.card(3)
    await ship.click(ADA, "Withdraw")
    await ship.click(ADA, "Take it out")
    ship.provider.commit("77aa001", "One more (#416)", number=416)
    await staged(ship)
    await ship.type(ADA, "/ops deploy web production")
    await ship.click(ADA, "Deploy to production")
    assert "for 2 approvals" in ship.card(5)


async def test_what_was_rejected_or_has_run_does_not_count_again(guarded: Guarded) -> None:
    """A no ends it for all of them, and an approval is used up by the first try."""
    ship = await guarded(count=2, not_authors=False)
    await asked(ship)
    await approve(ship, MARGARET)
    await reject(ship, GRACE)
    await ship.type(ADA, "/ops deploy web production")
    await ship.click(ADA, "Deploy to production")
    assert "for 2 approvals" in ship.card(3)
    await approve(ship, MARGARET)
    await approve(ship, GRACE)
    ship.provider.break_off("3:1:1")
    await ship.wait(5_000)
    await ship.type(ADA, "/ops deploy web production")
    await ship.click(ADA, "Deploy to production")
    assert "for 2 approvals" in ship.card(4)


async def test_a_rollback_needs_nobody_unless_the_rule_says_so(guarded: Guarded) -> None:
    """By default one person suffices; with `rollback: true` it asks, unless it takes an operation over."""
    for rule, starts in (({}, 2), ({"rollback": True}, 1)):
        ship = await guarded(not_authors=False, **rule)
        await ship.type(ADA, "/ops deploy web staging")
        ship.provider.succeed("1:1:1")
        await ship.wait(5_000)
        await ship.type(ADA, "/ops rollback web production --to a41c9e2")
        ship.provider.live[WEB_PRODUCTION] = sha("5d2f0b7")
        await ship.type(ADA, "/ops rollback web production --to a41c9e2")
        await ship.click(ADA, "Roll back production")
        assert len(ship.provider.starts) == starts
        if starts == 1:
            assert "Approved" in await approve(ship, MARGARET)
        await ended(ship)


async def test_an_author_who_is_not_known_makes_it_unproven(guarded: Guarded) -> None:
    """Nothing is asked of anybody: the refusal names the account and the line that is missing."""
    ship = await guarded()
    ship.provider.commit("77aa001", "Something (#416)", author="mallory", number=416)
    await staged(ship)
    assert await ship.type(ADA, "/ops deploy web production") == snapshot("""\
*Not deployed* · web → production
• Authors may not approve, and it is not known who these are in Slack: mallory.
     An operator adds to the configuration: people: {U…: {github: mallory}}.
17 other gates passed · authors_unproven\
""")


async def test_what_waits_for_me(guarded: Guarded) -> None:
    """The list and Home show the same, with buttons that are mine alone; whoever asked sees that they wait."""
    ship = await guarded()
    await asked(ship)
    assert (await ship.type(MARGARET, "/ops approvals"), await ship.type(ADA, "/ops approvals")) == snapshot(
        (
            """\
✍️ *Needs approval* · web → production
Ada asks @leads for 1 approval
#2 · 2026-11-24 13:04 UTC
[ See plan and approve… ] [ Reject… ]\
""",
            """\
*You wait for others*
web → production · Ada asks @leads for 1 approval · #2\
""",
        )
    )
    assert await ship.open_home(MARGARET) == snapshot("""\
# Good to see you, Margaret
*Waiting for you*
✍️ *Needs approval* · web → production
Ada asks @leads for 1 approval
[ See plan and approve… ] [ Reject… ]
---
*What you can do*
`/ops again`  Your last plan, made anew; nothing starts by itself.
`/ops approvals`  What waits for your approval, with its buttons.
`/ops can PERMISSION SERVICE ENVIRONMENT`  Whether somebody may do something there, and why.
`/ops changes SERVICE ENVIRONMENT`  What a deploy would bring: commits, authors, risks.
`/ops digest`  What is news here; get it by itself, or stop it.
`/ops help`  What you can do here; help deploy tells more of one.
`/ops history SERVICE`  What was live there and what was tried, newest first.
`/ops metrics`  Lead time, frequency, fail rate, recovery, rework.
`/ops notes SERVICE`  What is new in production, for everybody to read.
`/ops overview`  What waits for you, and your five last targets.
`/ops plan`  Your open plans, with their buttons, again.
`/ops status`  What is live where, and what is unusual.
`/ops undeployed`  What is merged and not live, since when, and whose.
`/ops where REF`  Where a pull request or commit is live, and since when.
`/ops whoami`  How Quarterdeck sees you: groups, rights, rules.
`/ops why SERVICE ENVIRONMENT`  Every gate with pass or fail, and the rule behind it.\
""")
    await ship.click_home(MARGARET, "See plan and approve…")
    assert "Approved" in await ship.submit(MARGARET, {})
    assert "Needs approval" not in await ship.open_home(MARGARET)
    await ended(ship)


async def test_home_shows_it_when_it_comes_and_when_it_is_over(guarded: Guarded) -> None:
    """Without being opened again."""
    ship = await guarded()
    await ship.open_home(MARGARET)
    await asked(ship)
    await ship.wait(5_000)
    assert "Needs approval" in plain(ship.chat.homes["U02MARGARET"])
    await reject(ship, GRACE)
    await ship.wait(5_000)
    assert "Needs approval" not in plain(ship.chat.homes["U02MARGARET"])


async def test_somebody_else_presses_my_button(guarded: Guarded) -> None:
    """A button of the private list is for whom the list was made."""
    ship = await guarded()
    await asked(ship)
    await ship.type(MARGARET, "/ops approvals")
    mine = ship.chat.private[-1].message
    assert await ship.click(GRACE, "See plan and approve…", on=mine) == snapshot(
        "Only Margaret can press that: nothing was done."
    )


async def test_whoever_asked_may_withdraw_without_the_right_to_stop(guarded: Guarded) -> None:
    """It is theirs until somebody has agreed; others need the right."""
    ship = await guarded()
    number = await asked(ship)
    role = replace(ENGINEERS, may=ENGINEERS.may - {Permission.STOP})
    ship.change_catalogue(roles=(role,))
    await ship.restart()
    assert "You may not stop web" in await ship.click(GRACE, "Withdraw")
    await ship.click(ADA, "Withdraw")
    await ship.click(ADA, "Take it out")
    assert (await ship.operation(number)).state is State.CANCELLED


async def test_a_crash_in_the_middle_of_a_yes(guarded: Guarded) -> None:
    """What was sent is stored: after a restart it is worked on again, everything is asked again, and it starts once."""
    ship = await guarded()
    await asked(ship)
    await ship.click(MARGARET, "See plan and approve…")
    form = ship.chat.views[-1]
    ship.provider.hanging.add("preview")
    await ship.submit(
        MARGARET, {}
    )  # the plan is looked at once more before the yes counts: it hangs, and nothing is kept
    assert (await ship.operation(2)).state is State.AWAITING_APPROVAL
    assert ship.provider.starts == ["1:1:1"]
    ship.provider.release()
    await ship.restart()
    assert ship.provider.starts == ["1:1:1", "2:1:1"]
    assert "Too late" in await ship.submit(MARGARET, {}, view=form)
    await ended(ship)
