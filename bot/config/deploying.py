"""How a target is deployed: the laid-over `deploy:` keys, checked by the integration that `via` names."""

from pydantic import BaseModel

from bot.config.configuration import Deploy
from bot.config.integrations import Connections
from bot.config.layers import Laid
from bot.config.nodes import Node
from bot.config.outline import ServiceOutline
from bot.config.problems import known_words
from bot.config.reading import Reader


def resolved_deploy(reader: Reader, outline: ServiceOutline, laid: Laid, connections: Connections) -> Deploy | None:
    """What the integration made of it, or None after a problem."""
    if laid.node is None:
        hint = f"add deploy: {{via: {next(iter(_able(connections)), 'NAME')}, …}} to the service or the environment"
        reader.problems.append(reader.key(outline.path, "nothing says how it is deployed", hint))
        return None
    if not laid.via or laid.via_node is None:
        known = " or ".join(_able(connections)) or "the name of an integration"
        reader.problems.append(reader.key(laid.node.path, "`via` is missing", f"add via: {known}"))
        return None
    models = _target_model(reader, laid.via, laid.via_node, connections)
    target = reader.section(models, laid.node, extra_keys=("via",)) if models else None
    if target is None:
        return None
    return Deploy(via=laid.via, kind=connections.usable[laid.via].kind, target=target)


def _target_model(reader: Reader, via: str, node: Node, connections: Connections) -> type[BaseModel] | None:
    if via in connections.broken:
        return None
    if via in connections.kinds and via not in connections.usable:
        problem, hint = f"the integration `{via}` is not set up", f"add integrations: {{{via}: …}}"
        reader.problems.append(reader.at(node.path, problem, hint))
        return None
    if via not in connections.usable:
        hint = known_words(via, _able(connections))
        reader.problems.append(reader.at(node.path, f"there is no integration `{via}`", hint))
        return None
    model = connections.kinds[connections.usable[via].kind].target
    if model is None:
        hint = f"these can: {', '.join(_able(connections)) or 'none'}"
        reader.problems.append(reader.at(node.path, f"the integration `{via}` cannot deploy", hint))
    return model


def _able(connections: Connections) -> list[str]:
    """The connections that can deploy."""
    return [name for name, found in connections.usable.items() if connections.kinds[found.kind].target]
