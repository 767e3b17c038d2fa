"""Alerts from Datadog's monitors, by its webhook integration with the payload that the documentation gives."""

from collections.abc import Mapping

from pydantic import Field

from bot.config import AlertSecret, SourceSettings
from bot.domain.alerts import Alert, Status
from bot.errors import Unreadable
from bot.ports import Body
from integrations._payload import address, digest, instant, line, prose, read_json, tags, the_object
from integrations._proof import ByToken
from integrations._words import environment, links, service, severity

NAME = "datadog"
RESOLVED = frozenset({"recovered", "warn recovered", "no data recovered"})
WITHOUT_DATA = frozenset({"no data", "re-no data", "renotify no data"})
WARNINGS = frozenset({"warn", "re-warn", "renotify warn", "warn recovered"})
PAYLOAD = {
    "cycle": "$ALERT_CYCLE_KEY",
    "id": "$ALERT_ID",
    "scope": "$ALERT_SCOPE",
    "transition": "$ALERT_TRANSITION",
    "type": "$ALERT_TYPE",
    "priority": "$ALERT_PRIORITY",
    "title": "$ALERT_TITLE",
    "text": "$TEXT_ONLY_MSG",
    "metric": "$ALERT_METRIC",
    "query": "$ALERT_QUERY",
    "tags": "$TAGS",
    "link": "$LINK",
    "snapshot": "$SNAPSHOT",
    "date": "$DATE",
    "event": "$ID",
}
"""The payload to configure in Datadog: our own names, so that it can be told from others."""


class DatadogSettings(SourceSettings):
    """A Datadog webhook."""

    token: AlertSecret = Field(
        description="What it sends as Authorization: Bearer: a custom header of the webhook. A list while you change it."
    )


ALERTS = DatadogSettings
PROVES_BY = "token in the Authorization header"
KNOWN_BY = "the alert cycle; without one, monitor and scope"


class DatadogSource(ByToken[DatadogSettings]):
    """Bodies made by our template."""

    def alerts(self, body: Body) -> tuple[Alert, ...]:
        """The one transition of one monitor; raises Unreadable for a body that is not of our template."""
        found = the_object(read_json(body.content), "the body")
        filled = {name: _filled(found.get(name)) for name in PAYLOAD}
        key = filled["cycle"] or (digest(filled["id"], filled["scope"]) if filled["id"] else "")
        if not key:
            raise Unreadable("neither `cycle` nor `id`: use the payload of docs/alert-sources.md")
        return (self._alert(filled, line(key, 200), body),)

    def _alert(self, filled: Mapping[str, str], key: str, body: Body) -> Alert:
        labels = tags(filled["tags"])
        named = dict(labels)
        transition = filled["transition"].lower()
        status = status_of(transition)
        at = instant(filled["date"]) or body.at
        worst = "warning" if transition in WARNINGS or filled["type"].lower() == "warning" else "critical"
        return Alert(
            source=self._name,
            key=key,
            status=status,
            severity=severity(named.get("severity", ""), filled["priority"], worst),
            title=line(filled["title"]) or "Datadog monitor",
            summary=prose(filled["text"]),
            service=line(service(named, self._settings)),
            environment=line(environment(named, self._settings)),
            labels=labels,
            annotations=tuple((name, filled[name]) for name in ("metric", "query", "scope") if filled[name]),
            starts_at=at if status is not Status.RESOLVED else 0,
            ends_at=at if status is Status.RESOLVED else 0,
            links=links([("Datadog", address(filled["link"])), ("Picture", address(filled["snapshot"]))]),
            value="",
            group_key=line(filled["id"], 200),
        )


def _filled(value: object) -> str:
    """A template's variable that had nothing to say comes as it was written, or as null."""
    text = prose(value)
    return "" if text in {"null", "None"} or text.startswith("$") else text


def status_of(transition: str) -> Status:
    """What a transition means; an unknown one means firing: better seen than lost."""
    if transition in RESOLVED:
        return Status.RESOLVED
    return Status.NO_DATA if transition in WITHOUT_DATA else Status.FIRING


def source(name: str, settings: DatadogSettings) -> DatadogSource:
    """The source `name`."""
    return DatadogSource(name, settings)
