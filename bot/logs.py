"""Structured logs: JSON lines for machines, readable lines on a terminal, and no secret in either."""

import logging
import os
import sys
from collections.abc import Sequence

import structlog

from bot.views.kit import Redactor

LEVEL = "QUARTERDECK_LOG"


def set_up(secrets: Sequence[str] = (), *, level: str = "") -> None:
    """Configure once, at the start of a command; `secrets` are taken out of every line, tracebacks included."""
    chosen = getattr(logging, (level or os.environ.get(LEVEL, "info")).upper(), logging.INFO)
    redactor = Redactor.of(tuple(secrets))
    terminal = sys.stderr.isatty()
    shape: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _without(redactor),
    ]
    last = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*shape, last],
        wrapper_class=structlog.make_filtering_bound_logger(chosen),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    # libraries log bodies and tokens when they are allowed to debug: only their warnings are wanted
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger().addFilter(lambda record: _clean(record, redactor))


def _without(redactor: Redactor) -> structlog.typing.Processor:
    def take_out(
        logger: structlog.typing.WrappedLogger, method: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        del logger, method
        return {key: redactor.text(value) if isinstance(value, str) else value for key, value in event.items()}

    return take_out


def _clean(record: logging.LogRecord, redactor: Redactor) -> bool:
    record.msg, record.args = redactor.text(record.getMessage()), ()
    return True
