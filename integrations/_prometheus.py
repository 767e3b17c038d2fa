"""Alerts in the shape that Prometheus made: labels, annotations and two instants; Alertmanager and Grafana send it too."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.config import SourceSettings
from bot.domain.alerts import Alert, Status
from bot.domain.terms import Millis
from integrations._payload import LONGEST_PROSE, Pairs, address, digest, first, instant, line, mapping, pairs, prose
from integrations._words import annotated_links, environment, links, service, severity

_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
SUMMARIES = ("summary", "description", "message")


@dataclass(frozen=True, kw_only=True)
class Around:
    """What an alert does not say itself: who sent it, when, and in which group."""

    source: str
    settings: SourceSettings
    at: Millis
    external: str = ""
    group_key: str = ""
    status: str = ""
    prefix: str = ""  # of the key
    more_links: tuple[tuple[str, str], ...] = ()


def prometheus_alert(item: Mapping[str, object], around: Around) -> Alert:
    """One alert; never raises: what is missing is empty."""
    labels = pairs(item.get("labels"))
    annotations = pairs(item.get("annotations"), LONGEST_PROSE)
    named, said = dict(labels), dict(annotations)
    ends = instant(item.get("endsAt"))
    status = status_of(line(item.get("status")) or around.status, ends, around.at)
    starts = instant(item.get("startsAt"))
    return Alert(
        source=around.source,
        key=around.prefix + fingerprint(item, labels),
        status=status,
        severity=severity(first(named, "severity", "priority", "level")),
        title=line(first(named, "alertname") or first(said, *SUMMARIES)) or "Alert without a name",
        summary=prose(first(said, *SUMMARIES)),
        service=line(service(named, around.settings)),
        environment=line(environment(named, around.settings)),
        labels=labels,
        annotations=annotations,
        starts_at=starts,
        ends_at=ends if status is Status.RESOLVED else 0,
        links=links([*annotated_links(said), *_own_links(item, around), *around.more_links]),
        value=line(first(said, "value", "current_value")),
        group_key=around.group_key,
    )


def status_of(said: str, ends: Millis, at: Millis) -> Status:
    """What the sender says; where it says nothing, an end that has come means resolved."""
    if said == "resolved" or (said not in {"firing", "alerting"} and 0 < ends <= at):
        return Status.RESOLVED
    return Status.FIRING


def fingerprint(item: Mapping[str, object], labels: Pairs) -> str:
    """The sender's own, else one made of the labels, in which their order does not count."""
    given = item.get("fingerprint")
    if isinstance(given, str) and _FINGERPRINT.fullmatch(given):
        return given
    return digest(*(word for pair in labels for word in pair))


def _own_links(item: Mapping[str, object], around: Around) -> tuple[tuple[str, str], ...]:
    return (("Source", address(item.get("generatorURL"), around.external)),)


def group_links(body: Mapping[str, object], name: str) -> tuple[tuple[str, str], ...]:
    """Where the whole group is seen."""
    return ((name, address(body.get("externalURL"))),)


def group_status(body: Mapping[str, object]) -> str:
    """Of an alert that says nothing itself."""
    return line(mapping(body).get("status"))
