"""`config show`: every value that holds, with the line that says it; secrets only by where they come from."""

import pytest

from bot.config import Effective, explain, explain_settings
from tests.config.files import Files

FILE = """\
slack:
  bot_token: "${SLACK_BOT_TOKEN}"
  app_token: "${SLACK_APP_TOKEN}"
heartbeat: {url: "https://x/${SIGNING}"}
integrations:
  Forge:
    token: plainly-written
    mirrors: [{requests: 3}]
teams: {core: {channel: team-core}}
environments:
  production: {checks: [unit, lint]}
roles: {everyone: {people: [members], may: [deploy, rollback]}}
services:
  Web:
    team: core
    repository: acme/web
    announce: thread
    deploy: {via: script, run: [x], token: "${SLACK_BOT_TOKEN}", extra: {a: b}}
    environments:
      staging: {deploy: {via: forge, workflow: w.yml}}
      production:
        after: staging
        deploy: {deadline: 90m}
"""


def rows(files: Files, environment: str) -> dict[str, Effective]:
    """What holds for web in an environment, by key."""
    return {row.key: row for row in explain(files.load(FILE), "WEB", environment)}


@pytest.mark.parametrize(
    ("key", "value", "line", "source"),
    [
        ("service.team", "core", 15, "this service"),
        ("service.paths", "none", 0, "built-in"),
        ("environment.production", "true", 0, "built-in"),
        ("environment.after", "staging", 22, "service's environment"),
        ("environment.checks", "unit, lint", 11, "environments"),
        ("environment.announce", "thread", 17, "this service"),
        ("environment.channel", "team-core", 9, "team"),
        ("environment.confirm", "true", 0, "built-in"),
        ("deploy.via", "script", 18, "this service"),
        ("deploy.run", "x", 18, "this service"),
        ("deploy.deadline", "1h30m", 23, "service's environment"),
        ("deploy.token", "set, from ${SLACK_BOT_TOKEN}", 18, "this service"),
        ("deploy.extra", "a: b", 18, "this service"),
        ("deploy.tries", "1", 0, "built-in"),
        ("deploy.loud", "false", 0, "built-in"),
    ],
)
def test_each_value_has_its_line_and_layer(files: Files, key: str, value: str, line: int, source: str) -> None:
    """All layers that exist, and what nobody said."""
    row = rows(files, "production")[key]
    assert (row.value, row.line, row.source) == (value, line, source)
    assert row.file == (str(files.path) if line else "")


def test_settings_of_the_integration_are_shown_with_the_target(files: Files) -> None:
    """A literal secret is said to stand in the file, and not shown."""
    found = rows(files, "staging")
    assert found["integrations.Forge.token"].value == "set, in the file"
    assert found["integrations.Forge.token"].line == 7
    assert found["integrations.Forge.limits.requests"].value == "5"
    assert found["integrations.Forge.mirrors"].value == "requests: 3"
    assert found["integrations.Forge.url"].source == "built-in"


def test_settings_of_the_bot_are_shown_too(files: Files) -> None:
    """Zone, Slack, listeners, retention, database, heartbeat."""
    found = {row.key: row for row in explain_settings(files.load(FILE))}
    assert found["slack.bot_token"].value == "set, from ${SLACK_BOT_TOKEN}"
    assert (found["slack.bot_token"].line, found["slack.bot_token"].source) == (2, "file")
    assert found["slack.command"].value == "/ops"
    assert found["retention.inbox"].value == "7d"
    assert found["web.private.listen"].source == "built-in"
    assert found["store"].value == str(files.folder / "quarterdeck.db")
    assert found["heartbeat.every"].value == "1m"
    assert "heartbeat.url" not in {row.key for row in explain_settings(files.load())}


def test_no_value_of_a_secret_is_shown_anywhere(files: Files) -> None:
    """Neither of the bot nor of a target."""
    configuration = files.load(FILE)
    everything = [
        *explain_settings(configuration),
        *explain(configuration, "web", "staging"),
        *explain(configuration, "web", "production"),
    ]
    for secret in ("bot-token-1", "app-token-1", "plainly-written"):
        assert secret not in str(everything)


def test_what_is_not_there_cannot_be_explained(files: Files) -> None:
    """The caller has names to suggest."""
    with pytest.raises(KeyError):
        explain(files.load(), "nothing", "staging")
    with pytest.raises(KeyError):
        explain(files.load(), "web", "nothing")
