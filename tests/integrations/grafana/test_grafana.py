"""Grafana's unified alerting, with a token and with a signature."""

from typing import Any

import pytest
from pydantic import ValidationError

from bot.domain.alerts import Alert, AlertSeverity, Link, Status
from bot.ports import Authentic, Body, Forged, RawDelivery
from integrations._proof import sha256
from integrations.grafana import GrafanaSettings, GrafanaSource, source
from tests.contracts.alert_sources import (
    NOW,
    AlertSourceContract,
    SourceRig,
    by_token,
    configured,
    without_header,
    written,
)

SECRET = "a-secret-of-grafana-0123456789-abcdef"
STAMP = "X-Grafana-Alerting-Timestamp"
SECONDS = str(NOW // 1000)

GROUP: dict[str, Any] = {
    "receiver": "quarterdeck",
    "status": "firing",
    "orgId": 1,
    "alerts": [
        {
            "status": "firing",
            "labels": {
                "alertname": "Slow checkout",
                "grafana_folder": "Shop",
                "severity": "warning",
                "service": "checkout",
            },
            "annotations": {"summary": "p95 is above a second"},
            "startsAt": "2026-11-24T09:00:00Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "?orgId=1",
            "fingerprint": "57c6d9296de2ad39",
            "silenceURL": "https://grafana.acme.example/alerting/silence/new?alertmanager=grafana",
            "dashboardURL": "https://grafana.acme.example/d/abc?orgId=1",
            "panelURL": "https://grafana.acme.example/d/abc?orgId=1&viewPanel=2",
            "imageURL": "https://grafana.acme.example/render/1.png",
            "values": {"B": 1.25, "C": 1},
            "valueString": "[ var='B' labels={} value=1.25 ]",
        },
        {
            "status": "firing",
            "labels": {"alertname": "DatasourceNoData", "rulename": "Orders per minute", "datasource_uid": "p1"},
            "annotations": {},
            "startsAt": "2026-11-24T09:00:00Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "https://grafana.acme.example/alerting/grafana/x/view",
            "fingerprint": "1234567890abcdef",
            "values": None,
        },
    ],
    "groupLabels": {"grafana_folder": "Shop"},
    "commonLabels": {},
    "commonAnnotations": {},
    "externalURL": "https://grafana.acme.example/",
    "appVersion": "12.1.0",
    "version": "1",
    "groupKey": '{}/{}:{grafana_folder="Shop"}',
    "truncatedAlerts": 0,
    "title": "[FIRING:2] Shop",
    "state": "alerting",
    "message": "**Firing**",
}


def made(**settings: Any) -> GrafanaSource:
    return source("grafana", configured(GrafanaSettings, **settings))


def signed(body: bytes) -> RawDelivery:
    headers = {"x-grafana-alerting-signature": sha256(SECRET, body)}
    return RawDelivery(headers=headers, body=body, at=NOW)


def stamped(body: bytes, stamp: str = SECONDS) -> RawDelivery:
    signature = sha256(SECRET, stamp.encode() + b":" + body)
    return RawDelivery(headers={"x-grafana-alerting-signature": signature, STAMP.lower(): stamp}, body=body, at=NOW)


class TestWithToken(AlertSourceContract):
    """Bearer or Basic."""

    def rig(self) -> SourceRig:
        return SourceRig(
            source=made(token=SECRET),
            secrets=(SECRET,),
            send=by_token(SECRET),
            weakened=without_header("authorization"),
            samples=(written(GROUP),),
            free=frozenset({"labels", "annotations", "values"}),
        )


class TestWithSignature(AlertSourceContract):
    """HMAC of the body."""

    def rig(self) -> SourceRig:
        return SourceRig(
            source=made(secret=SECRET),
            secrets=(SECRET,),
            send=signed,
            weakened=without_header("x-grafana-alerting-signature"),
            samples=(written(GROUP),),
            free=frozenset({"labels", "annotations", "values"}),
        )


class TestWithTimestamp(AlertSourceContract):
    """HMAC of timestamp and body."""

    def rig(self) -> SourceRig:
        return SourceRig(
            source=made(secret=SECRET, timestamp_header=STAMP),
            secrets=(SECRET,),
            send=stamped,
            weakened=without_header("x-grafana-alerting-signature", STAMP.lower()),
            samples=(written(GROUP),),
            free=frozenset({"labels", "annotations", "values"}),
        )


def test_a_group() -> None:
    """What Grafana adds to Alertmanager's shape: links of its own, values, the organisation, missing data."""
    slow, silent = made(token=SECRET).alerts(Body(content=written(GROUP), at=NOW))
    assert slow == Alert(
        source="grafana",
        key="1:57c6d9296de2ad39",
        status=Status.FIRING,
        severity=AlertSeverity.WARNING,
        title="Slow checkout",
        summary="p95 is above a second",
        service="checkout",
        environment="",
        labels=(
            ("alertname", "Slow checkout"),
            ("grafana_folder", "Shop"),
            ("service", "checkout"),
            ("severity", "warning"),
        ),
        annotations=(("summary", "p95 is above a second"),),
        starts_at=1_795_510_800_000,
        ends_at=0,
        links=(
            Link(name="Source", url="https://grafana.acme.example/?orgId=1"),
            Link(name="Grafana", url="https://grafana.acme.example/"),
            Link(name="Dashboard", url="https://grafana.acme.example/d/abc?orgId=1"),
            Link(name="Panel", url="https://grafana.acme.example/d/abc?orgId=1&viewPanel=2"),
            Link(
                name="Silence in Grafana", url="https://grafana.acme.example/alerting/silence/new?alertmanager=grafana"
            ),
            Link(name="Picture", url="https://grafana.acme.example/render/1.png"),
        ),
        value="B = 1.25, C = 1",
        group_key='{}/{}:{grafana_folder="Shop"}',
    )
    assert (silent.status, silent.title, silent.value) == (Status.NO_DATA, "Orders per minute", "")


@pytest.mark.parametrize(
    ("stamp", "good"),
    [
        (SECONDS, True),
        (str(NOW // 1000 - 300), True),
        (str(NOW // 1000 - 301), False),
        (str(NOW // 1000 + 301), False),
        ("", False),
        ("yesterday", False),
        ("١" * 10, False),
    ],
)
def test_what_is_too_old_is_refused(stamp: str, good: bool) -> None:
    """Five minutes either way, signed or not."""
    raw = stamped(b"{}", stamp)
    found = made(secret=SECRET, timestamp_header=STAMP).authentic(raw, (SECRET,), {})
    assert isinstance(found, Authentic if good else Forged)


def test_a_signature_without_the_timestamp_is_not_enough() -> None:
    """Where a timestamp is configured, the signature of the body alone proves nothing."""
    source_ = made(secret=SECRET, timestamp_header=STAMP)
    both = {**signed(b"{}").headers, STAMP.lower(): SECONDS}
    assert isinstance(source_.authentic(RawDelivery(headers=both, body=b"{}", at=NOW), (SECRET,), {}), Forged)
    assert isinstance(source_.authentic(signed(b"{}"), (SECRET,), {}), Forged)


@pytest.mark.parametrize(
    "settings", [{}, {"token": SECRET, "secret": SECRET}, {"token": SECRET, "timestamp_header": "X"}]
)
def test_exactly_one_proof(settings: dict[str, str]) -> None:
    """Neither, both, or a timestamp that nothing signs."""
    with pytest.raises(ValidationError):
        configured(GrafanaSettings, **settings)
