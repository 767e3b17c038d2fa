"""Sentry's internal integration: issues, issue alerts and metric alerts."""

from typing import Any

import pytest

from bot.domain.alerts import Alert, AlertSeverity, Link, Status
from bot.errors import Unreadable
from bot.ports import Authentic, Body, RawDelivery
from integrations._proof import sha256
from integrations.sentry import SentrySettings, SentrySource, source
from tests.contracts.alert_sources import NOW, AlertSourceContract, SourceRig, configured, without_header, written

SECRET = "a-client-secret-of-sentry-0123456789"
INSTALLATION = {"uuid": "a8e5d37a-696c-4c54-adb5-b3f28d64c7de"}
METRIC: dict[str, Any] = {
    "action": "critical",
    "installation": INSTALLATION,
    "data": {
        "metric_alert": {
            "id": "5",
            "identifier": "5",
            "status": 20,
            "date_started": "2026-11-24T09:00:00Z",
            "date_closed": None,
            "projects": ["checkout"],
            "alert_rule": {"id": "7", "name": "Too many errors", "environment": "production"},
        },
        "description_title": "Critical: Too many errors",
        "description_text": "1000 events in the last 10 minutes",
        "web_url": "https://acme.sentry.io/alerts/rules/details/7/?alert=5",
    },
    "actor": {"type": "application", "id": "sentry", "name": "Sentry"},
}
ISSUE: dict[str, Any] = {
    "action": "created",
    "installation": INSTALLATION,
    "data": {
        "issue": {
            "id": "1170820242",
            "shortId": "CHECKOUT-1",
            "title": "ReferenceError: basket is not defined",
            "culprit": "app/basket",
            "level": "error",
            "status": "unresolved",
            "metadata": {"type": "ReferenceError", "value": "basket is not defined"},
            "project": {"id": "1", "slug": "checkout"},
            "firstSeen": "2026-11-24T09:00:00Z",
            "web_url": "https://acme.sentry.io/issues/1170820242/",
        }
    },
}
EVENT: dict[str, Any] = {
    "action": "triggered",
    "installation": INSTALLATION,
    "data": {
        "event": {
            "event_id": "e4874d664c3540c1a32eab185f12c5ab",
            "issue_id": "1170820242",
            "title": "ReferenceError: basket is not defined",
            "level": "fatal",
            "datetime": "2026-11-24T09:00:00.5Z",
            "metadata": {},
            "tags": [["environment", "production"], ["service", "checkout"], "odd"],
            "web_url": "https://acme.sentry.io/issues/1170820242/events/e4874d664c3540c1a32eab185f12c5ab/",
        },
        "triggered_rule": "Every fatal error",
    },
}


def made() -> SentrySource:
    return source("sentry", configured(SentrySettings, secret=SECRET))


def signed(body: bytes) -> RawDelivery:
    headers = {"sentry-hook-signature": sha256(SECRET, body), "request-id": "r-1", "sentry-hook-timestamp": "1"}
    return RawDelivery(headers=headers, body=body, at=NOW)


class TestContract(AlertSourceContract):
    """By signature."""

    def rig(self) -> SourceRig:
        return SourceRig(
            source=made(),
            secrets=(SECRET,),
            send=signed,
            weakened=without_header("sentry-hook-signature"),
            samples=(written(METRIC), written(ISSUE), written(EVENT)),
        )


def read(body: Any) -> tuple[Alert, ...]:
    return made().alerts(Body(content=written(body), at=NOW))


def test_a_metric_alert() -> None:
    """The action says how bad it is, and that it is over."""
    (found,) = read(METRIC)
    assert found == Alert(
        source="sentry",
        key="metric:5",
        status=Status.FIRING,
        severity=AlertSeverity.CRITICAL,
        title="Critical: Too many errors",
        summary="1000 events in the last 10 minutes",
        service="checkout",
        environment="production",
        labels=(("project", "checkout"),),
        annotations=(),
        starts_at=1_795_510_800_000,
        ends_at=0,
        links=(Link(name="Sentry", url="https://acme.sentry.io/alerts/rules/details/7/?alert=5"),),
        value="",
        group_key="",
    )
    (over,) = read({**METRIC, "action": "resolved"})
    assert (over.key, over.status) == ("metric:5", Status.RESOLVED)


@pytest.mark.parametrize(
    ("action", "status", "found"),
    [
        ("created", "unresolved", Status.FIRING),
        ("unresolved", "unresolved", Status.FIRING),
        ("assigned", "unresolved", Status.ACKNOWLEDGED),
        ("resolved", "resolved", Status.RESOLVED),
        ("archived", "ignored", Status.RESOLVED),
        ("ignored", "ignored", Status.RESOLVED),
        ("assigned", "resolved", Status.RESOLVED),
    ],
)
def test_an_issue(action: str, status: str, found: Status) -> None:
    """From created to resolved it is one alert."""
    issue = {**ISSUE["data"]["issue"], "status": status}
    (alert,) = read({**ISSUE, "action": action, "data": {"issue": issue}})
    assert (alert.key, alert.status, alert.service) == ("issue:1170820242", found, "checkout")
    assert alert.title == "ReferenceError: basket is not defined"


def test_an_issue_alert_is_the_issue() -> None:
    """So that its end, which comes as an issue, is found."""
    (alert,) = read(EVENT)
    assert (alert.key, alert.severity, alert.service) == ("issue:1170820242", AlertSeverity.CRITICAL, "checkout")
    assert (alert.environment, alert.summary) == ("production", "Rule: Every fatal error")


def test_other_resources_say_nothing() -> None:
    """Installations and comments."""
    assert read({"action": "created", "data": {"installation": INSTALLATION}}) == ()
    assert read({"action": "created", "data": {"comment": "x", "issue_id": 1}}) == ()


@pytest.mark.parametrize("part", [("metric_alert", METRIC), ("issue", ISSUE), ("event", EVENT)])
def test_what_has_no_id_is_refused(part: tuple[str, dict[str, Any]]) -> None:
    """It could not be recognised when it ends."""
    name, body = part
    with pytest.raises(Unreadable, match="is missing"):
        read({**body, "data": {name: {}}})


def test_a_delivery_is_known_by_its_request() -> None:
    """Without an id, by its bytes."""
    raw = signed(written(ISSUE))
    assert made().authentic(raw, (SECRET,), {}) == Authentic(delivery="r-1")
    anonymous = RawDelivery(
        headers={"sentry-hook-signature": raw.headers["sentry-hook-signature"]}, body=raw.body, at=NOW
    )
    found = made().authentic(anonymous, (SECRET,), {})
    assert isinstance(found, Authentic)
    assert len(found.delivery) == 32
