"""What is logged, for whom, and that no secret is ever in it."""

import io
import json
import logging

import pytest
import structlog

from bot import logs

SECRET = "correct-horse-battery-staple"


@pytest.fixture
def stream() -> io.StringIO:
    """Where the log goes during one test."""
    return io.StringIO()


def written(stream: io.StringIO) -> list[dict[str, object]]:
    """Every line, which is one JSON object."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_no_secret_in_whatever_shape_it_comes(stream: io.StringIO) -> None:
    """Values, nested values, keys, objects, tracebacks: ours and those of libraries."""
    logs.set_up((SECRET,), stream=stream)
    ours = structlog.get_logger("bot.anything")
    ours.info(f"plain {SECRET}", nested=[{"deep": (SECRET,)}], about={SECRET: 1}, thing=ValueError(SECRET))
    try:
        int(SECRET)
    except ValueError:
        ours.exception("ours broke")
        logging.getLogger("a.library").exception("theirs broke: %s", SECRET)
    logging.getLogger("a.library").warning("body %s", {"token": SECRET})
    assert len(written(stream)) == 4
    assert SECRET not in stream.getvalue()
    assert "ValueError" in stream.getvalue()


def test_a_value_whose_name_says_that_it_is_secret(stream: io.StringIO) -> None:
    """Also where nobody told us the value."""
    logs.set_up(stream=stream)
    structlog.get_logger("bot.anything").info("connecting", token="abc", headers={"Authorization": "xyz"})
    (line,) = written(stream)
    assert line["token"] == "[redacted]"
    assert line["headers"] == {"Authorization": "[redacted]"}


def test_libraries_may_only_warn(stream: io.StringIO) -> None:
    """They log bodies when they may debug: our level is not theirs."""
    logs.set_up(level="debug", stream=stream)
    structlog.get_logger("bot.anything").debug("ours")
    logging.getLogger("slack_sdk").info("a body")
    logging.getLogger("slack_sdk").warning("a warning")
    assert [line["event"] for line in written(stream)] == ["ours", "a warning"]


def test_the_level_is_ours(stream: io.StringIO) -> None:
    """What is below it is not written, and a second set-up replaces the first."""
    logs.set_up(level="debug", stream=io.StringIO())
    logs.set_up(level="warning", stream=stream)
    structlog.get_logger("bot.anything").info("quiet")
    structlog.get_logger("bot.anything").warning("loud", ref="1a2b3c4d")
    (line,) = written(stream)
    assert (line["event"], line["level"], line["ref"]) == ("loud", "warning", "1a2b3c4d")


def test_a_body_is_no_event(stream: io.StringIO) -> None:
    """What is very long is cut, after secrets were taken out of it."""
    logs.set_up((SECRET,), stream=stream)
    structlog.get_logger("bot.anything").warning("long", body="x" * (logs.LONGEST - 10) + SECRET * 1000)
    assert len(stream.getvalue()) < logs.LONGEST + 1000
    assert SECRET[:12] not in stream.getvalue()


def test_a_line_stays_one_line_of_json(stream: io.StringIO) -> None:
    """Line breaks and quotes in what was typed begin no line of their own."""
    logs.set_up((SECRET,), stream=stream)
    structlog.get_logger("bot.anything").warning('a\n{"event": "forged"}', secret=f'"{SECRET}"\n')
    assert len(written(stream)) == 1
