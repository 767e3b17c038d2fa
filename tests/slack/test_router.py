"""Real Bolt with our one middleware: acks at once, nothing on the way, no delivery without an answer."""

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from structlog.testing import capture_logs

from bot.domain.messages import Message, View
from bot.domain.requests import Ack, DeliveryKind
from bot.slack.app import bolt_app, dispatch
from bot.slack.room import SlackRoom
from tests.slack.world import (
    ADA,
    BOT_USER,
    TEAM,
    Engine,
    TinySlack,
    click,
    command,
    direct,
    event,
    form,
    headers,
    mention,
    room,
    submission,
)

HELLO = Message(text="Hello.", blocks=({"type": "section", "text": {"type": "plain_text", "text": "Hello."}},))


@pytest.fixture
async def http(slack: TinySlack) -> AsyncIterator[SlackRoom]:
    async with room(slack, http=True) as made:
        yield made


@pytest.fixture
def engine() -> Engine:
    return Engine()


async def send(http: SlackRoom, body: dict[str, Any], **more: str) -> tuple[int, Any]:
    raw = form(body)
    status, _, answer = await http.dispatch({**headers(raw), **more}, raw)
    return status, json.loads(answer) if answer else None


def here(url: str, slack: TinySlack) -> dict[str, str]:
    return {"response_url": f"{slack.url}/respond/{url}"}


async def test_a_command_is_answered_in_the_ack(http: SlackRoom, engine: Engine) -> None:
    """What the engine says is the body of the ack, for the asker alone."""
    engine.ack = Ack(message=HELLO)
    await http.listen(engine)
    assert await send(http, command()) == (200, {"response_type": "ephemeral", **HELLO.payload()})
    assert [delivery.invocation.text for delivery in engine.received] == ["deploy web staging"]


async def test_an_ack_costs_turns_not_milliseconds(http: SlackRoom, engine: Engine) -> None:
    """Bolt's runner polls for the ack every 10 ms; ours is there after a handful of turns of the loop, without any timer."""
    await http.listen(engine)
    raw = form(command())
    task = asyncio.ensure_future(http.dispatch(headers(raw), raw))
    loop = asyncio.get_running_loop()
    turns = 0
    while not task.done():
        await asyncio.sleep(0)
        turns += 1
        assert turns < 10, "the ack waits for a timer"
    assert task.result()[0] == 200
    assert loop._scheduled == []  # type: ignore[attr-defined]


async def test_a_slow_delivery_holds_up_nobody(http: SlackRoom) -> None:
    """While one command waits for its commit, others are acked."""
    gate = asyncio.Event()

    async def receive(delivery: Any) -> Ack:
        if delivery.invocation.text == "slow":
            await gate.wait()
        return Ack(message=HELLO)

    await http.listen(receive)
    slow = asyncio.ensure_future(send(http, command("slow")))
    for n in range(50):
        assert (await send(http, command("status", trigger_id=f"{n}.1.a")))[0] == 200
    assert not slow.done()
    gate.set()
    assert (await slow)[0] == 200


async def test_nothing_is_asked_of_slack_on_the_way(http: SlackRoom, engine: Engine, slack: TinySlack) -> None:
    """No auth.test, no call at all before an ack, however many come first."""
    await http.listen(engine)
    await asyncio.gather(*(send(http, command(trigger_id=f"{n}.1.a")) for n in range(20)))
    assert len(engine.received) == 20
    assert slack.calls == []


def test_the_app_has_one_middleware_and_no_listener() -> None:
    """Nothing is scanned: cost does not grow with commands."""
    app = _app()
    assert app._async_listeners == []
    names = [middleware.name.rsplit(".", 1)[-1] for middleware in app._async_middleware_list]
    assert names[:2] == ["AsyncSslCheck", "Router"]


def _app() -> AsyncApp:
    from bot.slack.client import web_client
    from bot.slack.router import Router

    router = Router(Engine(), None, None, whoami=lambda: "", heard=lambda *_: None)  # type: ignore[arg-type]
    return bolt_app(web_client("xoxb-test", "http://127.0.0.1:9/api/"), router)


def test_the_environment_of_others_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """With these set, Bolt would switch to OAuth and silently drop the token it was given."""
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "secret")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-other")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "other")
    app = _app()
    assert app.oauth_flow is None
    assert app._token == "xoxb-test"
    assert os.environ["SLACK_CLIENT_ID"] == "1.2"


@pytest.mark.parametrize("retry", ["1", "2", "3"])
async def test_retries_say_which_they_are(http: SlackRoom, engine: Engine, retry: str) -> None:
    """The same event has the same key at each attempt, so that the inbox knows it again."""
    await http.listen(engine)
    body = event(direct())
    await send(http, body)
    await send(http, body, **{"X-Slack-Retry-Num": retry, "X-Slack-Retry-Reason": "http_timeout"})
    assert len({delivery.key for delivery in engine.received}) == 1
    assert [delivery.retry for delivery in engine.received] == [0, int(retry)]


UNMATCHED = [
    {**command(), "command": "/unheard-of"},
    {**click(), "actions": [{"type": "button", "action_id": "never-defined", "value": "x", "action_ts": "1.1"}]},
    {"type": "view_closed", "user": {"id": ADA, "team_id": TEAM}, "view": {"id": "V1"}},
    {"type": "interactive_message", "user": {"id": ADA}, "actions": []},
    {"type": "a kind from next year", "user": {"id": ADA}},
    event({"type": "reaction_added", "user": ADA}),
    event({"type": "function_executed", "function": {}}),
    event({**direct(), "bot_id": "B2"}),
    {**submission(), "view": {"id": "V1", "callback_id": "no type"}},
    {**submission(), "response_urls": [{"response_url": "https://a"}, {"response_url": "https://b"}]},
    {**click(), "team": None, "user": {"id": ADA, "team_id": TEAM}, "enterprise": None, "authorizations": 5},
]


@pytest.mark.parametrize("body", UNMATCHED)
async def test_what_nobody_waits_for_is_acked(http: SlackRoom, engine: Engine, body: dict[str, Any]) -> None:
    """Bolt answers 404 (or 500), and Slack sends an event three times more; we take everything."""
    await http.listen(engine)
    assert (await send(http, body))[0] == 200


async def test_commands_and_clicks_that_we_do_not_know_reach_the_engine(http: SlackRoom, engine: Engine) -> None:
    """They are answered with help."""
    await http.listen(engine)
    await send(http, UNMATCHED[0])
    await send(http, UNMATCHED[1])
    assert [delivery.kind for delivery in engine.received] == [DeliveryKind.WORDS, DeliveryKind.CLICK]


async def test_an_event_that_was_not_stored_comes_again(http: SlackRoom, engine: Engine) -> None:
    """503 without x-slack-no-retry makes Slack send it again; nothing is posted meanwhile."""
    engine.ack = Ack(message=HELLO, refused=True)
    await http.listen(engine)
    raw = form(event(mention()))
    status, answered, body = await http.dispatch(headers(raw), raw)
    assert (status, body) == (503, b"")
    assert "x-slack-no-retry" not in answered


async def test_a_command_that_was_not_stored_is_told_so(http: SlackRoom, engine: Engine) -> None:
    """In the ack itself, with the reference, even where the engine leaves the words to us."""
    engine.ack = Ack(refused=True)
    await http.listen(engine)
    status, answer = await send(http, command())
    assert status == 200
    assert "Not recorded, nothing was done" in answer["text"]
    assert engine.received[0].invocation.ref in answer["text"]


async def test_a_defect_is_told_with_its_reference(http: SlackRoom, engine: Engine) -> None:
    """A person gets a reference; the log has the traceback under it."""
    engine.breaks = ZeroDivisionError("boom")
    await http.listen(engine)
    with capture_logs() as logs:
        status, answer = await send(http, command())
    ref = engine.received[0].invocation.ref
    assert status == 200
    assert answer["text"].startswith("Something broke")
    assert ref in answer["text"]
    (entry,) = [entry for entry in logs if entry["event"] == "something broke"]
    assert (entry["ref"], entry["exc_info"]) == (ref, True)


async def test_a_defect_leaves_an_event_to_slack(http: SlackRoom, engine: Engine) -> None:
    """It is sent again, to a bot that may be well by then."""
    engine.breaks = ZeroDivisionError("boom")
    await http.listen(engine)
    with capture_logs():
        assert await send(http, event(direct())) == (503, None)


async def test_a_defect_while_a_form_is_sent_is_shown_in_the_window(http: SlackRoom, engine: Engine) -> None:
    """A modal cannot be answered elsewhere."""
    engine.breaks = ZeroDivisionError("boom")
    await http.listen(engine)
    with capture_logs():
        status, answer = await send(http, submission())
    assert (status, answer["response_action"]) == (200, "update")
    assert "Something broke" in json.dumps(answer["view"])


async def test_forms_are_answered_with_errors_or_a_view(http: SlackRoom, engine: Engine) -> None:
    """Errors by block id first, else the next view, else the window closes."""
    await http.listen(engine)
    engine.ack = Ack(errors={"because": "Say why."}, view=View(body={"type": "modal"}))
    assert (await send(http, submission()))[1] == {"response_action": "errors", "errors": {"because": "Say why."}}
    engine.ack = Ack(view=View(body={"type": "modal", "title": "x"}))
    assert (await send(http, submission()))[1] == {"response_action": "update", "view": {"type": "modal", "title": "x"}}
    engine.ack = Ack()
    assert await send(http, submission()) == (200, None)


async def test_suggestions(http: SlackRoom, engine: Engine) -> None:
    """At most a hundred, within Slack's lengths, none empty."""
    engine.ack = Ack(options=(("", "x"), *((f"label {n} " + "y" * 90, "v" * 200) for n in range(150))))
    await http.listen(engine)
    asked = {"type": "block_suggestion", "user": {"id": ADA, "team_id": TEAM}, "action_id": "ref", "value": "ma"}
    _, answer = await send(http, asked)
    assert len(answer["options"]) == 99
    assert all(len(o["text"]["text"]) <= 75 and len(o["value"]) <= 150 for o in answer["options"])


async def test_a_clicks_answer_follows_privately(http: SlackRoom, engine: Engine, slack: TinySlack) -> None:
    """Slack ignores the body of a click's ack: the message goes by response_url, after the ack."""
    engine.ack = Ack(message=HELLO)
    await http.listen(engine)
    assert await send(http, click(**here("click", slack))) == (200, None)
    await slack.until(lambda: bool(slack.told("respond:click")))
    (sent,) = slack.told("respond:click")
    assert (sent["text"], sent["response_type"], sent["replace_original"]) == ("Hello.", "ephemeral", False)


@pytest.mark.parametrize(
    ("body", "method", "told"),
    [
        (
            event(mention(thread_ts="7.7")),
            "chat.postEphemeral",
            {"channel": "C0WEB1234", "user": ADA, "thread_ts": "7.7"},
        ),
        (event(direct()), "chat.postMessage", {"channel": "D0ADA1234"}),
        (
            {"type": "shortcut", "callback_id": "deploy", "user": {"id": ADA, "team_id": TEAM}, "trigger_id": "1.1.a"},
            "views.open",
            {},
        ),
    ],
)
async def test_other_answers_follow_by_the_most_private_way(
    http: SlackRoom, engine: Engine, slack: TinySlack, body: dict[str, Any], method: str, told: dict[str, Any]
) -> None:
    """Mentions, direct messages and shortcuts have no ack that could speak."""
    slack.answer("chat.postMessage", ts="1.1")
    engine.ack = Ack(message=HELLO)
    await http.listen(engine)
    assert (await send(http, body))[0] == 200
    await slack.until(lambda: bool(slack.told(method)))
    assert told.items() <= slack.told(method)[0].items()


async def test_a_click_in_home_is_answered_by_direct_message(http: SlackRoom, engine: Engine, slack: TinySlack) -> None:
    """The Home tab has neither a channel nor a response_url."""
    slack.answer("conversations.open", channel={"id": "D0ADA1234"})
    slack.answer("chat.postMessage", ts="1.1")
    engine.ack = Ack(message=HELLO)
    await http.listen(engine)
    home = click(
        view={"id": "V1", "type": "home"}, container={"type": "view"}, channel=None, message=None, response_url=None
    )
    await send(http, home)
    await slack.until(lambda: bool(slack.told("chat.postMessage")))
    assert slack.told("chat.postMessage")[0]["channel"] == "D0ADA1234"


async def test_an_answer_that_cannot_follow_is_logged(http: SlackRoom, engine: Engine, slack: TinySlack) -> None:
    """Best effort: the click stays acked, the log has the reference, and no url."""
    slack.methods["respond"] = lambda _request, _arguments: web.Response(status=404, text="used_url")
    engine.ack = Ack(message=HELLO)
    await http.listen(engine)
    with capture_logs() as logs:
        assert await send(http, click(**here("click", slack))) == (200, None)
        await slack.until(lambda: bool(logs))
    assert logs[0]["ref"] == engine.received[0].invocation.ref
    assert logs[0]["code"] == "used_url"
    assert "respond" not in str(logs)


async def test_news_empties_what_was_remembered(http: SlackRoom, engine: Engine, slack: TinySlack) -> None:
    """A channel that became shared is read again at once."""
    slack.answer("conversations.info", channel={"id": "C0WEB1234", "name": "team-web", "is_ext_shared": False})
    await http.listen(engine)
    assert not (await http.chat.channel("C0WEB1234")).shared
    slack.answer("conversations.info", channel={"id": "C0WEB1234", "name": "team-web", "is_ext_shared": True})
    assert not (await http.chat.channel("C0WEB1234")).shared
    await send(http, event({"type": "channel_shared", "channel": "C0WEB1234"}))
    assert (await http.chat.channel("C0WEB1234")).shared


async def test_slacks_own_probes(http: SlackRoom, engine: Engine) -> None:
    """ssl_check and url_verification are answered and are no deliveries."""
    await http.listen(engine)
    assert await send(http, {"ssl_check": "1", "token": "x"}) == (200, None)
    assert await send(http, {"type": "url_verification", "challenge": "c4"}) == (200, {"challenge": "c4"})
    assert engine.received == []


async def test_socket_mode_goes_the_same_way(engine: Engine, http: SlackRoom) -> None:
    """The body arrives as an object, retry headers are kept, and no signature is looked for."""
    from bot.slack.followups import Followups
    from bot.slack.router import Router
    from tests.slack.world import FakeClock

    router = Router(engine, FakeClock(), Followups(http.chat), whoami=lambda: BOT_USER, heard=lambda *_: None)
    app = bolt_app(http._caller.client, router)
    answer: BoltResponse = await dispatch(app, event(direct()), {"x-slack-retry-num": "2"}, mode="socket_mode")
    assert answer.status == 200
    assert engine.received[0].retry == 2


async def test_bodies_are_never_logged(
    http: SlackRoom, engine: Engine, slack: TinySlack, caplog: pytest.LogCaptureFixture
) -> None:
    """At DEBUG the SDK and Bolt print what people wrote, and tokens; not even a root logger at DEBUG makes them."""
    caplog.set_level(logging.DEBUG)
    slack.answer("chat.postMessage", ts="1.1")
    await http.listen(engine)
    await send(http, command("my-secret-word"))
    await http.chat.post("C1", Message(text="my-secret-word"))
    assert "my-secret-word" not in caplog.text
    assert "response_url" not in caplog.text
