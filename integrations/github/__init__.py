"""GitHub: deploys through a workflow of Actions, and reads commits, pull requests and checks; GitHub Enterprise Server by its address.

Everything is asked through `client.py`, which knows what an answer proves; what a run's words mean stands in `states.py`, and nowhere else.
"""

from bot.ports import Integration, Surroundings
from integrations._http import Http
from integrations.github.changes import GitHubChanges
from integrations.github.checks import GitHubChecks
from integrations.github.client import GitHub
from integrations.github.deployer import GitHubDeployer
from integrations.github.doctor import GitHubDoctor
from integrations.github.hints import GitHubHints
from integrations.github.logs import GitHubLogs
from integrations.github.records import GitHubRecords
from integrations.github.settings import GitHubSettings, GitHubTarget

NAME = "github"
SETTINGS = GitHubSettings
TARGET = GitHubTarget


def build(name: str, settings: GitHubSettings, surroundings: Surroundings) -> Integration:
    """The connection `name`: everything but what a target serves, which only the target itself can say."""
    github = GitHub(
        base=settings.base_url.rstrip("/"),
        token=settings.token.get_secret_value(),
        http=Http(),
        clock=surroundings.clock,
        random=surroundings.random,
        deadline=settings.deadline,
        secrets=(*surroundings.secrets, settings.token.get_secret_value()),
    )
    return Integration(
        name=name,
        deployer=GitHubDeployer(github=github),
        changes=GitHubChanges(github=github),
        checks=GitHubChecks(github=github),
        logs=GitHubLogs(github=github),
        doctor=GitHubDoctor(name=name, github=github),
        records=GitHubRecords(github=github),
        hints=GitHubHints(secrets=_webhook_secrets(settings)) if settings.webhook_secret else None,
    )


def _webhook_secrets(settings: GitHubSettings) -> tuple[str, ...]:
    given = settings.webhook_secret or ()
    return tuple(each.get_secret_value() for each in (given if isinstance(given, tuple) else (given,)))
