"""The HTTP probe against a server on this machine that answers well, badly, slowly, too much or not at all."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import BaseModel, ValidationError

from bot.domain.terms import SECOND, Target
from bot.domain.verification import Reading, Signal
from bot.errors import IntegrationError, Kind
from bot.ports import Surroundings
from integrations import http
from integrations._http import LONGEST, Http
from tests.contracts.health import REVISION, Foreign, HealthContract
from tests.fakes.clock import FakeClock, FakeRandom

WEB = Target(service="web", environment="production")
SECRET = "hunter2-in-the-answer"


class Site:
    """A target with a health address; `status`, `body` and `fault` are what a test lets it do."""

    def __init__(self) -> None:
        self.status, self.body, self.fault = 200, f"ok {REVISION}", ""
        self.asked: list[web.Request] = []
        self.server: TestServer

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        if self.fault == "silent":
            await asyncio.Event().wait()
        if self.fault == "elsewhere":
            raise web.HTTPFound("http://127.0.0.1:1/secret")
        if self.fault == "cut":
            assert request.transport is not None
            response = web.StreamResponse(headers={"Content-Length": "1000"})
            await response.prepare(request)
            await response.write(b"half")
            request.transport.abort()
            return response
        if self.fault == "trickle":
            return await self._trickle(request)
        return web.Response(status=self.status, text=self.body)

    async def _trickle(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            while True:
                await response.write(b".")
                await asyncio.sleep(0.01)
        return response

    @property
    def url(self) -> str:
        return str(self.server.make_url("/healthz"))


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    app = web.Application()
    app.router.add_get("/{path:.*}", made.answer)
    made.server = TestServer(app)
    await made.server.start_server(shutdown_timeout=0.1)
    yield made
    await made.server.close()


def probe(url: str, **settings: Any) -> http.HttpProbe:
    return http.HttpProbe.model_validate({"url": url, **settings}, strict=True)


async def look(settings: BaseModel) -> Reading:
    return await http.HttpHealth().probe(WEB, REVISION, settings=settings, how=Foreign())


class Rig:
    """A site for the contract."""

    def __init__(self, site: Site) -> None:
        self.site, self.target, self.how = site, WEB, Foreign()
        self.health = http.HttpHealth()
        self.secrets = (SECRET,)
        self.url = site.url

    @property
    def settings(self) -> http.HttpProbe:
        return probe(self.url)

    async def be_well(self, revision: str) -> None:
        self.site.status = 200

    async def be_ill(self, revision: str) -> None:
        self.site.status, self.site.body = 503, SECRET

    async def be_out_of_reach(self) -> None:
        self.url = f"http://{SECRET}.invalid/healthz"


class TestContract(HealthContract):
    """What every probe has to prove; a name that nobody knows says nothing about the target."""

    @pytest.fixture
    def rig(self, site: Site) -> Rig:
        return Rig(site)


@pytest.mark.parametrize(
    ("status", "settings", "signal"),
    [
        (200, {}, Signal.PASS),
        (204, {}, Signal.FAIL),
        (204, {"expect": 204}, Signal.PASS),
        (500, {}, Signal.FAIL),
        (200, {"contains": "ok"}, Signal.PASS),
        (200, {"contains": "fine"}, Signal.FAIL),
    ],
)
async def test_status_and_body(site: Site, status: int, settings: dict[str, object], signal: Signal) -> None:
    """The status has to be the expected one, and the body has to contain what it should."""
    site.status = status
    reading = await look(probe(site.url, **settings))
    assert (reading.signal, reading.value) == (signal, str(status))


async def test_a_redirect_is_an_answer(site: Site) -> None:
    """It is followed nowhere: one request, and no credentials, cookies or referrers in it."""
    site.fault = "elsewhere"
    reading = await look(probe(site.url))
    assert (reading.signal, reading.seen) == (Signal.FAIL, "status 302, not 200")
    (request,) = site.asked
    assert set(request.headers) == {"Host", "Accept", "Accept-Encoding", "Connection", "User-Agent"}


@pytest.mark.parametrize("fault", ["silent", "trickle"])
async def test_an_answer_that_takes_too_long(site: Site, fault: str) -> None:
    """The whole answer has to come in time, however it dribbles; who does not answer is not well."""
    site.fault = fault
    reading = await look(probe(site.url, timeout="150ms"))
    if fault == "silent":
        assert (reading.signal, reading.seen) == (Signal.FAIL, "no answer within 0.15 s")
    else:
        assert reading.signal is Signal.FAIL


async def test_an_answer_that_breaks_off(site: Site) -> None:
    """Half an answer is none."""
    site.fault = "cut"
    reading = await look(probe(site.url))
    assert reading.signal is Signal.FAIL
    assert re.match(r"the answer broke off \(\w+\)", reading.seen)


async def test_nobody_listens() -> None:
    """A refused connection is a failure: nobody serves there."""
    reading = await look(probe("http://127.0.0.1:9/healthz"))
    assert (reading.signal, reading.seen) == (Signal.FAIL, "no connection")


async def test_an_endless_body(site: Site) -> None:
    """No more is read than is looked at; what may stand behind that is not known."""
    site.body = "x" * (LONGEST + 100) + "ok"
    assert (await look(probe(site.url))).signal is Signal.PASS
    reading = await look(probe(site.url, contains="ok"))
    assert (reading.signal, reading.seen) == (Signal.INCONCLUSIVE, "the body is too long to be looked at whole")


async def test_a_certificate_that_nobody_trusts(site: Site) -> None:
    """TLS that cannot be spoken says nothing about the target's health."""
    with pytest.raises(IntegrationError) as raised:
        await look(probe(site.url.replace("http:", "https:")))
    assert raised.value.kind is Kind.INVALID


async def test_placeholders(site: Site) -> None:
    """The address may name what is deployed where."""
    await look(probe(f"{site.server.make_url('/')}{{service}}/{{environment}}?v={{revision}}"))
    assert site.asked[0].path_qs == f"/web/production?v={REVISION}"


async def test_an_address_that_is_none() -> None:
    """Whatever gets past the configuration is still not asked."""
    with pytest.raises(IntegrationError) as raised:
        await Http().get("ftp://127.0.0.1/", deadline=SECOND)
    assert raised.value.kind is Kind.INVALID


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "ftp://x/"},
        {"url": "https://ada:hunter2@x/"},
        {"url": "https://x/", "expect": 99},
        {"url": "https://x/", "expect": "200"},
        {"url": "https://x/", "timeout": "8s"},
        {"url": "https://x/", "contains": " "},
        {"url": "https://x/", "redirects": True},
        {},
    ],
)
def test_settings_that_are_refused(settings: dict[str, object]) -> None:
    """Only http and https, no credentials, no unknown keys, and a timeout below the engine's own."""
    with pytest.raises(ValidationError):
        http.HttpProbe.model_validate(settings, strict=True)


def test_the_connection(tmp_path: Any) -> None:
    """It offers probes and nothing else, and needs no settings."""
    surroundings = Surroundings(clock=FakeClock(), random=FakeRandom(), folder=tmp_path)
    made = http.build("http", None, surroundings)
    assert (made.name, made.deployer, made.versions) == ("http", None, None)
    assert made.health is not None
    assert (http.SETTINGS, http.TARGET) == (None, None)
