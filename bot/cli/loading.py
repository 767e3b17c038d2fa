"""Load the configuration, or say everything that is wrong with it and exit 2 before anything connects."""

import os
import sys
from pathlib import Path
from typing import NoReturn

import click

from bot import config
from bot.discovering import integration_models, integration_modules
from bot.errors import ConfigError, QuarterdeckError

DEFAULT = "quarterdeck.yaml"
file_option = click.option(
    "--config", "file", envvar="QUARTERDECK_CONFIG", default=DEFAULT, show_default=True, help="The configuration file."
)


def load(file: str) -> config.Configuration:
    """The configuration; exits 2 with every problem where it cannot be used."""
    try:
        return config.load(Path(file), integration_models(integration_modules()), os.environ)
    except ConfigError as error:
        click.echo(config.render_problems(error.problems), err=True)
        sys.exit(2)


def fail(error: QuarterdeckError | Exception, code: int = 1) -> NoReturn:
    """One clear message, no traceback."""
    click.echo(f"quarterdeck: {error}", err=True)
    sys.exit(code)
