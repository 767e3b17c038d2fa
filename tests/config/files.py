"""Configuration files for tests: the smallest one that loads, with sections replaced."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, SecretStr

from bot.config import Configuration, Duration, IntegrationModels, Problem, Report, Section, load, render_problems
from bot.config.loading import read
from bot.discovering import integration_models, integration_modules

ENVIRON = {"SLACK_BOT_TOKEN": "xoxb-bot-token-1", "SLACK_APP_TOKEN": "xapp-app-token-1", "SIGNING": "0123456789abcdef"}

SECTIONS = {
    "slack": 'slack: {bot_token: "${SLACK_BOT_TOKEN}", app_token: "${SLACK_APP_TOKEN}"}',
    "roles": "roles: {everyone: {people: [members], may: [deploy, rollback, stop]}}",
    "services": """services:
  web:
    repository: /srv/git/web.git
    deploy: {via: script, run: [./deploy.sh]}
    environments: [staging, production]""",
}


class Script(Section):
    """How a target is deployed in these tests."""

    run: tuple[str, ...] = Field(description="The program.")
    current: tuple[str, ...] = Field(default=(), description="The program that says what is live.")
    deadline: Duration = Field(default=Duration.read("30m"), description="How long it may take.")
    tag: str = Field(default="", description="A version.")
    tries: int = Field(default=1, description="How often.")
    ratio: float = Field(default=0.5, description="A share.")
    loud: bool = Field(default=False, description="Whether it prints.")
    token: SecretStr | None = Field(default=None, description="A secret.")
    extra: dict[str, str] = Field(default={}, description="Anything.")


class Limits(Section):
    """Nested settings."""

    requests: int = Field(default=5, description="How many.")


class Forge(Section):
    """A connection with a secret."""

    token: SecretStr = Field(description="The token.")
    url: str = Field(default="https://forge.example", description="Where it is.")
    limits: Limits = Field(default=Limits(), description="How much.")
    every: Duration | None = Field(default=None, description="How often.")
    mirrors: tuple[Limits, ...] = Field(default=(), description="More of them.")


class Workflow(Section):
    """How the forge deploys."""

    workflow: str = Field(description="The file.")


KINDS = {
    "script": IntegrationModels(target=Script),
    "forge": IntegrationModels(settings=Forge, target=Workflow),
    "watcher": IntegrationModels(settings=Limits),
}
REAL = integration_models(integration_modules())


class Files:
    """Writes configuration files and reads them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "quarterdeck.yaml"
        self.kinds: Mapping[str, IntegrationModels] = KINDS
        self.environ: dict[str, str] = dict(ENVIRON)

    def write(self, text: str | None = None, **sections: str) -> Path:
        """A file of this text, or the smallest one with some sections replaced (or added; empty: left out)."""
        if text is None:
            text = "\n".join(section for section in ({**SECTIONS, **sections}).values() if section)
        self.path.write_text(text, encoding="utf-8")
        self.path.chmod(0o600)
        return self.path

    def load(self, text: str | None = None, **sections: str) -> Configuration:
        """The configuration; fails the test with the problems."""
        return load(self.write(text, **sections), self.kinds, self.environ)

    def report(self, text: str | None = None, **sections: str) -> Report:
        """Problems and warnings."""
        return read(self.write(text, **sections), self.kinds, self.environ).report

    def problems(self, text: str | None = None, **sections: str) -> str:
        """All problems as people see them, without the folder's name."""
        return self._shown(self.report(text, **sections).problems)

    def warnings(self, text: str | None = None, **sections: str) -> str:
        """All warnings as people see them; there must be no problem."""
        report = self.report(text, **sections)
        assert not report.problems, self._shown(report.problems)
        return self._shown(report.warnings)

    def _shown(self, problems: tuple[Problem, ...]) -> str:
        return render_problems(problems).replace(f"{self.folder}/", "")
