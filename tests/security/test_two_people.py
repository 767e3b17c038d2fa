"""Attacks on the second person: who is gone, who just came, whose account it is, what moved, and what was copied, forged or sent twice."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.config import Person as Named
from bot.domain.operations import Operation, State
from bot.domain.people import Person, Standing
from bot.domain.reasons import Reason
from bot.domain.terms import HOUR, MINUTE, Identity
from bot.store import audit, memberships
from tests.fakes.chat import TEAM
from tests.support.approved import ADA, GRACE, LEADS, LINUS, MARGARET, PEOPLE, Guarded, approve, approved, asked
from tests.support.ship import Ship

ALT = "U77ALT"


async def not_started(ship: Ship, number: int, reason: Reason, state: State = State.REJECTED) -> Operation:
    """It ended in one truthful state with its reason, and the provider was never called."""
    operation = await ship.operation(number)
    assert (operation.state, operation.reason) == (state, reason)
    assert ship.provider.starts == ["1:1:1"]
    return operation


def on_approval(ship: Ship, happens: Callable[[], object]) -> None:
    """Something happens in the world right after the next approval was committed, before the preflight looks."""
    ship.store.counting = lambda tx: len(tx.all("select * from approvals"))
    ship.on_confirm(happens)


def leave(ship: Ship, user: str) -> None:
    """Somebody leaves the company, and no news of it comes."""
    ship.chat.people[user] = replace(ship.chat.people[user], standing=Standing.DEACTIVATED)


# ---- between click and trigger -----------------------------------------------------------------------------------------


def out_of_the_group(ship: Ship) -> None:
    ship.chat.groups["leads"] = LEADS - {MARGARET}


def no_member_any_more(ship: Ship) -> None:
    leave(ship, MARGARET)


@pytest.mark.parametrize("happens", [out_of_the_group, no_member_any_more])
async def test_t21_t30_the_approver_loses_the_right_between_click_and_trigger(
    guarded: Guarded, happens: Callable[[Ship], None]
) -> None:
    """The click counts, the right is gone when it is about to start: nothing starts."""
    ship = await guarded()
    number = await asked(ship)

    def then() -> None:
        happens(ship)
        ship.clock.move_to(ship.clock.now() + 6 * MINUTE)

    await ship.click(MARGARET, "See plan and approve…")
    on_approval(ship, then)
    await ship.submit(MARGARET, {})
    await ship.wait(5_000)
    await not_started(ship, number, Reason.APPROVAL_LOST)


async def test_t30_the_asker_leaves_while_it_waits(guarded: Guarded) -> None:
    """The news ends the request; nobody can approve it any more."""
    ship = await guarded()
    number = await asked(ship)
    leave(ship, ADA)
    await ship.news({"type": "user_change", "user": {"id": ADA}})
    await not_started(ship, number, Reason.DEACTIVATED)


async def test_t30_the_asker_leaves_and_no_news_comes(guarded: Guarded) -> None:
    """It is asked again right before the start, when everybody else has agreed."""
    ship = await guarded()
    number = await asked(ship)
    leave(ship, ADA)
    await ship.wait(6 * MINUTE)
    await approve(ship, MARGARET)
    await not_started(ship, number, Reason.DEACTIVATED)


async def test_t30_a_first_approver_who_leaves_counts_no_more(guarded: Guarded) -> None:
    """Their word is taken away at once, the card asks for one more, and the audit knows."""
    ship = await guarded(count=2, not_authors=False)
    number = await asked(ship)
    await approve(ship, MARGARET)
    leave(ship, MARGARET)
    await ship.news({"type": "user_change", "user": {"id": MARGARET}})
    assert "for 2 approvals" in ship.card(number)
    assert "It needs 1 more approval" in await approve(ship, GRACE)
    lines = await ship.store.read(lambda tx: audit.of_subject(tx, f"operation:{number}"))
    assert ("T01ACME/U02MARGARET", "approval.withdrawn") in [(each.actor, each.action) for each in lines]
    assert ship.provider.starts == ["1:1:1"]


# ---- T21: what moves between look and leap -----------------------------------------------------------------------------


async def test_t21_the_branch_moves_before_the_approval(guarded: Guarded) -> None:
    """The form is sent for what is not there any more: it ends, says what moved, and how to ask for exactly that revision."""
    ship = await guarded(not_authors=False)
    number = await asked(ship)
    await ship.click(MARGARET, "See plan and approve…")
    ship.provider.commit("77aa001", "One more (#416)", number=416)
    said = await ship.submit(MARGARET, {})
    assert "moved from 5d2f0b7 to 77aa001" in said
    assert "/ops deploy web@5d2f0b7 production" in said
    await not_started(ship, number, Reason.REVISION_MOVED)


async def test_t21_a_pinned_revision_does_not_move(guarded: Guarded) -> None:
    """Asked for by its revision, it stays approvable while the branch goes on."""
    ship = await guarded(not_authors=False)
    await ship.type(ADA, "/ops deploy web staging")
    ship.provider.succeed("1:1:1")
    await ship.wait(5_000)
    await ship.type(ADA, "/ops deploy web@5d2f0b7 production")
    await ship.click(ADA, "Deploy to production")
    ship.provider.commit("77aa001", "One more (#416)", number=416)
    assert "Approved" in await approve(ship, MARGARET)
    ship.provider.succeed("2:1:1")
    await ship.wait(5_000)


async def test_t21_the_branch_moves_between_approval_and_trigger(guarded: Guarded) -> None:
    """Right before the start the name has to mean what was approved."""
    ship = await guarded(not_authors=False)
    number = await asked(ship)
    await ship.click(MARGARET, "See plan and approve…")
    on_approval(ship, lambda: ship.provider.commit("77aa001", "One more (#416)", number=416))
    await ship.submit(MARGARET, {})
    await not_started(ship, number, Reason.REVISION_MOVED)


async def test_t21_what_would_run_changes(guarded: Guarded) -> None:
    """The provider's own recipe is part of what is approved."""
    ship = await guarded(not_authors=False)
    number = await asked(ship)
    ship.provider.workflow = "another"
    assert "What would run has changed" in await approve(ship, MARGARET)
    await not_started(ship, number, Reason.PLAN_CHANGED)


async def test_t29_a_weaker_rule_after_a_reload(guarded: Guarded) -> None:
    """The rules are part of what was confirmed: under other rules nothing of before starts."""
    ship = await guarded(not_authors=False)
    number = await asked(ship)
    weaker = approved(count=1, not_authors=False)
    services = {
        name: replace(each, environments=tuple(replace(inner, policy_hash="weaker") for inner in each.environments))
        for name, each in weaker.services.items()
    }
    ship.change_catalogue(services=services)
    await ship.restart()
    assert "rules for this target have changed" in await approve(ship, MARGARET)
    await not_started(ship, number, Reason.PLAN_CHANGED)


# ---- T7: one person, two accounts --------------------------------------------------------------------------------------


async def test_t7_a_second_account_of_the_asker(guarded: Guarded) -> None:
    """The same address in Slack, or the same person in the configuration: refused, by whichever account they asked."""
    ship = await guarded(people=(*PEOPLE, Named(user=ALT, email="", unix="", github="Ada")))
    ship.chat.people[ALT] = Person(identity=Identity(team=TEAM, user=ALT), name="Not Ada", standing=Standing.MEMBER)
    ship.chat.groups["leads"] = LEADS | {ALT}
    await manned_again(ship)
    number = await asked(ship)
    assert "Nobody approves what they asked for themselves" in await approve(ship, ALT)
    assert (await ship.operation(number)).state is State.AWAITING_APPROVAL


async def test_t7_the_same_address_in_slack(guarded: Guarded) -> None:
    """Nothing in the configuration says so, and the profiles do."""
    ship = await guarded()
    ship.chat.people[ADA] = replace(ship.chat.people[ADA], email="ada@acme.example")
    ship.chat.people[ALT] = Person(
        identity=Identity(team=TEAM, user=ALT), name="Not Ada", standing=Standing.MEMBER, email="Ada@acme.example"
    )
    ship.chat.groups["leads"] = LEADS | {ALT}
    await manned_again(ship)
    await asked(ship)
    assert "Nobody approves what they asked for themselves" in await approve(ship, ALT)


async def manned_again(ship: Ship) -> None:
    """Who is in the group now has been for long."""
    inside = ship.chat.groups["leads"]

    def always(tx: Any) -> None:
        tx.run("delete from memberships")
        memberships.note(tx, "leads", inside, 0)

    await ship.store.write(always)


# ---- groups that anybody can edit --------------------------------------------------------------------------------------


async def test_t4_who_joins_the_group_now_counts_later(guarded: Guarded) -> None:
    """Told of in the administrators' channel at once, and good for an approval after a quarter of an hour."""
    ship = await guarded(not_authors=False)
    await asked(ship)
    ship.chat.channels["C01"] = replace(ship.chat.channels["C01"], member=True)
    ship.chat.groups["leads"] = LEADS | {LINUS}
    await ship.news({"type": "subteam_members_changed", "subteam_id": "S0LEADS"})
    told = [each.message.text for each in ship.chat.posts if each.channel in {"general", "C01"}]
    assert len(told) == 1
    assert "gives rights in production" in told[0]
    assert "only minutes ago" in await approve(ship, LINUS)
    await ship.restart()  # a row, not memory
    assert "only minutes ago" in await approve(ship, LINUS)
    await ship.wait(16 * MINUTE)
    assert "Approved" in await approve(ship, LINUS)
    ship.provider.succeed("2:1:1")
    await ship.wait(5_000)
    lines = await ship.store.read(lambda tx: audit.of_subject(tx, "group:leads"))
    assert [(each.action, dict(each.body)) for each in lines] == [
        ("group.changed", {"joined": "U02LINUS", "left": "", "production": "True"})
    ]


async def test_a_change_that_no_news_told_of_is_seen_within_the_hour(guarded: Guarded) -> None:
    """Every hour the groups that give rights are read again, whether or not anybody acts."""
    ship = await guarded()
    await ship.type(ADA, "/ops whoami")
    ship.chat.groups["leads"] = LEADS - {GRACE}
    await ship.wait(HOUR + 2 * MINUTE)
    lines = await ship.store.read(lambda tx: audit.of_subject(tx, "group:leads"))
    assert [dict(each.body)["left"] for each in lines] == ["U02GRACE"]


# ---- T8 and T9: buttons ------------------------------------------------------------------------------------------------


async def test_t8_a_form_that_is_sent_again(guarded: Guarded) -> None:
    """The same delivery a thousand times, and the same form as a new one: one yes, one start."""
    ship = await guarded()
    await asked(ship)
    await ship.click(MARGARET, "See plan and approve…")
    form = ship.chat.views[-1]
    await ship.submit(MARGARET, {}, view=form)
    for _ in range(20):
        await ship.deliver(ship.last)
    await ship.restart()
    await ship.deliver(ship.last)
    assert "Too late" in await ship.submit(MARGARET, {}, view=form)
    assert ship.provider.starts == ["1:1:1", "2:1:1"]
    ship.provider.succeed("2:1:1")
    await ship.wait(5_000)


async def test_t9_a_copy_of_the_card_in_another_channel(guarded: Guarded) -> None:
    """Its buttons are inert and say so; the card's own still work."""
    ship = await guarded()
    number = await asked(ship)
    card = next(each for each in ship.chat.posts if each.key == f"operation:{number}:card")
    ship.chat.posts.append(replace(card, channel="C03", ts="1.000999", key=""))
    assert "a copy of our message" in await approve(ship, MARGARET)
    ship.chat.posts.pop()
    assert "Approved" in await approve(ship, MARGARET)
    ship.provider.succeed("2:1:1")
    await ship.wait(5_000)


async def test_t9_somebody_elses_form(guarded: Guarded) -> None:
    """A form belongs to whom it was shown to, whoever sends it; a made-up one belongs to nobody."""
    ship = await guarded()
    number = await asked(ship)
    await ship.click(MARGARET, "See plan and approve…")
    assert "too old" in await ship.submit(GRACE, {})
    form = ship.chat.views[-1]
    forged = replace(form, body={**form.body, "private_metadata": "made-up"})
    assert "too old" in await ship.submit(MARGARET, {}, view=forged)
    card_button = next(each for each in ship.chat.posts if each.key == f"operation:{number}:card")
    value = card_button.message.payload()["blocks"][-1]["elements"][0]["value"]
    stolen = replace(form, body={**form.body, "private_metadata": value})
    assert "too old" in await ship.submit(MARGARET, {}, view=stolen)
    assert (await ship.operation(number)).state is State.AWAITING_APPROVAL


async def test_t3_the_channel_is_shared_between_look_and_leap(guarded: Guarded) -> None:
    """Where strangers listen the bot only reads, also when that began a moment ago."""
    ship = await guarded()
    number = await asked(ship)
    await ship.click(MARGARET, "See plan and approve…")
    ship.chat.share("C02")
    assert "only reads" in await ship.submit(MARGARET, {})
    assert (await ship.operation(number)).state is State.AWAITING_APPROVAL


async def test_t2_approvers_are_called_twice_and_never_again(guarded: Guarded) -> None:
    """Neither pressing, nor a first yes, nor time mentions anybody a third time."""
    ship = await guarded(count=2, not_authors=False)
    number = await asked(ship)
    await approve(ship, MARGARET)
    await ship.wait(3 * HOUR)
    assert sum("@U02GRACE" in each for each in ship.thread(number)) == 2


async def test_t6_a_right_here_is_none_there(guarded: Guarded) -> None:
    """Whoever may approve web may not approve api where other people are named; whoever is not named hears so."""
    ship = await guarded(people=PEOPLE)
    ship.chat.groups["leads"] = frozenset({GRACE})
    await asked(ship)
    assert "You are not among those who approve web in production" in await approve(ship, MARGARET)


# ---- bypass ------------------------------------------------------------------------------------------------------------


async def test_a_bypass_is_by_right_with_a_reason_and_loud(guarded: Guarded) -> None:
    """Not by the approvers, not without a reason; the channel and the audit have who and why."""
    ship = await guarded()
    number = await asked(ship)
    assert "You may not bypass" in await ship.type(MARGARET, "/ops bypass web production because I can")
    assert "takes a reason" in await ship.type(LINUS, "/ops bypass web production")
    assert "Bypassed" in await ship.type(LINUS, "/ops bypass web production because checkout is down")
    assert ship.provider.starts == ["1:1:1", "2:1:1"]
    loud = next(each for each in ship.chat.posts if each.key == f"operation:{number}:bypassed")
    assert loud.message.broadcast
    assert "checkout is down" in loud.message.text
    lines = await ship.store.read(lambda tx: audit.of_subject(tx, f"operation:{number}"))
    assert ("T01ACME/U02LINUS", "approval.bypass", "checkout is down") in [
        (each.actor, each.action, each.reason) for each in lines
    ]
    ship.provider.succeed("2:1:1")
    await ship.wait(5_000)
