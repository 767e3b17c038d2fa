"""A workflow file: what it takes, whether its runs can be found again, and the lines that it lacks."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.config import safe_yaml
from bot.errors import ConfigError, IntegrationError, Kind
from integrations.github.client import GitHub, text
from integrations.github.failures import invalid, not_found, unreadable
from integrations.github.repositories import path_of, repository_of
from integrations.github.settings import MOST_INPUTS, GitHubTarget


@dataclass(frozen=True, kw_only=True)
class Input:
    """One input of a workflow: what it may be (empty: anything), and whether it has to be given."""

    options: tuple[str, ...] = ()
    needed: bool = False


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A workflow file as it stands on `ref`: `blob` names its content for ever."""

    file: str
    ref: str
    blob: str
    dispatchable: bool
    inputs: Mapping[str, Input] = field(default_factory=dict)
    run_name: str = ""

    def names_runs_by(self, name: str) -> bool:
        """Whether the title of a run holds that input, so that the run can be found by it."""
        used = re.compile(rf"\$\{{\{{[^}}]*\binputs\s*(?:\.\s*{re.escape(name)}\b(?!-)|\[\s*'{re.escape(name)}'\s*\])")
        return name in self.inputs and used.search(self.run_name) is not None


async def recipe_of(github: GitHub, repository: str, target: GitHubTarget) -> Recipe:
    """The target's workflow file; raises IntegrationError: NOT_FOUND, or INVALID where it cannot be read as one."""
    ref = target.ref or (await repository_of(github, repository)).branch
    what = f"the workflow {target.workflow} on {ref}"
    try:
        path = f"{path_of(repository)}/contents/.github/workflows/{target.workflow}"
        content = (await github.get(path, {"ref": ref}, what=what)).content
    except IntegrationError as error:
        if error.kind is not Kind.NOT_FOUND:
            raise
        await repository_of(github, repository)  # says so where it is the repository that is not there
        hint = f"It has to be .github/workflows/{target.workflow} on {ref}: set `workflow` and `ref`."
        raise not_found(f"{repository} has no workflow {target.workflow} on {ref}", hint) from None
    blob, source = text(content, "sha"), _decoded(content)
    if not blob or source is None:
        raise unreadable(what, write=False)
    return read_recipe(source, file=target.workflow, ref=ref, blob=blob)


def read_recipe(source: str, *, file: str, ref: str, blob: str) -> Recipe:
    """A recipe from the text of its file; raises IntegrationError (INVALID) for what is no workflow."""
    try:
        workflow: Any = safe_yaml.loads(source, file=file)
    except ConfigError as error:
        first = error.problems[0] if error.problems else None
        sentence = f"the workflow {file} on {ref} cannot be read: {first.problem if first else 'no YAML'}"
        raise invalid(
            sentence, "Mend the file: GitHub could not run it either, or it uses YAML that is not read here."
        ) from None
    triggers = workflow.get("on", workflow.get(True)) if isinstance(workflow, dict) else None
    found, dispatched = _dispatch(triggers)
    declared = dispatched.get("inputs") if isinstance(dispatched, dict) else None
    inputs = {str(name): _input(each) for name, each in declared.items()} if isinstance(declared, dict) else {}
    return Recipe(file=file, ref=ref, blob=blob, dispatchable=found, inputs=inputs, run_name=text(workflow, "run-name"))


def lacking(recipe: Recipe, target: GitHubTarget) -> tuple[str, ...]:
    """The lines that the file lacks, as they would stand in it."""
    wanted = (target.revision_input, target.key_input, target.token_input)
    lines = [f"      {name}: {_declaration(name, target)}" for name in wanted if name not in recipe.inputs]
    if not recipe.dispatchable:
        lines = ["on:", "  workflow_dispatch:", "    inputs:", *lines]
    elif lines and not recipe.inputs:
        lines = ["    inputs:", *lines]
    if not recipe.names_runs_by(target.key_input):
        before = recipe.run_name or f"deploy ${{{{ inputs.{target.revision_input} }}}}"
        lines.append(f"run-name: {before} ${{{{ inputs.{target.key_input} }}}}")
    return tuple(lines)


def refuse_unfit(recipe: Recipe, target: GitHubTarget, given: Mapping[str, str]) -> None:
    """Raise IntegrationError (INVALID) for what GitHub would refuse, or what would deploy something else than was asked for."""
    where = f"the workflow {recipe.file} on {recipe.ref}"
    if not recipe.dispatchable:
        raise invalid(f"{where} cannot be started: it has no `workflow_dispatch` trigger", _ADD.format("the trigger"))
    if target.revision_input not in recipe.inputs:
        sentence = f"{where} has no input `{target.revision_input}`: it would deploy whatever {recipe.ref} has"
        raise invalid(sentence, _ADD.format("the input, or set `revision_input`"))
    for name, value in given.items():
        if name not in recipe.inputs:
            raise invalid(f"{where} has no input `{name}`", "Correct `inputs` of the target, or add it to the file.")
        options = recipe.inputs[name].options
        if options and value not in options:
            raise invalid(f"{where} does not take that value for `{name}`", f"It takes: {', '.join(options[:10])}.")
    missing = [name for name, each in recipe.inputs.items() if each.needed and not given.get(name)]
    if missing:
        raise invalid(f"{where} needs the input `{missing[0]}`", "Set it in `inputs` of the target.")
    if len(given) > MOST_INPUTS:
        raise invalid(f"{len(given)} inputs, and GitHub takes {MOST_INPUTS}", "Take some out of `inputs`.")


_ADD = "Add {}: docs/github.md has the lines."


def _declaration(name: str, target: GitHubTarget) -> str:
    return "{required: true}" if name == target.revision_input else '{default: ""}'


def _dispatch(triggers: Any) -> tuple[bool, Any]:
    """Whether it can be dispatched, and with what: `on` is a word, a list or a mapping."""
    if isinstance(triggers, dict):
        return "workflow_dispatch" in triggers, triggers.get("workflow_dispatch")
    named = triggers if isinstance(triggers, list) else [triggers]
    return "workflow_dispatch" in named, None


def _input(declared: Any) -> Input:
    if not isinstance(declared, dict):
        return Input()
    options = declared.get("options")
    listed = tuple(str(each) for each in options) if isinstance(options, list) else ()
    needed = declared.get("required") is True and declared.get("default") in {None, ""}
    return Input(options=listed, needed=needed)


def _decoded(content: Any) -> str | None:
    if not isinstance(content, dict) or content.get("encoding") != "base64":
        return None
    try:
        return base64.b64decode("".join(text(content, "content").split()), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return None
