"""How a target is verified: the `verify:` that holds for it, its probes checked by the integrations that they name."""

from bot.config.configuration import Check, Origin, Verify
from bot.config.delivery import FailureSection, VerifySection
from bot.config.integrations import Connections
from bot.config.nodes import Mapping, Node, Path, Sequence
from bot.config.problems import known_words
from bot.config.reading import Reader
from bot.domain.verification import OnFailure, Rules

MOST = 10  # probes of one target


def resolved_verify(
    reader: Reader,
    verify: tuple[VerifySection | None, Origin],
    failure: tuple[FailureSection | None, Origin],
    connections: Connections,
) -> Verify | None:
    """The rules and probes of a target; None where it has none, or after a problem."""
    section, origin = verify
    if section is None:
        _note_alone(reader, failure)
        return None
    checks = _checks(reader, origin.node, connections)
    if not checks:
        return None
    names = _names(checks)
    after = failure[0] or FailureSection(rollback=OnFailure.NONE)
    rules = Rules(
        probes=names,
        bake=int(section.bake),
        every=int(section.every),
        failures=section.failures,
        on_failure=after.rollback,
        countdown=int(after.after),
        even_irreversible=after.even_irreversible,
    )
    return Verify(rules=rules, checks=checks)


def _note_alone(reader: Reader, failure: tuple[FailureSection | None, Origin]) -> None:
    """Without probes nothing can fail: a rule that cannot hold must not look as if it did."""
    section, origin = failure
    if section is None or origin.node is None:
        return
    problem = "nothing is verified there, so this never happens"
    hint = "add verify: {for: 10m, checks: [{http: {url: …}}]}, or remove it"
    reader.problems.append(reader.key(origin.node.path, problem, hint))


def _checks(reader: Reader, node: Node | None, connections: Connections) -> tuple[Check, ...]:
    listed = node.get("checks") if isinstance(node, Mapping) else None
    items = listed.items if isinstance(listed, Sequence) else ()
    path: Path = listed.path if listed else ()
    if not items or len(items) > MOST:
        problem = f"has {len(items) or 'no'} probes"
        reader.problems.append(reader.key(path, problem, f"write from 1 to {MOST}: [{{http: {{url: …}}}}]"))
        return ()
    found = [_check(reader, item, connections) for item in items]
    return tuple(each for each in found if each) if all(found) else ()


def _check(reader: Reader, item: Node, connections: Connections) -> Check | None:
    if not isinstance(item, Mapping) or len(item.entries) != 1:
        problem = "has to name one integration with its settings"
        reader.problems.append(reader.at(item.path, problem, "write {http: {url: …}}"))
        return None
    (entry,) = item.entries
    via = entry.key.strip().lower()
    if via in connections.broken:
        return None
    usable = connections.usable.get(via)
    model = connections.kinds[usable.kind].probe if usable else None
    if model is None:
        able = [name for name, each in connections.usable.items() if connections.kinds[each.kind].probe]
        problem = f"`{via}` cannot say whether a target is well" if usable else f"there is no integration `{via}`"
        reader.problems.append(reader.key(entry.value.path, problem, known_words(via, able)))
        return None
    settings = reader.section(model, entry.value)
    return Check(via=via, settings=settings, path=entry.value.path) if settings else None


def _names(checks: tuple[Check, ...]) -> tuple[str, ...]:
    """What people read of each probe: the integration, numbered where there are more of it."""
    seen: dict[str, int] = {}
    names = []
    for check in checks:
        seen[check.via] = seen.get(check.via, 0) + 1
        names.append(check.via if seen[check.via] == 1 else f"{check.via} {seen[check.via]}")
    return tuple(names)
