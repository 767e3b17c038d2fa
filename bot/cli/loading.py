"""Load the configuration, or say everything that is wrong with it and exit 2 before anything connects."""

import os
import sys
from pathlib import Path
from typing import NoReturn

import click

from bot import config
from bot.config.problems import known_words
from bot.discovering import integration_models, integration_modules
from bot.errors import ConfigError

DEFAULT = "quarterdeck.yaml"
file_option = click.option(
    "--config", "file", envvar="QUARTERDECK_CONFIG", default=DEFAULT, show_default=True, help="The configuration file."
)


def load(file: str) -> config.Configuration:
    """The configuration; exits 2 with every problem where it cannot be used. From here on, logs hold none of its secrets."""
    try:
        configuration = config.load(Path(file), integration_models(integration_modules()), os.environ)
    except ConfigError as error:
        click.echo(config.render_problems(error.problems), err=True)
        sys.exit(2)
    from bot import logs  # `check` needs this file's option, and logs nothing

    logs.set_up(configuration.secrets, level="warning")
    return configuration


def known(configuration: config.Configuration, service: str, environment: str) -> tuple[str, str]:
    """The names as the configuration has them; an empty word stays empty. Exits 2 for a service or environment that there is not."""
    if not service:
        return "", ""
    found = configuration.service(service)
    if found is None:
        wrong(
            f"There is no service {service!r} in {configuration.file}: {known_words(service, configuration.services)}"
        )
    if not environment:
        return found.name, ""
    place = found.environment(environment)
    if place is None:
        words = known_words(environment, [each.name for each in found.environments])
        wrong(f"{found.name} has no environment {environment!r} in {configuration.file}: {words}")
    return found.name, place.name


def wrong(sentence: str) -> NoReturn:
    """What was typed cannot be carried out: status 2."""
    click.echo(f"quarterdeck: {sentence}", err=True)
    sys.exit(2)
