"""Deploying by a webhook whose receiver cannot be asked: what people see where nobody but they can tell how it ended."""

import json
from typing import Any

import pytest
from inline_snapshot import snapshot
from pydantic import SecretStr

from bot.config import Url
from bot.domain.operations import Effect, State
from bot.domain.terms import MINUTE, SECOND
from bot.errors import IntegrationError, Kind
from bot.ports import Integration
from integrations._http import LONGEST, Answer, Call
from integrations.webhook.calling import Receiver
from integrations.webhook.deployer import WebhookDeployer
from integrations.webhook.settings import WebhookSettings, WebhookTarget
from tests.fakes.receiver import SECRET
from tests.support.invariants import check
from tests.support.ship import Ship, catalogue

ADA = "U02ADA"


class Line:
    """The road to a receiver: `answer` is what comes back, or the error of a road that breaks."""

    def __init__(self) -> None:
        self.answer: Answer | IntegrationError = Answer(status=202, body="")
        self.sent: list[dict[str, Any]] = []

    async def send(self, call: Call, *, deadline: int, longest: int = LONGEST) -> Answer:
        self.sent.append(json.loads(call.body))
        if isinstance(self.answer, IntegrationError):
            raise self.answer
        return self.answer


class Story:
    """Web's staging is deployed by a webhook that takes ten minutes."""

    def __init__(self) -> None:
        how = WebhookTarget.model_validate_json('{"deadline": "10m"}')
        self.ship = Ship(catalogue=catalogue(how=how, deadline=10 * MINUTE))
        self.line = Line()
        settings = WebhookSettings(url=Url.read("https://deploy.acme.example/"), secret=SecretStr(SECRET))
        receiver = Receiver(settings=settings, http=self.line, clock=self.ship.clock)
        deployer = WebhookDeployer(receiver=receiver)
        self.ship.integration = Integration(name="fake", deployer=deployer, changes=self.ship.provider)
        self.ship.start()

    async def deploy(self) -> None:
        """Ada deploys."""
        await self.ship.type(ADA, "/ops deploy web staging")
        await self.ship.click(ADA, "Deploy to staging")
        await self.ship.wait(5 * SECOND)


@pytest.fixture
async def story() -> Story:
    return Story()


async def test_a_person_says_how_it_ended(story: Story) -> None:
    """It runs until its deadline, nothing more is sent, and then whoever may decide is asked."""
    await story.deploy()
    assert story.ship.card(1) == snapshot("""\
🔄 *Running* · web → staging
Started, no step reported yet
Ada · `5d2f0b7` · #1
[ Roll back… ] [ Stop… ]\
""")
    await story.ship.wait(13 * MINUTE)
    assert story.ship.card(1) == snapshot("""\
✋ *Decision needed* · web → staging
The run is past its deadline and does not end
Ada · `5d2f0b7` · #1
[ It succeeded… ] [ It failed… ] [ It never started… ]\
""")
    assert [body["event"] for body in story.line.sent] == ["deploy"]
    await check(story.ship)


async def test_a_lost_answer_is_never_sent_again(story: Story) -> None:
    """It may have been carried out: unknown, then a decision."""
    story.line.answer = IntegrationError("no answer within 10 s", kind=Kind.AMBIGUOUS, effect=Effect.UNKNOWN)
    await story.deploy()
    assert story.ship.card(1) == snapshot("""\
❓ *Outcome unknown* · web → staging
fake shows no run with this key yet
Other deploys to web · staging wait. Nothing will be started twice.
Ada · `5d2f0b7` · #1
[ Roll back… ]\
""")
    await story.ship.wait(30 * MINUTE)
    assert (await story.ship.operation(1)).state is State.NEEDS_HUMAN
    assert len(story.line.sent) == 1
    await check(story.ship)


async def test_a_refusal_started_nothing(story: Story) -> None:
    """Its reason is on the card; each further try is an attempt of its own, and after the last it is known that nothing was started."""
    story.line.answer = Answer(status=422, body='{"reason": "no such environment"}')
    await story.deploy()
    await story.ship.wait(5 * MINUTE)
    assert story.ship.card(1) == snapshot("""\
❌ *Failed* · web → staging
Could not be started in 5 tries: status 422: no such enviro…
Nothing was started.
Ada · `5d2f0b7` · 2026-11-24 09:04 UTC · #1
[ Try again… ]\
""")
    deliveries = [body["delivery"] for body in story.line.sent]
    assert deliveries == [f"1:1:{n}" for n in range(1, len(deliveries) + 1)]
    assert (await story.ship.operation(1)).effect is Effect.NONE
    await check(story.ship)
