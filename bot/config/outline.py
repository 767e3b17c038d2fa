"""Who is called what: all names and aliases of a file, read leniently, so that one broken section breaks no reference to it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pydantic_core import PydanticCustomError

from bot.config.names import LITTLE_WORDS, Name, plain_name
from bot.config.nodes import Mapping, Node, Path, Scalar, Sequence, dotted, find, is_null
from bot.config.reading import Reader
from bot.domain.terms import Permission

_COMMANDS = LITTLE_WORDS | set(Permission)


@dataclass(frozen=True, kw_only=True)
class Named:
    """A section and its names; `path` is where its name was written, `aliases` come with the path of each."""

    name: str
    path: Path
    node: Node
    aliases: tuple[tuple[str, Path], ...] = ()

    @property
    def names(self) -> tuple[tuple[str, Path], ...]:
        """The name, then the aliases, each with its place."""
        return ((self.name, self.path), *self.aliases)

    def is_called(self, word: str) -> bool:
        """By name or alias."""
        return word in {name for name, _path in self.names}


@dataclass(frozen=True, kw_only=True)
class ServiceOutline(Named):
    """A service with its environments in order; `ordered` where they were written as a list, whose order counts."""

    environments: tuple[Named, ...] = ()
    ordered: bool = False
    team: str = ""


@dataclass(frozen=True, kw_only=True)
class Outline:
    """All names of the file, in its order."""

    integrations: tuple[Named, ...]
    teams: tuple[Named, ...]
    shared: tuple[Named, ...]
    services: tuple[ServiceOutline, ...]
    roles: tuple[Named, ...]
    freezes: tuple[Named, ...] = ()
    digests: tuple[Named, ...] = ()
    alert_sources: tuple[Named, ...] = ()

    def targets(self) -> Iterator[tuple[ServiceOutline, Named]]:
        """Every service with each of its environments."""
        for service in self.services:
            for environment in service.environments:
                yield service, environment


def outline(reader: Reader, root: Mapping) -> Outline:
    """The names of everything; unusable, doubled and clashing ones are noted."""
    shared = _named(reader, root.get("environments"))
    services = tuple(_service(reader, service, shared) for service in _named(reader, root.get("services")))
    found = Outline(
        integrations=_named(reader, root.get("integrations")),
        teams=_named(reader, root.get("teams")),
        shared=shared,
        services=services,
        roles=_named(reader, root.get("roles")),
        freezes=_named(reader, root.get("freezes")),
        digests=_named(reader, root.get("digests")),
    )
    _note_clashes(reader, found)
    return found


def _inside(node: Node | None, key: str) -> Node | None:
    """What stands under a key; a wrong shape is noted where the section itself is read."""
    return node.get(key) if isinstance(node, Mapping) else None


def _named(reader: Reader, node: Node | None) -> tuple[Named, ...]:
    found: dict[str, Named] = {}
    for key, value in reader.entries(node):
        name = plain_name(key)
        if _note_unusable(reader, key, value.path):
            continue
        if name in found:
            line = find(reader.tree, found[name].path)[1].line
            reader.problems.append(
                reader.key(value.path, f"the same name as on line {line} (case does not matter)", "keep one")
            )
            continue
        filled = Mapping(path=value.path, mark=value.mark) if is_null(value) else value
        found[name] = Named(name=name, path=value.path, node=filled, aliases=listed(filled, "aliases"))
    return tuple(found.values())


def _note_unusable(reader: Reader, name: str, path: Path) -> bool:
    try:
        Name.read(name)
    except PydanticCustomError as error:
        details = error.context or {}
        reader.problems.append(reader.key(path, details["problem"], details["hint"]))
        return True
    return False


def listed(node: Node, key: str) -> tuple[tuple[str, Path], ...]:
    """The names in the list under `key`, each with its place; whatever is not a word is left out."""
    written = node.get(key) if isinstance(node, Mapping) else None
    items = written.items if isinstance(written, Sequence) else ()
    return tuple((plain_name(item.text), item.path) for item in items if isinstance(item, Scalar))


def _service(reader: Reader, service: Named, shared: tuple[Named, ...]) -> ServiceOutline:
    written = service.node.get("environments") if isinstance(service.node, Mapping) else None
    environments = _environments(reader, service, written) if isinstance(service.node, Mapping) else ()
    by_name = {named.name: named for named in shared}
    return ServiceOutline(
        name=service.name,
        path=service.path,
        node=service.node,
        aliases=service.aliases,
        environments=tuple(_with_shared_aliases(environment, by_name) for environment in environments),
        ordered=isinstance(written, Sequence),
        team=_team(service.node),
    )


def _team(node: Node) -> str:
    said = node.get("team") if isinstance(node, Mapping) else None
    return plain_name(said.text) if isinstance(said, Scalar) else ""


def _with_shared_aliases(environment: Named, shared: dict[str, Named]) -> Named:
    says_nothing = not isinstance(environment.node, Mapping) or environment.node.get("aliases") is None
    if says_nothing and environment.name in shared:
        return replace(environment, aliases=shared[environment.name].aliases)
    return environment


def _environments(reader: Reader, service: Named, written: Node | None) -> tuple[Named, ...]:
    empty = written is None or not (written.items if isinstance(written, Sequence) else True)
    if empty or (isinstance(written, Mapping) and not written.entries):
        reader.problems.append(
            reader.key(service.path, "has no environments", "add environments: [staging, production]")
        )
        return ()
    if isinstance(written, Sequence):
        return _listed(reader, written)
    if isinstance(written, Mapping) or (written is not None and is_null(written)):
        return _named(reader, written)
    assert written is not None
    reader.problems.append(
        reader.at(written.path, "has to be a list of names, or names with settings", "write [staging, production]")
    )
    return ()


def _listed(reader: Reader, written: Sequence) -> tuple[Named, ...]:
    found: dict[str, Named] = {}
    for item in written.items:
        if not isinstance(item, Scalar) or is_null(item):
            hint = "write names only, or make it a mapping: {staging: {}, production: {confirm: always}}"
            reader.problems.append(reader.at(item.path, "has to be a name", hint))
        elif not _note_unusable(reader, item.text, item.path):
            name = plain_name(item.text)
            if name in found:
                reader.problems.append(reader.at(item.path, "the same environment twice", "remove one"))
            found[name] = Named(name=name, path=item.path, node=Mapping(path=item.path, mark=item.mark))
    return tuple(found.values())


def _note_clashes(reader: Reader, found: Outline) -> None:
    services: dict[str, Path] = {}
    for service in found.services:
        _claim(reader, services, service, what="a service")
        _claim(reader, {}, *service.environments, what="an environment")
    everywhere = dict(services)
    for service in found.services:
        for word, path in service.names:
            if word in _COMMANDS:
                reader.problems.append(reader.key(path, f"`{word}` is a word of commands", "choose another name"))
    for _owner, environment in found.targets():
        for word, path in environment.names:
            if word in LITTLE_WORDS:
                reader.problems.append(reader.key(path, f"`{word}` is a word of commands", "choose another name"))
            if word in everywhere:
                service_path = dotted(everywhere[word])
                problem = f"`{word}` is also a service ({service_path}), and commands could not tell them apart"
                reader.problems.append(reader.key(path, problem, "rename one of them"))


def _claim(reader: Reader, claimed: dict[str, Path], *owners: Named, what: str) -> None:
    for owner in owners:
        for word, path in owner.names:
            if word in claimed and claimed[word] != path:
                line = find(reader.tree, claimed[word])[1].line
                problem = f"`{word}` already names {what}: {dotted(claimed[word])}, line {line}"
                reader.problems.append(reader.key(path, problem, "names and aliases have to be unique: change one"))
            claimed.setdefault(word, path)
