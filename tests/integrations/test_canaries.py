"""No secret of any integration's settings is in an error, a result, a repr or a log: canaries are planted, and whoever is asked repeats them."""

import base64
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import BaseModel

from bot.discovering import integration_modules
from bot.domain.operations import AttemptKey
from bot.domain.terms import HOUR, Action, Target
from bot.errors import IntegrationError, Unreadable
from bot.logs import OURS
from bot.ports import AlertSource, Body, Claim, Integration, Order, RawDelivery, Run, Surroundings
from tests.contracts.health import REVISION, Foreign
from tests.fakes.clock import FakeClock, FakeRandom
from tests.integrations.github.scenery import QuickClock

MODULES = integration_modules()
CONNECTING = sorted(kind for kind, module in MODULES.items() if hasattr(module, "build"))
ALERTING = sorted(kind for kind, module in MODULES.items() if hasattr(module, "ALERTS"))
CANARY = "canary-7Q2xW9/kP+4vTz"  # what it looks like in addresses and in base64 is something else
CLAIM = "qd1_" + "c" * 64
SHAPES = ("ghp_" + "c" * 36, "xoxb-1-canary-canary", "glpat-canarycanarycanary")
TARGET = Target(service="web", environment="production")
STATUSES = (200, 202, 302, 400, 401, 403, 404, 409, 418, 422, 429, 500, 503)

NEEDED: dict[str, dict[str, Any]] = {
    "github": {"TARGET": {"workflow": "deploy.yml"}},
    "local": {"TARGET": {"run": ("true",)}},
    "prometheus": {"PROBE": {"query": "up", "below": 1}},
    "cloudevents": {"ALERTS": {"status": {"path": "$.type", "firing": ("a",), "resolved": ("b",)}}},
    "cloudwatch": {"ALERTS": {"topics": ("arn:aws:sns:eu-central-1:123456789012:alarms",)}},
    "generic": {
        "ALERTS": {
            "key": ("$.id",),
            "status": {"path": "$.state", "firing": ("a",), "resolved": ("b",)},
            "title": "$.title",
            "token": CANARY,
        }
    },
    "grafana": {"ALERTS": {"token": CANARY}},
}
"""What a kind's models need besides addresses and secrets, which are filled in by themselves."""

ROUNDS = {"local": 1}  # it asks nobody on the network: its contracts plant secrets in what programs print


def spelled(secret: str) -> list[str]:
    """How a secret may look in what is said."""
    return list(dict.fromkeys((secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode())))


def caught(said: str) -> list[str]:
    """The canaries that sing in it."""
    return [each for secret in (CANARY, CLAIM, *SHAPES) for each in spelled(secret) if each in said]


def filled(module: ModuleType, name: str, url: str) -> BaseModel | None:
    """One of a kind's models: every address leads to who repeats everything, every secret is the canary."""
    model = getattr(module, name, None)
    if model is None:
        return None
    values = dict(NEEDED.get(module.NAME, {}).get(name, {}))
    for key, field in model.model_fields.items():
        is_secret = "SecretStr" in f"{field.annotation} {field.metadata}"
        if key in {"url", "base_url"}:
            values.setdefault(key, url)
        elif is_secret and (field.is_required() or name == "SETTINGS"):
            values.setdefault(key, CANARY)
    made: BaseModel = model.model_validate(values)
    return made


class Parrot:
    """Answers with every status in turn, and repeats everything that was sent and everything that is secret: as JSON, and as text."""

    def __init__(self) -> None:
        self.asked = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        secrets = (CANARY, CLAIM, *SHAPES)
        first = secrets[self.asked % len(secrets)]  # what is cut is cut at its end
        heard = f"{first} {dict(request.headers)} {await request.text()} {request.url} {' '.join(secrets)}"
        status = STATUSES[self.asked % len(STATUSES)]
        headers = {"Location": f"http://127.0.0.1:1/{quote(CANARY)}", "X-Said": quote(heard)[:4000]}
        if self.asked % 3 == 0:
            return web.Response(status=status, text=heard, headers=headers)
        names = ("error", "reason", "message", "url", "revision", "detail", "version", "warnings")
        body = {"status": "error", "state": "failed", **dict.fromkeys(names, heard)}
        return web.json_response(body, status=status, headers=headers)


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """Where the parrot is."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", Parrot().answer)
    server = TestServer(app)
    await server.start_server(shutdown_timeout=0.1)
    yield str(server.make_url("/"))
    await server.close()


def _order(how: BaseModel) -> Order:
    return Order(
        key=AttemptKey(operation=1, step=1, n=1), action=Action.DEPLOY, target=TARGET, revision=REVISION, previous="a" * 40,
        repository="acme/web", how=how, sent_at=FakeClock().now(), deadline=HOUR,
        claim=Claim(token=CLAIM, url="https://ops.acme.example/v1/claim"),
    )  # fmt: skip


REFERENCE = {"run": "1:1:1", "id": "1", "delivery": "1:1:1", "service": "web", "environment": "production"}


def questions(made: Integration, how: BaseModel | None, probe: BaseModel | None) -> Iterator[Awaitable[object]]:
    """Everything that can be asked of it, through every port that it has."""
    run, target = Run(reference=REFERENCE), how or Foreign()
    if made.health and probe:
        yield made.health.probe(TARGET, REVISION, settings=probe, how=target)
    if made.deployer and how:
        yield from (
            made.deployer.preview(_order(how)),
            made.deployer.start(_order(how)),
            made.deployer.find(_order(how)),
        )
        yield from (made.deployer.observe(run), made.deployer.cancel(run))
    if made.versions:
        yield made.versions.current(TARGET, target)
    if made.changes:
        yield from (made.changes.resolve("acme/web", "main"), made.changes.compare("acme/web", "a" * 40, REVISION))
        yield from (made.changes.landed("acme/web", 12), made.changes.contains("acme/web", REVISION, "a" * 40))
        yield made.changes.suggest("acme/web", "ma")
    if made.checks:
        yield made.checks.report("acme/web", REVISION)
    if made.logs:
        yield made.logs.tail(run, 5)
    if made.doctor:
        yield from (made.doctor.examine(), made.doctor.examine_target(TARGET, "acme/web", target))


async def said(question: Awaitable[object]) -> str:
    """What comes of it: a result, or an error with all that hangs on it. Only expected errors are errors."""
    try:
        return repr(await question)
    except IntegrationError as error:
        return f"{error} {error.hint} {error!r} {''.join(traceback.format_exception(error))}"


@pytest.mark.parametrize("kind", CONNECTING)
async def test_connections(kind: str, url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever is answered: the canaries stay where they are."""
    for name in OURS:
        caplog.set_level(logging.DEBUG, name)
    module = MODULES[kind]
    settings, how, probe = (filled(module, name, url) for name in ("SETTINGS", "TARGET", "PROBE"))
    surroundings = Surroundings(clock=QuickClock(), random=FakeRandom(), folder=tmp_path, secrets=(CANARY,))
    made: Integration = module.build(kind, settings, surroundings)
    heard = [f"{settings!r} {settings} {made!r}"]
    with structlog.testing.capture_logs() as events:
        for _ in range(ROUNDS.get(kind, 20)):
            heard += [await said(question) for question in questions(made, how, probe)]
    assert len(heard) > 1
    assert caught("\n".join(heard)) == []
    assert caught(f"{events} {caplog.text}") == []


@pytest.mark.parametrize("kind", ALERTING)
def test_sources_of_alerts(kind: str) -> None:
    """A delivery that shows the secret in the wrong place is refused without repeating it, and so is a body full of it."""
    module = MODULES[kind]
    settings = filled(module, "ALERTS", "https://alerts.acme.example/")
    source: AlertSource = module.source(kind, settings)
    names = ("authorization", "x-token", "x-signature", "sentry-hook-signature", "x-pagerduty-signature")
    heard = [repr(source), repr(settings)]
    for wrong in (CANARY, f"Bearer {CANARY}x", f"Basic {base64.b64encode(f'a:{CANARY}x'.encode()).decode()}"):
        raw = RawDelivery(headers=dict.fromkeys(names, wrong), body=f'["{CANARY}"]'.encode(), at=FakeClock().now())
        heard += [repr(raw), repr(source.authentic(raw, ("another-secret-of-mine",), {}))]
        for content in (raw.body, CANARY.encode(), f'{{"{CANARY}": "{CANARY}"}}'.encode()):
            try:
                source.alerts(Body(content=content, at=raw.at))
            except Unreadable as error:
                heard.append(f"{error} {error!r} {''.join(traceback.format_exception(error))}")
    assert caught("\n".join(heard)) == []


def test_a_canary_is_heard() -> None:
    """The test above can fail: it knows every spelling."""
    assert len(caught(f"{CANARY} and {base64.b64encode(CANARY.encode()).decode()}, {quote(CANARY, safe='')}")) == 3
    assert caught(" ".join(SHAPES)) == list(SHAPES)
