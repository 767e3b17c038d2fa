"""Alerts over a real loopback listener: who is let in, what is answered when, and that nothing is taken before it may be."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from io import BytesIO

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.config.values import Listen
from bot.domain.alerts import Alert, Status
from bot.errors import StoreError
from bot.web import alerts as room
from bot.web.alerts import AlertDoor, Entrance
from bot.web.fetching import Fetcher, NotFetched
from bot.web.listeners import Listener
from integrations import alertmanager, pagerduty
from integrations._proof import sha256
from tests.contracts.alert_sources import NOW, configured

TOKEN, OTHER, SECRET = "token-of-alertmanager-1", "token-of-another-one-2", "secret-of-pagerduty-000"
ALERTS = [{"labels": {"alertname": "DiskFull", "instance": "db1"}}]
BEARER = {"Authorization": f"Bearer {TOKEN}"}
EVENT = {
    "event": {
        "id": "01E",
        "event_type": "incident.triggered",
        "occurred_at": "2026-11-24T09:00:00Z",
        "data": {"id": "PT4KHLK", "type": "incident", "status": "triggered", "title": "Checkout is down"},
    }
}


class Clock:
    """Stands still."""

    def now(self) -> int:
        return NOW

    async def sleep(self, millis: int) -> None:
        raise AssertionError("nothing sleeps here")


class Engine:
    """Takes what comes, unless told to wait or to fail."""

    def __init__(self) -> None:
        self.taken: list[tuple[tuple[Alert, ...], str, str]] = []
        self.begun = asyncio.Event()
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()
        self.error: Exception | None = None

    async def take(self, alerts: tuple[Alert, ...], *, delivery_key: str, source: str) -> None:
        self.begun.set()
        await self.may_go_on.wait()
        if self.error:
            raise self.error
        self.taken.append((alerts, delivery_key, source))


class Place:
    """A running listener with three sources."""

    def __init__(self, port: int, engine: Engine, door: AlertDoor, session: aiohttp.ClientSession) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.engine = engine
        self.door = door
        self._session = session

    async def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, Mapping[str, str]]:
        async with self._session.post(self.url + path, data=BytesIO(body), headers=headers) as answer:
            assert await answer.read() == b"", "strangers are told nothing"
            return answer.status, answer.headers

    async def first_line(self, sent: str) -> bytes:
        """The status line that answers these very bytes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", int(self.url.rpartition(":")[2]))
        try:
            writer.write(sent.encode())
            async with asyncio.timeout(10):
                return await reader.readline()
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def status(self, path: str, body: object, headers: Mapping[str, str] = BEARER) -> int:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return (await self.post(path, raw, headers))[0]


def entrances() -> dict[str, Entrance]:
    """Two of Alertmanager's kind, one of PagerDuty's."""
    found: dict[str, Entrance] = {}
    for name, token in (("prometheus", TOKEN), ("other", OTHER)):
        settings = configured(alertmanager.AlertmanagerSettings, token=token)
        source = alertmanager.source(name, settings)
        found[name] = Entrance(source=source, secrets=settings.secrets(), alertmanager=True)
    incidents = configured(pagerduty.PagerDutySettings, secret=SECRET)
    found["pagerduty"] = Entrance(source=pagerduty.source("pagerduty", incidents), secrets=incidents.secrets())
    return found


@asynccontextmanager
async def opened(known: Mapping[str, Entrance], fetcher: Fetcher | None = None) -> AsyncIterator[Place]:
    engine = Engine()
    door = AlertDoor(known, take=engine.take, clock=Clock(), fetcher=fetcher or Fetcher())
    app = web.Application()
    door.add_to(app)
    listener = Listener(app, Listen("127.0.0.1:0"), "web.public.listen")
    port = int((await listener.open()).rpartition(":")[2])
    try:
        async with aiohttp.ClientSession() as session:
            yield Place(port, engine, door, session)
    finally:
        engine.may_go_on.set()
        await door.close()
        await listener.close()


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with opened(entrances()) as found:
        yield found


# ---- what is taken ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/webhooks/prometheus", "/webhooks/Prometheus/api/v2/alerts", "/api/v2/alerts"])
async def test_an_alert_is_taken(place: Place, path: str) -> None:
    """By its source's name, or by the token alone where Prometheus sends as to Alertmanager."""
    assert await place.status(path, ALERTS) == 200
    ((alerts, key, source),) = place.engine.taken
    assert (key, source) == ("", "prometheus")
    assert [(alert.source, alert.title, alert.status) for alert in alerts] == [
        ("prometheus", "DiskFull", Status.FIRING)
    ]


async def test_the_token_chooses_the_source(place: Place) -> None:
    """Two sources of a kind stay apart."""
    assert await place.status("/api/v2/alerts", ALERTS, {"Authorization": f"Bearer {OTHER}"}) == 200
    assert [source for _, _, source in place.engine.taken] == ["other"]


async def test_a_signed_delivery_has_a_key(place: Place) -> None:
    """The same when it is sent again, so that the engine knows it."""
    raw = json.dumps(EVENT).encode()
    headers = {"X-PagerDuty-Signature": f"v1={sha256(SECRET, raw)}", "X-Webhook-Id": "1"}
    for number in ("1", "2"):
        assert await place.status("/webhooks/pagerduty", raw, {**headers, "X-Webhook-Id": number}) == 200
    first, second = (key for _, key, _ in place.engine.taken)
    assert first == second
    assert first.startswith("pagerduty:")


async def test_what_says_nothing_is_acknowledged_and_not_taken(place: Place) -> None:
    """An event about a service is no alert."""
    raw = json.dumps({"event": {"event_type": "service.updated", "data": {}}}).encode()
    headers = {"X-PagerDuty-Signature": f"v1={sha256(SECRET, raw)}"}
    assert await place.status("/webhooks/pagerduty", raw, headers) == 200
    assert place.engine.taken == []


async def test_compressed_bodies_are_inflated(place: Place) -> None:
    """gzip, as a proxy may send it."""
    raw = gzip.compress(json.dumps(ALERTS).encode())
    assert await place.status("/webhooks/prometheus", raw, {**BEARER, "Content-Encoding": "gzip"}) == 200
    assert len(place.engine.taken) == 1


async def test_large_bodies_are_read_too(place: Place) -> None:
    """A group of three thousand."""
    many = [{"labels": {"alertname": "A", "n": str(n), "filler": "x" * 100}} for n in range(3_000)]
    assert await place.status("/webhooks/prometheus", many) == 200
    assert len(place.engine.taken[0][0]) == 3_000


# ---- who is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/webhooks/prometheus", "/api/v2/alerts", "/webhooks/pagerduty"])
@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer x"}, {"Authorization": TOKEN}, {"X-PagerDuty-Signature": f"v1={'0' * 64}"}],
)
async def test_strangers_are_refused_without_a_row(place: Place, path: str, headers: dict[str, str]) -> None:
    """No token, a wrong one, or a signature of something else."""
    assert await place.status(path, ALERTS, headers) == 401
    assert place.engine.taken == []


async def test_a_token_of_one_source_opens_no_other(place: Place) -> None:
    """Each has its own."""
    assert await place.status("/webhooks/other", ALERTS) == 401


async def test_a_header_that_comes_twice_proves_nothing(place: Place) -> None:
    """Nobody knows which of them another part would believe."""
    token = f"authorization: Bearer {TOKEN}\r\n"
    sent = f"POST /webhooks/prometheus HTTP/1.1\r\nhost: x\r\n{token}{token}content-length: 2\r\n\r\n[]"
    assert b" 401 " in await place.first_line(sent)
    assert b" 200 " in await place.first_line(sent.replace(token, "", 1))


async def test_a_strangers_body_is_not_read(place: Place) -> None:
    """Where the headers prove the sender, the answer comes before the body."""
    sent = "POST /webhooks/prometheus HTTP/1.1\r\nhost: x\r\ncontent-length: 4000000\r\n\r\n"
    assert b" 401 " in await place.first_line(sent)


@pytest.mark.parametrize(
    "path", ["/webhooks/nobody", "/webhooks/pagerduty/api/v2/alerts", "/webhooks/", "/webhooks/a/b"]
)
async def test_other_addresses_do_not_exist(place: Place, path: str) -> None:
    """Neither unknown sources, nor what a kind does not serve."""
    async with aiohttp.ClientSession() as session, session.post(place.url + path, data=b"[]", headers=BEARER) as answer:
        assert answer.status == 404


async def test_only_post_is_answered(place: Place) -> None:
    """There is nothing to read."""
    async with aiohttp.ClientSession() as session, session.get(f"{place.url}/webhooks/prometheus") as answer:
        assert answer.status == 405


async def test_the_log_holds_nothing_of_the_request(place: Place) -> None:
    """Only which source, why, and from where."""
    with capture_logs() as entries:
        await place.status("/webhooks/prometheus", b"body-words", {"Authorization": "Bearer header-words"})
    assert "words" not in repr(entries)
    assert [entry["peer"] for entry in entries] == ["127.0.0.1"]


# ---- what cannot be read ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "headers", "status"),
    [
        (b"not json", {}, 400),
        (b"{}", {}, 400),
        (b"[" * 50_000, {}, 400),
        (b"[]", {"Content-Encoding": "br"}, 415),
        (b"[]", {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(b"[]")[:-4], {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(b" " * (room.LARGEST + 1)), {"Content-Encoding": "gzip"}, 413),
        (b" " * (room.LARGEST + 1), {}, 413),
    ],
)
async def test_bad_bodies(place: Place, raw: bytes, headers: dict[str, str], status: int) -> None:
    """Bounded before and after inflation, in size and in depth."""
    assert await place.status("/webhooks/prometheus", raw, {**BEARER, **headers}) == status
    assert place.engine.taken == []


async def test_a_chunked_body_is_bounded_too(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not say how long it is."""
    monkeypatch.setattr(room, "LARGEST", 1_000)

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 500

    async with aiohttp.ClientSession() as session:
        url = f"{place.url}/webhooks/prometheus"
        async with session.post(url, data=endless(), headers=BEARER) as answer:
            assert answer.status == 413


async def test_a_slow_body_ends(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sends slowly keeps no place."""
    monkeypatch.setattr(room, "PATIENCE", 50)
    head = f"POST /webhooks/prometheus HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {TOKEN}\r\n"
    assert b" 408 " in await place.first_line(f"{head}content-length: 100\r\n\r\n[")


# ---- 2xx only after the commit ---------------------------------------------------------------------------------------


async def test_the_answer_waits_for_the_commit(place: Place) -> None:
    """Nothing is acknowledged that could still be lost."""
    place.engine.may_go_on.clear()
    asking = asyncio.ensure_future(place.status("/webhooks/prometheus", ALERTS))
    await place.engine.begun.wait()
    assert not asking.done()
    assert place.engine.taken == []
    place.engine.may_go_on.set()
    assert await asking == 200
    assert len(place.engine.taken) == 1


async def test_what_cannot_be_written_is_sent_again(place: Place) -> None:
    """503 with Retry-After, which every sender repeats."""
    place.engine.error = StoreError("disk full")
    status, headers = await place.post("/webhooks/prometheus", json.dumps(ALERTS).encode(), BEARER)
    assert (status, headers["Retry-After"]) == (503, "5")


async def test_a_commit_that_takes_too_long_is_sent_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the late one is not torn."""
    monkeypatch.setattr(room, "COMMIT", 20)
    place.engine.may_go_on.clear()
    status, headers = await place.post("/webhooks/prometheus", json.dumps(ALERTS).encode(), BEARER)
    assert (status, headers["Retry-After"]) == (503, "5")
    place.engine.may_go_on.set()
    await place.door.close()
    assert len(place.engine.taken) == 1


async def test_too_many_at_once_are_sent_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """One source's flood is bounded, and takes no place of another's."""
    monkeypatch.setattr(room, "AT_ONCE", 1)
    place.engine.may_go_on.clear()
    first = asyncio.ensure_future(place.status("/webhooks/prometheus", ALERTS))
    await place.engine.begun.wait()
    assert await place.status("/webhooks/prometheus", ALERTS) == 503
    second = asyncio.ensure_future(place.status("/webhooks/other", ALERTS, {"Authorization": f"Bearer {OTHER}"}))
    place.engine.may_go_on.set()
    assert (await first, await second) == (200, 200)
    assert place.door.counted == {("prometheus", 200): 1, ("other", 200): 1, ("prometheus", 503): 1}


async def test_strangers_take_no_place(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are refused before they are counted as being inside for longer than a moment."""
    monkeypatch.setattr(room, "AT_ONCE", 1)
    for _ in range(3):
        assert await place.status("/webhooks/prometheus", ALERTS, {}) == 401
    assert await place.status("/webhooks/prometheus", ALERTS) == 200


# ---- what is fetched -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    ["http://sns.example/x", "https://sns.example:8443/x", "https://u@sns.example/x", "https:///x", "https://[", "x"],
)
async def test_only_plain_https_is_fetched(url: str) -> None:
    """Whatever the source allows."""

    async def never(url: str) -> bytes:
        raise AssertionError(url)

    with pytest.raises(NotFetched):
        await Fetcher(never).fetch(url, keep=True)


async def test_what_stays_the_same_is_fetched_once() -> None:
    """Confirmations are not kept, certificates are; a failure is not remembered."""
    asked: list[str] = []

    async def get(url: str) -> bytes:
        asked.append(url)
        if len(asked) == 1:
            raise NotFetched("status 500")
        return b"certificate"

    fetcher = Fetcher(get)
    with pytest.raises(NotFetched):
        await fetcher.fetch("https://sns.example/a", keep=True)
    assert [await fetcher.fetch("https://sns.example/a", keep=True) for _ in range(3)] == [b"certificate"] * 3
    assert len(asked) == 2
    await fetcher.fetch("https://sns.example/b", keep=False)
    await fetcher.fetch("https://sns.example/b", keep=False)
    assert len(asked) == 4
