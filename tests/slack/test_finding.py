"""Messages whose answer was lost are found again by their metadata."""

from typing import Any

from bot.slack.room import SlackRoom
from tests.slack.world import BOT_USER, NOW, Answer, TinySlack

# ---- finding again -----------------------------------------------------------------------------------------------------


def ours(key: str, ts: str, **fields: Any) -> Answer:
    metadata = {"event_type": "quarterdeck", "event_payload": {"key": key}}
    return {"ts": ts, "user": BOT_USER, "bot_id": "B0BOT", "metadata": metadata, **fields}


async def test_a_message_is_found_by_its_key(here: SlackRoom, slack: TinySlack) -> None:
    """Among our own messages since then, over pages."""
    pages: dict[str, Answer] = {
        "": {
            "messages": [ours("other", "1.1"), {"ts": "1.2", "text": "talk"}],
            "response_metadata": {"next_cursor": "p2"},
        },
        "p2": {"messages": [ours("mine", "1.3")]},
    }
    slack.methods["conversations.history"] = lambda _r, arguments: {"ok": True, **pages[arguments.get("cursor", "")]}
    await here.connect()
    assert await here.chat.find("C1", "mine", since=NOW) == "1.3"
    first = slack.told("conversations.history")[0]
    assert first["include_all_metadata"] == "1"
    assert float(first["oldest"]) == NOW / 1000 - 60


async def test_somebody_elses_metadata_is_not_ours(here: SlackRoom, slack: TinySlack) -> None:
    """Any app may post with our event type."""
    slack.answer("conversations.history", messages=[ours("mine", "1.3", user="U0EVIL", bot_id="B0EVIL")])
    await here.connect()
    assert await here.chat.find("C1", "mine", since=NOW) is None


async def test_replies_are_looked_for_in_their_thread(here: SlackRoom, slack: TinySlack) -> None:
    """By conversations.replies."""
    slack.answer("conversations.replies", messages=[ours("mine", "1.4")])
    await here.connect()
    assert await here.chat.find("C1", "mine", since=NOW, thread="1.0") == "1.4"
    assert slack.told("conversations.replies")[0]["ts"] == "1.0"


async def test_the_search_is_bounded(here: SlackRoom, slack: TinySlack) -> None:
    """A busy channel does not keep us for ever."""
    slack.answer("conversations.history", messages=[], response_metadata={"next_cursor": "more"})
    await here.connect()
    assert await here.chat.find("C1", "mine", since=NOW) is None
    assert len(slack.told("conversations.history")) == 5


async def test_without_the_optional_scope_nothing_is_found(here: SlackRoom, slack: TinySlack) -> None:
    """Better a message twice than not at all."""
    slack.refuse("conversations.history", "missing_scope")
    assert await here.chat.find("C1", "mine", since=NOW) is None
