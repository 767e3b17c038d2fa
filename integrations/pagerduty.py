"""Incidents from PagerDuty, by its webhooks of version 3."""

import re
from collections.abc import Mapping, Sequence

from pydantic import Field

from bot.config import AlertSecret, SourceSettings
from bot.domain.alerts import Alert, Status
from bot.errors import Unreadable
from bot.ports import Authentic, Body, Forged, RawDelivery
from integrations._payload import address, instant, line, mapping, prose, read_json, the_object
from integrations._proof import fingerprint, hex_signature, nothing_to_fetch
from integrations._words import links, severity

NAME = "pagerduty"
SIGNATURE = "x-pagerduty-signature"
STATUSES = {
    "triggered": Status.FIRING,
    "acknowledged": Status.ACKNOWLEDGED,
    "resolved": Status.RESOLVED,
}
EVENTS = {
    "incident.triggered": Status.FIRING,
    "incident.acknowledged": Status.ACKNOWLEDGED,
    "incident.unacknowledged": Status.FIRING,
    "incident.reopened": Status.FIRING,
    "incident.resolved": Status.RESOLVED,
}
_ONE = re.compile(r"v1=([0-9a-f]{64})")


class PagerDutySettings(SourceSettings):
    """A webhook subscription."""

    secret: AlertSecret = Field(
        description="The subscription's signing secret, which PagerDuty shows once. A list while you change it."
    )


ALERTS = PagerDutySettings
PROVES_BY = "HMAC-SHA256 signature"
KNOWN_BY = "the incident's id"


class PagerDutySource:
    """Events about incidents; those about other things say nothing here."""

    signs_body = True
    may_fetch = staticmethod(nothing_to_fetch)

    def __init__(self, name: str, settings: PagerDutySettings) -> None:
        self._name = name
        self._settings = settings

    def authentic(self, raw: RawDelivery, secrets: Sequence[str], fetched: Mapping[str, bytes]) -> Authentic | Forged:
        """Any of the listed signatures may be good: PagerDuty sends two while a secret is changed.

        The same event is the same bytes, which are signed; its id in a header is not.
        """
        del fetched
        given = _ONE.findall(raw.headers.get(SIGNATURE, "")[:2_000])
        if any(hex_signature(each, raw.body, secrets) for each in given):
            return Authentic(delivery=fingerprint(raw.body))
        return Forged(why="signature does not match" if given else "no usable signature")

    def alerts(self, body: Body) -> tuple[Alert, ...]:
        """The incident of the event; nothing for an event that is about no incident."""
        event = the_object(the_object(read_json(body.content), "the body").get("event"), "event")
        kind = line(event.get("event_type"))
        if not kind.startswith("incident."):
            return ()
        found = the_object(event.get("data"), "event.data")
        status = EVENTS.get(kind) or STATUSES.get(line(found.get("status")))
        if status is None:
            return ()  # a note or a responder: `data` is no incident
        return (self._incident(event, found, status),)

    def _incident(self, event: Mapping[str, object], found: Mapping[str, object], status: Status) -> Alert:
        key = line(found.get("id"), 200)
        if not key:
            raise Unreadable("event.data.id is missing")
        about = line(mapping(found.get("service")).get("summary"))
        at = instant(event.get("occurred_at"))
        labels = {
            "service": about,
            "urgency": line(found.get("urgency")),
            "priority": line(mapping(found.get("priority")).get("summary")),
            "incident_key": line(found.get("incident_key")),
        }
        return Alert(
            source=self._name,
            key=key,
            status=status,
            severity=severity(labels["priority"], labels["urgency"]),
            title=line(found.get("title")) or f"Incident {key}",
            summary=prose(mapping(found.get("body")).get("details")),
            service=about or (self._settings.service or ""),
            environment=self._settings.environment or "",
            labels=tuple(sorted((name, value) for name, value in labels.items() if value)),
            annotations=(),
            starts_at=instant(found.get("created_at")) or (at if status is Status.FIRING else 0),
            ends_at=at if status is Status.RESOLVED else 0,
            links=links([("PagerDuty", address(found.get("html_url")))]),
            value="",
            group_key="",
        )


def source(name: str, settings: PagerDutySettings) -> PagerDutySource:
    """The source `name`."""
    return PagerDutySource(name, settings)
