"""Who may do what: names, scopes, and nothing that could be misread."""

import pytest

from bot.domain.terms import Permission, Target
from tests.config.files import Files

SERVICES = """services:
  web:
    {aliases: [shop], team: core, repository: x, deploy: {via: script, run: [x]}, environments: {staging: , production: {aliases: [prod]}}}
  api:
    {repository: x, deploy: {via: script, run: [x]}, environments: [staging, prod]}
"""
TEAMS = "teams: {core: {}, empty: {}}"


def roles(body: str) -> dict[str, str]:
    """Sections with one role, r."""
    return {"roles": f"roles: {{r: {{{body}}}}}", "services": SERVICES, "teams": TEAMS}


def test_a_role_is_what_the_gates_read(files: Files) -> None:
    """Sigils and case do not matter; permissions are the closed list."""
    body = "people: ['@Core', U02ADA, members], may: [Deploy, rollback], may_not: [stop], services: [Shop], environments: [Production]"
    (role,) = files.load(**roles(body)).roles
    assert role.people == {"core", "U02ADA", "members"}
    assert role.may == {Permission.DEPLOY, Permission.ROLLBACK}
    assert role.may_not == {Permission.STOP}
    assert role.covers(Target(service="web", environment="production"))
    assert not role.covers(Target(service="web", environment="staging"))
    assert not role.covers(Target(service="api", environment="production"))


def test_a_scope_that_is_left_out_covers_everything(files: Files) -> None:
    """Only then is it empty."""
    (role,) = files.load(**roles("people: [U02ADA], may: [deploy]")).roles
    assert (role.services, role.environments) == (frozenset(), frozenset())


@pytest.mark.parametrize(
    ("scope", "services"),
    [("teams: [core]", {"web"}), ("teams: [core], services: [web, api]", {"web"}), ("services: [api]", {"api"})],
)
def test_teams_narrow_a_role_to_their_services(files: Files, scope: str, services: set[str]) -> None:
    """Together with services: what both name."""
    (role,) = files.load(**roles(f"people: [U02ADA], {scope}")).roles
    assert role.services == services


REFUSED = {
    "team_without_services": (
        "teams: [empty]",
        "roles.r.teams[0]: the team `empty` owns no service, so this covers nothing",
    ),
    "unknown_team": ("teams: [cores]", "roles.r.teams[0]: there is no team `cores`"),
    "unknown_service": ("services: [wep]", "roles.r.services[0]: there is no service `wep`"),
    "unknown_environment": ("environments: [prods]", "roles.r.environments[0]: there is no environment `prods`"),
    "empty_scope": ("services: []", "roles.r.services: an empty list covers nothing"),
    "scopes_apart": (
        "teams: [core], services: [api]",
        "roles.r.services: none of these services belongs to these teams",
    ),
    "alias_of_two_meanings": (
        "environments: [prod]",
        "roles.r.environments[0]: `prod` means prod in one service and production in another",
    ),
    "unknown_permission": ("may: [deplyo]", "roles.r.may[0]: no such permission"),
    "unlike_any_permission": ("may: [zzz]", "roles.r.may[0]: no such permission"),
    "later_permission": ("may_not: [scale]", "roles.r.may_not[0]: the permission scale is not in this version"),
    "permission_as_number": ("may: [[deploy]]", "roles.r.may[0]: has to be"),
    "empty_reference": ("services: ['#']", "roles.r.services[0]: is empty"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_mistake_in_a_role_is_named(files: Files, name: str) -> None:
    """An empty scope would mean everywhere, so nothing may become empty by mistake."""
    body, said = REFUSED[name]
    report = files.report(**roles(f"people: [U02ADA], {body}"))
    found = [f"{problem.path}: {problem.problem}" for problem in report.problems]
    assert any(line.startswith(said) for line in found), found
    assert all(problem.hint for problem in report.problems)


def test_a_role_of_nobody_is_a_mistake(files: Files) -> None:
    """Missing and empty people alike."""
    assert "roles.r: `people` is missing" in files.problems(**roles("may: [deploy]"))
    assert "roles.r.people: nobody has this role" in files.problems(**roles("people: [], may: [deploy]"))


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ("[everyone]", "write `members` for every full member of the workspace"),
        ("[ada@acme.example]", "write a user id (profile → ⋮ → Copy member ID), a group's handle, or members"),
        ("engineering", "put it in brackets: [one, two]"),
        ("\n    - #grace", "write `grace` (the # is not needed)"),
    ],
)
def test_people_are_named_as_slack_knows_them(files: Files, people: str, said: str) -> None:
    """Ids, groups, or members; the fix says where to find an id."""
    assert said in files.problems(roles=f"roles:\n  r:\n    people: {people}\n    may: [deploy]")
