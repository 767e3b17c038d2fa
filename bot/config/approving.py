"""Who has to agree at a target: the `approvals:` that holds for it, with its roles and teams replaced by the people in them."""

from collections.abc import Iterator, Mapping

from bot.config.configuration import Origin, Team
from bot.config.delivery import ApprovalsSection
from bot.config.nodes import Mapping as MappingNode
from bot.config.problems import Problem, known_words
from bot.config.reading import Reader
from bot.domain.quorums import ApprovalRule


def resolved_approvals(
    reader: Reader,
    said: tuple[ApprovalsSection | None, Origin],
    *,
    teams: Mapping[str, Team | None],
    roles: Mapping[str, tuple[str, ...]],
) -> ApprovalRule | None:
    """The rule of a target; None where nobody has to agree, or after a problem."""
    section, origin = said
    if section is None:
        return None
    people: set[str] = set(section.people)
    owners = {name: team.people for name, team in teams.items() if team}
    for key, words, known in (("roles", section.roles, roles), ("teams", section.teams, owners)):
        people.update(_members(reader, origin, key, words, known))
    if not section.count:
        return None
    if (section.roles or section.teams) and not people:
        problem = "nobody is in these roles and teams, so nobody could ever approve"
        reader.problems.append(_at(reader, origin, "count", problem, "give the role or team people: [U02ADA]"))
    return ApprovalRule(
        count=section.count,
        people=frozenset(people),
        not_authors=section.not_authors,
        within=int(section.within),
        rollback=section.rollback,
    )


def _members(
    reader: Reader, origin: Origin, key: str, words: tuple[str, ...], known: Mapping[str, tuple[str, ...]]
) -> Iterator[str]:
    for word in words:
        if word not in known:
            problem = f"there is no {key.removesuffix('s')} `{word}`"
            reader.problems.append(_at(reader, origin, key, problem, known_words(word, known)))
        yield from known.get(word, ())


def _at(reader: Reader, origin: Origin, key: str, problem: str, hint: str) -> Problem:
    node = origin.node.get(key) if isinstance(origin.node, MappingNode) else None
    path = node.path if node else origin.node.path if origin.node else ()
    return reader.key(path, problem, hint)
