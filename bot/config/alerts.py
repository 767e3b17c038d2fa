"""Where alerts come from: each source belongs to a kind, and each kind brings its own settings."""

from collections.abc import Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Discriminator, Field, SecretStr, Tag

from bot.config.names import Name
from bot.config.nodes import Mapping, Node, Path, Scalar, value_of
from bot.config.outline import Named
from bot.config.problems import known_words
from bot.config.reading import Reader
from bot.config.section import IntegrationModels, Section
from bot.config.values import wrong

SHORTEST_SECRET = 16


class AlertsSection(Section):
    """What becomes of what your monitoring says."""

    sources: dict[str, dict[str, Any]] = Field(
        default={},
        description="Who may send alerts, by a name of your choice, which is the end of its address: /webhooks/NAME. "
        "`kind` says which system it is, and defaults to the name; docs/alert-sources.md has the other keys.",
    )


def _strong(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if len(text) < SHORTEST_SECRET or not text.isascii() or not text.isprintable() or " " in text:
        raise wrong(
            f"not a usable secret: it needs at least {SHORTEST_SECRET} characters, without spaces",
            "make one with `openssl rand -hex 24`, and give it to the sender",
        )
    return value


def _some(value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    if not value:
        raise wrong("an empty list of secrets", "write the secret: without one anybody could send alerts")
    return value


OneSecret = Annotated[SecretStr, AfterValidator(_strong)]


def _how_many(value: object) -> str:
    return "many" if isinstance(value, list | tuple) else "one"


AlertSecret = Annotated[
    Annotated[OneSecret, Tag("one")] | Annotated[tuple[OneSecret, ...], AfterValidator(_some), Tag("many")],
    Discriminator(_how_many),
]
"""One secret, or a list while it is being changed: each of them is good."""


class SourceSettings(Section):
    """What every source of alerts can say."""

    service: Name | None = Field(
        default=None, description="The service of alerts that name none. An alert names it by its label `service`."
    )
    environment: Name | None = Field(
        default=None,
        description="The environment of alerts that name none. An alert names it by its label `environment` or `env`.",
    )

    def secrets(self) -> tuple[str, ...]:
        """Every secret of the section, in its order."""
        return tuple(_secrets(self))


def _secrets(value: object) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, BaseModel):
        for _name, inner in value:
            yield from _secrets(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _secrets(inner)


@dataclass(frozen=True, kw_only=True)
class ConfiguredSource:
    """A configured source of alerts: `kind` names the file in integrations/, `settings` is its validated ALERTS."""

    name: str
    kind: str
    settings: SourceSettings


@dataclass(frozen=True, kw_only=True)
class Sources:
    """The usable sources by name, and where each stands."""

    usable: Table[str, ConfiguredSource]
    paths: Table[str, Path]


def alert_sources(reader: Reader, named: tuple[Named, ...], kinds: Table[str, IntegrationModels]) -> Sources:
    """Every source that is listed; what is wrong with one is noted."""
    models = {kind: each.alerts for kind, each in kinds.items() if each.alerts}
    found = {each.name: _source(reader, each, models) for each in named}
    usable = {name: source for name, source in found.items() if source}
    return Sources(usable=usable, paths={each.name: each.path for each in named})


def _source(reader: Reader, named: Named, models: Table[str, type[BaseModel]]) -> ConfiguredSource | None:
    if not isinstance(named.node, Mapping):
        return None  # the section that holds it has said so
    kind, place = _kind(named.node, named.name)
    if kind not in models:
        finding = reader.at if place is not named.node else reader.key
        problem = f"no alerts come from a kind `{kind}`"
        reader.problems.append(finding(place.path, problem, f"write kind: … ({known_words(kind, models)})"))
        return None
    settings = reader.section(models[kind], named.node, extra_keys=("kind",))
    if not isinstance(settings, SourceSettings):
        return None
    return ConfiguredSource(name=named.name, kind=kind, settings=settings)


def _kind(node: Mapping, name: str) -> tuple[str, Node]:
    said = node.get("kind")
    return (str(value_of(said)).strip().lower(), said) if isinstance(said, Scalar) else (name, node)
