"""`quarterdeck run`: run the bot until it is told to stop."""

import asyncio

import click

from bot import logs
from bot.app import run
from bot.cli.loading import file_option, load


@click.command(help="Run the bot until SIGINT or SIGTERM.")
@file_option
@click.option(
    "--log-level", type=click.Choice(logs.LEVELS, case_sensitive=False), envvar="QUARTERDECK_LOG", default="info",
    show_default=True, help="What is logged; also QUARTERDECK_LOG.",
)  # fmt: skip
@click.option(
    "--lock-wait", default=60, show_default=True, type=click.IntRange(min=0),
    help="Seconds to wait for another instance on the same database.",
)  # fmt: skip
def command(file: str, log_level: str, lock_wait: int) -> None:
    """Load, connect, serve; 2 for a bad configuration, 1 where it cannot start."""
    configuration = load(file)
    logs.set_up(configuration.secrets, level=log_level)
    asyncio.run(run(configuration, lock_wait=lock_wait * 1000))
