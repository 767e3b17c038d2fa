"""What statuses mean, how long an answer asks to wait, and what may be repeated of what others say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.operations import Effect
from bot.domain.terms import HOUR, MINUTE, SECOND
from bot.errors import Kind
from integrations._failures import HIDDEN, LONGEST_SAID, failure, proves_no_effect, retry_after, spoken
from integrations._http import Answer

NOON = "Tue, 24 Nov 2026 12:00:00 GMT"
LATER = "Tue, 24 Nov 2026 12:00:41 GMT"


@pytest.mark.parametrize(
    ("status", "kind", "changing"),
    [
        (301, Kind.INVALID, Kind.AMBIGUOUS),
        (400, Kind.INVALID, Kind.INVALID),
        (401, Kind.AUTH, Kind.AUTH),
        (403, Kind.FORBIDDEN, Kind.FORBIDDEN),
        (404, Kind.NOT_FOUND, Kind.NOT_FOUND),
        (408, Kind.UNAVAILABLE, Kind.AMBIGUOUS),
        (409, Kind.CONFLICT, Kind.CONFLICT),
        (410, Kind.NOT_FOUND, Kind.NOT_FOUND),
        (412, Kind.CONFLICT, Kind.CONFLICT),
        (418, Kind.INVALID, Kind.INVALID),
        (422, Kind.INVALID, Kind.INVALID),
        (425, Kind.UNAVAILABLE, Kind.AMBIGUOUS),
        (429, Kind.RATE_LIMITED, Kind.RATE_LIMITED),
        (499, Kind.UNAVAILABLE, Kind.AMBIGUOUS),
        (500, Kind.UNAVAILABLE, Kind.AMBIGUOUS),
        (503, Kind.UNAVAILABLE, Kind.AMBIGUOUS),
        (999, Kind.UNAVAILABLE, Kind.AMBIGUOUS),
    ],
)
def test_kinds(status: int, kind: Kind, changing: Kind) -> None:
    """A question has no effect whatever the answer is; of a change only a refusal proves that."""
    answer = Answer(status=status, body="")
    read, change = failure(answer), failure(answer, changes=True)
    assert (read.kind, read.effect) == (kind, Effect.NONE)
    assert change.kind is changing
    assert (change.effect is Effect.NONE) is proves_no_effect(status) is (changing is not Kind.AMBIGUOUS)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, 0),
        ({"retry-after": "7"}, 7 * SECOND),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "7200"}, HOUR),
        ({"retry-after": "soon"}, 0),
        ({"retry-after": "-5"}, 0),
        ({"retry-after": "9" * 400}, 0),
        ({"retry-after": LATER, "date": NOON}, 41 * SECOND),
        ({"retry-after": NOON, "date": LATER}, 0),
        ({"retry-after": LATER}, 0),
        ({"retry-after": "Tue, 24 Nov 2037 12:00:00 GMT", "date": NOON}, HOUR),
        ({"retry-after": "Tue, 99 Nov 2026 12:00:00 GMT", "date": NOON}, 0),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], wait: int) -> None:
    """Case 38: seconds or a date, which is measured by the answer's own; an hour at most."""
    answer = Answer(status=429, body="", headers=headers)
    assert retry_after(answer) == wait
    assert failure(answer).retry_after == (wait or MINUTE)
    assert failure(Answer(status=503, body="", headers=headers)).retry_after == wait
    assert failure(Answer(status=422, body="", headers=headers)).retry_after == 0


@pytest.mark.parametrize(
    "said",
    [
        "hunter2-and-more", "one%2Fhunter2%2Btwo", "aHVudGVyMi1hbmQtbW9yZQ==", "ghp_" + "a" * 36,
        "Bearer abcdefghijkl", "BASIC YWRhOmh1bnRlcjI=", "https://ada:hunter2@ops.acme.example/", "eyJhbGciOiJI.eyJzdWIi.x",
    ],
)  # fmt: skip
def test_what_is_hidden(said: str) -> None:
    """Known secrets in their usual spellings, and what looks like one."""
    shown = spoken(f"before {said} behind", secrets=("", "hunter2-and-more", "one/hunter2+two"))
    assert HIDDEN in shown
    assert not any(part in shown for part in ("hunter2", "aHVu", "aaaa", "abcdef", "YWRh", "eyJ"))
    assert shown.startswith("before ")
    assert shown.endswith(" behind")


@given(st.text(), st.integers(1, 50))
def test_one_line_of_bounded_length(said: str, cap: int) -> None:
    """Case 40: no control characters, no direction marks, no line breaks, not too long."""
    shown = spoken(said, cap=cap)
    assert len(shown) <= cap
    assert shown == "" or shown.isprintable()


def test_the_words_of_a_failure() -> None:
    """The status, then what they say; the hint is ours."""
    error = failure(Answer(status=403, body=""), said="x" * 1_000)
    assert str(error) == "status 403: " + "x" * (LONGEST_SAID - 1) + "…"
    assert error.hint == "The token is known, and may not do this: give it the right."
