"""reactions.add, reactions.remove and reactions.get."""

import re

from bot.playground import posting
from bot.playground.calls import Call, method
from bot.playground.channels import Channel
from bot.playground.errors import Json, SlackError
from bot.playground.limits import Tier
from bot.playground.messages import Message, as_slack

NAME = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")
ADDING = {"channel": "no_item_specified", "timestamp": "no_item_specified", "name": "invalid_name"}


def _item(call: Call) -> tuple[Channel, Message]:
    channel = call.channel()
    message = channel.messages.get(call.text("timestamp"))
    if message is None:
        raise SlackError("message_not_found")
    return channel, message


def _name(call: Call) -> str:
    name = call.text("name").strip(":")
    if not NAME.fullmatch(name):
        raise SlackError("invalid_name")
    return name


@method("reactions.add", Tier.THREE, "reactions:write", required=ADDING)
async def add(call: Call) -> Json:
    """React to a message."""
    name, (channel, message) = _name(call), _item(call)
    if channel.is_archived:
        raise SlackError("is_archived")
    if call.slack.bot.id in message.reactions.get(name, []):
        raise SlackError("already_reacted")
    posting.react(call.slack, channel, message, call.slack.bot.id, name)
    return {}


@method("reactions.remove", Tier.TWO, "reactions:write", required=ADDING)
async def remove(call: Call) -> Json:
    """Take an own reaction back."""
    name, (channel, message) = _name(call), _item(call)
    if call.slack.bot.id not in message.reactions.get(name, []):
        raise SlackError("no_reaction")
    posting.unreact(call.slack, channel, message, call.slack.bot.id, name)
    return {}


ITEM = {"channel": "no_item_specified", "timestamp": "no_item_specified"}


@method("reactions.get", Tier.THREE, "reactions:read", required=ITEM)
async def get(call: Call) -> Json:
    """Return a message with its reactions."""
    channel, message = _item(call)
    link = f"{call.slack.base_url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    return {"type": "message", "channel": channel.id, "message": as_slack(message) | {"permalink": link}}
