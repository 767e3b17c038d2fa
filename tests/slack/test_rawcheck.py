"""The raw check and the HTTP door: what is not Slack's is told nothing, costs little, and breaks nothing."""

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.slack.bodies import decode
from bot.slack.room import SlackRoom
from bot.web.rawcheck import LARGEST, Rejection, authentic, signed
from tests.slack.world import NOW, SECRET, Engine, TinySlack, command, event, form, headers, mention, room

RAW = form(command())
MINUTES_5 = 5 * 60 * 1000


def check(raw: bytes = RAW, now: int = NOW, secret: str = SECRET, **changed: Any) -> int:
    """The status that a request gets, with some headers changed (None takes one away)."""
    sent: dict[str, Any] = {**headers(raw), **{name.replace("_", "-"): value for name, value in changed.items()}}
    found = authentic({name: value for name, value in sent.items() if value is not None}, raw, secret, now)
    return found.status if found else 200


def test_what_slack_signed_passes() -> None:
    """Exactly these bytes, now."""
    assert check() == 200


@pytest.mark.parametrize(
    ("off", "status"), [(0, 200), (MINUTES_5, 200), (-MINUTES_5, 200), (MINUTES_5 + 1, 401), (-MINUTES_5 - 1, 401)]
)
def test_five_minutes_either_way(off: int, status: int) -> None:
    """Old ones and those from the future are refused alike."""
    assert check(now=NOW + off) == status


@pytest.mark.parametrize(
    "stamp",
    [
        None,
        "",
        "now",
        "1e9",
        " 1795518000",
        "1795518000 ",
        "1795518000\n",
        "-795518000",
        "17955180001",
        "١٧٩٥٥١٨٠٠٠",
        "0x6b0a1b2c",
        "1" * 5000,
        "1795518000.0",
    ],
)
def test_timestamps_are_ten_digits(stamp: str | None) -> None:
    """The SDK raises on what is no number; we refuse it."""
    assert check(X_Slack_Request_Timestamp=stamp) == 401


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "v0=",
        "v0=" + "a" * 64,
        "v0=" + "é" * 64,
        "v0=" + "A" * 64,
        "v1=" + "a" * 64,
        "v0=" + "a" * 63,
        "v0=" + "a" * 65,
        "v0=" + "a" * 64 + "\n",
        "\udcff",
    ],
)
def test_signatures_are_v0_and_64_digits(signature: str | None) -> None:
    """compare_digest raises on what is not ASCII; we refuse it before."""
    assert check(X_Slack_Signature=signature) == 401


def test_every_byte_counts() -> None:
    """A changed body, another secret, no secret, a second header."""
    good = headers(RAW)
    assert authentic(good, RAW + b" ", SECRET, NOW) == Rejection(status=401, why="signature does not match")
    assert check(secret="another secret of the same kind") == 401
    assert authentic(good, RAW, "f" * 32, NOW) is not None
    assert authentic(good, RAW, "", NOW) is not None
    twice = {**good, "x-slack-signature": good["X-Slack-Signature"]}
    assert authentic(twice, RAW, SECRET, NOW) is not None


def test_size_is_looked_at_first() -> None:
    """256 KiB pass, one byte more does not, signed or not."""
    assert check(raw=b"x" * LARGEST) == 200
    assert check(raw=b"x" * (LARGEST + 1)) == 413


HEADER = st.text(max_size=80)
JUNK = st.dictionaries(
    st.sampled_from(["X-Slack-Signature", "x-slack-request-timestamp", "X-Slack-Request-Timestamp", "A"]),
    HEADER,
    max_size=4,
)


@given(JUNK, st.binary(max_size=200), st.integers(min_value=-(10**15), max_value=10**15))
def test_junk_is_refused_and_told_nothing(sent: dict[str, str], raw: bytes, now: int) -> None:
    """Never an exception; the reason is one of ours and holds nothing of the request."""
    found = authentic(sent, raw, SECRET, now)
    assert found is not None
    assert found.status in {401, 413}
    assert len(found.why) < 60


@given(st.binary(max_size=300), st.integers(min_value=0, max_value=299))
def test_one_flipped_byte_is_noticed(raw: bytes, place: int) -> None:
    """Whatever Slack signs passes; the same with one byte changed does not."""
    good = headers(raw)
    assert authentic(good, raw, SECRET, NOW) is None
    if raw:
        spot = place % len(raw)
        other = raw[:spot] + bytes([raw[spot] ^ 1]) + raw[spot + 1 :]
        assert authentic(good, other, SECRET, NOW) is not None


@pytest.fixture
async def http(slack: TinySlack) -> AsyncIterator[SlackRoom]:
    async with room(slack, http=True) as made:
        yield made


async def test_the_door_verifies_by_itself(http: SlackRoom) -> None:
    """Without the raw check in front it is still locked, also for an ssl_check, and logs no body."""
    engine = Engine()
    await http.listen(engine)
    for raw in (RAW, b"ssl_check=1&token=x"):
        with capture_logs() as logs:
            status, _, body = await http.dispatch({**headers(raw), "X-Slack-Signature": "v0=" + "0" * 64}, raw)
        assert (status, body) == (401, b"")
        assert "deploy" not in json.dumps(logs)
    assert engine.received == []


@pytest.mark.parametrize(
    "changed",
    [
        {"X-Slack-Request-Timestamp": "soon"},
        {"X-Slack-Signature": "v0=é"},
        {"X-Slack-Signature": ""},
        {"X-Slack-Request-Timestamp": "1" * 30},
    ],
)
async def test_the_door_never_answers_500(http: SlackRoom, changed: dict[str, str]) -> None:
    """Where the SDK would raise, it is a 401."""
    await http.listen(Engine())
    assert (await http.dispatch({**headers(RAW), **changed}, RAW))[0] == 401


async def test_a_closed_intake_asks_slack_to_come_again(http: SlackRoom) -> None:
    """Before `listen` and after the stop: 503."""
    assert (await http.dispatch(headers(RAW), RAW))[0] == 503
    await http.listen(Engine())
    await http.close_intake()
    assert (await http.dispatch(headers(RAW), RAW))[0] == 503


async def test_a_replay_repeats_its_key(http: SlackRoom) -> None:
    """Bolt takes a replay within five minutes as new; the inbox refuses it by its key."""
    engine = Engine()
    await http.listen(engine)
    for body in (command(), command(trigger_id=""), event(mention())):
        raw = form(body)
        for _ in range(3):
            assert (await http.dispatch(headers(raw), raw))[0] == 200
    assert len(engine.received) == 9
    assert len({delivery.key for delivery in engine.received}) == 3


DEEP = b'{"a":' * 50_000 + b"1" + b"}" * 50_000
BODIES = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace")),
    st.binary(max_size=100).map(lambda raw: b"payload=" + raw),
    st.sampled_from(
        [
            DEEP,
            b"payload=" + DEEP,
            b"a=1&" * 300,
            b"{}",
            b"[1]",
            b"null",
            b"payload",
            b"payload=null",
            b"%ff=%ff",
            b'{"type": NaN}',
        ]
    ),
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    raw=BODIES,
    kind=st.sampled_from(["application/json", "application/x-www-form-urlencoded", "", "text/plain; charset=é"]),
)
async def test_signed_nonsense_is_taken_quietly(raw: bytes, kind: str, http: SlackRoom) -> None:
    """Whatever is signed is acked (what is not even text is refused): no 500, no recursion, no endless form."""
    await http.listen(Engine())
    status, _, _ = await http.dispatch({**headers(raw), "Content-Type": kind}, raw)
    assert status == (200 if _is_text(raw) else 401)


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def test_the_signature_is_slacks() -> None:
    """The example of Slack's documentation."""
    raw = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
        b"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2F"
        b"commands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    found = signed("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", raw)
    assert found == "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


FORM = st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=8), min_size=1, max_size=6)


@given(FORM)
def test_forms_are_read_as_the_standard_library_reads_them(fields: dict[str, str]) -> None:
    """Our own reader is only faster."""
    assume("payload" not in fields)
    raw = urlencode(fields, errors="replace").encode()
    assert decode(raw, "application/x-www-form-urlencoded") == dict(parse_qsl(raw.decode(), keep_blank_values=True))
