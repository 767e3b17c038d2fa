"""Claims over a real loopback listener: what is asked before any row is, what each answer looks like, and who is made to wait."""

import asyncio
import ipaddress
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.config.values import Listen
from bot.domain.claims import SENTENCES, Answer, Claim
from bot.domain.operations import AttemptKey
from bot.domain.terms import Target
from bot.errors import StoreError
from bot.web import claims as room
from bot.web.claims import ClaimDoor, Malformed, Pace, read
from bot.web.listeners import Listener

TOKEN = "qd1_" + "a" * 64
GOOD = {"operation": 12, "step": 1, "attempt": 1, "run_id": "run-1", "token": TOKEN}


class Engine:
    """Knows one token, answers as it is told, and counts what reaches the rows."""

    def __init__(self) -> None:
        self.answer = Answer.GRANTED
        self.asked: list[tuple[str, ...]] = []
        self.error: Exception | None = None
        self.hangs = False

    async def genuine(self, claim: Claim) -> bool:
        return claim.token == TOKEN

    async def genuine_rehearsal(self, rehearsal: str, token: str) -> bool:
        return token == TOKEN

    async def genuine_outside(self, target: Target, token: str) -> bool:
        return token == TOKEN

    async def outside(self, target: Target, run: str) -> Answer:
        return await self._take("outside", str(target), run)

    async def claim(self, claim: Claim) -> Answer:
        return await self._take("claim", str(claim.key), claim.run)

    async def skip(self, claim: Claim, reason: str) -> Answer:
        await self._take("skip", str(claim.key), reason)
        return Answer.SKIPPED

    async def heard(self, rehearsal: str, run: str) -> Answer:
        await self._take("heard", rehearsal, run)
        return Answer.REHEARSED

    async def _take(self, *what: str) -> Answer:
        if self.error:
            raise self.error
        if self.hangs:
            await asyncio.Event().wait()
        self.asked.append(what)
        return self.answer


class Place:
    """A running listener with a door."""

    def __init__(self) -> None:
        self.engine: Engine | None = Engine()
        self.now = 1_000
        networks = (ipaddress.ip_network("127.0.0.0/8"),)
        self.door = ClaimDoor(lambda: self.engine, lambda: self.now, proxies=networks)
        self.url = ""

    async def post(
        self, body: object = None, *, raw: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, Any], Mapping[str, str]]:
        sent = json.dumps(GOOD if body is None else body).encode() if raw is None else raw
        given_headers = {"content-type": "application/json", **(headers or {})}
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url, data=sent, headers=given_headers, allow_redirects=False) as answer,
        ):
            return answer.status, await answer.json(), answer.headers

    async def status(self, body: object = None, **more: Any) -> int:
        return (await self.post(body, **more))[0]

    @property
    def known(self) -> Engine:
        assert self.engine is not None
        return self.engine


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    made = Place()
    app = web.Application()
    made.door.add_to(app)
    listener = Listener(app, Listen("127.0.0.1:0"), "web.public.listen")
    made.url = f"http://{await listener.open()}/v1/claim"
    yield made
    await listener.close()


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (Answer.GRANTED, 200),
        (Answer.AGAIN, 200),
        (Answer.CONFLICT, 409),
        (Answer.REVOKED, 409),
        (Answer.OVER, 409),
        (Answer.STOPPING, 409),
        (Answer.UNKNOWN, 401),
    ],
)
async def test_answers(place: Place, answer: Answer, status: int) -> None:
    """Only yes is 200; every no has its reason, in a word and in a sentence."""
    place.known.answer = answer
    found, said, _ = await place.post()
    assert found == status
    assert said["sentence"] == SENTENCES[answer]
    assert said["reason"] == ("unauthorised" if answer is Answer.UNKNOWN else answer)


async def test_what_exists_is_not_told(place: Place) -> None:
    """No token, a wrong one, and the right one of an operation that is not there get the very same answer."""
    place.known.answer = Answer.UNKNOWN
    gone = await place.post()
    wrong = await place.post(GOOD | {"token": "qd1_" + "b" * 64})
    shapeless = await place.post(GOOD | {"token": "x", "operation": 999_999})
    assert gone[:2] == wrong[:2] == shapeless[:2]
    assert gone[0] == 401
    assert len(place.known.asked) == 1, "no row is read for a stranger"


async def test_numbers_may_be_texts(place: Place) -> None:
    """A shell has only texts."""
    assert await place.status(GOOD | {"operation": "12", "step": "1", "attempt": "1", "run_id": 77}) == 200
    assert place.known.asked == [("claim", "12:1:1", "77")]


@pytest.mark.parametrize(
    "change",
    [
        {"operation": 0}, {"operation": -1}, {"operation": True}, {"operation": 1.5}, {"operation": "1e3"}, {"operation": "9" * 30},
        {"operation": None}, {"step": "x"}, {"attempt": [1]}, {"run_id": ""}, {"run_id": " "}, {"run_id": "x" * 201}, {"run_id": None},
        {"run_id": True}, {"token": ""}, {"token": 5.5}, {"skip": 1}, {"skip": ""}, {"skip": "x" * 201},
    ],
)  # fmt: skip
async def test_what_is_no_claim(place: Place, change: dict[str, Any]) -> None:
    """Refused for its shape, whatever it holds."""
    assert await place.status(GOOD | change) == 400
    assert place.known.asked == []


async def test_bodies(place: Place) -> None:
    """JSON and nothing else, of one object, and small."""
    assert await place.status(headers={"content-type": "text/plain"}) == 415
    assert await place.status(raw=b"") == 400
    assert await place.status(raw=b"[1]") == 400
    assert await place.status(raw=b"[" * 4000) == 400
    assert await place.status(raw=b"\xff\xfe") == 400
    assert await place.status(raw=b"9" * 4000) == 400
    assert await place.status(raw=b" " * 5000) == 413
    assert await place.status(raw=b'{"operation": NaN}') == 400


async def test_a_body_that_does_not_come(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody holds a connection by being slow."""
    monkeypatch.setattr(room, "PATIENCE", 50)
    host, _, port = place.url.removeprefix("http://").partition("/")[0].partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        b"POST /v1/claim HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"
    )
    assert b" 408 " in await reader.readline()
    writer.close()


async def test_a_store_that_cannot_be_written(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody may go on, yet: 503, and when to ask again."""
    place.known.error = StoreError("database or disk is full")
    status, said, headers = await place.post()
    assert (status, said["reason"], headers["Retry-After"]) == (503, "not_now", "5")
    place.known.error = None
    place.known.hangs = True
    monkeypatch.setattr(room, "COMMIT", 50)
    assert await place.status() == 503
    place.engine = None
    assert await place.status() == 503


async def test_strangers_wait(place: Place) -> None:
    """Failures of one address are counted; who has the token is never kept out by them."""
    for _ in range(room.PER_MINUTE):
        assert await place.status(GOOD | {"token": "wrong"}) == 401
    status, _, headers = await place.post(GOOD | {"token": "wrong"})
    assert (status, headers["Retry-After"]) == (429, "60")
    assert await place.status(raw=b"no") == 429
    assert await place.status() == 200
    place.now += 60_000
    assert await place.status(GOOD | {"token": "wrong"}) == 401


async def test_proxies_are_looked_through(place: Place) -> None:
    """Behind a proxy that is trusted, the address before it counts, and what a stranger claims of himself does not."""
    for number in range(room.PER_MINUTE):
        forged = {"x-forwarded-for": f"10.0.0.{number}, 192.0.2.1"}
        assert await place.status(GOOD | {"token": "wrong"}, headers=forged) == 401
    assert await place.status(GOOD | {"token": "wrong"}, headers={"x-forwarded-for": "192.0.2.1"}) == 429
    assert await place.status(GOOD | {"token": "wrong"}, headers={"x-forwarded-for": "192.0.2.2"}) == 401
    assert await place.status(GOOD | {"token": "wrong"}, headers={"x-forwarded-for": "nonsense"}) == 401


async def test_an_operation_that_asks_too_often(place: Place) -> None:
    """A run in a loop waits; other operations do not."""
    for _ in range(room.PER_MINUTE):
        assert await place.status() == 200
    assert await place.status() == 429
    assert await place.status(GOOD | {"operation": 13}) == 200


async def test_rehearsals_and_skips(place: Place) -> None:
    """A rehearsal lets nobody go on; a skip is only noted."""
    practice = GOOD | {"operation": "rehearsal-abcdefghij_-9"}
    status, said, _ = await place.post(practice)
    assert (status, said["reason"]) == (409, "rehearsal")
    assert await place.status(practice | {"token": "wrong"}) == 401
    status, said, _ = await place.post(GOOD | {"skip": "the host is\x1b[2J gone"})
    assert (status, said["reason"]) == (200, "skipped")
    assert place.known.asked == [("heard", "abcdefghij_-9", "run-1"), ("skip", "12:1:1", "the host is [2J gone")]


async def test_runs_from_outside(place: Place) -> None:
    """They name their target; what they hear is the engine's to say."""
    outside = {"operation": "outside", "service": "web", "environment": "production", "run_id": "r", "token": TOKEN}
    place.known.answer = Answer.OUTSIDE
    assert (await place.post(outside))[:2] == (200, {"reason": "outside", "sentence": SENTENCES[Answer.OUTSIDE]})
    place.known.answer = Answer.NOT_FROM_OUTSIDE
    assert await place.status(outside) == 409
    assert await place.status(outside | {"token": "wrong"}) == 401
    assert await place.status(outside | {"service": ""}) == 400
    assert place.known.asked == [("outside", "web → production", "r")] * 2


async def test_nothing_secret_is_logged(place: Place) -> None:
    """Neither the token nor anything else of a request."""
    with capture_logs() as logs:
        await place.status(GOOD | {"token": TOKEN + "0", "run_id": "canary"})
        await place.status()
    assert TOKEN not in str(logs)
    assert "canary" not in str(logs)


def test_few_names_are_remembered() -> None:
    """However many addresses ask, memory stays what it is; the oldest are forgotten first."""
    pace = Pace(1, lambda: 0, names=2)
    assert not pace.spent("a")
    assert pace.spent("a")
    assert not pace.spent("b")
    assert not pace.spent("c")
    assert not pace.spent("a"), "forgotten, and so it begins anew"


def test_a_clock_that_goes_back() -> None:
    """Nobody waits for a time that will not come."""
    now = [100_000]
    pace = Pace(1, lambda: now[0])
    assert not pace.spent("a")
    now[0] = 0
    assert not pace.spent("a")


@given(st.binary(max_size=300))
def test_any_bytes(raw: bytes) -> None:
    """Reading a body ends in a claim or in Malformed, whatever is sent."""
    try:
        read(raw)
    except Malformed as error:
        assert error.status == 400


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(
    st.sampled_from([*GOOD, "skip"]) | st.text(), inner)))  # fmt: skip
def test_any_json(value: object) -> None:
    """The same for everything that is JSON."""
    try:
        asked = read(json.dumps(value).encode("utf-8", "surrogatepass"))
    except Malformed as error:
        assert error.status == 400
    else:
        assert asked.key is None or isinstance(asked.key, AttemptKey)
