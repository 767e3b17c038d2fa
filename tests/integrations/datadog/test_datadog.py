"""Datadog's webhook with the payload of the documentation."""

from typing import Any

import pytest

from bot.domain.alerts import Alert, AlertSeverity, Link, Status
from bot.errors import Unreadable
from bot.ports import Body
from integrations.datadog import DatadogSettings, DatadogSource, source
from tests.contracts.alert_sources import (
    NOW,
    AlertSourceContract,
    SourceRig,
    by_token,
    configured,
    without_header,
    written,
)

TOKEN = "a-token-of-datadog-0123456789-abcdef"
BODY: dict[str, Any] = {
    "cycle": "1234567890",
    "id": "91",
    "scope": "env:production,service:checkout",
    "transition": "Triggered",
    "type": "error",
    "priority": "P2",
    "title": "Checkout latency is high",
    "text": "avg(last_5m) above 1 s\n@webhook-quarterdeck",
    "metric": "trace.http.request.duration",
    "query": "avg(last_5m):avg:trace.http.request.duration{service:checkout} > 1",
    "tags": "env:production,service:checkout,monitor",
    "link": "https://app.datadoghq.com/event/event?id=7",
    "snapshot": "null",
    "date": "1795510800000",
    "event": "7",
}


def made() -> DatadogSource:
    return source("datadog", configured(DatadogSettings, token=TOKEN))


class TestContract(AlertSourceContract):
    """By token."""

    def rig(self) -> SourceRig:
        return SourceRig(
            source=made(),
            secrets=(TOKEN,),
            send=by_token(TOKEN),
            weakened=without_header("authorization"),
            samples=(written(BODY), written({**BODY, "transition": "Recovered"})),
        )


def read(**changed: Any) -> Alert:
    (found,) = made().alerts(Body(content=written({**BODY, **changed}), at=NOW))
    return found


def test_a_monitor() -> None:
    """Tags are labels; the cycle links what triggers with what recovers."""
    assert read() == Alert(
        source="datadog",
        key="1234567890",
        status=Status.FIRING,
        severity=AlertSeverity.CRITICAL,
        title="Checkout latency is high",
        summary="avg(last_5m) above 1 s\n@webhook-quarterdeck",
        service="checkout",
        environment="production",
        labels=(("env", "production"), ("monitor", "monitor"), ("service", "checkout")),
        annotations=(
            ("metric", "trace.http.request.duration"),
            ("query", "avg(last_5m):avg:trace.http.request.duration{service:checkout} > 1"),
            ("scope", "env:production,service:checkout"),
        ),
        starts_at=1_795_510_800_000,
        ends_at=0,
        links=(Link(name="Datadog", url="https://app.datadoghq.com/event/event?id=7"),),
        value="",
        group_key="91",
    )


@pytest.mark.parametrize(
    ("transition", "status"),
    [
        ("Triggered", Status.FIRING),
        ("Re-Triggered", Status.FIRING),
        ("Warn", Status.FIRING),
        ("Re-Warn", Status.FIRING),
        ("Renotify", Status.FIRING),
        ("No Data", Status.NO_DATA),
        ("Re-No Data", Status.NO_DATA),
        ("Recovered", Status.RESOLVED),
        ("Warn Recovered", Status.RESOLVED),
        ("No Data Recovered", Status.RESOLVED),
        ("Something New", Status.FIRING),
    ],
)
def test_transitions(transition: str, status: Status) -> None:
    """All of them; a new one is rather seen than lost."""
    assert read(transition=transition).status is status


def test_without_priority_the_kind_of_transition_counts() -> None:
    """A warning is a warning, an alert is critical; a tag outranks both."""
    assert read(priority="$ALERT_PRIORITY").severity is AlertSeverity.CRITICAL
    assert read(priority="", transition="Warn").severity is AlertSeverity.WARNING
    assert read(tags="severity:page").severity is AlertSeverity.PAGE


def test_without_a_cycle_monitor_and_scope_are_the_key() -> None:
    """The same on both ends."""
    assert read(cycle="").key == read(cycle="$ALERT_CYCLE_KEY", transition="Recovered").key
    assert read(cycle="").key != read(cycle="", scope="env:staging").key


def test_another_payload_is_refused_with_its_fix() -> None:
    """Datadog's default has other names."""
    with pytest.raises(Unreadable, match="use the payload of"):
        made().alerts(Body(content=written({"body": "x", "title": "y"}), at=NOW))
