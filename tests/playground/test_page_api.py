"""The page's API: state, messages, suggestions, the event stream, and everything a person can do from a browser."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Link, Panel, Playground, Served, Switch, Try
from tests.playground import sample_app
from tests.playground.conftest import over_sockets


class Page:
    """A browser tab of one person: reads, writes, and every event so far."""

    def __init__(self, session: aiohttp.ClientSession, url: str, me: str) -> None:
        self._session, self._url, self.me = session, url, me
        self.events: list[dict] = []

    async def get(self, name: str, /, **query: str) -> dict:
        async with self._session.get(f"{self._url}ui/{name}", params={"as": self.me, **query}) as answer:
            return await answer.json()

    async def post(self, name: str, /, **body: Any) -> tuple[int, dict]:
        async with self._session.post(f"{self._url}ui/{name}", json={"as": self.me, **body}) as answer:
            return answer.status, await answer.json()

    async def listen(self) -> None:
        async with self._session.get(f"{self._url}ui/events", params={"as": self.me}) as stream:
            assert stream.content_type == "text/event-stream"
            async for line in stream.content:
                if line.startswith(b"data: "):
                    self.events.append(json.loads(line[6:]))

    def of(self, kind: str) -> list[dict]:
        return [event for event in self.events if event["type"] == kind]


@asynccontextmanager
async def page(playground: Playground, served: Served, me: str) -> AsyncIterator[Page]:
    async with aiohttp.ClientSession() as session:
        tab = Page(session, served.url, me)
        listening = asyncio.create_task(tab.listen())
        await playground.wait_for(lambda: tab.of("hello"))
        yield tab
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def test_the_state_for_each_person(playground: Playground, served: Served) -> None:
    """Guests and externals see their channels only; commands belong to the app's own team."""
    playground.install(sample_app.MANIFEST)
    async with aiohttp.ClientSession() as session:
        ada = await Page(session, served.url, "U02ADA").get("state")
        gus = await Page(session, served.url, "U02GUS").get("state")
        eve = await Page(session, served.url, "U02EVE").get("state")
    assert {channel["name"] for channel in ada["channels"]} >= {"general", "leads", "old-stuff"}
    assert [channel["name"] for channel in gus["channels"]] == ["team-web"]
    assert [channel["name"] for channel in eve["channels"]] == ["shared-partner"]
    assert [command["command"] for command in ada["commands"]] == ["/ops", "/deploy"]
    assert eve["commands"] == []
    assert ada["app"] == {
        "id": "A02QDECK",
        "name": "Sample",
        "bot_user": "U02QDECK",
        "transport": "socket",
        "connected": False,
        "connections": 0,
    }
    assert ada["users"][0] == {
        "id": "U02ADA",
        "name": "ada",
        "real_name": "Ada Lovelace",
        "kind": "member",
        "color": "#9b51e0",
        "title": "Staff engineer",
    }


async def test_events_reach_those_who_may_see_them(
    playground: Playground, served: Served, client: AsyncWebClient
) -> None:
    """A message in a private channel is not told to outsiders; a ring only to the one it is for."""
    async with page(playground, served, "U02ADA") as ada, page(playground, served, "U02LINUS") as linus:
        await ada.post("type", channel="C02LEADS", text="secret")
        ts = (await client.chat_postMessage(channel="C02TEAMWEB", text="<@U02ADA> hi"))["ts"]
        await playground.wait_for(lambda: ada.of("notify"))
        await client.chat_update(channel="C02TEAMWEB", ts=ts, text="edited")
        await client.chat_delete(channel="C02TEAMWEB", ts=ts)
        await playground.wait_for(lambda: linus.of("message_deleted"))
    assert [event["message"]["text"] for event in ada.of("message")] == ["secret", "<@U02ADA> hi"]
    assert [event["message"]["text"] for event in linus.of("message")] == ["<@U02ADA> hi"]
    assert ada.of("notify")[0] | {"ts": ""} == {
        "type": "notify",
        "channel": "C02TEAMWEB",
        "ts": "",
        "user": "U02QDECK",
        "text": "@Ada Lovelace hi",
        "title": "Quarterdeck in #team-web",
        "why": "mention",
    }
    assert linus.of("notify") == []
    assert linus.of("message_changed")[0]["message"]["edited"] is True


async def test_a_whole_visit(playground: Playground, served: Served) -> None:
    """Type a command, click, fill in a form with a suggestion, submit, read, react, open Home and a DM, from the page."""
    playground.install(sample_app.MANIFEST)
    app = sample_app.build_app(AsyncWebClient(token=served.bot_token, base_url=served.api_url), pause=0)
    async with over_sockets(playground, served, app), page(playground, served, "U02ADA") as ada:
        assert await ada.post("type", channel="C02TEAMWEB", text="/ops") == (200, {"ok": True})
        await playground.wait_for(lambda: ada.of("ephemeral"))
        plan = (await ada.get("messages", channel="C02TEAMWEB"))["messages"][0]
        assert plan["ephemeral"]
        where = {"channel": "C02TEAMWEB", "ts": plan["ts"], "container": "message"}
        await ada.post("click", **where, block_id="plan", action_id="form")
        await playground.wait_for(lambda: ada.of("view_opened"))
        view = (await ada.get("view"))["view"]
        options = await ada.post("options", view_id=view["id"], block_id="service", action_id="service", value="web")
        web = options[1]["options"][0]
        values = {
            "service": {"service": {"type": "external_select", "selected_option": web}},
            "env": {"env": {"type": "static_select", "selected_option": sample_app.option("staging")}},
            "name": {"name": {"type": "plain_text_input", "value": "bad"}},
        }
        refused = (await ada.post("submit", view_id=view["id"], state={"values": values}))[1]
        assert (refused["ok"], list(refused["errors"])) == (False, ["name"])
        values["name"]["name"]["value"] = "web"
        assert (await ada.post("submit", view_id=view["id"], state={"values": values}))[1] == {"ok": True}
        await playground.wait_for(lambda: ada.of("notify") and ada.of("view_closed"))
        assert ada.of("view_closed")[-1]["depth"] == 0
        await ada.post("home")
        await playground.wait_for(lambda: ada.of("home"))
        home = (await ada.get("home"))["view"]
        assert home["type"] == "home"
        await ada.post("click", view_id=home["id"], block_id="", action_id="form", container="home")
        await playground.wait_for(lambda: len(ada.of("view_opened")) == 2)
        await ada.post("close", view_id=(await ada.get("view"))["view"]["id"])
        sent = (await ada.post("type", channel="C02TEAMWEB", text="hello"))[1]["ts"]
        await ada.post("react", channel="C02TEAMWEB", ts=sent, name="wave")
        await ada.post("shortcut", callback_id="deploy_this", channel="C02TEAMWEB", ts=sent)
        await playground.wait_for(lambda: len(ada.of("view_opened")) == 3)
        dm = (await ada.post("open_dm", user="U02QDECK"))[1]["channel"]
        assert (dm["kind"], dm["with"]) == ("im", "U02QDECK")
        await ada.post("read", channel=dm["id"])
        joined = (await ada.post("join", channel="C02GENERAL", user="U02QDECK"))[1]["channel"]
        assert joined["app_member"]
        journal = (await ada.get("journal", after="0"))["entries"]
    assert {entry["kind"] for entry in journal} == {"call", "envelope", "ack", "ui"}
    assert ada.of("reaction")


async def test_slacks_own_words_come_as_notices(playground: Playground, served: Served) -> None:
    """A command that nobody answers, and a mention where the app is not, are told to the person."""
    async with page(playground, served, "U02ADA") as ada:
        await ada.post("type", channel="C02TEAMWEB", text="/ops status")
        await ada.post("type", channel="C02GENERAL", text="@quarterdeck hello")
        await playground.wait_for(lambda: len(ada.of("notice")) == 2)
    assert sorted(event["text"] for event in ada.of("notice")) == [
        '/ops failed with the error "dispatch_failed"',
        "You mentioned @quarterdeck, but they’re not in this channel.",
    ]


async def test_refusals_and_malformed_requests(served: Served) -> None:
    """What is refused says why; foreign sites and forms cannot drive the playground; files outside the page are not served."""
    async with aiohttp.ClientSession() as session:
        ada = Page(session, served.url, "U02ADA")
        assert await ada.post("type", channel="C02OLD", text="x") == (
            400,
            {"ok": False, "error": "is_archived", "message": "You are viewing #old-stuff, an archived channel."},
        )
        assert (await ada.post("type", channel="C0NONE", text="x"))[0] == 404
        assert (await ada.post("type"))[1]["error"] == "bad_request"
        assert (await ada.post("switch", id="none"))[1]["error"] == "unknown_switch"
        assert (await ada.post("close", view_id="V0"))[1]["error"] == "view_not_found"
        async with session.post(f"{served.url}ui/type", json={}, headers={"Origin": "https://evil.example"}) as answer:
            assert answer.status == 403
        async with session.post(f"{served.url}ui/type", data={"as": "U02ADA"}) as answer:
            assert answer.status == 400
        async with session.get(f"{served.url}page/%2e%2e/server.py") as answer:
            assert answer.status == 404


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("/d", "/deploy"),
        ("@gr", "@grace"),
        ("@lov", "@ada"),
        ("@eng", "@engineering"),
        ("#team-a", "#team-api"),
        ("plain", None),
    ],
)
async def test_suggestions(playground: Playground, served: Served, typed: str, first: str | None) -> None:
    """Commands, people, groups and channels are completed by what was typed."""
    playground.install(sample_app.MANIFEST)
    async with aiohttp.ClientSession() as session:
        items = (await Page(session, served.url, "U02ADA").get("suggest", q=typed, channel="C02TEAMWEB"))["items"]
    assert (items[0]["text"] if items else None) == first


async def test_the_panel_and_its_switches(served: Served) -> None:
    """Lines and links are shown with ids; a switch is busy while it works and then shows what came of it."""
    released = asyncio.Event()

    async def pull() -> str:
        await released.wait()
        return "down"

    panel = Panel(
        title="Try this",
        intro="Five lines",
        lines=(Try(id="one", title="Deploy", channel="#team-web", who="ada", text="/ops deploy web staging"),),
        switches=(Switch(id="plug", label="Pull the plug", action=pull, tone="danger"),),
        links=(Link(label="Docs", url="https://example.com"),),
    )
    playground = Playground(panel=panel)
    async with playground.serve() as there, page(playground, there, "U02ADA") as ada:
        shown = (await ada.get("state"))["panel"]
        assert (shown["lines"][0]["channel"], shown["lines"][0]["as"]) == ("C02TEAMWEB", "U02ADA")
        assert shown["links"] == [{"label": "Docs", "url": "https://example.com"}]
        await ada.post("switch", id="plug")
        await playground.wait_for(lambda: ada.of("panel"))
        released.set()
        await playground.wait_for(lambda: len(ada.of("panel")) == 2)
    assert [event["panel"]["switches"][0]["state"] for event in ada.of("panel")] == ["busy", "down"]
    assert served.url


async def test_faults_can_be_ordered_from_the_page(
    playground: Playground, served: Served, client: AsyncWebClient
) -> None:
    """The advanced drawer orders faults, clears them, and cuts, refreshes or deafens the sockets."""
    async with aiohttp.ClientSession() as session:
        ada = Page(session, served.url, "U02ADA")
        ordered = (await ada.post("fault", trouble="slow", method="chat.update", times=3, seconds=2))[1]
        assert ordered["standing"] == [{"trouble": "slow", "method": "chat.update", "times": 3}]
        assert (await ada.post("fault", clear=True))[1]["standing"] == []
        assert (await ada.post("fault", trouble="nonsense"))[0] == 400
        assert (await ada.post("fault", limits=False))[0] == 200
        assert not playground.limits.enabled
        async with over_sockets(playground, served, sample_app.build_app(client)):
            await ada.post("fault", sockets="refresh")
            await playground.wait_for(lambda: playground.slack.sockets.tickets_issued == 2)
            await ada.post("fault", sockets="deafen")
            await ada.post("fault", sockets="drop")
            assert (await ada.post("fault", sockets="nonsense"))[0] == 400
