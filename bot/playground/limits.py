"""Slack's rate limits: a bucket per method and one per channel for posting, with the bursts Slack tolerates."""

import math
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from bot.playground.clock import Clock


class Tier(StrEnum):
    """How often a method may be called; the numbers are in `RATES`."""

    ONE = "tier1"
    TWO = "tier2"
    THREE = "tier3"
    FOUR = "tier4"
    SPECIAL = "special"
    POSTING = "posting"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Rate:
    """Calls per minute that are always allowed, and how many may come at once."""

    per_minute: float
    burst: int


RATES = {
    Tier.ONE: Rate(per_minute=1, burst=3),
    Tier.TWO: Rate(per_minute=20, burst=20),
    Tier.THREE: Rate(per_minute=50, burst=50),
    Tier.FOUR: Rate(per_minute=100, burst=100),
    Tier.SPECIAL: Rate(per_minute=600, burst=100),
    Tier.POSTING: Rate(per_minute=600, burst=60),
}
CHANNEL = Rate(per_minute=60, burst=5)  # one message a second in a channel, short bursts tolerated


@dataclass
class _Bucket:
    rate: Rate
    left: float
    at: float

    def take(self, now: float) -> float:
        """Take one token and return 0, or return the seconds until the next one."""
        refill = self.rate.per_minute / 60
        self.left = min(self.rate.burst, self.left + (now - self.at) * refill)
        self.at = now
        if self.left < 1:
            return (1 - self.left) / refill
        self.left -= 1
        return 0.0


class Limits:
    """Buckets and counters; `enabled` switches the refusals off but keeps counting."""

    def __init__(self, clock: Clock, *, enabled: bool) -> None:
        self.enabled = enabled
        self.allowed: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def call(self, method: str, tier: Tier) -> int:
        """Count a call; return 0 when it is allowed, or the whole seconds for `Retry-After`."""
        rate = RATES.get(tier)
        return self._take(method, method, rate) if rate else 0

    def post(self, method: str, channel: str) -> int:
        """Count a message into `channel`; return 0, or the whole seconds for `Retry-After`."""
        return self._take(method, f"post:{channel}", CHANNEL)

    def _take(self, method: str, key: str, rate: Rate) -> int:
        now = self._clock.now()
        bucket = self._buckets.setdefault(key, _Bucket(rate, float(rate.burst), now))
        wait = bucket.take(now) if self.enabled else 0.0
        (self.refused if wait else self.allowed)[method] += 1
        return math.ceil(wait)
