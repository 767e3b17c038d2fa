"""HTTP delivery: signed requests to the app's one Request URL, with Slack's retry headers, ssl_check and url_verification."""

import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.playground.clock import Clock, within
from bot.playground.deliveries import ACK_SECONDS, Delivery, Kind, Outcome
from bot.playground.errors import Json, PlaygroundError
from bot.playground.faults import Faults, Trouble
from bot.playground.journal import Journal
from bot.playground.journal import Kind as Line

FORM = "application/x-www-form-urlencoded"


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return Slack's v0 signature of a raw body."""
    base = b":".join((b"v0", timestamp.encode(), body))
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def encoded(delivery: Delivery) -> tuple[str, bytes]:
    """Return content type and body: events as JSON, commands as a form, interactions as a form with `payload`."""
    if delivery.kind is Kind.EVENT:
        return "application/json", json.dumps(delivery.payload).encode()
    fields = delivery.payload if delivery.kind is Kind.COMMAND else {"payload": json.dumps(delivery.payload)}
    return FORM, urlencode(fields).encode()


@dataclass(kw_only=True)
class Webhook:
    """The HTTP side of the playground; a `Transport`."""

    url: str
    secret: str
    verification: str
    clock: Clock
    journal: Journal
    faults: Faults
    session: aiohttp.ClientSession
    signing_clock: Clock
    """What time the signature claims: apps compare it with their own clock, which a virtual one does not move."""

    @property
    def connections(self) -> int:
        """Return 1: a Request URL is always there as far as Slack knows."""
        return 1

    async def send(self, delivery: Delivery) -> Outcome:
        """Post one payload and wait three seconds for a 2xx."""
        content_type, body = encoded(delivery)
        self.journal.note(Line.ENVELOPE, delivery.name, detail={"type": str(delivery.kind), "url": self.url})
        started = time.perf_counter()
        outcome = await self._attempt(body, self._headers(delivery, content_type, body), delivery.name)
        ms = (time.perf_counter() - started) * 1000
        self.journal.note(Line.ACK, delivery.name, ms=ms, error=outcome.error, detail={"body": outcome.body})
        return outcome

    def _headers(self, delivery: Delivery, content_type: str, body: bytes) -> dict[str, str]:
        headers = self._signed(content_type, body)
        if delivery.retry:
            headers["X-Slack-Retry-Num"] = str(delivery.retry.attempt)
            headers["X-Slack-Retry-Reason"] = delivery.retry.reason
        return headers

    def _signed(self, content_type: str, body: bytes) -> dict[str, str]:
        stamp = str(int(self.signing_clock.now()))
        signed = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature(self.secret, stamp, body)}
        return signed | {"Content-Type": content_type, "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}

    async def _attempt(self, body: bytes, headers: dict[str, str], name: str) -> Outcome:
        if self.faults.take(name, Trouble.LOST_DELIVERY) is not None:
            return Outcome(error="dispatch_failed", reason="connection_failed")
        try:
            outcome = await within(self.clock, ACK_SECONDS, self._post(body, headers))
        except TimeoutError:
            return Outcome(error="operation_timeout", reason="http_timeout")
        except aiohttp.TooManyRedirects:
            return Outcome(error="dispatch_failed", reason="too_many_redirects")
        except aiohttp.ClientSSLError:
            return Outcome(error="dispatch_failed", reason="ssl_error")
        except (aiohttp.ClientError, OSError):
            return Outcome(error="dispatch_failed", reason="connection_failed")
        if self.faults.take(name, Trouble.LOST_ACK) is not None:
            return Outcome(error="operation_timeout", reason="http_timeout")
        return outcome

    async def _post(self, body: bytes, headers: dict[str, str]) -> Outcome:
        async with self.session.post(self.url, data=body, headers=headers, max_redirects=2) as answer:
            text = await answer.text()
            if 200 <= answer.status < 300:
                return Outcome(body=_read(text, answer.content_type))
            error = "http_client_error" if answer.status < 500 else "http_service_error"
            return Outcome(error=error, reason="http_error", final=answer.headers.get("x-slack-no-retry") == "1")

    async def verify(self) -> None:
        """Do what Slack does when a Request URL is saved: ssl_check and url_verification; PlaygroundError when it fails."""
        form = urlencode({"ssl_check": "1", "token": self.verification}).encode()
        if not (await self._post(form, self._signed(FORM, form))).ok:
            raise PlaygroundError(f"{self.url} did not answer ssl_check with 200")
        challenge = hashlib.sha256(self.url.encode()).hexdigest()
        asked = {"token": self.verification, "challenge": challenge, "type": "url_verification"}
        body = json.dumps(asked).encode()
        answer = await self._post(body, self._signed("application/json", body))
        said = (answer.body or {}).get("challenge") or (answer.body or {}).get("text")
        if said != challenge:
            raise PlaygroundError(f"your URL didn't respond with the value of the challenge parameter: {self.url}")


def _read(text: str, content_type: str) -> Json | None:
    if not text:
        return None
    if content_type == "application/json":
        parsed: Any = json.loads(text) if text.strip().startswith("{") else None
        return parsed if isinstance(parsed, dict) else None
    return {"text": text}
