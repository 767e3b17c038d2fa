"""What a configuration may say about `github`: the connection, and by which workflow one target is deployed."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from bot.config.alerts import AlertSecret
from bot.config.section import Section
from bot.config.values import Duration, Text, Url, Within, wrong

WORDS = ("environment", "service", "revision", "previous", "operation")
"""What may stand in braces in an input."""

MOST_INPUTS = 25  # that GitHub takes
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_COMMIT = re.compile(r"[0-9a-fA-F]{40}")


def _token(value: SecretStr) -> SecretStr:
    secret = value.get_secret_value()
    if not re.fullmatch(r"[\x21-\x7e]{10,}", secret):
        raise wrong("not a token", "write the fine-grained token as GitHub shows it, without spaces")
    return value


def _base(url: Url) -> Url:
    if not url.is_private_or_encrypted:
        raise wrong("the token would travel in clear", "write https://…/api/v3")
    return url


def _file(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]+\.ya?ml", name):
        raise wrong("not the name of a workflow file", "write the name alone, as in .github/workflows: deploy.yml")
    return name


def _branch(ref: str) -> str:
    if _COMMIT.fullmatch(ref):
        raise wrong("a commit: GitHub starts workflows from branches and tags only", "write the branch that has it")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._/+-]*", ref) or ".." in ref or "//" in ref or ref.endswith("/"):
        raise wrong("not a branch or a tag", "write its name, such as main")
    return ref


def _input(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", name):
        raise wrong("not the name of an input", "write the name as the workflow has it: letters, digits, _ and -")
    return name


def _values(inputs: dict[str, str]) -> dict[str, str]:
    for name, value in inputs.items():
        _input(name)
        unknown = [word for word in _PLACEHOLDER.findall(value) if word not in WORDS]
        if unknown:
            listed = ", ".join(f"{{{word}}}" for word in WORDS)
            raise wrong(f"no such placeholder: {{{unknown[0]}}}", f"the placeholders here are {listed}")
    return inputs


def _named(name: str) -> str:
    if [word for word in _PLACEHOLDER.findall(name) if word not in {"environment", "service"}]:
        raise wrong("no such placeholder", "the placeholders here are {environment} and {service}")
    return name


InputName = Annotated[str, AfterValidator(_input)]


class GitHubSettings(Section):
    """The connection."""

    token: Annotated[SecretStr, AfterValidator(_token)] = Field(
        description="A fine-grained token for the repositories. Permissions: Actions and Deployments read and write; "
        "Contents, Pull requests, Checks and Commit statuses read."
    )
    base_url: Annotated[Url, AfterValidator(_base)] = Field(
        default=Url("https://api.github.com"),
        description="Where the API is. For GitHub Enterprise Server: https://HOST/api/v3.",
    )
    deadline: Annotated[Duration, Within("1s", "60s")] = Field(
        default=Duration.read("6s"), description="How long one answer of GitHub may take."
    )
    webhook_secret: AlertSecret | None = Field(
        default=None,
        description="The secret of a webhook of GitHub's, which lets it say when there is something new. A list while you change it. "
        "Unless set: GitHub is asked at intervals, which finds out the same, a little later.",
    )


class GitHubTarget(Section):
    """How one target is deployed: by a workflow that can be dispatched."""

    workflow: Annotated[str, AfterValidator(_file)] = Field(
        description="The workflow file in .github/workflows, by its name. It needs a `workflow_dispatch` trigger with an input for the revision."
    )
    ref: Annotated[Text, AfterValidator(_branch)] | None = Field(
        default=None,
        description="The branch or tag whose workflow file runs (which revision is deployed is an input). Unless set: the default branch.",
    )
    revision_input: InputName = Field(default="revision", description="The input that takes the full commit hash.")
    key_input: InputName = Field(
        default="quarterdeck",
        description="The input that takes the key of the attempt, which has to stand in `run-name`: by it a run is found again.",
    )
    token_input: InputName = Field(
        default="quarterdeck_token", description="The input that takes what the run may ask with (docs/claim)."
    )
    inputs: Annotated[dict[str, str], AfterValidator(_values)] = Field(
        default_factory=dict,
        description="Further inputs and their values. Placeholders: {environment}, {service}, {revision}, {previous}, {operation}.",
    )
    job: Text | None = Field(
        default=None,
        description="The job that deploys, by its name: a run in which it was skipped has deployed nothing. Unless set: the run's own "
        "conclusion counts.",
    )
    record: bool = Field(
        default=True,
        description="Whether each operation also stands in GitHub's own list of deployments (permission: Deployments read and write).",
    )
    record_as: Annotated[Text, AfterValidator(_named)] = Field(
        default="{environment}",
        description="The environment's name in that list. Placeholders: {environment}, {service}.",
    )


def filled(template: str, words: dict[str, str]) -> str:
    """A value with its placeholders replaced; braces that are none stay."""
    return _PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), template)
