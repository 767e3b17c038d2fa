"""CloudWatch through the notification service: whose message it is, and what the alarm says."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.domain.alerts import Alert, AlertSeverity, Link, Status
from bot.errors import Unreadable
from bot.ports import Authentic, Body, Forged, Needs, RawDelivery
from integrations._rsa import BadCertificate, public_key
from integrations.cloudwatch import CloudWatchSettings, CloudWatchSource, source
from tests.contracts.alert_sources import FUZZ, AlertSourceContract, SourceRig, configured, written
from tests.integrations.cloudwatch.signing import CERTIFICATE, signed

AT = 1_795_600_800_000  # 2026-11-25 10:00 UTC: the certificate holds
TOPIC = "arn:aws:sns:eu-central-1:123456789012:alarms"
HOST = "https://sns.eu-central-1.amazonaws.com"
PEM_URL = f"{HOST}/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
ARN = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:checkout-5xx"
ALARM: dict[str, Any] = {
    "AlarmName": "checkout-5xx",
    "AlarmDescription": "The load balancer answers with errors",
    "AWSAccountId": "123456789012",
    "NewStateValue": "ALARM",
    "NewStateReason": "Threshold Crossed: 1 datapoint [12.0] was greater than the threshold (5.0).",
    "StateChangeTime": "2026-11-25T09:58:00.000+0000",
    "Region": "EU (Frankfurt)",
    "AlarmArn": ARN,
    "OldStateValue": "OK",
    "Trigger": {
        "MetricName": "HTTPCode_ELB_5XX_Count",
        "Namespace": "AWS/ApplicationELB",
        "Dimensions": [{"value": "app/shop/1", "name": "LoadBalancer"}],
        "Threshold": 5.0,
    },
}
BRIDGED: dict[str, Any] = {
    "source": "aws.cloudwatch",
    "detail-type": "CloudWatch Alarm State Change",
    "account": "123456789012",
    "region": "eu-central-1",
    "resources": [ARN],
    "detail": {
        "alarmName": "checkout-5xx",
        "configuration": {"description": "The load balancer answers with errors"},
        "state": {"value": "OK", "reason": "below", "timestamp": "2026-11-25T09:59:00.000+0000"},
    },
}


def made(**settings: Any) -> CloudWatchSource:
    return source("aws", configured(CloudWatchSettings, topics=[TOPIC], **settings))


def notification(message: Any, **changed: Any) -> dict[str, Any]:
    envelope = {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Subject": 'ALARM: "checkout-5xx"',
        "Message": json.dumps(message),
        "Timestamp": "2026-11-25T09:58:01.000Z",
        "SignatureVersion": "2",
        "SigningCertURL": PEM_URL,
        "UnsubscribeURL": f"{HOST}/?Action=Unsubscribe",
    }
    return signed({**envelope, **changed})


def subscription(**changed: Any) -> dict[str, Any]:
    envelope = {
        "Type": "SubscriptionConfirmation",
        "MessageId": "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
        "Token": "2336412f37",
        "TopicArn": TOPIC,
        "Message": "You have chosen to subscribe to the topic",
        "SubscribeURL": f"{HOST}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=2336412f37",
        "Timestamp": "2026-11-25T09:58:01.000Z",
        "SignatureVersion": "1",
        "SigningCertURL": PEM_URL,
    }
    return signed({**envelope, **changed})


def delivery(body: Any) -> RawDelivery:
    raw = body if isinstance(body, bytes) else written(body)
    return RawDelivery(headers={"content-type": "text/plain; charset=UTF-8"}, body=raw, at=AT)


def judged(body: Any, certificate: bytes = CERTIFICATE, at: int = AT) -> Authentic | Forged | Needs:
    raw = replace(delivery(body), at=at)
    found = made().authentic(raw, (), {})
    return made().authentic(raw, (), {found.url: certificate}) if isinstance(found, Needs) else found


def weakened(raw: RawDelivery) -> Iterator[RawDelivery]:
    """Without each signed or signing field."""
    message = json.loads(raw.body)
    for name in message.keys() - {"UnsubscribeURL"}:
        yield replace(raw, body=written({key: value for key, value in message.items() if key != name}))


SAMPLES = (written(notification(ALARM)), written(notification(BRIDGED, SignatureVersion="1")))


class TestContract(AlertSourceContract):
    """By the service's signature."""

    def rig(self) -> SourceRig:
        return SourceRig(
            source=made(),
            secrets=(),
            send=delivery,
            weakened=weakened,
            samples=SAMPLES,
            fetched={PEM_URL: CERTIFICATE},
        )


# ---- whose message it is ---------------------------------------------------------------------------------------------


def test_the_certificate_is_asked_for_first() -> None:
    """And only when topic, age and addresses are right."""
    assert made().authentic(delivery(notification(ALARM)), (), {}) == Needs(url=PEM_URL)
    assert judged(notification(ALARM)) == Authentic(delivery="22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"TopicArn": "arn:aws:sns:eu-central-1:999999999999:alarms"}, "not one of the topics"),
        ({"Timestamp": "2026-11-25T08:00:00.000Z"}, "more than an hour"),
        ({"Timestamp": "never"}, "more than an hour"),
        (
            {
                "SigningCertURL": "https://sns.eu-central-1.amazonaws.com.evil.example/SimpleNotificationService-01234567.pem"
            },
            "not at",
        ),
        ({"SigningCertURL": PEM_URL.replace("https", "http")}, "not at"),
        ({"SigningCertURL": PEM_URL.replace(".amazonaws", "-amazonaws")}, "not at"),
        ({"SigningCertURL": PEM_URL.replace("https://", "https://evil@")}, "not at"),
        ({"SigningCertURL": PEM_URL.replace(".com/", ".com:8443/")}, "not at"),
        ({"SigningCertURL": f"{HOST}/bucket/SimpleNotificationService-0123456789.pem"}, "not at"),
        ({"SigningCertURL": "https://["}, "not at"),
    ],
)
def test_nothing_is_fetched_for_strangers(changed: dict[str, str], why: str) -> None:
    """However well they sign."""
    found = made().authentic(delivery(notification(ALARM, **changed)), (), {})
    assert isinstance(found, Forged)
    assert why in found.why


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("name", ["Message", "MessageId", "Subject", "Timestamp"])
def test_every_signed_field_counts(version: str, name: str) -> None:
    """A changed one, and for the subject also a missing one."""
    message = notification(ALARM, SignatureVersion=version)
    assert isinstance(judged(message), Authentic)
    changed = "2026-11-25T09:58:02.000Z" if name == "Timestamp" else "other"
    assert judged({**message, name: changed}) == Forged(why="signature does not match")


def test_a_message_without_subject_is_signed_without_it() -> None:
    """As the service does."""
    message = {key: value for key, value in notification(ALARM).items() if key != "Subject"}
    assert isinstance(judged(message), Forged)
    assert isinstance(judged(signed(message)), Authentic)


@pytest.mark.parametrize("version", ["", "3", "sha256"])
def test_unknown_signature_versions_are_refused(version: str) -> None:
    """Never taken for one of the known."""
    assert isinstance(judged({**notification(ALARM), "SignatureVersion": version}), Forged)


@pytest.mark.parametrize(
    "certificate",
    [
        b"",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        CERTIFICATE.replace(b"M", b"N", 3),
        CERTIFICATE[:600],
    ],
)
def test_a_broken_certificate_proves_nothing(certificate: bytes) -> None:
    """And raises nothing."""
    assert judged(notification(ALARM), certificate) == Forged(why="signature does not match")


def test_a_certificate_holds_for_its_time() -> None:
    """Not before, not after."""
    key = public_key(CERTIFICATE)
    assert key.begins < AT < key.ends
    early = notification(ALARM, Timestamp="2026-11-24T09:00:00.000Z")
    assert isinstance(judged(early, at=1_795_511_040_000), Forged)


@FUZZ
@given(data=st.data())
def test_any_damage_to_a_certificate_is_survived(data: st.DataObject) -> None:
    """One error, whatever the bytes."""
    cut = data.draw(st.integers(0, len(CERTIFICATE)))
    filled = data.draw(st.binary(max_size=40))
    try:
        public_key(CERTIFICATE[:cut] + filled + CERTIFICATE[cut + len(filled) :])
    except BadCertificate:
        return


# ---- subscriptions ---------------------------------------------------------------------------------------------------


def test_a_subscription_is_confirmed_where_it_was_signed() -> None:
    """By calling the service back."""
    found = judged(subscription())
    assert isinstance(found, Authentic)
    assert found.confirm == subscription()["SubscribeURL"]
    assert made().may_fetch(found.confirm)
    assert made().alerts(Body(content=written(subscription()), at=AT)) == ()


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/?Action=ConfirmSubscription&TopicArn=" + TOPIC,
        f"{HOST}/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-central-1:999999999999:x",
        f"{HOST}/?Action=Unsubscribe&TopicArn={TOPIC}",
        f"{HOST}/",
        "http://169.254.169.254/latest/meta-data/",
    ],
)
def test_only_the_service_is_called_back(url: str) -> None:
    """For an allowed topic, and to confirm; otherwise nothing is fetched at all."""
    assert isinstance(judged(subscription(SubscribeURL=url)), Forged)
    assert not made().may_fetch(url)


@pytest.mark.parametrize("topics", [[], ["alarms"], ["*"], [TOPIC, "arn:aws:sqs:eu-central-1:123456789012:x"]])
def test_topics_have_to_be_named(topics: list[str]) -> None:
    """There is no secret: the list says whose alarms count."""
    with pytest.raises(ValidationError):
        configured(CloudWatchSettings, topics=topics)


# ---- what the alarm says ---------------------------------------------------------------------------------------------


def read(message: Any, **settings: Any) -> Alert:
    (found,) = made(**settings).alerts(Body(content=written(notification(message)), at=AT))
    return found


def test_an_alarm() -> None:
    """Its reason, its metric, its dimensions, its page."""
    assert read(ALARM, service="checkout", environment="production") == Alert(
        source="aws",
        key=ARN,
        status=Status.FIRING,
        severity=AlertSeverity.CRITICAL,
        title="checkout-5xx",
        summary="Threshold Crossed: 1 datapoint [12.0] was greater than the threshold (5.0).",
        service="checkout",
        environment="production",
        labels=(
            ("LoadBalancer", "app/shop/1"),
            ("account", "123456789012"),
            ("alarm", "checkout-5xx"),
            ("metric", "HTTPCode_ELB_5XX_Count"),
            ("namespace", "AWS/ApplicationELB"),
            ("region", "EU (Frankfurt)"),
        ),
        annotations=(("description", "The load balancer answers with errors"),),
        starts_at=1_795_600_680_000,
        ends_at=0,
        links=(
            Link(
                name="CloudWatch",
                url="https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#alarmsV2:alarm/checkout-5xx",
            ),
        ),
        value="",
        group_key="",
    )


def test_through_event_bridge_it_is_the_same_alarm() -> None:
    """Its end is found by the same key."""
    over = read(BRIDGED)
    assert (over.key, over.status, over.ends_at) == (ARN, Status.RESOLVED, 1_795_600_740_000)


@pytest.mark.parametrize(
    ("meant", "status"),
    [("no_data", Status.NO_DATA), ("firing", Status.FIRING), ("resolved", Status.RESOLVED)],
)
def test_insufficient_data_means_what_is_configured(meant: str, status: Status) -> None:
    """Unless set: that nothing is known."""
    silent = {**ALARM, "NewStateValue": "INSUFFICIENT_DATA"}
    assert read(silent, insufficient_data=meant).status is status
    assert read(silent).status is Status.NO_DATA


@pytest.mark.parametrize("message", [{}, {"AlarmArn": ARN}, "text", [1]])
def test_what_is_no_alarm_is_refused(message: Any) -> None:
    """Another message in the same topic."""
    with pytest.raises(Unreadable):
        read(message)
