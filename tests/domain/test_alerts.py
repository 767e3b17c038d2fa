"""What a source reports: a value, equal only to a report that says the same."""

from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import pytest

from bot.domain.alerts import Alert, AlertSeverity, Link, Status

REPORT = Alert(
    source="prometheus",
    key="9f2c",
    status=Status.FIRING,
    severity=AlertSeverity.PAGE,
    title="HighErrorRate",
    summary="5xx errors 4.1 %",
    service="api",
    environment="production",
    labels=(("alertname", "HighErrorRate"),),
    annotations=(("runbook_url", "https://acme.example/r"),),
    starts_at=1_795_525_200_000,
    ends_at=0,
    links=(Link(name="Runbook", url="https://acme.example/r"),),
    value="4.1",
    group_key="",
)
OTHER: dict[str, Any] = {
    "status": Status.RESOLVED,
    "severity": AlertSeverity.WARNING,
    "labels": (),
    "annotations": (),
    "starts_at": 1,
    "ends_at": 1,
    "links": (),
}


def test_the_same_report_again_is_equal() -> None:
    """A re-send that changes nothing has to be recognised by comparing it."""
    again = replace(REPORT)
    assert again == REPORT
    assert hash(again) == hash(REPORT)


@pytest.mark.parametrize("name", [each.name for each in fields(Alert)])
def test_every_field_counts(name: str) -> None:
    """Whatever a report says differently makes it another report."""
    assert replace(REPORT, **{name: OTHER.get(name, "other")}) != REPORT


def test_it_is_not_changed_afterwards() -> None:
    """What was compared and what is committed are the same."""
    with pytest.raises(FrozenInstanceError):
        REPORT.title = "other"  # type: ignore[misc]  # that is the point


def test_the_words_are_closed() -> None:
    """Rows and configuration keep these words: none may change its spelling; the worst severity comes first."""
    assert list(Status) == ["firing", "resolved", "acknowledged", "no_data"]
    assert list(AlertSeverity) == ["page", "critical", "warning", "info"]
