"""pins.add and pins.remove."""

from bot.playground.calls import Call, method
from bot.playground.channels import Channel
from bot.playground.errors import Json, SlackError
from bot.playground.limits import Tier

REQUIRED = {"channel": "channel_not_found", "timestamp": "no_item_specified"}


def _place(call: Call) -> tuple[Channel, str]:
    channel, ts = call.channel(), call.text("timestamp")
    if ts not in channel.messages:
        raise SlackError("message_not_found")
    return channel, ts


@method("pins.add", Tier.TWO, "pins:write", required=REQUIRED)
async def add(call: Call) -> Json:
    """Pin a message."""
    channel, ts = _place(call)
    if not call.inside(channel):
        raise SlackError("not_in_channel")
    if ts in channel.pins:
        raise SlackError("already_pinned")
    channel.pins.append(ts)
    return {}


@method("pins.remove", Tier.TWO, "pins:write", required=REQUIRED)
async def remove(call: Call) -> Json:
    """Take a pin out."""
    channel, ts = _place(call)
    if ts not in channel.pins:
        raise SlackError("no_pin")
    channel.pins.remove(ts)
    return {}
