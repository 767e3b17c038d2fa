"""Roles: who may do what where; deny by default, and any `may_not` wins."""

from dataclasses import dataclass
from typing import TypeAlias

from bot.domain.people import Person, Standing
from bot.domain.terms import READING, Permission, Target

Place: TypeAlias = frozenset[str]
"""A channel as roles name it: its id and its name; empty where nobody knows."""

NOWHERE: Place = frozenset()


@dataclass(frozen=True, kw_only=True)
class Role:
    """Who may do what where; an empty scope means everywhere, `members` in people means every full member of the workspace."""

    name: str
    people: frozenset[str]
    may: frozenset[Permission] = frozenset()
    may_not: frozenset[Permission] = frozenset()
    services: frozenset[str] = frozenset()
    environments: frozenset[str] = frozenset()
    channels: frozenset[str] = (
        frozenset()
    )  # what it grants, it grants only there; what it forbids is forbidden everywhere

    def grants_in(self, place: Place) -> bool:
        """True where what this role grants may be used: a channel by id or name; nowhere in particular is not among them."""
        return not self.channels or bool(self.channels & place)

    def covers(self, target: Target | None) -> bool:
        """True where the scope contains the target (None: a question about no target in particular)."""
        if target is None:
            return True
        inside = not self.services or target.service in self.services
        return inside and (not self.environments or target.environment in self.environments)

    def contains(self, person: Person) -> bool:
        """True where this role was given to the person, by id, by user group, or to all members."""
        if "members" in self.people and person.standing is Standing.MEMBER:
            return True
        return person.identity.user in self.people or bool(self.people & person.groups)


IMPLIED_BY = {Permission.PROMOTE: Permission.DEPLOY, Permission.DECIDE: Permission.ROLLBACK}
"""Who may deploy may promote; who may rescue a target may also say what became of it."""


def may(
    person: Person, permission: Permission, target: Target | None, roles: tuple[Role, ...], *, place: Place = NOWHERE
) -> tuple[bool, str]:
    """Whether, and by which rule (`roles.deployers`). Deny by default; any `may_not` wins. `place` is the channel's id and name."""
    if forbidden := forbidding(person, permission, target, roles):
        return False, forbidden
    mine = [role for role in roles if role.contains(person) and role.covers(target)]
    granting = [role for role in mine if permission in role.may or IMPLIED_BY.get(permission) in role.may]
    for role in granting:
        if role.grants_in(place):
            return True, f"roles.{role.name}.may"
    if granting:
        return False, f"roles.{granting[0].name}.channels"
    if permission in READING and person.standing is Standing.MEMBER:
        return True, "built in: members may read"
    return False, "roles: nothing grants it"


def forbidding(person: Person, permission: Permission, target: Target | None, roles: tuple[Role, ...]) -> str:
    """The rule that forbids it, wherever it is asked; empty for none."""
    mine = (role for role in roles if role.contains(person) and role.covers(target))
    return next((f"roles.{role.name}.may_not" for role in mine if permission in role.may_not), "")


def channels_of(permission: Permission, target: Target | None, roles: tuple[Role, ...]) -> frozenset[str]:
    """The channels to which what grants this is limited."""
    return frozenset(name for role in roles if permission in role.may and role.covers(target) for name in role.channels)
