"""What goes wrong, as people see it: each refusal says why and what to do, and nothing starts that should not."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.store import Tx
from tests.browser.stage import PACE, PATIENCE, Stage, stage

pytestmark = [pytest.mark.browser, pytest.mark.real]
ADA, GRACE, MARGARET = "U02ADA", "U02GRACE", "U02MARGARET"
WEB = "C02TEAMWEB"


async def test_words_that_are_not_understood(tmp_path: Path) -> None:
    """A typo is answered with a suggestion that only shows a plan; what is missing is asked for in a form; rights are explained."""
    async with stage(tmp_path) as up:
        person = up.person
        await person.be(ADA, WEB)
        await person.type("/ops deploy web prodction")
        await person.sees(re.compile("prodction"))
        await person.press("production…", within=re.compile("prodction"))
        await person.sees("Deploy web → production?")

        await person.type("/ops deploy web")
        modal = person.page.get_by_test_id("modal")
        await expect(modal).to_be_visible(timeout=PATIENCE)
        await expect(modal).to_contain_text("Environment")
        await person.page.keyboard.press("Escape")

        await person.be(MARGARET, WEB)
        await person.type("/ops deploy web staging")
        refusal = await person.sees(re.compile("You may not deploy web in staging"))
        assert "engineering" in await refusal.inner_text()
        assert await operations(up) == 0


async def test_plans_that_do_not_hold(tmp_path: Path) -> None:
    """An expired plan starts nothing; a plan whose branch moved shows both ways on."""
    async with stage(tmp_path) as up:
        person = up.person
        await person.be(ADA, WEB)
        await person.type("/ops deploy web staging")
        await person.sees("Deploy web → staging?")
        await up.app.store.write(expire_all)
        await person.press("Deploy to staging", within="Deploy web → staging?")
        await person.sees(re.compile("Not started"))
        assert await operations(up) == 0

        await person.type("/ops deploy web staging")
        await person.sees("Deploy web → staging?")
        move_main(up)
        await person.press("Deploy to staging", within="Deploy web → staging?")
        moved = await person.sees(re.compile("the plan has changed"))
        await expect(moved.get_by_role("button").filter(has_text="Keep to")).to_be_visible(timeout=PATIENCE)
        assert await operations(up) == 0


async def test_two_at_once_stop_and_take_over(tmp_path: Path) -> None:
    """A second deploy waits for nobody and says who is there; a stop stops; a rollback takes a running deploy over."""
    async with stage(tmp_path) as up:
        os.environ["QUARTERDECK_DEMO_PACE"] = "3"  # long enough to be stopped
        person = up.person
        await person.be(ADA, WEB)
        await person.type("/ops deploy web staging")
        await person.press("Deploy to staging", within="Deploy web → staging?")
        await person.sees(re.compile(r"Running · web → staging"))

        await person.be(GRACE, WEB)
        await person.type("/ops deploy web@v1.1 staging")
        await person.sees(re.compile(r"#1 .* is running here"))
        await person.press("Stop…", within=re.compile(r"Running · web → staging"))
        await person.press("Stop it", within=re.compile("half done|Stopping", re.IGNORECASE))
        await person.sees(re.compile(r"Stopped · web → staging"))

        await person.type("/ops deploy web production")
        await person.press("Deploy to production", within="Deploy web → production?")
        await person.sees(re.compile(r"Running · web → production"))
        os.environ["QUARTERDECK_DEMO_PACE"] = PACE
        await person.type('/ops rollback web production --because "wrong one"')
        await person.press("Roll back production", within=re.compile(r"Roll back web → production\?"))
        await person.sees(re.compile(r"Rolled back · web → production"))
        states = await up.app.store.read(
            lambda tx: [row["state"] for row in tx.all("select state from operations order by id")]
        )
        assert states == ["cancelled", "rolled_back", "succeeded"]


async def operations(up: Stage) -> int:
    """How many operations there are."""
    rows = await up.app.store.read(lambda tx: tx.all("select id from operations"))
    return len(rows)


def expire_all(tx: Tx) -> None:
    """Every open plan's time is over."""
    tx.run("update plans set expires_at = 1 where state = 'open'")


def move_main(up: Stage) -> None:
    """Somebody merges the feature branch while a plan is open."""
    repository = up.world.folder / "git" / "web.git"
    feature = up.world.revisions["web@feature/gift-cards"]
    subprocess.run(["git", "-C", str(repository), "update-ref", "refs/heads/main", feature], check=True)
