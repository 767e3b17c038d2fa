"""Private answers by response_url: what is looked at, what is refused, and where they may go."""

import traceback

import pytest
from aiohttp import web

from bot.domain.messages import Message
from bot.errors import ChatError
from bot.slack.room import SlackRoom
from bot.slack.urls import answerable
from tests.slack.world import FakeClock, TinySlack, broken, room

CARD = Message(text="Running: web to production.", blocks=({"type": "divider"},))


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
