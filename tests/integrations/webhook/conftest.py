"""A receiver on this machine, and orders for it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr

from bot.config import Url
from bot.domain.operations import AttemptKey
from bot.domain.terms import HOUR, SECOND, Action, Target
from bot.ports import Claim, Order, Run, RunState, Snapshot
from integrations._http import Http
from integrations.webhook.calling import Receiver
from integrations.webhook.deployer import WebhookDeployer
from integrations.webhook.settings import Event, WebhookSettings, WebhookTarget
from integrations.webhook.versions import WebhookVersions
from tests.contracts.deployer import Ending
from tests.contracts.versions import REVISION
from tests.fakes.clock import FakeClock
from tests.fakes.receiver import SECRET, FakeReceiver, receiving

WEB = Target(service="web", environment="staging")
TOKEN = "qd1_" + "5" * 64
ALL = (Event.STATUS, Event.CANCEL, Event.CURRENT)


class Rig:
    """The deployer's and the versions' contract over the fake, with a receiver that understands everything."""

    def __init__(self, fake: FakeReceiver, *, answers: tuple[Event, ...] = ALL) -> None:
        self.fake, self.clock, self.target = fake, FakeClock(), WEB
        self.answers = answers
        self.secrets = (SECRET, TOKEN)
        self.how = WebhookTarget(inputs={"track": "stable"})
        self.endings: dict[str, Ending] = {}
        self.now = self.clock.now()

    def receiver(self, **changes: Any) -> Receiver:
        said = {"url": Url.read(self.fake.url), "secret": SecretStr(SECRET), "answers": self.answers, **changes}
        settings = WebhookSettings.model_validate(said)
        return Receiver(settings=settings, http=Http(), clock=self.clock, secrets=self.secrets)

    @property
    def deployer(self) -> WebhookDeployer:
        return WebhookDeployer(receiver=self.receiver())

    @property
    def versions(self) -> WebhookVersions:
        return WebhookVersions(receiver=self.receiver(), clock=self.clock)

    def restarted(self) -> WebhookDeployer:
        return self.deployer

    def order(self, operation: int = 1, *, ending: Ending = Ending.WELL) -> Order:
        self.endings[f"{operation}:1:1"] = ending
        return Order(
            key=AttemptKey(operation=operation, step=1, n=1),
            action=Action.DEPLOY,
            target=WEB,
            revision=REVISION,
            previous="a" * 40,
            repository="acme/web",
            how=self.how,
            sent_at=self.now,
            deadline=HOUR,
            claim=Claim(token=TOKEN, url="https://ops.acme.example/v1/claim", here="http://127.0.0.1:8081/v1/claim"),
        )

    def impossible(self) -> Order:
        self.fake.fault, self.fake.said = "422", " ".join(self.secrets)
        return self.order()

    async def until(self, run: Run, states: set[RunState]) -> Snapshot:
        """Let the receiver go on: from queued to running, and to the end that was ordered."""
        for _ in range(3):
            snapshot = await self.deployer.observe(run)
            if snapshot.state in states:
                return snapshot
            self._go_on(run.reference["delivery"])
        raise AssertionError(f"it never came to {states}: {snapshot}")

    def _go_on(self, delivery: str) -> None:
        found, ending = self.fake.runs[delivery], self.endings.get(delivery, Ending.WELL)
        if found["state"] == "queued":
            found |= {"state": "running", "started_at": self.fake.now, "step": [1, 2, "migrate"]}
        elif found["state"] == "running" and ending is not Ending.NEVER:
            word = "succeeded" if ending is Ending.WELL else "failed"
            found |= {"state": word, "ended_at": self.fake.now + 5, "detail": 'relation "orders" is locked'}

    async def runs(self) -> int:
        return len(self.fake.runs)

    async def lose(self, run: Run) -> None:
        self.fake.runs[run.reference["delivery"]]["state"] = "exploded"

    async def stranger(self) -> Run:
        return Run(reference={"delivery": "999:1:1", "service": "web", "environment": "staging"})

    async def serve(self, revision: str) -> None:
        self.fake.live["web/staging"] = revision

    async def fall_silent(self) -> None:
        self.fake.fault, self.fake.said = "502", " ".join(self.secrets)


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with receiving(FakeReceiver(now=FakeClock().now() // SECOND)) as fake:
        yield Rig(fake)
