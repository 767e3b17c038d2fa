"""Time and trouble on the way to the app: acks that are late or lost, redelivery, duplicates, half-open sockets, tickets."""

import asyncio

import aiohttp
import aiohttp.web
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.errors import SlackApiError

from bot.playground import Playground, Served, VirtualClock
from bot.playground.journal import Entry
from tests.playground.conftest import bolt_app, over_http, over_sockets, web_client

TIMED_OUT = '/ops failed with the error "operation_timeout"'


def deaf_app(served: Served, release: asyncio.Event) -> AsyncApp:
    """An app that acknowledges a command only when released."""
    app = bolt_app(served)

    @app.command("/ops")
    async def ops(ack: AsyncAck) -> None:
        await release.wait()
        await ack("too late")

    return app


async def test_a_command_times_out_after_three_seconds(clock: VirtualClock) -> None:
    """Three seconds without an ack are operation_timeout for the person; the late ack changes nothing."""
    playground, release = Playground(clock=clock), asyncio.Event()
    async with playground.serve() as served, over_sockets(playground, served, deaf_app(served, release)):
        typing = asyncio.create_task(playground.type("ada", "team-web", "/ops"))
        await playground.wait_for(lambda: playground.journal.envelopes("/ops"))
        await clock.advance(2.9)
        assert not typing.done()
        await clock.advance(0.2)
        assert (await typing).notice == TIMED_OUT
        release.set()
        late = await playground.wait_for(lambda: playground.journal.acks("late"))
        assert late[0].error == "too_late"
        assert playground.ephemerals("ada") == []


async def test_an_unacknowledged_event_comes_three_times_more(clock: VirtualClock) -> None:
    """At once, after a minute, after five: the same event_id, a new envelope_id, retry number and reason."""
    playground = Playground(clock=clock)
    async with playground.serve() as served:
        app, requests = bolt_app(served), []

        @app.middleware
        async def refuse(req: AsyncBoltRequest) -> None:
            requests.append(req)

        async with over_sockets(playground, served, app):
            await playground.type("ada", "team-web", "@quarterdeck hi")
            for count, wait in ((1, 3.0), (2, 63.0), (3, 303.0), (4, 3.0)):
                await playground.wait_for(lambda n=count: len(_mentions(playground)) == n, what=f"delivery {count}")
                await clock.advance(wait)
            await clock.advance(4_000)
    deliveries = [entry.detail for entry in _mentions(playground)]
    assert [entry.get("retry_attempt") for entry in deliveries] == [None, 1, 2, 3]
    assert {entry.get("retry_reason") for entry in deliveries[1:]} == {"timeout"}
    assert len({entry["event_id"] for entry in deliveries}) == 1
    assert len({entry["envelope_id"] for entry in deliveries}) == 4
    mentions = [request for request in requests if request.body["event"]["type"] == "app_mention"]
    assert mentions[-1].headers["x-slack-retry-num"] == ["3"]


def _mentions(playground: Playground) -> list[Entry]:
    return playground.journal.envelopes("app_mention")


async def test_http_retries_carry_headers_and_can_be_declined(clock: VirtualClock) -> None:
    """HTTP retries say why; `x-slack-no-retry` ends them."""
    playground, seen = Playground(clock=clock), []
    decline = {"x-slack-no-retry": "1"}

    async def endpoint(request: aiohttp.web.Request) -> aiohttp.web.Response:
        seen.append(dict(request.headers))
        return aiohttp.web.Response(status=500, headers=decline if len(seen) == 2 else {})

    app = aiohttp.web.Application()
    app.router.add_post("/", endpoint)
    runner = aiohttp.web.AppRunner(app)
    await runner.setup()
    site = aiohttp.web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    async with playground.serve():
        playground.deliver_to(f"http://127.0.0.1:{runner.addresses[0][1]}/")
        playground.install(_events("app_mention"))
        await playground.type("ada", "team-web", "@quarterdeck hi")
        await playground.wait_for(lambda: len(playground.journal.acks("app_mention")) == 2)
        await clock.advance(4_000)
    await runner.cleanup()
    assert len(seen) == 2
    assert seen[1]["X-Slack-Retry-Num"] == "1"
    assert seen[1]["X-Slack-Retry-Reason"] == "http_error"


def _events(*names: str) -> dict:
    scopes = {"bot": ["app_mentions:read", "channels:history", "im:history", "chat:write"]}
    return {
        "display_information": {"name": "Q"},
        "oauth_config": {"scopes": scopes},
        "settings": {"event_subscriptions": {"bot_events": list(names)}},
    }


async def test_faults_on_the_way_to_the_app(playground: Playground, served: Served) -> None:
    """A duplicated delivery arrives twice, a reversed pair the wrong way round."""
    app, texts = bolt_app(served), []
    playground.install(_events("message.im"))

    @app.event("message")
    async def heard(event: dict) -> None:
        texts.append(event["text"])

    async with over_sockets(playground, served, app):
        playground.faults.order("duplicate", "message")
        await playground.type("ada", "@quarterdeck", "twice")
        await playground.wait_for(lambda: texts == ["twice", "twice"])
        playground.faults.order("out_of_order", "message")
        await playground.type("ada", "@quarterdeck", "first")
        await playground.type("ada", "@quarterdeck", "second")
        await playground.wait_for(lambda: texts[2:] == ["second", "first"])
    assert [entry.name for entry in playground.journal.entries() if entry.kind == "fault"] == [
        "duplicate",
        "out_of_order",
    ]


async def test_a_lost_ack_and_a_half_open_socket(clock: VirtualClock) -> None:
    """A lost ack is a timeout although the app did its work; on a half-open socket nothing arrives at all."""
    playground, count = Playground(clock=clock), []
    async with playground.serve() as served:
        app = bolt_app(served)

        @app.command("/ops")
        async def ops(ack: AsyncAck) -> None:
            count.append(1)
            await ack("done")

        async with over_sockets(playground, served, app):
            playground.faults.order("lost_ack")
            typing = asyncio.create_task(playground.type("ada", "team-web", "/ops"))
            await playground.wait_for(lambda: playground.faults.standing() == [])
            await clock.advance(3.1)
            assert ((await typing).notice, count) == (TIMED_OUT, [1])
            playground.slack.sockets.deafen()
            typing = asyncio.create_task(playground.type("ada", "team-web", "/ops"))
            await playground.wait_for(lambda: len(playground.journal.envelopes("/ops")) == 2)
            await clock.advance(3.1)
            assert ((await typing).notice, count) == (TIMED_OUT, [1])


async def test_tickets_are_for_one_use_and_half_a_minute(clock: VirtualClock) -> None:
    """A used, an old and an unlucky ticket are refused at the handshake; the eleventh connection is sent away."""
    playground = Playground(clock=clock)
    async with playground.serve() as served, aiohttp.ClientSession() as session:

        async def ticket() -> str:
            headers = {"Authorization": f"Bearer {served.app_token}"}
            async with session.post(served.api_url + "apps.connections.open", headers=headers) as answer:
                return (await answer.json())["url"]

        async def status(url: str) -> int:
            try:
                async with session.ws_connect(url) as socket:
                    await socket.receive()
                    return 101
            except aiohttp.WSServerHandshakeError as error:
                return error.status

        url = await ticket()
        assert (await status(url), await status(url)) == (101, 408)
        old = await ticket()
        await clock.advance(31)
        assert await status(old) == 408
        playground.faults.order("refuse_ticket", "apps.connections.open")
        assert await status(await ticket()) == 408
        await playground.wait_for(lambda: playground.connections == 0)
        sockets = [await session.ws_connect(await ticket()) for _ in range(11)]
        hello, refusal = await sockets[0].receive_json(), await sockets[10].receive_json()
        assert (hello["type"], hello["connection_info"]) == ("hello", {"app_id": "A02QDECK"})
        assert (refusal["type"], refusal["reason"]) == ("disconnect", "too_many_websockets")
        for socket in sockets:
            await socket.close()


async def test_a_connection_grows_old(clock: VirtualClock) -> None:
    """After about five hours Slack warns, and ten seconds later asks for a refresh; the app comes back by itself."""
    playground = Playground(clock=clock)
    async with playground.serve() as served, over_sockets(playground, served, bolt_app(served)):
        await clock.advance(18_051)
        await playground.wait_for(lambda: playground.slack.sockets.tickets_issued == 2)
        await playground.wait_for(lambda: playground.connections >= 1)


async def test_a_trigger_is_good_for_three_seconds_and_one_use(clock: VirtualClock) -> None:
    """expired_trigger_id, exchanged_trigger_id and invalid_trigger_id each in its case."""
    playground = Playground(clock=clock)
    view = {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": []}
    async with playground.serve() as served:
        triggers, client = playground.slack.triggers, web_client(served)

        first, second = triggers.mint("U02ADA"), triggers.mint("U02ADA")
        assert (await client.views_open(trigger_id=first, view=view))["ok"]
        codes = []
        await clock.advance(3.1)
        for trigger in (first, second, "1.2.abc"):
            try:
                await client.views_open(trigger_id=trigger, view=view)
            except SlackApiError as refused:
                codes.append(refused.response["error"])
        assert codes == ["exchanged_trigger_id", "expired_trigger_id", "invalid_trigger_id"]


async def test_a_response_url_is_good_for_half_an_hour(clock: VirtualClock) -> None:
    """After thirty minutes a response URL answers 404 expired_url."""
    playground, urls = Playground(clock=clock), []
    async with playground.serve() as served, aiohttp.ClientSession() as session:
        app = bolt_app(served)

        @app.command("/ops")
        async def ops(ack: AsyncAck, body: dict) -> None:
            urls.append(body["response_url"])
            await ack()

        async with over_http(playground, app):
            await playground.type("ada", "team-web", "/ops")
        async with session.post(urls[0], json={"text": "in time"}) as answer:
            assert (answer.status, await answer.text()) == (200, "ok")
        async with session.post(urls[0], json={"blocks": [{"type": "nonsense"}]}) as answer:
            assert (answer.status, (await answer.json())["error"]) == (400, "invalid_blocks")
        await clock.advance(30 * 60 + 1)
        async with session.post(urls[0], json={"text": "late"}) as answer:
            assert (answer.status, (await answer.json())["error"]) == (404, "expired_url")
    assert [message.text for message in playground.ephemerals("ada")] == ["in time"]


async def test_a_warned_connection_is_closed_ten_seconds_later(clock: VirtualClock) -> None:
    """A client that ignores the warning is asked to refresh and then disconnected."""
    playground = Playground(clock=clock)
    async with playground.serve() as served, aiohttp.ClientSession() as session:
        opened = await web_client(served).apps_connections_open(app_token=served.app_token)
        async with session.ws_connect(opened["url"] + "&debug_reconnects=true") as socket:
            assert (await socket.receive_json())["debug_info"]["approximate_connection_time"] == 360
            await clock.advance(351)
            assert (await socket.receive_json())["reason"] == "warning"
            await clock.advance(11)
            assert (await socket.receive_json())["reason"] == "refresh_requested"
            await socket.receive()
            assert socket.closed


async def test_deliveries_that_vanish(clock: VirtualClock) -> None:
    """A lost delivery and a socket that goes half-open under it are timeouts; over HTTP the former is no connection."""
    playground = Playground(clock=clock)
    async with playground.serve() as served:
        app, count = bolt_app(served), []

        @app.command("/ops")
        async def ops(ack: AsyncAck) -> None:
            count.append(1)
            await ack()

        async with over_sockets(playground, served, app):
            for number, trouble in enumerate(("lost_delivery", "half_open"), start=1):
                playground.faults.order(trouble, "/ops")
                typing = asyncio.create_task(playground.type("ada", "team-web", "/ops"))
                await playground.wait_for(lambda n=number: len(playground.journal.envelopes("/ops")) == n)
                await clock.advance(3.1)
                assert (await typing).notice == TIMED_OUT
        async with over_http(playground, app):
            playground.faults.order("lost_delivery", "/ops")
            assert "dispatch_failed" in (await playground.type("ada", "team-web", "/ops")).notice
            assert count == []
            playground.faults.order("lost_ack", "/ops")
            assert (await playground.type("ada", "team-web", "/ops")).notice == TIMED_OUT
            playground.faults.order("duplicate", "/ops")
            assert (await playground.type("ada", "team-web", "/ops")).notice == ""
            await playground.wait_for(lambda: len(count) == 3)
