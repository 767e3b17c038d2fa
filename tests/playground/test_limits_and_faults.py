"""Rate limits and faults of the Web API, as the official client meets them."""

import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Playground, VirtualClock
from bot.playground.faults import Fault, Trouble
from tests.playground.conftest import web_client


async def test_one_message_a_second_in_a_channel(clock: VirtualClock) -> None:
    """A short burst is tolerated, then 429 with Retry-After; other channels and time help; counters count."""
    playground = Playground(clock=clock)
    async with playground.serve() as served:
        client = web_client(served)
        for number in range(5):
            await client.chat_postMessage(channel="C02TEAMWEB", text=str(number))
        with pytest.raises(SlackApiError) as caught:
            await client.chat_postMessage(channel="C02TEAMWEB", text="too fast")
        assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "1")
        await client.chat_postMessage(channel="C02TEAMAPI", text="elsewhere")
        await clock.advance(1)
        await client.chat_postMessage(channel="C02TEAMWEB", text="in time")
        assert playground.limits.refused["chat.postMessage"] == 1
        assert playground.messages("team-web")[-1].text == "in time"


async def test_tiers_and_the_switch(clock: VirtualClock) -> None:
    """Tier 2 takes twenty a minute, other methods are unaffected, and the limiter can be switched off."""
    playground = Playground(clock=clock)
    async with playground.serve() as served:
        client = web_client(served)
        for _ in range(20):
            await client.usergroups_list()
        with pytest.raises(SlackApiError, match="ratelimited"):
            await client.usergroups_list()
        await client.users_info(user="U02ADA")
        playground.limits.enabled = False
        await client.usergroups_list()
        playground.limits.enabled = True
        await clock.advance(60)
        await client.usergroups_list()


async def test_the_sdks_own_retry_gets_through(playground: Playground) -> None:
    """The SDK's rate-limit retry waits for Retry-After and succeeds."""
    async with playground.serve() as served:
        client = AsyncWebClient(
            token=served.bot_token, base_url=served.api_url, retry_handlers=[AsyncRateLimitErrorRetryHandler()]
        )
        playground.faults.order("rate_limit", "chat.postMessage", seconds=0)
        assert (await client.chat_postMessage(channel="C02TEAMWEB", text="x"))["ok"]
    assert [entry.error for entry in playground.journal.calls("chat.postMessage")] == ["rate_limit", None]


@pytest.mark.parametrize(
    ("trouble", "raised", "committed"),
    [
        (Fault(trouble=Trouble.ERROR, error="fatal_error"), SlackApiError, 0),
        (Fault(trouble=Trouble.STATUS, status=502), SlackApiError, 0),
        (Fault(trouble=Trouble.RESET), aiohttp.ClientError, 0),
        (Fault(trouble=Trouble.RESET_AFTER_COMMIT), aiohttp.ClientError, 1),
        (Fault(trouble=Trouble.GARBLED), Exception, 1),
        (Fault(trouble=Trouble.EMPTY), Exception, 1),
    ],
    ids=lambda value: str(value.trouble) if isinstance(value, Fault) else None,
)
async def test_a_call_that_goes_wrong(
    playground: Playground, trouble: Fault, raised: type[Exception], committed: int
) -> None:
    """Each fault strikes once, and says by its name whether the call had its effect."""
    async with playground.serve() as served:
        client = web_client(served)
        playground.faults.add(trouble)
        with pytest.raises(raised):
            await client.chat_postMessage(channel="C02TEAMWEB", text="x")
        assert len(playground.messages("team-web")) == committed
        assert playground.faults.standing() == []
        assert (await client.chat_postMessage(channel="C02TEAMWEB", text="x"))["ok"]


async def test_a_slow_call_and_one_that_never_answers(clock: VirtualClock) -> None:
    """Slow takes its seconds; a timeout hangs until the client gives up or the playground stops."""
    playground = Playground(clock=clock)
    async with playground.serve() as served:
        client = web_client(served)
        playground.faults.order("slow", "auth.test", seconds=5)
        slow = asyncio.create_task(client.auth_test())
        await playground.wait_for(lambda: playground.journal.entries(name="slow"))
        assert not slow.done()
        await clock.advance(5.1)
        assert (await slow)["ok"]
        playground.faults.order("timeout", "auth.test", times=None)
        hanging = asyncio.create_task(client.auth_test())
        await playground.wait_for(lambda: playground.journal.entries(name="timeout"))
        playground.faults.clear()
        assert not hanging.done()
    with pytest.raises(aiohttp.ClientError):
        await hanging


def test_orders_are_used_up_one_by_one(playground: Playground) -> None:
    """`times` counts down; None stands until cleared; other methods are not concerned."""
    faults = playground.faults
    faults.order("error", "chat.update", times=2)
    assert faults.take("chat.postMessage", Trouble.ERROR) is None
    assert [bool(faults.take("chat.update", Trouble.ERROR)) for _ in range(3)] == [True, True, False]
    faults.order("slow", times=None)
    assert all(faults.take("anything", Trouble.SLOW) for _ in range(5))
    faults.clear()
    assert faults.standing() == []
    with pytest.raises(ValueError, match="nonsense"):
        faults.order("nonsense")
