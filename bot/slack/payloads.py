"""Slack's bodies in our words: every body becomes one Delivery, and none raises."""

import hashlib
from dataclasses import dataclass

from bot.domain.requests import Delivery, DeliveryKind, Invocation
from bot.domain.terms import Door, Identity, Place
from bot.slack import events
from bot.slack.arrival import Arrival
from bot.slack.fields import Body, at, digest, items, mapping, named, text, word
from bot.slack.forms import chosen_value, entered

_VERBATIM = 40  # hexadecimal digits of a signature or digest that name a delivery
_SHORTCUTS = {"shortcut": "global", "message_action": "message"}


def parse(body: object, arrival: Arrival) -> Delivery:
    """The delivery in `body`, whatever it is; what we do not know, or what no person did, is IGNORED."""
    fields = mapping(body)
    if isinstance(fields.get("command"), str):
        return _command(fields, arrival)
    kind = word(fields, "type")
    if kind == "event_callback":
        return events.parse(fields, arrival)
    if not (user := word(fields, "user", "id")):
        return arrival.ignored(_key(fields, "unknown"))
    who = person(fields, user)
    if kind == "block_actions":
        return _click(fields, arrival, who)
    if kind == "view_submission":
        return _submit(fields, arrival, who)
    if kind in _SHORTCUTS:
        return _shortcut(fields, arrival, who)
    if kind == "block_suggestion":
        return _suggest(fields, arrival, who)
    return arrival.ignored(_key(fields, "unknown"))


def person(body: Body, user: str) -> Identity:
    """Who acts, by the team that the user belongs to; Grid's id only where that is the team that the payload is for.

    A payload that does not say the user's team gives an empty one, which is nobody's.
    """
    team = word(body, "user", "team_id")
    home = named(body.get("team"))
    enterprise = named(body.get("enterprise")) or word(body, "team", "enterprise_id")
    return Identity(team=team, user=user, enterprise=enterprise if team and team == home else "")


def _key(body: Body, kind: str) -> str:
    if trigger := word(body, "trigger_id"):
        return f"{kind}:{trigger}"
    clicked = next(iter(items(body.get("actions"))), None)
    if moment := word(clicked, "action_ts"):
        where = word(body, "container", "message_ts") or word(body, "container", "view_id")
        return f"{kind}:{moment}+{where}+{word(body, 'user', 'id')}"
    return f"{kind}:{digest(body)[:_VERBATIM]}"


def _command(body: Body, arrival: Arrival) -> Delivery:
    key = _key(body, "command")
    if not word(body, "trigger_id") and arrival.signature:
        key = f"command:{hashlib.sha256(arrival.signature.encode()).hexdigest()[:_VERBATIM]}"
    user = word(body, "user_id")
    if not user:
        return arrival.ignored(key)
    channel = word(body, "channel_id")
    invocation = Invocation(
        who=Identity(team=word(body, "team_id"), user=user, enterprise=word(body, "enterprise_id")),
        where=Place(channel=channel, direct=channel.startswith("D")),
        door=Door.SLASH,
        at=arrival.at,
        text=text(body.get("text")).strip(),
        ref=arrival.ref(key),
        trigger=word(body, "trigger_id"),
        response_url=text(body.get("response_url"), 3000),
    )
    return Delivery(
        key=key,
        kind=DeliveryKind.WORDS,
        invocation=invocation,
        command=word(body, "command").lower(),
        retry=arrival.retry,
    )


@dataclass(frozen=True, kw_only=True)
class _Origin:
    """Where in Slack something was clicked."""

    place: Place
    door: Door
    message: str
    view: str


def _origin(body: Body) -> _Origin:
    view = mapping(body.get("view"))
    channel = named(body.get("channel")) or word(body, "container", "channel_id")
    thread = word(body, "message", "thread_ts") or word(body, "container", "thread_ts")
    door = Door.BUTTON
    if view:
        door = Door.HOME if word(view, "type") == "home" else Door.MODAL
    return _Origin(
        place=Place(channel=channel, thread=thread, direct=channel.startswith("D")),
        door=door,
        message=word(body, "container", "message_ts") or word(body, "message", "ts"),
        view=word(view, "id"),
    )


def _invocation(body: Body, arrival: Arrival, who: Identity, key: str, *, typed: str = "") -> Invocation:
    origin = _origin(body)
    urls = items(body.get("response_urls"))
    return Invocation(
        who=who,
        where=origin.place,
        door=origin.door,
        at=arrival.at,
        text=typed,
        ref=arrival.ref(key),
        trigger=word(body, "trigger_id"),
        response_url=text(body.get("response_url"), 3000) or text(at(next(iter(urls), None), "response_url"), 3000),
    )


def _click(body: Body, arrival: Arrival, who: Identity) -> Delivery:
    key = _key(body, "click")
    action = mapping(next(iter(items(body.get("actions"))), None))
    if word(action, "url") and not word(action, "value"):
        return arrival.ignored(key)  # a link: Slack opened it already
    origin = _origin(body)
    state = body.get("state") or at(body, "view", "state")
    return Delivery(
        key=key,
        kind=DeliveryKind.CLICK,
        invocation=_invocation(body, arrival, who, key),
        action=word(action, "action_id"),
        offer=chosen_value(action),
        values=entered(state),
        message=origin.message,
        message_text=text(at(body, "message", "text")),
        view=origin.view,
        carried=text(at(body, "view", "private_metadata")),
        retry=arrival.retry,
    )


def _submit(body: Body, arrival: Arrival, who: Identity) -> Delivery:
    key = _key(body, "submit")
    return Delivery(
        key=key,
        kind=DeliveryKind.SUBMIT,
        invocation=_invocation(body, arrival, who, key),
        action=word(body, "view", "callback_id"),
        values=entered(at(body, "view", "state")),
        view=word(body, "view", "id"),
        carried=text(at(body, "view", "private_metadata")),
        retry=arrival.retry,
    )


def _shortcut(body: Body, arrival: Arrival, who: Identity) -> Delivery:
    key = _key(body, "shortcut")
    asked = _invocation(body, arrival, who, key)
    channel = asked.where.channel
    thread = word(body, "message", "thread_ts")
    place = Place(channel=channel, thread=thread, direct=channel.startswith("D"))
    return Delivery(
        key=key,
        kind=DeliveryKind.SHORTCUT,
        invocation=Invocation(
            who=who,
            where=place,
            door=Door.SHORTCUT,
            at=asked.at,
            ref=asked.ref,
            trigger=asked.trigger,
            response_url=asked.response_url,
        ),
        action=word(body, "callback_id"),
        message=word(body, "message_ts") or word(body, "message", "ts"),
        message_text=text(at(body, "message", "text")),
        retry=arrival.retry,
    )


def _suggest(body: Body, arrival: Arrival, who: Identity) -> Delivery:
    key = _key(body, "suggest")
    return Delivery(
        key=key,
        kind=DeliveryKind.SUGGEST,
        invocation=_invocation(body, arrival, who, key, typed=text(body.get("value"), 150)),
        action=word(body, "action_id"),
        values=entered(at(body, "view", "state") or body.get("state")),
        view=word(body, "view", "id"),
        carried=text(at(body, "view", "private_metadata")),
        retry=arrival.retry,
    )
