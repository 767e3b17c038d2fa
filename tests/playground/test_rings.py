"""What rings: the table of reasons for which Slack makes a sound, and everything that stays silent."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Playground


def rung(playground: Playground) -> list[tuple[str, str]]:
    """Return and forget who was rung for what."""
    found = [(ring.person.removeprefix("U02").lower(), ring.why) for ring in playground.slack.rung]
    playground.slack.rung.clear()
    return found


async def test_mentions_groups_and_broadcasts_ring_for_members(playground: Playground, client: AsyncWebClient) -> None:
    """A person, a group, everybody: only members, never the author, the strongest reason once."""
    where = {"channel": "C02TEAMWEB"}
    await client.chat_postMessage(**where, text="nothing for anybody")
    assert rung(playground) == []
    await client.chat_postMessage(**where, text="<@U02ADA> and <@U02EVE>")
    assert rung(playground) == [("ada", "mention")]
    await client.chat_postMessage(**where, text="<!subteam^S02ENG> <@U02LINUS>")
    assert rung(playground) == [("ada", "group"), ("grace", "group"), ("linus", "mention")]
    await client.chat_postMessage(**where, text="<!here>")
    assert [person for person, _ in rung(playground)] == ["ada", "grace", "linus", "margaret", "gus"]
    await playground.type("ada", "team-web", "@ada talks to herself")
    assert rung(playground) == []


async def test_edits_ephemerals_and_reactions_are_silent(playground: Playground, client: AsyncWebClient) -> None:
    """An edit never carries news that somebody must hear."""
    ts = (await client.chat_postMessage(channel="C02TEAMWEB", text="x"))["ts"]
    await client.chat_update(channel="C02TEAMWEB", ts=ts, text="<@U02ADA> <!channel>")
    await client.chat_postEphemeral(channel="C02TEAMWEB", user="U02ADA", text="<@U02ADA>")
    await client.reactions_add(channel="C02TEAMWEB", timestamp=ts, name="bell")
    assert rung(playground) == []


async def test_mentions_in_blocks_ring_and_plain_text_does_not(playground: Playground, client: AsyncWebClient) -> None:
    """mrkdwn rings, plain text does not."""
    header = {"type": "header", "text": {"type": "plain_text", "text": "<@U02ADA>"}}
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "for <@U02GRACE>"}}
    await client.chat_postMessage(channel="C02TEAMWEB", text="x", blocks=[header, section])
    assert rung(playground) == [("grace", "mention")]


async def test_threads_ring_for_those_who_take_part(playground: Playground, client: AsyncWebClient) -> None:
    """Author, repliers and mentioned people follow; a broadcast is unread for all and rings for the same ones."""
    root = (await playground.type("ada", "team-web", "root")).ts
    await playground.type("grace", "team-web", "reply", root)
    assert rung(playground) == [("ada", "thread")]
    await client.chat_postMessage(channel="C02TEAMWEB", thread_ts=root, text="<@U02LINUS> look")
    assert rung(playground) == [("ada", "thread"), ("grace", "thread"), ("linus", "mention")]
    channel = playground.workspace.channel("team-web")
    assert channel.unread.get("U02MARGARET") == 1
    await client.chat_postMessage(channel="C02TEAMWEB", thread_ts=root, text="done <!channel>", reply_broadcast=True)
    assert dict(rung(playground)) == {
        "ada": "channel",
        "grace": "channel",
        "linus": "channel",
        "margaret": "channel",
        "gus": "channel",
    }
    assert channel.unread["U02MARGARET"] == 2
    await client.chat_postMessage(channel="C02TEAMWEB", thread_ts=root, text="quiet <!here>")
    assert dict(rung(playground)) == {"ada": "thread", "grace": "thread", "linus": "thread"}


async def test_direct_messages_ring(playground: Playground, client: AsyncWebClient) -> None:
    """Everything in a direct message rings for the other one, with a title a lock screen can show."""
    await client.chat_postMessage(channel="U02ADA", text="your turn, <@U02ADA>")
    assert playground.slack.rung[0].text == "your turn, @Ada Lovelace"
    assert rung(playground) == [("ada", "mention")]
    await client.chat_postMessage(channel="U02ADA", text="again")
    assert rung(playground) == [("ada", "dm")]
