"""Decisions by two people: in production *it never started* frees nothing until somebody else says so too."""

import pytest
from inline_snapshot import snapshot

from bot.domain.messages import Message
from bot.domain.operations import State
from bot.domain.terms import HOUR, MINUTE
from bot.errors import IntegrationError, Kind
from bot.ports import TriggerClass
from bot.store import audit, timers
from tests.fakes.deployer import sha
from tests.support.ship import WEB_PRODUCTION, Ship
from tests.support.text import plain

ADA, GRACE, LINUS, MARGARET = "U02ADA", "U02GRACE", "U02LINUS", "U02MARGARET"
NEVER = "It never started…"
LOST = IntegrationError("fake did not answer in time", kind=Kind.AMBIGUOUS)


@pytest.fixture
async def undecided(ship: Ship) -> Ship:
    """#2 was to go to production, its answer was lost, and nothing was found for twenty-five minutes."""
    await ship.live(ADA)
    ship.provider.trigger_class = TriggerClass.C
    ship.provider.hidden = True
    ship.provider.start_errors = [LOST]
    await ship.type(ADA, "/ops deploy web production")
    await ship.click(ADA, "Deploy to production")
    await ship.wait(26 * MINUTE)
    assert (await ship.operation(2)).state is State.NEEDS_HUMAN
    return ship


async def say(ship: Ship, who: str, answer: str = "cancelled", saw: str = "looked at the servers") -> str:
    """Fill in the form that is open."""
    await ship.submit(who, {"answer": answer, "saw": saw})
    await ship.wait(5_000)
    return plain([each.message for each in ship.chat.posts if each.channel.startswith("D")][-1])


def card(ship: Ship) -> Message:
    """The card of #2."""
    return next(each.message for each in ship.chat.posts if each.key == "operation:2:card")


def question(ship: Ship) -> str:
    """What the thread says of a second person, the newest of it."""
    return [each for each in ship.thread(2) if "that #2 never started" in each][-1]


async def actions(ship: Ship, start: str = "decide") -> list[tuple[str, str]]:
    """Who did what about #2, as the audit has it."""
    lines = await ship.store.read(lambda tx: audit.of_subject(tx, "operation:2"))
    return [(line.actor, line.action) for line in lines if line.action.startswith(start)]


async def test_a_second_person_frees_the_target(undecided: Ship) -> None:
    """The first word is kept and shown in the thread; somebody else's ends it, and both are in the audit."""
    ship = undecided
    await ship.click(ADA, NEVER)
    assert ship.window() == snapshot("""\
# Decision
✋ *Decision needed* · web → production
fake shows no run with this key yet
*What we saw*
• fake shows no run with this key yet
Still serving `a41c9e2` (web itself says so, 2026-11-24 09:29 UTC)
› What became of it?: It never started
› What did you see?: Looked at the run: step 3 never began
*It succeeded* records this revision as live.
*It failed* ends it and frees the target; what is served now is asked again.
*It never started* allows a new deploy. If the first one wakes up later, both will run.
Here *It never started* takes two people: somebody else is asked to say so too.
⚠️ web itself serves `a41c9e2`: that speaks against *It succeeded*.
[ Record it ] [ Not now ]\
""")
    first = await say(ship, ADA)
    assert (first, question(ship)) == snapshot(
        (
            """\
Kept: that #2 never started takes a second person in production.
Its thread has a button for them. Nothing is freed until then.\
""",
            """\
Ada says that #2 never started: looked at the servers
In production that takes a second person, until 2026-11-24 10:30 UTC.
[ It never started… ]\
""",
        )
    )
    assert (await ship.operation(2)).state is State.NEEDS_HUMAN

    await ship.click(GRACE, NEVER)
    assert ship.window() == snapshot("""\
# Decision
✋ *Decision needed* · web → production
fake shows no run with this key yet
*What we saw*
• fake shows no run with this key yet
Still serving `a41c9e2` (web itself says so, 2026-11-24 09:29 UTC)
› What became of it?: It never started
› What did you see?: Looked at the run: step 3 never began
*It succeeded* records this revision as live.
*It failed* ends it and frees the target; what is served now is asked again.
*It never started* allows a new deploy. If the first one wakes up later, both will run.
Ada saw: looked at the servers. Your *It never started* frees the target.
⚠️ web itself serves `a41c9e2`: that speaks against *It succeeded*.
[ Record it ] [ Not now ]\
""")
    second = await say(ship, GRACE, saw="no process, no log")
    assert (second, ship.card(2), question(ship)) == snapshot(
        (
            "Recorded: #2 is stopped.",
            """\
⏹️ *Stopped* · web → production
no process, no log
Ada · `5d2f0b7` · 2 changes · 2026-11-24 09:30 UTC · #2
[ Plan again… ]\
""",
            """\
Ada says that #2 never started: looked at the servers
Somebody else said so too: the target is free.\
""",
        )
    )
    assert await actions(ship) == [
        ("T01ACME/U02ADA", "decide.cancelled.asked"),
        ("T01ACME/U02GRACE", "decide.cancelled"),
    ]


async def test_nobody_is_their_own_second_person(undecided: Ship) -> None:
    """Neither by the thread's button, nor by the card's, nor by a form that was open already."""
    ship = undecided
    await ship.click(ADA, NEVER)
    await say(ship, ADA)
    assert await ship.click(ADA, NEVER) == snapshot("""\
You have said so already: that #2 never started takes a second person in production.
Its thread has a button for them. Nothing is freed until then.\
""")
    await ship.click(ADA, NEVER, on=card(ship))
    assert await say(ship, ADA) == snapshot("""\
You have said so already: that #2 never started takes a second person in production.
Its thread has a button for them. Nothing is freed until then.\
""")
    assert (await ship.operation(2)).state is State.NEEDS_HUMAN


@pytest.mark.parametrize(("answer", "button", "state"), [
    ("succeeded", "It succeeded…", State.SUCCEEDED), ("failed", "It failed…", State.FAILED),
])  # fmt: skip
async def test_what_binds_a_run_takes_one_person(undecided: Ship, answer: str, button: str, state: State) -> None:
    """*It succeeded* and *it failed* free nothing that could start twice."""
    await undecided.click(ADA, button)
    await say(undecided, ADA, answer)
    assert (await undecided.operation(2)).state is state


async def test_the_first_word_ends(undecided: Ship) -> None:
    """After an hour it is over: the button is too old, the thread says so, and the next word is a first one."""
    ship = undecided
    await ship.click(ADA, NEVER)
    await say(ship, ADA)
    await ship.wait(HOUR + 2 * MINUTE)
    assert question(ship) == snapshot("""\
Ada says that #2 never started: looked at the servers
That word does not count any more: nobody else said so in time. Whoever decides says it again.\
""")
    await ship.click(GRACE, NEVER)
    assert await say(ship, GRACE) == snapshot("""\
Kept: that #2 never started takes a second person in production.
Its thread has a button for them. Nothing is freed until then.\
""")
    assert (await ship.operation(2)).state is State.NEEDS_HUMAN
    assert [action for _, action in await actions(ship)] == [
        "decide.cancelled.asked", "decide.cancelled.expired", "decide.cancelled.asked",
    ]  # fmt: skip


async def test_the_first_word_is_withdrawn_when_it_moves_on(undecided: Ship) -> None:
    """A decision of another kind, and the question is over."""
    ship = undecided
    await ship.click(ADA, NEVER)
    await say(ship, ADA)
    await ship.click(GRACE, "It failed…")
    await say(ship, GRACE, "failed")
    assert question(ship) == snapshot("""\
Ada says that #2 never started: looked at the servers
That is over: it is failed.\
""")
    waiting = await ship.store.read(lambda tx: timers.due(tx, 2**60, 10))
    assert [each.subject for each in waiting if each.subject.startswith("operation:")] == []
    assert ("quarterdeck", "decide.cancelled.withdrawn") in await actions(ship)


async def test_rights_count_at_both_ends(undecided: Ship) -> None:
    """Who may not decide is no second person, and a first person who left counts no more."""
    ship = undecided
    await ship.click(ADA, NEVER)
    await say(ship, ADA)
    assert await ship.click(MARGARET, NEVER) == snapshot("""\
You may not decide about web in production.
Ask @engineering.\
""")
    await ship.click(GRACE, NEVER)
    ship.chat.deactivate(ADA)
    await ship.wait(6 * MINUTE)
    await say(ship, GRACE)
    assert (await ship.operation(2)).state is State.NEEDS_HUMAN
    await ship.click(LINUS, NEVER)
    await say(ship, LINUS)
    assert (await ship.operation(2)).state is State.CANCELLED


async def test_a_crash_between_the_two(undecided: Ship) -> None:
    """The first word is a row: after a restart the second person ends it."""
    ship = undecided
    await ship.click(ADA, NEVER)
    await say(ship, ADA)
    await ship.restart()
    await ship.click(GRACE, NEVER)
    await say(ship, GRACE)
    assert (await ship.operation(2)).state is State.CANCELLED


async def test_two_forms_at_once(undecided: Ship) -> None:
    """Two forms that were both open are a first and a second word, in whichever order they come."""
    ship = undecided
    await ship.click(ADA, NEVER)
    await ship.click(GRACE, NEVER)
    form = ship.chat.views[-1]
    values = {"answer": "cancelled", "saw": "looked"}
    await ship.submit(GRACE, values, view=form)
    await ship.submit(GRACE, values, view=form)
    assert (await ship.operation(2)).state is State.NEEDS_HUMAN
    await ship.submit(ADA, values, view=form)
    assert (await ship.operation(2)).state is State.CANCELLED


async def test_reminders_grow_rarer_and_end(undecided: Ship) -> None:
    """Half an hour, one, two, four, eight hours, a day, two, four; the last says that it is the last. Then the card alone says it."""
    ship = undecided
    await ship.wait(31 * MINUTE)
    assert ship.thread(2)[-1] == snapshot("""\
✋ *Decision needed* · web → production
fake shows no run with this key yet
Still serving `a41c9e2` (web itself says so, 2026-11-24 09:29 UTC)
Waiting for a decision since 2026-11-24 09:29 UTC. Others cannot deploy here.
@U02ADA @U02LINUS
[ It succeeded… ] [ It failed… ] [ It never started… ]\
""")
    await ship.restart()
    for _ in range(20):
        await ship.wait(12 * HOUR)
    said = [each for each in ship.thread(2) if "Waiting for a decision since" in each]
    assert (len(said), said[-1]) == snapshot(
        (
            8,
            """\
✋ *Decision needed* · web → production
fake shows no run with this key yet
Still serving `a41c9e2` (web itself says so, 2026-11-24 09:29 UTC)
Waiting for a decision since 2026-11-24 09:29 UTC. Others cannot deploy here.
This is the last reminder.
@U02ADA @U02LINUS
[ It succeeded… ] [ It failed… ] [ It never started… ]\
""",
        )
    )


async def test_a_run_that_shows_up_late_is_followed(undecided: Ship) -> None:
    """Exactly one run with our key, and nobody took the try away: nobody has to decide any more."""
    ship = undecided
    ship.provider.hidden = False
    await ship.wait(6 * MINUTE)
    assert (await ship.operation(2)).state is State.RUNNING
    ship.provider.succeed("2:1:1")
    await ship.wait(5_000)
    assert (await ship.operation(2)).state is State.SUCCEEDED


async def test_what_is_found_out_is_shown_and_ends_nothing(undecided: Ship) -> None:
    """The target serves the new revision by now: the card says so, and still asks."""
    ship = undecided
    ship.provider.live[WEB_PRODUCTION] = sha("5d2f0b7")
    await ship.wait(6 * MINUTE)
    assert ship.card(2) == snapshot("""\
✋ *Decision needed* · web → production
fake shows no run with this key yet
Serving `5d2f0b7` (web itself says so, 2026-11-24 09:34 UTC)
Ada · `5d2f0b7` · 2 changes · #2
[ It succeeded… ] [ It failed… ] [ It never started… ]\
""")
