"""What the page reads: the whole state for a person, messages, views, suggestions, the journal."""

from typing import TYPE_CHECKING

from bot.playground.channels import Channel, ChannelKind
from bot.playground.errors import Json
from bot.playground.messages import as_page
from bot.playground.users import User, UserKind

if TYPE_CHECKING:
    from bot.playground.playground import Playground

MOST_SUGGESTED = 20


def state(playground: "Playground", me: User) -> Json:
    """Return everything a page shows around the messages."""
    slack, workspace = playground.slack, playground.workspace
    visible = [c for c in workspace.channels.values() if workspace.may_see(me, c)]
    commands = [command.as_page() for command in slack.app.commands or ()] if me.team_id == slack.team_id else []
    shown: Json = {"team": {"id": workspace.team.id, "name": workspace.team.name}, "me": me.id, "app": app(playground)}
    shown |= {"users": [user.as_page() for user in workspace.users.values()]}
    shown |= {"channels": [slack.channel_page(channel, me.id) for channel in visible]}
    shown |= {"usergroups": [group.as_page() for group in workspace.groups.values()], "commands": commands}
    shown |= {"shortcuts": [shortcut.as_page() for shortcut in slack.app.shortcuts or ()]}
    return shown | {"panel": panel_json(playground)}


def app(playground: "Playground") -> Json:
    """Return how the app is connected."""
    slack = playground.slack
    connections = slack.dispatch.transport.connections
    shown = {"id": slack.app.app_id, "name": slack.app.name, "bot_user": slack.app.bot_user}
    shown |= {"transport": "http" if slack.dispatch.webhook else "socket"}
    return shown | {"connected": connections > 0, "connections": connections}


def panel_json(playground: "Playground") -> Json:
    """Return the panel with names turned into ids."""
    panel, workspace = playground.panel, playground.workspace
    lines = []
    for line in panel.lines:
        who = workspace.user(line.who) if line.who else None
        channel = workspace.channel(line.channel, who)
        shown = {"id": line.id, "title": line.title, "channel": channel.id, "as": who.id if who else ""}
        lines.append(shown | {"text": line.text, "hint": line.hint})
    links = [{"label": link.label, "url": link.url} for link in panel.links]
    whole: Json = {"title": panel.title, "intro": panel.intro, "lines": lines, "links": links}
    return whole | {"switches": [switch.as_page() for switch in panel.switches]}


def messages(playground: "Playground", me: User, channel: Channel, thread: str) -> Json:
    """Return the messages of a channel or thread with this person's live ephemerals, oldest first."""
    listed = playground.thread(channel.id, thread, me.id) if thread else playground.messages(channel.id, me.id)
    return {"messages": [as_page(message, channel.replies(message.ts)) for message in listed], "has_more": False}


def suggest(playground: "Playground", me: User, typed: str, channel: Channel | None) -> Json:
    """Return completions for what stands before the cursor: `/…`, `@…` or `#…`."""
    sigil, word = typed[:1], typed[1:].lower()
    if sigil == "/":
        found = _commands(playground, me, word)
    elif sigil == "@":
        found = _people(playground, word, channel)
    elif sigil == "#":
        found = _channels(playground, me, word)
    else:
        found = []
    return {"items": found[:MOST_SUGGESTED]}


def _item(kind: str, text: str, title: str, detail: str) -> Json:
    return {"kind": kind, "text": text, "title": title, "detail": detail}


def _commands(playground: "Playground", me: User, word: str) -> list[Json]:
    if me.team_id != playground.slack.team_id:
        return []
    commands = playground.slack.app.commands or ()
    found = [command for command in commands if command.command[1:].startswith(word)]
    return [_item("command", c.command, f"{c.command} {c.usage_hint}".strip(), c.description) for c in found]


def _people(playground: "Playground", word: str, channel: Channel | None) -> list[Json]:
    workspace = playground.workspace
    inside = set(channel.members) if channel else set()
    users = [u for u in workspace.users.values() if u.kind is not UserKind.DEACTIVATED and _matches(u, word)]
    users = [u for u in users if u.kind is not UserKind.EXTERNAL or u.id in inside]
    users.sort(key=lambda user: (user.id not in inside, user.name))
    found = [_item("user", f"@{user.name}", user.real_name, user.title) for user in users]
    groups = [group for group in workspace.groups.values() if group.handle.startswith(word)]
    found += [_item("usergroup", f"@{g.handle}", g.name, f"{len(g.users)} people") for g in groups]
    return found


def _matches(user: User, word: str) -> bool:
    return user.name.startswith(word) or any(part.lower().startswith(word) for part in user.real_name.split())


def _channels(playground: "Playground", me: User, word: str) -> list[Json]:
    workspace = playground.workspace
    named = [c for c in workspace.channels.values() if not c.is_direct and c.name.startswith(word)]
    visible = [c for c in named if workspace.may_see(me, c)]
    return [_item("channel", f"#{c.name}", f"#{c.name}", _detail(c)) for c in visible]


def _detail(channel: Channel) -> str:
    return "private" if channel.kind is ChannelKind.PRIVATE else channel.topic
