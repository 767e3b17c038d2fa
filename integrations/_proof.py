"""Proof of who sent something: a token in a header, or a signature over the bytes; each compared in constant time."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

from bot.config import SourceSettings
from bot.domain.terms import MINUTE, Millis
from bot.ports import Authentic, Forged, RawDelivery

S = TypeVar("S", bound=SourceSettings)
OLDEST: Millis = 5 * MINUTE
LONGEST_HEADER = 8_192
_HEX_256 = re.compile(r"[0-9a-f]{64}")
_STAMP = re.compile(r"[0-9]{10}|[0-9]{13}")


def same(one: str, other: str) -> bool:
    """Equal, without telling where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


def any_same(given: str, secrets: Sequence[str]) -> bool:
    """Whether this is one of the secrets; an empty word is none."""
    found = [bool(secret) and same(given, secret) for secret in secrets]  # all of them, so that time tells nothing
    return bool(given) and any(found)


def token(raw: RawDelivery, secrets: Sequence[str]) -> Authentic | Forged:
    """`Authorization: Bearer …`, or Basic with the token as password (the user's name does not matter)."""
    given = _given(raw.headers.get("authorization", ""))
    if not given:
        return Forged(why="no usable Authorization header")
    return Authentic() if any_same(given, secrets) else Forged(why="not the token")


def _given(header: str) -> str:
    scheme, _, rest = header[:LONGEST_HEADER].strip().partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(rest.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def hex_signature(given: str, signed: bytes, secrets: Sequence[str]) -> bool:
    """Whether this is the HMAC-SHA256 of those bytes under one of the secrets, as 64 hexadecimal digits."""
    return bool(_HEX_256.fullmatch(given)) and any_same(given, [sha256(secret, signed) for secret in secrets if secret])


def sha256(secret: str, signed: bytes) -> str:
    """HMAC-SHA256 in hexadecimal digits."""
    return hmac.new(secret.encode("utf-8", "surrogatepass"), signed, hashlib.sha256).hexdigest()


def fresh(stamp: str, now: Millis, oldest: Millis = OLDEST) -> bool:
    """Whether a timestamp (seconds or milliseconds since 1970) is near enough to our clock, either way."""
    if not _STAMP.fullmatch(stamp):
        return False
    millis = int(stamp) if len(stamp) == 13 else int(stamp) * 1000
    return abs(now - millis) <= oldest


def fingerprint(body: bytes) -> str:
    """The id of a delivery whose repetitions are the same bytes: unlike an id in a header, it is covered by the signature."""
    return hashlib.sha256(body).hexdigest()[:32]


def nothing_to_fetch(_url: str) -> bool:
    """For `may_fetch`: most systems have us call nothing."""
    return False


NOTHING: Mapping[str, bytes] = {}


class ByToken(Generic[S]):
    """A source whose sender knows a token, gives its deliveries no id, and has us call nothing; `alerts` is the source's own."""

    signs_body = False
    may_fetch = staticmethod(nothing_to_fetch)

    def __init__(self, name: str, settings: S) -> None:
        self._name = name
        self._settings = settings

    def authentic(self, raw: RawDelivery, secrets: Sequence[str], fetched: Mapping[str, bytes]) -> Authentic | Forged:
        """By the token; nothing is a repetition."""
        del fetched
        return token(raw, secrets)
