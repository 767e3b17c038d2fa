"""The official Python Bolt, unmodified, over Socket Mode: every kind of payload and every kind of answer."""

import asyncio
import re

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond, AsyncSay

from bot.playground import Playground, Served
from tests.playground import sample_app
from tests.playground.conftest import bolt_app, over_sockets, web_client

PLAIN = {"type": "plain_text", "text": "Go"}
BUTTONS = [{"type": "actions", "elements": [{"type": "button", "text": PLAIN, "action_id": "go", "value": "web"}]}]


async def test_a_slash_command_is_acknowledged_with_an_ephemeral(playground: Playground, served: Served) -> None:
    """The ack's body is an ephemeral for the person; mentions and channels arrive as ids."""
    app = bolt_app(served)
    heard: list[dict] = []

    @app.command("/ops")
    async def ops(ack: AsyncAck, body: dict) -> None:
        heard.append(body)
        await ack("Queued")

    async with over_sockets(playground, served, app):
        typed = await playground.type(
            "ada", "#team-web", "/ops deploy web for @grace in #team-api see https://x.io/a & more"
        )
    assert typed.notice == ""
    assert heard[0]["text"] == "deploy web for <@U02GRACE> in <#C02TEAMAPI|team-api> see <https://x.io/a> &amp; more"
    assert (heard[0]["channel_name"], heard[0]["user_name"]) == ("team-web", "ada")
    assert [message.text for message in playground.ephemerals("ada")] == ["Queued"]
    assert playground.messages("team-web", "grace") == []


async def test_a_mention_is_heard_in_channels_the_app_is_in(playground: Playground, served: Served) -> None:
    """A mention becomes app_mention, also in a thread; the reply lands there."""
    app = bolt_app(served)

    @app.event("app_mention")
    async def mentioned(event: dict, say: AsyncSay) -> None:
        await say(text=f"heard {event['text']}", thread_ts=event["ts"])

    @app.event("message")
    async def ignore() -> None:
        """Everything else is fine too."""

    async with over_sockets(playground, served, app):
        asked = await playground.type("ada", "team-web", "@quarterdeck status")
        thread = await playground.wait_for(lambda: playground.thread("team-web", asked.ts)[1:])
        await playground.type("ada", "general", "@quarterdeck status")
    assert [message.text for message in thread] == ["heard <@U02QDECK> status"]
    assert len(playground.journal.envelopes("app_mention")) == 1


async def test_a_direct_message_is_message_im(playground: Playground, served: Served) -> None:
    """A direct message has channel_type im, the person's text as rich text, and is answered there."""
    app = bolt_app(served)
    heard: list[dict] = []

    @app.event("message")
    async def direct(event: dict, say: AsyncSay) -> None:
        heard.append(event)
        await say("hello")

    async with over_sockets(playground, served, app):
        await playground.type("ada", "@quarterdeck", "hi *there*")
        await playground.wait_for(lambda: len(playground.messages("@quarterdeck", "ada")) == 2)
    assert (heard[0]["channel_type"], heard[0]["text"]) == ("im", "hi *there*")
    assert heard[0]["blocks"][0]["type"] == "rich_text"
    assert heard[0]["client_msg_id"]
    assert [ring.why for ring in playground.rings("ada")] == ["dm"]


async def test_a_button_is_pressed_and_the_message_replaced(playground: Playground, served: Served) -> None:
    """block_actions carries value, container and message; `replace_original` edits, five answers are the limit."""
    app, client = bolt_app(served), web_client(served)
    bodies: list[dict] = []
    statuses: list[int] = []

    @app.action("go")
    async def go(ack: AsyncAck, body: dict, respond: AsyncRespond) -> None:
        await ack()
        bodies.append(body)
        await respond(text="pressed", replace_original=True)
        for _ in range(5):
            answer = await respond(text="again")
            statuses.append(answer.status_code)

    async with over_sockets(playground, served, app):
        ts = (await client.chat_postMessage(channel="C02TEAMWEB", text="ready", blocks=BUTTONS))["ts"]
        assert await playground.click("grace", "team-web", ts, "Go") == ""
        await playground.wait_for(lambda: len(statuses) == 5)
    action = bodies[0]["actions"][0]
    assert (action["value"], action["type"], bodies[0]["user"]["id"]) == ("web", "button", "U02GRACE")
    assert bodies[0]["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": "C02TEAMWEB",
        "is_ephemeral": False,
    }
    assert bodies[0]["message"]["text"] == "ready"
    assert playground.messages("team-web")[0].text == "pressed"
    assert playground.messages("team-web")[0].blocks == []
    assert statuses == [200, 200, 200, 200, 404]


async def test_an_ephemeral_is_replaced_in_place_and_deleted(playground: Playground, served: Served) -> None:
    """An ephemeral's click carries no message; replacing keeps its place, deleting removes it."""
    app = bolt_app(served)
    bodies: list[dict] = []

    @app.command("/ops")
    async def ops(ack: AsyncAck) -> None:
        await ack(text="A plan", blocks=BUTTONS)

    @app.action("go")
    async def go(ack: AsyncAck, body: dict, respond: AsyncRespond) -> None:
        await ack()
        bodies.append(body)
        if len(bodies) == 1:
            await respond(text="Sure?", blocks=BUTTONS, replace_original=True)
        else:
            await respond(delete_original=True)

    async with over_sockets(playground, served, app):
        await playground.type("ada", "team-web", "/ops")
        ts = playground.ephemerals("ada")[0].ts
        await playground.click("ada", "team-web", ts, "go")
        await playground.wait_for(lambda: playground.ephemerals("ada")[0].text == "Sure?")
        assert playground.ephemerals("ada")[0].ts == ts
        await playground.click("ada", "team-web", ts, "go")
        await playground.wait_for(lambda: not playground.ephemerals("ada"))
    assert "message" not in bodies[0]
    assert bodies[0]["container"]["is_ephemeral"] is True


async def test_an_in_channel_answer_shows_the_typed_command(playground: Playground, served: Served) -> None:
    """`in_channel` reveals what was typed; an ephemeral answer does not."""
    app = bolt_app(served)

    @app.command("/ops")
    async def ops(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        await respond("for all", response_type="in_channel")

    async with over_sockets(playground, served, app):
        await playground.type("ada", "team-web", "/ops status")
        await playground.wait_for(lambda: len(playground.messages("team-web")) == 2)
    assert [message.text for message in playground.messages("team-web")] == ["/ops status", "for all"]


async def test_the_sample_apps_modal_from_opening_to_the_answer(playground: Playground, served: Served) -> None:
    """A form opens on a command, suggests, refuses, keeps what was filled in, pushes, and goes through."""
    playground.install(sample_app.MANIFEST)
    app = sample_app.build_app(web_client(served), pause=0)
    async with over_sockets(playground, served, app):
        await playground.type("ada", "team-web", "/ops form")
        await playground.wait_for(lambda: playground.view("ada"))
        offered = await playground.suggest("ada", "service", "b")
        assert [option["value"] for option in offered["options"]] == ["web", "billing"]
        assert (await playground.submit("ada", {}))["errors"] == {
            "service": "Please complete this required field.",
            "env": "Please complete this required field.",
        }
        filled = {"Service": "web", "Environment": "staging", "Name": "bad", "People": ["grace"], "Replicas": "3"}
        assert await playground.submit("ada", filled) == {
            "errors": {"name": "There is no service “bad”. Did you mean web?"}
        }
        await playground.click_view("ada", "push")
        await playground.wait_for(lambda: (playground.view("ada") or {})["callback_id"] == "second")
        await playground.close("ada")
        assert await playground.submit("ada", {"Name": "web"}) == {}
        assert playground.view("ada") is None
        answers = await playground.wait_for(lambda: playground.messages("@quarterdeck", "ada"))
    assert answers[0].text == "Form: staging"


async def test_shortcuts_and_home(playground: Playground, served: Served) -> None:
    """A message shortcut carries its message, a global one opens a form, the Home tab is published per person."""
    playground.install(sample_app.MANIFEST)
    app = sample_app.build_app(web_client(served), pause=0)
    async with over_sockets(playground, served, app):
        ts = (await playground.type("grace", "team-web", "please deploy web")).ts
        assert await playground.shortcut("ada", "deploy_this", "team-web", ts) == ""
        view = await playground.wait_for(lambda: playground.view("ada"))
        assert view["private_metadata"] == "please deploy web"
        await playground.close("ada")
        assert playground.journal.envelopes("view_closed")
        await playground.shortcut("ada", "start")
        await playground.wait_for(lambda: playground.view("ada"))
        playground.open_home("ada")
        home = await playground.wait_for(lambda: playground.home("ada"))
        assert home["type"] == "home"
        assert playground.home("grace") is None
        await playground.click_view("ada", "form", home=True)
        await playground.wait_for(lambda: (playground.view("ada") or {})["private_metadata"] == "")


async def test_the_sample_apps_card_is_edited_and_broadcast(playground: Playground, served: Served) -> None:
    """One card, edited in place; details in its thread; the last one to the channel, ringing for the asker."""
    playground.install(sample_app.MANIFEST)
    app = sample_app.build_app(web_client(served), pause=0)
    async with over_sockets(playground, served, app):
        await playground.type("ada", "team-web", "/deploy web staging")
        await playground.wait_for(
            lambda: playground.messages("team-web") and playground.messages("team-web")[0].reactions
        )
    root, report = playground.messages("team-web")
    assert "Live" in root.text
    assert report.broadcast
    assert len(playground.thread("team-web", root.ts)) == 5
    assert [ring.why for ring in playground.rings("ada")] == ["mention"]
    assert playground.rings("grace") == []


async def test_selects_send_what_was_chosen(playground: Playground, served: Served) -> None:
    """Each select sends its own field, and the other inputs come along in `state`."""
    playground.install(sample_app.MANIFEST)
    app = bolt_app(served)
    bodies: list[dict] = []

    @app.command("/ops")
    async def ops(ack: AsyncAck) -> None:
        await ack(text="A plan", blocks=sample_app.plan_blocks(""))

    @app.action(re.compile(".*"))
    async def anything(ack: AsyncAck, body: dict) -> None:
        await ack()
        bodies.append(body)

    async with over_sockets(playground, served, app):
        await playground.type("ada", "team-web", "/ops")
        ts = playground.ephemerals("ada")[0].ts
        for wanted, value in (("colour", "green"), ("person", "grace"), ("day", "2026-12-01"), ("more", "silence")):
            await playground.click("ada", "team-web", ts, wanted, value)
    sent = [body["actions"][0] for body in bodies]
    assert sent[0]["selected_option"]["value"] == "green"
    assert sent[1]["selected_user"] == "U02GRACE"
    assert sent[2]["selected_date"] == "2026-12-01"
    assert sent[3]["selected_option"]["text"]["text"] == "Silence"
    assert bodies[3]["state"]["values"]["choices"]["colour"]["selected_option"]["value"] == "green"


async def test_a_refresh_loses_nothing(playground: Playground, served: Served) -> None:
    """With two connections, commands typed while Slack moves both are all answered."""
    app = bolt_app(served)

    @app.command("/ops")
    async def ops(ack: AsyncAck) -> None:
        await ack("ok")

    async with over_sockets(playground, served, app), over_sockets(playground, served, app):
        await playground.slack.sockets.ask_to_refresh()
        await playground.wait_for(lambda: playground.slack.sockets.tickets_issued == 4)
        await playground.wait_for(lambda: playground.connections == 2)
        typed = await asyncio.gather(*(playground.type("ada", "team-web", f"/ops {n}") for n in range(10)))
    assert [one.notice for one in typed] == [""] * 10


async def test_an_app_that_is_cut_off_comes_back(playground: Playground, served: Served) -> None:
    """After an abrupt drop commands fail with dispatch_failed until the app has reconnected."""
    app: AsyncApp = bolt_app(served)

    @app.command("/ops")
    async def ops(ack: AsyncAck) -> None:
        await ack("ok")

    async with over_sockets(playground, served, app):
        playground.slack.sockets.drop()
        assert (
            await playground.type("ada", "team-web", "/ops")
        ).notice == '/ops failed with the error "dispatch_failed"'
        await playground.wait_for(lambda: playground.connections == 1)
        assert (await playground.type("ada", "team-web", "/ops")).notice == ""


async def test_an_answer_in_the_thread_of_a_button(playground: Playground, served: Served) -> None:
    """A suggestion in a message, and a response_url that answers, replaces and deletes in a channel."""
    app, client = bolt_app(served), web_client(served)
    gone: list[int] = []
    select = {"type": "external_select", "action_id": "service", "min_query_length": 0, "placeholder": PLAIN}
    blocks = [*BUTTONS, {"type": "actions", "elements": [select]}]

    @app.options("service")
    async def services(ack: AsyncAck) -> None:
        await ack(option_groups=[{"label": PLAIN, "options": [{"text": PLAIN, "value": "web"}]}])

    @app.action("go")
    async def go(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        await respond(text="for all", response_type="in_channel", replace_original=False)
        await respond(delete_original=True)
        answer = await respond(text="too late", replace_original=True)
        gone.append(answer.status_code)

    async with over_sockets(playground, served, app):
        ts = (await client.chat_postMessage(channel="C02TEAMWEB", text="ready", blocks=blocks))["ts"]
        offered = await playground.suggest("ada", "service", "w", channel="team-web", ts=ts)
        assert offered["option_groups"][0]["options"][0]["value"] == "web"
        await playground.click("ada", "team-web", ts, "go")
        await playground.wait_for(lambda: gone)
    assert [message.text for message in playground.messages("team-web")] == ["for all"]
    assert gone == [400]
