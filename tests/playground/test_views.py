"""views.*: stacks, hashes, external ids, limits, and what a submission may answer."""

import asyncio
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import PersonError, Playground, Served
from bot.playground.hands import TROUBLE
from tests.playground.conftest import bolt_app, over_sockets
from tests.playground.test_messages import refused


def plain(text: str) -> dict:
    return {"type": "plain_text", "text": text}


def modal(name: str = "T", **more: Any) -> dict:
    return {"type": "modal", "title": plain(name), "blocks": [], **more}


def field(block_id: str, kind: str = "plain_text_input", **more: Any) -> dict:
    element = {"type": kind, "action_id": "a", **more}
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "element": element}


async def test_a_view_is_updated_with_its_hash(playground: Playground, client: AsyncWebClient) -> None:
    """A stale hash is refused; what was typed survives where ids stay."""
    trigger = playground.slack.triggers.mint("U02ADA")
    opened = (await client.views_open(trigger_id=trigger, view=modal(submit=plain("Go"), blocks=[field("name")])))[
        "view"
    ]
    playground.slack.desk.find(opened["id"]).values["name"]["a"]["value"] = "typed"
    more = modal(submit=plain("Go"), blocks=[field("name"), field("why")])
    changed = (await client.views_update(view_id=opened["id"], hash=opened["hash"], view=more))["view"]
    assert changed["state"]["values"]["name"]["a"]["value"] == "typed"
    await refused("hash_conflict", client.views_update(view_id=opened["id"], hash=opened["hash"], view=more))
    await playground.close("ada")
    await refused("not_found", client.views_update(view_id=opened["id"], view=more))


async def test_three_views_can_be_stacked(playground: Playground, client: AsyncWebClient) -> None:
    """The fourth push is refused; root and previous ids are right; a push needs a trigger from a modal."""
    triggers = playground.slack.triggers
    await refused("not_found", client.views_push(trigger_id=triggers.mint("U02ADA"), view=modal()))
    root = (await client.views_open(trigger_id=triggers.mint("U02ADA"), view=modal("1")))["view"]["id"]
    second = (await client.views_push(trigger_id=triggers.mint("U02ADA", root), view=modal("2")))["view"]
    third = (await client.views_push(trigger_id=triggers.mint("U02ADA", root), view=modal("3")))["view"]
    assert (second["root_view_id"], third["previous_view_id"], third["root_view_id"]) == (root, second["id"], root)
    await refused("push_limit_reached", client.views_push(trigger_id=triggers.mint("U02ADA", root), view=modal("4")))
    await playground.close("ada")
    assert (playground.view("ada") or {})["id"] == second["id"]


async def test_what_slack_refuses_in_a_view(playground: Playground, client: AsyncWebClient) -> None:
    """Size, missing submit, the wrong kind, a second external id; Home needs a known person."""

    def trigger() -> str:
        return playground.slack.triggers.mint("U02ADA")

    error = await refused("invalid_arguments", client.views_open(trigger_id=trigger(), view=modal(blocks=[field("x")])))
    assert "[json-pointer:/view/submit]" in error.response["response_metadata"]["messages"][0]
    await refused("invalid_arguments", client.views_open(trigger_id=trigger(), view=modal("x" * 25)))
    await refused("invalid_arguments", client.views_open(trigger_id=trigger(), view={"type": "home", "blocks": []}))
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}
    await refused("view_too_large", client.views_open(trigger_id=trigger(), view=modal(blocks=[section] * 90)))
    await client.views_open(trigger_id=trigger(), view=modal(external_id="one"))
    opened = playground.slack.triggers.mint("U02GRACE")
    await refused("duplicate_external_id", client.views_open(trigger_id=opened, view=modal(external_id="one")))
    assert (await client.views_update(external_id="one", view=modal("2", external_id="one")))["ok"]
    await refused("invalid_arguments", client.views_publish(user_id="U0NOBODY", view={"type": "home", "blocks": []}))
    home = (await client.views_publish(user_id="U02ADA", view={"type": "home", "blocks": []}))["view"]
    await refused(
        "hash_conflict", client.views_publish(user_id="U02ADA", hash="1.x", view={"type": "home", "blocks": []})
    )
    assert (await client.views_publish(user_id="U02ADA", hash=home["hash"], view={"type": "home", "blocks": []}))["ok"]


@pytest.mark.parametrize(
    ("answer", "top", "told"),
    [
        ({}, "1", {}),
        ({"response_action": "clear"}, None, {}),
        ({"response_action": "update", "view": modal("new")}, "new", {}),
        ({"response_action": "push", "view": modal("third")}, "third", {}),
        ({"response_action": "errors", "errors": {"name": "No."}}, "2", {"errors": {"name": "No."}}),
        ({"response_action": "errors", "errors": {"other": "No."}}, "2", {"message": TROUBLE}),
        ({"response_action": "update", "view": modal("x" * 25)}, "2", {"message": TROUBLE}),
    ],
    ids=["close", "clear", "update", "push", "errors", "errors for a block that is not there", "an invalid view"],
)
async def test_what_a_submission_may_answer(
    playground: Playground, served: Served, client: AsyncWebClient, answer: dict, top: str | None, told: dict
) -> None:
    """Each response_action does what Slack does; a wrong one is “trouble connecting”."""
    app = bolt_app(served)

    @app.view("form")
    async def submitted(ack: AsyncAck) -> None:
        await ack(**answer)

    triggers = playground.slack.triggers
    root = (await client.views_open(trigger_id=triggers.mint("U02ADA"), view=modal("1")))["view"]["id"]
    second = modal("2", callback_id="form", submit=plain("Go"), blocks=[field("name")])
    await client.views_push(trigger_id=triggers.mint("U02ADA", root), view=second)
    async with over_sockets(playground, served, app):
        assert await playground.submit("ada", {"name": "web"}) == told
    shown = playground.view("ada")
    assert (shown["title"]["text"] if shown else None) == top


@pytest.mark.parametrize(
    ("element", "value", "sentence"),
    [
        ({"kind": "plain_text_input", "max_length": 3}, "long", "Please enter at most 3 characters."),
        ({"kind": "plain_text_input", "min_length": 3}, "x", "Please enter at least 3 characters."),
        ({"kind": "email_text_input"}, "ada", "Please enter a valid email address."),
        ({"kind": "url_text_input"}, "acme", "Please enter a valid URL."),
        ({"kind": "number_input", "is_decimal_allowed": False}, "x", "Please enter a number."),
        ({"kind": "number_input", "is_decimal_allowed": False}, "1.5", "Please enter a whole number."),
        (
            {"kind": "number_input", "is_decimal_allowed": True, "min_value": "2"},
            "1",
            "Please enter a number of at least 2.",
        ),
        (
            {"kind": "number_input", "is_decimal_allowed": True, "max_value": "2"},
            "3",
            "Please enter a number of at most 2.",
        ),
    ],
)
async def test_a_client_refuses_what_is_plainly_wrong(
    playground: Playground, client: AsyncWebClient, element: dict, value: str, sentence: str
) -> None:
    """Length, address, URL and number are checked before the app hears of it."""
    view = modal(submit=plain("Go"), blocks=[field("it", **element)])
    await client.views_open(trigger_id=playground.slack.triggers.mint("U02ADA"), view=view)
    assert await playground.submit("ada", {"it": value}) == {"errors": {"it": sentence}}
    assert playground.journal.envelopes("view_submission") == []


async def test_nothing_to_submit(playground: Playground) -> None:
    """Without a window there is nothing to submit or close."""
    with pytest.raises(PersonError, match="no window open"):
        await playground.submit("ada")
    with pytest.raises(PersonError, match="no Home tab"):
        await playground.click_view("ada", "x", home=True)


async def test_response_urls_of_a_view(playground: Playground, served: Served, client: AsyncWebClient) -> None:
    """A conversation select with response_url_enabled gives the app a URL into the chosen channel."""
    app, bodies = bolt_app(served), []

    @app.view("form")
    async def submitted(ack: AsyncAck, body: dict) -> None:
        bodies.append(body)
        await ack()

    element = {"kind": "conversations_select", "response_url_enabled": True}
    view = modal(callback_id="form", submit=plain("Go"), blocks=[field("where", **element)])
    await client.views_open(trigger_id=playground.slack.triggers.mint("U02ADA"), view=view)
    async with over_sockets(playground, served, app):
        assert await playground.submit("ada", {"where": "#team-api"}) == {}
    assert bodies[0]["response_urls"][0]["channel_id"] == "C02TEAMAPI"


async def test_an_app_that_is_away(playground: Playground, client: AsyncWebClient) -> None:
    """With nobody connected a submission and a click in a modal are “trouble connecting”, and the window stays."""
    section = {
        "type": "section",
        "text": plain("x"),
        "accessory": {"type": "button", "action_id": "go", "text": plain("Go")},
    }
    view = modal(submit=plain("Go"), notify_on_close=True, blocks=[section])
    await client.views_open(trigger_id=playground.slack.triggers.mint("U02ADA"), view=view)
    assert await playground.submit("ada") == {"message": TROUBLE}
    assert await playground.click_view("ada", "go") == TROUBLE
    assert playground.view("ada")
    await asyncio.wait_for(playground.close("ada"), 1)
    assert playground.view("ada") is None
