"""HTTP mode: a signed request in, Slack's answer out; behind the listener's raw check."""

from collections.abc import Mapping
from typing import TypeAlias

import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import Clock as SignatureClock
from slack_sdk.signature import SignatureVerifier

from bot.ports import Clock
from bot.slack.app import dispatch
from bot.slack.bodies import decode

log = structlog.get_logger(__name__)

Answered: TypeAlias = tuple[int, dict[str, str], bytes]
_REFUSED: Answered = (401, {"content-type": "text/plain"}, b"")
_KEPT = ("content-type", "x-slack-retry-num", "x-slack-retry-reason", "x-slack-signature")


class _OurClock(SignatureClock):
    """The SDK reads the wall clock; we read the one that we were given."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now() / 1000


class HttpDoor:
    """The listener's raw check has looked already; this verifies again, so that no wiring can leave a door unlocked."""

    def __init__(self, app: AsyncApp, signing_secret: str, clock: Clock) -> None:
        self._app = app
        self._verifier = SignatureVerifier(signing_secret, _OurClock(clock))

    async def dispatch(self, headers: Mapping[str, str], raw_body: bytes) -> Answered:
        """Status, headers and body for Slack; 200, 401 or 503, never anything else."""
        plain = {name.lower(): value for name, value in headers.items()}
        if not self._signed(plain, raw_body):
            log.warning("a request that Slack did not sign", size=len(raw_body))
            return _REFUSED
        kept = {name: plain[name] for name in _KEPT if name in plain}
        answer = await dispatch(self._app, decode(raw_body, plain.get("content-type", "")), kept, mode="http")
        status = answer.status if answer.status == 200 else 503
        return status, answer.first_headers(), answer.body.encode() if status == 200 else b""

    def _signed(self, headers: Mapping[str, str], raw: bytes) -> bool:
        try:
            return self._verifier.is_valid_request(raw, dict(headers))
        except (
            ValueError,
            TypeError,
        ):  # a time that is no number, a signature that is not ASCII, a body that is not text
            return False
