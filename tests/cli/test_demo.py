"""`quarterdeck demo` without a browser: the story of the first two minutes, through the playground's own API."""

import asyncio
import re
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.app.harbour import free_port
from tests.cli.shell import quarterdeck, ready_line, start

PATIENCE = 60  # seconds for anything; two cores are shared with other tests
ADA, TEAM_WEB = "U02ADA", "C02TEAMWEB"
Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Ada:
    """Ada at the playground's page, without the page."""

    session: aiohttp.ClientSession
    url: str

    async def do(self, what: str, **body: object) -> None:
        async with self.session.post(f"{self.url}/ui/{what}", json={"as": ADA, "channel": TEAM_WEB, **body}) as answer:
            assert answer.status == 200, await answer.text()

    async def messages(self) -> list[Json]:
        query = {"as": ADA, "channel": TEAM_WEB}
        async with self.session.get(f"{self.url}/ui/messages", params=query) as answer:
            return list((await answer.json())["messages"])

    async def sees(self, words: str, also: Callable[[Json], bool] = lambda _: True) -> Json:
        """The message with these words, as soon as it is there."""
        seen: list[str] = []
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    messages = await self.messages()
                    seen = [message["text"] for message in messages]
                    for message in messages:
                        if words in str(message) and also(message):
                            return message
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"{words!r} never came; there were {seen}") from None

    async def press(self, label: str, message: Json) -> None:
        block, button = next(
            (block, each)
            for block in message["blocks"] if block["type"] == "actions"
            for each in block["elements"] if each["text"]["text"].startswith(label)
        )  # fmt: skip
        await self.do(
            "click", ts=message["ts"], block_id=block["block_id"], action_id=button["action_id"],
            value=button["value"], container="message",
        )  # fmt: skip


@pytest.mark.real
@pytest.mark.slow
async def test_the_first_two_minutes(tmp_path: Path) -> None:
    """Deploy, kill the bot in the middle, see it end as live in the same message; then everything is taken down."""
    words = ("demo", "--no-browser", "--folder", "demo")
    process = await start(*words, "--port", str(free_port()), cwd=tmp_path, extra={"QUARTERDECK_DEMO_PACE": "1"})
    try:
        found = re.search(r"http://[\w.:]+", await ready_line(process, b"playground is open"))
        assert found is not None
        async with aiohttp.ClientSession() as session:
            ada = Ada(session=session, url=found.group())
            await ada.do("type", text="/ops deploy web staging")
            await ada.press("Deploy", await ada.sees("Deploy web → staging?", lambda it: it["ephemeral"]))
            card = await ada.sees("Running: web to staging")
            await ada.do("switch", id="plug")
            live = await ada.sees("Live: web to staging")
            assert live["ts"] == card["ts"]
            assert sum("web to staging, version" in each["text"] for each in await ada.messages()) == 1
        second = await quarterdeck(*words, cwd=tmp_path)
        assert second.code == 1
        assert found.group() in second.err
        cleaning = await quarterdeck("demo", "--clean", "--folder", "demo", cwd=tmp_path)
        assert cleaning.code == 1, "a demo that runs is not taken away from under itself"
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(PATIENCE):
            out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        assert b"Traceback" not in out + err
        gone = await quarterdeck("demo", "--clean", "--folder", "demo", cwd=tmp_path)
        assert gone.code == 0
        assert not (tmp_path / "demo").exists()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
