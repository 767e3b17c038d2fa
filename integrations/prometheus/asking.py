"""Asks the HTTP API for one number, and takes nothing else for one."""

import asyncio
import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

from bot.domain.operations import Effect
from bot.domain.terms import SECOND, Millis
from bot.errors import IntegrationError, Kind, Unreadable
from integrations._breaker import Sends
from integrations._failures import failure, spoken
from integrations._http import Answer, Call
from integrations._payload import mapping, read_json
from integrations.prometheus.settings import PrometheusSettings

SKEW: Millis = 30 * SECOND
"""How far its clock may be from ours: beyond that the same instant means another one there."""


class Silent(Exception):
    """It answered, and what it said is no number that counts; the words hold nothing of the answer."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A query, the instant that it is about, and how old an instant's samples may be."""

    query: str
    at: Millis
    max_age: Millis


@dataclass(frozen=True, kw_only=True)
class Prometheus:
    """The connection; `url` ends without a slash."""

    settings: PrometheusSettings = field(repr=False)
    http: Sends = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    async def numbers(self, questions: Mapping[str, Question], *, now: Millis, deadline: Millis) -> Mapping[str, float]:
        """The answers by name, asked side by side. Raises Silent with the first that is none, IntegrationError where it failed."""
        asked = (self.number(each, now=now, deadline=deadline) for each in questions.values())
        answers = await asyncio.gather(*asked, return_exceptions=True)
        return {name: _or_raise(name, answer) for name, answer in zip(questions, answers, strict=True)}

    async def number(self, question: Question, *, now: Millis, deadline: Millis) -> float:
        """The one finite number that the query gives at its instant. Raises as `numbers`."""
        answer = await self.http.send(self._call(question, deadline), deadline=deadline)
        found = _success(answer, self.secrets)
        _same_time(answer, now)
        if found.get("warnings"):
            raise Silent("came with warnings, so part of it may be missing")
        return _number(mapping(found.get("data")), question.at)

    async def version(self, *, deadline: Millis) -> tuple[str, Answer]:
        """What the server calls itself; empty where it does not tell. Raises IntegrationError."""
        call = Call(url=f"{self._base}/api/v1/status/buildinfo", headers=self._headers)
        answer = await self.http.send(call, deadline=deadline)
        found = mapping(_success(answer, self.secrets).get("data"))
        return spoken(str(found.get("version", "")), secrets=self.secrets, cap=40), answer

    def _call(self, question: Question, deadline: Millis) -> Call:
        form = {
            "query": question.query,
            "time": _seconds(question.at),
            "timeout": f"{deadline}ms",
            "lookback_delta": _seconds(question.max_age),
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", **self._headers}
        return Call(url=f"{self._base}/api/v1/query", method="POST", headers=headers, body=urlencode(form).encode())

    @property
    def _base(self) -> str:
        return self.settings.url.rstrip("/")

    @property
    def _headers(self) -> dict[str, str]:
        if self.settings.token is None:
            return {}
        token = self.settings.token.get_secret_value()
        if self.settings.user is None:
            return {"Authorization": f"Bearer {token}"}
        pair = base64.b64encode(f"{self.settings.user}:{token}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}


def _or_raise(name: str, answer: float | BaseException) -> float:
    if isinstance(answer, Silent):
        raise Silent(f"{name} {answer}")
    if isinstance(answer, BaseException):
        raise answer
    return answer


def _seconds(millis: Millis) -> str:
    return f"{millis // SECOND}.{millis % SECOND:03}"


def skew(answer: Answer, now: Millis) -> Millis:
    """How far ahead of ours the clock of whoever answered is; 0 where it does not say."""
    try:
        there = parsedate_to_datetime(answer.headers.get("date", ""))
    except (ValueError, TypeError, OverflowError):
        return 0
    return int(there.timestamp() * SECOND) - now if there.tzinfo else 0


def _same_time(answer: Answer, now: Millis) -> None:
    if abs(ahead := skew(answer, now)) > SKEW:
        raise Silent(
            f"comes from a clock that is {abs(ahead) // SECOND} s {'ahead of' if ahead > 0 else 'behind'} ours"
        )


def _success(answer: Answer, secrets: Sequence[str]) -> Mapping[str, object]:
    """The envelope of a success. Raises IntegrationError: for an error's words the server's own, and for what is no answer of this API."""
    try:
        found = mapping(read_json(answer.body.encode("utf-8", "replace")))
    except Unreadable:
        found = {}
    said = str(found.get("error", "")) if found.get("status") == "error" else ""
    if answer.status != 200:
        raise failure(answer, said=said, secrets=secrets)
    if answer.cut:
        raise IntegrationError("a longer answer than one number needs", kind=Kind.INVALID, effect=Effect.NONE)
    if found.get("status") == "error":
        raise failure(Answer(status=422, body=""), said=said, secrets=secrets)
    if found.get("status") != "success":
        hint = "Look at `url`: something else answers there, such as a proxy or a page to sign in."
        raise IntegrationError("no answer of Prometheus", kind=Kind.UNAVAILABLE, effect=Effect.NONE, hint=hint)
    return found


def _number(found: Mapping[str, object], at: Millis) -> float:
    kind, result = found.get("resultType"), found.get("result")
    if kind == "scalar":
        return _value(result, at)
    if kind != "vector" or not isinstance(result, list):
        raise Silent("is no single number: ask for a scalar or a vector")
    if not result:
        raise Silent("is empty: no data")
    if len(result) > 1:
        raise Silent(f"is {len(result)} series, not one: add sum(…) or max(…)")
    return _value(mapping(result[0]).get("value"), at)


def _value(pair: object, at: Millis) -> float:
    """`[seconds, "number"]`; NaN and the infinities are no number that anything can be judged by."""
    if not isinstance(pair, list) or len(pair) != 2:
        raise Silent("is no single number: ask for a scalar or a vector")
    instant, text = pair
    if isinstance(instant, bool) or not isinstance(instant, int | float) or abs(instant * SECOND - at) > SECOND:
        raise Silent("is about another instant than the one that was asked for")
    try:
        value = float(text) if isinstance(text, str) else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Silent("is NaN: no data" if math.isnan(value) else "is infinite")
    return value
