"""GitHub passes the contracts of the ports that it offers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.domain.operations import Effect
from bot.errors import IntegrationError, Kind
from bot.ports import Changes, Deployer, Integration, Logs, Order, Run, RunState, Snapshot
from tests.contracts.changes import ChangesContract, KnownHistory
from tests.contracts.deployer import DeployerContract, DeployerRig, Ending
from tests.contracts.logs import LogsContract, LogsRig
from tests.fakes.github import REPOSITORY, TOKEN, FakeGitHub
from tests.fakes.github.history import sha
from tests.integrations.github.scenery import CANARY, CLAIM, QuickClock, connected, number_of, order, target


@dataclass(kw_only=True)
class GitHubRig:
    """The fake, driven: a run goes on one step whenever it is looked at."""

    fake: FakeGitHub
    clock: QuickClock
    deployer: Deployer
    secrets: Sequence[str] = (TOKEN, CANARY, CLAIM)

    def restarted(self) -> Deployer:
        """Another connection."""
        made = connected(self.fake, self.clock).deployer
        assert made is not None
        return made

    def order(self, operation: int = 1, *, ending: Ending = Ending.WELL) -> Order:
        """An order whose run ends so."""
        ends = {Ending.WELL: "success", Ending.BADLY: "failure", Ending.NEVER: "never"}
        self.fake.endings[str(operation)] = ends[ending]
        return order(operation)

    def impossible(self) -> Order:
        """Inputs that the workflow does not take, full of secrets."""
        return replace(order(), how=target(inputs={"environment": f"{CANARY}-{TOKEN}"}))

    async def until(self, run: Run, states: set[RunState]) -> Snapshot:
        """Let the run go on."""
        for _ in range(20):
            snapshot = await self.deployer.observe(run)
            if snapshot.state in states:
                return snapshot
            self.clock.move_to(self.clock.now() + 2_000)
            self.fake.runs[number_of(run)].go_on(self.clock.now())
        raise AssertionError(f"{run} did not come to {states}")

    async def runs(self) -> int:
        """As the fake counts."""
        return len(self.fake.runs)

    async def lose(self, run: Run) -> None:
        """A word of a later version of GitHub."""
        self.fake.runs[number_of(run)].status = "levitating"

    async def stranger(self) -> Run:
        """A number that was never given."""
        return Run(reference={"repository": REPOSITORY, "run": "999"})


class SearchedContract(DeployerContract):
    """Class C: a key does not keep a second run away, so both are found, and nobody takes one of them for the other."""

    async def test_twice_with_one_key_is_one_run(self, rig: DeployerRig) -> None:
        """Nothing here ever sends twice; where somebody did, find says so, and a person decides."""
        order = rig.order()
        first, second = await rig.deployer.start(order), await rig.restarted().start(order)
        assert first != second
        assert await rig.deployer.find(order) == (first, second)
        assert await rig.runs() == 2


class TestGitHubDeployer(SearchedContract):
    """Actions, with run numbers in the answer."""

    @pytest.fixture
    def rig(self, fake: FakeGitHub, clock: QuickClock, github: Integration) -> DeployerRig:
        assert github.deployer is not None
        return GitHubRig(fake=fake, clock=clock, deployer=github.deployer)


class TestOlderGitHubDeployer(SearchedContract):
    """An Enterprise Server that does not name the run that it starts."""

    async def test_twice_with_one_key_is_one_run(self, rig: DeployerRig) -> None:
        """The second start cannot say which of two runs is its own: that is open, and both are found."""
        order = rig.order()
        await rig.deployer.start(order)
        with pytest.raises(IntegrationError) as raised:
            await rig.restarted().start(order)
        assert (raised.value.kind, raised.value.effect) == (Kind.AMBIGUOUS, Effect.UNKNOWN)
        assert len(await rig.deployer.find(order)) == await rig.runs() == 2

    @pytest.fixture
    async def fake(self, clock: QuickClock) -> Any:
        made = FakeGitHub(clock=clock, older=True, prefix="/api/v3")
        await made.begin()
        yield made
        await made.end()
        assert made.violations == []

    @pytest.fixture
    def rig(self, fake: FakeGitHub, clock: QuickClock) -> DeployerRig:
        deployer = connected(fake, clock).deployer
        assert deployer is not None
        return GitHubRig(fake=fake, clock=clock, deployer=deployer)


class TestGitHubChanges(ChangesContract):
    """The API over the history that the contract knows."""

    @pytest.fixture
    def history(self, github: Integration) -> KnownHistory:
        changes: Changes | None = github.changes
        assert changes is not None
        return KnownHistory(
            changes=changes,
            repository=REPOSITORY,
            absent="acme/absent",
            old=sha("old"),
            middle=sha("middle"),
            tip=sha("tip"),
            side=sha("side"),
            branch="Topic/side",
            tag="v1.0",
            number=3,
            folder="services",
        )


@dataclass(kw_only=True)
class PrintingRig:
    """Runs whose one job printed something."""

    fake: FakeGitHub
    logs: Logs
    secrets: Sequence[str] = (TOKEN,)

    async def printed(self, text: str) -> Run:
        """A run that has ended."""
        run = self.fake.run("deploy.yml", "by hand", "main", {})
        run.go_on(self.fake.clock.now())
        run.end("success", self.fake.clock.now())
        run.jobs[0].log = text
        return Run(reference={"repository": REPOSITORY, "run": str(run.id)})


class TestGitHubLogs(LogsContract):
    """The log of the job, fetched from where GitHub sends us, without the token."""

    @pytest.fixture
    def rig(self, fake: FakeGitHub, github: Integration) -> LogsRig:
        assert github.logs is not None
        return PrintingRig(fake=fake, logs=github.logs)
