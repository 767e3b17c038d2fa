"""`quarterdeck adopt`: what targets serve now is recorded as known to be good."""

import asyncio

import click

from bot.app import adopting
from bot.cli.loading import fail, file_option, load
from bot.errors import QuarterdeckError
from bot.web.admin import ask, path_beside


@click.command(help="Record what targets serve now as known to be good, so that a rollback can return to it.")
@click.argument("service", default="")
@click.argument("environment", default="")
@file_option
def command(service: str, environment: str, file: str) -> None:
    """All targets, or those of a service, or one."""
    configuration = load(file)
    running = asyncio.run(
        ask(path_beside(configuration.store), {"verb": "adopt", "service": service, "environment": environment})
    )
    if running is not None:
        lines = running.get("lines", [running.get("error", "")])
        click.echo("\n".join(str(each) for each in lines))  # type: ignore[attr-defined]  # a JSON list
        return
    try:
        for line in asyncio.run(adopting(configuration, service, environment)):
            click.echo(line)
    except (QuarterdeckError, OSError) as error:
        fail(error)
