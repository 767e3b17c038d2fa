"""Who hears a new message: mentions, groups, direct messages, broadcasts and followed threads, as Slack rings by default."""

from bot.playground.channels import Channel
from bot.playground.formatting import called, plain, spoken
from bot.playground.local import LocalSlack, Ring
from bot.playground.messages import Message


def ring(slack: LocalSlack, channel: Channel, message: Message) -> None:
    """Count the message as unread for everyone else and ring for those Slack would ring for."""
    why = reasons(slack, channel, message)
    for person in channel.members:
        if person == message.user or not slack.workspace.users[person].is_human:
            continue
        if not message.is_reply or message.broadcast or person in why:
            channel.unread[person] = channel.unread.get(person, 0) + 1
        if person in why:
            channel.rings[person] = channel.rings.get(person, 0) + 1
            _notify(slack, channel, message, person, why[person])
        slack.changes.tell([person], {"type": "channel", "channel": slack.channel_page(channel, person)})


def reasons(slack: LocalSlack, channel: Channel, message: Message) -> dict[str, str]:
    """Return `{user id: why}` for every member the message rings for; the strongest reason wins."""
    found: dict[str, str] = {}
    if message.is_reply:
        found |= dict.fromkeys(followers(channel, message.thread_ts), "thread")
    if channel.is_direct:
        found |= dict.fromkeys(channel.members, "dm")
    for kind, target in _calls(message):
        if kind == "all" and (not message.is_reply or message.broadcast):
            found |= dict.fromkeys(channel.members, "here" if target == "here" else "channel")
        elif kind == "group" and target in slack.workspace.groups:
            found |= dict.fromkeys(slack.workspace.groups[target].users, "group")
    found |= {target: "mention" for kind, target in _calls(message) if kind == "user"}
    members = set(channel.members)
    return {person: why for person, why in found.items() if person in members and person != message.user}


def _calls(message: Message) -> list[tuple[str, str]]:
    texts = [message.text, *spoken(message.blocks)]
    return list(dict.fromkeys(call for text in texts for call in called(text)))


def followers(channel: Channel, thread_ts: str) -> list[str]:
    """Return who follows a thread: its author, everyone who replied, everyone mentioned in it."""
    root = channel.messages.get(thread_ts)
    thread = [*([root] if root else []), *channel.replies(thread_ts)]
    people = [message.user for message in thread]
    for message in thread:
        people += [target for kind, target in _calls(message) if kind == "user"]
    return list(dict.fromkeys(people))


def _notify(slack: LocalSlack, channel: Channel, message: Message, person: str, why: str) -> None:
    heard = Ring(
        person=person,
        channel=channel.id,
        ts=message.ts,
        thread_ts=message.thread_ts if message.is_reply else "",
        user=message.user,
        text=plain(message.text, lambda id_: _name(slack, id_)),
        why=why,
    )
    slack.rung.append(heard)
    where = "" if channel.is_direct else f" in #{channel.name}"
    event = {"type": "notify", "channel": channel.id, "ts": message.ts, "user": message.user, "text": heard.text}
    event |= {"title": f"{message.username}{where}", "why": why}
    slack.changes.tell([person], event | ({"thread_ts": heard.thread_ts} if heard.thread_ts else {}))


def _name(slack: LocalSlack, id_: str) -> str | None:
    if id_ in slack.workspace.users:
        return slack.workspace.users[id_].real_name
    return slack.workspace.channels[id_].name if id_ in slack.workspace.channels else None
