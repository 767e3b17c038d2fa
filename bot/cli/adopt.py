"""`quarterdeck adopt`: what targets serve now is recorded as known to be good."""

import asyncio

import click

from bot.app import adopting
from bot.cli.loading import fail, file_option, load
from bot.errors import QuarterdeckError


@click.command(help="Record what targets serve now as known to be good, so that a rollback can return to it.")
@click.argument("service", default="")
@click.argument("environment", default="")
@file_option
def command(service: str, environment: str, file: str) -> None:
    """All targets, or those of a service, or one."""
    configuration = load(file)
    try:
        for line in asyncio.run(adopting(configuration, service, environment)):
            click.echo(line)
    except (QuarterdeckError, OSError) as error:
        fail(error)
