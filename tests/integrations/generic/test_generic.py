"""Any JSON by a mapping, proven by a token or by a signature of a configured form."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.domain.alerts import Alert, AlertSeverity, Link, Status
from bot.errors import Unreadable
from bot.ports import Authentic, Body, Forged, RawDelivery
from integrations._paths import Place, steps
from integrations.generic import GenericSettings, GenericSource, source
from tests.contracts.alert_sources import (
    FUZZ,
    JSON,
    NOW,
    AlertSourceContract,
    SourceRig,
    by_token,
    configured,
    without_header,
    written,
)

SECRET = "a-secret-of-the-shop-0123456789-abcdef"
SECONDS = str(NOW // 1000)
MAPPING: dict[str, Any] = {
    "items": "$.checks[*]",
    "key": ["$.host", "$.check.id"],
    "status": {"path": "$.state", "resolved": ["OK", "up"], "acknowledged": ["seen"], "no_data": ["unknown"]},
    "title": "$.check.name",
    "summary": "$.output",
    "severity": "$.level",
    "labels": {"service": "$.tags[0]", "host": "$.host", "env": "production"},
    "url": '$["web page"]',
    "runbook": "https://runbooks.acme.example/",
    "value": "$.perf.value",
    "starts_at": "$.since",
    "ends_at": "$.until",
}
BODY: dict[str, Any] = {
    "checks": [
        {
            "host": "web-1",
            "check": {"id": 7, "name": "Disk"},
            "state": "CRITICAL",
            "level": "critical",
            "output": "98 % used",
            "tags": ["web"],
            "web page": "https://checks.acme.example/7",
            "perf": {"value": 98},
            "since": 1_795_510_800,
        },
        {"host": "web-2", "check": {"id": 7}, "state": "ok", "until": "2026-11-24T09:00:00Z"},
        {"host": "web-3", "check": {"id": 7}, "state": "Seen"},
        {"host": "web-4", "check": {"id": 7}, "state": "UNKNOWN"},
    ]
}
HUB = {"header": "X-Hub-Signature-256", "prefix": "sha256=", "secret": SECRET}
STRIPE = {
    "secret": SECRET,
    "header": "X-Signature",
    "prefix": "v1=",
    "signed": "{timestamp}.{body}",
    "timestamp_header": "X-Signature",
    "timestamp_prefix": "t=",
}
KEY = base64.b64encode(b"k" * 24).decode()
STANDARD = {
    "secret": f"whsec_{KEY}",
    "header": "webhook-signature",
    "prefix": "v1,",
    "encoding": "base64",
    "secret_form": "base64",
    "signed": "{id}.{timestamp}.{body}",
    "id_header": "webhook-id",
    "timestamp_header": "webhook-timestamp",
}


def made(**settings: Any) -> GenericSource:
    if "signature" not in settings:
        settings["token"] = SECRET
    return source("shop", configured(GenericSettings, **MAPPING, **settings))


def as_hub(body: bytes) -> RawDelivery:
    signature = hmac.new(SECRET.encode(), body, "sha256").hexdigest()
    headers = {"x-hub-signature-256": f"sha256={signature}", "x-github-delivery": "d-1"}
    return RawDelivery(headers=headers, body=body, at=NOW)


def as_stripe(body: bytes) -> RawDelivery:
    signature = hmac.new(SECRET.encode(), SECONDS.encode() + b"." + body, "sha256").hexdigest()
    return RawDelivery(headers={"x-signature": f"t={SECONDS},v0=abc,v1={signature}"}, body=body, at=NOW)


def as_standard(body: bytes) -> RawDelivery:
    made_ = hmac.new(b"k" * 24, b"msg_1." + SECONDS.encode() + b"." + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(b'x' * 32).decode()} v1,{base64.b64encode(made_).decode()}"
    headers = {"webhook-id": "msg_1", "webhook-timestamp": SECONDS, "webhook-signature": signature}
    return RawDelivery(headers=headers, body=body, at=NOW)


class _Contract(AlertSourceContract):
    free = frozenset({"tags"})


class TestWithToken(AlertSourceContract):
    """Bearer or Basic."""

    def rig(self) -> SourceRig:
        return SourceRig(
            source=made(),
            secrets=(SECRET,),
            send=by_token(SECRET),
            weakened=without_header("authorization"),
            samples=(written(BODY),),
        )


class TestLikeGitHub(AlertSourceContract):
    """A prefix and hexadecimal digits."""

    def rig(self) -> SourceRig:
        return SourceRig(
            source=made(signature=HUB, delivery_header="X-GitHub-Delivery"),
            secrets=(SECRET,),
            send=as_hub,
            weakened=without_header("x-hub-signature-256"),
            samples=(written(BODY),),
        )


class TestLikeStripe(AlertSourceContract):
    """Timestamp and signatures in one header."""

    def rig(self) -> SourceRig:
        def weakened(raw: RawDelivery) -> Iterator[RawDelivery]:
            parts = raw.headers["x-signature"].split(",")
            for kept in (parts[:1], parts[1:], []):
                yield RawDelivery(headers={"x-signature": ",".join(kept)}, body=raw.body, at=raw.at)

        return SourceRig(
            source=made(signature=STRIPE),
            secrets=(SECRET,),
            send=as_stripe,
            weakened=weakened,
            samples=(written(BODY),),
        )


class TestLikeStandardWebhooks(AlertSourceContract):
    """Id, timestamp and body, in base64."""

    def rig(self) -> SourceRig:
        return SourceRig(
            source=made(signature=STANDARD),
            secrets=(f"whsec_{KEY}",),
            send=as_standard,
            weakened=without_header("webhook-id", "webhook-timestamp", "webhook-signature"),
            samples=(written(BODY),),
        )


def test_the_mapping() -> None:
    """Each field from its place; a constant where no path stands."""
    disk, well, seen, unknown = made().alerts(Body(content=written(BODY), at=NOW))
    assert disk == Alert(
        source="shop",
        key="web-1/7",
        status=Status.FIRING,
        severity=AlertSeverity.CRITICAL,
        title="Disk",
        summary="98 % used",
        service="web",
        environment="production",
        labels=(("env", "production"), ("host", "web-1"), ("service", "web")),
        annotations=(),
        starts_at=1_795_510_800_000,
        ends_at=0,
        links=(
            Link(name="Runbook", url="https://runbooks.acme.example/"),
            Link(name="Source", url="https://checks.acme.example/7"),
        ),
        value="98",
        group_key="",
    )
    assert (well.status, well.ends_at, well.title) == (Status.RESOLVED, 1_795_510_800_000, "Alert without a name")
    assert (seen.status, unknown.status) == (Status.ACKNOWLEDGED, Status.NO_DATA)


def test_an_item_without_its_key_is_refused() -> None:
    """A key that falls back to something else would join what does not belong together."""
    with pytest.raises(Unreadable, match=r"nothing at \$\.check\.id"):
        made().alerts(Body(content=written({"checks": [{"host": "web-1"}]}), at=NOW))


def test_keys_do_not_run_into_each_other() -> None:
    """What stands before and after the slash is told apart."""

    def key(host: str, check: str) -> str:
        body = {"checks": [{"host": host, "check": {"id": check}}]}
        return made().alerts(Body(content=written(body), at=NOW))[0].key

    assert len({key("a/b", "c"), key("a", "b/c"), key("a", "b")}) == 3
    assert key("x" * 500, "1") != key("x" * 500, "2")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"key": []}, "names nothing"),
        ({"key": ["host"]}, "not a path"),
        ({"key": ["$.a..b"]}, "not a path"),
        ({"title": "$.a[b]"}, "not a path"),
        ({"status": {"path": "$.s", "resolved": []}}, "nothing would ever end"),
        ({"status": {"path": "$.s", "resolved": ["ok"], "firing": ["OK"]}}, "stands in two lists"),
        ({"signature": HUB}, "exactly one of token and signature"),
        ({"token": None}, "exactly one of token and signature"),
        ({"token": None, "signature": {**HUB, "signed": "{timestamp}"}}, "the body is not signed"),
        ({"token": None, "signature": {**HUB, "signed": "{timestamp}.{body}"}}, "belong together"),
        ({"token": None, "signature": {**HUB, "id_header": "X-Id"}}, "belong together"),
        ({"token": None, "signature": {**HUB, "secret_form": "base64"}}, "not base64"),
    ],
)
def test_mappings_that_cannot_work_are_refused(change: dict[str, Any], problem: str) -> None:
    """When the file is read, not when something burns."""
    with pytest.raises(ValidationError, match=problem):
        configured(GenericSettings, **{**MAPPING, "token": SECRET, **change})


def test_a_delivery_is_known_by_the_configured_header() -> None:
    """And by nothing where none is configured: the same bytes may mean that it happened again."""
    found = made(signature=HUB, delivery_header="X-GitHub-Delivery").authentic(as_hub(b"{}"), (SECRET,), {})
    assert found == Authentic(delivery="d-1")
    assert made(signature=HUB).authentic(as_hub(b"{}"), (SECRET,), {}) == Authentic()


def test_what_is_too_old_is_refused() -> None:
    """By the signed timestamp."""
    old = RawDelivery(headers=as_stripe(b"{}").headers, body=b"{}", at=NOW + 5 * 60 * 1000 + 1_000)
    assert isinstance(made(signature=STRIPE).authentic(old, (SECRET,), {}), Forged)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", [{"a": [{"b": 1}, {"b": 2}], "c d": 3}]),
        ("$.a[*].b", [1, 2]),
        ("$.a[1].b", [2]),
        ("$.a[9].b", []),
        ('$["c d"]', [3]),
        ("$['c d']", [3]),
        ("$.a.b", []),
    ],
)
def test_paths(path: str, found: list[object]) -> None:
    """The small part of JSONPath that is there."""
    assert Place.read(path).values({"a": [{"b": 1}, {"b": 2}], "c d": 3}) == found


@FUZZ
@given(path=st.text(alphabet="$.[]*'\"ab0\\", max_size=30), value=JSON)
def test_any_path_is_refused_or_followed(path: str, value: Any) -> None:
    """Nothing else ever comes of it."""
    if steps(path) is not None:
        Place.read(path).text(value)
