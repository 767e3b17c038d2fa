"""Alarms from Amazon CloudWatch, by a topic of the Simple Notification Service, whose signature is verified before anything is believed."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from pydantic import AfterValidator, Field

from bot.config import SourceSettings, wrong
from bot.domain.alerts import Alert, Status
from bot.domain.terms import HOUR, Millis
from bot.errors import Unreadable
from bot.ports import Authentic, Body, Forged, Needs, RawDelivery
from integrations._payload import address, instant, line, mapping, prose, read_json, the_object
from integrations._rsa import BadCertificate, public_key
from integrations._words import links, severity

NAME = "cloudwatch"
OLDEST: Millis = HOUR  # the longest that the service goes on trying
_TOPIC = re.compile(r"arn:aws(?:-cn|-us-gov)?:sns:([a-z0-9-]{5,30}):[0-9]{12}:[A-Za-z0-9_.-]{1,256}")
_HOST = re.compile(r"sns\.[a-z0-9-]{5,30}\.amazonaws\.com(\.cn)?")
_CERTIFICATE = re.compile(r"/SimpleNotificationService-[0-9a-zA-Z]{8,64}\.pem")
_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_SUBSCRIPTION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
SIGNED: dict[str, tuple[str, ...]] = {
    "Notification": _NOTIFICATION,
    "SubscriptionConfirmation": _SUBSCRIPTION,
    "UnsubscribeConfirmation": _SUBSCRIPTION,
}
ALGORITHMS = {"1": "sha1", "2": "sha256"}


class WithoutData(StrEnum):
    """What INSUFFICIENT_DATA means."""

    NO_DATA = "no_data"
    FIRING = "firing"
    RESOLVED = "resolved"


def _topics(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value or not all(_TOPIC.fullmatch(each) for each in value):
        raise wrong("not topics", "write the topics' ARNs: [arn:aws:sns:eu-central-1:123456789012:alarms]")
    return value


class CloudWatchSettings(SourceSettings):
    """Topics. The service signs with its own key, so there is no secret to share: the topics say whose alarms are meant."""

    topics: Annotated[tuple[str, ...], AfterValidator(_topics)] = Field(
        description="The ARNs of the topics whose messages count. Those of all other topics, and accounts, are refused."
    )
    insufficient_data: WithoutData = Field(
        default=WithoutData.NO_DATA, description="What an alarm's state INSUFFICIENT_DATA means."
    )
    severity: str = Field(default="critical", description="How bad alarms are: page, critical, warning or info.")


ALERTS = CloudWatchSettings
PROVES_BY = "the service's RSA signature, and the list of topics"
KNOWN_BY = "the alarm's ARN"


class CloudWatchSource:
    """Messages of the service; subscriptions to allowed topics are confirmed."""

    signs_body = True

    def __init__(self, name: str, settings: CloudWatchSettings) -> None:
        self._name = name
        self._settings = settings

    def may_fetch(self, url: str) -> bool:
        """Certificates, and confirmations of allowed topics, at the service's own hosts."""
        if not _at_the_service(url):
            return False
        parts = urlsplit(url)
        if _CERTIFICATE.fullmatch(parts.path):
            return not parts.query
        asked = parse_qs(parts.query)
        return (
            asked.get("Action") == ["ConfirmSubscription"] and asked.get("TopicArn", [""])[0] in self._settings.topics
        )

    def authentic(
        self, raw: RawDelivery, secrets: Sequence[str], fetched: Mapping[str, bytes]
    ) -> Authentic | Needs | Forged:
        """Cheap things first: topic, age and addresses; then the certificate, then the signature."""
        del secrets
        try:
            found = {
                name: value for name, value in the_object(read_json(raw.body), "").items() if isinstance(value, str)
            }
        except Unreadable:
            return Forged(why="not a message of the service")
        if (problem := self._problem(found, raw.at)) is not None:
            return Forged(why=problem)
        url = found["SigningCertURL"]
        if url not in fetched:
            return Needs(url=url)
        if not _signed(found, fetched[url], raw.at):
            return Forged(why="signature does not match")
        confirm = found["SubscribeURL"] if found["Type"] == "SubscriptionConfirmation" else ""
        return Authentic(delivery=found["MessageId"], confirm=confirm)

    def _problem(self, found: Mapping[str, str], now: Millis) -> str | None:
        """Why it is not worth a look at the signature."""
        kind = found.get("Type", "")
        if kind not in SIGNED:
            return "not a message of the service"
        needed = {*SIGNED[kind], "SignatureVersion", "Signature", "SigningCertURL"} - {"Subject"}
        if needed - found.keys() or found["SignatureVersion"] not in ALGORITHMS:
            return "a part of the signature is missing"
        if found["TopicArn"] not in self._settings.topics:
            return "not one of the topics"
        if abs(now - instant(found["Timestamp"])) > OLDEST:
            return "more than an hour off our clock"
        if not self.may_fetch(found["SigningCertURL"]):
            return "its certificate is not at the service"
        if kind == "SubscriptionConfirmation" and not self.may_fetch(found["SubscribeURL"]):
            return "its confirmation is not at the service"
        return None

    def alerts(self, body: Body) -> tuple[Alert, ...]:
        """The alarm; nothing for subscriptions."""
        found = the_object(read_json(body.content), "the body")
        if line(found.get("Type")) != "Notification":
            return ()
        message = found.get("Message")
        if not isinstance(message, str):
            raise Unreadable("Message has to be a text")
        return (self._alarm(the_object(read_json(message.encode("utf-8", "replace")), "Message")),)

    def _alarm(self, found: Mapping[str, object]) -> Alert:
        told = _of_event_bridge(found) if "detail" in found else found
        key, state = line(told.get("AlarmArn"), 1_024), line(told.get("NewStateValue"))
        if not key or not state:
            raise Unreadable("AlarmArn or NewStateValue is missing: not a CloudWatch alarm")
        status = self._status(state)
        at = instant(told.get("StateChangeTime"))
        labels = _labels(told)
        return Alert(
            source=self._name,
            key=key,
            status=status,
            severity=severity(self._settings.severity),
            title=line(told.get("AlarmName")) or "CloudWatch alarm",
            summary=prose(told.get("NewStateReason")) or prose(told.get("AlarmDescription")),
            service=self._settings.service or "",
            environment=self._settings.environment or "",
            labels=tuple(sorted((name, value) for name, value in labels.items() if value)),
            annotations=tuple(
                (name, text) for name, text in (("description", prose(told.get("AlarmDescription"))),) if text
            ),
            starts_at=at if status is not Status.RESOLVED else 0,
            ends_at=at if status is Status.RESOLVED else 0,
            links=links([("CloudWatch", _console(key))]),
            value="",
            group_key="",
        )

    def _status(self, state: str) -> Status:
        if state == "INSUFFICIENT_DATA":
            return Status(self._settings.insufficient_data.value)
        return Status.RESOLVED if state == "OK" else Status.FIRING


def _at_the_service(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(_HOST.fullmatch(parts.netloc)) and not parts.fragment
    except ValueError:
        return False


def _signed(found: Mapping[str, str], certificate: bytes, now: Millis) -> bool:
    """Whether the certificate's key signed the pairs of this kind of message."""
    try:
        key = public_key(certificate)
        signature = base64.b64decode(found["Signature"], validate=True)
    except (BadCertificate, binascii.Error, ValueError):
        return False
    message = "".join(f"{name}\n{found[name]}\n" for name in SIGNED[found["Type"]] if name in found)
    valid = key.begins <= now <= key.ends
    algorithm = ALGORITHMS[found["SignatureVersion"]]
    return valid and key.verifies(signature, message.encode("utf-8", "surrogatepass"), algorithm)


def _labels(told: Mapping[str, object]) -> dict[str, str]:
    trigger = mapping(told.get("Trigger"))
    found = {
        "alarm": line(told.get("AlarmName")),
        "account": line(told.get("AWSAccountId")),
        "region": line(told.get("Region")),
        "metric": line(trigger.get("MetricName")),
        "namespace": line(trigger.get("Namespace")),
    }
    dimensions = trigger.get("Dimensions")
    for each in (dimensions if isinstance(dimensions, list) else [])[:10]:
        name = line(mapping(each).get("name"), 100)
        if name:
            found.setdefault(name, line(mapping(each).get("value")))
    return found


def _of_event_bridge(found: Mapping[str, object]) -> Mapping[str, object]:
    """The same facts where the alarm came through EventBridge, in whose words they stand elsewhere."""
    detail = mapping(found.get("detail"))
    state = mapping(detail.get("state"))
    resources = found.get("resources")
    return {
        "AlarmName": detail.get("alarmName"),
        "AlarmArn": resources[0] if isinstance(resources, list) and resources else None,
        "AlarmDescription": mapping(detail.get("configuration")).get("description"),
        "NewStateValue": state.get("value"),
        "NewStateReason": state.get("reason"),
        "StateChangeTime": state.get("timestamp"),
        "AWSAccountId": found.get("account"),
        "Region": found.get("region"),
    }


def _console(arn: str) -> str:
    """The alarm's page; its region stands in its ARN."""
    parts = arn.split(":", 6)
    if len(parts) < 7 or not re.fullmatch(r"[a-z0-9-]{5,30}", parts[3]):
        return ""
    name = parts[6].removeprefix("alarm:")
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", name):
        return ""
    return address(f"https://{parts[3]}.console.aws.amazon.com/cloudwatch/home?region={parts[3]}#alarmsV2:alarm/{name}")


def source(name: str, settings: CloudWatchSettings) -> CloudWatchSource:
    """The source `name`."""
    return CloudWatchSource(name, settings)
