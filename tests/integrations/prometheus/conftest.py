"""A Prometheus on this machine, and a probe's settings with little to type."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from bot.config import Url
from bot.domain.terms import Target
from bot.domain.verification import Reading
from integrations import prometheus
from integrations._http import Http
from integrations.prometheus.asking import Prometheus
from integrations.prometheus.health import PrometheusHealth
from tests.contracts.health import REVISION, Foreign
from tests.fakes.clock import FakeClock
from tests.fakes.prometheus import TOKEN, FakePrometheus, serving

WEB = Target(service="web", environment="production")
SECRET = "hunter2-in-the-answer"  # of the fake


class Rig:
    """A probe over the fake, for the contract and for stories."""

    def __init__(self, fake: FakePrometheus) -> None:
        self.fake, self.target, self.how = fake, WEB, Foreign()
        self.clock = FakeClock(fake.now)
        self.secrets = (TOKEN, SECRET)
        self.settings: BaseModel = probe(query="errors", below=0.01)

    @property
    def health(self) -> PrometheusHealth:
        return PrometheusHealth(prometheus=self.connection(), clock=self.clock)

    def connection(self, **changes: Any) -> Prometheus:
        said = {"url": Url.read(self.fake.url), "token": SecretStr(TOKEN), **changes}
        settings = prometheus.PrometheusSettings.model_validate(said)
        return Prometheus(settings=settings, http=Http(), secrets=self.secrets)

    async def be_well(self, revision: str) -> None:
        self.fake.values["errors"] = [0.002]

    async def be_ill(self, revision: str) -> None:
        self.fake.values["errors"] = [0.041]

    async def be_out_of_reach(self) -> None:
        self.fake.fault, self.fake.said = "bad query", f"{SECRET} {TOKEN}"

    async def look(self, **settings: Any) -> Reading:
        """One look with these settings of a probe."""
        return await self.health.probe(WEB, REVISION, settings=probe(**settings), how=self.how)


def probe(**settings: Any) -> prometheus.PrometheusProbe:
    """The settings of a probe, as a file has them."""
    return prometheus.PrometheusProbe.model_validate(settings)


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with serving(FakePrometheus(now=FakeClock().now())) as fake:
        yield Rig(fake)
