"""`quarterdeck schema`: the configuration's JSON Schema, for editors."""

import json

import click

from bot.config.schema import schema
from bot.discovering import integration_models, integration_modules


@click.command(help="Print the configuration's JSON Schema, for editors that complete and check YAML.")
def command() -> None:
    """The same models that `check` uses."""
    click.echo(json.dumps(schema(integration_models(integration_modules())), indent=2))
