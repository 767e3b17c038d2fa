"""What all checks of a revision say: check runs and commit statuses, the newest of each name of each app."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.domain.facts import CheckReport, CheckState
from integrations._text import readable
from integrations.github.client import GitHub, Listed, number, objects, text
from integrations.github.failures import invalid
from integrations.github.repositories import FULL, path_of
from integrations.github.states import STATUSES, check_state

WORST = (CheckState.RED, CheckState.UNKNOWN, CheckState.RUNNING, CheckState.GREEN, CheckState.ABSENT)
"""The first that any has is what all together are."""


@dataclass(frozen=True, kw_only=True)
class GitHubChecks:
    """The Checks port."""

    github: GitHub

    async def report(self, repository: str, revision: str) -> CheckReport:
        """All checks of a full revision. Deployments are none: runs that were dispatched do not count, or one that failed would forbid the next.

        Where GitHub has more than it shows, what all together say is unknown.
        """
        if not FULL.fullmatch(revision):
            raise invalid(f"`{readable(revision, cap=60)}` is not a full revision", "Name a commit by its full hash.")
        path = path_of(repository)
        checks, statuses, deploying = await asyncio.gather(
            self._list(f"{path}/commits/{revision}/check-runs", "check_runs", {"filter": "latest"}),
            self._list(f"{path}/commits/{revision}/status", "statuses", {}),
            self._list(f"{path}/actions/runs", "workflow_runs", {"head_sha": revision, "event": "workflow_dispatch"}),
        )
        left_out = {number(run.get("check_suite_id")) for run in objects(deploying.things)} - {0}
        by_name = _by_name(_checks(objects(checks.things), left_out), _statuses(objects(statuses.things)))
        states = set(by_name.values()) | ({CheckState.UNKNOWN} if checks.cut or statuses.cut else set())
        overall = next((state for state in WORST if state in states), CheckState.ABSENT)
        return CheckReport(overall=overall, by_name=by_name)

    async def _list(self, path: str, within: str, query: dict[str, str | int]) -> Listed:
        return await self.github.pages(path, query, within=within, most=10, what="the checks")


def _checks(checks: Iterable[dict[str, Any]], left_out: set[int]) -> Iterable[tuple[str, CheckState]]:
    """The newest run of each name of each app: a later one took the place of those before it, whatever they said."""
    newest: dict[tuple[int, str], dict[str, Any]] = {}
    for check in checks:
        suite, app = check.get("check_suite"), check.get("app")
        if isinstance(suite, dict) and number(suite.get("id")) in left_out:
            continue
        key = (number(app.get("id")) if isinstance(app, dict) else 0, text(check, "name"))
        if key not in newest or number(check.get("id")) > number(newest[key].get("id")):
            newest[key] = check
    return [(name, check_state(check)) for (_, name), check in newest.items()]


def _statuses(statuses: Iterable[dict[str, Any]]) -> Iterable[tuple[str, CheckState]]:
    """GitHub lists the newest of each context only."""
    return [(text(each, "context"), STATUSES.get(text(each, "state"), CheckState.UNKNOWN)) for each in statuses]


def _by_name(*found: Iterable[tuple[str, CheckState]]) -> dict[str, CheckState]:
    """By name, in order; where several apps have one of that name, the worst counts."""
    states: dict[str, CheckState] = {}
    for name, state in (pair for each in found for pair in each):
        shown = readable(name, cap=100) or "unnamed"
        states[shown] = min(state, states.get(shown, CheckState.ABSENT), key=WORST.index)
    return dict(sorted(states.items()))
