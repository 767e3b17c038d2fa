"""How a Web API request is read: GET or POST, query, JSON, form with nested JSON, multipart; token in a header or as an argument."""

import json
from typing import Any

from aiohttp import web

from bot.playground.errors import Json, SlackError

JSON_TYPE = "application/json"
FORM_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data"}


async def arguments(request: web.Request) -> Json:
    """Return the arguments of a call; SlackError with Slack's code when the body cannot be read."""
    found: Json = dict(request.query)
    if request.method == "POST" and request.can_read_body:
        found |= await _body(request)
    return found


async def _body(request: web.Request) -> Json:
    if "Content-Type" not in request.headers:
        raise SlackError("missing_post_type")
    if request.content_type == JSON_TYPE:
        return _json(await request.text())
    if request.content_type in FORM_TYPES:
        return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    if request.content_type == "text/plain":
        return {}
    raise SlackError("invalid_post_type")


def _json(text: str) -> Json:
    try:
        parsed = json.loads(text) if text.strip() else {}
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(parsed, dict):
        raise SlackError("json_not_object")
    return parsed


def token(request: web.Request, args: Json) -> str:
    """Return the token of a call (and take it out of the arguments), or nothing."""
    argument = args.pop("token", "")
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if kind.lower() == "bearer" and value else str(argument or "")


def nested(value: Any) -> Any:
    """Return a nested argument: already parsed in a JSON body, a JSON string in a form; ValueError when unreadable."""
    return json.loads(value) if isinstance(value, str) else value
