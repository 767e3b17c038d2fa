"""The whole room against the playground: a stricter Slack than ours, by both transports."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.config.connection import Mode, Slack
from bot.domain.messages import Message, View
from bot.domain.people import Standing
from bot.domain.requests import Ack, DeliveryKind
from bot.domain.terms import Door
from bot.errors import ChatError
from bot.playground import Playground, Served
from bot.slack.manifest import Description, manifest
from bot.slack.room import SlackRoom
from bot.slack.scopes import missing_scopes
from bot.web.rawcheck import authentic
from tests.slack.world import Engine, FixedRandom, WallClock

SAID = {"/ops": Description(says="Deploy, roll back, see.", usage="status")}
BUTTON: Any = {
    "type": "button",
    "action_id": "confirm",
    "value": "offer-1",
    "text": {"type": "plain_text", "text": "Deploy"},
}
CARD = Message(text="Deploy web to staging?", blocks=({"type": "actions", "block_id": "b", "elements": [BUTTON]},))


@pytest.fixture
async def playground() -> Playground:
    return Playground()


@pytest.fixture
async def served(playground: Playground) -> AsyncIterator[Served]:
    async with playground.serve() as served:
        yield served


def settings(served: Served, *, http: bool = False) -> Slack:
    way = {"signing_secret": SecretStr(served.signing_secret)} if http else {"app_token": SecretStr(served.app_token)}
    return Slack.model_validate({"bot_token": SecretStr(served.bot_token), "base_url": served.api_url, **way})


@pytest.fixture
def engine() -> Engine:
    return Engine(Ack(message=CARD))


@pytest.fixture
async def here(playground: Playground, served: Served, engine: Engine) -> AsyncIterator[SlackRoom]:
    playground.install(manifest("/ops", (), Mode.SOCKET, "", SAID))
    made = SlackRoom(settings(served), WallClock(), FixedRandom())
    try:
        await made.connect()
        await made.listen(engine)
        await playground.wait_for(lambda: playground.connections == 2, what="two connections")
        yield made
    finally:
        await made.stop()


async def test_a_command_a_click_and_their_answers(playground: Playground, here: SlackRoom, engine: Engine) -> None:
    """Typed in a channel, answered privately; the button's click arrives, and its answer too."""
    typed = await playground.type("ada", "#team-web", "/ops deploy web staging")
    assert typed.notice == ""
    (asked,) = engine.received
    assert (asked.command, asked.invocation.text) == ("/ops", "deploy web staging")
    private = await playground.wait_for(lambda: playground.ephemerals("ada"), what="the answer")
    assert private[-1].text == CARD.text
    engine.ack = Ack(message=Message(text="Started."))
    assert await playground.click("ada", "#team-web", private[-1].ts, "confirm") == ""
    clicked = engine.received[-1]
    assert (clicked.kind, clicked.action, clicked.offer) == (DeliveryKind.CLICK, "confirm", "offer-1")
    assert clicked.invocation.who == asked.invocation.who
    await playground.wait_for(lambda: playground.ephemerals("ada")[-1].text == "Started.", what="the second answer")


async def test_mention_direct_message_and_home(playground: Playground, here: SlackRoom, engine: Engine) -> None:
    """The doors without a slash."""
    engine.ack = Ack()
    bot = playground.workspace.users[here.connection.bot_user].name if here.connection else ""
    await playground.type("ada", "#team-web", f"@{bot} status")
    await playground.type("ada", f"@{bot}", "help")
    playground.open_home("ada")
    await playground.wait_for(lambda: len(engine.received) == 3, what="three deliveries")
    doors = {delivery.invocation.door: delivery.invocation.text for delivery in engine.received}
    assert doors == {Door.MENTION: "status", Door.DIRECT: "help", Door.HOME: ""}
    assert len({delivery.invocation.who for delivery in engine.received}) == 1


async def test_messages_go_out_and_are_found_again(playground: Playground, here: SlackRoom) -> None:
    """Post, edit, find by key, link; and a reply that the channel sees."""
    channel = (await here.chat.channel("team-web")).id
    before = WallClock().now()
    ts = await here.chat.post(channel, CARD, key="operation:1")
    await here.chat.update(channel, ts, Message(text="Live: web to staging."))
    reply = await here.chat.post(channel, Message(text="Live.", broadcast=True), thread=ts, key="operation:1:live")
    assert await here.chat.find(channel, "operation:1", since=before) == ts
    assert await here.chat.find(channel, "operation:1:live", since=before, thread=ts) == reply
    assert await here.chat.find(channel, "operation:2", since=before) is None
    assert (await here.chat.permalink(channel, ts)).startswith("http")
    shown = {message.ts: message.text for message in playground.messages("#team-web")}
    assert shown[ts] == "Live: web to staging."
    assert reply in shown


async def test_a_window_is_opened_from_a_shortcut_and_answered(
    playground: Playground, here: SlackRoom, engine: Engine
) -> None:
    """The trigger opens a modal; its input comes back by block id, and errors show at their field."""
    engine.ack = Ack()
    assert await playground.shortcut("ada", "deploy") == ""
    field: Any = {
        "type": "input",
        "block_id": "because",
        "label": {"type": "plain_text", "text": "Why?"},
        "element": {"type": "plain_text_input", "action_id": "text"},
    }
    body: Any = {
        "type": "modal",
        "callback_id": "deploy",
        "private_metadata": "carried",
        "title": {"type": "plain_text", "text": "Deploy"},
        "submit": {"type": "plain_text", "text": "Deploy"},
        "blocks": [field],
    }
    view = await here.chat.open_view(engine.received[-1].invocation.trigger, View(body=body))
    engine.ack = Ack(errors={"because": "Say more."})
    assert await playground.submit("ada", {"because": "hm"}) == {"errors": {"because": "Say more."}}
    sent = engine.received[-1]
    assert (sent.kind, sent.view, sent.carried, dict(sent.values)) == (
        DeliveryKind.SUBMIT,
        view,
        "carried",
        {"because": "hm"},
    )
    engine.ack = Ack(message=Message(text="Not recorded."))
    assert await playground.submit("ada", {"because": "a reason"}) == {}
    shown = playground.view("ada")
    assert shown is not None
    assert "Not recorded." in str(shown["blocks"])


async def test_who_people_are(playground: Playground, here: SlackRoom) -> None:
    """Every kind of user of the playground has its standing."""
    found = {str(user.kind): (await here.chat.person(user.id)).standing for user in playground.workspace.users.values()}
    expected = {
        "member": Standing.MEMBER,
        "admin": Standing.MEMBER,
        "owner": Standing.MEMBER,
        "guest": Standing.GUEST,
        "bot": Standing.BOT,
        "deactivated": Standing.DEACTIVATED,
    }
    for kind, standing in expected.items():
        assert found.get(kind, standing) is standing, kind
    assert found["external"] in {Standing.STRANGER, Standing.OTHER_TEAM}


async def test_the_manifest_grants_what_we_need(here: SlackRoom) -> None:
    """The playground grants what the manifest asks for, and says so in its header."""
    assert here.connection is not None
    assert missing_scopes(here.connection.scopes) == ()


async def test_errors_of_a_strict_slack(here: SlackRoom, playground: Playground) -> None:
    """Its codes arrive as ChatError."""
    with pytest.raises(ChatError, match="channel_not_found"):
        await here.chat.channel("nowhere")
    with pytest.raises(ChatError, match=r"invalid_trigger|expired_trigger"):
        await here.chat.open_view("1.2.abc", View(body={"type": "modal"}))
    with pytest.raises(ChatError, match="group_not_found"):
        await here.chat.group_members("nobody-at-all")


async def test_a_refused_event_is_delivered_again(playground: Playground, here: SlackRoom, engine: Engine) -> None:
    """First not stored, then stored: Slack's retry arrives with the same key."""
    engine.ack = Ack(refused=True)
    bot = playground.workspace.users[here.connection.bot_user].name if here.connection else ""
    await playground.type("ada", "#team-web", f"@{bot} status")
    await playground.wait_for(lambda: engine.received, what="the first try")
    engine.ack = Ack()
    await playground.wait_for(lambda: len(engine.received) >= 2, timeout=8, what="the second try")
    assert len({delivery.key for delivery in engine.received}) == 1
    assert engine.received[1].retry == 1


async def test_http_mode(playground: Playground, served: Served, engine: Engine) -> None:
    """Signed requests to our listener: the raw check, then the room; probes, commands and their answers."""
    made = SlackRoom(settings(served, http=True), WallClock(), FixedRandom())

    async def listen(request: web.Request) -> web.Response:
        raw = await request.read()
        if rejection := authentic(request.headers, raw, served.signing_secret, WallClock().now()):
            return web.Response(status=rejection.status)
        status, headers, body = await made.dispatch(request.headers, raw)
        return web.Response(status=status, headers=headers, body=body)

    app = web.Application()
    app.router.add_post("/slack/events", listen)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        await made.listen(engine)
        playground.install(manifest("/ops", (), Mode.HTTP, url, SAID))
        playground.deliver_to(f"{url}/slack/events")
        await playground.verify_url()
        typed = await playground.type("ada", "#team-web", "/ops status")
        assert typed.notice == ""
        assert engine.received[0].invocation.text == "status"
        await playground.wait_for(lambda: playground.ephemerals("ada")[-1].text == CARD.text, what="the answer")
        async with (
            aiohttp.ClientSession() as stranger,
            stranger.post(f"{url}/slack/events", data={"command": "/ops"}) as refused,
        ):
            assert refused.status == 401
        assert len(engine.received) == 1
    finally:
        await made.stop()
        await runner.cleanup()
