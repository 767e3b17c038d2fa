"""Roles: who is in them, and what their scope means once team names and aliases are replaced by services and environments."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.config.access import RoleSection
from bot.config.nodes import Path
from bot.config.outline import Named, Outline, listed
from bot.config.problems import known_words
from bot.config.reading import Reader
from bot.domain.roles import Role


@dataclass(frozen=True, kw_only=True)
class Scopes:
    """What words in a scope may mean: `owners` is service → team."""

    reader: Reader
    names: Outline
    owners: dict[str, str]

    def services(self, role: Named) -> frozenset[str]:
        """The services of a role's scope; empty means all."""
        called = {word: service.name for service in self.names.services for word, _path in service.names}
        found = set()
        for word, path in listed(role.node, "services"):
            if word in called:
                found.add(called[word])
            else:
                self._unknown(path, "service", word, called)
        return frozenset(found)

    def owned(self, role: Named) -> frozenset[str]:
        """The services of the teams of a role's scope; empty means that no team was named."""
        teams = {team.name for team in self.names.teams}
        found: set[str] = set()
        for word, path in listed(role.node, "teams"):
            owned = {service for service, team in self.owners.items() if team == word}
            if word not in teams:
                self._unknown(path, "team", word, teams)
            elif not owned:
                problem = f"the team `{word}` owns no service, so this covers nothing"
                self.reader.problems.append(
                    self.reader.at(path, problem, f"give a service team: {word}, or remove it here")
                )
            found |= owned
        return frozenset(found)

    def environments(self, role: Named) -> frozenset[str]:
        """The environments of a role's scope; empty means all."""
        known = tuple(environment for _service, environment in self.names.targets())
        found: set[str] = set()
        for word, path in listed(role.node, "environments"):
            meant = sorted({environment.name for environment in known if environment.is_called(word)})
            if not meant:
                self._unknown(path, "environment", word, {environment.name for environment in known})
            if len(meant) > 1:
                problem = f"`{word}` means {' in one service and '.join(meant)} in another"
                hint = "rename the alias, so that a role cannot be misread"
                self.reader.problems.append(self.reader.at(path, problem, hint))
            found |= set(meant)
        return frozenset(found)

    def _unknown(self, path: Path, what: str, word: str, known: Iterable[str]) -> None:
        self.reader.problems.append(self.reader.at(path, f"there is no {what} `{word}`", known_words(word, known)))


def resolved_role(scopes: Scopes, named: Named) -> Role | None:
    """The role as the gates read it (an empty scope means everywhere), or None after a problem with the section itself."""
    reader = scopes.reader
    section = reader.section(RoleSection, named.node)
    services, owned = scopes.services(named), scopes.owned(named)
    environments = scopes.environments(named)
    if services and owned and not services & owned:
        problem = "none of these services belongs to these teams, so the role covers nothing"
        reader.problems.append(reader.key((*named.path, "services"), problem, "remove services or teams"))
    if section is None:
        return None
    return Role(
        name=named.name,
        people=frozenset(section.people),
        may=frozenset(section.may),
        may_not=frozenset(section.may_not),
        services=(services & owned) if services and owned else services or owned,
        environments=environments,
        channels=frozenset(section.channels or ()),
    )
