"""The demo's world is real: git repositories, running services, a script that ships them, and a configuration that loads."""

import asyncio
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.config.configuration import Configuration
from bot.config.loading import load
from bot.config.section import IntegrationModels
from bot.domain.changes import ChangeSet, Relation
from bot.domain.operations import AttemptKey
from bot.domain.terms import MINUTE, Action, Target
from bot.playground import demo
from bot.playground.acme import default_workspace
from bot.playground.demo import ship
from bot.ports import Integration, Order, Run, RunState, Snapshot, Surroundings
from integrations import local

pytestmark = pytest.mark.real

ENVIRON = {
    "SLACK_BASE_URL": "http://127.0.0.1:1/api/",
    "SLACK_BOT_TOKEN": "xoxb-of-the-playground",
    "SLACK_APP_TOKEN": "xapp-of-the-playground",
}

OPERATIONS = itertools.count(1)


class _Clock:
    def now(self) -> int:
        return 1_795_000_000_000

    async def sleep(self, millis: int) -> None:
        raise AssertionError(f"nobody sleeps for {millis} ms here")


class _Random:
    def token(self) -> str:
        raise AssertionError("nothing here is left to chance")

    def fraction(self) -> float:
        raise AssertionError("nothing here is left to chance")


class Shore:
    """The demo as the bot would see it: through its configuration and the local integration."""

    def __init__(self, world: demo.DemoWorld) -> None:
        self.world = world
        models = {local.NAME: IntegrationModels(settings=local.SETTINGS, target=local.TARGET)}
        self.configuration: Configuration = load(world.configuration, models, ENVIRON)
        around = Surroundings(clock=_Clock(), random=_Random(), folder=world.folder)
        self.local: Integration = local.build("local", local.SETTINGS(), around)

    def order(self, environment: str, revision: str) -> Order:
        found = self.configuration.environment("web", environment)
        assert found
        number = next(OPERATIONS)
        return Order(
            key=AttemptKey(operation=number, step=1, n=1),
            action=Action.DEPLOY,
            target=Target(service="web", environment=environment),
            revision=revision,
            previous="",
            repository=self.configuration.services["web"].repository,
            how=found.deploy.target,
            sent_at=number,
            deadline=MINUTE,
        )

    async def start(self, environment: str, revision: str) -> Run:
        assert self.local.deployer
        return await self.local.deployer.start(self.order(environment, revision))

    async def printed(self, run: Run) -> None:
        assert self.local.logs
        for _try in range(1_000):
            if await self.local.logs.tail(run, 1):
                return
            await asyncio.sleep(0.02)
        raise AssertionError("it said nothing")

    async def ended(self, run: Run) -> Snapshot:
        assert self.local.deployer
        give_up = time.monotonic() + 20
        while time.monotonic() < give_up:
            snapshot = await self.local.deployer.observe(run)
            if snapshot.state is not RunState.RUNNING:
                return snapshot
            await asyncio.sleep(0.02)
        raise AssertionError("it did not end")

    async def live(self, environment: str) -> str:
        assert self.local.versions
        found = self.configuration.environment("web", environment)
        assert found
        live = await self.local.versions.current(Target(service="web", environment=environment), found.deploy.target)
        return live.revision if live else ""

    async def between(self, base: str, head: str) -> ChangeSet:
        assert self.local.changes
        service = self.configuration.services["web"]
        return await self.local.changes.compare(service.repository, base, head, irreversible=service.irreversible)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ship.PACE, "0")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("demo world")
    yield folder
    demo.clean(folder)
    assert not folder.exists()


@pytest.fixture
def shore(folder: Path) -> Shore:
    return Shore(demo.create(folder))


def berth(folder: Path, environment: str = "production") -> ship.Berth:
    return ship.Berth(folder=folder, service="web", environment=environment)


async def test_at_the_beginning_staging_is_ahead_of_production(shore: Shore) -> None:
    """Status has something to say at once, and both deploys have something to bring."""
    world = shore.world
    staging, production = await shore.live("staging"), await shore.live("production")
    assert (staging, production) == (world.revisions["web@v1.2"], world.revisions["web@v1.1"])
    ahead = await shore.between(production, staging)
    assert (ahead.relation, ahead.total) == (Relation.AHEAD, 2)
    coming = await shore.between(staging, world.revisions["web@main"])
    assert [change.number for change in coming.arriving] == [415, 414, 413, 412]
    assert {change.author for change in coming.arriving} == {"Ada Lovelace", "Grace Hopper", "Linus Torvalds"}
    assert coming.irreversible == ("migrations/0042_orders.sql",)


async def test_refs_of_every_kind(shore: Shore) -> None:
    """A branch that is not merged, a pull request, tags, and a default branch."""
    assert shore.local.changes
    repository = shore.configuration.services["web"].repository
    pull_request = await shore.local.changes.resolve(repository, "#416")
    branch = await shore.local.changes.resolve(repository, "feature/gift-cards")
    bad = await shore.local.changes.resolve(repository, "v1.3-rc")
    assert (pull_request.revision, pull_request.merged) == (branch.revision, False)
    assert bad.merged
    assert (await shore.local.changes.resolve(repository, "")).revision == shore.world.revisions["web@main"]


async def test_the_story_can_be_told(shore: Shore) -> None:
    """Deploy the tip, fail with the release candidate while the tip goes on serving, and go back."""
    revisions = shore.world.revisions
    good = await shore.ended(await shore.start("production", revisions["web@main"]))
    assert (good.state, good.step) == (RunState.SUCCEEDED, (4, 4, "switch"))
    assert await shore.live("production") == revisions["web@main"]
    bad = await shore.ended(await shore.start("production", revisions["web@v1.3-rc"]))
    assert (bad.state, bad.step) == (RunState.FAILED, (4, 4, "switch"))
    assert bad.detail == "health check failed: ValueError: invalid literal for int() with base 10: '30s'"
    assert await shore.live("production") == revisions["web@main"]
    assert not berth(shore.world.folder).newcomer.exists()
    back = await shore.ended(await shore.start("production", revisions["web@v1.1"]))
    assert back.state is RunState.SUCCEEDED
    assert await shore.live("production") == revisions["web@v1.1"]
    page = ship.get(berth(shore.world.folder).port, "/")
    assert "Gift wrapping" in page
    assert revisions["web@v1.1"][:7] in page


async def test_stopping_a_deploy_leaves_the_service_alone(shore: Shore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deploy at a person's pace is cancelled at its first step: what served goes on serving."""
    assert shore.local.deployer
    monkeypatch.setenv(ship.PACE, "10")
    before = await shore.live("staging")
    run = await shore.start("staging", shore.world.revisions["web@main"])
    await shore.printed(run)
    await shore.local.deployer.cancel(run)
    end = await shore.ended(run)
    assert (end.state, end.detail) == (RunState.CANCELLED, "stopped on request")
    assert await shore.live("staging") == before


async def test_the_demo_comes_back_as_it_was(shore: Shore) -> None:
    """Stop ends every service, also one whose deploy would finish later; create brings back what was served, on the same ports."""
    world = shore.world
    await shore.ended(await shore.start("production", world.revisions["web@main"]))
    demo.stop(world.folder)
    assert [ship.serves(int(place.url.rpartition(":")[2].strip("/"))) for place in world.places] == [""] * 4
    late = await shore.ended(await shore.start("production", world.revisions["web@v1.1"]))
    assert (late.state, late.detail) == (RunState.FAILED, "the demo was stopped")
    again = demo.create(world.folder)
    assert [place.url for place in again.places] == [place.url for place in world.places]
    assert again.revisions == world.revisions
    assert again.place("web", "production").revision == world.revisions["web@main"]
    assert await shore.live("production") == world.revisions["web@main"]


def test_a_switch_that_was_killed_half_way_is_settled(shore: Shore) -> None:
    """kill -9 between the two servers: a newcomer that serves alone is kept, any other one is ended."""
    place = berth(shore.world.folder, "staging")
    serving = place.record.read_text()
    place.record.rename(place.newcomer)
    ship.settle(place)
    assert place.record.read_text() == serving
    orphan = subprocess.Popen(["sleep", "60"])
    ship.write(place.newcomer, {"pid": orphan.pid, "since": ship.since(orphan.pid)})
    ship.settle(place)
    assert ship.since(orphan.pid) == ""  # gone; whether the switch or this test reaps it does not matter
    orphan.wait()
    assert place.record.read_text() == serving
    assert not place.newcomer.exists()


def test_a_later_process_of_the_same_number_is_left_alone(shore: Shore) -> None:
    """Stop looks at the start time before it signals."""
    innocent = subprocess.Popen(["sleep", "60"])
    card = shore.world.folder / "state" / "somebody-else.json"
    ship.write(card, {"pid": innocent.pid, "since": "1"})
    ship.gone(card)
    assert innocent.poll() is None
    innocent.kill()
    innocent.wait()


@pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")
def test_the_script_in_this_process(
    shore: Shore, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every step says what it does; a server that does not come up is not let in; too many old releases go."""
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(ship, "__file__", str(shore.world.folder / "ship.py"))
    place, revisions = berth(shore.world.folder, "staging"), shore.world.revisions
    try:
        for ref, status in (("web@v1.0", 0), ("web@v1.3-rc", 1), ("web@v1.2", 0)):
            assert ship.main(["deploy", "web", "staging", revisions[ref]]) == status
    finally:
        signal.signal(signal.SIGTERM, before)
    said = capsys.readouterr()
    assert [line for line in said.out.splitlines() if line.startswith("::step")][:4] == [
        "::step 1/4 fetch",
        "::step 2/4 build",
        "::step 3/4 migrate",
        "::step 4/4 switch",
    ]
    assert "health check failed" in said.err
    assert len(list((shore.world.folder / "releases").glob("web-staging-*"))) <= ship.KEPT_RELEASES
    assert ship.main(["current", "web", "staging"]) == 0
    assert capsys.readouterr().out.strip() == revisions["web@v1.2"] == ship.serves(place.port)


def test_a_place_that_does_not_answer(shore: Shore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was ever deployed is an empty answer; a service that is down is an error."""
    place = berth(shore.world.folder, "staging")
    monkeypatch.setattr(ship, "serves", lambda _port: "")
    with pytest.raises(ship.ShipError, match="nothing answers on port"):
        ship.current(place)
    monkeypatch.setattr(ship.Berth, "record", shore.world.folder / "absent.json")
    assert ship.current(place) == ""


def test_a_service_that_cannot_come_up_is_told(tmp_path: Path) -> None:
    """The demo does not begin half: the last line of the deploy says why."""
    (tmp_path / "data" / "web-staging.db").mkdir(parents=True)
    try:
        with pytest.raises(demo.DemoError, match="did not come up: web in staging: the migration failed"):
            demo.create(tmp_path)
        assert not any(ship.running(card) for card in (tmp_path / "state").glob("*.json"))
    finally:
        demo.clean(tmp_path)


def test_without_git_there_is_no_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without git gets one sentence and the fix."""
    monkeypatch.setattr("bot.playground.demo.repositories._ENVIRONMENT", {"PATH": str(tmp_path)})
    with pytest.raises(demo.DemoError, match="install it"):
        demo.create(tmp_path)


def test_the_script_explains_itself(shore: Shore) -> None:
    """Wrong words end with status 2 and the usage; a question about nothing is answered with nothing."""
    script = str(shore.world.folder / "ship.py")
    wrong = subprocess.run([sys.executable, script, "sink"], capture_output=True, text=True, check=False)
    assert (wrong.returncode, "ship.py deploy SERVICE" in wrong.stderr) == (2, True)
    unknown = subprocess.run(
        [sys.executable, script, "deploy", "web", "staging", "f" * 40],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {ship.PACE: "0"},
    )
    assert unknown.returncode == 1
    assert "read-tree failed" in unknown.stderr


def test_the_lines_to_try_fit_the_workspace(shore: Shore) -> None:
    """Five lines, each in a channel of the workspace, by somebody in the group that may deploy."""
    lines = demo.tries(shore.world)
    workspace = default_workspace()
    channels = {channel.name for channel in workspace.channels.values()}
    deployers = next(group.users for group in workspace.groups.values() if group.handle == "engineering")
    assert [line.id for line in lines] == ["deploy-staging", "status", "deploy-production", "deploy-bad", "rollback"]
    assert all(line.channel in channels and line.who in deployers for line in lines)
    assert {service.channel for service in shore.configuration.services.values()} <= channels
    assert lines[4].text == '/ops rollback web production --because "checkout errors"'
