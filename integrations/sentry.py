"""Issues and metric alerts from Sentry, by an internal integration's webhook."""

from collections.abc import Mapping, Sequence

from pydantic import Field

from bot.config import AlertSecret, SourceSettings
from bot.domain.alerts import Alert, Status
from bot.errors import Unreadable
from bot.ports import Authentic, Body, Forged, RawDelivery
from integrations._payload import Pairs, address, instant, line, mapping, prose, read_json, tags, the_object
from integrations._proof import fingerprint, hex_signature, nothing_to_fetch
from integrations._words import environment, links, service, severity

NAME = "sentry"
SIGNATURE = "sentry-hook-signature"
RESOURCE = "sentry-hook-resource"
REQUEST = "request-id"
OVER = frozenset({"resolved", "archived", "ignored"})


class SentrySettings(SourceSettings):
    """An internal integration."""

    secret: AlertSecret = Field(description="The integration's client secret. A list while you change it.")


ALERTS = SentrySettings
PROVES_BY = "HMAC-SHA256 signature"
KNOWN_BY = "the issue's id, or the metric alert's"


class SentrySource:
    """Resources `issue`, `event_alert` and `metric_alert`; others say nothing here."""

    signs_body = True
    may_fetch = staticmethod(nothing_to_fetch)

    def __init__(self, name: str, settings: SentrySettings) -> None:
        self._name = name
        self._settings = settings

    def authentic(self, raw: RawDelivery, secrets: Sequence[str], fetched: Mapping[str, bytes]) -> Authentic | Forged:
        """By the signature, which covers neither timestamp nor request id: the body has to hold what matters."""
        del fetched
        if not hex_signature(raw.headers.get(SIGNATURE, ""), raw.body, secrets):
            return Forged(why="signature does not match")
        return Authentic(delivery=line(raw.headers.get(REQUEST, ""), 128) or fingerprint(raw.body))

    def alerts(self, body: Body) -> tuple[Alert, ...]:
        """The issue or metric alert; nothing for other resources."""
        found = the_object(read_json(body.content), "the body")
        data = mapping(found.get("data"))
        action = line(found.get("action"))
        if "metric_alert" in data:
            return (self._metric(data, action),)
        if "issue" in data and body.headers.get(RESOURCE, "issue") == "issue":
            return (self._issue(mapping(data["issue"]), action),)
        if "event" in data and action == "triggered":
            return (self._event(data),)
        return ()

    def _metric(self, data: Mapping[str, object], action: str) -> Alert:
        found = mapping(data["metric_alert"])
        rule = mapping(found.get("alert_rule"))
        projects = found.get("projects")
        project = line(projects[0]) if isinstance(projects, list) and projects else ""
        over = action in OVER
        return self._alert(
            key=f"metric:{_id(found.get('id'), 'data.metric_alert.id')}",
            status=Status.RESOLVED if over else Status.FIRING,
            word=action,
            title=line(data.get("description_title")) or line(rule.get("name")),
            summary=prose(data.get("description_text")),
            labels=(("project", project),) if project else (),
            where=line(rule.get("environment")),
            starts_at=instant(found.get("date_started")),
            ends_at=instant(found.get("date_closed")) if over else 0,
            url=address(data.get("web_url")),
        )

    def _issue(self, found: Mapping[str, object], action: str) -> Alert:
        over = action in OVER or (action not in {"created", "unresolved"} and line(found.get("status")) in OVER)
        acknowledged = action == "assigned" and not over
        status = Status.RESOLVED if over else Status.ACKNOWLEDGED if acknowledged else Status.FIRING
        labels = {
            "project": line(mapping(found.get("project")).get("slug")),
            "short_id": line(found.get("shortId")),
            "culprit": line(found.get("culprit")),
        }
        return self._alert(
            key=f"issue:{_id(found.get('id'), 'data.issue.id')}",
            status=status,
            word=line(found.get("level")),
            title=line(found.get("title")),
            summary=prose(mapping(found.get("metadata")).get("value")),
            labels=tuple(sorted((name, value) for name, value in labels.items() if value)),
            where="",
            starts_at=instant(found.get("firstSeen")),
            ends_at=0,
            url=address(found.get("web_url")) or address(found.get("permalink")),
        )

    def _event(self, data: Mapping[str, object]) -> Alert:
        found = mapping(data["event"])
        listed = found.get("tags")
        pairs_of_tags = [f"{line(each[0])}:{line(each[1])}" for each in _two(listed)]
        labels = tags(pairs_of_tags)
        rule = line(data.get("triggered_rule"))
        return self._alert(
            key=f"issue:{_id(found.get('issue_id'), 'data.event.issue_id')}",
            status=Status.FIRING,
            word=line(found.get("level")),
            title=line(found.get("title")),
            summary=prose(mapping(found.get("metadata")).get("value")) or (f"Rule: {rule}" if rule else ""),
            labels=labels,
            where=dict(labels).get("environment", ""),
            starts_at=instant(found.get("datetime")) or instant(found.get("timestamp")),
            ends_at=0,
            url=address(found.get("web_url")),
        )

    def _alert(
        self,
        *,
        key: str,
        status: Status,
        word: str,
        title: str,
        summary: str,
        labels: Pairs,
        where: str,
        starts_at: int,
        ends_at: int,
        url: str,
    ) -> Alert:
        named = dict(labels)
        return Alert(
            source=self._name,
            key=key,
            status=status,
            severity=severity(word),
            title=title or "Sentry alert",
            summary=summary,
            service=line(service({"service": named.get("project", ""), **named}, self._settings)),
            environment=where or line(environment(named, self._settings)),
            labels=labels,
            annotations=(),
            starts_at=starts_at,
            ends_at=ends_at,
            links=links([("Sentry", url)]),
            value="",
            group_key="",
        )


def _id(value: object, what: str) -> str:
    found = line(value, 128)
    if not found:
        raise Unreadable(f"{what} is missing")
    return found


def _two(value: object) -> list[list[object]]:
    return [each for each in (value if isinstance(value, list) else []) if isinstance(each, list) and len(each) == 2]


def source(name: str, settings: SentrySettings) -> SentrySource:
    """The source `name`."""
    return SentrySource(name, settings)
