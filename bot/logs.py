"""Structured logs on standard error: JSON lines for machines, readable lines on a terminal, and no secret in either."""

import logging
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TextIO

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.views.kit import Redactor
from bot.views.kit.secrets import REDACTED

LEVELS = ("debug", "info", "warning", "error")
OURS = ("bot", "commands", "integrations")
LONGEST = 8_000  # characters of one value; what is longer is somebody's body, not an event
SECRET_KEYS = frozenset({"token", "bot_token", "app_token", "signing_secret", "secret", "password", "authorization"})


class _OurHandler(logging.StreamHandler[TextIO]):
    """The one handler that we put on the root logger, so that a second set-up replaces the first."""


def set_up(secrets: Sequence[str] = (), *, level: str = "info", stream: TextIO | None = None) -> None:
    """Send our events from `level` on, and the warnings of libraries, through one handler that takes `secrets` out.

    Libraries log bodies and tokens when they may debug: `level` is ours alone. A second call replaces the first.
    """
    to = stream or sys.stderr
    handler = _OurHandler(to)
    handler.setFormatter(_formatter(Redactor.of(secrets), terminal=to.isatty()))
    root = logging.getLogger()
    for old in [each for each in root.handlers if isinstance(each, _OurHandler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            *_stamps(),
            ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def _stamps() -> list[Processor]:
    return [structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True)]


def _formatter(redactor: Redactor, *, terminal: bool) -> ProcessorFormatter:
    render = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(ensure_ascii=False)
    return ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *_stamps()],
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _Cleaning(redactor),
            render,
        ],
        keep_exc_info=False,
        use_get_message=True,
    )


def _harmless(text: str) -> str:
    """A terminal obeys what it is shown, and text of others gets into events: only line breaks and tabs stay."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each in "\n\t" else ascii(each)[1:-1] for each in text)


class _Cleaning:
    """Takes secrets out of an event, whatever shape they hide in."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        """Called for each event, after tracebacks became text and before anything is written."""
        del logger, method
        return {self._text(key): self._valued(key, value) for key, value in event.items()}

    def _valued(self, key: str, value: object) -> object:
        return REDACTED if key.lower() in SECRET_KEYS else self._clean(value)

    def _clean(self, value: object) -> object:
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, Mapping):
            return {self._text(str(key)): self._valued(str(key), item) for key, item in value.items()}
        if isinstance(value, Iterable) and not isinstance(value, str | bytes):
            return [self._clean(item) for item in value]
        return self._text(str(value))

    def _text(self, text: str) -> str:
        clean = _harmless(self._redactor.text(text))
        return clean if len(clean) <= LONGEST else f"{clean[:LONGEST]}… ({len(clean)} characters)"
