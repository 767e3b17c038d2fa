"""Apps and agents: what one may propose, what it gets back, and that nothing of it acts before a person confirms a plan of their own."""

import json
from dataclasses import replace
from typing import Any

import pytest
from inline_snapshot import snapshot

from bot.domain.people import Person, Standing
from bot.domain.restraint import Limit
from bot.domain.roles import Role
from bot.domain.terms import MINUTE, Identity, Permission
from bot.store import audit
from tests.conversations.test_who_may import with_roles
from tests.fakes.chat import TEAM
from tests.support.people import BOT
from tests.support.ship import ENGINEERS, Ship
from tests.support.text import plain

ADA, MARGARET, AGENT, CI = "U02ADA", "U02MARGARET", "U02AGENT", "U02BOT"
EVERYTHING = frozenset(Permission)
AGENTS = Role(name="agents", people=frozenset({AGENT}), may=EVERYTHING, environments=frozenset({"staging"}))


@pytest.fixture
async def with_agent(ship: Ship) -> Ship:
    """An agent to whom a careless operator gave every permission there is, in staging."""
    ship.chat.people[AGENT] = Person(identity=Identity(team=TEAM, user=AGENT), name="Agent", standing=Standing.BOT)
    ship.change_catalogue(roles=(ENGINEERS, AGENTS), services=with_roles(ship.catalogue, ENGINEERS, AGENTS).services)
    await ship.restart()
    return ship


async def says(ship: Ship, text: str, *, user: str = AGENT, **shape: Any) -> list[str]:
    """What everybody sees after an app has mentioned us."""
    before = len(ship.chat.posts)
    event = {
        "type": "app_mention",
        "user": user,
        "text": f"<@{BOT}> {text}",
        "channel": "C02",
        "team": TEAM,
        "bot_id": "B1",
    }
    await ship.news({**event, **shape})
    return [plain(each.message) for each in ship.chat.posts[before:]]


def back(shown: list[str]) -> dict[str, Any]:
    """The JSON that it got."""
    return dict(json.loads(shown[-1].strip("`\n ")))


async def test_a_proposal_is_shown_and_a_person_confirms(with_agent: Ship) -> None:
    """A button for everybody, JSON for the agent; the plan is of whoever pressed, by their own rights."""
    ship = with_agent
    shown = await says(ship, "deploy web staging because checkout is slow")
    assert (shown[0], back(shown)) == snapshot(
        (
            """\
💡 Agent proposes: deploy web → staging
Why: checkout is slow
`5d2f0b7` · nothing starts before a person confirms it
[ Look at the plan… ]\
""",
            {
                "action": "deploy",
                "environment": "staging",
                "revision": "5d2f0b7000000000000000000000000000000000",
                "schema": 1,
                "service": "web",
                "status": "proposed",
            },
        )
    )
    assert ship.provider.starts == []
    assert "You may not deploy web in staging" in await ship.click(MARGARET, "Look at the plan…")
    assert "Deploy web → staging?" in await ship.click(ADA, "Look at the plan…")
    assert ship.provider.starts == []
    await ship.click(ADA, "Deploy to staging")
    operation = await ship.operation(1)
    assert (operation.who.user, operation.because) == (ADA, "checkout is slow")
    ship.provider.succeed("1:1:1")
    await ship.wait(5_000)
    lines = await ship.store.read(lambda tx: audit.of_subject(tx, "target:web/staging"))
    assert ("T01ACME/U02AGENT", "proposal.made") in [(each.actor, each.action) for each in lines]


async def test_nothing_is_started_where_nothing_is_confirmed(with_agent: Ship) -> None:
    """Where people start at once, a proposal still only shows a plan."""
    ship = with_agent
    unasked = {
        name: replace(
            each,
            environments=tuple(
                replace(inner, policy=replace(inner.policy, confirm=False)) for inner in each.environments
            ),
        )
        for name, each in ship.catalogue.services.items()
    }
    ship.change_catalogue(services=unasked)
    await ship.restart()
    await says(ship, "deploy web staging")
    await ship.click(ADA, "Look at the plan…")
    assert ship.provider.starts == []


@pytest.mark.parametrize(("text", "status"), [
    ("deploy web production", "forbidden"),
    ("deploy web nowhere", "not_understood"),
    ("deploy web", "not_understood"),
    ("status web", "not_understood"),
    ("stop web staging", "not_understood"),
    ("unlock web staging", "not_understood"),
    ("bypass web staging because I am in a hurry", "not_understood"),
    ("deploy web@nothing staging", "refused"),
])  # fmt: skip
async def test_t5_what_it_may_not(with_agent: Ship, text: str, status: str) -> None:
    """Whatever roles say: it reads nothing, stops nothing, bypasses nothing, and hears why in JSON."""
    shown = await says(with_agent, text)
    assert len(shown) == 1
    found = back(shown)
    assert (found["schema"], found["status"]) == (1, status)
    assert with_agent.provider.starts == []


@pytest.mark.parametrize("shape", [
    {"user": CI}, {"user": "U77NOBODY"}, {"user": "U02GUS"}, {"subtype": "bot_message"}, {"edited": {"user": AGENT, "ts": "1"}},
    {"team": "T09EVIL"}, {"user": BOT},
])  # fmt: skip
async def test_t5_other_programs_are_not_heard(with_agent: Ship, shape: dict[str, Any]) -> None:
    """Without the right there is no answer at all, so that two programs never talk to each other."""
    assert await says(with_agent, "deploy web staging", **shape) == []


async def test_t5_an_app_that_speaks_for_a_person_has_none_of_their_rights(with_agent: Ship) -> None:
    """Ada's id in an app's message: that is an app."""
    assert await says(with_agent, "deploy web staging", user=ADA) == []
    assert with_agent.provider.starts == []


async def test_t5_its_clicks_and_forms_are_nobodys(with_agent: Ship) -> None:
    """A button pressed in its name is answered like any bot's."""
    ship = with_agent
    await ship.type(ADA, "/ops deploy web staging")
    value = ship.chat.private[-1].message.payload()["blocks"][-1]["elements"][0]["value"]
    assert "Only Ada" in await ship.press(AGENT, value)
    await says(ship, "deploy web staging")
    assert "Bots cannot" in await ship.click(AGENT, "Look at the plan…")
    assert "Bots cannot" in await ship.type(AGENT, "/ops deploy web staging")


async def test_t25_it_may_not_propose_without_end(with_agent: Ship) -> None:
    """The same limit as for people, by rows."""
    ship = with_agent
    ship.change_catalogue(limit=Limit(asks=2, within=10 * MINUTE))
    await ship.restart()
    assert [back(await says(ship, "deploy web staging"))["status"] for _ in range(3)] == [
        "proposed", "proposed", "too_often",
    ]  # fmt: skip
