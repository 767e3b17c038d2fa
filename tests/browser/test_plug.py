"""Pull the plug: the bot is killed in the middle of a deploy and comes back to the truth, in the same message."""

import re
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from tests.app.harbour import free_port
from tests.browser.stage import ARGUMENTS, PATIENCE, Person, chromium
from tests.cli.shell import ready_line, start

pytestmark = [pytest.mark.browser, pytest.mark.real]


async def test_pull_the_plug(tmp_path: Path) -> None:
    """One card before and after; the deploy that went on without the bot is live, and status knows it."""
    program = chromium()
    port = free_port()
    words = ("demo", "--no-browser", "--folder", str(tmp_path / "demo"), "--port", str(port))
    process = await start(*words, cwd=tmp_path, extra={"QUARTERDECK_DEMO_PACE": "1"})
    try:
        url = re.search(r"http://\S+", await ready_line(process, b"playground is open"))
        assert url is not None
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
            page = await browser.new_page(viewport={"width": 1360, "height": 1000})
            page.set_default_timeout(PATIENCE)
            person = Person(page=page, url=url.group())
            await person.be("U02ADA", "C02TEAMWEB")
            await person.type("/ops deploy web staging")
            await person.press("Deploy to staging", within="Deploy web → staging?")
            await person.sees(re.compile(r"Running · web → staging"))
            switch = page.get_by_test_id("panel-switch").filter(has_text="Pull the plug")
            await switch.get_by_test_id("switch-button").click()
            await expect(page.get_by_text("The bot is down.")).to_be_visible(timeout=PATIENCE)
            live = await person.sees(re.compile(r"Live · web → staging"))
            assert "#1" in await live.inner_text()
            cards = page.get_by_test_id("message").filter(has_text=re.compile(r"· web → staging.*#1", re.DOTALL))
            assert await cards.count() == 1
            await browser.close()
    finally:
        process.terminate()
        assert await process.wait() == 0
