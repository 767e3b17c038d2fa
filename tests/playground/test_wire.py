"""The wire: how a call may be sent, and how Slack refuses one."""

import json

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Playground, Served

BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}]


async def call(served: Served, method: str, *, token: str | None = None, **request: object) -> tuple[int, dict, dict]:
    headers = {"Authorization": f"Bearer {token or served.bot_token}"} if token != "" else {}
    headers |= request.pop("headers", {})
    async with (
        aiohttp.ClientSession() as session,
        session.post(served.api_url + method, headers=headers, **request) as answer,
    ):
        return answer.status, await answer.json(), dict(answer.headers)


@pytest.mark.parametrize(
    "request_",
    [
        {"json": {"channel": "C02TEAMWEB", "blocks": BLOCKS, "text": "x"}},
        {"data": {"channel": "C02TEAMWEB", "blocks": json.dumps(BLOCKS), "text": "x"}},
        {"params": {"channel": "C02TEAMWEB", "blocks": json.dumps(BLOCKS), "text": "x"}},
    ],
    ids=["json", "form", "query"],
)
async def test_arguments_arrive_in_every_encoding(playground: Playground, served: Served, request_: dict) -> None:
    """JSON, a form with nested JSON strings, and the query string mean the same."""
    status, answer, headers = await call(served, "chat.postMessage", **request_)
    assert (status, answer["ok"]) == (200, True)
    assert "chat:write" in headers["x-oauth-scopes"]
    assert playground.messages("team-web")[-1].blocks[0]["text"]["text"] == "hello"


async def test_multipart_arguments_and_a_token_argument(playground: Playground, served: Served) -> None:
    """Multipart works, and the token may be an argument."""
    form = aiohttp.FormData({"channel": "C02TEAMWEB", "text": "multi", "token": served.bot_token})
    form.add_field("unused", b"x", filename="x.bin")
    _, answer, _ = await call(served, "chat.postMessage", token="", data=form)
    assert answer["ok"]
    assert playground.messages("team-web")[-1].text == "multi"
    assert served.bot_token not in json.dumps([entry.as_json() for entry in playground.journal.after(0)])


@pytest.mark.parametrize(
    ("token", "error"), [("", "not_authed"), ("xoxb-nonsense", "invalid_auth"), ("app", "not_allowed_token_type")]
)
async def test_a_wrong_token_is_refused(served: Served, token: str, error: str) -> None:
    """No token, an unknown one and one of the wrong kind each have their own code, with HTTP 200."""
    status, answer, _ = await call(
        served, "chat.postMessage", token=served.app_token if token == "app" else token, json={"text": "x"}
    )
    assert (status, answer) == (200, {"ok": False, "error": error})


async def test_an_unknown_method_and_a_broken_body(served: Served) -> None:
    """Unknown methods, unreadable JSON and unexpected content types answer with Slack's codes."""
    assert (await call(served, "chat.shout", json={}))[1]["error"] == "unknown_method"
    json_type = {"Content-Type": "application/json"}
    assert (await call(served, "chat.postMessage", data=b"{", headers=json_type))[1]["error"] == "invalid_json"
    assert (await call(served, "chat.postMessage", data=b"[]", headers=json_type))[1]["error"] == "json_not_object"
    odd = {"Content-Type": "application/xml"}
    assert (await call(served, "chat.postMessage", data=b"<a/>", headers=odd))[1]["error"] == "invalid_post_type"


async def test_a_missing_scope_says_what_is_needed(playground: Playground, client: AsyncWebClient) -> None:
    """A token without the scope gets `missing_scope` with `needed` and `provided`."""
    playground.install(_manifest(["chat:write"]))
    with pytest.raises(SlackApiError) as caught:
        await client.users_info(user="U02ADA")
    assert caught.value.response["error"] == "missing_scope"
    assert caught.value.response["needed"] == "users:read"
    assert caught.value.response["provided"] == "chat:write"


async def test_lenient_mode_skips_scopes_and_block_kit(served: Served) -> None:
    """`strict=False` lets through what Slack would refuse."""
    lenient = Playground(strict=False)
    lenient.install(_manifest([]))
    async with lenient.serve() as there:
        client = AsyncWebClient(token=there.bot_token, base_url=there.api_url)
        answer = await client.chat_postMessage(channel="C02TEAMWEB", text="x", blocks=[{"type": "nonsense"}])
        assert answer["ok"]


async def test_auth_test_names_team_and_bot(client: AsyncWebClient) -> None:
    """`auth.test` says who we are; `api.test` echoes and fails on request."""
    answer = await client.auth_test()
    assert (answer["team_id"], answer["user_id"], answer["bot_id"]) == ("T02ACME", "U02QDECK", "B02QDECK")
    assert (await client.api_test(foo="bar"))["args"]["foo"] == "bar"
    with pytest.raises(SlackApiError, match="my_error"):
        await client.api_test(error="my_error")


def _manifest(scopes: list[str]) -> dict:
    return {"display_information": {"name": "Bare"}, "oauth_config": {"scopes": {"bot": scopes}}}
