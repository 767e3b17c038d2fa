"""Rules that no single section can check for itself."""

from collections.abc import Iterator

from bot.config.configuration import Service
from bot.config.connection import Mode, Slack, Web
from bot.config.outline import ServiceOutline
from bot.config.problems import Problem, known_words
from bot.config.reading import Reader
from bot.domain.terms import Permission

_TYPED = frozenset(Permission) - {Permission.DECIDE}


def way_in(reader: Reader, slack: Slack, web: Web) -> Iterator[Problem]:
    """In HTTP mode Slack calls us, so something has to listen; and a shortcut has to be a command."""
    if slack.mode is Mode.HTTP and web.public is None:
        hint = "add web: {public: {url: https://ops.example.com}}, or use app_token for Socket Mode"
        yield reader.key(("slack", "signing_secret"), "HTTP mode needs a public listener (web.public)", hint)
    for index, command in enumerate(slack.shortcuts):
        if (verb := command.removeprefix("/")) not in _TYPED:
            problem = f"no command is called `{verb}`, so {command} could do nothing"
            yield reader.at(("slack", "shortcuts", index), problem, known_words(verb, _TYPED))


def way_in_for_alerts(reader: Reader, web: Web, *, names: tuple[str, ...]) -> Iterator[Problem]:
    """What sends alerts calls us, so something has to listen."""
    if names and web.public is None:
        hint = "add web: {public: {url: https://ops.example.com}}, or remove alerts.sources"
        yield reader.key(("alerts", "sources"), "alerts need a public listener (web.public)", hint)


def circles(reader: Reader, service: Service, outline: ServiceOutline) -> Iterator[Problem]:
    """An order of promotion that runs in a circle lets nothing through: told once for each service."""
    after = {environment.name: environment.after for environment in service.environments}
    for start in after:
        way = [start]
        while (name := after[way[-1]]) and name not in way:
            way.append(name)
        if name:
            circle = " after ".join([*way[way.index(name) :], name])
            problem = f"the order of promotion runs in a circle: {circle}"
            yield reader.key((*outline.path, "environments"), problem, "remove one `after`")
            return
