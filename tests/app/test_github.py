"""The running app with GitHub in front of it: Slack's playground on one side, the fake GitHub on the other, real HTTP in between."""

import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bot import config
from bot.app import App, running
from bot.discovering import integration_models, integration_modules
from bot.playground.messages import Message
from bot.playground.playground import Playground
from bot.schedule import SystemClock
from tests.fakes.github import TOKEN, FakeGitHub, FakeRun, Fault, FaultKind
from tests.fakes.github.history import sha

pytestmark = pytest.mark.real
SECRET = "the-secret-of-the-webhook"
CONFIGURATION = """
slack: {bot_token: "${SLACK_BOT_TOKEN}", app_token: "${SLACK_APP_TOKEN}", base_url: "${SLACK_BASE_URL}"}
web: {private: {listen: '127.0.0.1:0'}}
integrations:
  github: {token: "${GITHUB_TOKEN}", base_url: "${GITHUB}", webhook_secret: "${SECRET}"}
roles:
  engineers: {people: [engineering], may: [deploy, rollback, stop, doctor]}
services:
  web:
    repository: acme/web
    channel: team-web
    announce: channel
    deploy: {via: github, workflow: deploy.yml, inputs: {environment: "{environment}"}}
    environments: {staging: {confirm: always, checks: required}}
store: quarterdeck.db
"""


@dataclass(kw_only=True)
class Port:
    """Everything that is up."""

    playground: Playground
    app: App
    fake: FakeGitHub

    async def hint(self, run: FakeRun) -> int:
        """GitHub says by itself that there is something new."""
        body = json.dumps({"workflow_run": {"id": run.id}, "repository": {"full_name": "acme/web"}}).encode()
        signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": signature, "X-GitHub-Event": "workflow_run"}
        url = f"http://{self.app.private_address}/v1/hints/github"
        async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
            return answer.status

    async def seen(self, pattern: str) -> Message:
        """Wait until Slack shows it."""

        def found() -> Message | None:
            shown = [*self.playground.messages("team-web"), *self.playground.ephemerals("ada")]
            return next((each for each in reversed(shown) if re.search(pattern, each.text)), None)

        message = await self.playground.wait_for(found, timeout=15)
        assert message is not None
        return message

    async def deploy(self) -> FakeRun:
        """Ask, confirm, and wait until GitHub has started it."""
        await self.playground.type("ada", "team-web", "/ops deploy web staging")
        plan = await self.seen("^Deploy web to staging")
        await self.playground.click("ada", "team-web", plan.ts, "Deploy to staging")
        await self.playground.wait_for(lambda: self.fake.runs, timeout=15)
        return next(iter(self.fake.runs.values()))


@asynccontextmanager
async def port(folder: Path) -> AsyncIterator[Port]:
    """The playground, GitHub with a green check, and the bot between them."""
    playground, fake = Playground(seed=7), FakeGitHub(clock=SystemClock())
    fake.statuses.append({"context": "ci", "state": "success"})
    await fake.begin()
    async with playground.serve(port=0) as served:
        environment = {
            "SLACK_BOT_TOKEN": served.bot_token,
            "SLACK_APP_TOKEN": served.app_token,
            "SLACK_BASE_URL": served.api_url,
            "GITHUB_TOKEN": TOKEN,
            "GITHUB": fake.url,
            "SECRET": SECRET,
        }
        path = folder / "quarterdeck.yaml"
        path.write_text(CONFIGURATION)
        configuration = config.load(path, integration_models(integration_modules()), environment)
        async with running(configuration) as app:
            await app.room.wait_connected()
            yield Port(playground=playground, app=app, fake=fake)
    await fake.end()
    assert fake.violations == []


@pytest.mark.slow
async def test_an_answer_is_lost_and_a_step_fails(tmp_path: Path) -> None:
    """One run, found by its name; a hint makes the bot look; which step failed, the end of its log, and GitHub's own list; no token anywhere."""
    async with port(tmp_path) as up:
        up.fake.endings["1"] = "failure"
        up.fake.faults += [Fault(kind=FaultKind.AFTER, method="POST", path="/dispatches$")]
        run = await up.deploy()
        await up.seen("^Running: web to staging")
        run.jobs[0].log = f"pulling\n##[error]relation orders is locked {TOKEN}\n"
        for _ in range(4):
            run.go_on(up.fake.clock.now())
        assert await up.hint(run) == 202
        card = await up.seen("^Failed: web to staging, at step 3 of 3, Deploy")

        def thread() -> str:
            return str(up.playground.thread("team-web", card.ts))

        await up.playground.wait_for(lambda: "*Log*" in thread(), timeout=15)
        assert "relation orders is locked" in thread()
        assert len(up.fake.runs) == len(up.fake.questions("/dispatches")) == 1
        await up.app.engine.sweep_records()
        await up.playground.wait_for(lambda: any(each["statuses"] for each in up.fake.deployments.values()), timeout=10)
        (listed,) = up.fake.deployments.values()
        assert (listed["sha"], listed["statuses"][-1]["state"]) == (sha("tip"), "failure")
        assert TOKEN not in thread()


async def test_checks_that_are_not_green_hold_it(tmp_path: Path) -> None:
    """GitHub is asked before anything runs, and nothing does."""
    async with port(tmp_path) as up:
        up.fake.statuses[0]["state"] = "failure"
        await up.playground.type("ada", "team-web", "/ops deploy web staging")
        refusal = await up.seen("Checks failed")
        assert "ci" in refusal.text
        assert up.fake.runs == {}
