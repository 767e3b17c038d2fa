"""conversations.history and conversations.replies."""

from bot.playground.calls import Call, method
from bot.playground.channels import Channel
from bot.playground.errors import Json, SlackError
from bot.playground.limits import Tier
from bot.playground.messages import Message, as_slack

CHANNEL = {"channel": "channel_not_found"}


def _instant(call: Call, name: str) -> tuple[int, int] | None:
    if not call.has(name):
        return None
    seconds, _, micros = call.text(name).partition(".")
    if not seconds.isdecimal() or (micros and not micros.isdecimal()):
        raise SlackError(f"invalid_ts_{name}")
    return int(seconds), int(micros.ljust(6, "0") or 0)


def _stamp(message: Message) -> tuple[int, int]:
    seconds, _, micros = message.ts.partition(".")
    return int(seconds), int(micros)


def _between(call: Call, messages: list[Message]) -> list[Message]:
    oldest, latest, inclusive = _instant(call, "oldest"), _instant(call, "latest"), call.flag("inclusive")
    kept = []
    for message in messages:
        at = _stamp(message)
        after = oldest is None or at > oldest or (inclusive and at == oldest)
        before = latest is None or at < latest or (inclusive and at == latest)
        if after and before:
            kept.append(message)
    return kept


def _shown(call: Call, channel: Channel, messages: list[Message]) -> list[Json]:
    whole = call.flag("include_all_metadata") and call.slack.app.has("metadata.message:read")
    return [as_slack(message, channel.replies(message.ts), metadata=whole) for message in messages]


@method("conversations.history", Tier.THREE, required=CHANNEL)
async def history(call: Call) -> Json:
    """Return a channel's messages, newest first."""
    channel = call.channel()
    call.need_for(channel, "history")
    if not call.inside(channel):
        raise SlackError("not_in_channel")
    page, cursor = call.page(_between(call, channel.roots())[::-1])
    answer: Json = {"messages": _shown(call, channel, page), "has_more": bool(cursor), "pin_count": len(channel.pins)}
    answer |= {"channel_actions_ts": None, "channel_actions_count": 0}
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


@method("conversations.replies", Tier.THREE, required=CHANNEL | {"ts": "thread_not_found"})
async def replies(call: Call) -> Json:
    """Return a thread, oldest first, its root always with it."""
    channel = call.channel()
    call.need_for(channel, "history")
    asked = channel.messages.get(call.text("ts"))
    if asked is None or not call.inside(channel):
        raise SlackError("thread_not_found")
    root = channel.messages.get(asked.thread_ts) if asked.is_reply else asked
    thread = [*([root] if root else []), *_between(call, channel.replies(asked.thread_ts or asked.ts))]
    page, cursor = call.page(thread, default=1000)
    answer: Json = {"messages": _shown(call, channel, page), "has_more": bool(cursor)}
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})
