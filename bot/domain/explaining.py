"""Why somebody may or may not do something: every role that has a say, through which membership, and what follows."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.people import Person, Standing
from bot.domain.policy import STANDING_REFUSALS
from bot.domain.roles import IMPLIED_BY, Place, Role, may
from bot.domain.terms import Permission, Target


class Says(StrEnum):
    """What one role says about it."""

    GRANTS = "grants"
    FORBIDS = "forbids"
    ELSEWHERE = "elsewhere"  # grants it in other channels


@dataclass(frozen=True, kw_only=True)
class Ground:
    """One role's say: `rule` is its configuration key, `through` the user id, group or `members` that puts the person in it."""

    says: Says
    rule: str
    through: str
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Explained:
    """The decision, the rule that made it, and everything that had a say; `outside` says why roles do not matter here."""

    person: Person
    permission: Permission
    target: Target
    allowed: bool
    rule: str
    grounds: tuple[Ground, ...] = ()
    outside: str = ""


def explain(
    person: Person, permission: Permission, target: Target, roles: tuple[Role, ...], *, place: Place, home_team: str
) -> Explained:
    """The same decision that the gates make, with its grounds."""
    outside = outsider(person, home_team)
    allowed, rule = may(person, permission, target, roles, place=place)
    grounds = tuple(
        ground for role in roles if role.covers(target) and (ground := _ground(role, person, permission, place))
    )
    return Explained(
        person=person,
        permission=permission,
        target=target,
        allowed=allowed and not outside,
        rule=rule,
        grounds=grounds,
        outside=outside,
    )


def outsider(person: Person, home_team: str) -> str:
    """Why somebody may do nothing at all, whatever roles say; empty for an active member of our own workspace."""
    standing = person.standing if home_team and person.identity.team == home_team else Standing.OTHER_TEAM
    return STANDING_REFUSALS[standing][1] if standing in STANDING_REFUSALS else ""


def _ground(role: Role, person: Person, permission: Permission, place: Place) -> Ground | None:
    if not role.contains(person):
        return None
    through = _through(role, person)
    if permission in role.may_not:
        return Ground(says=Says.FORBIDS, rule=f"roles.{role.name}.may_not", through=through)
    if permission not in role.may and IMPLIED_BY.get(permission) not in role.may:
        return None
    says = Says.GRANTS if role.grants_in(place) else Says.ELSEWHERE
    return Ground(says=says, rule=f"roles.{role.name}.may", through=through, channels=tuple(sorted(role.channels)))


def _through(role: Role, person: Person) -> str:
    if person.identity.user in role.people:
        return person.identity.user
    groups = sorted(role.people & person.groups)
    return groups[0] if groups else "members"
