"""What people type and do, and what Slack tells them when it does not work."""

import pytest
from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import PersonError, Playground, PlaygroundError, Served
from bot.playground.formatting import called, plain, rich_text, spoken, stored, typed
from tests.playground.conftest import bolt_app, over_sockets


def ids(sigil: str, name: str) -> str | None:
    return {"@ada": "<@U02ADA>", "#team-web": "<#C02TEAMWEB>", "@here": "<!here>"}.get(sigil + name)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("hi @ada.", "hi <@U02ADA>."),
        ("mail a@ada", "mail a@ada"),
        ("@nobody and #nowhere", "@nobody and #nowhere"),
        ("see #team-web, @here", "see <#C02TEAMWEB>, <!here>"),
        ("https://x.io/a?b=1&c=2.", "<https://x.io/a?b=1&c=2>."),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("already <@U02GRACE> and <https://x.io|x>", "already <@U02GRACE> and &lt;<https://x.io>|x&gt;"),
        ("<!channel> typed", "&lt;!channel&gt; typed"),
    ],
)
def test_what_a_person_types_becomes_slacks_notation(text: str, written: str) -> None:
    """Names become ids, addresses links, the three characters escapes; the rest stays."""
    assert typed(text, ids) == written


def test_texts_call_people_groups_and_everybody() -> None:
    """Mentions are found in text and in the blocks that Slack reads, not in plain text or options."""
    assert list(called("<@U1> <!subteam^S1|@x> <!here> <https://x.io|U2> <!date^1^{date}|x>")) == [
        ("user", "U1"),
        ("group", "S1"),
        ("all", "here"),
    ]
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "<@U1>"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "<@U2>"}},
        {"type": "markdown", "text": "<@U3>"},
        rich_text("<@U4> <!subteam^S2> <!channel> <#C1> <https://x.io|label> tail", "b"),
        {
            "type": "actions",
            "elements": [{"type": "static_select", "options": [{"text": {"type": "mrkdwn", "text": "<@U5>"}}]}],
        },
    ]
    assert [call for text in spoken(blocks) for call in called(text)] == [
        ("user", "U2"),
        ("user", "U3"),
        ("user", "U4"),
        ("group", "S2"),
        ("all", "channel"),
    ]
    assert (
        plain("<@U1> in <#C1|web>: <https://x.io> &amp; <!here>", {"U1": "Ada"}.get)
        == "@Ada in web: https://x.io & @here"
    )
    assert stored("<not a token> & <b>") == "&lt;not a token&gt; &amp; &lt;b&gt;"


@pytest.mark.parametrize(
    ("who", "channel", "text", "thread", "code", "said"),
    [
        (
            "ada",
            "team-web",
            "/nonsense now",
            "",
            "unknown_command",
            "/nonsense is not a valid command. In Slack, all messages",
        ),
        ("eve", "shared-partner", "/ops status", "", "unknown_command", "/ops is not a valid command"),
        ("ada", "team-web", "/remind me", "", "unknown_command", "belongs to Slack itself"),
        ("ada", "team-web", "  ", "", "no_text", "nothing to send"),
        ("ada", "old-stuff", "hello", "", "is_archived", "archived"),
        ("linus", "leads", "hello", "", "channel_not_found", "can't see"),
        ("gus", "general", "hello", "", "channel_not_found", "can't see"),
        ("dora", "team-web", "hello", "", "cannot_act", "cannot sign in"),
        ("deploybot", "team-web", "hello", "", "cannot_act", "cannot sign in"),
        ("ada", "team-web", "hello", "1.000001", "thread_not_found", "gone"),
    ],
)
async def test_what_a_client_refuses(
    playground: Playground, who: str, channel: str, text: str, thread: str, code: str, said: str
) -> None:
    """Unknown commands, foreign people, archived and unseen channels: refused in words before the app hears anything."""
    playground.install(MANIFEST)
    with pytest.raises(PersonError, match=said) as caught:
        await playground.type(who, channel, text, thread or None)
    assert caught.value.code == code
    assert playground.journal.envelopes() == []


MANIFEST = {
    "display_information": {"name": "Ops"},
    "features": {
        "slash_commands": [
            {"command": "/ops", "description": "d", "should_escape": True},
            {"command": "/raw", "description": "d"},
        ],
        "shortcuts": [{"name": "S", "type": "global", "callback_id": "s", "description": "d"}],
    },
    "oauth_config": {"scopes": {"bot": ["commands", "chat:write"]}},
}


async def test_commands_do_not_work_in_threads(playground: Playground) -> None:
    """A slash command in a thread is refused in Slack's words."""
    root = (await playground.type("ada", "team-web", "root")).ts
    with pytest.raises(PersonError, match=r"/ops is not supported in threads\. Sorry!") as caught:
        await playground.type("ada", "team-web", "/ops status", root)
    assert caught.value.code == "command_in_thread"


async def test_a_command_without_escaping_arrives_as_it_reads(playground: Playground, served: Served) -> None:
    """Without should_escape the text stays as typed; in private channels and DMs the channel goes unnamed."""
    playground.install(MANIFEST)
    app, bodies = bolt_app(served), []

    @app.command("/raw")
    async def raw(ack: AsyncAck, body: dict) -> None:
        bodies.append(body)
        await ack()

    async with over_sockets(playground, served, app):
        await playground.type("ada", "leads", "/raw @grace & https://x.io <@U02LINUS>")
        await playground.type("ada", "@quarterdeck", "/RAW")
    assert bodies[0]["text"] == "@grace & https://x.io @linus"
    assert [body["channel_name"] for body in bodies] == ["privategroup", "directmessage"]
    assert bodies[1]["command"] == "/raw"


async def test_names_are_resolved_or_named(playground: Playground) -> None:
    """An unknown name in a test says which names there are."""
    with pytest.raises(PlaygroundError, match="there is no channel '#nowhere' in the playground; there are #general"):
        await playground.type("ada", "#nowhere", "x")
    with pytest.raises(PlaygroundError, match="there is no user 'nobody'"):
        await playground.type("nobody", "general", "x")


async def test_clicking_what_is_not_there(playground: Playground, client: AsyncWebClient) -> None:
    """A missing message, button or option is named together with what there is."""
    blocks = [
        {
            "type": "actions",
            "elements": [
                {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}},
                {
                    "type": "static_select",
                    "action_id": "pick",
                    "options": [{"text": {"type": "plain_text", "text": "A"}, "value": "a"}],
                },
            ],
        }
    ]
    ts = (await client.chat_postMessage(channel="C02TEAMWEB", text="x", blocks=blocks))["ts"]
    with pytest.raises(PersonError, match="gone"):
        await playground.click("ada", "team-web", "1.000001", "go")
    with pytest.raises(PlaygroundError, match="nothing called 'stop' to click; there are go, Go, pick"):
        await playground.click("ada", "team-web", ts, "stop")
    with pytest.raises(PlaygroundError, match="pick has no option 'z'; it has a"):
        await playground.click("ada", "team-web", ts, "pick", "z")


async def test_an_app_without_interactivity_or_home(playground: Playground, client: AsyncWebClient) -> None:
    """What the manifest does not switch on does not work, in Slack's words."""
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    blocks = [{"type": "actions", "elements": [button]}]
    ts = (await client.chat_postMessage(channel="C02TEAMWEB", text="x", blocks=blocks))["ts"]
    playground.install(MANIFEST)
    assert "not configured to handle interactive responses" in await playground.click("ada", "team-web", ts, "go")
    with pytest.raises(PersonError, match="no Home tab"):
        playground.open_home("ada")
    with pytest.raises(PersonError, match="shortcut does not exist"):
        await playground.shortcut("ada", "other")
    assert "not responding" in await playground.shortcut("ada", "s")


async def test_reading_joining_reacting_and_direct_messages(playground: Playground) -> None:
    """Reading clears what is unread; guests join nothing; reactions toggle; a DM opens once."""
    ts = (await playground.type("grace", "team-web", "@ada look")).ts
    channel = playground.workspace.channel("team-web")
    assert (channel.unread["U02ADA"], channel.rings["U02ADA"], channel.unread["U02LINUS"]) == (1, 1, 1)
    playground.people.read("ada", "team-web")
    assert "U02ADA" not in channel.unread
    playground.people.react("ada", "team-web", ts, "eyes")
    playground.people.react("ada", "team-web", ts, "eyes")
    assert channel.messages[ts].reactions == {"eyes": ["U02ADA"]}
    playground.people.react("ada", "team-web", ts, "eyes", remove=True)
    assert channel.messages[ts].reactions == {}
    with pytest.raises(PersonError, match="gone"):
        playground.people.react("ada", "team-web", "1.000001", "eyes")
    assert playground.people.open_dm("ada", "grace") is playground.people.open_dm("grace", "ada")
    with pytest.raises(PersonError, match="archived"):
        playground.people.join("ada", "old-stuff")
    playground.workspace.channel("general").members.remove("U02LINUS")
    with pytest.raises(PersonError, match="Join #general before you add others"):
        playground.people.join("linus", "general", "quarterdeck")
    playground.people.join("linus", "general")
    playground.people.join("linus", "general", "quarterdeck")
    assert "U02QDECK" in playground.workspace.channel("general").members
