"""GitHub's own list of deployments, kept true: one Deployment for each operation, with a status for each step."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import IntegrationError, Kind
from bot.ports import Record, RecordState
from integrations.github.client import GitHub, number, objects, text
from integrations.github.deployer import target_of
from integrations.github.repositories import path_of
from integrations.github.settings import filled

WORDS: Mapping[RecordState, str] = {
    RecordState.RUNNING: "in_progress",
    RecordState.SUCCEEDED: "success",
    RecordState.FAILED: "failure",
    RecordState.CANCELLED: "error",
    RecordState.UNDONE: "inactive",
}
LONGEST = 140  # characters of a description


@dataclass(frozen=True, kw_only=True)
class GitHubRecords:
    """The Records port. What was made before is found by the key in its payload, so that a lost answer makes no second one."""

    github: GitHub

    async def record(self, record: Record) -> None:
        """Make GitHub say this of the operation; a state that it says already is not said again."""
        target = target_of(record.how)
        if not target.record:
            return
        words = {"environment": record.target.environment, "service": record.target.service}
        environment, path = filled(target.record_as, words), path_of(record.repository)
        found = await self._found(path, record, environment) or await self._made(path, record, environment)
        latest = await self._latest(path, found)
        state, description = WORDS[record.state], record.words[:LONGEST]
        if (text(latest, "state"), text(latest, "description")) == (state, description):
            return
        said = {"state": state, "description": description, "environment": environment}
        said |= {"log_url": record.url} if record.url else {}
        await self.github.write("POST", f"{path}/deployments/{found}/statuses", said, what="a deployment status")

    async def _found(self, path: str, record: Record, environment: str) -> int:
        """The number of its Deployment; 0 where there is none yet."""
        query = {"sha": record.revision, "environment": environment, "task": _task(record)}
        listed = await self.github.pages(f"{path}/deployments", query, most=3, what="the deployments")
        ours = (each for each in objects(listed.things) if _key(each.get("payload")) == record.key)
        return max((number(each.get("id")) for each in ours), default=0)

    async def _made(self, path: str, record: Record, environment: str) -> int:
        """A new one. Nothing is merged for it, and no check is asked: the gates have been passed before."""
        asked = {
            "ref": record.revision,
            "task": _task(record),
            "auto_merge": False,
            "required_contexts": [],
            "payload": {"quarterdeck": record.key, "operation": record.operation},
            "environment": environment,
            "description": f"Quarterdeck #{record.operation}",
            "transient_environment": False,
            "production_environment": record.production,
        }
        reply = await self.github.write("POST", f"{path}/deployments", asked, what="a deployment record")
        made = number(reply.content.get("id")) if isinstance(reply.content, dict) else 0
        if not made:
            raise IntegrationError("a deployment record: GitHub made none", kind=Kind.AMBIGUOUS)
        return made

    async def _latest(self, path: str, deployment: int) -> Mapping[str, Any]:
        """GitHub lists the newest first."""
        query = {"per_page": 1}
        reply = await self.github.get(f"{path}/deployments/{deployment}/statuses", query, what="deployment statuses")
        return next(iter(objects(reply.content)), {})


def _task(record: Record) -> str:
    return str(record.action)


def _key(payload: Any) -> str:
    """An object, or the same as text: GitHub has both."""
    if isinstance(payload, str):
        try:
            payload = json.loads(payload)
        except ValueError:
            return ""
    return text(payload, "quarterdeck")
