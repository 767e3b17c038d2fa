"""Alertmanager's webhook of version 4, and Prometheus itself."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.alerts import Alert, AlertSeverity, Link, Status
from bot.errors import Unreadable
from bot.ports import Authentic, Body, Forged, RawDelivery
from integrations.alertmanager import AlertmanagerSettings, AlertmanagerSource, source
from tests.contracts.alert_sources import (
    NOW,
    AlertSourceContract,
    SourceRig,
    by_token,
    configured,
    without_header,
    written,
)

TOKEN = "a-token-of-alertmanager-0123456789"
STARTED = 1_795_507_440_123  # 08:04:00.123 UTC
ENDED = 1_795_510_800_000

GROUP: dict[str, Any] = {
    "version": "4",
    "groupKey": '{}/{team="backend"}:{alertname="HighErrorRate"}',
    "truncatedAlerts": 0,
    "status": "firing",
    "receiver": "quarterdeck",
    "notification_reason": "first notification",
    "groupLabels": {"alertname": "HighErrorRate"},
    "commonLabels": {"alertname": "HighErrorRate", "service": "api"},
    "commonAnnotations": {},
    "externalURL": "https://alertmanager.acme.example",
    "alerts": [
        {
            "status": "firing",
            "labels": {
                "alertname": "HighErrorRate",
                "service": "api",
                "env": "production",
                "severity": "critical",
                "instance": "10.0.3.7:9090",
            },
            "annotations": {
                "summary": "5.2 % of requests fail",
                "runbook_url": "https://runbooks.acme.example/high-error-rate",
                "value": "5.2 %",
            },
            "startsAt": "2026-11-24T08:04:00.123456789Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "https://prometheus.acme.example/graph?g0.expr=errors%3E0.05",
            "fingerprint": "c4a5d8f0e1b2a394",
        },
        {
            "status": "resolved",
            "labels": {"alertname": "HighErrorRate", "service": "api", "env": "staging", "severity": "info"},
            "annotations": {"description": "Errors\nin staging"},
            "startsAt": "2026-11-24T08:04:00.123456789Z",
            "endsAt": "2026-11-24T10:00:00+01:00",
            "generatorURL": "",
            "fingerprint": "0f1e2d3c4b5a6978",
        },
    ],
}
PUSHED: list[Any] = [
    {
        "labels": {"alertname": "DiskFull", "instance": "db1", "severity": "page"},
        "annotations": {"summary": "db1 is full"},
        "startsAt": "2026-11-24T08:04:00.123Z",
        "endsAt": "2026-11-24T09:08:00Z",
        "generatorURL": "https://prometheus.acme.example/graph?g0.expr=disk",
    },
    {
        "labels": {"severity": "page", "instance": "db2", "alertname": "DiskFull"},
        "startsAt": "2026-11-24T08:04:00.123Z",
        "endsAt": "2026-11-24T09:00:00Z",
    },
    {"labels": {"alertname": "Watchdog"}},
]


def made(**settings: Any) -> AlertmanagerSource:
    return source("prometheus", configured(AlertmanagerSettings, token=TOKEN, **settings))


def read(body: Any, **settings: Any) -> tuple[Alert, ...]:
    return made(**settings).alerts(Body(content=written(body), at=NOW))


class TestContract(AlertSourceContract):
    """With both kinds of bodies."""

    def rig(self) -> SourceRig:
        return SourceRig(
            source=made(),
            secrets=(TOKEN,),
            send=by_token(TOKEN),
            weakened=without_header("authorization"),
            samples=(written(GROUP), written(PUSHED)),
            free=frozenset({"labels", "annotations"}),
        )


def test_a_group() -> None:
    """Firing and resolved side by side, each for itself."""
    firing, resolved = read(GROUP)
    assert firing == Alert(
        source="prometheus",
        key="c4a5d8f0e1b2a394",
        status=Status.FIRING,
        severity=AlertSeverity.CRITICAL,
        title="HighErrorRate",
        summary="5.2 % of requests fail",
        service="api",
        environment="production",
        labels=(
            ("alertname", "HighErrorRate"),
            ("env", "production"),
            ("instance", "10.0.3.7:9090"),
            ("service", "api"),
            ("severity", "critical"),
        ),
        annotations=(
            ("runbook_url", "https://runbooks.acme.example/high-error-rate"),
            ("summary", "5.2 % of requests fail"),
            ("value", "5.2 %"),
        ),
        starts_at=STARTED,
        ends_at=0,
        links=(
            Link(name="Runbook", url="https://runbooks.acme.example/high-error-rate"),
            Link(name="Source", url="https://prometheus.acme.example/graph?g0.expr=errors%3E0.05"),
            Link(name="Alertmanager", url="https://alertmanager.acme.example"),
        ),
        value="5.2 %",
        group_key='{}/{team="backend"}:{alertname="HighErrorRate"}',
    )
    assert (resolved.status, resolved.starts_at, resolved.ends_at) == (Status.RESOLVED, STARTED, ENDED)
    assert (resolved.environment, resolved.severity) == ("staging", AlertSeverity.INFO)
    assert resolved.summary == "Errors\nin staging"
    assert resolved.key == "0f1e2d3c4b5a6978"


def test_straight_from_prometheus() -> None:
    """It says when something ends: later than now means firing, earlier means resolved, nothing means firing."""
    full, over, dog = read(PUSHED)
    assert (full.status, full.ends_at, full.severity) == (Status.FIRING, 0, AlertSeverity.PAGE)
    assert (over.status, over.ends_at) == (Status.RESOLVED, NOW - 4 * 60 * 1000)
    assert (dog.status, dog.severity, dog.starts_at) == (Status.FIRING, AlertSeverity.WARNING, 0)
    assert len({full.key, over.key, dog.key}) == 3


def test_the_key_is_the_label_set() -> None:
    """In any order; another value is another alert; what is moved from a name to its value too."""
    one, other = {"alertname": "A", "x": "1"}, {"x": "1", "alertname": "A"}
    assert read([{"labels": one}])[0].key == read([{"labels": other}])[0].key
    assert read([{"labels": {"a": "bc"}}])[0].key != read([{"labels": {"ab": "c"}}])[0].key


def test_what_names_no_service_is_the_sources() -> None:
    """Settings speak where labels are silent."""
    (found,) = read([{"labels": {"alertname": "A"}}], service="shop", environment="production")
    assert (found.service, found.environment) == ("shop", "production")
    (found,) = read([{"labels": {"alertname": "A", "app": "api"}}], service="shop")
    assert (found.service, found.environment) == ("api", "")


def test_links_lead_only_where_browsers_go() -> None:
    """Other schemes, credentials and text that breaks out of a link are left out."""
    bad = ["javascript:alert(1)", "https://u:p@x.example/", "https://x.example/|a>b", "ftp://x", "/relative", 7]
    for url in bad:
        (found,) = read([{"labels": {"alertname": "A"}, "generatorURL": url, "annotations": {"runbook_url": url}}])
        assert found.links == ()


def test_text_is_kept_within_bounds() -> None:
    """Long, controlling and broken text becomes short, quiet and writable."""
    hostile = "\x1b[31m\ud800" + "x" * 5_000
    (found,) = read(
        [{"labels": {"alertname": hostile, "severity": "CRITICAL"}, "annotations": {"summary": hostile * 3}}]
    )
    assert found.title == "[31m" + "x" * 296
    assert len(found.summary) <= 4_000
    assert found.severity is AlertSeverity.CRITICAL


@pytest.mark.parametrize("body", [{}, {"alerts": {}}, {"alerts": ["x"]}, [1], "alerts", 7, None])
def test_what_is_no_group_is_refused(body: Any) -> None:
    """With a sentence."""
    with pytest.raises(Unreadable, match="has to be a JSON"):
        read(body)


def test_too_many_at_once_are_refused() -> None:
    """Before anything is made of them."""
    with pytest.raises(Unreadable, match="more than 20,000"):
        read([{}] * 20_001)


@pytest.mark.parametrize(
    ("header", "good"),
    [
        (f"Bearer {TOKEN}", True),
        (f"bearer  {TOKEN} ", True),
        ("Basic " + base64.b64encode(f"anybody:{TOKEN}".encode()).decode(), True),
        ("Basic " + base64.b64encode(f"{TOKEN}:anything".encode()).decode(), False),
        ("Basic " + base64.b64encode(TOKEN.encode()).decode(), False),
        ("Basic ???", False),
        (TOKEN, False),
        (f"Bearer {TOKEN}x", False),
        (f"Bearer {TOKEN[:-1]}", False),
        ("Bearer ", False),
        ("Bearer \udcff", False),
    ],
)
def test_the_token(header: str, good: bool) -> None:
    """As bearer, or as the password of Basic; nothing that is nearly it."""
    raw = replace(by_token(TOKEN)(b""), headers={"authorization": header})
    found = made().authentic(raw, (TOKEN,), {})
    assert isinstance(found, Authentic if good else Forged)


def test_two_tokens_while_one_is_changed() -> None:
    """Both are good."""
    settings = configured(AlertmanagerSettings, token=[TOKEN, TOKEN[::-1]])
    assert settings.secrets() == (TOKEN, TOKEN[::-1])
    for token in settings.secrets():
        assert isinstance(made().authentic(by_token(token)(b""), settings.secrets(), {}), Authentic)


def test_nothing_is_a_repetition() -> None:
    """What fires is sent again and again, in the same bytes: each time it says that it still does."""
    raw: RawDelivery = by_token(TOKEN)(json.dumps(GROUP).encode())
    assert made().authentic(raw, (TOKEN,), {}) == Authentic(delivery="", confirm="")
