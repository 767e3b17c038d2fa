"""The raw check: size, grammar, age and signature of a request, before anything reads what is in it."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.terms import MINUTE, Millis

LARGEST = 256 * 1024  # bytes; Slack's own bodies stay far below
OLDEST: Millis = 5 * MINUTE
TIMESTAMP = "x-slack-request-timestamp"
SIGNATURE = "x-slack-signature"
_SECONDS = re.compile(r"[0-9]{10}")
_SIGNED = re.compile(r"v0=[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Rejection:
    """The HTTP status, and why in a few words that hold nothing of the request: safe to log."""

    status: int
    why: str


def authentic(headers: Mapping[str, str], raw: bytes, secret: str, now: Millis) -> Rejection | None:
    """None where Slack signed exactly these bytes within five minutes of `now`; never raises.

    A replay inside those minutes passes here and is refused by the inbox, whose key it repeats.
    """
    if len(raw) > LARGEST:
        return Rejection(status=413, why="larger than 256 KiB")
    if not secret:
        return Rejection(status=401, why="no signing secret configured")
    stamp, signature = _only(headers, TIMESTAMP), _only(headers, SIGNATURE)
    if not _SECONDS.fullmatch(stamp):
        return Rejection(status=401, why="no usable timestamp")
    if not _SIGNED.fullmatch(signature):
        return Rejection(status=401, why="no usable signature")
    if abs(now - int(stamp) * 1000) > OLDEST:
        return Rejection(status=401, why="more than five minutes off our clock")
    if not hmac.compare_digest(signed(secret, stamp, raw), signature):
        return Rejection(status=401, why="signature does not match")
    return None


def signed(secret: str, stamp: str, raw: bytes) -> str:
    """Slack's signature of a body: `v0=` and 64 hexadecimal digits."""
    base = b"v0:" + stamp.encode() + b":" + raw
    return "v0=" + hmac.new(secret.encode("utf-8", "surrogatepass"), base, hashlib.sha256).hexdigest()


def _only(headers: Mapping[str, str], name: str) -> str:
    """The header's one value; empty where it is missing or comes twice."""
    values = [value for key, value in headers.items() if key.lower() == name]
    return values[0] if len(values) == 1 and isinstance(values[0], str) else ""
