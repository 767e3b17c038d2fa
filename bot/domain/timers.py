"""Timers: every deadline is a row, so that no restart forgets one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.terms import Millis


@dataclass(frozen=True, kw_only=True)
class Timer:
    """`kind` is to be done about `subject` at `due_at`; one timer of a kind for each subject."""

    kind: str
    subject: str
    due_at: Millis
    body: Mapping[str, str] = field(default_factory=dict)
