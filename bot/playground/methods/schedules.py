"""chat.scheduleMessage, chat.deleteScheduledMessage and chat.scheduledMessages.list."""

from dataclasses import replace

from bot.playground import posting
from bot.playground.calls import Call, method
from bot.playground.content import draft, place
from bot.playground.errors import Json, SlackError
from bot.playground.limits import Tier
from bot.playground.posting import Draft

MOST_DAYS = 120
DAY = 86_400
CHANNEL = {"channel": "channel_not_found"}


@method("chat.scheduleMessage", Tier.THREE, "chat:write", required=CHANNEL | {"post_at": "invalid_time"})
async def schedule(call: Call) -> Json:
    """Post a message later, at most 120 days ahead."""
    slack = call.slack
    channel = place(call)
    said = draft(call)
    at = _time(call)
    scheduled_id = f"Q{slack.chance.code(10)}"
    slack.scheduled[scheduled_id] = {"channel_id": channel.id, "post_at": at, "date_created": int(slack.clock.now())}
    slack.scheduled[scheduled_id] |= {"text": said.text}
    slack.tasks.spawn(_later(call, channel.id, scheduled_id, said))
    shown: Json = {"type": "delayed_message", "text": said.text, "user": slack.bot.id, "team": slack.team_id}
    shown |= {"bot_id": slack.app.bot_id, "app_id": slack.app.app_id} | ({"blocks": said.blocks} if said.blocks else {})
    return {"channel": channel.id, "scheduled_message_id": scheduled_id, "post_at": at, "message": shown}


def _time(call: Call) -> int:
    at, now = call.whole("post_at", 0), call.slack.clock.now()
    if at <= 0:
        raise SlackError("invalid_time")
    if at <= now:
        raise SlackError("time_in_past")
    if at > now + MOST_DAYS * DAY:
        raise SlackError("time_too_far")
    return at


async def _later(call: Call, channel_id: str, scheduled_id: str, said: Draft) -> None:
    slack = call.slack
    await slack.clock.sleep(slack.scheduled[scheduled_id]["post_at"] - slack.clock.now())
    if slack.scheduled.pop(scheduled_id, None) is not None:
        channel = slack.workspace.channels[channel_id]
        gone = said.thread_ts not in channel.messages
        posting.post(slack, channel, slack.bot, replace(said, thread_ts="", broadcast=False) if gone else said)


@method(
    "chat.deleteScheduledMessage",
    Tier.THREE,
    "chat:write",
    required=CHANNEL | {"scheduled_message_id": "invalid_scheduled_message_id"},
)
async def unschedule(call: Call) -> Json:
    """Withdraw a scheduled message."""
    channel = call.channel()
    found = call.slack.scheduled.get(call.text("scheduled_message_id"))
    if found is None or found["channel_id"] != channel.id:
        raise SlackError("invalid_scheduled_message_id")
    del call.slack.scheduled[call.text("scheduled_message_id")]
    return {}


@method("chat.scheduledMessages.list", Tier.THREE)
async def scheduled(call: Call) -> Json:
    """List what is still to be posted."""
    wanted = call.text("channel")
    listed = [
        {"id": key, **value} for key, value in call.slack.scheduled.items() if wanted in {"", value["channel_id"]}
    ]
    page, cursor = call.page(listed)
    return {"scheduled_messages": page, "response_metadata": {"next_cursor": cursor}}
