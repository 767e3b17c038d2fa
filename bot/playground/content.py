"""What an app may say: text, blocks, attachments and metadata of a call, checked as Slack checks them and completed."""

from typing import Any

from bot.playground.blocks import completed, message_problems
from bot.playground.calls import Call
from bot.playground.channels import Channel, ChannelKind
from bot.playground.checks import Problem
from bot.playground.errors import Json, SlackError
from bot.playground.formatting import stored
from bot.playground.posting import Draft
from bot.playground.users import User, UserKind

TRUNCATED_AT = 40_000
MOST_ATTACHMENTS = 100
MOST_METADATA = 16_000
MARKDOWN_LIMIT = 12_000


def draft(call: Call) -> Draft:
    """Return what a posting call says; SlackError with Slack's code when it may not be said so."""
    text, blocks, attachments = words(call)
    if not (text or blocks or attachments):
        raise SlackError("no_text")
    return Draft(
        text=text[:TRUNCATED_AT],
        blocks=blocks or [],
        attachments=attachments or [],
        metadata=None if call.method == "chat.postEphemeral" else metadata(call),
        thread_ts=call.text("thread_ts"),
        broadcast=call.flag("reply_broadcast") and call.has("thread_ts"),
        username=call.text("username") if call.slack.app.has("chat:write.customize") else "",
        icons=_icons(call),
    )


def words(call: Call) -> tuple[str, list[Json] | None, list[Json] | None]:
    """Return text, blocks and attachments (None: not given) of a call."""
    text = stored(call.text("text"))
    blocks = _listed(call, "blocks", "invalid_blocks_format")
    attachments = _listed(call, "attachments", "invalid_blocks_format")
    if call.has("markdown_text"):
        if text or blocks:
            raise SlackError("markdown_text_conflict")
        text = call.text("markdown_text")[:MARKDOWN_LIMIT]
        blocks = [{"type": "markdown", "text": text}]
    if len(attachments or []) > MOST_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    check(call, blocks, attachments)
    chance = call.slack.chance
    return text, None if blocks is None else completed(blocks, chance), _attachments(call, attachments)


def _listed(call: Call, name: str, error: str) -> list[Json] | None:
    value: Any = call.nested(name, error)
    if value is None:
        return None
    if not isinstance(value, list):
        raise SlackError(error)
    return value


def _attachments(call: Call, attachments: list[Json] | None) -> list[Json] | None:
    if attachments is None:
        return None
    kept = []
    for number, attachment in enumerate(attachments, start=1):
        whole: Json = {"id": number, "fallback": attachment.get("text", "[no preview available]"), **attachment}
        if "blocks" in attachment:
            whole["blocks"] = completed(attachment["blocks"], call.slack.chance)
        kept.append(whole)
    return kept


def check(call: Call, blocks: list[Json] | None, attachments: list[Json] | None) -> None:
    """Refuse blocks Slack would refuse, with `response_metadata.messages` as Slack words them."""
    if not call.slack.strict:
        return
    problems = message_problems({"blocks": blocks, "attachments": attachments})
    if any(problem.code == "only_one_table_allowed" for problem in problems):
        raise SlackError("invalid_attachments", response_metadata={"messages": ["only_one_table_allowed"]})
    if problems and len(blocks or []) > 50 and call.method == "chat.postMessage":
        raise SlackError("msg_blocks_too_long", **_told(problems))
    if problems:
        raise SlackError("invalid_blocks", **_told(problems))


def _told(problems: list[Problem]) -> Json:
    messages = [problem.as_message("") for problem in problems]
    errors = [message.removeprefix("[ERROR] ") for message in messages]
    return {"errors": errors, "response_metadata": {"messages": messages}}


def metadata(call: Call) -> Json | None:
    """Return a call's metadata, checked."""
    value = call.nested("metadata", "invalid_metadata_format")
    if value is None or value == {}:
        return None
    if not isinstance(value, dict):
        raise SlackError("invalid_metadata_format")
    if not isinstance(value.get("event_type"), str) or not isinstance(value.get("event_payload"), dict):
        raise SlackError("invalid_metadata_schema")
    if len(str(value)) > MOST_METADATA:
        raise SlackError("metadata_too_large")
    return {"event_type": value["event_type"], "event_payload": value["event_payload"]}


def _icons(call: Call) -> Json:
    if not call.slack.app.has("chat:write.customize"):
        return {}
    if call.has("icon_emoji"):
        return {"emoji": call.text("icon_emoji")}
    return {"image_64": call.text("icon_url")} if call.has("icon_url") else {}


def place(call: Call) -> Channel:
    """Return the channel a posting call means (id, name, or a user's direct message) when the app may post there."""
    channel = _meant(call)
    if channel.is_archived:
        raise SlackError("is_archived")
    if not call.inside(channel):
        if channel.kind is not ChannelKind.PUBLIC:
            raise SlackError("channel_not_found")
        if call.slack.strict and not call.slack.app.has("chat:write.public"):
            raise SlackError("not_in_channel")
    return channel


def _meant(call: Call) -> Channel:
    workspace = call.slack.workspace
    wanted = call.text("channel")
    user = workspace.users.get(wanted)
    if user is not None:
        if not reachable(call, user):
            raise SlackError("channel_not_found")
        return workspace.direct(call.slack.app.bot_user, user.id)
    found = workspace.channel_named(wanted)
    if found is None:
        raise SlackError("channel_not_found")
    return found


def reachable(call: Call, user: User) -> bool:
    """Tell whether the app can write to a person directly."""
    if user.kind is UserKind.DEACTIVATED:
        return False
    return not call.slack.workspace.is_stranger(user, call.slack.app.bot_user)


def check_thread(call: Call, channel: Channel, thread_ts: str) -> None:
    """Refuse a reply to a message that is not there, or that is a reply itself."""
    if not thread_ts:
        return
    root = channel.messages.get(thread_ts)
    if call.slack.strict and (root is None or root.is_reply):
        raise SlackError("cannot_reply_to_message")
