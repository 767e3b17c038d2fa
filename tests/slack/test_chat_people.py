"""People and user groups as Slack tells them: standing, and what a plan without groups means."""

import asyncio

import pytest
from aiohttp import web

from bot.domain.people import Standing
from bot.errors import ChatError
from bot.slack.explain import explain
from bot.slack.people import standing_of
from bot.slack.room import SlackRoom
from tests.slack.world import ADA, NOW, TEAM, Answer, TinySlack

# ---- people ------------------------------------------------------------------------------------------------------------

MEMBER = {
    "id": ADA,
    "team_id": TEAM,
    "name": "ada",
    "tz": "Europe/Berlin",
    "profile": {"display_name": "Ada", "email": "ada@acme.example"},
}


@pytest.mark.parametrize(
    ("fields", "standing"),
    [
        ({}, Standing.MEMBER),
        ({"deleted": True}, Standing.DEACTIVATED),
        ({"is_bot": True}, Standing.BOT),
        ({"is_connector_bot": True}, Standing.BOT),
        ({"id": "USLACKBOT"}, Standing.BOT),
        ({"is_workflow_bot": True, "is_bot": True}, Standing.WORKFLOW),
        ({"is_restricted": True}, Standing.GUEST),
        ({"is_restricted": True, "is_ultra_restricted": True}, Standing.GUEST),
        ({"is_invited_user": True}, Standing.GUEST),
        ({"is_stranger": True}, Standing.STRANGER),
        ({"team_id": "T0THEIRS"}, Standing.OTHER_TEAM),
        ({"team_id": "T0THEIRS", "is_restricted": True}, Standing.OTHER_TEAM),
        ({"team_id": None}, Standing.OTHER_TEAM),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E1", "teams": [TEAM, "T2"]}}, Standing.MEMBER),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E1", "teams": ["T2"]}}, Standing.OTHER_TEAM),
        ({"deleted": True, "is_bot": True}, Standing.DEACTIVATED),
    ],
)
def test_standing(fields: Answer, standing: Standing) -> None:
    """One test for each flag; doubt is not membership."""
    assert standing_of({**MEMBER, **fields}, TEAM) is standing


def test_before_first_contact_nobody_is_a_member() -> None:
    """We do not know our own team yet."""
    assert standing_of({**MEMBER, "team_id": ""}, "") is Standing.OTHER_TEAM


async def test_a_person(here: SlackRoom, slack: TinySlack) -> None:
    """With name, address, zone, and the instant of the reading; asked once for many askers."""
    slack.answer("users.info", user=MEMBER)
    await here.connect()
    people = await asyncio.gather(*(here.chat.person(ADA) for _ in range(20)))
    ada = people[0]
    assert (ada.name, ada.email, ada.zone, ada.standing, ada.read_at) == (
        "Ada",
        "ada@acme.example",
        "Europe/Berlin",
        Standing.MEMBER,
        NOW,
    )
    assert (ada.identity.team, ada.identity.user) == (TEAM, ADA)
    assert len(slack.told("users.info")) == 1


async def test_an_answer_about_somebody_else_is_none(here: SlackRoom, slack: TinySlack) -> None:
    """Fail closed."""
    slack.answer("users.info", user={**MEMBER, "id": "U0OTHER"})
    with pytest.raises(ChatError, match="user_not_found"):
        await here.chat.person(ADA)


GROUPS = [{"id": "S0BACKEND", "handle": "Backend"}, {"id": "S0GONE", "handle": "gone", "date_delete": 1}]


async def test_groups_by_id_and_by_handle(here: SlackRoom, slack: TinySlack) -> None:
    """A handle in any case, with or without its sign; the list is read once."""
    slack.answer("usergroups.list", usergroups=GROUPS)
    slack.answer("usergroups.users.list", users=[ADA, "U2"])
    for name in ("backend", "@BACKEND", "S0BACKEND"):
        assert await here.chat.group_members(name) == {ADA, "U2"}
    assert len(slack.told("usergroups.list")) == 1
    assert {call["usergroup"] for call in slack.told("usergroups.users.list")} == {"S0BACKEND"}


@pytest.mark.parametrize("name", ["gone", "unheard-of"])
async def test_a_group_that_is_not_there(here: SlackRoom, slack: TinySlack, name: str) -> None:
    """Disabled ones neither."""
    slack.answer("usergroups.list", usergroups=GROUPS)
    with pytest.raises(ChatError, match="group_not_found"):
        await here.chat.group_members(name)
    slack.refuse("usergroups.users.list", "no_such_subteam")
    with pytest.raises(ChatError, match="group_not_found"):
        await here.chat.group_members("S0BACKEND")


async def test_groups_on_a_free_plan(here: SlackRoom, slack: TinySlack) -> None:
    """The code is Slack's; its explanation says what to do instead."""
    slack.refuse("usergroups.list", "plan_upgrade_required")
    with pytest.raises(ChatError, match="plan_upgrade_required") as caught:
        await here.chat.group_members("backend")
    assert "user ids" in explain(caught.value)[1]


async def test_a_changed_group_is_looked_up_again(here: SlackRoom, slack: TinySlack) -> None:
    """A handle may have moved to another group."""
    slack.answer("usergroups.users.list", users=[ADA])
    slack.answer("usergroups.list", usergroups=GROUPS)
    await here.chat.group_members("backend")
    slack.answer("usergroups.list", usergroups=[{"id": "S0NEW", "handle": "backend"}])
    here.chat.forget("group", "S0BACKEND")
    await here.chat.group_members("backend")
    assert [call["usergroup"] for call in slack.told("usergroups.users.list")] == ["S0BACKEND", "S0NEW"]


async def test_one_who_stops_waiting_does_not_stop_the_others(here: SlackRoom, slack: TinySlack) -> None:
    """Single flight survives a cancelled asker."""
    gate = asyncio.Event()

    async def slow(_request: web.Request, _arguments: Answer) -> Answer:
        await gate.wait()
        return {"ok": True, "user": MEMBER}

    slack.methods["users.info"] = slow
    first, second = (asyncio.ensure_future(here.chat.person(ADA)) for _ in range(2))
    await slack.until(lambda: bool(slack.told("users.info")))
    first.cancel()
    gate.set()
    assert (await second).identity.user == ADA
    assert len(slack.told("users.info")) == 1
