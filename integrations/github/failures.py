"""What an answer of GitHub's that is no success means: which kind it is, and what it proves. This is the only place that decides it."""

import json
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime

from bot.domain.operations import Effect
from bot.domain.terms import MINUTE, SECOND, Millis
from bot.errors import IntegrationError, Kind
from integrations._http import Answer, Reached, Unanswered
from integrations._text import readable

RETRY_AFTER: Millis = MINUTE  # where GitHub limits and does not say for how long
LONGEST_WAIT: Millis = 60 * MINUTE
_KINDS = {401: Kind.AUTH, 403: Kind.FORBIDDEN, 404: Kind.NOT_FOUND, 409: Kind.CONFLICT, 429: Kind.RATE_LIMITED}
_LIMITS = ("rate limit", "abuse detection")


def refused(answer: Answer, what: str, *, write: bool, now: Millis, secrets: Sequence[str]) -> IntegrationError:
    """The error for a status that is no success.

    4xx and redirects prove that nothing was done. 5xx proves nothing: of a write it may be that it was done.
    """
    if answer.status >= 500 and write:
        return _error(f"{what}: the answer was lost ({answer.status})", Kind.AMBIGUOUS, Effect.UNKNOWN)
    if answer.status >= 500:
        return _error(f"{what}: GitHub is not well ({answer.status})", Kind.UNAVAILABLE, hint=_ILL)
    if _limited(answer):
        wait = retry_after(answer.headers, now)
        sentence = f"{what}: GitHub limits how often it is asked; next try in {max(1, wait // SECOND)} s"
        return _error(sentence, Kind.RATE_LIMITED, retry_after=wait)
    if 300 <= answer.status < 400:
        hint = "It may have been renamed: put its new name into the configuration."
        return _error(f"{what}: it is somewhere else now ({answer.status})", Kind.INVALID, hint=hint)
    kind = _KINDS.get(answer.status, Kind.INVALID)
    said = _said(answer, secrets)
    sentence = f"{what}: {_OPENINGS.get(kind, 'GitHub refuses it')} ({answer.status})" + (f": {said}" if said else "")
    return _error(sentence, kind, hint=_hint(kind, answer, secrets))


def lost(error: Unanswered, what: str, *, write: bool) -> IntegrationError:
    """The error for a question that has no whole answer: of a write that was sent it is open what became of it."""
    if write and error.reached is Reached.SOMEBODY:
        return _error(f"{what}: the answer was lost ({error})", Kind.AMBIGUOUS, Effect.UNKNOWN)
    hint = _UNREACHED if error.reached is not Reached.SOMEBODY else _ILL
    return _error(f"{what}: GitHub cannot be reached ({error})", Kind.UNAVAILABLE, hint=hint)


def unreadable(what: str, *, write: bool) -> IntegrationError:
    """The error for a success whose body is not what it should be: a page of a proxy, half an answer, another shape."""
    if write:
        return _error(f"{what}: the answer cannot be read", Kind.AMBIGUOUS, Effect.UNKNOWN)
    return _error(f"{what}: the answer is not GitHub's", Kind.UNAVAILABLE, hint="Is there a proxy in between?")


def invalid(sentence: str, hint: str) -> IntegrationError:
    """The error for what is not even sent."""
    return _error(sentence, Kind.INVALID, hint=hint)


def not_found(sentence: str, hint: str) -> IntegrationError:
    """The error for a name that names nothing."""
    return _error(sentence, Kind.NOT_FOUND, hint=hint)


def retry_after(headers: Mapping[str, str], now: Millis) -> Millis:
    """How long GitHub wants not to be asked: as seconds, as a date, or until the limit is renewed."""
    said = headers.get("retry-after", "").strip()
    if said.isdecimal():
        wait = int(said) * SECOND
    elif said:
        wait = _until(said, now)
    elif headers.get("x-ratelimit-remaining") == "0" and headers.get("x-ratelimit-reset", "").isdecimal():
        wait = int(headers["x-ratelimit-reset"]) * SECOND - now
    else:
        wait = RETRY_AFTER
    return min(max(wait, SECOND), LONGEST_WAIT)


def _until(date: str, now: Millis) -> Millis:
    try:
        return int(parsedate_to_datetime(date).timestamp() * SECOND) - now
    except (ValueError, OverflowError):
        return RETRY_AFTER


def _limited(answer: Answer) -> bool:
    if answer.status not in {403, 429}:
        return False
    spent = answer.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in answer.headers
    return answer.status == 429 or spent or any(word in answer.body[:2_000].lower() for word in _LIMITS)


def _said(answer: Answer, secrets: Sequence[str]) -> str:
    """GitHub's own words, with the fields that it complains about; untrusted, so one short line."""
    try:
        told = json.loads(answer.body)
    except ValueError:
        return ""
    if not isinstance(told, dict):
        return ""
    errors = told.get("errors")
    fields = [_field(each) for each in errors[:5]] if isinstance(errors, list) else []
    words = [str(told.get("message") or ""), *fields]
    return readable("; ".join(filter(None, words)), secrets=secrets, cap=200)


def _field(error: object) -> str:
    if isinstance(error, str):
        return error
    if not isinstance(error, dict):
        return ""
    return str(error.get("message") or " ".join(str(error.get(key) or "") for key in ("field", "code")).strip())


def _hint(kind: Kind, answer: Answer, secrets: Sequence[str]) -> str:
    if kind is Kind.FORBIDDEN and (single := answer.headers.get("x-github-sso", "")):
        where = readable(single.partition("url=")[2], secrets=secrets, cap=200)
        return f"The organisation asks for single sign-on: authorise the token. {where}".strip()
    if kind is Kind.FORBIDDEN and (needed := answer.headers.get("x-accepted-github-permissions", "")):
        return f"The token lacks a permission: {readable(needed, secrets=secrets, cap=120)}."
    return _HINTS.get(kind, "")


_OPENINGS = {
    Kind.AUTH: "GitHub does not take the token",
    Kind.FORBIDDEN: "GitHub does not allow it",
    Kind.NOT_FOUND: "GitHub has no such thing, or the token may not see it",
    Kind.CONFLICT: "it is in another state",
}
_HINTS = {
    Kind.AUTH: "Make a new fine-grained token, and put it where the configuration reads it.",
    Kind.FORBIDDEN: "Look at the token's permissions: docs/github.md lists those that are needed.",
    Kind.NOT_FOUND: "Check the name, and whether the token was given this repository.",
}
_ILL = "See whether GitHub has an incident: https://www.githubstatus.com"
_UNREACHED = "Check `base_url`, name resolution, and the way out of this network."


def _error(
    sentence: str, kind: Kind, effect: Effect = Effect.NONE, *, hint: str = "", retry_after: Millis = 0
) -> IntegrationError:
    return IntegrationError(sentence, kind=kind, effect=effect, hint=hint, retry_after=retry_after)
