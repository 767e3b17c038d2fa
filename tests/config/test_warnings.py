"""What is allowed and probably not meant is said by `check`, and does not keep the bot from starting."""

import pytest

from bot.config import check
from tests.config.files import SECTIONS, Files

FIX = "    fix: add yourself: roles: {deployers: {people: [U…], may: [deploy, rollback, stop]}} (profile → ⋮ → Copy member ID)"


def test_the_smallest_file_has_no_warning(files: Files) -> None:
    """Nothing to say about a file that is fine."""
    assert files.warnings() == ""


def test_no_role_at_all_means_that_nobody_may_do_anything(files: Files) -> None:
    """Said for deploying and for rolling back, with the fix."""
    assert files.warnings(roles="").splitlines() == [
        "quarterdeck.yaml:1:1: roles: nobody may deploy to web → staging, web → production",
        FIX,
        "quarterdeck.yaml:1:1: roles: nobody may roll back web → staging, web → production",
        FIX,
    ]


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        (
            "a: {people: [U1AA], may: [deploy, rollback], environments: [staging]}",
            ["deploy to web → production", "roll back web → production"],
        ),
        ("a: {people: [U1AA], may: [deploy]}", ["roll back web → staging, web → production"]),
        (
            "a: {people: [U1AA], may: [deploy, rollback]}, b: {people: [members], may_not: [rollback], environments: [production]}",
            ["roll back web → production"],
        ),
        (
            "a: {people: [U1AA], may: [deploy, rollback]}, b: {people: [U1AA], may_not: [deploy]}",
            ["deploy to web → staging, web → production"],
        ),
        ("a: {people: [U1AA, U2BB], may: [deploy, rollback]}, b: {people: [U1AA], may_not: [deploy]}", []),
    ],
)
def test_targets_out_of_everybodys_reach_are_named(files: Files, roles: str, expected: list[str]) -> None:
    """What roles give and take away is added up for each target."""
    report = files.report(roles=f"roles: {{{roles}}}")
    assert [warning.problem for warning in report.warnings] == [f"nobody may {what}" for what in expected]


def test_many_targets_are_counted(files: Files) -> None:
    """Three are named, the rest is a number."""
    services = SECTIONS["services"].replace("[staging, production]", "[a, b, c, d, e]")
    assert "web → c and 2 more" in files.warnings(roles="", services=services)


def test_a_card_for_a_channel_that_nobody_named(files: Files) -> None:
    """Only where somebody asked for the channel; the built-in rule falls back silently."""
    services = SECTIONS["services"] + "\n    announce: channel"
    warnings = files.warnings(services=services)
    assert "services.web.announce: announce: channel, and web has no channel" in warnings
    assert files.warnings(services=services + "\n    channel: web") == ""
    assert files.warnings(services=services.replace("announce: channel", "announce: thread")) == ""
    shared = files.warnings(environments="environments: {production: {announce: channel}}")
    assert "environments.production.announce" in shared


def test_a_literal_secret_is_named_and_not_shown(files: Files) -> None:
    """By its place (a secret setting) and by its look (anywhere)."""
    warnings = files.warnings(
        integrations="integrations: {Forge: {token: plainly-written}}",
        services=SECTIONS["services"].replace(
            "run: [./deploy.sh]", "run: [./deploy.sh, ghp_0123456789abcdefABCDEF], token: hunter22"
        ),
    )
    assert "integrations.Forge.token: a secret stands in the file in clear" in warnings
    assert "services.web.deploy.run[1]: a secret stands in the file in clear" in warnings
    assert "services.web.deploy.token: a secret stands in the file in clear" in warnings
    assert 'write "${TOKEN}" and set the variable, or "${file:/run/secrets/token}"' in warnings
    assert not any(secret in warnings for secret in ("plainly", "ghp_0123", "hunter22"))


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-123456789-abc",
        "xapp-1-A123456789-abc",
        "ghs_0123456789abcdef0123",
        "github_pat_0123456789abcdef0123",
        "glpat-0123456789abcdef0123",
        "AKIA0123456789ABCDEF",
        "-----BEGIN RSA PRIVATE KEY-----",
        "https://user:hunter22@git.example/x.git",
    ],
)
def test_what_looks_like_a_secret_is_one(files: Files, secret: str) -> None:
    """Wherever it stands."""
    services = SECTIONS["services"].replace("/srv/git/web.git", f'"{secret}"')
    assert "services.web.repository: a secret stands in the file in clear" in files.warnings(services=services)


def test_secrets_from_variables_are_no_warning(files: Files) -> None:
    """Even where the value looks like one."""
    files.environ["TOKEN"] = "ghp_0123456789abcdefABCDEF"
    assert files.warnings(integrations='integrations: {forge: {token: "${TOKEN}"}}') == ""


def test_a_file_with_secrets_that_everybody_can_read(files: Files) -> None:
    """Only together: an open file without secrets is fine."""
    integrations = "integrations: {forge: {token: plainly-written}}"
    path = files.write(integrations=integrations)
    assert "every user of this machine can read it" not in files.warnings(integrations=integrations)
    path.chmod(0o644)
    found = check(path, files.kinds, files.environ).warnings
    assert found[0].problem == "holds secrets, and every user of this machine can read it"
    assert found[0].hint.startswith("chmod 600 ")


def test_a_loaded_configuration_carries_its_warnings_and_secrets(files: Files) -> None:
    """So that the bot can log the first and keep the second out of every error."""
    configuration = files.load(roles="", integrations="integrations: {forge: {token: plainly-written}}")
    assert len(configuration.warnings) == 3
    assert set(configuration.secrets) == {"plainly-written", "xoxb-bot-token-1", "xapp-app-token-1"}
    assert "plainly-written" not in repr(configuration)
