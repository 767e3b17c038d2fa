"""Asks the receiver which revision a target serves."""

import re
from dataclasses import dataclass

from pydantic import BaseModel

from bot.domain.facts import Live
from bot.domain.operations import Effect
from bot.domain.terms import Target
from bot.errors import IntegrationError, Kind
from bot.ports import Clock
from integrations.webhook.calling import Receiver
from integrations.webhook.settings import Event

_REVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,199}")


@dataclass(frozen=True, kw_only=True)
class WebhookVersions:
    """The Versions port over a receiver that understands `current`."""

    receiver: Receiver
    clock: Clock

    async def current(self, target: Target, how: BaseModel) -> Live | None:
        """The revision that it names; None where it says that nothing is live. Raises IntegrationError where it says neither."""
        del how
        where = {"service": target.service, "environment": target.environment}
        said = await self.receiver.ask(Event.CURRENT, where)
        revision = said.get("revision")
        if revision == "":
            return None
        if not isinstance(revision, str) or not _REVISION.fullmatch(revision):
            hint = 'Answer `current` with {"revision": "…"}, empty where nothing is live.'
            raise IntegrationError("an answer without a revision", kind=Kind.INVALID, effect=Effect.NONE, hint=hint)
        return Live(revision=revision, said_by=f"the receiver of {target.service}", at=self.clock.now())
