"""`quarterdeck run`: run the bot until it is told to stop."""

import asyncio

import click

from bot import logs
from bot.app import run
from bot.cli.loading import fail, file_option, load
from bot.errors import QuarterdeckError
from bot.web.listeners import PortInUse


@click.command(help="Run the bot until SIGINT or SIGTERM.")
@file_option
@click.option("--log-level", default="", help="debug, info, warning or error; also QUARTERDECK_LOG.")
@click.option(
    "--lock-wait", default=60, show_default=True, help="Seconds to wait for another instance on the same database."
)
def command(file: str, log_level: str, lock_wait: int) -> None:
    """Load, connect, serve; 2 for a bad configuration, 1 where it cannot start."""
    configuration = load(file)
    logs.set_up(configuration.secrets, level=log_level)
    try:
        asyncio.run(run(configuration, lock_wait=lock_wait * 1000))
    except (QuarterdeckError, PortInUse, OSError) as error:
        fail(error)
