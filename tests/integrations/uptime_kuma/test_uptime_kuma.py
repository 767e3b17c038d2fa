"""Uptime Kuma's webhook notification."""

from typing import Any

import pytest

from bot.domain.alerts import Alert, AlertSeverity, Link, Status
from bot.errors import Unreadable
from bot.ports import Body
from integrations.uptime_kuma import UptimeKumaSettings, UptimeKumaSource, source
from tests.contracts.alert_sources import (
    NOW,
    AlertSourceContract,
    SourceRig,
    by_token,
    configured,
    without_header,
    written,
)

TOKEN = "a-token-of-uptime-kuma-0123456789"
DOWN: dict[str, Any] = {
    "heartbeat": {
        "monitorID": 1,
        "status": 0,
        "time": "2026-11-24 09:00:00.000",
        "msg": "Request failed with status code 502",
        "ping": None,
        "important": True,
        "duration": 60,
        "timezone": "UTC",
    },
    "monitor": {
        "id": 1,
        "name": "Shop",
        "url": "https://shop.acme.example",
        "type": "http",
        "tags": [{"name": "service", "value": "shop"}, {"name": "severity", "value": "page"}],
    },
    "msg": "[Shop] [🔴 Down] Request failed with status code 502",
}


def made() -> UptimeKumaSource:
    return source("kuma", configured(UptimeKumaSettings, token=TOKEN, environment="production"))


class TestContract(AlertSourceContract):
    """By token."""

    def rig(self) -> SourceRig:
        return SourceRig(
            source=made(),
            secrets=(TOKEN,),
            send=by_token(TOKEN),
            weakened=without_header("authorization"),
            samples=(written(DOWN),),
        )


def read(body: Any, **headers: str) -> tuple[Alert, ...]:
    return made().alerts(Body(content=written(body), headers=headers, at=NOW))


def test_a_monitor() -> None:
    """Its tags say what it is about, and how bad."""
    (found,) = read(DOWN)
    assert found == Alert(
        source="kuma",
        key="1",
        status=Status.FIRING,
        severity=AlertSeverity.PAGE,
        title="Shop",
        summary="Request failed with status code 502",
        service="shop",
        environment="production",
        labels=(("monitor", "Shop"), ("service", "shop"), ("severity", "page"), ("type", "http")),
        annotations=(),
        starts_at=1_795_510_800_000,
        ends_at=0,
        links=(Link(name="What is watched", url="https://shop.acme.example"),),
        value="",
        group_key="",
    )


@pytest.mark.parametrize(
    ("status", "found"), [(0, [Status.FIRING]), (1, [Status.RESOLVED]), (2, []), (3, []), (9, [Status.FIRING])]
)
def test_statuses(status: int, found: list[Status]) -> None:
    """Pending and maintenance are neither broken nor well."""
    body = {**DOWN, "heartbeat": {**DOWN["heartbeat"], "status": status}}
    assert [alert.status for alert in read(body)] == found


def test_a_test_message_says_nothing() -> None:
    """It has neither monitor nor heartbeat."""
    assert read({"heartbeat": None, "monitor": None, "msg": "Testing"}) == ()


def test_form_data_is_refused_with_its_fix() -> None:
    """The other choice in the notification's settings."""
    with pytest.raises(Unreadable, match="application/json"):
        made().alerts(Body(content=b"--x", headers={"content-type": "multipart/form-data; boundary=x"}, at=NOW))
