"""The Chat port: one session, one try, one kind of error, and nothing secret in it."""

import asyncio
import json
import traceback
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from bot.domain.messages import Message, View
from bot.domain.people import Standing
from bot.errors import ChatError
from bot.slack.client import proxy_for, web_client
from bot.slack.explain import MEANINGS, explain
from bot.slack.failures import NotUsable, classify
from bot.slack.people import standing_of
from bot.slack.room import SlackRoom
from bot.slack.urls import answerable
from tests.slack.world import ADA, BOT_USER, NOW, TEAM, Answer, FakeClock, FixedRandom, TinySlack, room, settings

CARD = Message(text="Running: web to production.", blocks=({"type": "divider"},))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def slack() -> AsyncIterator[TinySlack]:
    async with TinySlack().serve() as served:
        yield served


@pytest.fixture
async def here(slack: TinySlack, clock: FakeClock) -> AsyncIterator[SlackRoom]:
    async with room(slack, clock=clock) as made:
        yield made


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


def broken(kind: str) -> Any:
    async def handle(request: web.Request, _arguments: Answer) -> web.StreamResponse:
        if kind == "reset":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        answers = {
            "500": web.Response(status=500, text="<html>oops</html>", content_type="text/html"),
            "503": web.json_response({"ok": False, "error": "service_unavailable"}, status=503),
            "fatal": web.json_response({"ok": False, "error": "fatal_error"}),
            "half": web.Response(text='{"ok": tr', content_type="application/json"),
            "text": web.Response(text="hello", content_type="text/plain"),
            "list": web.json_response([1]),
            "empty": web.json_response({}),
            "no ts": web.json_response({"ok": True}),
        }
        return answers[kind]

    return handle


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


# ---- respond -----------------------------------------------------------------------------------------------------------


async def test_respond(here: SlackRoom, slack: TinySlack) -> None:
    """Private, and replaces only where it is asked to."""
    await here.chat.respond(f"{slack.url}/respond/a", CARD, replace=True)
    assert slack.told("respond:a") == [{**CARD.payload(), "response_type": "ephemeral", "replace_original": True}]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (web.Response(status=404, text="used_url"), "used_url"),
        (web.Response(status=404, text="expired_url"), "expired_url"),
        (web.json_response({"ok": False, "error": "used_url"}, status=404), "used_url"),
        (web.json_response({"ok": False, "error": "invalid_blocks"}), "invalid_blocks"),
        (web.Response(status=500, text="<html>" + "x" * 5000), "http_500"),
        (web.Response(status=302, headers={"Location": "http://169.254.169.254/"}), "http_302"),
    ],
)
async def test_respond_looks_at_the_answer(here: SlackRoom, slack: TinySlack, answer: web.Response, code: str) -> None:
    """The SDK's respond never raises: a sixth answer disappears without a word. A redirect is not followed."""
    slack.methods["respond"] = lambda _request, _arguments: answer
    with pytest.raises(ChatError) as caught:
        await here.chat.respond(f"{slack.url}/respond/a", CARD, replace=False)
    assert (caught.value.code, caught.value.lost) == (code, code == "http_500")


async def test_respond_without_an_answer_is_lost_and_keeps_the_url_to_itself(here: SlackRoom, slack: TinySlack) -> None:
    """The url is a secret for half an hour; aiohttp's errors would hold it."""
    slack.methods["respond"] = broken("reset")
    secret = "".join(reversed("terces-yrev"))  # spelt so that no source line in the traceback has it
    with pytest.raises(ChatError) as caught:
        await here.chat.respond(f"{slack.url}/respond/{secret}", CARD, replace=False)
    assert (caught.value.code, caught.value.lost) == ("connection_lost", True)
    assert secret not in "".join(traceback.format_exception(caught.value))
    assert len(slack.told(f"respond:{secret}")) == 1


async def test_respond_is_slowed_down(here: SlackRoom, slack: TinySlack) -> None:
    """By Retry-After."""
    slack.methods["respond"] = lambda _request, _arguments: web.Response(status=429, headers={"Retry-After": "3"})
    with pytest.raises(ChatError) as caught:
        await here.chat.respond(f"{slack.url}/respond/a", CARD, replace=False)
    assert (caught.value.code, caught.value.retry_after) == ("ratelimited", 3_000)


async def test_after_the_stop_nothing_is_sent(slack: TinySlack, clock: FakeClock) -> None:
    """The SDK would open a session of its own for a call after that, but nobody makes one."""
    async with room(slack, clock=clock) as made:
        url = f"{slack.url}/respond/a"
    with pytest.raises(ChatError, match="unreachable"):
        await made.chat.respond(url, CARD, replace=False)
    assert slack.calls == []


async def test_respond_is_refused_elsewhere(here: SlackRoom) -> None:
    """No request leaves for a host that is not Slack's."""
    with pytest.raises(ChatError, match="foreign_url"):
        await here.chat.respond("https://evil.example/commands/x", CARD, replace=False)


REAL = "https://slack.com/api/"


@pytest.mark.parametrize(
    ("url", "base", "fine"),
    [
        ("https://hooks.slack.com/commands/T/1/x", REAL, True),
        ("https://hooks.slack.com:443/actions/T/1/x", REAL, True),
        ("https://hooks.slack-gov.com/commands/T", "https://slack-gov.com/api/", True),
        ("http://127.0.0.1:8090/respond/x", "http://127.0.0.1:8090/api/", True),
        ("http://127.0.0.1:8091/respond/x", "http://127.0.0.1:8090/api/", False),
        ("https://hooks.slack.com/x", "http://127.0.0.1:8090/api/", False),
        ("http://hooks.slack.com/x", REAL, False),
        ("https://hooks.slack.com:8443/x", REAL, False),
        ("https://hooks.slack.com.evil.example/x", REAL, False),
        ("https://evil.example/hooks.slack.com", REAL, False),
        ("https://hooks.slack.com@evil.example/x", REAL, False),
        ("https://user:pw@hooks.slack.com/x", REAL, False),
        ("https://hooks.slack.com\\@evil.example/x", REAL, False),
        ("https://hooks.slack.com\n.evil.example/x", REAL, False),
        ("https://hooks.slаck.com/x", REAL, False),
        ("https://169.254.169.254/latest", REAL, False),
        ("https://[::1]/x", REAL, False),
        ("https://[::1/x", REAL, False),
        ("https://2130706433/x", REAL, False),
        ("https://hooks.slack.com:port/x", REAL, False),
        ("file:///etc/passwd", REAL, False),
        ("", REAL, False),
    ],
)
def test_where_private_answers_may_go(url: str, base: str, fine: bool) -> None:
    """hooks.slack.com by https; with another base_url its very origin; nothing else."""
    assert answerable(url, base) is fine


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


# ---- people ------------------------------------------------------------------------------------------------------------

MEMBER = {
    "id": ADA,
    "team_id": TEAM,
    "name": "ada",
    "tz": "Europe/Berlin",
    "profile": {"display_name": "Ada", "email": "ada@acme.example"},
}


@pytest.mark.parametrize(
    ("fields", "standing"),
    [
        ({}, Standing.MEMBER),
        ({"deleted": True}, Standing.DEACTIVATED),
        ({"is_bot": True}, Standing.BOT),
        ({"is_connector_bot": True}, Standing.BOT),
        ({"id": "USLACKBOT"}, Standing.BOT),
        ({"is_workflow_bot": True, "is_bot": True}, Standing.WORKFLOW),
        ({"is_restricted": True}, Standing.GUEST),
        ({"is_restricted": True, "is_ultra_restricted": True}, Standing.GUEST),
        ({"is_invited_user": True}, Standing.GUEST),
        ({"is_stranger": True}, Standing.STRANGER),
        ({"team_id": "T0THEIRS"}, Standing.OTHER_TEAM),
        ({"team_id": "T0THEIRS", "is_restricted": True}, Standing.OTHER_TEAM),
        ({"team_id": None}, Standing.OTHER_TEAM),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E1", "teams": [TEAM, "T2"]}}, Standing.MEMBER),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E1", "teams": ["T2"]}}, Standing.OTHER_TEAM),
        ({"deleted": True, "is_bot": True}, Standing.DEACTIVATED),
    ],
)
def test_standing(fields: Answer, standing: Standing) -> None:
    """One test for each flag; doubt is not membership."""
    assert standing_of({**MEMBER, **fields}, TEAM) is standing


def test_before_first_contact_nobody_is_a_member() -> None:
    """We do not know our own team yet."""
    assert standing_of({**MEMBER, "team_id": ""}, "") is Standing.OTHER_TEAM


async def test_a_person(here: SlackRoom, slack: TinySlack) -> None:
    """With name, address, zone, and the instant of the reading; asked once for many askers."""
    slack.answer("users.info", user=MEMBER)
    await here.connect()
    people = await asyncio.gather(*(here.chat.person(ADA) for _ in range(20)))
    ada = people[0]
    assert (ada.name, ada.email, ada.zone, ada.standing, ada.read_at) == (
        "Ada",
        "ada@acme.example",
        "Europe/Berlin",
        Standing.MEMBER,
        NOW,
    )
    assert (ada.identity.team, ada.identity.user) == (TEAM, ADA)
    assert len(slack.told("users.info")) == 1


async def test_an_answer_about_somebody_else_is_none(here: SlackRoom, slack: TinySlack) -> None:
    """Fail closed."""
    slack.answer("users.info", user={**MEMBER, "id": "U0OTHER"})
    with pytest.raises(ChatError, match="user_not_found"):
        await here.chat.person(ADA)


GROUPS = [{"id": "S0BACKEND", "handle": "Backend"}, {"id": "S0GONE", "handle": "gone", "date_delete": 1}]


async def test_groups_by_id_and_by_handle(here: SlackRoom, slack: TinySlack) -> None:
    """A handle in any case, with or without its sign; the list is read once."""
    slack.answer("usergroups.list", usergroups=GROUPS)
    slack.answer("usergroups.users.list", users=[ADA, "U2"])
    for name in ("backend", "@BACKEND", "S0BACKEND"):
        assert await here.chat.group_members(name) == {ADA, "U2"}
    assert len(slack.told("usergroups.list")) == 1
    assert {call["usergroup"] for call in slack.told("usergroups.users.list")} == {"S0BACKEND"}


@pytest.mark.parametrize("name", ["gone", "unheard-of"])
async def test_a_group_that_is_not_there(here: SlackRoom, slack: TinySlack, name: str) -> None:
    """Disabled ones neither."""
    slack.answer("usergroups.list", usergroups=GROUPS)
    with pytest.raises(ChatError, match="group_not_found"):
        await here.chat.group_members(name)
    slack.refuse("usergroups.users.list", "no_such_subteam")
    with pytest.raises(ChatError, match="group_not_found"):
        await here.chat.group_members("S0BACKEND")


async def test_groups_on_a_free_plan(here: SlackRoom, slack: TinySlack) -> None:
    """The code is Slack's; its explanation says what to do instead."""
    slack.refuse("usergroups.list", "plan_upgrade_required")
    with pytest.raises(ChatError, match="plan_upgrade_required") as caught:
        await here.chat.group_members("backend")
    assert "user ids" in explain(caught.value)[1]


async def test_a_changed_group_is_looked_up_again(here: SlackRoom, slack: TinySlack) -> None:
    """A handle may have moved to another group."""
    slack.answer("usergroups.users.list", users=[ADA])
    slack.answer("usergroups.list", usergroups=GROUPS)
    await here.chat.group_members("backend")
    slack.answer("usergroups.list", usergroups=[{"id": "S0NEW", "handle": "backend"}])
    here.chat.forget("group", "S0BACKEND")
    await here.chat.group_members("backend")
    assert [call["usergroup"] for call in slack.told("usergroups.users.list")] == ["S0BACKEND", "S0NEW"]


# ---- channels ----------------------------------------------------------------------------------------------------------


async def test_a_channel_by_id_and_by_name(here: SlackRoom, slack: TinySlack) -> None:
    """Names come from one list over its pages; what a channel is, from the channel itself."""
    pages: dict[str, Answer] = {
        "": {"channels": [{"id": "C0RANDOM1", "name": "random"}], "response_metadata": {"next_cursor": "p2"}},
        "p2": {"channels": [{"id": "C0WEB1234", "name": "team-web"}]},
    }
    slack.methods["conversations.list"] = lambda _r, arguments: {"ok": True, **pages[arguments.get("cursor", "")]}
    slack.answer("conversations.info", channel={"id": "C0WEB1234", "name": "team-web", "is_member": True})
    by_name = await asyncio.gather(*(here.chat.channel(name) for name in ("team-web", "#Team-Web", "team-web")))
    by_id = await here.chat.channel("C0WEB1234")
    assert {channel.id for channel in (*by_name, by_id)} == {"C0WEB1234"}
    assert (by_id.name, by_id.member, by_id.shared, by_id.archived, by_id.direct) == (
        "team-web",
        True,
        False,
        False,
        False,
    )
    assert len(slack.told("conversations.list")) == 2
    assert len(slack.told("conversations.info")) == 1
    assert slack.told("conversations.list")[0]["limit"] == "1000"


@pytest.mark.parametrize(
    ("fields", "shared"),
    [
        ({"is_ext_shared": True}, True),
        ({"is_ext_shared": False, "is_shared": True, "is_org_shared": True}, False),
        ({"is_shared": True}, True),
        ({}, False),
    ],
)
async def test_shared_means_with_other_workspaces(
    here: SlackRoom, slack: TinySlack, fields: Answer, shared: bool
) -> None:
    """Within one organisation is not shared; doubt is."""
    slack.answer("conversations.info", channel={"id": "C0WEB1234", "name": "x", **fields})
    assert (await here.chat.channel("C0WEB1234")).shared is shared


@pytest.mark.parametrize("named", ["C0WEB1234", "team-web"])
async def test_a_channel_without_an_id_is_not_found(here: SlackRoom, slack: TinySlack, named: str) -> None:
    """By id or by name."""
    slack.answer("conversations.list", channels=[{"id": "C0WEB1234", "name": "team-web"}])
    slack.answer("conversations.info", channel={})
    with pytest.raises(ChatError, match="channel_not_found"):
        await here.chat.channel(named)


async def test_a_direct_conversation(here: SlackRoom, slack: TinySlack) -> None:
    """Has no name and counts the bot in; opened once for many."""
    slack.answer("conversations.info", channel={"id": "D0ADA1234", "is_im": True})
    channel = await here.chat.channel("D0ADA1234")
    assert (channel.direct, channel.member, channel.name) == (True, True, "")
    slack.answer("conversations.open", channel={"id": "D0ADA1234"})
    opened = await asyncio.gather(*(here.chat.open_direct(ADA) for _ in range(5)))
    assert [*opened, await here.chat.open_direct(ADA)] == ["D0ADA1234"] * 6
    assert len(slack.told("conversations.open")) == 1


async def test_a_name_that_is_not_there_is_not_looked_for_all_the_time(
    here: SlackRoom, slack: TinySlack, clock: FakeClock
) -> None:
    """conversations.list is slow and limited: once in half a minute is enough."""
    slack.answer("conversations.list", channels=[])
    for _ in range(5):
        with pytest.raises(ChatError, match="channel_not_found"):
            await here.chat.channel("nowhere")
    assert len(slack.told("conversations.list")) == 1
    clock.advance(31_000)
    slack.answer("conversations.list", channels=[{"id": "C0NEW1234", "name": "nowhere"}])
    slack.answer("conversations.info", channel={"id": "C0NEW1234", "name": "nowhere"})
    assert (await here.chat.channel("nowhere")).id == "C0NEW1234"


async def test_a_channel_whose_id_changed(here: SlackRoom, slack: TinySlack, clock: FakeClock) -> None:
    """Sharing a private channel gives it a new id: the name leads there."""
    slack.answer("conversations.list", channels=[{"id": "G0OLD1234", "name": "ops"}])
    slack.answer("conversations.info", channel={"id": "G0OLD1234", "name": "ops"})
    await here.chat.channel("ops")
    clock.advance(60_000)
    slack.answer("conversations.list", channels=[{"id": "C0NEW1234", "name": "ops"}])

    def info(_request: web.Request, arguments: Answer) -> Answer:
        known = arguments["channel"] == "C0NEW1234"
        return (
            {"ok": True, "channel": {"id": "C0NEW1234", "name": "ops"}}
            if known
            else {"ok": False, "error": "channel_not_found"}
        )

    slack.methods["conversations.info"] = info
    assert (await here.chat.channel("ops")).id == "C0NEW1234"


async def test_one_who_stops_waiting_does_not_stop_the_others(here: SlackRoom, slack: TinySlack) -> None:
    """Single flight survives a cancelled asker."""
    gate = asyncio.Event()

    async def slow(_request: web.Request, _arguments: Answer) -> Answer:
        await gate.wait()
        return {"ok": True, "user": MEMBER}

    slack.methods["users.info"] = slow
    first, second = (asyncio.ensure_future(here.chat.person(ADA)) for _ in range(2))
    await slack.until(lambda: bool(slack.told("users.info")))
    first.cancel()
    gate.set()
    assert (await second).identity.user == ADA
    assert len(slack.told("users.info")) == 1


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
