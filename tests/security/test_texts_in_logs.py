"""What others wrote gets into the log as text: a terminal is not told to do anything."""

import io
import logging

import pytest
import structlog

from bot import logs


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("hostile", ["\x1b]0;owned\x07", "\x1b[2J", "a\x9bb", "over\rwritten", "\u202etxt", "\x00"])
@pytest.mark.parametrize("terminal", [True, False])
def test_control_characters_are_spelled_out(hostile: str, terminal: bool) -> None:
    """Escape sequences, carriage returns and directions of a commit title or an error never reach a terminal as such."""
    kept = structlog.get_config()
    root = logging.getLogger()
    before = root.level
    stream = _Terminal() if terminal else io.StringIO()
    try:
        logs.set_up(stream=stream)
        structlog.get_logger("bot.test").warning("it failed", error=f"git said {hostile}")
    finally:
        structlog.configure(**kept)
        root.handlers = [each for each in root.handlers if not isinstance(each, logs._OurHandler)]
        root.setLevel(before)
    said = stream.getvalue()
    assert "git said" in said
    assert hostile not in said
