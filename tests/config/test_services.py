"""Services and environments: names, order, layers, and how they are deployed."""

import pytest

from bot.config import Announce, Environment
from bot.domain.facts import ChecksRule
from tests.config.files import Files, Script, Workflow

FORGE = 'integrations: {forge: {token: "${SIGNING}"}, other: {kind: forge, token: "${SIGNING}"}}'


def service(body: str) -> str:
    """A services section with one service, web; `body` is its flow mapping without the repository."""
    return f"services: {{web: {{repository: /srv/git/web.git, {body}}}}}"


def environment(files: Files, name: str, body: str, **sections: str) -> Environment:
    """One resolved environment of web."""
    found = files.load(services=service(body), **sections).environment("web", name)
    assert found is not None
    return found


DEPLOY = "deploy: {via: script, run: [x]}"


def test_what_nobody_says_is_built_in(files: Files) -> None:
    """Production is confirmed and goes to the channel; elsewhere only the asker hears of it."""
    staging = environment(files, "staging", f"{DEPLOY}, environments: [staging, live]")
    live = environment(files, "live", f"{DEPLOY}, environments: [staging, live]")
    assert (staging.production, staging.confirm, staging.announce) == (False, False, Announce.ASKER)
    assert (live.production, live.confirm, live.announce) == (True, True, Announce.CHANNEL)
    assert (live.checks, live.named_checks, live.channel, live.aliases) == (ChecksRule.NONE, (), "", ())


def test_a_list_is_an_order_and_a_mapping_is_not(files: Files) -> None:
    """In a list each comes after the one before it."""
    listed = files.load(services=service(f"{DEPLOY}, environments: [Dev, staging, production]")).service("web")
    mapped = files.load(services=service(f"{DEPLOY}, environments: {{staging: , production: }}")).service("web")
    assert listed is not None
    assert mapped is not None
    assert [(found.name, found.after) for found in listed.environments] == [
        ("dev", ""),
        ("staging", "dev"),
        ("production", "staging"),
    ]
    assert [(found.name, found.after) for found in mapped.environments] == [("staging", ""), ("production", "")]


def test_after_may_name_an_alias_and_none_lifts_a_shared_order(files: Files) -> None:
    """`after` is resolved to the environment's own name."""
    body = f"{DEPLOY}, environments: {{staging: {{aliases: [stage]}}, production: {{after: Stage}}}}"
    assert environment(files, "production", body).after == "staging"
    shared = "environments: {production: {after: staging}}"
    body = f"{DEPLOY}, environments: {{staging: {{}}, production: {{}}}}"
    assert environment(files, "production", body, environments=shared).after == "staging"
    body = f"{DEPLOY}, environments: {{staging: {{}}, production: {{after: none}}}}"
    assert environment(files, "production", body, environments=shared).after == ""


@pytest.mark.parametrize(
    ("shared", "own", "inner", "expected"),
    [
        ("", "", "", ChecksRule.NONE),
        ("checks: required", "", "", ChecksRule.REQUIRED),
        ("checks: required", "checks: none,", "", ChecksRule.NONE),
        ("checks: required", "checks: none,", "checks: [unit, lint]", ChecksRule.NAMED),
        ("", "checks: required,", "checks: none", ChecksRule.NONE),
        ("", "", "checks: required", ChecksRule.REQUIRED),
    ],
)
def test_the_last_layer_that_speaks_wins(files: Files, shared: str, own: str, inner: str, expected: ChecksRule) -> None:
    """Built in, then environments, then the service, then the service's environment."""
    body = f"{own} {DEPLOY}, environments: {{production: {{{inner}}}}}"
    found = environment(files, "production", body, environments=f"environments: {{production: {{{shared}}}}}")
    assert found.checks is expected
    assert found.named_checks == (("unit", "lint") if expected is ChecksRule.NAMED else ())


@pytest.mark.parametrize(
    ("confirm", "production", "asked"),
    [("always", "false", True), ("production", "true", True), ("production", "false", False), ("never", "true", False)],
)
def test_confirm_is_resolved_with_the_production_flag(
    files: Files, confirm: str, production: str, *, asked: bool
) -> None:
    """What is left is yes or no."""
    body = f"{DEPLOY}, environments: {{qa: {{confirm: {confirm}, production: {production}}}}}"
    assert environment(files, "qa", body).confirm is asked


def test_a_channel_comes_from_the_nearest_that_has_one(files: Files) -> None:
    """The environment's, the service's, the shared environment's, the team's, or none."""
    teams = "teams: {a: {channel: '#Team-A'}}"
    shared = "environments: {production: {channel: releases}}"
    body = f"team: A, {DEPLOY}, environments: [staging, production]"
    assert environment(files, "staging", body, teams=teams).channel == "team-a"
    assert environment(files, "production", body, teams=teams, environments=shared).channel == "releases"
    body = f"team: a, channel: web, {DEPLOY}, environments: {{staging: , production: {{channel: C0123456789}}}}"
    assert environment(files, "staging", body, teams=teams).channel == "web"
    assert environment(files, "production", body, teams=teams, environments=shared).channel == "C0123456789"
    configuration = files.load(services=service(f"team: a, {DEPLOY}, environments: [qa]"), teams=teams)
    assert configuration.services["web"].channel == "team-a"


def test_deploy_is_laid_over_key_by_key(files: Files) -> None:
    """Lists are replaced, other keys stay."""
    body = (
        "deploy: {via: script, run: [x], tag: '1', current: [c]}, "
        "environments: {staging: , production: {deploy: {run: [y, z], deadline: 5m}}}"
    )
    shared = "environments: {production: {deploy: {via: script, tries: 3, tag: '0'}}}"
    target = environment(files, "production", body, environments=shared).deploy.target
    assert isinstance(target, Script)
    assert (target.run, target.tag, target.current, target.deadline, target.tries) == (
        ("y", "z"),
        "1",
        ("c",),
        300_000,
        3,
    )


def test_another_via_starts_afresh(files: Files) -> None:
    """The keys below it mean another system; the same system under another name is another one too."""
    body = "deploy: {via: script, run: [x]}, environments: {staging: , production: {deploy: {via: Forge, workflow: w.yml}}}"
    found = environment(files, "production", body, integrations=FORGE)
    assert (found.deploy.via, found.deploy.kind) == ("forge", "forge")
    assert isinstance(found.deploy.target, Workflow)
    body = "deploy: {via: forge, workflow: w.yml}, environments: {staging: , production: {deploy: {via: other}}}"
    assert (
        files.problems(services=service(body), integrations=FORGE)
        .splitlines()[0]
        .endswith("services.web.environments.production.deploy: `workflow` is missing")
    )


def test_numbers_stay_as_written_where_text_is_expected(files: Files) -> None:
    """1.10 is a version, 1e10 a commit, and neither becomes another word."""
    body = "deploy: {via: script, run: [x, 1.10, 8080], tag: 1e10, tries: 2}, environments: [qa]"
    target = environment(files, "qa", body).deploy.target
    assert isinstance(target, Script)
    assert (target.run, target.tag, target.tries) == (("x", "1.10", "8080"), "1e10", 2)


def test_a_variable_may_hold_a_number_or_a_boolean(files: Files) -> None:
    """`"${TRIES}"` is text in YAML, and what it holds decides."""
    files.environ |= {"TRIES": "3", "LOUD": "true", "RATIO": "0.25"}
    body = 'deploy: {via: script, run: [x], tries: "${TRIES}", loud: "${LOUD}", ratio: "${RATIO}"}, environments: [qa]'
    target = environment(files, "qa", body).deploy.target
    assert isinstance(target, Script)
    assert (target.tries, target.loud, target.ratio) == (3, True, 0.25)
    files.environ["TRIES"] = "three"
    assert "deploy.tries: has to be a whole number" in files.problems(services=service(body))


def test_names_and_aliases_find_services_in_any_case(files: Files) -> None:
    """The canonical name is in lower case."""
    configuration = files.load(
        services=service(f"aliases: [Shop], {DEPLOY}, environments: {{Production: {{aliases: [PROD]}}}}")
    )
    for name in ("web", "WEB", "shop", "#Shop", " web "):
        found = configuration.service(name)
        assert found is not None
        assert found.name == "web"
    assert configuration.service("nothing") is None
    assert configuration.environment("shop", "Prod") is configuration.services["web"].environments[0]
    assert configuration.environment("shop", "qa") is None
    assert configuration.environment("nothing", "qa") is None


def test_shared_aliases_hold_unless_the_service_has_its_own(files: Files) -> None:
    """Aliases are replaced, not added to."""
    shared = "environments: {production: {aliases: [prod]}}"
    assert environment(files, "production", f"{DEPLOY}, environments: [production]", environments=shared).aliases == (
        "prod",
    )
    body = f"{DEPLOY}, environments: {{production: {{aliases: [live]}}}}"
    assert environment(files, "production", body, environments=shared).aliases == ("live",)


REFUSED = {
    "no_service": ("services: {}", "services: there is no service"),
    "services_as_list": ("services: [web]", "services: has to hold keys and values"),
    "services_as_nothing": ("services:", "services: has no value"),
    "service_as_word": ("services: {web: x}", "services.web: has to hold keys and values"),
    "unusable_name": ("services: {'a b': {}}", "services.a b: not a usable name"),
    "name_of_a_command": (
        service(f"aliases: [deploy], {DEPLOY}, environments: [qa]"),
        "services.web.aliases[0]: `deploy` is a word of commands",
    ),
    "little_word": (
        service(f"{DEPLOY}, environments: [to]"),
        "services.web.environments[0]: `to` is a word of commands",
    ),
    "no_repository": (
        "services: {web: {deploy: {via: script, run: [x]}, environments: [qa]}}",
        "services.web: `repository` is missing",
    ),
    "empty_repository": (
        "services: {web: {repository: ' ', deploy: {via: script, run: [x]}, environments: [qa]}}",
        "services.web.repository: is empty",
    ),
    "no_environments": (service(DEPLOY), "services.web: has no environments"),
    "empty_environments": (service(f"{DEPLOY}, environments: []"), "services.web: has no environments"),
    "empty_mapping": (service(f"{DEPLOY}, environments: {{}}"), "services.web: has no environments"),
    "environments_as_word": (
        service(f"{DEPLOY}, environments: qa"),
        "services.web.environments: has to be a list of names, or names with settings",
    ),
    "environments_as_nothing": (service(f"{DEPLOY}, environments: "), "services.web.environments: has no value"),
    "mapping_in_a_list": (
        service(f"{DEPLOY}, environments: [{{qa: {{}}}}]"),
        "services.web.environments[0]: has to be a name",
    ),
    "nothing_in_a_list": (
        service(f"{DEPLOY}, environments: [qa, ~]"),
        "services.web.environments[1]: has to be a name",
    ),
    "environment_as_word": (
        service(f"{DEPLOY}, environments: {{qa: x}}"),
        "services.web.environments.qa: has to hold keys and values",
    ),
    "unknown_key": (service(f"{DEPLOY}, chanel: x, environments: [qa]"), "services.web.chanel: unknown key"),
    "later_key": (service(f"{DEPLOY}, mode: observe, environments: [qa]"), "services.web.mode: not in this version"),
    "later_in_environment": (
        service(f"{DEPLOY}, environments: {{qa: {{mode: observe}}}}"),
        "services.web.environments.qa.mode: not in this version",
    ),
    "same_environment_twice": (
        service(f"{DEPLOY}, environments: [qa, QA]"),
        "services.web.environments[1]: the same environment twice",
    ),
    "same_name_in_other_case": (
        service(f"{DEPLOY}, environments: {{qa: , QA: }}"),
        "services.web.environments.QA: the same name as on line 3",
    ),
    "alias_of_itself": (
        service(f"aliases: [web], {DEPLOY}, environments: [qa]"),
        "services.web.aliases[0]: `web` already names a service",
    ),
    "alias_clash": (
        service(f"{DEPLOY}, environments: {{a: {{aliases: [b]}}, b: }}"),
        "services.web.environments.b: `b` already names an environment: services.web.environments.a.aliases[0], line 3",
    ),
    "service_called_like_environment": (
        service(f"aliases: [qa], {DEPLOY}, environments: [qa]"),
        "services.web.environments[0]: `qa` is also a service",
    ),
    "after_unknown": (
        service(f"{DEPLOY}, environments: {{a: {{after: bb}}, b: }}"),
        "services.web.environments.a.after: services.web has no environment `bb` to come after",
    ),
    "after_circle": (
        service(f"{DEPLOY}, environments: {{a: {{after: b}}, b: {{after: a}}}}"),
        "services.web.environments: the order of promotion runs in a circle: a after b after a",
    ),
    "after_itself": (
        service(f"{DEPLOY}, environments: {{x: {{after: y}}, y: {{after: y}}}}"),
        "services.web.environments: the order of promotion runs in a circle: y after y",
    ),
    "no_deploy": (service("environments: [qa]"), "services.web: nothing says how it is deployed"),
    "deploy_as_word": (
        service("deploy: script, environments: [qa]"),
        "services.web.deploy: has to hold keys and values",
    ),
    "no_via": (service("deploy: {run: [x]}, environments: [qa]"), "services.web.deploy: `via` is missing"),
    "unknown_via": (
        service("deploy: {via: skript, run: [x]}, environments: [qa]"),
        "services.web.deploy.via: there is no integration `skript`",
    ),
    "unconfigured_via": (
        service("deploy: {via: forge, workflow: x}, environments: [qa]"),
        "services.web.deploy.via: the integration `forge` is not set up",
    ),
    "via_that_cannot_deploy": (
        service("deploy: {via: watcher}, environments: [qa]"),
        "services.web.deploy.via: the integration `watcher` cannot deploy",
    ),
    "missing_in_deploy": (
        service("deploy: {via: script}, environments: [qa]"),
        "services.web.deploy: `run` is missing",
    ),
    "unknown_in_deploy": (
        service("deploy: {via: script, rum: [x]}, environments: [qa]"),
        "services.web.deploy.rum: unknown key",
    ),
    "null_in_deploy": (
        service("deploy: {via: script, run: [x, ~], tag: }, environments: [qa]"),
        "services.web.deploy.run[1]: has no value",
    ),
    "text_in_place_of_list": (
        service("deploy: {via: script, run: x}, environments: [qa]"),
        "services.web.deploy.run: has to be a list",
    ),
    "boolean_as_text": (
        service("deploy: {via: script, run: [x], tag: true}, environments: [qa]"),
        "services.web.deploy.tag: has to be text",
    ),
    "yes_as_boolean": (
        service("deploy: {via: script, run: [x], loud: yes}, environments: [qa]"),
        "services.web.deploy.loud: has to be true or false",
    ),
    "wrong_checks": (
        service(f"{DEPLOY}, checks: requird, environments: [qa]"),
        "services.web.checks: not a rule for checks",
    ),
    "empty_checks": (
        service(f"{DEPLOY}, checks: [], environments: [qa]"),
        "services.web.checks: not a rule for checks",
    ),
    "no_team": (service(f"{DEPLOY}, team: x, environments: [qa]"), "services.web.team: there is no team `x`"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_mistake_in_a_service_is_named(files: Files, name: str) -> None:
    """The path, what is wrong, and always a fix."""
    services, said = REFUSED[name]
    report = files.report(services=services)
    found = [f"{problem.path}: {problem.problem}" for problem in report.problems]
    assert any(line.startswith(said) for line in found), found
    assert all(problem.hint for problem in report.problems)


def test_one_mistake_of_a_service_is_told_once_for_all_its_environments(files: Files) -> None:
    """Three environments share one `deploy`."""
    services = service("deploy: {via: script, run: [x], rnu: y}, environments: [a, b, c]")
    assert len(files.report(services=services).problems) == 1


def test_a_shared_environment_that_nobody_has_is_a_mistake(files: Files) -> None:
    """A rule would be missing where it was meant."""
    said = files.problems(environments="environments: {prodction: {checks: required}}")
    assert "environments.prodction: no service has an environment `prodction`, so this holds nowhere" in said
    assert "did you mean `production`?" in said


def test_a_broken_shared_environment_does_not_hide_the_services(files: Files) -> None:
    """Its own problem is the only one."""
    said = files.problems(environments="environments: {production: {confirm: 1}, staging: x}")
    assert "environments.production.confirm: has to be always, production or never" in said
    assert "environments.staging: has to hold keys and values" in said
    assert said.count("fix:") == 2


def test_a_shared_order_that_a_service_cannot_keep_is_said(files: Files) -> None:
    """Silently dropping it would let an unproven revision through."""
    said = files.problems(
        services=service(f"{DEPLOY}, environments: [production]"),
        environments="environments: {production: {after: staging}}",
    )
    assert "environments.production.after: services.web has no environment `staging` to come after" in said
    assert "or write after: none" in said


def test_the_policy_holds_what_must_not_change_between_look_and_leap(files: Files) -> None:
    """Where the card goes is not in it; what runs, and which gates hold, is."""
    body = "{announce}deploy: {{via: script, run: [{run}], token: '${{SIGNING}}'}}, environments: [staging, production]"
    first = files.load(services=service(body.format(run="x", announce="")))
    other = files.load(services=service(body.format(run="x", announce="announce: thread, channel: a, ")))
    changed = files.load(services=service(body.format(run="y", announce="")))
    assert first.policy_hash("web", "production") == other.policy_hash("web", "production")
    assert first.policy_hash("web", "production") != changed.policy_hash("web", "production")
    assert first.policy_hash("web", "production") != first.policy_hash("web", "staging")
    assert first.policy("web", "production")["after"] == "staging"
    assert ENV_SECRET not in str(first.policy("web", "production"))


ENV_SECRET = "0123456789abcdef"


def test_the_gates_get_their_policy(files: Files) -> None:
    """The same rules in the domain's words; None where there is no such target."""
    configuration = files.load()
    policy = configuration.target_policy("web", "production")
    assert policy is not None
    assert (policy.production, policy.confirm, policy.after, policy.roles) == (
        True,
        True,
        "staging",
        configuration.roles,
    )
    assert configuration.target_policy("web", "qa") is None
    with pytest.raises(KeyError):
        configuration.policy("web", "qa")
    with pytest.raises(KeyError):
        configuration.policy("nothing", "qa")
