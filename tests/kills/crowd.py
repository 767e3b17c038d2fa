"""People who go on working while the bot dies under them: they type, look, press, press twice, and type again."""

import asyncio
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.kills.quay import LOOK, Quay

ENVIRONMENTS = ("staging", "production")
PRESSED = ("Deploy to ", "Roll back ", "Stop it", "Take it out")
LOOKING = 1.5  # seconds that somebody looks for an answer before typing again
BREATH = 0.3  # seconds between two wishes of one person


@dataclass(kw_only=True)
class Worker:
    """Somebody who looks after one service; what they want next is drawn from their own chance."""

    quay: Quay
    who: str
    service: str
    chance: Random
    typed: int = 0
    pressed: int = 0

    @property
    def channel(self) -> str:
        """Where they work."""
        return f"team-{self.service}"

    async def work(self) -> None:
        """Want something, see it through as far as the bot lets them, want the next thing; until cancelled."""
        while True:
            words = self._wish()
            before = await self._newest()
            await self.quay.do("type", **{"as": self.who}, channel=self.channel, text=words)
            self.typed += 1
            await self._press_what_is_offered(before)
            if self.chance.random() < 0.3:
                await self._change_of_mind()
            await asyncio.sleep(BREATH)

    def _wish(self) -> str:
        where = f"{self.service} {self.chance.choice(ENVIRONMENTS)}"
        if self.chance.random() < 0.2:
            return f"/ops rollback {where}"
        self.quay.commit(self.service)
        return f"/ops deploy {where}"

    async def _change_of_mind(self) -> None:
        before = await self._newest()
        where = f"{self.service} {self.chance.choice(ENVIRONMENTS)}"
        await self.quay.do("type", **{"as": self.who}, channel=self.channel, text=f"/ops stop {where}")
        await self._press_what_is_offered(before)

    async def _press_what_is_offered(self, before: str) -> None:
        """The first button of the right kind in what has come since then, if one comes; sometimes twice."""
        loop = asyncio.get_running_loop()
        end = loop.time() + LOOKING
        while loop.time() < end:
            shown = [each for each in await self._shown() if each["ts"] > before]
            for message in reversed(shown):
                for label in labels(message):
                    if label.startswith(PRESSED):
                        await self._press(message, label)
                        return
            if any(said(message) for message in shown):
                return
            await asyncio.sleep(LOOK)

    async def _press(self, message: dict[str, Any], label: str) -> None:
        for _ in range(1 + (self.chance.random() < 0.3)):
            where = {"as": self.who, "channel": self.channel, "ts": message["ts"]}
            await self.quay.do("click", **where, action_id=label)
            self.pressed += 1

    async def _shown(self) -> list[dict[str, Any]]:
        return await self.quay.sees(self.who, self.channel)

    async def _newest(self) -> str:
        return max((message["ts"] for message in await self._shown()), default="")


def labels(message: dict[str, Any]) -> list[str]:
    """The buttons of a message."""
    rows = [block["elements"] for block in message["blocks"] if block["type"] == "actions"]
    return [element["text"]["text"] for row in rows for element in row if element["type"] == "button"]


def said(message: dict[str, Any]) -> bool:
    """Whether this is an answer to somebody that asks for nothing more."""
    return bool(message["ephemeral"]) and "Looking" not in message["text"]
