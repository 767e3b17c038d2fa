"""Who has to agree, as the file says it: layers, roles and teams as people, and every mistake."""

import pytest

from bot.config import explain
from bot.domain.kinship import marks_of
from bot.domain.quorums import ApprovalRule
from bot.domain.restraint import Limit
from bot.domain.terms import HOUR, MINUTE
from bot.engine.catalogue import catalogue_of
from tests.config.files import Files
from tests.config.test_claims import section

EVERYBODY = {
    "roles": "roles: {releasers: {people: [U02ADA, '@Leads'], may: [deploy, approve], channels: ['#Ops', C0123456789]}}",
    "teams": "teams: {web: {people: [U02EVE]}}",
}


def rule(files: Files, service: str = "", environment: str = "", **more: str) -> ApprovalRule | None:
    found = files.load(**{**section(service, environment), **EVERYBODY, **more}).environment("web", "production")
    assert found is not None
    return found.approvals


def test_what_holds(files: Files) -> None:
    """Nobody unless said; the nearest word wins whole; roles and teams are the people in them."""
    shared = {"environments": "environments: {production: {approvals: {people: [U02GRACE], count: 2}}}"}
    assert rule(files) is None
    assert rule(files, environment="approvals: {}") == ApprovalRule()
    assert rule(files, **shared) == ApprovalRule(count=2, people=frozenset({"U02GRACE"}))
    assert rule(
        files, environment="approvals: {within: 30m, not_authors: false, rollback: true}", **shared
    ) == ApprovalRule(within=30 * MINUTE, not_authors=False, rollback=True)
    assert rule(files, environment="approvals: {count: 0}", **shared) is None
    named = rule(files, environment="approvals: {people: [members], roles: [Releasers], teams: [web], within: 4h}")
    assert named == ApprovalRule(people=frozenset({"members", "U02ADA", "leads", "U02EVE"}), within=4 * HOUR)


def test_another_rule_is_another_plan(files: Files) -> None:
    """Between look and leap nobody can be left out unseen."""
    hashes = {
        files.load(**{**section("", f"approvals: {{{each}}}"), **EVERYBODY}).policy_hash("web", "production")
        for each in (
            "",
            "count: 2",
            "people: [U02ADA]",
            "people: [U02EVE]",
            "not_authors: false",
            "within: 1h",
            "rollback: true",
        )
    }
    assert len(hashes) == 7


def test_it_is_explained(files: Files) -> None:
    """`config show` has it with its line."""
    found = explain(files.load(**section("", "approvals: {people: [U02ADA], count: 2}")), "web", "production")
    row = next(each for each in found if each.key == "environment.approvals")
    assert row.value == "count: 2, people: U02ADA, not_authors: true, within: 4h, rollback: false"
    assert row.line


@pytest.mark.parametrize(("written", "expected"), [
    ("count: 11", "approvals.count: "),
    ("count: -1", "approvals.count: "),
    ("people: [everyone]", "approvals.people[0]: not a user group"),
    ("roles: [nobody]", "approvals.roles: there is no role `nobody`"),
    ("teams: [nobody]", "approvals.teams: there is no team `nobody`"),
    ("within: 8d", "approvals.within: "),
    ("cuont: 1", "approvals.cuont: unknown key"),
    ("teams: [empty]", "approvals: nobody is in these roles and teams"),
])  # fmt: skip
def test_a_mistake_is_named(files: Files, written: str, expected: str) -> None:
    """Each with its place."""
    more = {**EVERYBODY, "teams": "teams: {empty: {}}"}
    assert expected in files.problems(**{**section("", f"approvals: {{{written}}}"), **more})


def test_people_groups_and_limits(files: Files) -> None:
    """What a person is called, who is in a group, how often somebody may ask, and where a role holds."""
    made = files.load(
        **section("", "approvals: {people: [leads]}"),
        **EVERYBODY,
        people="people: {U02ADA: {github: Ada-L, email: ada@acme.example}}",
        groups="groups: {Leads: [U02ADA, U02GRACE]}",
        limits="limits: {asks: 3, within: 1h}",
        slack='slack: {bot_token: "${SLACK_BOT_TOKEN}", app_token: "${SLACK_APP_TOKEN}", group_change_delay: 1h}',
    )
    found = catalogue_of(made)
    assert found.fallback == {"leads": ("U02ADA", "U02GRACE")}
    assert (found.limit, found.group_delay) == (Limit(asks=3, within=HOUR), HOUR)
    assert found.marks("U02ADA") == marks_of("U02ADA", github="ada-l", email="ada@acme.example")
    assert found.marks("U77ALT", "ADA@acme.example") >= found.marks("U02ADA")
    assert found.roles[0].channels == frozenset({"ops", "C0123456789"})
    assert found.groups() == found.production_groups() == frozenset({"leads"})


def test_nobody_who_could_approve_is_a_warning(files: Files) -> None:
    """It loads, and `check` says so."""
    nobody = {"roles": "roles: {all: {people: [members], may: [deploy, rollback]}}"}
    assert "nobody may approve web → production" in files.warnings(**{**section("", "approvals: {}"), **nobody})
    assert "approve" not in files.warnings(**{**section("", "approvals: {}"), **EVERYBODY})
    assert "approve" not in files.warnings(**{**section("", "approvals: {people: [U02ADA]}"), **nobody})
