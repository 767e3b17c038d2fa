"""GitHub's words for a run and for a check, and what they mean here. A word that stands in no table is unknown, never success."""

from collections.abc import Mapping
from typing import Any

from bot.domain.facts import CheckState
from bot.ports import RunState
from integrations.github.client import text

RUNS: Mapping[str, RunState] = {
    "requested": RunState.QUEUED,
    "queued": RunState.QUEUED,
    "pending": RunState.QUEUED,
    "waiting": RunState.QUEUED,  # for somebody's approval, or for a timer
    "in_progress": RunState.RUNNING,
}
"""`status` of a run, except `completed`."""

ENDS: Mapping[str, RunState] = {
    "success": RunState.SUCCEEDED,
    "failure": RunState.FAILED,
    "startup_failure": RunState.FAILED,
    "timed_out": RunState.FAILED,
    "skipped": RunState.FAILED,  # what was skipped has deployed nothing
    "neutral": RunState.FAILED,
    "cancelled": RunState.CANCELLED,
    "action_required": RunState.QUEUED,
    "stale": RunState.UNKNOWN,
}
"""`conclusion` of a run that is completed."""

CHECKS: Mapping[str, CheckState] = {
    "queued": CheckState.RUNNING,
    "requested": CheckState.RUNNING,
    "waiting": CheckState.RUNNING,
    "pending": CheckState.RUNNING,
    "in_progress": CheckState.RUNNING,
}
"""`status` of a check run, except `completed`."""

VERDICTS: Mapping[str, CheckState] = {
    "success": CheckState.GREEN,
    "neutral": CheckState.GREEN,
    "skipped": CheckState.GREEN,
    "failure": CheckState.RED,
    "cancelled": CheckState.RED,
    "timed_out": CheckState.RED,
    "action_required": CheckState.RED,
    "startup_failure": CheckState.RED,
    "stale": CheckState.RED,
}
"""`conclusion` of a check run that is completed."""

STATUSES: Mapping[str, CheckState] = {
    "success": CheckState.GREEN,
    "failure": CheckState.RED,
    "error": CheckState.RED,
    "pending": CheckState.RUNNING,
}
"""`state` of a commit status."""


def run_state(run: Any) -> RunState:
    """What a run, or a job of one, says of itself."""
    status = text(run, "status")
    if status == "completed":
        return ENDS.get(text(run, "conclusion"), RunState.UNKNOWN)
    return RUNS.get(status, RunState.UNKNOWN)


def check_state(check: Any) -> CheckState:
    """What a check run says."""
    status = text(check, "status")
    if status == "completed":
        return VERDICTS.get(text(check, "conclusion"), CheckState.UNKNOWN)
    return CHECKS.get(status, CheckState.UNKNOWN)
