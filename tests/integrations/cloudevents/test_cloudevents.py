"""CloudEvents 1.0, structured, in batches, and with attributes in headers."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.alerts import Alert, AlertSeverity, Link, Status
from bot.errors import Unreadable
from bot.ports import Authentic, Body
from integrations.cloudevents import MANY, ONE, CloudEventsSettings, CloudEventsSource, source
from tests.contracts.alert_sources import (
    NOW,
    AlertSourceContract,
    SourceRig,
    by_token,
    configured,
    without_header,
    written,
)

TOKEN = "a-token-of-cloudevents-0123456789"
MAPPING: dict[str, Any] = {
    "status": {"path": "$.type", "resolved": ["example.acme.job.succeeded"]},
    "title": "$.data.name",
    "severity": "$.data.level",
    "labels": "$.data.labels",
    "starts_at": "$.time",
    "url": "$.data.page",
}
EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "type": "example.acme.job.failed",
    "source": "/jobs",
    "subject": "nightly-invoices",
    "id": "A234-1234-1234",
    "time": "2026-11-24T09:00:00Z",
    "datacontenttype": "application/json",
    "data": {
        "name": "Nightly invoices failed",
        "level": "critical",
        "labels": {"service": "billing", "env": "production"},
        "page": "https://jobs.acme.example/1",
    },
}


def made() -> CloudEventsSource:
    return source("jobs", configured(CloudEventsSettings, token=TOKEN, **MAPPING))


class TestStructured(AlertSourceContract):
    """By token."""

    def rig(self) -> SourceRig:
        return SourceRig(
            source=made(),
            secrets=(TOKEN,),
            send=by_token(TOKEN),
            weakened=without_header("authorization"),
            samples=(written(EVENT),),
            free=frozenset({"labels"}),
        )


class TestBatch(AlertSourceContract):
    """Several in one body."""

    def rig(self) -> SourceRig:
        def send(body: bytes) -> Any:
            raw = by_token(TOKEN)(body)
            return replace(raw, headers={**raw.headers, "content-type": MANY})

        return SourceRig(
            source=made(),
            secrets=(TOKEN,),
            send=send,
            weakened=without_header("authorization"),
            samples=(written([EVENT, {**EVENT, "id": "2"}]),),
            understands=lambda content: Body(content=content, headers={"content-type": MANY}, at=NOW),
            free=frozenset({"labels"}),
        )


EXPECTED = Alert(
    source="jobs",
    key="",
    status=Status.FIRING,
    severity=AlertSeverity.CRITICAL,
    title="Nightly invoices failed",
    summary="",
    service="billing",
    environment="production",
    labels=(("env", "production"), ("service", "billing")),
    annotations=(),
    starts_at=1_795_510_800_000,
    ends_at=0,
    links=(Link(name="Source", url="https://jobs.acme.example/1"),),
    value="",
    group_key="",
)


def test_one_event_in_each_form() -> None:
    """The same alert comes of all."""
    attributes = {f"ce-{name}": value for name, value in EVENT.items() if isinstance(value, str)}
    forms = [
        Body(content=written(EVENT), headers={"content-type": f"{ONE}; charset=utf-8"}, at=NOW),
        Body(content=written([EVENT]), headers={"content-type": MANY}, at=NOW),
        Body(content=written(EVENT["data"]), headers={"content-type": "application/json", **attributes}, at=NOW),
    ]
    found = [made().alerts(form) for form in forms]
    assert found[0] == found[1] == found[2]
    (alert,) = found[0]
    assert replace(alert, key="") == EXPECTED
    (over,) = made().alerts(Body(content=written({**EVENT, "type": "example.acme.job.succeeded"}), at=NOW))
    assert (over.key, over.status) == (alert.key, Status.RESOLVED)


@pytest.mark.parametrize("name", ["id", "source", "specversion", "type"])
def test_what_is_no_event_is_refused(name: str) -> None:
    """Each of the four attributes is needed."""
    body = {key: value for key, value in EVENT.items() if key != name}
    with pytest.raises(Unreadable, match=f"`{name}` is missing"):
        made().alerts(Body(content=written(body), at=NOW))


def test_a_delivery_is_known_by_source_and_id() -> None:
    """As the specification has it; whatever else changes."""
    first = made().authentic(by_token(TOKEN)(written(EVENT)), (TOKEN,), {})
    again = made().authentic(by_token(TOKEN)(written({**EVENT, "time": "later"})), (TOKEN,), {})
    other = made().authentic(by_token(TOKEN)(written({**EVENT, "id": "2"})), (TOKEN,), {})
    assert isinstance(first, Authentic)
    assert first == again
    assert first != other
