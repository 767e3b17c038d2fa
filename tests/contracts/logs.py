"""What every Logs has to prove."""

from collections.abc import Sequence
from typing import Protocol

import pytest

from bot.ports import Logs, Run


class LogsRig(Protocol):
    """A provider whose runs print what they are told to."""

    logs: Logs
    secrets: Sequence[str]

    async def printed(self, text: str) -> Run:
        """A finished run that printed exactly this."""


class LogsContract:
    """The tail of what a run printed."""

    @pytest.fixture
    def rig(self) -> LogsRig:
        raise NotImplementedError("the integration's test class provides its rig")

    async def test_the_last_lines(self, rig: LogsRig) -> None:
        """As many as were asked for, in their order, from the end."""
        run = await rig.printed("".join(f"line {n}\n" for n in range(1, 31)))
        assert await rig.logs.tail(run, 3) == ("line 28", "line 29", "line 30")
        assert len(await rig.logs.tail(run, 1_000)) == 30
        assert await rig.logs.tail(run, 0) == ()

    async def test_nothing_printed(self, rig: LogsRig) -> None:
        """A silent run has no lines."""
        assert await rig.logs.tail(await rig.printed(""), 10) == ()

    async def test_lines_are_fit_for_people(self, rig: LogsRig) -> None:
        """No colours, no control characters, no secrets of the bot, and no line without end."""
        text = f"\x1b[31mred\x1b[0m\ttab\a\n10%\r100%\n  token {rig.secrets[0]}\n{'x' * 100_000}\n"
        lines = await rig.logs.tail(await rig.printed(text), 10)
        assert all(line.isprintable() for line in lines)
        assert lines[0].startswith("red")
        assert lines[1] == "100%"
        assert lines[2].startswith("  token ")
        assert rig.secrets[0] not in " ".join(lines)
        assert len(lines[3]) <= 4_000
