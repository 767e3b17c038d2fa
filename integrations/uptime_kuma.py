"""Monitors of Uptime Kuma, by its webhook notification with a JSON body."""

from collections.abc import Mapping

from pydantic import Field

from bot.config import AlertSecret, SourceSettings
from bot.domain.alerts import Alert, Status
from bot.errors import Unreadable
from bot.ports import Body
from integrations._payload import Pairs, address, instant, line, mapping, pairs, prose, read_json, the_object
from integrations._proof import ByToken
from integrations._words import environment, links, service, severity

NAME = "uptime_kuma"
STATUSES = {"0": Status.FIRING, "1": Status.RESOLVED}
UNDECIDED = frozenset({"2", "3"})  # pending, and maintenance: neither broken nor well


class UptimeKumaSettings(SourceSettings):
    """An Uptime Kuma."""

    token: AlertSecret = Field(
        description="What it sends as Authorization: Bearer, in the notification's additional headers. A list while you change it."
    )


ALERTS = UptimeKumaSettings
PROVES_BY = "token in the Authorization header"
KNOWN_BY = "the monitor's id"


class UptimeKumaSource(ByToken[UptimeKumaSettings]):
    """Heartbeats of monitors; test messages say nothing here."""

    def alerts(self, body: Body) -> tuple[Alert, ...]:
        """The monitor; nothing while it is undecided, or for a message without one."""
        if "json" not in body.headers.get("content-type", "json"):
            raise Unreadable("choose the request body application/json in the notification's settings")
        found = the_object(read_json(body.content), "the body")
        monitor, heartbeat = mapping(found.get("monitor")), mapping(found.get("heartbeat"))
        said = line(heartbeat.get("status"))
        if not monitor or not heartbeat or said in UNDECIDED:
            return ()
        key = line(monitor.get("id")) or line(heartbeat.get("monitorID"))
        if not key:
            raise Unreadable("monitor.id is missing")
        return (self._monitor(key, monitor, heartbeat, STATUSES.get(said, Status.FIRING)),)

    def _monitor(
        self, key: str, monitor: Mapping[str, object], heartbeat: Mapping[str, object], status: Status
    ) -> Alert:
        labels = _labels(monitor)
        named = dict(labels)
        at = instant(heartbeat.get("time"))
        url = address(monitor.get("url"))
        return Alert(
            source=self._name,
            key=key,
            status=status,
            severity=severity(named.get("severity", ""), "critical"),
            title=line(monitor.get("name")) or f"Monitor {key}",
            summary=prose(heartbeat.get("msg")),
            service=line(service(named, self._settings)),
            environment=line(environment(named, self._settings)),
            labels=labels,
            annotations=(),
            starts_at=at if status is Status.FIRING else 0,
            ends_at=at if status is Status.RESOLVED else 0,
            links=links([("What is watched", url if url != "https://" else "")]),
            value="",
            group_key="",
        )


def _labels(monitor: Mapping[str, object]) -> Pairs:
    """The monitor's tags, and what kind it is."""
    listed = monitor.get("tags")
    found = {line(mapping(tag).get("name"), 100): mapping(tag).get("value") for tag in _items(listed)}
    return pairs({**found, "monitor": monitor.get("name"), "type": monitor.get("type")})


def _items(value: object) -> list[object]:
    return value[:64] if isinstance(value, list) else []


def source(name: str, settings: UptimeKumaSettings) -> UptimeKumaSource:
    """The source `name`."""
    return UptimeKumaSource(name, settings)
