"""The Chat port: one session, one try, one kind of error, and nothing secret in it."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web

from bot.domain.messages import Message, View
from bot.errors import ChatError
from bot.slack.client import proxy_for, web_client
from bot.slack.explain import MEANINGS, explain
from bot.slack.failures import NotUsable, classify
from bot.slack.room import SlackRoom
from tests.slack.world import ADA, BOT_USER, TEAM, Answer, FakeClock, FixedRandom, TinySlack, broken, settings

CARD = Message(text="Running: web to production.", blocks=({"type": "divider"},))


# ---- first contact -----------------------------------------------------------------------------------------------------


async def test_who_we_are(here: SlackRoom) -> None:
    """auth.test tells team, bot and, in a header, scopes."""
    found = await here.connect()
    assert (found.team, found.bot_user, found.bot, found.team_name) == (TEAM, BOT_USER, "B0BOT", "Acme")
    assert found.scopes == {"chat:write", "commands", "users:read"}
    assert here.connection == found


async def test_first_contact_is_single_flight(here: SlackRoom, slack: TinySlack) -> None:
    """Bolt asks auth.test once for each of the first requests; a hundred askers here make one call."""
    await asyncio.gather(*(here.connect() for _ in range(100)))
    assert len(slack.told("auth.test")) == 1


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "account_inactive", "not_allowed_token_type"])
async def test_a_bad_token_is_told_with_its_fix(here: SlackRoom, slack: TinySlack, code: str) -> None:
    """Naming the setting, what Slack says, and what to do; never the token."""
    slack.refuse("auth.test", code)
    with pytest.raises(NotUsable) as caught:
        await here.connect()
    sentence = str(caught.value)
    assert sentence.startswith("slack.bot_token: ")
    assert code in sentence
    assert caught.value.fix in sentence
    assert "xoxb" not in sentence.replace("begin with xoxb-", "")


async def test_an_answer_that_does_not_say_who_we_are_is_none(here: SlackRoom, slack: TinySlack) -> None:
    """Without our team nobody could be told from a stranger."""
    slack.answer("auth.test", user_id=BOT_USER)
    with pytest.raises(ChatError, match="unreadable_answer"):
        await here.connect()
    assert here.connection is None


async def test_a_slack_that_is_away_is_not_our_fault(clock: FakeClock) -> None:
    """Nobody listens there: unreachable, and never sent."""
    away = SlackRoom(settings(), clock, FixedRandom())
    try:
        with pytest.raises(ChatError) as caught:
            await away.connect()
        assert not isinstance(caught.value, NotUsable)
        assert (caught.value.code, caught.value.lost) == ("unreachable", False)
    finally:
        await away.stop()


# ---- messages ----------------------------------------------------------------------------------------------------------


async def test_a_post(here: SlackRoom, slack: TinySlack) -> None:
    """Never unfurls, carries its key as metadata, and returns its ts."""
    slack.answer("chat.postMessage", ts="1.2")
    assert await here.chat.post("C1", CARD, key="operation:12") == "1.2"
    assert slack.told("chat.postMessage") == [
        {
            "channel": "C1",
            "text": CARD.text,
            "blocks": [{"type": "divider"}],
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": "quarterdeck", "event_payload": {"key": "operation:12"}},
        }
    ]


async def test_a_thread_reply_may_be_broadcast(here: SlackRoom, slack: TinySlack) -> None:
    """Only a reply can be."""
    slack.answer("chat.postMessage", ts="1.2")
    loud = Message(text="Failed.", broadcast=True)
    await here.chat.post("C1", loud, thread="1.0")
    await here.chat.post("C1", loud)
    reply, root = slack.told("chat.postMessage")
    assert (reply["thread_ts"], reply["reply_broadcast"]) == ("1.0", True)
    assert "reply_broadcast" not in root
    assert "metadata" not in root


async def test_the_other_writes(here: SlackRoom, slack: TinySlack) -> None:
    """Each is one call with what the method takes."""
    slack.answer("views.open", view={"id": "V1"})
    view = View(body={"type": "modal"})
    await here.chat.update("C1", "1.2", CARD)
    await here.chat.ephemeral("C1", ADA, CARD, thread="1.0")
    assert await here.chat.open_view("1.2.abc", view) == "V1"
    await here.chat.update_view("V1", view)
    await here.chat.publish_home(ADA, view)
    payload = CARD.payload()
    assert slack.calls == [
        ("chat.update", {"channel": "C1", "ts": "1.2", **payload}),
        ("chat.postEphemeral", {"channel": "C1", "user": ADA, "thread_ts": "1.0", **payload}),
        ("views.open", {"trigger_id": "1.2.abc", "view": {"type": "modal"}}),
        ("views.update", {"view_id": "V1", "view": {"type": "modal"}}),
        ("views.publish", {"user_id": ADA, "view": {"type": "modal"}}),
    ]


async def test_200_calls_share_a_connection(here: SlackRoom, slack: TinySlack) -> None:
    """The SDK opens a new one (and a new TLS handshake) for each."""
    slack.answer("chat.postMessage", ts="1.2")
    for _ in range(200):
        await here.chat.post("C1", CARD)
    assert len(slack.told("chat.postMessage")) == 200
    assert slack.connections == 1


# ---- failures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", ["not_in_channel", "channel_not_found", "msg_too_long", "is_archived", "invalid_blocks"]
)
async def test_slacks_refusals_keep_their_code(here: SlackRoom, slack: TinySlack, code: str) -> None:
    """A refusal had no effect."""
    slack.refuse("chat.postMessage", code)
    with pytest.raises(ChatError) as caught:
        await here.chat.post("C1", CARD)
    assert (caught.value.code, caught.value.lost) == (code, False)


@pytest.mark.parametrize(("after", "millis"), [("7", 7_000), ("", 1_000), ("soon", 1_000), ("99999", 3_600_000)])
async def test_429_tells_how_long_to_wait(here: SlackRoom, slack: TinySlack, after: str, millis: int) -> None:
    """We do not sleep in the call and do not try again: the outbox decides."""
    slack.refuse("chat.update", "ratelimited", 429, retry_after=after)
    with pytest.raises(ChatError) as caught:
        await here.chat.update("C1", "1.2", CARD)
    assert (caught.value.code, caught.value.retry_after, caught.value.lost) == ("ratelimited", millis, False)
    assert len(slack.told("chat.update")) == 1


@pytest.mark.parametrize("kind", ["reset", "500", "503", "fatal", "half", "text", "list", "empty", "no ts"])
async def test_a_lost_answer_to_a_post_is_lost_and_not_sent_again(here: SlackRoom, slack: TinySlack, kind: str) -> None:
    """It may be in the channel already; the SDK's default retries a reset and posts twice."""
    slack.methods["chat.postMessage"] = broken(kind)
    with pytest.raises(ChatError) as caught:
        await here.chat.post("C1", CARD)
    assert caught.value.lost
    assert len(slack.told("chat.postMessage")) == 1


async def test_no_answer_in_time_is_lost(here: SlackRoom, slack: TinySlack, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deadline of ours is set, since a session of our own makes the SDK's inert."""
    import aiohttp

    session = here._session
    assert session.timeout.total == 10
    assert session.timeout.connect == 5
    stuck = asyncio.Event()

    async def never(_request: web.Request, _arguments: Answer) -> Answer:
        await stuck.wait()
        return {}

    slack.methods["chat.postMessage"] = never
    monkeypatch.setattr(session, "_timeout", aiohttp.ClientTimeout(total=0.05))
    with pytest.raises(ChatError) as caught:
        await here.chat.post("C1", CARD)
    stuck.set()
    assert (caught.value.code, caught.value.lost) == ("timeout", True)


async def test_a_read_is_repeated_once_over_a_broken_connection(here: SlackRoom, slack: TinySlack) -> None:
    """Asking twice changes nothing; a second failure is told."""
    fine = {"ok": True, "permalink": "https://acme.slack.com/p1"}
    tries: list[int] = []

    async def once(request: web.Request, arguments: Answer) -> Any:
        tries.append(1)
        return await broken("reset")(request, arguments) if len(tries) == 1 else fine

    slack.methods["chat.getPermalink"] = once
    assert await here.chat.permalink("C1", "1.2") == "https://acme.slack.com/p1"
    assert len(tries) == 2
    slack.methods["chat.getPermalink"] = broken("reset")
    with pytest.raises(ChatError) as caught:
        await here.chat.permalink("C1", "1.2")
    assert (caught.value.code, caught.value.lost) == ("connection_lost", False)


async def test_a_refused_read_is_not_repeated(here: SlackRoom, slack: TinySlack) -> None:
    """Slack has answered; neither is one that ran out of time, since it would take twice as long."""
    slack.refuse("users.info", "user_not_found")
    with pytest.raises(ChatError, match="user_not_found"):
        await here.chat.person(ADA)
    assert len(slack.told("users.info")) == 1


async def test_calls_are_counted_by_outcome(here: SlackRoom, slack: TinySlack) -> None:
    """For metrics."""
    slack.refuse("chat.update", "msg_too_long")
    with pytest.raises(ChatError):
        await here.chat.update("C1", "1.2", CARD)
    await here.connect()
    assert here.calls == {("chat.update", "msg_too_long"): 1, ("auth.test", "ok"): 1}


def test_errors_hold_no_secret() -> None:
    """aiohttp's texts hold urls, and the SDK's hold whole answers; ours hold a code."""
    import aiohttp
    from yarl import URL

    url = URL("https://hooks.slack.com/commands/T1/2/very-secret")
    for error in (aiohttp.InvalidURL(url), aiohttp.ConnectionTimeoutError(f"timeout {url}"), ValueError(str(url))):
        assert "secret" not in repr(classify(error, writes=True))


@pytest.mark.parametrize("code", MEANINGS)
def test_every_explanation_is_a_sentence_and_a_fix(code: str) -> None:
    """Whole sentences, both."""
    what, fix = explain(ChatError(code))
    assert what.endswith(".")
    assert fix.endswith(".")
    assert explain(ChatError("something_new"))[0].endswith("something_new.")


# ---- the environment ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "no_proxy", "proxy"),
    [
        ("https://slack.com/api/", "", "http://proxy.example:3128"),
        ("wss://wss-primary.slack.com/link", "", "http://proxy.example:3128"),
        ("https://slack.com/api/", "slack.com", None),
        ("https://hooks.slack.com/x", ".slack.com", None),
        ("http://127.0.0.1:8090/api/", "", None),
        ("http://localhost:8090/api/", "", None),
        ("http://[::1]:8090/api/", "", None),
    ],
)
def test_proxies(monkeypatch: pytest.MonkeyPatch, url: str, no_proxy: str, proxy: str | None) -> None:
    """HTTPS_PROXY is used, NO_PROXY is honoured (the SDK ignores it), and this machine is never reached by one."""
    for name in (
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
        "https_proxy",
        "http_proxy",
        "all_proxy",
        "no_proxy",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert proxy_for(url) == proxy
    assert web_client("xoxb-x", "http://127.0.0.1:1/api/").proxy is None


def test_our_client_has_no_retries_of_its_own() -> None:
    """The SDK's default repeats a broken connection, also for a post."""
    assert web_client("xoxb-x", "https://slack.com/api/").retry_handlers == []


def test_a_room_does_not_show_its_tokens() -> None:
    """Nor do its settings."""
    assert "xoxb-test" not in json.dumps(repr(settings()))
