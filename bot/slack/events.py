"""Slack's events in our words: mentions, direct messages, the Home tab, and news of people, groups and channels."""

import re
from dataclasses import replace

from bot.domain.requests import Delivery, DeliveryKind, Invocation
from bot.domain.terms import Door, Identity, Place
from bot.slack.arrival import Arrival
from bot.slack.fields import Body, at, digest, items, mapping, named, text, word

_NEWS = {
    "user_change": ("user", "user"),
    "team_join": ("user", "user"),
    "subteam_members_changed": ("group", "subteam_id"),
    "subteam_updated": ("group", "subteam"),
    "channel_shared": ("channel", "channel"),
    "channel_unshared": ("channel", "channel"),
    "channel_rename": ("channel", "channel"),
    "channel_archive": ("channel", "channel"),
    "channel_unarchive": ("channel", "channel"),
    "channel_deleted": ("channel", "channel"),
    "group_rename": ("channel", "channel"),
    "group_archive": ("channel", "channel"),
    "group_unarchive": ("channel", "channel"),
    "channel_id_changed": ("channel", "old_channel_id"),
}
"""Event → (topic, where its id is)."""

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")


def parse(body: Body, arrival: Arrival) -> Delivery:
    """The delivery in an `event_callback`; what a bot, a workflow, an edit or an unknown event brings is IGNORED."""
    event = mapping(body.get("event"))
    key = f"event:{word(body, 'event_id') or digest(body)[:40]}"
    kind = word(event, "type")
    if kind in _NEWS:
        topic, where = _NEWS[kind]
        return _news(body, arrival, key, topic, named(event.get(where)))
    if kind == "member_joined_channel":
        ours = word(event, "user") in _ourselves(body, arrival)
        return _news(body, arrival, key, "joined", word(event, "channel")) if ours else arrival.ignored(key)
    if kind == "app_home_opened" and word(event, "tab") == "home" and word(event, "user"):
        return _delivery(body, arrival, key, DeliveryKind.HOME, Door.HOME)
    if kind in {"app_mention", "message"} and _said_by_a_person(body, event, arrival):
        return _words(body, arrival, key, kind)
    if kind == "app_mention" and _said_by_an_app(body, event, arrival):
        return replace(_words(body, arrival, key, kind), by_app=True)
    return arrival.ignored(key)


def _ourselves(body: Body, arrival: Arrival) -> set[str]:
    """Our own user id, from first contact and from what the event says of its recipient."""
    installed = next(iter(items(body.get("authorizations"))), None)
    ours = {arrival.bot_user}
    if at(installed, "is_bot") is True:
        ours.add(word(installed, "user_id"))
    return ours - {""}


def _said_by_a_person(body: Body, event: Body, arrival: Arrival) -> bool:
    """No bot, no workflow, no edit, no system message, and not our own echo."""
    unlike_a_person = ("bot_id", "bot_profile", "subtype", "edited", "app_id", "hidden")
    user = word(event, "user")
    return bool(user) and user not in _ourselves(body, arrival) and not any(event.get(name) for name in unlike_a_person)


def _said_by_an_app(body: Body, event: Body, arrival: Arrival) -> bool:
    """Another app's bot user mentioned us, in a message of its own: whether it may propose anything is for roles to say."""
    user = word(event, "user")
    unlike = ("subtype", "edited", "hidden")
    return bool(user) and user not in _ourselves(body, arrival) and not any(event.get(name) for name in unlike)


def _words(body: Body, arrival: Arrival, key: str, kind: str) -> Delivery:
    event = mapping(body.get("event"))
    if kind == "app_mention":
        return _delivery(body, arrival, key, DeliveryKind.WORDS, Door.MENTION)
    if word(event, "channel_type") == "im":
        return _delivery(body, arrival, key, DeliveryKind.WORDS, Door.DIRECT)
    return arrival.ignored(key)  # talk in a channel that is not addressed to us


def _delivery(body: Body, arrival: Arrival, key: str, kind: DeliveryKind, door: Door) -> Delivery:
    event = mapping(body.get("event"))
    channel = word(event, "channel")
    said = _addressed(text(event.get("text")), _ourselves(body, arrival))
    return Delivery(
        key=key,
        kind=kind,
        invocation=Invocation(
            who=_speaker(body, event),
            where=Place(channel=channel, thread=word(event, "thread_ts"), direct=channel.startswith("D")),
            door=door,
            at=arrival.at,
            text=said,
            ref=arrival.ref(key),
        ),
        message=word(event, "ts"),
        retry=arrival.retry,
    )


def _addressed(said: str, ours: set[str]) -> str:
    """What was said to us: the words after our name, or those before it where none follow."""
    for mention in _MENTION.finditer(said):
        if mention.group(1) in ours:
            return said[mention.end() :].strip() or said[: mention.start()].strip()
    return said.strip()


def _speaker(body: Body, event: Body) -> Identity:
    """Who spoke, by their own team: in a shared channel `team_id` of the event is ours, and theirs may be a Grid id."""
    user = word(event, "user")
    home, enterprise = word(body, "team_id"), word(body, "enterprise_id")
    shared = body.get("is_ext_shared_channel") is True
    for name in ("user_team", "team"):
        team = word(event, name)
        if team and team == enterprise and not shared:
            return Identity(team=home, user=user, enterprise=enterprise)
        if team:
            return Identity(team=team, user=user, enterprise=enterprise if team == home else "")
    return Identity(team="" if shared else home, user=user, enterprise="" if shared else enterprise)


def _news(body: Body, arrival: Arrival, key: str, topic: str, about: str) -> Delivery:
    event = mapping(body.get("event"))
    if not about:
        return arrival.ignored(key)
    told_by = word(event, "inviter") if topic == "joined" else word(event, "user")
    return Delivery(
        key=key,
        kind=DeliveryKind.NEWS,
        invocation=Invocation(
            who=Identity(team=word(body, "team_id"), user=told_by, enterprise=word(body, "enterprise_id")),
            where=Place(channel=about if topic in {"channel", "joined"} else ""),
            door=Door.DIRECT,
            at=arrival.at,
            text=word(event, "new_channel_id"),
            ref=arrival.ref(key),
        ),
        topic=topic,
        about=about,
        retry=arrival.retry,
    )
