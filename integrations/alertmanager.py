"""Alerts from Prometheus: through Alertmanager's webhook, or straight from Prometheus, for which we answer as Alertmanager does."""

from pydantic import Field

from bot.config import AlertSecret, SourceSettings
from bot.domain.alerts import Alert
from bot.ports import Body
from integrations._payload import line, read_json, the_list, the_object
from integrations._prometheus import Around, group_links, group_status, prometheus_alert
from integrations._proof import ByToken

NAME = "alertmanager"


class AlertmanagerSettings(SourceSettings):
    """A Prometheus, or an Alertmanager."""

    token: AlertSecret = Field(
        description="What it sends as `Authorization: Bearer …` (or as the password of Basic). A list while you change it."
    )


ALERTS = AlertmanagerSettings
PROVES_BY = "token in the Authorization header"
KNOWN_BY = "the alert's fingerprint: its labels"


class AlertmanagerSource(ByToken[AlertmanagerSettings]):
    """Webhook bodies of version 4, and the arrays that Prometheus posts to `/api/v2/alerts`."""

    def alerts(self, body: Body) -> tuple[Alert, ...]:
        """Every alert of the group, or of the array."""
        found = read_json(body.content)
        if isinstance(found, list):
            return self._all(found, Around(source=self._name, settings=self._settings, at=body.at))
        group = the_object(found, "the body")
        around = Around(
            source=self._name,
            settings=self._settings,
            at=body.at,
            external=line(group.get("externalURL")),
            group_key=line(group.get("groupKey"), 1_000),
            status=group_status(group),
            more_links=group_links(group, "Alertmanager"),
        )
        return self._all(group.get("alerts"), around)

    def _all(self, items: object, around: Around) -> tuple[Alert, ...]:
        return tuple(prometheus_alert(the_object(item, "an alert"), around) for item in the_list(items, "alerts"))


def source(name: str, settings: AlertmanagerSettings) -> AlertmanagerSource:
    """The source `name`."""
    return AlertmanagerSource(name, settings)
