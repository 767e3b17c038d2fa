"""CloudEvents 1.0 over HTTP: structured, in batches, or with their attributes in headers."""

from collections.abc import Mapping, Sequence

from pydantic import Field

from bot.config import AlertSecret
from bot.domain.alerts import Alert
from bot.errors import Unreadable
from bot.ports import Authentic, Body, Forged, RawDelivery
from integrations._mapping import KeyPlaces, Mapped, mapped_alert
from integrations._paths import Pick, Place
from integrations._payload import digest, line, read_json, the_list, the_object
from integrations._proof import nothing_to_fetch, token

NAME = "cloudevents"
ONE, MANY = "application/cloudevents+json", "application/cloudevents-batch+json"
REQUIRED = ("id", "source", "specversion", "type")


class CloudEventsSettings(Mapped):
    """A sender of events. `status` says by which types something begins and ends."""

    token: AlertSecret = Field(description="What it sends as `Authorization: Bearer …`. A list while you change it.")
    key: KeyPlaces = Field(
        default=(Place("$.source"), Place("$.subject")),
        description="What an alert is recognised by, from firing to resolved: one or more paths from the event on.",
    )
    title: Pick = Field(default=Pick("$.type"), description="What is broken.")


ALERTS = CloudEventsSettings
PROVES_BY = "token in the Authorization header"
KNOWN_BY = "the paths of `key`: source and subject unless set"


class CloudEventsSource:
    """Each event by the mapping, whose paths begin at the event: `$.data.severity`."""

    signs_body = False
    may_fetch = staticmethod(nothing_to_fetch)

    def __init__(self, name: str, settings: CloudEventsSettings) -> None:
        self._name = name
        self._settings = settings

    def authentic(self, raw: RawDelivery, secrets: Sequence[str], fetched: Mapping[str, bytes]) -> Authentic | Forged:
        """By the token. Source and id are an event's for ever, so they are the delivery's."""
        del fetched
        found = token(raw, secrets)
        if isinstance(found, Forged) or not raw.body:
            return found
        try:
            events = _events(Body(content=raw.body, headers=raw.headers, at=raw.at))
        except Unreadable:
            return found
        return Authentic(delivery=digest(*(line(event[name], 1_000) for event in events for name in ("source", "id"))))

    def alerts(self, body: Body) -> tuple[Alert, ...]:
        """One alert for each event."""
        return tuple(mapped_alert(event, self._settings, self._name) for event in _events(body))


def _events(body: Body) -> list[Mapping[str, object]]:
    """Every event with its attributes and `data`; raises Unreadable where a required attribute is missing."""
    kind = body.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == MANY:
        found = [the_object(each, "an event") for each in the_list(read_json(body.content), "the batch")]
    elif kind == ONE or "ce-id" not in body.headers:
        found = [the_object(read_json(body.content), "the event")]
    else:
        attributes = {name[3:]: value for name, value in body.headers.items() if name.startswith("ce-")}
        found = [{**attributes, "data": read_json(body.content) if body.content else None}]
    for event in found:
        missing = [name for name in REQUIRED if not line(event.get(name), 1_000)]
        if missing:
            raise Unreadable(f"no CloudEvent: `{missing[0]}` is missing")
    return found


def source(name: str, settings: CloudEventsSettings) -> CloudEventsSource:
    """The source `name`."""
    return CloudEventsSource(name, settings)
