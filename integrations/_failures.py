"""What an answer that is no success means: the one place where statuses become kinds, effects, waiting times and hints."""

import base64
import re
from collections.abc import Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote

from bot.domain.operations import Effect
from bot.domain.terms import HOUR, MINUTE, SECOND, Millis
from bot.errors import IntegrationError, Kind
from integrations._http import Answer

LONGEST_SAID = 200  # characters of what the other side says
LONGEST_WAIT: Millis = HOUR
HIDDEN = "•••"

_KINDS = {
    401: Kind.AUTH,
    403: Kind.FORBIDDEN,
    404: Kind.NOT_FOUND,
    407: Kind.AUTH,
    409: Kind.CONFLICT,
    410: Kind.NOT_FOUND,
    412: Kind.CONFLICT,
    423: Kind.CONFLICT,
    429: Kind.RATE_LIMITED,
}
_HINTS = {
    Kind.AUTH: "Its token or secret is not the right one (any more): set a new one.",
    Kind.FORBIDDEN: "The token is known, and may not do this: give it the right.",
    Kind.NOT_FOUND: "There is no such thing, or the token may not see it: look at the address and at its rights.",
    Kind.RATE_LIMITED: "It asks for patience: wait, or ask less often.",
    Kind.CONFLICT: "Something else is under way there: look at it first.",
}
_NOT_CARRIED_OUT = frozenset({408, 425, 499})
"""Client errors that say nothing about the effect: whoever answers gave up waiting for whoever was to act."""

_SHAPES = re.compile(
    r"\bxox[a-z]-[\w-]{8,}|\bgh[a-z]_\w{16,}|\bgithub_pat_\w{16,}|\bglpat-[\w-]{16,}|\b(?:AKIA|ASIA)[A-Z0-9]{12,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?|\bqd1_[0-9a-f]{64}|(?<=://)[^\s/@:]{0,100}:[^\s/@]{1,200}(?=@)"
    r"|(?<=bearer )[\w.~+/=-]{8,}|(?<=basic )[A-Za-z0-9+/=]{8,}",
    re.IGNORECASE,
)


def failure(answer: Answer, *, changes: bool = False, said: str = "", secrets: Sequence[str] = ()) -> IntegrationError:
    """The error that an answer other than a success is.

    A client error proves that nothing happened. A redirect, a server's error and whatever is none of these do not, where the call `changes`
    something. `said` is what the answer says in words, which is not trusted: it is shown on one line, cut, without secrets.
    """
    words = spoken(said, secrets=secrets)
    sentence = f"status {answer.status}{f': {words}' if words else ''}"
    if proves_no_effect(answer.status):
        kind = _KINDS.get(answer.status, Kind.INVALID)
        return IntegrationError(
            sentence, kind=kind, effect=Effect.NONE, hint=_HINTS.get(kind, ""), retry_after=_wait(answer, kind)
        )
    if changes:
        return IntegrationError(sentence, kind=Kind.AMBIGUOUS, effect=Effect.UNKNOWN)
    kind = Kind.INVALID if 300 <= answer.status < 400 else Kind.UNAVAILABLE
    hint = "It sends elsewhere, and is not followed: write the address where it ends." if kind is Kind.INVALID else ""
    return IntegrationError(
        sentence,
        kind=kind,
        effect=Effect.NONE,
        hint=hint,
        retry_after=retry_after(answer) if answer.status == 503 else 0,
    )


def proves_no_effect(status: int) -> bool:
    """Whether a status says that what was asked was refused, and not begun."""
    return 400 <= status < 452 and status not in _NOT_CARRIED_OUT


def _wait(answer: Answer, kind: Kind) -> Millis:
    return retry_after(answer) or MINUTE if kind is Kind.RATE_LIMITED else 0


def retry_after(answer: Answer) -> Millis:
    """How long the answer asks to wait, at most an hour; 0 where it says nothing usable.

    A date is measured against the answer's own, never against our clock.
    """
    value = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return min(int(value) * SECOND, LONGEST_WAIT)
    until, at = _date(value), _date(answer.headers.get("date", ""))
    if until is None or at is None:
        return 0
    return min(max(0, int((until - at).total_seconds()) * SECOND), LONGEST_WAIT)


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo else None


def spoken(text: str, *, secrets: Sequence[str] = (), cap: int = LONGEST_SAID) -> str:
    """What others say, fit for an error: one line, no control or direction characters, no secret in any usual spelling, not too long."""
    for secret in sorted((each for each in secrets if each), key=len, reverse=True):
        for spelling in _spellings(secret):
            text = text.replace(spelling, HIDDEN)
    text = _SHAPES.sub(HIDDEN, text)
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= cap else line[: cap - 1] + "…"


def _spellings(secret: str) -> tuple[str, ...]:
    return (secret, quote(secret, safe=""), base64.b64encode(secret.encode("utf-8", "replace")).decode())
