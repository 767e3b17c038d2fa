"""Outside writes that are not operations: cancel a run, rerun a check, silence an alert at its source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.terms import Millis


class WriteState(StrEnum):
    """What is known of an outside write."""

    WAITING = "waiting"  # to be carried out when due
    DONE = "done"
    ABANDONED = "abandoned"  # tried often enough, or no longer wanted


@dataclass(frozen=True, kw_only=True)
class OutsideWrite:
    """Something idempotent to be made true outside, stored with its cause; `key` names it for ever."""

    kind: str
    key: str
    subject: str
    body: Mapping[str, str] = field(default_factory=dict)
    state: WriteState = WriteState.WAITING
    due_at: Millis = 0
    attempts: int = 0
    last_error: str = ""
    created_at: Millis = 0
    finished_at: Millis = 0
