"""`quarterdeck run`: run the bot until it is told to stop."""

import asyncio

import click

from bot.app import run
from bot.cli.loading import fail, file_option, load
from bot.errors import QuarterdeckError
from bot.web.listeners import PortInUse


@click.command(help="Run the bot until SIGINT or SIGTERM.")
@file_option
def command(file: str) -> None:
    """Load, connect, serve."""
    configuration = load(file)
    try:
        asyncio.run(run(configuration))
    except (QuarterdeckError, PortInUse, OSError) as error:
        fail(error)
