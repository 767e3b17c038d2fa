"""Who may approve, and when there are enough: the decisions as tables, and what no sequence of words can do."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.approvals import Approval, Decision
from bot.domain.approving import Approver, Wanted, may_approve, may_bypass, may_refuse
from bot.domain.changes import Change, ChangeSet, Relation
from bot.domain.kinship import Authors, Known, authors_of, kin, marks_of
from bot.domain.people import Person, Standing
from bot.domain.quorums import ApprovalRule, needed, tally
from bot.domain.reasons import Reason
from bot.domain.roles import Role
from bot.domain.terms import HOUR, Action, Identity, Permission, Target, Unknown

HOME = "T01ACME"
WEB = Target(service="web", environment="production")
RULE = ApprovalRule(people=frozenset({"leads", "U02LINUS"}))
BYPASSERS = Role(name="bypassers", people=frozenset({"sre"}), may=frozenset({Permission.BYPASS}))
APPROVERS = Role(
    name="approvers", people=frozenset({"leads"}), may=frozenset({Permission.APPROVE}), channels=frozenset({"ops"})
)
NOT_INTERNS = Role(name="interns", people=frozenset({"interns"}), may_not=frozenset({Permission.APPROVE}))


def person(user: str = "U02GRACE", **changes: Any) -> Person:
    identity = Identity(team=changes.pop("team", HOME), user=user)
    made = Person(identity=identity, name=user, standing=Standing.MEMBER, groups=frozenset({"leads"}))
    return replace(made, **changes)


def approver(
    user: str = "U02GRACE", seasoned: frozenset[str] = frozenset({"leads", "sre"}), **changes: Any
) -> Approver:
    who = person(user, **changes)
    return Approver(person=who, marks=marks_of(user, email=who.email), seasoned=seasoned)


def wanted(**changes: Any) -> Wanted:
    made = Wanted(
        target=WEB, rule=RULE, asker=marks_of("U02ADA", github="ada-l"), authors=(marks_of("U02EVE"),), home_team=HOME,
        roles=(BYPASSERS, NOT_INTERNS), rule_key="approvals",
    )  # fmt: skip
    return replace(made, **changes)


GONE = Unknown(what="who you are", why="no answer within 8 s")
CASES: list[tuple[Approver, Wanted, Reason | None]] = [
    (approver(), wanted(), None),
    (approver("U02LINUS", groups=frozenset()), wanted(), None),
    (Approver(person=GONE), wanted(), Reason.FACT_UNKNOWN),
    (approver(standing=Standing.GUEST), wanted(), Reason.NOT_A_MEMBER),
    (approver(standing=Standing.STRANGER), wanted(), Reason.OTHER_WORKSPACE),
    (approver(standing=Standing.DEACTIVATED), wanted(), Reason.DEACTIVATED),
    (approver(standing=Standing.BOT), wanted(), Reason.NOT_A_PERSON),
    (approver(standing=Standing.WORKFLOW), wanted(), Reason.NOT_A_PERSON),
    (approver(team="T09EVIL"), wanted(), Reason.OTHER_WORKSPACE),
    (approver(), wanted(home_team=""), Reason.OTHER_WORKSPACE),
    (approver(groups=frozenset({"leads", "interns"})), wanted(), Reason.NOT_PERMITTED),
    (approver("U02ADA"), wanted(), Reason.OWN_REQUEST),
    (approver("U02EVE"), wanted(), Reason.OWN_CHANGE),
    (approver("U02EVE"), wanted(rule=replace(RULE, not_authors=False)), None),
    (approver(groups=frozenset()), wanted(), Reason.NOT_AN_APPROVER),
    (approver(name="leads", groups=frozenset()), wanted(), Reason.NOT_AN_APPROVER),
    (approver(seasoned=frozenset()), wanted(), Reason.JOINED_LATELY),
    (approver(), wanted(rule=ApprovalRule()), Reason.NOT_AN_APPROVER),
    (approver(), wanted(rule=ApprovalRule(), roles=(APPROVERS,)), Reason.NOT_AN_APPROVER),
    (Approver(person=person()), wanted(), Reason.FACT_UNKNOWN),
    (approver(), wanted(asker=frozenset()), Reason.FACT_UNKNOWN),
]


@pytest.mark.parametrize(("who", "asked", "reason"), CASES)
def test_who_may_approve(who: Approver, asked: Wanted, reason: Reason | None) -> None:
    """One reason code for each way not to be an approver."""
    verdict = may_approve(who, asked)
    assert (verdict.reason, verdict.passed) == (reason, reason is None)


def test_an_author_may_say_no_and_the_asker_may_not() -> None:
    """Whoever could say yes, and authors besides; who asked withdraws instead."""
    assert may_refuse(approver("U02EVE"), wanted()).passed
    assert may_refuse(approver("U02ADA"), wanted()).reason is Reason.OWN_REQUEST


def test_a_role_that_lets_approve_does_so_in_its_channels() -> None:
    """Where the rule names nobody, roles decide, and their channels count."""
    asked = wanted(rule=ApprovalRule(), roles=(APPROVERS,))
    assert may_approve(approver(), asked, place=frozenset({"C09", "ops"})).passed
    assert not may_approve(approver(), asked, place=frozenset({"C01", "general"})).passed


@pytest.mark.parametrize(("who", "reason"), [
    (approver("U02ADA", groups=frozenset({"sre"})), None),  # whoever asked may, loudly
    (approver(), Reason.NOT_PERMITTED),
    (approver(groups=frozenset({"sre"}), seasoned=frozenset()), Reason.JOINED_LATELY),
    (approver(groups=frozenset({"sre"}), standing=Standing.GUEST), Reason.NOT_A_MEMBER),
    (Approver(person=GONE), Reason.FACT_UNKNOWN),
])  # fmt: skip
def test_who_may_bypass(who: Approver, reason: Reason | None) -> None:
    """Only by a role."""
    assert may_bypass(who, wanted()).reason == reason


# ---- T7: one person with many accounts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("one", "other", "same"), [
    ({"user": "U1"}, {"user": "U1"}, True),
    ({"user": "U1"}, {"user": "U2"}, False),
    ({"user": "U1", "email": "ada@acme.example"}, {"user": "U2", "email": "Ada@ACME.example"}, True),
    ({"user": "U1", "unix": "ada"}, {"user": "U2", "unix": "ada"}, True),
    ({"user": "U1", "unix": "ada"}, {"user": "U2", "github": "ada"}, False),
    ({"user": "U1", "email": ""}, {"user": "U2", "email": ""}, False),
])  # fmt: skip
def test_t7_accounts_of_one_person(one: dict[str, str], other: dict[str, str], same: bool) -> None:
    """Anything in common is enough; what is empty is nothing in common, and different kinds of names are different."""
    assert bool(marks_of(**one) & marks_of(**other)) is same


def test_t7_the_second_slack_account_of_whoever_asked_is_no_second_person() -> None:
    """The profile's address is that of the person whom `people:` names."""
    known = (Known(user="U02ADA", marks=marks_of("U02ADA", email="ada@acme.example", github="ada-l")),)
    second = kin(marks_of("U77ALT", email="ADA@acme.example"), known)
    verdict = may_approve(replace(approver("U77ALT"), marks=second), wanted())
    assert verdict.reason is Reason.OWN_REQUEST
    author = wanted(asker=marks_of("U1"), authors=(known[0].marks,))
    assert may_approve(replace(approver("U77ALT"), marks=second), author).reason is Reason.OWN_CHANGE


# ---- what no input can do ----------------------------------------------------------------------------------------------

WAYS_TO_LOSE: list[Callable[[Approver, Wanted], tuple[Approver, Wanted]]] = [
    lambda who, asked: (replace(who, person=GONE), asked),
    lambda who, asked: (replace(who, person=_without(who, team="")), asked),
    lambda who, asked: (replace(who, person=_without(who, user="")), asked),
    lambda who, asked: (replace(who, person=replace(_known(who), standing=Standing.STRANGER)), asked),
    lambda who, asked: (replace(who, marks=frozenset()), asked),
    lambda who, asked: (replace(who, seasoned=frozenset()), asked),
    lambda who, asked: (who, replace(asked, home_team="")),
    lambda who, asked: (who, replace(asked, asker=frozenset())),
    lambda who, asked: (replace(who, person=_without(who, team="")), replace(asked, home_team="")),
]


def _known(who: Approver) -> Person:
    return who.person if isinstance(who.person, Person) else person()


def _without(who: Approver, **fields: str) -> Person:
    return replace(_known(who), identity=replace(_known(who).identity, **fields))


@given(case=st.sampled_from(CASES), lost=st.lists(st.sampled_from(WAYS_TO_LOSE), min_size=1, max_size=3))
def test_t12_losing_an_authentication_field_never_accepts(
    case: tuple[Approver, Wanted, Reason | None], lost: list[Callable[[Approver, Wanted], tuple[Approver, Wanted]]]
) -> None:
    """Whatever is taken away of what identifies a person, a refusal stays a refusal."""
    who, asked, _ = case
    before = may_approve(who, asked).passed
    for take in lost:
        who, asked = take(who, asked)
    assert before or not may_approve(who, asked).passed


ACCOUNTS = [Identity(team=HOME, user=user) for user in ("U02GRACE", "U77ALT", "U78ALT")]
WORDS = st.lists(
    st.tuples(
        st.sampled_from(ACCOUNTS), st.sampled_from([Decision.YES, Decision.NO, Decision.WITHDRAWN]), st.integers(0, 9)
    ),
    max_size=12,
)


def said(who: Identity, decision: Decision, at: int = 0, **changes: Any) -> Approval:
    made = Approval(plan_id="p", plan_hash="h", who=who, decision=decision, at=at, expires_at=at + HOUR)
    return replace(made, **changes)


@given(words=WORDS, count=st.integers(2, 4))
def test_no_sequence_of_clicks_by_one_person_passes_a_two_person_rule(
    words: list[tuple[Identity, Decision, int]], count: int
) -> None:
    """However many accounts, in whatever order: one person is one."""
    marks = {each: marks_of(each.user, email="grace@acme.example") for each in ACCOUNTS}
    rows = {who: said(who, decision, at) for who, decision, at in words}
    found = tally(
        ApprovalRule(count=count), rows.values(), counts=dict.fromkeys(ACCOUNTS, True), marks=marks, now=5
    )  # fmt: skip
    assert not found.enough
    assert len(found.yes) <= 1


@given(words=WORDS)
def test_no_sequence_of_clicks_by_whoever_asked_is_an_approval(words: list[tuple[Identity, Decision, int]]) -> None:
    """From any of their accounts: none of them may approve, so none of them counts."""
    asked = wanted(
        asker=marks_of("U02GRACE", email="grace@acme.example"), rule=ApprovalRule(people=frozenset({"members"}))
    )
    marks = {each: marks_of(each.user, email="grace@acme.example") for each in ACCOUNTS}
    counts = {each: may_approve(replace(approver(each.user), marks=marks[each]), asked).passed for each in ACCOUNTS}
    rows = {who: said(who, decision, at) for who, decision, at in words}
    assert not tally(asked.rule, rows.values(), counts=counts, marks=marks, now=5).enough


GRACE, LINUS = ACCOUNTS[0], Identity(team=HOME, user="U02LINUS")


@pytest.mark.parametrize(("now", "enough"), [(HOUR - 1, True), (HOUR, False), (HOUR + 1, False)])
def test_a_yes_ends(now: int, enough: bool) -> None:
    """At its last millisecond it counts, and no longer."""
    found = tally(ApprovalRule(), [said(GRACE, Decision.YES)], counts={GRACE: True}, marks={}, now=now)
    assert found.enough is enough


def test_what_counts() -> None:
    """Two people of two, a bypass instead of them, nobody whose right was not looked at."""
    rule = ApprovalRule(count=2)
    both = [said(GRACE, Decision.YES), said(LINUS, Decision.YES)]
    assert tally(rule, both, counts={GRACE: True, LINUS: True}, marks={}, now=1).enough
    assert tally(rule, both, counts={GRACE: True, LINUS: False}, marks={}, now=1).missing == 1
    assert tally(rule, both, counts={}, marks={}, now=1).missing == 2
    loud = tally(rule, [said(GRACE, Decision.BYPASS)], counts={GRACE: True}, marks={}, now=1)
    assert (loud.enough, loud.bypassed_by) == (True, GRACE)
    assert not tally(rule, [said(GRACE, Decision.BYPASS)], counts={GRACE: False}, marks={}, now=1).enough


@pytest.mark.parametrize(("rule", "action", "facts", "expected"), [
    (None, Action.DEPLOY, {}, False),
    (RULE, Action.DEPLOY, {}, True),
    (RULE, Action.PROMOTE, {}, True),
    (RULE, Action.ROLLBACK, {}, False),
    (replace(RULE, rollback=True), Action.ROLLBACK, {}, True),
    (replace(RULE, rollback=True), Action.ROLLBACK, {"automatic": True}, False),
    (replace(RULE, rollback=True), Action.ROLLBACK, {"takes_over": 7}, False),
    (replace(RULE, count=0), Action.DEPLOY, {}, False),
])  # fmt: skip
def test_what_needs_approval(rule: ApprovalRule | None, action: Action, facts: dict[str, Any], expected: bool) -> None:
    """A rescue never does."""
    assert needed(rule, action, **facts) is expected


# ---- who wrote it ------------------------------------------------------------------------------------------------------

KNOWN = (
    Known(user="U1", marks=marks_of("U1", github="ada-l", email="ada@acme.example")),
    Known(user="U2", marks=marks_of("U2", github="grace")),
)


def change(author: str, *accounts: str, email: str = "") -> Change:
    return Change(revision="a" * 40, title="t", author=author, accounts=accounts, email=email)


def changes(*arriving: Change, forge: bool = True, **facts: Any) -> ChangeSet:
    made = ChangeSet(base="b", head="h", relation=Relation.AHEAD, arriving=arriving, total=len(arriving), forge=forge)
    return replace(made, **facts)


@pytest.mark.parametrize(("found", "expected"), [
    (changes(change("Ada", "ada-l")), Authors(users=frozenset({"U1"}))),
    (changes(change("Ada", "Ada-L", "grace")), Authors(users=frozenset({"U1", "U2"}))),
    (changes(change("Ada", "mallory")), Authors(unmapped=("mallory",))),
    # T4: on a forge neither the name nor the address that a commit claims is an author
    (changes(change("grace", email="ada@acme.example")), Authors(unmapped=("grace (no account)",))),
    (changes(change("grace", "mallory", email="ada@acme.example")), Authors(unmapped=("mallory",))),
    (changes(change("dependabot", "dependabot[bot]")), Authors()),
    (changes(change("Ada", "ada-l"), total=9), Authors(gap="8 of its 9 changes are not listed")),
    (changes(relation=Relation.UNRELATED), Authors(gap="it has no history in common with what is live")),
    (changes(change("grace"), forge=False), Authors(users=frozenset({"U2"}))),
    (changes(change("X", email="ADA@acme.example"), forge=False), Authors(users=frozenset({"U1"}))),
    (changes(change("X", email="x@acme.example"), forge=False), Authors(unmapped=("x@acme.example",))),
    (changes(change("renovate[bot]"), forge=False), Authors()),
    (changes(), Authors()),
])  # fmt: skip
def test_authors(found: ChangeSet, expected: Authors) -> None:
    """Accounts of the forge count; a plain repository has only what its commits say."""
    assert authors_of(found, KNOWN) == expected


def test_authors_are_proven_only_when_everybody_is_known() -> None:
    """One account that nobody knows, or a list that was cut, and it is not proven."""
    assert Authors(users=frozenset({"U02EVE"})).proven
    assert not Authors(unmapped=("linus-gh",)).proven
    assert not Authors(gap="the list was cut").proven
