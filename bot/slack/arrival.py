"""How a delivery reached us: what the envelope says about it, beside its body."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.requests import Delivery, DeliveryKind, Invocation
from bot.domain.terms import Door, Identity, Millis, Place


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """When it came (`at`, by our clock), which attempt of Slack it is, its signature (HTTP mode), and who we are.

    `bot_user` may be empty before the first contact; events then name the bot themselves.
    """

    at: Millis
    retry: int = 0
    signature: str = field(default="", repr=False)
    bot_user: str = ""

    def ref(self, key: str) -> str:
        """What logs and the user see of a delivery: eight digits, the same however often it is sent."""
        return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:8]

    def ignored(self, key: str) -> Delivery:
        """A delivery that is acknowledged and dropped."""
        nobody = Invocation(
            who=Identity(team="", user=""), where=Place(channel=""), door=Door.DIRECT, at=self.at, ref=self.ref(key)
        )
        return Delivery(key=key, kind=DeliveryKind.IGNORED, invocation=nobody, retry=self.retry)


def retry_of(headers: Mapping[str, object]) -> int:
    """Slack's retry number in Bolt's normalised headers (HTTP and Socket Mode alike), 0 for a first attempt."""
    value = headers.get("x-slack-retry-num")
    first = value[0] if isinstance(value, list | tuple) and value else value
    return int(first) if isinstance(first, str) and first.isascii() and first.isdigit() and len(first) < 4 else 0
