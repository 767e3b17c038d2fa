"""Too much at once: acknowledgements stay quick, others are served, and nothing grows without a bound."""

import asyncio
import threading
from pathlib import Path

import pytest

from bot.engine.turns import AT_ONCE, MOST
from bot.ports import Run
from integrations.local.deployer import LocalDeployer
from integrations.local.git import AT_ONCE as GITS
from integrations.local.git import Git
from integrations.local.process import Answer
from integrations.local.runs import RunsFolder
from tests.support.ship import Ship

ADA, GRACE = "U02ADA", "U02GRACE"


async def test_one_persons_flood_reaches_providers_a_few_at_a_time(ship: Ship) -> None:
    """A hanging target and somebody who keeps asking: the provider sees a few questions, not all of them."""
    ship.provider.hanging.add("current")
    before = ship.provider.calls
    for _ in range(50):
        await ship.type(ADA, "/ops status web staging", settle=False)
    await ship.settle()
    assert ship.provider.calls - before <= 2 * AT_ONCE
    ship.provider.release()
    await ship.wait(10_000)
    assert len([each for each in ship.seen_by(ADA) if "staging" in each]) == 50


async def test_beyond_all_measure_the_next_one_is_told_so_and_others_are_served(ship: Ship) -> None:
    """What cannot be worked on is not stored and not met with silence; it is nobody else's trouble."""
    ship.provider.hanging.add("current")
    said = [await ship.type(ADA, "/ops status web staging", settle=False) for _ in range(MOST + 50)]
    assert said[0].startswith("Looking")
    assert "too much under way" in said[-1]
    assert "too much" not in await ship.type(GRACE, "/ops whoami", settle=False)
    assert "too much" not in await ship.mention(GRACE, "help", settle=False)
    ship.provider.release()
    await ship.wait(10_000)
    assert "too much" not in await ship.type(ADA, "/ops status web staging")


async def test_questions_to_git_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many plans are made at once, so many processes and no more."""
    running, most = 0, 0

    async def answer_of(*_: object, **__: object) -> Answer:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return Answer(code=0, output=b"", errors="")

    monkeypatch.setattr("integrations.local.git.answer_of", answer_of)
    git = Git(deadline=1_000)
    await asyncio.gather(*(git.ask(str(tmp_path), "status") for _ in range(200)))
    assert most == GITS


async def test_a_disk_that_hangs_takes_no_thread_that_others_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names are looked up by the loop's own threads: a hanging runs folder must not keep us from Slack."""
    answered = threading.Event()
    monkeypatch.setattr(LocalDeployer, "_snapshot", lambda _self, _folder: answered.wait(30))
    deployer = LocalDeployer(runs=RunsFolder(path=tmp_path))
    hanging = [asyncio.ensure_future(deployer.observe(Run(reference={"run": "1:1:1"}))) for _ in range(50)]
    try:
        async with asyncio.timeout(5):
            assert await asyncio.to_thread(lambda: 7) == 7
    finally:
        answered.set()
        await asyncio.gather(*hanging)
