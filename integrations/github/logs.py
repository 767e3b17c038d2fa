"""What a run printed: the end of the log of the job that tells most."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.ports import Run
from integrations.github.client import GitHub, text
from integrations.github.following import failing, jobs_of
from integrations.github.printed import for_people, printed


@dataclass(frozen=True, kw_only=True)
class GitHubLogs:
    """The Logs port over the logs of jobs."""

    github: GitHub

    async def tail(self, run: Run, lines: int) -> tuple[str, ...]:
        """The last lines of the job that failed, else of the one that ran last; none where GitHub has no log of it (yet)."""
        if lines <= 0:
            return ()
        job = _telling(await jobs_of(self.github, run), run.reference.get("job", ""))
        if job is None:
            return ()
        found = await printed(self.github, run.reference.get("repository", ""), job)
        return tuple(for_people(self.github, line) for line in found[-lines:])


def _telling(jobs: Sequence[dict[str, Any]], name: str) -> dict[str, Any] | None:
    if (bad := failing(jobs)) is not None:
        return bad[0]
    named = [job for job in jobs if name and text(job, "name") == name]
    ran = [job for job in jobs if text(job, "started_at") and text(job, "conclusion") != "skipped"]
    return next(iter(named), None) or max(ran, key=lambda job: text(job, "started_at"), default=None)
