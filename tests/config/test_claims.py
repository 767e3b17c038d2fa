"""`claim:` and `outside_runs:`: where they may stand, what holds, and that a rule for claims is part of what a plan is made under."""

import pytest

from bot.config import explain
from bot.domain.claims import ClaimRule, OutsideRule
from tests.config.files import Files


def section(service: str, environment: str) -> dict[str, str]:
    deploy = "repository: /srv/git/web.git, deploy: {via: script, run: [./d]}"
    return {
        "services": f"services: {{web: {{{deploy}{service}, environments: {{staging: {{}}, production: {{{environment}}}}}}}}}"
    }


def rules(files: Files, service: str = "", environment: str = "", **more: str) -> tuple[ClaimRule, OutsideRule]:
    found = files.load(**section(service, environment), **more).environment("web", "production")
    assert found is not None
    return found.claim, found.outside_runs


def test_what_holds(files: Files) -> None:
    """Nothing is required unless said; the nearest word wins."""
    shared = {"environments": "environments: {production: {claim: required, outside_runs: refuse}}"}
    assert rules(files) == (ClaimRule.PREFERRED, OutsideRule.REPORT)
    assert rules(files, **shared) == (ClaimRule.REQUIRED, OutsideRule.REFUSE)
    assert rules(files, ", claim: preferred", **shared) == (ClaimRule.PREFERRED, OutsideRule.REFUSE)
    assert rules(files, ", claim: preferred", "claim: required") == (ClaimRule.REQUIRED, OutsideRule.REPORT)


def test_another_rule_is_another_plan(files: Files) -> None:
    """Between look and leap a claim may not be dropped unseen; the gates are asked with the rule."""
    before, after = files.load(**section("", "")), files.load(**section("", "claim: required"))
    assert before.policy_hash("web", "production") != after.policy_hash("web", "production")
    policy = after.target_policy("web", "production")
    assert policy is not None
    assert policy.claim is ClaimRule.REQUIRED


def test_where_it_was_said(files: Files) -> None:
    """`config show` names the line."""
    found = {row.key: row for row in explain(files.load(**section("", "claim: required")), "web", "production")}
    assert (found["environment.claim"].value, found["environment.claim"].line > 0) == ("required", True)
    assert (found["environment.outside_runs"].value, found["environment.outside_runs"].source) == ("report", "built-in")


@pytest.mark.parametrize(
    "word", ["claim: always", "claim: true", "claim: ''", "outside_runs: stop", "claims: required"]
)
def test_other_words(files: Files, word: str) -> None:
    """Refused by name: a rule that would not hold must not look as if it did."""
    assert files.problems(**section("", word))
