"""Every word that the grammar knows, and where a line was typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bot.commanding.command import Command
from bot.commanding.normalise import key
from bot.domain.terms import Door, Target

NEEDED = ("help", "overview", "status")
"""What the grammar itself leads to: `--help`, an empty line, a service alone."""


@dataclass(frozen=True, kw_only=True)
class KnownEnvironment:
    """An environment of one service."""

    name: str
    aliases: tuple[str, ...] = ()
    production: bool = False


@dataclass(frozen=True, kw_only=True)
class KnownService:
    """A service with its environments in order of promotion; `channel` is the name or id of where its cards go, or empty.

    `repository` is as configured (`acme/web`, a path or a URL): a link to a pull request of another repository is refused.
    """

    name: str
    environments: tuple[KnownEnvironment, ...]
    aliases: tuple[str, ...] = ()
    channel: str = ""
    repository: str = ""

    def environment(self, word: str) -> KnownEnvironment | None:
        """The environment with that name or, where there is none, that alias."""
        return self._environments.get(key(word))

    @cached_property
    def _environments(self) -> dict[str, KnownEnvironment]:
        by_alias = {key(alias): each for each in reversed(self.environments) for alias in each.aliases}
        return by_alias | {key(each.name): each for each in self.environments}


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """The words of one installation; `commands` is what `discover` returned, `command` the slash command. Built once, at start."""

    services: tuple[KnownService, ...]
    commands: Mapping[str, Command] = field(repr=False)
    command: str = "/ops"

    def __post_init__(self) -> None:
        lacking = [name for name in NEEDED if name not in self.commands]
        if lacking:
            raise ValueError(f"the grammar needs the commands {', '.join(lacking)}")

    def verb(self, word: str) -> Command | None:
        """The command with that name or alias."""
        return self._verbs.get(key(word))

    def service(self, word: str) -> KnownService | None:
        """The service with that name or, where there is none, that alias; a leading # does not matter."""
        return self._services.get(key(word).removeprefix("#"))

    def environment(self, word: str) -> str:
        """The name of the environment that some service calls so; the word itself where services differ; empty for none."""
        names = self._environments.get(key(word), ())
        return next(iter(names)) if len(names) == 1 else key(word) if names else ""

    def services_of(self, channel: str, name: str = "") -> tuple[str, ...]:
        """The services whose cards go to that channel, by its id or its name."""
        wanted = {channel, name.removeprefix("#").lower()} - {""}
        return tuple(each.name for each in self.services if each.channel and each.channel.removeprefix("#") in wanted)

    def is_production(self, target: Target) -> bool:
        """Whether that environment of that service is production-like; an unknown one counts as such."""
        service = self._services.get(target.service)
        environment = service.environment(target.environment) if service else None
        return environment is None or environment.production

    @cached_property
    def service_words(self) -> tuple[str, ...]:
        """Every name and alias of every service."""
        return tuple(self._services)

    @cached_property
    def environment_words(self) -> tuple[str, ...]:
        """Every name and alias of every environment."""
        return tuple(self._environments)

    @cached_property
    def verb_words(self) -> tuple[str, ...]:
        """Every name and alias of every command."""
        return tuple(self._verbs)

    @cached_property
    def _verbs(self) -> dict[str, Command]:
        aliases = {alias: each for each in self.commands.values() for alias in each.aliases}
        return aliases | dict(self.commands)

    @cached_property
    def _services(self) -> dict[str, KnownService]:
        by_alias = {key(alias): each for each in reversed(self.services) for alias in each.aliases}
        return by_alias | {key(each.name): each for each in self.services}

    @cached_property
    def _environments(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = {}
        for service in self.services:
            for word in service._environments:  # noqa: SLF001 - the same module's own index
                environment = service.environment(word)
                assert environment is not None
                found.setdefault(word, {})[environment.name] = None
        return {word: tuple(names) for word, names in found.items()}


@dataclass(frozen=True, kw_only=True)
class Context:
    """Where a line was typed: in the thread of an operation, in a channel that services name, through which door.

    `bot_user` is our own user id where it is known, so that a leading mention of somebody else is not taken for ours.
    """

    door: Door = Door.SLASH
    thread_target: Target | None = None
    channel_services: tuple[str, ...] = ()
    bot_user: str = ""
