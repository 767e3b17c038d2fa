"""A stage for browser stories: the real playground, the real bot and the demo's real services, with a person at a real browser."""

import os
import re
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, Playwright, async_playwright, expect

from bot import config
from bot.app import App, running
from bot.discovering import integration_models, integration_modules
from bot.engine.adopting import adopt
from bot.playground import demo
from bot.playground.playground import Playground, Served

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 20_000  # milliseconds that anything may take to appear
PACE = "0.1"


def chromium() -> str:
    """The browser's program; where there is none, the test is skipped, and in CI it fails."""
    named = os.environ.get("QUARTERDECK_CHROMIUM", "")
    found = named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
    if not found:
        assert not os.environ.get("CI"), "CI has a Chromium"
        pytest.skip("needs Chromium")
    return found


def environment_for(served: Served) -> Mapping[str, str]:
    """The bot's environment: the playground's tokens."""
    return {
        **os.environ,
        "SLACK_BOT_TOKEN": served.bot_token,
        "SLACK_APP_TOKEN": served.app_token,
        "QUARTERDECK_DEMO_PACE": PACE,
    }


@dataclass(kw_only=True)
class Person:
    """Somebody at the page."""

    page: Page
    url: str

    async def be(self, user: str, channel: str) -> None:
        """Become that person in that channel."""
        await self.page.goto("about:blank")
        await self.page.goto(f"{self.url}#as={user}&channel={channel}")
        await expect(self.page.get_by_test_id("composer")).to_be_visible(timeout=PATIENCE)

    async def type(self, text: str) -> None:
        """Type a line and send it."""
        composer = self.page.get_by_test_id("composer")
        await composer.fill(text)
        await self.page.keyboard.press("Escape")
        await composer.press("Enter")

    def card(self, text: str | re.Pattern[str]) -> Locator:
        """The newest message with that text."""
        return self.page.get_by_test_id("message").filter(has_text=text).last

    async def sees(self, text: str | re.Pattern[str]) -> Locator:
        """Wait until a message says so."""
        message = self.card(text)
        await expect(message).to_be_visible(timeout=PATIENCE)
        return message

    async def press(self, label: str, *, within: str | re.Pattern[str]) -> None:
        """Press a button on the newest message with that text."""
        message = await self.sees(within)
        await message.get_by_role("button", name=label).or_(message.locator("button", has_text=label)).first.click()


@dataclass(kw_only=True)
class Stage:
    """Everything that is up."""

    playground: Playground
    served: Served
    world: demo.DemoWorld
    configuration: config.Configuration
    app: App
    person: Person


@asynccontextmanager
async def stage(folder: Path) -> AsyncIterator[Stage]:
    """Put it all up, and take it all down."""
    program = chromium()
    playground = Playground()
    async with playground.serve(port=0) as served:
        world = demo.create(folder, base_url=served.api_url)
        try:
            environment = environment_for(served)
            os.environ["QUARTERDECK_DEMO_PACE"] = PACE
            configuration = config.load(world.configuration, integration_models(integration_modules()), environment)
            async with running(configuration) as app, async_playwright() as playwright:
                for place in world.places:
                    target = next(
                        each
                        for each in app.engine.runtime.catalogue.targets()
                        if (each.service, each.environment) == (place.service, place.environment)
                    )
                    await adopt(app.engine.runtime, target, by="test")
                async with _page(playwright, program) as page:
                    yield Stage(
                        playground=playground,
                        served=served,
                        world=world,
                        configuration=configuration,
                        app=app,
                        person=Person(page=page, url=served.url),
                    )
        finally:
            demo.stop(folder)


@asynccontextmanager
async def _page(playwright: Playwright, program: str) -> AsyncIterator[Page]:
    browser = await playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
    try:
        page = await browser.new_page(viewport={"width": 1280, "height": 860})
        page.set_default_timeout(PATIENCE)
        yield page
    finally:
        await browser.close()
