"""The running app: both transports, a real file, real git, the playground as Slack."""

import re
from pathlib import Path

import pytest

from bot.app import running
from bot.playground.messages import Message
from bot.playground.playground import Playground
from tests.app.harbour import afloat, harbour

pytestmark = pytest.mark.real


def newest(playground: Playground, pattern: str) -> Message | None:
    """The newest message of #team-web that says so, private ones included."""
    shown = [*playground.messages("team-web"), *playground.ephemerals("ada")]
    return next((each for each in reversed(shown) if re.search(pattern, each.text)), None)


async def deploy(playground: Playground) -> Message:
    """Type, confirm, and wait until it is live."""
    await playground.type("ada", "team-web", "/ops deploy web staging")
    plan = await playground.wait_for(lambda: newest(playground, "^Deploy web to staging"), timeout=10)
    assert plan is not None
    await playground.click("ada", "team-web", plan.ts, "Deploy to staging")
    card = await playground.wait_for(lambda: newest(playground, "^Live: web to staging"), timeout=20)
    assert card is not None
    return card


@pytest.mark.parametrize("http", [False, True], ids=["socket", "http"])
async def test_a_deploy_by_either_transport(tmp_path: Path, http: bool) -> None:
    """Socket Mode and signed HTTP carry the same story to the same end."""
    async with afloat(tmp_path, http=http) as (port, _):
        card = await deploy(port.playground)
        assert (tmp_path / "live-staging").read_text().strip()[:7] in card.text


async def test_a_restart_goes_on_in_the_same_message(tmp_path: Path) -> None:
    """What was live before a restart is known after it, and history is told from rows."""
    async with harbour(tmp_path) as port:
        async with running(port.configuration) as app:
            await app.room.wait_connected()
            first = await deploy(port.playground)
        async with running(port.configuration) as app:
            await app.room.wait_connected()
            await port.playground.type("ada", "team-web", "/ops history web staging")
            told = await port.playground.wait_for(
                lambda: newest(port.playground, "^History of web in staging"), timeout=10
            )
            assert told is not None
            assert newest(port.playground, "^Live: web to staging").ts == first.ts  # type: ignore[union-attr]


async def test_health_and_metrics(tmp_path: Path) -> None:
    """The private listener says alive, ready and a few numbers, and asks neither Slack nor a provider for it."""
    import aiohttp

    async with afloat(tmp_path) as (_, app), aiohttp.ClientSession() as session:

        async def get(path: str) -> tuple[int, str]:
            async with session.get(f"http://{app.private_address}{path}") as answer:
                return answer.status, await answer.text()

        assert await get("/healthz") == (200, '{"alive": true}')
        status, body = await get("/readyz")
        assert status == 200
        assert '"ready": true' in body
        status, body = await get("/metrics")
        assert status == 200
        assert "quarterdeck_slack_connections 2.0" in body
