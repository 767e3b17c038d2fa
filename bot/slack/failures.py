"""What went wrong between us and Slack, told in one place: every failure becomes a ChatError that holds no secret."""

import asyncio
import json
from collections.abc import Mapping

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.errors import ChatError
from bot.slack.fields import items, text, word

FAILURES = (SlackClientError, aiohttp.ClientError, aiohttp.InvalidURL, OSError, ValueError, AttributeError, TypeError)
"""What the SDK lets through; the last three are its answers to bodies that are not what it expects."""

NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
"""DNS, refused connection, TLS, proxy, connect timeout: Slack never saw the request."""

_MAYBE = frozenset({"fatal_error", "internal_error", "service_unavailable"})
_DEFAULT_RETRY = 1_000
_DISCONNECTED = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, ConnectionError)


class NotUsable(ChatError):
    """Slack will not have us as we are configured: no retry helps, `fix` does."""

    def __init__(self, code: str, *, what: str, fix: str) -> None:
        super().__init__(code)
        self.what = what
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.what} (Slack says {self.code}). {self.fix}"


def classify(error: BaseException, *, writes: bool) -> ChatError:
    """The ChatError for whatever a call raised; `lost` only where the call writes and may have had its effect."""
    if isinstance(error, ChatError):
        return error
    if isinstance(error, SlackApiError):
        return _refusal(error, writes=writes)
    if isinstance(error, NEVER_SENT):
        return ChatError("unreachable")
    if isinstance(error, asyncio.TimeoutError):
        return ChatError("timeout", lost=writes)
    if isinstance(error, aiohttp.ClientError | OSError):
        return ChatError("connection_lost", lost=writes)
    return ChatError("unreadable_answer", lost=writes)


def disconnected(error: BaseException) -> bool:
    """True where the connection broke, as a kept-alive one does when the other side has just closed it."""
    return isinstance(error, _DISCONNECTED) and not isinstance(error, NEVER_SENT)


def _refusal(error: SlackApiError, *, writes: bool) -> ChatError:
    response = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)
    headers = getattr(response, "headers", None) or {}
    answered = getattr(response, "data", None)
    code = word(answered, "error")
    if status == 429 or code in {"ratelimited", "rate_limited"}:
        return ChatError("ratelimited", retry_after=retry_after(headers))
    if status >= 500:
        return ChatError(code or "server_error", lost=writes, retry_after=retry_after(headers, default=0))
    if code:
        return ChatError(code, lost=writes and code in _MAYBE)
    if status == 200:
        return ChatError("unreadable_answer", lost=writes)
    return ChatError(f"http_{status}")


def retry_after(headers: Mapping[str, object], *, default: int = _DEFAULT_RETRY) -> int:
    """The Retry-After header in milliseconds, at most an hour; `default` where it is missing or not a number."""
    for name, value in headers.items():
        if name.lower() == "retry-after":
            found = str(value).strip()
            if found.isascii() and found.isdigit() and len(found) < 9:
                return min(int(found), 3600) * 1000
    return default


def complaints(error: BaseException) -> tuple[str, ...]:
    """Slack's own remarks on arguments (`response_metadata.messages`): pointers into our blocks, cut short."""
    answered = getattr(getattr(error, "response", None), "data", None)
    if not isinstance(answered, Mapping):
        return ()
    metadata = answered.get("response_metadata")
    messages = metadata.get("messages") if isinstance(metadata, Mapping) else ()
    return tuple(text(message, 200) for message in items(messages)[:5])


def code_in(body: str, status: int) -> str:
    """The error code in a plain or JSON answer (response URLs use both), or the status."""
    try:
        found = word(json.loads(body), "error")
    except (ValueError, RecursionError):
        found = body.strip()
    return found if found.replace("_", "").isalnum() and found.isascii() and len(found) <= 60 else f"http_{status}"
