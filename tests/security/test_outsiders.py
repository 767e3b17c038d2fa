"""Whoever does not belong here learns and opens nothing, by any door; and what a form carries gives no right."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from bot.engine.forming import place_in
from tests.fakes.chat import TEAM
from tests.support.ship import Ship

ADA = "U02ADA"
OUTSIDERS = ["U02GUS", "U02DORA", "U02BOT", "U02NOBODY"]


def suggestion(user: str, field: str, typed: str, *, team: str = TEAM, service: str = "web") -> dict[str, Any]:
    """Somebody types into an external select."""
    chosen = {"service": {"service": {"type": "static_select", "selected_option": {"value": service}}}}
    return {
        "type": "block_suggestion",
        "team": {"id": TEAM},
        "user": {"id": user, "team_id": team},
        "action_id": field,
        "block_id": field,
        "value": typed,
        "view": {"id": "V1", "type": "modal", "private_metadata": "", "state": {"values": chosen}},
    }


@pytest.mark.parametrize("who", OUTSIDERS)
@pytest.mark.parametrize("field", ["service", "ref"])
async def test_an_outsider_is_offered_neither_services_nor_branches(ship: Ship, who: str, field: str) -> None:
    """Options of a select are an answer like any other: they name what we have only to members."""
    ship.provider.branches["secret-merger"] = "f" * 40
    assert await ship.deliver(suggestion(who, field, "")) == ""
    assert "web" in await ship.deliver(suggestion(ADA, "service", ""))


async def test_a_member_of_another_team_is_offered_nothing(ship: Ship) -> None:
    """The same user id under another team is somebody else."""
    assert await ship.deliver(suggestion(ADA, "service", "", team="T0EVIL")) == ""


@pytest.mark.parametrize("who", OUTSIDERS)
@pytest.mark.parametrize("message", ["", "ship 5d2f0b7 please"])
async def test_a_shortcut_opens_no_form_for_an_outsider(ship: Ship, who: str, message: str) -> None:
    """The form lists every service."""
    await ship.shortcut(who, "deploy_this" if message else "deploy", message=message)
    assert ship.chat.views == []


@pytest.mark.parametrize("who", OUTSIDERS)
async def test_missing_words_open_no_form_for_an_outsider(ship: Ship, who: str) -> None:
    """Neither does a command with words left out."""
    said = await ship.type(who, "/ops deploy")
    assert ship.chat.views == []
    assert "web" not in said


@pytest.mark.parametrize(
    "carried",
    [
        json.dumps({"channel": "C04", "thread": "", "direct": True}),
        json.dumps({"channel": "C04", "thread": "", "direct": "yes"}),
    ],
)
async def test_a_form_cannot_claim_that_a_shared_channel_is_a_direct_message(ship: Ship, carried: str) -> None:
    """What a form carries says where it was opened; whether that is shared is asked of Slack."""
    await ship.shortcut(ADA, "deploy")
    said = await _forged(ship, carried, {"service": "web", "environment": "staging", "ref": "", "because": ""})
    assert "shared" in said
    assert ship.provider.starts == []


@pytest.mark.parametrize("carried", ["[" * 100_000, "null", '{"channel": ' + "9" * 5_000 + "}", '"x"', "{}"])
def test_what_a_form_carries_never_breaks_us(carried: str) -> None:
    """Anything that we did not write is nowhere."""
    assert place_in(carried).channel == ""


async def _forged(ship: Ship, carried: str, values: Mapping[str, str]) -> str:
    view = ship.chat.views[-1]
    ship.chat.views.append(type(view)(body={**view.body, "private_metadata": carried}))
    return await ship.submit(ADA, values)


@pytest.mark.parametrize("words", ["status web", "history web staging", "changes web staging", "why web staging"])
async def test_in_a_shared_channel_only_whoever_asked_sees_the_answer(ship: Ship, words: str) -> None:
    """The other company reads along there: commit titles and revisions are not posted for it."""
    before = len(ship.chat.posts)
    assert "web" in await ship.mention(ADA, words, channel="C04")
    assert len(ship.chat.posts) == before
    assert ship.seen_by(ADA)
