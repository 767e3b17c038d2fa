"""Calls the receiver: a signed body, and what its answer says."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.operations import Effect
from bot.domain.terms import SECOND
from bot.errors import IntegrationError, Kind, Unreadable
from bot.ports import Clock
from integrations._breaker import Sends
from integrations._failures import failure
from integrations._http import Answer, Call
from integrations._payload import line, mapping, read_json
from integrations.webhook.settings import Event, WebhookSettings

SCHEME = "v1"
_REASONS = ("reason", "error", "message", "detail")


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """The receiver of one connection."""

    settings: WebhookSettings = field(repr=False)
    http: Sends = field(repr=False)
    clock: Clock
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def understands(self, event: Event) -> bool:
        """Whether it can be asked that."""
        return event in self.settings.answers

    async def call(self, event: Event, body: Mapping[str, object], *, changes: bool = False) -> Mapping[str, object]:
        """Send an event, and return what a 2xx says in JSON (empty where it says nothing that can be read).

        Raises IntegrationError: a 4xx is a refusal with its reason and without effect; where the call `changes` something, whatever else is
        not 2xx, or no answer at all, is AMBIGUOUS. Nothing is sent twice.
        """
        content = json.dumps({"event": event, **body}, ensure_ascii=True, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json", "Quarterdeck-Event": event, **self._signed(content)}
        if delivery := str(body.get("delivery", "")):
            headers["Quarterdeck-Delivery"] = delivery
        call = Call(url=self.settings.url, method="POST", headers=headers, body=content, changes=changes)
        answer = await self.http.send(call, deadline=int(self.settings.timeout))
        if not 200 <= answer.status < 300:
            raise failure(answer, changes=changes, said=_reason(answer), secrets=self._hidden)
        return _said(answer)

    async def ask(self, event: Event, body: Mapping[str, object]) -> Mapping[str, object]:
        """The same for a question, whose answer has to be an object; raises UNAVAILABLE where it is none."""
        found = await self.call(event, body)
        if not found:
            hint = f"Answer `{event}` with a JSON object, or remove it from `answers`."
            raise IntegrationError("an answer without words", kind=Kind.UNAVAILABLE, effect=Effect.NONE, hint=hint)
        return found

    def _signed(self, content: bytes) -> dict[str, str]:
        stamp = str(self.clock.now() // SECOND)
        signatures = (f"{SCHEME}={signature(secret, stamp, content)}" for secret in self.settings.secrets)
        return {"Quarterdeck-Timestamp": stamp, "Quarterdeck-Signature": ",".join(signatures)}

    @property
    def _hidden(self) -> tuple[str, ...]:
        return (*self.secrets, *self.settings.secrets)


def signature(secret: str, stamp: str, content: bytes) -> str:
    """The HMAC-SHA256 of `timestamp.body` in hexadecimal digits."""
    return hmac.new(secret.encode(), stamp.encode() + b"." + content, hashlib.sha256).hexdigest()


def _said(answer: Answer) -> Mapping[str, object]:
    if answer.cut:
        return {}
    try:
        return mapping(read_json(answer.body.encode("utf-8", "replace")))
    except Unreadable:
        return {}


def _reason(answer: Answer) -> str:
    """Why it refused, in its own words: a field of its JSON, or its plain text; a page is no reason."""
    said = _said(answer)
    if found := next((line(said[name]) for name in _REASONS if isinstance(said.get(name), str)), ""):
        return found
    plain = answer.headers.get("content-type", "").partition(";")[0].strip().lower() == "text/plain"
    return answer.body if plain else ""
