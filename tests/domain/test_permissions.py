"""Permissions as a truth table: who may do what where, stated by hand beside the roles, for every combination there is."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.explaining import Says, explain
from bot.domain.people import Person, Standing
from bot.domain.roles import Role, may
from bot.domain.terms import Identity, Permission, Target

HOME = "T01ACME"
P = Permission
SERVICES, ENVIRONMENTS = ("web", "billing"), ("staging", "production")
PLACES = {"general": frozenset({"C01", "general"}), "ops": frozenset({"C09", "ops"}), "nowhere": frozenset[str]()}
ASKED = (P.DEPLOY, P.ROLLBACK, P.PROMOTE, P.STOP, P.DECIDE, P.APPROVE, P.BYPASS, P.PROPOSE, P.DOCTOR, P.STATUS)
ROLES = (
    Role(name="deployers", people=frozenset({"engineering"}), may=frozenset({P.DEPLOY, P.STOP}), environments=frozenset({"staging"})),
    Role(
        name="releasers", people=frozenset({"leads", "U02ADA"}), may=frozenset({P.DEPLOY, P.ROLLBACK, P.STOP, P.APPROVE}),
        environments=frozenset({"production"}),
    ),
    Role(name="billers", people=frozenset({"U02LINUS"}), may=frozenset({P.DEPLOY, P.ROLLBACK}), services=frozenset({"billing"}),
         channels=frozenset({"ops"})),
    Role(name="rescuers", people=frozenset({"members"}), may=frozenset({P.ROLLBACK}), services=frozenset({"web"}),
         environments=frozenset({"production"})),
    Role(name="learners", people=frozenset({"interns"}), may_not=frozenset({P.ROLLBACK, P.DECIDE, P.STATUS})),
    Role(name="no releases", people=frozenset({"U02IVY"}), may_not=frozenset({P.DEPLOY}), services=frozenset({"web"})),
    Role(name="agents", people=frozenset({"U02AGENT"}), may=frozenset({P.PROPOSE, P.DEPLOY, P.APPROVE})),
)  # fmt: skip
PEOPLE = {
    "ada": Person(identity=Identity(team=HOME, user="U02ADA"), name="Ada", standing=Standing.MEMBER),
    "grace": Person(
        identity=Identity(team=HOME, user="U02GRACE"), name="Grace", standing=Standing.MEMBER,
        groups=frozenset({"leads", "engineering"}),
    ),
    "linus": Person(
        identity=Identity(team=HOME, user="U02LINUS"), name="Linus", standing=Standing.MEMBER, groups=frozenset({"engineering"}),
    ),
    "ivy": Person(
        identity=Identity(team=HOME, user="U02IVY"), name="Ivy", standing=Standing.MEMBER,
        groups=frozenset({"engineering", "interns"}),
    ),
    "margaret": Person(identity=Identity(team=HOME, user="U02MARGARET"), name="Margaret", standing=Standing.MEMBER),
    "guest": Person(
        identity=Identity(team=HOME, user="U02GUS"), name="leads", standing=Standing.GUEST, groups=frozenset({"leads"}),
    ),
    "gone": Person(identity=Identity(team=HOME, user="U02ADA"), name="Ada", standing=Standing.DEACTIVATED),
    "stranger": Person(identity=Identity(team="T09EVIL", user="U02ADA"), name="Ada", standing=Standing.MEMBER),
    "agent": Person(identity=Identity(team=HOME, user="U02AGENT"), name="Agent", standing=Standing.BOT),
}  # fmt: skip
TABLE = """
ada      deploy    web/production billing/production
ada      rollback  web/production billing/production
ada      promote   web/production billing/production
ada      stop      web/production billing/production
ada      decide    web/production billing/production
ada      approve   web/production billing/production
ada      status    everywhere
grace    deploy    everywhere
grace    promote   everywhere
grace    stop      everywhere
grace    rollback  web/production billing/production
grace    decide    web/production billing/production
grace    approve   web/production billing/production
grace    status    everywhere
linus    deploy    web/staging billing/staging billing/production@ops
linus    promote   web/staging billing/staging billing/production@ops
linus    stop      web/staging billing/staging
linus    rollback  web/production billing/staging@ops billing/production@ops
linus    decide    web/production billing/staging@ops billing/production@ops
linus    status    everywhere
ivy      deploy    billing/staging
ivy      promote   web/staging billing/staging
ivy      stop      web/staging billing/staging
margaret rollback  web/production
margaret decide    web/production
margaret status    everywhere
"""
"""Everything that is allowed, by hand: nothing else is. `@ops` means only when asked in #ops."""


def stated() -> set[tuple[str, str, str, str, str]]:
    """The table as (person, permission, service, environment, place)."""
    found: set[tuple[str, str, str, str, str]] = set()
    for line in filter(None, TABLE.splitlines()):
        who, permission, *cells = line.split()
        for cell in [f"{s}/{e}" for s in SERVICES for e in ENVIRONMENTS] if cells == ["everywhere"] else cells:
            where, _, only = cell.partition("@")
            service, environment = where.split("/")
            found |= {(who, permission, service, environment, place) for place in ([only] if only else PLACES)}
    return found


ROWS = list(product(PEOPLE, ASKED, SERVICES, ENVIRONMENTS, PLACES))


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("permission", ASKED)
def test_t24_the_truth_table(who: str, permission: Permission) -> None:
    """T4 and T24: 1,080 decisions; deny by default, `may_not` wins, a display name gives nothing, strangers and bots have no role."""
    allowed = stated()
    for service, environment, place in product(SERVICES, ENVIRONMENTS, PLACES):
        target = Target(service=service, environment=environment)
        found = explain(PEOPLE[who], permission, target, ROLES, place=PLACES[place], home_team=HOME)
        row = (who, str(permission), service, environment, place)
        assert found.allowed is (row in allowed), f"{row}: {found.rule}"


def test_the_table_is_long_enough_and_says_something() -> None:
    """At least 300 decisions, some of each kind; no row of the table is about nobody."""
    assert len(ROWS) == 1080
    assert stated() <= {(who, str(each), *rest) for who, each, *rest in ROWS}
    assert 100 < len(stated()) < 500


def test_an_explanation_names_what_decided() -> None:
    """The deny that wins, the grant that it beats, and through which membership each came."""
    target = Target(service="web", environment="staging")
    found = explain(PEOPLE["ivy"], P.DEPLOY, target, ROLES, place=PLACES["general"], home_team=HOME)
    assert (found.allowed, found.rule) == (False, "roles.no releases.may_not")
    assert [(each.says, each.rule, each.through) for each in found.grounds] == [
        (Says.GRANTS, "roles.deployers.may", "engineering"),
        (Says.FORBIDS, "roles.no releases.may_not", "U02IVY"),
    ]
    billing = Target(service="billing", environment="production")
    elsewhere = explain(PEOPLE["linus"], P.DEPLOY, billing, ROLES, place=PLACES["general"], home_team=HOME)
    assert (elsewhere.allowed, elsewhere.rule, elsewhere.grounds[0].channels) == (
        False,
        "roles.billers.channels",
        ("ops",),
    )


NAMES = st.sampled_from(["U02ADA", "U02LINUS", "leads", "engineering", "interns", "members"])
SOME = st.frozensets(st.sampled_from(ASKED), max_size=4)
ANY_ROLE = st.builds(
    Role,
    name=st.sampled_from(["a", "b", "c"]),
    people=st.frozensets(NAMES, min_size=1, max_size=3),
    may=SOME,
    may_not=SOME,
    services=st.frozensets(st.sampled_from(SERVICES), max_size=1),
    environments=st.frozensets(st.sampled_from(ENVIRONMENTS), max_size=1),
    channels=st.frozensets(st.sampled_from(["ops", "general"]), max_size=1),
)
DENYING = st.builds(
    Role,
    name=st.just("deny"),
    people=st.frozensets(NAMES, min_size=1, max_size=3),
    may_not=SOME,
    services=st.frozensets(st.sampled_from(SERVICES), max_size=1),
    channels=st.frozensets(st.sampled_from(["ops"]), max_size=1),
)
ANYBODY = st.sampled_from(list(PEOPLE.values()))
TARGETS = st.builds(Target, service=st.sampled_from(SERVICES), environment=st.sampled_from(ENVIRONMENTS))


@given(
    roles=st.lists(ANY_ROLE, max_size=4),
    deny=DENYING,
    at=st.integers(0, 4),
    who=ANYBODY,
    permission=st.sampled_from(ASKED),
    target=TARGETS,
    place=st.sampled_from(list(PLACES.values())),
)
def test_t24_a_deny_never_adds_a_right(
    roles: list[Role], deny: Role, at: int, who: Person, permission: Permission, target: Target, place: frozenset[str]
) -> None:
    """Wherever in the file it stands."""
    before, _ = may(who, permission, target, tuple(roles), place=place)
    after, _ = may(who, permission, target, (*roles[:at], deny, *roles[at:]), place=place)
    assert before or not after


@given(roles=st.lists(ANY_ROLE, max_size=4), who=ANYBODY, permission=st.sampled_from(ASKED), target=TARGETS)
def test_no_place_is_never_better_than_a_place(
    roles: list[Role], who: Person, permission: Permission, target: Target
) -> None:
    """Where nobody knows the channel, a role that is limited to channels grants nothing."""
    nowhere, _ = may(who, permission, target, tuple(roles))
    assert not nowhere or all(may(who, permission, target, tuple(roles), place=each)[0] for each in PLACES.values())
