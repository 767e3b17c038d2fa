"""The official Python Bolt, unmodified, over signed HTTP delivery."""

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.playground import Playground, PlaygroundError, Served
from tests.playground import sample_app
from tests.playground.conftest import bolt_app, over_http, web_client


async def test_the_request_url_is_verified(playground: Playground, served: Served) -> None:
    """ssl_check and the url_verification challenge are answered by Bolt; a dead URL is refused."""
    async with over_http(playground, bolt_app(served)):
        await playground.verify_url()
    with pytest.raises(PlaygroundError, match="no Request URL"):
        await playground.verify_url()


async def test_every_payload_arrives_signed(playground: Playground, served: Served) -> None:
    """Commands, modals, suggestions, events and Home work over HTTP as over Socket Mode."""
    playground.install(sample_app.MANIFEST)
    app = bolt_app(served)
    sample_app.add_commands(app, sample_app.Cards(web_client(served), 0))
    sample_app.add_events(app, web_client(served))
    sample_app.add_views(app, web_client(served))
    sample_app.add_actions(app, sample_app.Cards(web_client(served), 0))
    async with over_http(playground, app):
        await playground.type("ada", "team-web", "/ops form")
        await playground.wait_for(lambda: playground.view("ada"))
        offered = await playground.suggest("ada", "service", "web")
        assert [option["value"] for option in offered["options"]] == ["web"]
        assert await playground.submit("ada", {"Service": "web", "Environment": "production"}) == {}
        await playground.wait_for(lambda: playground.messages("@quarterdeck", "ada"))
        asked = await playground.type("ada", "team-web", "@quarterdeck hello")
        await playground.wait_for(lambda: playground.thread("team-web", asked.ts)[1:])
        playground.open_home("ada")
        await playground.wait_for(lambda: playground.home("ada"))


async def test_a_wrong_signature_is_refused_by_the_app(playground: Playground, served: Served) -> None:
    """An app with another signing secret answers 401, and the person sees a client error."""
    app = AsyncApp(client=web_client(served), signing_secret="another")

    @app.command("/ops")
    async def ops(ack: AsyncAck) -> None:
        await ack("ok")

    async with over_http(playground, app):
        assert (
            await playground.type("ada", "team-web", "/ops")
        ).notice == '/ops failed with the error "http_client_error"'


async def test_nobody_listens_at_the_request_url(playground: Playground, served: Served) -> None:
    """A refused connection is dispatch_failed for the person."""
    assert served.url
    playground.deliver_to("http://127.0.0.1:9/slack/events")
    assert (await playground.type("ada", "team-web", "/ops")).notice == '/ops failed with the error "dispatch_failed"'
