"""Roles: who may do what where; deny by default, and any `may_not` wins."""

from dataclasses import dataclass

from bot.domain.people import Person, Standing
from bot.domain.terms import READING, Permission, Target


@dataclass(frozen=True, kw_only=True)
class Role:
    """Who may do what where; an empty scope means everywhere, `members` in people means every full member of the workspace."""

    name: str
    people: frozenset[str]
    may: frozenset[Permission] = frozenset()
    may_not: frozenset[Permission] = frozenset()
    services: frozenset[str] = frozenset()
    environments: frozenset[str] = frozenset()

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


def may(person: Person, permission: Permission, target: Target | None, roles: tuple[Role, ...]) -> tuple[bool, str]:
    """Whether, and by which rule (`roles.deployers`). Deny by default; any `may_not` wins."""
    mine = [role for role in roles if role.contains(person) and role.covers(target)]
    for role in mine:
        if permission in role.may_not:
            return False, f"roles.{role.name}.may_not"
    for role in mine:
        if permission in role.may or IMPLIED_BY.get(permission) in role.may:
            return True, f"roles.{role.name}.may"
    if permission in READING and person.standing is Standing.MEMBER:
        return True, "built in: members may read"
    return False, "roles: nothing grants it"
