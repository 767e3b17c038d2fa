"""Examines a connection without calling it: whoever receives a call may deploy."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import BaseModel

from bot.domain.terms import Target
from bot.errors import IntegrationError
from bot.ports import Finding, Severity
from integrations.webhook.calling import Receiver
from integrations.webhook.settings import Event
from integrations.webhook.versions import WebhookVersions


@dataclass(frozen=True, kw_only=True)
class WebhookDoctor:
    """The Doctor port; only questions that the receiver says it understands are asked."""

    name: str
    receiver: Receiver

    async def examine(self) -> tuple[Finding, ...]:
        """Whether calls go in clear, and what the receiver can be asked; never raises."""
        settings = self.receiver.settings
        if not settings.url.is_private_or_encrypted:
            sentence = f"calls {urlsplit(settings.url).hostname} over http: the claim's token can be read on the way"
            return (self._found(Severity.WARNING, sentence, "Write https://…, or keep the road between both private."),)
        able = ", ".join(settings.answers) or "nothing: a person says how a run ended"
        return (self._found(Severity.FINE, f"every call is signed; besides `deploy` it understands {able}"),)

    async def examine_target(self, target: Target, repository: str, how: BaseModel) -> tuple[Finding, ...]:
        """Whether the receiver answers for it, where it can be asked what is live; never raises."""
        del repository
        if not self.receiver.understands(Event.CURRENT):
            return ()
        subject = f"{target.service} · {target.environment}"
        try:
            live = await WebhookVersions(receiver=self.receiver, clock=self.receiver.clock).current(target, how)
        except IntegrationError as error:
            fix = error.hint or "Look at what listens at `url`."
            return (Finding(severity=Severity.PROBLEM, subject=subject, sentence=f"the receiver: {error}", fix=fix),)
        sentence = f"the receiver says {live.revision}" if live else "the receiver says that nothing is live"
        return (Finding(severity=Severity.FINE, subject=subject, sentence=sentence),)

    def _found(self, severity: Severity, sentence: str, fix: str = "") -> Finding:
        return Finding(severity=severity, subject=self.name, sentence=sentence, fix=fix)
