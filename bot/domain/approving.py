"""Whether a person may approve what another one asks for: pure, and asked again at every click and right before anything starts."""

from dataclasses import dataclass, replace

from bot.domain.kinship import Marks, one_person
from bot.domain.people import Person
from bot.domain.policy import STANDING_REFUSALS
from bot.domain.quorums import ApprovalRule
from bot.domain.reasons import Reason
from bot.domain.roles import NOWHERE, Place, Role, forbidding, may
from bot.domain.terms import Permission, Target, Unknown
from bot.domain.verdicts import Verdict, allow, refuse, unknown

GATE = "approval"


@dataclass(frozen=True, kw_only=True)
class Approver:
    """Somebody as read now: `seasoned` are the groups that they have been in for long enough to count."""

    person: Person | Unknown
    marks: Marks = frozenset()
    seasoned: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be approved: the rule of the target, who asked (every account of theirs), and who wrote it."""

    target: Target
    rule: ApprovalRule
    asker: Marks
    authors: tuple[Marks, ...] = ()
    home_team: str
    roles: tuple[Role, ...] = ()
    rule_key: str = ""


def may_approve(who: Approver, wanted: Wanted, *, place: Place = NOWHERE) -> Verdict:
    """Allow, or the first reason why not: a stranger, forbidden, the asker, an author, not named, or named only lately."""
    person = who.person
    if isinstance(person, Unknown):
        return unknown(GATE, person)
    return (
        stranger(person, wanted.home_team)
        or _forbidden(person, wanted)
        or _involved(who, wanted)
        or _named(person, who.seasoned, wanted, place)
        or allow(GATE, "may approve", rule=wanted.rule_key)
    )


def may_refuse(who: Approver, wanted: Wanted, *, place: Place = NOWHERE) -> Verdict:
    """Who may say no: whoever could say yes, and authors of it too."""
    return may_approve(who, replace(wanted, authors=()), place=place)


def may_bypass(who: Approver, wanted: Wanted, *, place: Place = NOWHERE) -> Verdict:
    """The right to go on without the others, by a role; whoever asked may have it, and nobody by a group that they just joined."""
    person = who.person
    if isinstance(person, Unknown):
        return unknown(GATE, person)
    if no := stranger(person, wanted.home_team):
        return no
    allowed, rule = may(person, Permission.BYPASS, wanted.target, wanted.roles, place=place)
    lately = replace(person, groups=who.seasoned)
    if not allowed:
        return refuse(
            GATE, Reason.NOT_PERMITTED, f"You may not bypass approvals of {_where(wanted)}.",
            "Somebody who may approve has to look at it.", rule=rule,
        )  # fmt: skip
    if not may(lately, Permission.BYPASS, wanted.target, wanted.roles, place=place)[0]:
        return _lately(rule)
    return allow(GATE, "may bypass", rule=rule)


def stranger(person: Person, home_team: str) -> Verdict | None:
    """The no to everybody who is not an active member of our own workspace."""
    if not person.identity.user or not home_team or person.identity.team != home_team:
        return refuse(
            GATE, Reason.OTHER_WORKSPACE, "People from other workspaces cannot approve.", "A member has to look at it."
        )
    if person.standing in STANDING_REFUSALS:
        reason, sentence = STANDING_REFUSALS[person.standing]
        return refuse(GATE, reason, sentence, "A member of this workspace has to look at it.")
    return None


def _forbidden(person: Person, wanted: Wanted) -> Verdict | None:
    rule = forbidding(person, Permission.APPROVE, wanted.target, wanted.roles)
    if not rule:
        return None
    return refuse(
        GATE, Reason.NOT_PERMITTED, f"You may not approve {_where(wanted)}.", "Somebody else has to.", rule=rule
    )


def _involved(who: Approver, wanted: Wanted) -> Verdict | None:
    if not who.marks or not wanted.asker:
        return unknown(GATE, Unknown(what="which accounts are one person", why="nothing is known of one of them"))
    if one_person(who.marks, wanted.asker):
        return refuse(
            GATE,
            Reason.OWN_REQUEST,
            "Nobody approves what they asked for themselves, from whichever account.",
            "Somebody else has to look at it.",
            rule=wanted.rule_key,
        )
    written = any(one_person(who.marks, each) for each in wanted.authors)
    if wanted.rule.not_authors and written:
        return refuse(
            GATE,
            Reason.OWN_CHANGE,
            "You wrote some of these changes, and here authors do not approve.",
            "Somebody who wrote none of it has to look at it.",
            rule=wanted.rule_key,
        )
    return None


def _named(person: Person, seasoned: frozenset[str], wanted: Wanted, place: Place) -> Verdict | None:
    if not _is_named(person, wanted, place):
        return refuse(
            GATE,
            Reason.NOT_AN_APPROVER,
            f"You are not among those who approve {_where(wanted)}.",
            "Whoever is has been told.",
            rule=wanted.rule_key,
        )
    return None if _is_named(replace(person, groups=seasoned), wanted, place) else _lately(wanted.rule_key)


def _is_named(person: Person, wanted: Wanted, place: Place) -> bool:
    if wanted.rule.people:
        return Role(name="approvers", people=wanted.rule.people).contains(person)
    return may(person, Permission.APPROVE, wanted.target, wanted.roles, place=place)[0]


def _lately(rule: str) -> Verdict:
    return refuse(
        GATE,
        Reason.JOINED_LATELY,
        "You joined the group that gives you this right only minutes ago.",
        "It counts a little later; the administrators see every change of such a group.",
        rule=rule,
    )


def _where(wanted: Wanted) -> str:
    return f"{wanted.target.service} in {wanted.target.environment}"
