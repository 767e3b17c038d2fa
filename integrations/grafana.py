"""Alerts from Grafana's unified alerting, by a webhook contact point."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pydantic import Field, model_validator

from bot.config import AlertSecret, SourceSettings, wrong
from bot.domain.alerts import Alert, Status
from bot.ports import Authentic, Body, Forged, RawDelivery
from integrations._payload import address, first, line, mapping, read_json, the_list, the_object
from integrations._prometheus import Around, group_links, group_status, prometheus_alert
from integrations._proof import fresh, hex_signature, nothing_to_fetch, token
from integrations._words import links

NAME = "grafana"
SIGNATURE = "x-grafana-alerting-signature"
WITHOUT_DATA = frozenset({"DatasourceNoData", "DatasourceError"})


class GrafanaSettings(SourceSettings):
    """A contact point. Exactly one of `token` and `secret`."""

    token: AlertSecret | None = Field(
        default=None, description="What it sends as Authorization: Bearer, or as the password of Basic."
    )
    secret: AlertSecret | None = Field(
        default=None, description="Instead of token, from Grafana 12 on: the secret of its HMAC signature."
    )
    timestamp_header: str = Field(
        default="",
        description="With secret: the contact point's timestamp header, such as X-Grafana-Alerting-Timestamp. "
        "Then it is signed too, and what is older than five minutes is refused.",
    )

    @model_validator(mode="after")
    def _one_proof(self) -> "GrafanaSettings":
        if (self.token is None) == (self.secret is None):
            raise wrong("exactly one of token and secret is needed", 'write token: "${GRAFANA_TOKEN}"')
        if self.timestamp_header and self.secret is None:
            raise wrong("timestamp_header without secret", "write secret: …, or remove it: a token signs nothing")
        return self


ALERTS = GrafanaSettings
PROVES_BY = "token, or HMAC-SHA256 signature (with timestamp where configured)"
KNOWN_BY = "organisation and fingerprint"


class GrafanaSource:
    """Webhook bodies of version 1, which are Alertmanager's and more."""

    may_fetch = staticmethod(nothing_to_fetch)

    def __init__(self, name: str, settings: GrafanaSettings) -> None:
        self._name = name
        self._settings = settings
        self.signs_body = settings.secret is not None
        self._stamp = settings.timestamp_header.strip().lower()

    def authentic(self, raw: RawDelivery, secrets: Sequence[str], fetched: Mapping[str, bytes]) -> Authentic | Forged:
        """By token or signature. What is firing is sent again and again: nothing is a repetition."""
        del fetched
        if not self.signs_body:
            return token(raw, secrets)
        signed = raw.body
        if self._stamp:
            stamp = raw.headers.get(self._stamp, "")
            if not fresh(stamp, raw.at):
                return Forged(why="no timestamp within five minutes of our clock")
            signed = stamp.encode() + b":" + raw.body
        good = hex_signature(raw.headers.get(SIGNATURE, ""), signed, secrets)
        return Authentic() if good else Forged(why="signature does not match")

    def alerts(self, body: Body) -> tuple[Alert, ...]:
        """Every alert of the group."""
        group = the_object(read_json(body.content), "the body")
        organisation = line(group.get("orgId"), 20)
        around = Around(
            source=self._name,
            settings=self._settings,
            at=body.at,
            external=line(group.get("externalURL")),
            group_key=line(group.get("groupKey"), 1_000),
            status=group_status(group),
            prefix=f"{organisation}:" if organisation else "",
            more_links=group_links(group, "Grafana"),
        )
        items = the_list(group.get("alerts"), "alerts")
        return tuple(_alert(the_object(item, "an alert"), around) for item in items)


def _alert(item: Mapping[str, object], around: Around) -> Alert:
    found = prometheus_alert(item, around)
    own = (
        ("Dashboard", address(item.get("dashboardURL"), around.external)),
        ("Panel", address(item.get("panelURL"), around.external)),
        ("Silence in Grafana", address(item.get("silenceURL"), around.external)),
        ("Picture", address(item.get("imageURL"), around.external)),
    )
    linked = links([*((link.name, link.url) for link in found.links), *own])
    found = replace(found, links=linked, value=_value(item) or found.value)
    labels = dict(found.labels)
    if labels.get("alertname") not in WITHOUT_DATA:
        return found
    title = first(labels, "rulename", "alertname")
    status = found.status if found.status is Status.RESOLVED else Status.NO_DATA
    return replace(found, title=line(title), status=status)


def _value(item: Mapping[str, object]) -> str:
    """The values by their letters, else Grafana's sentence."""
    values = [f"{line(name, 40)} = {line(value, 40)}" for name, value in mapping(item.get("values")).items()]
    return line(", ".join(values[:8]) or item.get("valueString"))


def source(name: str, settings: GrafanaSettings) -> GrafanaSource:
    """The source `name`."""
    return GrafanaSource(name, settings)
