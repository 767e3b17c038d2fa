"""Alerts from anything that can post JSON: a mapping says where things stand, a token or a signature says who sent it."""

from collections.abc import Mapping, Sequence

from pydantic import Field, model_validator

from bot.config import AlertSecret, wrong
from bot.domain.alerts import Alert
from bot.ports import Authentic, Body, Forged, RawDelivery
from integrations._mapped_signature import Signature
from integrations._mapping import Mapped, mapped_alert
from integrations._paths import Place
from integrations._payload import line, read_json, the_list
from integrations._proof import nothing_to_fetch, token

NAME = "generic"


class GenericSettings(Mapped):
    """A sender with a mapping. Exactly one of `token` and `signature`."""

    token: AlertSecret | None = Field(
        default=None, description="What it sends as Authorization: Bearer, or as the password of Basic."
    )
    signature: Signature | None = Field(default=None, description="Instead of token: how it signs what it sends.")
    delivery_header: str = Field(
        default="", description="The header whose value is the same when a delivery is sent again, such as X-Delivery."
    )
    items: Place = Field(
        default=Place("$"),
        description="Where the alerts stand: $.alerts[*] for each of a list. Unless set: the body is one.",
    )

    @model_validator(mode="after")
    def _one_proof(self) -> "GenericSettings":
        if (self.token is None) == (self.signature is None):
            raise wrong("exactly one of token and signature is needed", 'write token: "${ALERTS_TOKEN}"')
        return self


ALERTS = GenericSettings
PROVES_BY = "token, or a signature of a configured form"
KNOWN_BY = "the paths of `key`"


class GenericSource:
    """Applies the mapping."""

    may_fetch = staticmethod(nothing_to_fetch)

    def __init__(self, name: str, settings: GenericSettings) -> None:
        self._name = name
        self._settings = settings
        self.signs_body = settings.signature is not None

    def authentic(self, raw: RawDelivery, secrets: Sequence[str], fetched: Mapping[str, bytes]) -> Authentic | Forged:
        """By token or signature; a delivery has an id where a header for it is configured."""
        del fetched
        signature = self._settings.signature
        found = signature.proof(raw, secrets) if signature else token(raw, secrets)
        header = self._settings.delivery_header.strip().lower()
        if isinstance(found, Forged) or not header:
            return found
        return Authentic(delivery=line(raw.headers.get(header, ""), 128))

    def alerts(self, body: Body) -> tuple[Alert, ...]:
        """One alert for each item; raises Unreadable for an item without its key."""
        items = the_list(self._settings.items.values(read_json(body.content)), "items")
        return tuple(mapped_alert(item, self._settings, self._name) for item in items)


def source(name: str, settings: GenericSettings) -> GenericSource:
    """The source `name`."""
    return GenericSource(name, settings)
