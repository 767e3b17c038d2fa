"""The story of the first two minutes, typed and clicked in a real browser against services that really run."""

import re
from pathlib import Path

import pytest

from tests.browser.stage import stage

pytestmark = [pytest.mark.browser, pytest.mark.real]


async def test_the_first_two_minutes(tmp_path: Path) -> None:
    """Deploy to staging, look, deploy to production, watch one fail, roll back, and read the history."""
    async with stage(tmp_path) as up:
        person = up.person
        await person.be("U02ADA", "C02TEAMWEB")

        await person.type("/ops deploy web staging")
        plan = await person.sees("Deploy web → staging?")
        assert "changes since" in await plan.inner_text()
        await person.press("Deploy to staging", within="Deploy web → staging?")
        await person.sees(re.compile(r"Live · web → staging"))

        await person.type("/ops status")
        await person.sees(re.compile(r"web · production"))

        await person.type("/ops deploy web production")
        await person.press("Deploy to production", within="Deploy web → production?")
        await person.sees(re.compile(r"Live · web → production"))

        await person.type("/ops deploy web@v1.3-rc production")
        await person.press("Deploy to production", within=re.compile(r"Deploy web → production\?"))
        failed = await person.sees(re.compile(r"Failed · web → production"))
        assert "Still serving" in await failed.inner_text()

        await person.type('/ops rollback web production --because "checkout errors"')
        await person.press("Roll back production", within=re.compile(r"Roll back web → production\?"))
        await person.sees(re.compile(r"Rolled back · web → production"))

        await person.type("/ops history web production")
        await person.sees(re.compile(r"web · production · history"))
