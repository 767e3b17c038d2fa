"""A connection to the fake GitHub, and the orders that tests give."""

from pathlib import Path
from typing import Any

from bot.domain.operations import AttemptKey
from bot.domain.terms import HOUR, Action, Millis, Target
from bot.ports import Claim, Integration, Order, Run, Surroundings
from integrations import github
from integrations.github.settings import GitHubTarget
from tests.fakes.clock import START, FakeClock, FakeRandom
from tests.fakes.github import REPOSITORY, FakeGitHub
from tests.fakes.github.history import sha

WEB = Target(service="web", environment="production")
CANARY = "planted-secret-of-the-configuration"
CLAIM = "qd1_" + "5" * 64


class QuickClock(FakeClock):
    """Moves by itself when somebody sleeps."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[Millis] = []

    async def sleep(self, millis: Millis) -> None:
        """Return at once; it is later then."""
        self.slept.append(millis)
        self.move_to(self.now() + millis)


def connected(fake: FakeGitHub, clock: FakeClock, **settings: Any) -> Integration:
    """The integration as the application builds it."""
    values = {"token": fake.token, "base_url": fake.url, **settings}
    surroundings = Surroundings(clock=clock, random=FakeRandom(), folder=Path(), secrets=(CANARY, fake.token))
    return github.build("github", github.SETTINGS.model_validate(values, strict=False), surroundings)


def target(**settings: Any) -> GitHubTarget:
    """How a target is deployed."""
    values = {"workflow": "deploy.yml", "inputs": {"environment": "{environment}"}, **settings}
    return GitHubTarget.model_validate(values)


def order(operation: int = 1, *, n: int = 1, how: GitHubTarget | None = None, sent_at: Millis = START) -> Order:
    """An attempt to deploy the tip of main."""
    return Order(
        key=AttemptKey(operation=operation, step=1, n=n),
        action=Action.DEPLOY,
        target=WEB,
        revision=sha("tip"),
        previous=sha("old"),
        repository=REPOSITORY,
        how=how or target(),
        sent_at=sent_at,
        deadline=HOUR,
        claim=Claim(token=CLAIM, url="https://ops.acme.example"),
    )


def number_of(run: Run) -> int:
    """The fake's own number of a run."""
    return int(run.reference["run"])
