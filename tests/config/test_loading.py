"""A file becomes a frozen configuration, or every problem at once."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.config import Mode, check, load, render_problems
from bot.config.loading import MAX_BYTES, _world_readable
from bot.errors import ConfigError
from tests.config.files import ENVIRON, KINDS, REAL, SECTIONS, Files

SMALLEST_WITH_A_FORGE = """\
slack:
  bot_token: "${SLACK_BOT_TOKEN}"
  app_token: "${SLACK_APP_TOKEN}"        # Socket Mode; with signing_secret instead: HTTP mode
integrations:
  github: {token: "${GITHUB_TOKEN}"}     # or app_id and private_key: "${file:/run/secrets/github.pem}"
roles:
  deployers: {people: [U02ADA], may: [deploy, rollback, stop], environments: [staging, production]}
services:
  web:
    repository: acme/web
    channel: team-web
    deploy: {via: github, workflow: deploy.yml}
    environments: [staging, production]  # a list is an order: staging is verified first
"""

SMALLEST_WITH_A_SCRIPT = """\
slack: {bot_token: "${SLACK_BOT_TOKEN}", app_token: "${SLACK_APP_TOKEN}"}
roles:
  everyone: {people: [members], may: [deploy, rollback, stop]}
services:
  web:
    repository: /srv/git/web.git
    deploy: {via: local, run: [./deploy.sh, "{environment}", "{revision}"], current: [./current.sh, "{environment}"]}
    environments: [staging, production]
"""


def test_the_smallest_file_for_a_script_loads_without_a_warning(files: Files) -> None:
    """What a newcomer writes first, with the real `local` integration."""
    files.kinds = REAL
    assert files.warnings(SMALLEST_WITH_A_SCRIPT) == ""
    configuration = files.load(SMALLEST_WITH_A_SCRIPT)
    web = configuration.service("web")
    assert web is not None
    assert [environment.name for environment in web.environments] == ["staging", "production"]
    assert configuration.slack.mode is Mode.SOCKET
    assert configuration.store == files.folder / "quarterdeck.db"
    assert configuration.directory == files.folder
    assert configuration.integrations["local"].kind == "local"


def test_a_kind_that_does_not_exist_is_one_clear_problem(files: Files) -> None:
    """Nothing follows from it: neither its settings nor the services that use it are complained about."""
    files.kinds = {kind: REAL[kind] for kind in ("http", "local")}
    files.environ["GITHUB_TOKEN"] = "ghp_notarealtoken"
    assert files.problems(SMALLEST_WITH_A_FORGE) == (
        "quarterdeck.yaml:5:3: integrations.github: unknown kind `github` (known: http, local)\n"
        "    fix: write kind: http or local, or remove the integration"
    )


def test_the_smallest_file_for_github_loads_without_a_warning(files: Files) -> None:
    """What a team writes first that deploys with Actions."""
    files.kinds = REAL
    files.environ["GITHUB_TOKEN"] = "ghp_notarealtoken"
    assert files.warnings(SMALLEST_WITH_A_FORGE) == ""
    assert "ghp_notarealtoken" in files.load(SMALLEST_WITH_A_FORGE).secrets


EVERYTHING_WRONG = """\
zone: Europe/Berlni
include: [x]
slack:
  bot_token: "${SLACK_BOT}"
  app_token: "${SLACK_APP_TOKEN}"
  command: /status
integrations:
  forge:
teams:
  a: {channel: #team-a
  }
services:
  Web:
    repository: 1.10
    team: b
    enviroments: [x]
    environments: [staging, production, Staging]
    deploy: {via: scirpt}
  api:
    aliases: [web]
    channel: #team-api
    paths: services
    repository: x
    deploy: {via: script, rnu: [a]}
    environments:
      staging: {after: production}
      production: {after: staging, confirm: allways, mode: 1}
  nix: {repository: y}
roles:
  r: {people: [], may: [deplyo, scale, Deploy], environments: [prodution], services: [web, apii], teams: [zz]}
people:
  ada: {email: x}
retention: {inbox: 7, plans: 1s}
frezes: 1
"""

ALL_THAT_IS_WRONG = """\
quarterdeck.yaml:1:7: zone: this machine knows no such time zone
quarterdeck.yaml:2:1: include: not in this version
quarterdeck.yaml:4:14: slack.bot_token: the environment variable SLACK_BOT is not set
quarterdeck.yaml:6:12: slack.command: Slack keeps /status for itself
quarterdeck.yaml:8:3: integrations.forge: `token` is missing
quarterdeck.yaml:10:7: teams.a.channel: has no value: `#` starts a comment here
quarterdeck.yaml:15:11: services.Web.team: there is no team `b`
quarterdeck.yaml:16:5: services.Web.enviroments: unknown key
quarterdeck.yaml:17:41: services.Web.environments[2]: the same environment twice
quarterdeck.yaml:18:19: services.Web.deploy.via: there is no integration `scirpt`
quarterdeck.yaml:20:15: services.api.aliases[0]: `web` already names a service: services.Web, line 13
quarterdeck.yaml:21:5: services.api.channel: has no value: `#` starts a comment here
quarterdeck.yaml:22:12: services.api.paths: has to be a list
quarterdeck.yaml:24:5: services.api.deploy: `run` is missing
quarterdeck.yaml:24:27: services.api.deploy.rnu: unknown key
quarterdeck.yaml:27:45: services.api.environments.production.confirm: has to be always, production or never
quarterdeck.yaml:27:54: services.api.environments.production.mode: not in this version
quarterdeck.yaml:28:3: services.nix: has no environments
quarterdeck.yaml:28:3: services.nix: nothing says how it is deployed
quarterdeck.yaml:30:7: roles.r.people: nobody has this role
quarterdeck.yaml:30:25: roles.r.may[0]: no such permission
quarterdeck.yaml:30:33: roles.r.may[1]: the permission scale is not in this version
quarterdeck.yaml:30:64: roles.r.environments[0]: there is no environment `prodution`
quarterdeck.yaml:30:92: roles.r.services[1]: there is no service `apii`
quarterdeck.yaml:30:107: roles.r.teams[0]: there is no team `zz`
quarterdeck.yaml:32:3: people.ada: not a user id
quarterdeck.yaml:33:20: retention.inbox: a duration needs a unit
quarterdeck.yaml:33:30: retention.plans: not between 1h and 3650d
quarterdeck.yaml:34:1: frezes: unknown key"""


def test_everything_that_is_wrong_is_said_at_once_in_the_order_of_the_file(files: Files) -> None:
    """One broken section hides no mistake in another, nor in a reference to it; each has a fix."""
    report = files.report(EVERYTHING_WRONG)
    said = render_problems(report.problems).replace(f"{files.folder}/", "")
    assert "\n".join(line for line in said.splitlines() if not line.startswith("    fix: ")) == ALL_THAT_IS_WRONG
    assert all(problem.hint for problem in report.problems)


def test_load_raises_what_check_reports(files: Files) -> None:
    """Two doors to the same findings."""
    path = files.write(services="")
    with pytest.raises(ConfigError) as caught:
        load(path, KINDS, ENVIRON)
    assert caught.value.problems == check(str(path), KINDS, ENVIRON).problems
    assert "there is no service" in str(caught.value)


def test_a_configuration_cannot_be_changed(files: Files) -> None:
    """Frozen all the way down."""
    configuration = files.load()
    with pytest.raises(AttributeError):
        configuration.zone = "UTC"  # type: ignore[misc, assignment]
    with pytest.raises(TypeError):
        configuration.services["x"] = configuration.services["web"]  # type: ignore[index]


def test_no_secret_is_in_a_repr_or_an_error(files: Files) -> None:
    """Neither when the file loads nor when a value of a variable is wrong."""
    assert "bot-token-1" not in repr(files.load())
    files.environ["SLACK_BOT_TOKEN"] = "xapp-in-the-wrong-place"
    files.environ["ENVIRONMENT"] = "s3cr3t-environment"
    services = SECTIONS["services"].replace("[staging, production]", '["${ENVIRONMENT}x y", staging]')
    with pytest.raises(ConfigError) as caught:
        files.load(services=services)
    assert "in-the-wrong-place" not in render_problems(caught.value.problems) + str(caught.value)
    assert "s3cr3t" not in render_problems(caught.value.problems) + str(caught.value)


def test_a_value_from_a_variable_is_shown_as_it_was_written(files: Files) -> None:
    """What is named in a message is the reference, not what it became."""
    files.environ["WHERE"] = "nowhere-known"
    said = files.problems(roles='roles: {all: {people: [members], may: [deploy], environments: ["${WHERE}"]}}')
    assert "there is no environment `${WHERE}`" in said


def test_a_missing_variable_is_the_only_thing_said_about_its_place(files: Files) -> None:
    """That `${…}` is no bot token follows from it."""
    del files.environ["SLACK_BOT_TOKEN"]
    assert files.problems().splitlines() == [
        "quarterdeck.yaml:1:20: slack.bot_token: the environment variable SLACK_BOT_TOKEN is not set",
        "    fix: set it: export SLACK_BOT_TOKEN=…",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"# only a comment\n", "is empty"),
        (b"- a\n- b\n", "has to hold keys and values"),
        (b"word", "has to hold keys and values"),
        (b"a: 1\nb: \xff\n", "line 2 is not UTF-8 text"),
        (b"#" * (MAX_BYTES + 1), "larger than 4,000,000 bytes"),
        (b"a: [", "the `[` of line 1 has no `]`"),
    ],
)
def test_a_file_that_is_no_configuration_is_said_so(files: Files, content: bytes, said: str) -> None:
    """One problem, with a fix."""
    files.path.write_bytes(content)
    report = check(files.path, KINDS, ENVIRON)
    assert len(report.problems) == 1
    assert report.problems[0].problem == said
    assert report.problems[0].hint


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    """The first thing that happens to a newcomer."""
    assert render_problems(check(tmp_path / "none.yaml", KINDS, ENVIRON).problems).endswith(
        "none.yaml: there is no such file\n    fix: write one with `quarterdeck init`, or name another with --config"
    )


def test_a_folder_or_an_unusable_path_is_no_file(tmp_path: Path) -> None:
    """Whatever the operating system says is passed on."""
    assert check(tmp_path, KINDS, ENVIRON).problems[0].problem == "cannot be read: Is a directory"
    assert check("a\0b", KINDS, ENVIRON).problems[0].problem == "cannot be read: not a usable path"


def test_a_file_that_vanishes_while_it_is_read_is_no_crash(tmp_path: Path) -> None:
    """Who may read it is only asked after its content was."""
    assert _world_readable(tmp_path / "gone.yaml") is False


def test_a_byte_order_mark_and_windows_line_ends_are_fine(files: Files) -> None:
    """Editors write them."""
    files.write()
    files.path.write_bytes(b"\xef\xbb\xbf" + files.path.read_bytes().replace(b"\n", b"\r\n"))
    assert check(files.path, KINDS, ENVIRON).problems == ()


def test_where_the_file_is_decides_about_relative_paths(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database and the integrations' paths start at the file's folder, not at the working directory."""
    files.kinds = REAL
    monkeypatch.chdir(os.sep)
    configuration = files.load(
        services=SECTIONS["services"].replace("via: script", "via: local, folder: scripts"), store="store: data/a.db"
    )
    environment = configuration.environment("web", "staging")
    assert environment is not None
    assert environment.deploy.target.model_dump()["folder"] == files.folder / "scripts"
    assert configuration.store == files.folder / "data/a.db"


def test_five_hundred_services_load_quickly(files: Files) -> None:
    """Nothing in here grows with the square of the file."""
    web = "\n".join(SECTIONS["services"].splitlines()[1:])
    services = "services:\n" + "\n".join(web.replace("web", f"web{n}") for n in range(500))
    assert len(files.load(services=services).services) == 500


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_file_gives_problems_never_an_exception(files: Files, data: st.DataObject) -> None:
    """Any piece cut out, doubled, or replaced by something that means something in YAML."""
    text = EVERYTHING_WRONG if data.draw(st.booleans()) else "\n".join(SECTIONS.values())
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    piece = data.draw(
        st.sampled_from(
            ["", " ", "\n", "[]", "{}", ": ", "null", "- x", "#", "1", "true", "${", "a: b", '"', "&a ", "*a"]
        )
    )
    report = files.report(text[:start] + piece + text[end:])
    assert all(problem.problem and problem.line <= text.count("\n") + 3 for problem in report.problems)
