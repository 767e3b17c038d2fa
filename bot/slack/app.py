"""Bolt's AsyncApp, built explicitly: one middleware, no listeners, nothing taken from the environment."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.client import QUIET
from bot.slack.fields import Body
from bot.slack.router import Router

_MEANT_FOR_OTHERS = (
    "SLACK_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
    "SLACK_SIGNING_SECRET",
    "SLACK_BOT_TOKEN",
    "SLACK_VERIFICATION_TOKEN",
)


@contextmanager
def _without_environment() -> Iterator[None]:
    """With SLACK_CLIENT_ID and _SECRET set, Bolt switches to OAuth and silently drops the token that it was given."""
    kept = {name: os.environ.pop(name) for name in _MEANT_FOR_OTHERS if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


def bolt_app(client: AsyncWebClient, router: Router) -> AsyncApp:
    """The app. Signatures are verified before it (Socket Mode has none), so that its own check, which can raise, is off."""
    with _without_environment():
        app = AsyncApp(
            name="quarterdeck",
            logger=QUIET,
            client=client,
            signing_secret="",
            before_authorize=router,
            request_verification_enabled=False,
            ignoring_self_events_enabled=False,
            url_verification_enabled=False,
            attaching_function_token_enabled=False,
        )
    assert app.oauth_flow is None, "OAuth is not in this version"
    return app


async def dispatch(app: AsyncApp, body: Body, headers: Mapping[str, str], *, mode: str) -> BoltResponse:
    """Bolt's answer to a body; `mode` is `http` or `socket_mode`, the headers keep Slack's retry number."""
    # Bolt's own reading of a body, which we do not use, raises on some that are legal (two response_urls, a null team)
    request = AsyncBoltRequest(body="" if mode == "http" else {}, headers=dict(headers), mode=mode)
    request.body = dict(body)
    return await app.async_dispatch(request)
