"""The gates as tables: which facts refuse, with which code; and that deny wins."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.changes import RefKind, Resolution
from bot.domain.facts import CheckReport, ChecksRule, CheckState, Facts, Holder, Live, TargetPolicy
from bot.domain.kinship import Authors
from bot.domain.people import Person, Standing
from bot.domain.policy import GATES, judge, refusal
from bot.domain.quorums import ApprovalRule
from bot.domain.reasons import Reason
from bot.domain.restraint import authors_known
from bot.domain.roles import Role, may
from bot.domain.terms import READING, Action, Identity, Permission, Target, Unknown

WEB = Target(service="web", environment="production")
ADA = Identity(team="T1", user="U02ADA")
NEW = "5d2f0b7" + "0" * 33
OLD = "a41c9e2" + "0" * 33
RELEASERS = Role(
    name="releasers",
    people=frozenset({"U02ADA"}),
    may=frozenset({Permission.DEPLOY, Permission.ROLLBACK, Permission.STOP}),
    environments=frozenset({"production"}),
)
POLICY = TargetPolicy(production=True, confirm=True, after="staging", roles=(RELEASERS,))
MERGED = Resolution(ref="main", revision=NEW, kind=RefKind.BRANCH, merged=True)


def member(**changes: Any) -> Person:
    return replace(Person(identity=ADA, name="Ada", standing=Standing.MEMBER), **changes)


def facts(**changes: Any) -> Facts:
    good = Facts(
        now=1,
        action=Action.DEPLOY,
        target=WEB,
        policy=POLICY,
        person=member(),
        home_team="T1",
        shared_channel=False,
        resolution=MERGED,
        live=Live(revision=OLD, said_by="web itself", at=1),
        known_services=("web",),
    )
    return replace(good, **changes)


def codes(**changes: Any) -> list[Reason | None]:
    found = facts(**changes)
    no = refusal(found, judge(found))
    return [verdict.reason for verdict in no.verdicts] if no else []


def policy(**changes: Any) -> TargetPolicy:
    return replace(POLICY, **changes)


HELD = Holder(operation=7, action=Action.DEPLOY, state="running", who="<@U1>", since=1, takeable=True)
GONE = Unknown(what="the thing", why="no answer within 8 s")
GREEN = CheckReport(overall=CheckState.GREEN, by_name={"unit": CheckState.GREEN})
RUNNING = CheckReport(overall=CheckState.RUNNING, by_name={"unit": CheckState.RUNNING})
STRANGE = CheckReport(overall=CheckState.UNKNOWN, by_name={"unit": CheckState.UNKNOWN})
RED = CheckReport(overall=CheckState.RED, by_name={"unit": CheckState.RED, "lint": CheckState.RUNNING})
NAMELESS_RED = CheckReport(overall=CheckState.RED, by_name={})
REQUIRED = policy(checks=ChecksRule.REQUIRED)
NAMED = policy(checks=ChecksRule.NAMED, named_checks=("unit", "e2e"))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"policy": None}, [Reason.UNKNOWN_TARGET, Reason.NOT_PERMITTED]),
        ({"policy": None, "known_services": ()}, [Reason.UNKNOWN_TARGET, Reason.NOT_PERMITTED]),
        ({"person": GONE}, [Reason.FACT_UNKNOWN, Reason.FACT_UNKNOWN]),
        ({"home_team": "T2"}, [Reason.OTHER_WORKSPACE]),
        ({"person": member(standing=Standing.GUEST)}, [Reason.NOT_A_MEMBER]),
        ({"person": member(standing=Standing.STRANGER)}, [Reason.OTHER_WORKSPACE]),
        ({"person": member(standing=Standing.DEACTIVATED)}, [Reason.DEACTIVATED]),
        ({"person": member(standing=Standing.BOT)}, [Reason.NOT_A_PERSON]),
        ({"person": member(standing=Standing.WORKFLOW)}, [Reason.NOT_A_PERSON]),
        ({"shared_channel": True}, [Reason.SHARED_CHANNEL]),
        ({"shared_channel": GONE}, [Reason.FACT_UNKNOWN]),
        ({"policy": policy(roles=())}, [Reason.NOT_PERMITTED]),
        ({"policy": policy(roles=()), "helpers": ("@ops",)}, [Reason.NOT_PERMITTED]),
        ({"resolution": GONE}, [Reason.FACT_UNKNOWN]),
        ({"resolution": None}, [Reason.REVISION_NOT_FOUND]),
        ({"resolution": None, "action": Action.ROLLBACK}, [Reason.NO_GOOD_REVISION]),
        ({"planned_revision": NEW}, []),
        ({"planned_revision": OLD}, [Reason.REVISION_MOVED]),
        ({"planned_revision": OLD, "resolution": replace(MERGED, ref="")}, [Reason.REVISION_MOVED]),
        ({"resolution": replace(MERGED, merged=False)}, [Reason.NOT_MERGED]),
        ({"resolution": replace(MERGED, merged=False), "policy": policy(production=False)}, []),
        ({"resolution": replace(MERGED, merged=False), "action": Action.ROLLBACK}, []),
        ({"live": GONE}, [Reason.FACT_UNKNOWN]),
        ({"live": None}, []),
        ({"live": Live(revision="", said_by="web itself", at=1)}, []),
        ({"live": Live(revision=NEW, said_by="web itself", at=1)}, [Reason.ALREADY_LIVE]),
        ({"live": Live(revision=NEW, said_by="web itself", at=1), "unsettled": True}, []),
        ({"policy": REQUIRED, "checks": GREEN}, []),
        ({"policy": REQUIRED, "checks": None}, [Reason.CHECKS_MISSING]),
        ({"policy": REQUIRED, "checks": CheckReport(overall=CheckState.ABSENT)}, [Reason.CHECKS_MISSING]),
        ({"policy": REQUIRED, "checks": GONE}, [Reason.FACT_UNKNOWN]),
        ({"policy": REQUIRED, "checks": RUNNING}, [Reason.CHECKS_RUNNING]),
        ({"policy": REQUIRED, "checks": STRANGE}, [Reason.FACT_UNKNOWN]),
        ({"policy": REQUIRED, "checks": RED}, [Reason.CHECKS_FAILED]),
        ({"policy": REQUIRED, "checks": NAMELESS_RED}, [Reason.CHECKS_FAILED]),
        ({"policy": REQUIRED, "checks": RED, "action": Action.ROLLBACK}, []),
        ({"policy": NAMED, "checks": GREEN}, [Reason.CHECKS_MISSING]),
        ({"policy": replace(NAMED, named_checks=("unit",)), "checks": GREEN}, []),
        ({"policy": policy(after="")}, []),
        ({"verified_before": False}, [Reason.OUT_OF_ORDER]),
        ({"verified_before": GONE}, [Reason.FACT_UNKNOWN]),
        ({"verified_before": False, "action": Action.ROLLBACK}, []),
        ({"holder": HELD}, [Reason.TARGET_HELD]),
        ({"holder": HELD, "owner_operation": 7}, []),
        ({"holder": HELD, "action": Action.ROLLBACK}, []),
        ({"holder": replace(HELD, takeable=False), "action": Action.ROLLBACK}, [Reason.TARGET_HELD]),
    ],
)
def test_gates(changes: dict[str, Any], expected: list[Reason]) -> None:
    """Each fact that must refuse does, with its code, and nothing else objects."""
    assert codes(**changes) == expected


def test_every_reason_at_once() -> None:
    """Nobody hears only the first reason."""
    found = codes(person=member(standing=Standing.GUEST), holder=HELD, verified_before=False)
    assert found == [Reason.NOT_A_MEMBER, Reason.OUT_OF_ORDER, Reason.TARGET_HELD]


def test_refusals_say_what_to_do() -> None:
    """Every refusing verdict has a sentence, a code and a next step; passed and refused add up."""
    found = facts(
        policy=None, person=GONE, shared_channel=GONE, resolution=None, live=GONE, verified_before=False, holder=HELD
    )
    verdicts = judge(found)
    no = refusal(found, verdicts)
    assert no is not None
    assert no.passed + len(no.verdicts) == len(GATES)
    for verdict in no.verdicts:
        assert verdict.sentence.endswith(".")
        assert verdict.reason
        assert verdict.next_step.endswith(".")


@pytest.mark.parametrize(
    ("person", "permission", "target", "allowed"),
    [
        (member(), Permission.DEPLOY, WEB, True),
        (member(), Permission.DEPLOY, Target(service="web", environment="staging"), False),
        (member(), Permission.PROMOTE, WEB, True),
        (member(), Permission.DECIDE, WEB, True),
        (member(), Permission.DOCTOR, None, False),
        (member(), Permission.STATUS, WEB, True),
        (member(standing=Standing.GUEST, identity=Identity(team="T1", user="UG")), Permission.STATUS, WEB, False),
    ],
)
def test_may(person: Person, permission: Permission, target: Target | None, allowed: bool) -> None:
    """Deny by default; deploying implies promoting, rolling back implies deciding; members may read."""
    assert may(person, permission, target, (RELEASERS,))[0] is allowed


def test_may_not_wins_whatever_the_order() -> None:
    """A `may_not` anywhere beats every `may`."""
    never = Role(name="never", people=frozenset({"members"}), may_not=frozenset({Permission.DEPLOY, Permission.STATUS}))
    for roles in ((RELEASERS, never), (never, RELEASERS)):
        assert may(member(), Permission.DEPLOY, WEB, roles) == (False, "roles.never.may_not")
        assert not may(member(), Permission.STATUS, WEB, roles)[0]


def test_roles_by_group_and_by_scope() -> None:
    """A user group grants through the person's groups; an empty scope is everywhere, a service scope only there."""
    role = Role(name="r", people=frozenset({"eng"}), may=frozenset({Permission.DEPLOY}), services=frozenset({"web"}))
    grouped = member(groups=frozenset({"eng"}))
    assert may(grouped, Permission.DEPLOY, WEB, (role,))[0]
    assert not may(member(), Permission.DEPLOY, WEB, (role,))[0]
    assert not may(grouped, Permission.DEPLOY, Target(service="api", environment="production"), (role,))[0]


permissions = st.frozensets(st.sampled_from(list(Permission)), max_size=4)
roles = st.builds(
    Role,
    name=st.just("r"),
    people=st.frozensets(st.sampled_from(["members", "U02ADA", "eng", "U9"]), max_size=3),
    may=permissions,
    may_not=permissions,
    services=st.frozensets(st.sampled_from(["web", "api"]), max_size=2),
    environments=st.frozensets(st.sampled_from(["staging", "production"]), max_size=2),
)


@given(st.lists(roles, max_size=4), permissions, st.sampled_from(list(Permission)))
def test_adding_a_denial_never_adds_a_right(
    given_roles: list[Role], denied: frozenset[Permission], asked: Permission
) -> None:
    """Whatever the roles are, one more `may_not` only ever takes away."""
    more = Role(name="deny", people=frozenset({"members"}), may_not=denied)
    before = may(member(), asked, WEB, tuple(given_roles))[0]
    after = may(member(), asked, WEB, (*given_roles, more))[0]
    assert after <= before
    if asked in denied:
        assert not after


def test_reading_needs_no_role() -> None:
    """Every member may read; nobody acts without a role."""
    allowed = {permission for permission in Permission if may(member(), permission, WEB, ())[0]}
    assert allowed == READING


TWO = policy(approvals=ApprovalRule(rollback=True))


@pytest.mark.parametrize(
    ("changes", "passes"),
    [
        ({"policy": policy(approvals=None)}, True),
        ({"policy": policy(approvals=ApprovalRule(not_authors=False))}, True),
        ({"policy": TWO, "action": Action.ROLLBACK, "authors": Authors(gap="cut")}, True),
        ({"policy": TWO, "authors": None}, True),
        ({"policy": TWO, "authors": Authors(users=frozenset({"U1"}))}, True),
        ({"policy": TWO, "authors": Authors(gap="the list was cut")}, False),
        ({"policy": TWO, "authors": Authors(unmapped=("linus-gh",))}, False),
        ({"policy": TWO, "authors": GONE}, False),
    ],
)
def test_authors_have_to_be_known_where_they_may_not_approve(changes: dict[str, Any], passes: bool) -> None:
    """A rollback brings nobody's changes; whoever is not known may be the one who approves."""
    assert authors_known(facts(**changes)).passed is passes
