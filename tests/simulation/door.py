"""Where runs reach one incarnation of the bot: what the web door does with a claim, between its check of the body and its answer."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.domain.claims import Answer, Claim
from bot.engine.claiming import Claiming
from bot.errors import StoreError
from tests.simulation.wire import never

if TYPE_CHECKING:
    from tests.simulation.bot import Bot

Hears = Callable[[Answer | None], None]


class Door:
    """Claims for one process; when it dies nobody hears anything any more, whatever was committed."""

    def __init__(self, bot: "Bot") -> None:
        self._bot = bot
        self._claiming = Claiming(bot.runtime)

    def ask(self, claim: Claim, hears: Hears) -> None:
        """Take a claim in; None is heard where it could not be answered now."""
        self._bot.loop.create_task(self._ask(claim, hears), name=f"claim:{claim.key}")

    async def _ask(self, claim: Claim, hears: Hears) -> None:
        if self._bot.strikes("claim before"):
            await never()
        answer: Answer | None
        try:
            known = await self._claiming.genuine(claim)
            answer = await self._claiming.claim(claim) if known else Answer.UNAUTHORISED
        except StoreError:
            answer = None
        except Exception as error:  # noqa: BLE001  # as the web server does
            self._bot.world.judge.bug(f"claim: {error!r}")
            answer = None
        if self._bot.strikes("claim answered"):
            await never()
        hears(answer)
