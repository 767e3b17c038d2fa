"""Starts, finds, observes and cancels runs of a workflow."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from bot.domain.terms import MINUTE, SECOND, Millis
from bot.errors import IntegrationError, Kind
from bot.ports import Order, Preview, Run, Snapshot, TriggerClass
from integrations.github.client import GitHub, number, objects, of_the_run, text
from integrations.github.failures import invalid
from integrations.github.following import snapshot_of
from integrations.github.repositories import FULL, path_of
from integrations.github.settings import GitHubTarget, filled
from integrations.github.workflows import Recipe, recipe_of, refuse_unfit

SKEW: Millis = 5 * MINUTE  # by which GitHub's clock and ours may differ
LAG: tuple[Millis, ...] = (SECOND // 2, SECOND, 2 * SECOND)  # looks for a run that GitHub started and did not name
_DETAILS = "return_run_details"


@dataclass(frozen=True, kw_only=True)
class GitHubDeployer:
    """The Deployer port over `workflow_dispatch`."""

    github: GitHub

    @property
    def trigger_class(self) -> TriggerClass:
        """C: runs are searched by the key in their title. A workflow that does not put it there has none to find, and the plan says so."""
        return TriggerClass.C

    async def preview(self, order: Order) -> Preview:
        """The hash of the file, the branch and the inputs; raises IntegrationError where the file cannot be started so."""
        target = target_of(order.how)
        recipe = await recipe_of(self.github, order.repository, target)
        refuse_unfit(recipe, target, inputs_of(order, target, recipe))
        fixed = [recipe.blob, recipe.ref, target.model_dump(mode="json")]
        digest = hashlib.sha256(json.dumps(fixed, sort_keys=True).encode()).hexdigest()
        return Preview(workflow=digest, notes=_doubts(recipe, target))

    async def start(self, order: Order) -> Run:
        """Dispatch the workflow, once. Raises IntegrationError; its effect is NONE only where GitHub refused, or was never reached."""
        target = target_of(order.how)
        if not FULL.fullmatch(order.revision):
            raise invalid("not a full commit hash", "GitHub is given the commit that was resolved, never a name.")
        recipe = await recipe_of(self.github, order.repository, target)
        inputs = inputs_of(order, target, recipe)
        refuse_unfit(recipe, target, inputs)
        started = await self._dispatch(order, target, {"ref": recipe.ref, "inputs": inputs})
        if started is not None:
            return started
        if recipe.names_runs_by(target.key_input) and (found := await self._appearing(order)) is not None:
            return found
        sentence = f"GitHub has started {target.workflow}, and did not say which run it is"
        raise IntegrationError(sentence, kind=Kind.AMBIGUOUS)

    async def find(self, order: Order) -> tuple[Run, ...]:
        """Every run of the workflow whose title has the key; none where runs do not have it."""
        target = target_of(order.how)
        since = datetime.fromtimestamp((order.sent_at - SKEW) / 1000, UTC)
        query = {"event": "workflow_dispatch", "created": f">={since:%Y-%m-%dT%H:%M:%SZ}"}
        path = f"{path_of(order.repository)}/actions/workflows/{target.workflow}/runs"
        what = f"runs of {target.workflow}"
        listed = await self.github.pages(path, query, within="workflow_runs", what=what)
        key = re.compile(rf"(?<![0-9:]){re.escape(key_of(order))}(?![0-9:])")
        ours = [each for each in objects(listed.things) if key.search(text(each, "display_title"))]
        if listed.cut and not ours:
            hint = "Too many runs of this workflow were started since: look at its page on GitHub."
            raise IntegrationError(f"{what}: more than can be looked through", kind=Kind.UNAVAILABLE, hint=hint)
        found = {number(each.get("id")): each for each in ours}  # pages may overlap while runs are added
        return tuple(
            _run(order.repository, target, run_id, text(found[run_id], "html_url")) for run_id in sorted(found)
        )

    async def observe(self, run: Run) -> Snapshot:
        """What GitHub says of the run now. What cannot be read raises IntegrationError, which says nothing about the run."""
        try:
            return await snapshot_of(self.github, run)
        except IntegrationError as error:
            raise of_the_run(error) from None

    async def cancel(self, run: Run) -> None:
        """Ask GitHub to cancel it; one that has ended is left as it is."""
        path, run_id = place_of(run)
        try:
            await self.github.write("POST", f"{path}/actions/runs/{run_id}/cancel", what=f"cancelling run {run_id}")
        except IntegrationError as error:
            if error.kind is not Kind.CONFLICT:
                raise

    async def _dispatch(self, order: Order, target: GitHubTarget, asked: dict[str, Any]) -> Run | None:
        """The run, or None where this GitHub does not name it. What it refuses for the question alone is asked without that, once."""
        path = f"{path_of(order.repository)}/actions/workflows/{target.workflow}/dispatches"
        what = f"starting {target.workflow}"
        try:
            reply = await self.github.write("POST", path, {**asked, _DETAILS: True}, what=what)
        except IntegrationError as error:
            if error.kind is not Kind.INVALID or _DETAILS not in str(error):
                raise
            reply = await self.github.write("POST", path, asked, what=what)
        run_id = number(reply.content.get("workflow_run_id")) if isinstance(reply.content, dict) else 0
        return _run(order.repository, target, run_id, text(reply.content, "html_url")) if run_id else None

    async def _appearing(self, order: Order) -> Run | None:
        """The run that was started just now, as soon as GitHub lists it; None where it takes longer, or there is more than one."""
        for wait in LAG:
            await self.github.clock.sleep(wait)
            try:
                found = await self.find(order)
            except IntegrationError:
                return None
            if found:
                return found[0] if len(found) == 1 else None
        return None


def target_of(how: BaseModel) -> GitHubTarget:
    """The target's own settings; raises IntegrationError (INVALID) for those of another integration."""
    if not isinstance(how, GitHubTarget):
        raise invalid(f"settings of another integration: {type(how).__name__}", "")
    return how


def key_of(order: Order) -> str:
    """What a run carries: the attempt, and when it was sent, so that another life of the database has other keys."""
    return f"{order.key}:{order.sent_at}"


def inputs_of(order: Order, target: GitHubTarget, recipe: Recipe) -> dict[str, str]:
    """What the workflow is given. The key and the token are left out where it does not take them."""
    words = {
        "environment": order.target.environment,
        "service": order.target.service,
        "revision": order.revision,
        "previous": order.previous,
        "operation": str(order.key.operation),
    }
    ours = {target.key_input: key_of(order), target.token_input: order.claim.token if order.claim else ""}
    given = {name: filled(value, words) for name, value in target.inputs.items()}
    given |= {name: value for name, value in ours.items() if value and name in recipe.inputs}
    return given | {target.revision_input: order.revision}


def place_of(run: Run) -> tuple[str, int]:
    """Where a run is, and its number; raises IntegrationError (NOT_FOUND) for a row that is no run of GitHub's."""
    run_id = number(run.reference.get("run", ""))
    if not run_id:
        raise IntegrationError("no run of this integration", kind=Kind.NOT_FOUND)
    return path_of(run.reference.get("repository", "")), run_id


def _run(repository: str, target: GitHubTarget, run_id: int, url: str) -> Run:
    reference = {"repository": repository, "run": str(run_id)} | ({"job": target.job} if target.job else {})
    return Run(reference=reference, url=url)


def _doubts(recipe: Recipe, target: GitHubTarget) -> tuple[str, ...]:
    if recipe.names_runs_by(target.key_input):
        return ()
    return (
        f"runs of {recipe.file} do not carry `{target.key_input}` in their names: if GitHub's answer is lost, a person has to look",
    )
