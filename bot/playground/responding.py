"""What an app answers outside the Web API: acknowledgement bodies of commands, and posts to a response URL."""

import json
from typing import Any

from bot.playground import posting
from bot.playground.blocks import completed, message_problems
from bot.playground.channels import Channel
from bot.playground.content import MOST_ATTACHMENTS, TRUNCATED_AT
from bot.playground.errors import Json, SlackError
from bot.playground.formatting import stored
from bot.playground.local import LocalSlack
from bot.playground.posting import Draft
from bot.playground.rights import ResponseUrl


def respond(slack: LocalSlack, right: ResponseUrl, body: Json) -> None:
    """Carry out one answer: delete or replace the original, or say something new; SlackError when it is malformed."""
    if body.get("delete_original"):
        _delete(slack, right)
        return
    said = drafted(slack, right, body)
    if body.get("replace_original") and right.message_ts:
        _replace(slack, right, said)
        return
    _say(slack, right, said, body)


def drafted(slack: LocalSlack, right: ResponseUrl, body: Json) -> Draft:
    """Return what an answer says; SlackError `no_text`, `invalid_blocks` and the like."""
    blocks, attachments = _list(body, "blocks"), _list(body, "attachments")
    text = stored(str(body.get("text") or ""))
    if not (text or blocks or attachments):
        raise SlackError("no_text")
    if len(attachments) > MOST_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    if slack.strict and message_problems({"blocks": blocks, "attachments": attachments}):
        raise SlackError("invalid_blocks")
    thread = str(body.get("thread_ts") or (right.thread_ts if right.message_ts else ""))
    return Draft(
        text=text[:TRUNCATED_AT],
        blocks=completed(blocks, slack.chance),
        attachments=attachments,
        thread_ts=thread,
        metadata=body.get("metadata") or None,
    )


def _list(body: Json, name: str) -> list[Any]:
    value = body.get(name) or []
    value = json.loads(value) if isinstance(value, str) else value
    if not isinstance(value, list):
        raise SlackError("invalid_blocks_format")
    return value


def _delete(slack: LocalSlack, right: ResponseUrl) -> None:
    if right.ephemeral:
        posting.unwhisper(slack, right.user, right.message_ts)
        return
    channel = slack.workspace.channels[right.channel]
    message = channel.messages.get(right.message_ts)
    if message is not None:
        posting.remove(slack, channel, message)


def _replace(slack: LocalSlack, right: ResponseUrl, said: Draft) -> None:
    channel = slack.workspace.channels[right.channel]
    if right.ephemeral:
        _replace_whisper(slack, right, channel, said)
        return
    message = channel.messages.get(right.message_ts)
    if message is None:
        raise SlackError("message_not_found")
    changed = {"text": said.text, "blocks": said.blocks, "attachments": said.attachments}
    posting.edit(slack, channel, message, changed)


def _replace_whisper(slack: LocalSlack, right: ResponseUrl, channel: Channel, said: Draft) -> None:
    """Put the new text where the ephemeral message was: same place, same timestamp."""
    old = slack.workspace.ephemerals.get(right.user, {}).get(right.message_ts)
    if old is None:
        message = posting.whisper(slack, channel, slack.workspace.users[right.user], said)
        right.message_ts = message.ts
        return
    old.text, old.blocks, old.attachments = said.text, said.blocks, said.attachments
    old.inputs.clear()
    posting.rewhisper(slack, old)


def _say(slack: LocalSlack, right: ResponseUrl, said: Draft, body: Json) -> None:
    channel = slack.workspace.channels[right.channel]
    if body.get("response_type") == "in_channel":
        _reveal(slack, right, channel)
        posting.post(slack, channel, slack.bot, said)
        return
    message = posting.whisper(slack, channel, slack.workspace.users[right.user], said)
    if not right.message_ts:
        right.message_ts, right.ephemeral = message.ts, True


def _reveal(slack: LocalSlack, right: ResponseUrl, channel: Channel) -> None:
    """Show the typed command to the channel, once: an `in_channel` answer does that."""
    if right.typed:
        typed, right.typed = right.typed, ""
        user = slack.workspace.users[right.user]
        message = posting.message_from(slack, channel, user, Draft(text=typed))
        channel.messages[message.ts] = message
        posting.show(slack, channel, message, "message")
