"""`quarterdeck config show`: each effective value, and the line that says so."""

import json
from dataclasses import asdict

import click

from bot.cli.loading import file_option, known, load, wrong
from bot.config import Effective, explain, explain_settings


@click.group(help="Look at the configuration.")
def command() -> None:
    """Only `show` so far."""


@command.command(
    help="Each effective value of a target, and where it comes from; without a target, the bot's own settings."
)
@click.argument("service", default="")
@click.argument("environment", default="")
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
@file_option
def show(service: str, environment: str, file: str, as_json: bool) -> None:  # noqa: FBT001 (click's)
    """Exit 2 for a target that there is not."""
    configuration = load(file)
    service, environment = known(configuration, service, environment)
    if service and not environment:
        names = ", ".join(each.name for each in configuration.services[service].environments)
        wrong(f"Which environment of {service}? It has {names}.")
    found = explain(configuration, service, environment) if service else explain_settings(configuration)
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=2, default=str))
        return
    for each in found:
        click.echo(_line(each))


def _line(each: Effective) -> str:
    where = f"{each.file}:{each.line}" if each.line else "built in"
    return f"{each.key:<28} {each.value!s:<36} {where} ({each.source})"
