"""chat.*: posting, updating, deleting, whispering and linking to messages."""

from typing import Any

from bot.playground import posting
from bot.playground.calls import Call, method
from bot.playground.channels import Channel
from bot.playground.content import check_thread, draft, metadata, place, words
from bot.playground.errors import Json, RateLimitedError, SlackError
from bot.playground.limits import Tier
from bot.playground.messages import Message, as_slack

UPDATE_LIMIT = 4_000
TOO_LONG = 40_000
CHANNEL = {"channel": "channel_not_found"}


def _pace(call: Call, channel: Channel) -> None:
    wait = call.slack.limits.post(call.method, channel.id)
    if wait:
        raise RateLimitedError(wait)


@method("chat.postMessage", Tier.POSTING, "chat:write", required=CHANNEL)
async def post_message(call: Call) -> Json:
    """Post a message; text over 40,000 characters is cut."""
    channel = place(call)
    said = draft(call)
    check_thread(call, channel, said.thread_ts)
    _pace(call, channel)
    message = posting.post(call.slack, channel, call.slack.bot, said)
    return {"channel": channel.id, "ts": message.ts, "message": as_slack(message, metadata=True)}


@method("chat.postEphemeral", Tier.FOUR, "chat:write", required=CHANNEL | {"user": "user_not_in_channel"})
async def post_ephemeral(call: Call) -> Json:
    """Show a message to one member only."""
    channel = place(call)
    said = draft(call)
    if len(call.text("text")) > TOO_LONG:
        raise SlackError("msg_too_long")
    viewer = call.slack.workspace.users.get(call.text("user"))
    if viewer is None or viewer.id not in channel.members:
        raise SlackError("user_not_in_channel")
    check_thread(call, channel, said.thread_ts)
    _pace(call, channel)
    return {"message_ts": posting.whisper(call.slack, channel, viewer, said).ts}


def _own_message(call: Call, refusal: str) -> tuple[Channel, Message]:
    channel = call.channel()
    message = channel.messages.get(call.text("ts"))
    if message is None:
        raise SlackError("message_not_found")
    if message.bot_id != call.slack.app.bot_id:
        raise SlackError(refusal)
    return channel, message


@method("chat.update", Tier.THREE, "chat:write", required=CHANNEL | {"ts": "message_not_found"})
async def update(call: Call) -> Json:
    """Change an own message: text alone drops the blocks; attachments and metadata stay when not given."""
    channel, message = _own_message(call, "cant_update_message")
    if len(call.text("text")) > UPDATE_LIMIT:
        raise SlackError("msg_too_long")
    changed = _changed(call, message)
    if call.flag("reply_broadcast") and not message.is_reply:
        raise SlackError("cant_broadcast_message")
    posting.edit(call.slack, channel, message, changed)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": as_slack(message, metadata=True)}


def _changed(call: Call, message: Message) -> dict[str, Any]:
    text, blocks, attachments = words(call)
    given = call.has("text") or call.has("markdown_text")
    if not (given or blocks is not None or attachments is not None or call.has("metadata") or call.has("file_ids")):
        raise SlackError("no_text")
    changed: dict[str, Any] = {"text": text} if given else {}
    if blocks is not None:
        changed["blocks"] = blocks
    elif given:
        changed["blocks"] = []
    if attachments is not None:
        changed["attachments"] = attachments
    if call.args.get("metadata") not in (None, ""):
        changed["metadata"] = metadata(call)
    if call.flag("reply_broadcast") and message.is_reply:
        changed |= {"broadcast": True, "subtype": "thread_broadcast"}
    return changed


@method("chat.delete", Tier.THREE, "chat:write", required=CHANNEL | {"ts": "message_not_found"})
async def delete(call: Call) -> Json:
    """Delete an own message."""
    channel, message = _own_message(call, "cant_delete_message")
    posting.remove(call.slack, channel, message)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.getPermalink", Tier.SPECIAL, required=CHANNEL | {"message_ts": "message_not_found"})
async def permalink(call: Call) -> Json:
    """Return the link to a message; in the playground it opens the page there."""
    channel = call.channel()
    message = channel.messages.get(call.text("message_ts"))
    if message is None:
        raise SlackError("message_not_found")
    link = f"{call.slack.base_url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    thread = f"?thread_ts={message.thread_ts}&cid={channel.id}" if message.is_reply else ""
    return {"channel": channel.id, "permalink": link + thread}
