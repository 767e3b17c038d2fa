"""Deploys by a signed call to a receiver of your own: for everything that has no integration yet.

`calling.py` signs and sends, `deployer.py` is the order and what became of it, `versions.py` what is live; docs/webhook.md has receivers.
"""

from bot.ports import Integration, Surroundings
from integrations._breaker import Breaker
from integrations._http import Http
from integrations.webhook.calling import Receiver
from integrations.webhook.deployer import WebhookDeployer
from integrations.webhook.doctor import WebhookDoctor
from integrations.webhook.settings import Event, WebhookSettings, WebhookTarget
from integrations.webhook.versions import WebhookVersions

NAME = "webhook"
SETTINGS = WebhookSettings
TARGET = WebhookTarget


def build(name: str, settings: WebhookSettings, surroundings: Surroundings) -> Integration:
    """The connection `name`: it deploys, and says what is live where its receiver does."""
    http = Breaker(Http(authority=settings.authority), surroundings.clock)
    receiver = Receiver(settings=settings, http=http, clock=surroundings.clock, secrets=surroundings.secrets)
    versions = WebhookVersions(receiver=receiver, clock=surroundings.clock)
    return Integration(
        name=name,
        deployer=WebhookDeployer(receiver=receiver),
        versions=versions if receiver.understands(Event.CURRENT) else None,
        doctor=WebhookDoctor(name=name, receiver=receiver),
    )
