"""PagerDuty's webhooks of version 3."""

from typing import Any

import pytest

from bot.domain.alerts import Alert, AlertSeverity, Link, Status
from bot.errors import Unreadable
from bot.ports import Authentic, Body, RawDelivery
from integrations._proof import sha256
from integrations.pagerduty import PagerDutySettings, PagerDutySource, source
from tests.contracts.alert_sources import (
    ANOTHER,
    NOW,
    AlertSourceContract,
    SourceRig,
    configured,
    without_header,
    written,
)

SECRET = "a-secret-of-pagerduty-0123456789-abcdef"
EVENT: dict[str, Any] = {
    "event": {
        "id": "5ac64822-4adc-4fda-ade0-410becf0de4f",
        "event_type": "incident.triggered",
        "resource_type": "incident",
        "occurred_at": "2026-11-24T09:00:00.000Z",
        "agent": {"id": "PLH1HKV", "type": "user_reference", "summary": "Ada"},
        "client": {"name": "PagerDuty"},
        "data": {
            "id": "PGR0VU2",
            "type": "incident",
            "self": "https://api.pagerduty.com/incidents/PGR0VU2",
            "html_url": "https://acme.pagerduty.com/incidents/PGR0VU2",
            "number": 2,
            "status": "triggered",
            "incident_key": "d3640fbd41094207a1c11e58e46b1662",
            "created_at": "2026-11-24T08:59:30Z",
            "title": "Checkout is down",
            "service": {"id": "PF9KMXH", "type": "service_reference", "summary": "checkout"},
            "assignees": [{"id": "PTUXL6G", "summary": "Grace"}],
            "priority": {"id": "PSO75BM", "summary": "P1"},
            "urgency": "high",
            "teams": [],
        },
    }
}


def made() -> PagerDutySource:
    return source("pagerduty", configured(PagerDutySettings, secret=SECRET))


def signed(body: bytes) -> RawDelivery:
    header = f"v1={sha256(ANOTHER + 'x', body)},v1={sha256(SECRET, body)}"
    return RawDelivery(headers={"x-pagerduty-signature": header, "x-webhook-id": "1"}, body=body, at=NOW)


class TestContract(AlertSourceContract):
    """By signature, of which one of several has to be good."""

    def rig(self) -> SourceRig:
        return SourceRig(
            source=made(),
            secrets=(SECRET,),
            send=signed,
            weakened=without_header("x-pagerduty-signature"),
            samples=(written(EVENT), written(event("incident.resolved", status="resolved"))),
        )


def event(kind: str, **changed: Any) -> dict[str, Any]:
    inner = EVENT["event"]
    return {"event": {**inner, "event_type": kind, "data": {**inner["data"], **changed}}}


def read(body: Any) -> tuple[Alert, ...]:
    return made().alerts(Body(content=written(body), at=NOW))


def test_an_incident() -> None:
    """Its priority says how bad it is."""
    assert read(EVENT) == (
        Alert(
            source="pagerduty",
            key="PGR0VU2",
            status=Status.FIRING,
            severity=AlertSeverity.PAGE,
            title="Checkout is down",
            summary="",
            service="checkout",
            environment="",
            labels=(
                ("incident_key", "d3640fbd41094207a1c11e58e46b1662"),
                ("priority", "P1"),
                ("service", "checkout"),
                ("urgency", "high"),
            ),
            annotations=(),
            starts_at=1_795_510_770_000,
            ends_at=0,
            links=(Link(name="PagerDuty", url="https://acme.pagerduty.com/incidents/PGR0VU2"),),
            value="",
            group_key="",
        ),
    )


@pytest.mark.parametrize(
    ("kind", "status", "found"),
    [
        ("incident.acknowledged", "acknowledged", [Status.ACKNOWLEDGED]),
        ("incident.unacknowledged", "triggered", [Status.FIRING]),
        ("incident.reopened", "triggered", [Status.FIRING]),
        ("incident.resolved", "resolved", [Status.RESOLVED]),
        ("incident.escalated", "triggered", [Status.FIRING]),
        ("incident.reassigned", "acknowledged", [Status.ACKNOWLEDGED]),
        ("incident.annotated", "", []),
        ("incident.something_new", "triggered", [Status.FIRING]),
        ("service.updated", "active", []),
        ("pagey.ping", "", []),
    ],
)
def test_events(kind: str, status: str, found: list[Status]) -> None:
    """Those that are about no incident say nothing."""
    assert [alert.status for alert in read(event(kind, status=status))] == found


def test_an_end_has_its_instant() -> None:
    """When the event occurred."""
    (found,) = read(event("incident.resolved"))
    assert (found.starts_at, found.ends_at) == (1_795_510_770_000, 1_795_510_800_000)


def test_an_incident_without_id_is_refused() -> None:
    """It could not be recognised when it ends."""
    with pytest.raises(Unreadable, match=r"event\.data\.id is missing"):
        read(event("incident.triggered", id=None))


def test_a_delivery_is_known_by_what_is_signed() -> None:
    """The id in the header could be changed by whoever repeats the rest."""
    raw = signed(written(EVENT))
    other = RawDelivery(headers={**raw.headers, "x-webhook-id": "2"}, body=raw.body, at=NOW)
    first = made().authentic(raw, (SECRET,), {})
    assert isinstance(first, Authentic)
    assert first.delivery
    assert first == made().authentic(other, (SECRET,), {})
