"""Slack, listeners, integrations, database and the other settings of the bot itself."""

import pytest

from bot.config import Mode
from tests.config.files import SECTIONS, Files, Forge, Limits

TOKEN = 'bot_token: "${SLACK_BOT_TOKEN}"'
PUBLIC = "web: {public: {url: https://ops.acme.example}}"


def slack(body: str) -> str:
    """A slack section with a bot token."""
    return f"slack: {{{TOKEN}, {body}}}"


def test_an_app_token_chooses_socket_mode_and_a_signing_secret_http_mode(files: Files) -> None:
    """Exactly one of the two."""
    assert files.load().slack.mode is Mode.SOCKET
    configuration = files.load(slack=slack('signing_secret: "${SIGNING}"'), web=PUBLIC)
    assert configuration.slack.mode is Mode.HTTP
    assert configuration.web.public is not None
    assert configuration.web.public.listen.port == 8080


def test_settings_of_slack_are_kept_in_canonical_form(files: Files) -> None:
    """Slashes, sigils and the URL's last slash do not matter."""
    body = 'app_token: "${SLACK_APP_TOKEN}", command: ship, shortcuts: [deploy, /Rollback], admin_channel: "#Ops", base_url: "http://127.0.0.1:9/api"'
    found = files.load(slack=slack(body)).slack
    assert (found.command, found.shortcuts, found.admin_channel) == ("/ship", ("/deploy", "/rollback"), "ops")
    assert found.base_url == "http://127.0.0.1:9/api/"


APP = 'app_token: "${SLACK_APP_TOKEN}"'
REFUSED = {
    "no_slack": ({"slack": ""}, "`slack` is missing"),
    "no_bot_token": ({"slack": "slack: {app_token: '${SLACK_APP_TOKEN}'}"}, "slack: `bot_token` is missing"),
    "both": (
        {"slack": slack(f'{APP}, signing_secret: "${{SIGNING}}"')},
        "slack: both app_token and signing_secret are set, and exactly one",
    ),
    "neither": (
        {"slack": f"slack: {{{TOKEN}}}"},
        "slack: neither app_token nor signing_secret is set, and exactly one is needed",
    ),
    "swapped": (
        {"slack": 'slack: {bot_token: "${SLACK_APP_TOKEN}", app_token: "${SLACK_BOT_TOKEN}"}'},
        "slack.bot_token: this is an app-level token",
    ),
    "user_token": (
        {"slack": "slack: {bot_token: xoxp-123, app_token: '${SLACK_APP_TOKEN}'}"},
        "slack.bot_token: this is a user token",
    ),
    "no_token": (
        {"slack": "slack: {bot_token: hello, app_token: '${SLACK_APP_TOKEN}'}"},
        "slack.bot_token: does not begin with xoxb-",
    ),
    "token_with_space": (
        {"slack": "slack: {bot_token: 'xoxb-1 ', app_token: '${SLACK_APP_TOKEN}'}"},
        "slack.bot_token: does not look like a token",
    ),
    "token_as_signing_secret": (
        {"slack": slack("signing_secret: '${SLACK_BOT_TOKEN}'"), "web": PUBLIC},
        "slack.signing_secret: this is a bot token",
    ),
    "short_signing_secret": (
        {"slack": slack("signing_secret: 1234"), "web": PUBLIC},
        "slack.signing_secret: too short for a signing secret",
    ),
    "reserved_command": ({"slack": slack(f"{APP}, command: /who")}, "slack.command: Slack keeps /who for itself"),
    "reserved_shortcut": (
        {"slack": slack(f"{APP}, shortcuts: [/status]")},
        "slack.shortcuts[0]: Slack keeps /status for itself",
    ),
    "unknown_shortcut": (
        {"slack": slack(f"{APP}, shortcuts: [/depoy]")},
        "slack.shortcuts[0]: no command is called `depoy`",
    ),
    "same_command_twice": (
        {"slack": slack(f"{APP}, shortcuts: [/ops]")},
        "slack: two of command and shortcuts have the same name",
    ),
    "http_without_listener": (
        {"slack": slack("signing_secret: '${SIGNING}'")},
        "slack.signing_secret: HTTP mode needs a public listener",
    ),
    "no_public_url": ({"web": "web: {public: {listen: '127.0.0.1:80'}}"}, "web.public: `url` is missing"),
    "plain_public_url": (
        {"web": "web: {public: {url: http://ops.acme.example}}"},
        "web.public.url: Slack calls only https addresses",
    ),
    "same_address": (
        {"web": "web: {public: {url: https://x, listen: '127.0.0.1:1'}, private: {listen: '127.0.0.1:1'}}"},
        "web: public and private listen on the same address",
    ),
    "bad_listen": ({"web": "web: {private: {listen: 8081}}"}, "web.private.listen: not an address to listen on"),
    "bad_proxy": (
        {"web": "web: {public: {url: https://x, trust_proxy: [nginx]}}"},
        "web.public.trust_proxy[0]: not an address or network",
    ),
    "bad_zone": ({"zone": "zone: CEST+1"}, "zone: this machine knows no such time zone"),
    "bare_duration": ({"retention": "retention: {inbox: 7}"}, "retention.inbox: a duration needs a unit"),
    "long_duration": ({"retention": "retention: {inbox: 9999d}"}, "retention.inbox: not between 1h and 365d"),
    "no_backups": ({"backups": "backups: {keep: 0}"}, "backups.keep: not between 1 and 10000"),
    "rare_backups": ({"backups": "backups: {every: 90d}"}, "backups.every: not between 1m and 30d"),
    "fast_heartbeat": (
        {"heartbeat": "heartbeat: {url: https://x, every: 1s}"},
        "heartbeat.every: not between 10s and 1d",
    ),
    "later_key": ({"oncall": "oncall: []"}, "oncall: not in this version"),
    "later_retention": ({"retention": "retention: {logs: 14d}"}, "retention.logs: not in this version"),
    "unknown_key": ({"strore": "strore: x"}, "strore: unknown key"),
    "unknown_kind": (
        {"integrations": "integrations: {a: {kind: skript}}"},
        "integrations.a.kind: unknown kind `skript` (known: script, forge, watcher)",
    ),
    "integration_as_word": (
        {"integrations": "integrations: {forge: x}"},
        "integrations.forge: has to hold keys and values",
    ),
    "missing_setting": ({"integrations": "integrations: {forge: }"}, "integrations.forge: `token` is missing"),
    "unknown_setting": ({"integrations": "integrations: {forge: {tokn: x}}"}, "integrations.forge.tokn: unknown key"),
    "unknown_nested": (
        {"integrations": "integrations: {forge: {token: '${SIGNING}', limits: {reqests: 1}}}"},
        "integrations.forge.limits.reqests: unknown key",
    ),
    "unknown_in_list": (
        {"integrations": "integrations: {forge: {token: '${SIGNING}', mirrors: [{reqests: 1}]}}"},
        "integrations.forge.mirrors[0].reqests: unknown key",
    ),
    "number_as_fraction": (
        {"integrations": "integrations: {watcher: {requests: 1.5}}"},
        "integrations.watcher.requests: has to be a whole number",
    ),
    "setting_of_none": (
        {"integrations": "integrations: {script: {shell: true}}"},
        "integrations.script.shell: unknown key",
    ),
    "teams_as_list": ({"teams": "teams: [a]"}, "teams: has to hold keys and values"),
    "later_team_key": ({"teams": "teams: {a: {leads: [x]}}"}, "teams.a.leads: not in this version"),
    "person_by_name": ({"people": "people: {ada: {email: a@b}}"}, "people.ada: not a user id"),
    "person_as_word": ({"people": "people: {U02ADA: ada}"}, "people.U02ADA: has to hold keys and values"),
    "postgres": ({"store": "store: postgresql://db/x"}, "store: PostgreSQL is not in this version"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_mistake_in_the_settings_is_named(files: Files, name: str) -> None:
    """The path, what is wrong, a fix, and only that."""
    sections, said = REFUSED[name]
    report = files.report(**sections)
    found = [f"{problem.path}: {problem.problem}".removeprefix(": ") for problem in report.problems]
    assert any(line.startswith(said) for line in found), found
    assert all(problem.hint for problem in report.problems)


def test_an_unknown_key_is_answered_with_the_one_that_was_meant(files: Files) -> None:
    """Or with what there is."""
    assert "did you mean `store`?" in files.problems(strore="strore: x")
    assert "known here: audit, backups, digests, environments" in files.problems(zzz="zzz: x")


def test_integrations_are_called_as_one_likes(files: Files) -> None:
    """`kind` says what it is; one that needs nothing need not be listed."""
    configuration = files.load(
        integrations='integrations: {Forge-2: {kind: forge, token: "${SIGNING}", limits: {requests: 9}}, script: }'
    )
    found = configuration.integrations["forge-2"]
    assert isinstance(found.settings, Forge)
    assert (found.kind, found.settings.limits) == ("forge", Limits(requests=9))
    assert configuration.integrations["script"].settings is None
    assert configuration.integrations["watcher"].settings == Limits()
    assert "forge" not in configuration.integrations


def test_everything_else_has_a_default(files: Files) -> None:
    """The smallest file says nothing about them."""
    configuration = files.load()
    assert configuration.zone == "UTC"
    assert configuration.heartbeat is None
    assert configuration.web.public is None
    assert configuration.web.private.listen == "127.0.0.1:8081"
    assert configuration.retention.inbox == 7 * 24 * 3_600_000


def test_people_and_teams_are_resolved(files: Files) -> None:
    """Empty where nothing was said."""
    configuration = files.load(
        people="people: {U02ADA: {email: ada@acme.example}}", teams="teams: {Core: {people: ['@core', U02ADA]}}"
    )
    assert configuration.people["U02ADA"].email == "ada@acme.example"
    assert configuration.people["U02ADA"].unix == ""
    assert configuration.teams["core"].people == ("core", "U02ADA")
    assert configuration.teams["core"].channel == ""


def test_the_line_of_any_key_can_be_told(files: Files) -> None:
    """`why` shows the line behind a gate: the deepest part of the key that was written, names in any case."""
    configuration = files.load(services=SECTIONS["services"].replace("web:", "Web:"))
    assert configuration.line_of("roles.everyone.may") == f"{files.path}:2"
    assert configuration.line_of("services.web.environments.production.confirm") == f"{files.path}:7"
    assert configuration.line_of("services.web.repository") == f"{files.path}:5"
    assert configuration.line_of("zone") == f"{files.path}:1"
