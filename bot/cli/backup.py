"""`quarterdeck backup`: a checked copy of the database now, or the copies that there are."""

import asyncio
import sys
import time

import click

from bot.cli.loading import file_option, load
from bot.config import Configuration
from bot.store import backups
from bot.web.admin import ask, path_beside


@click.command(help="Make a checked copy of the database now; the bot may run meanwhile.")
@file_option
@click.option("--list", "listing", is_flag=True, help="Make none: show the hourly ones that there are, newest first.")
def command(file: str, listing: bool) -> None:  # noqa: FBT001 (click's)
    """Exit 1 where none was made."""
    configuration = load(file)
    if listing:
        for each in backups.listed(configuration.backup_folder, configuration.store):
            click.echo(f"{each.path}  {each.size} bytes")
        return
    answer = asyncio.run(ask(path_beside(configuration.store), {"verb": "backup"}))
    if answer is None:
        _said(*_made(configuration))
    elif answer.get("going_on"):
        click.echo("The running bot makes it; it is large, and the log says when it is finished.")
    elif "file" in answer:
        _said(answer["file"], answer["bytes"])
    else:
        click.echo(f"quarterdeck: {answer.get('why') or answer.get('error')}", err=True)
        sys.exit(1)


def _made(configuration: Configuration) -> tuple[object, object]:
    """Without a running bot: here."""
    folder, database = configuration.backup_folder, configuration.store
    made = backups.make(database, folder, time.time_ns() // 1_000_000)
    backups.prune(folder, database, configuration.backups.keep)
    return made.path, made.size


def _said(path: object, size: object) -> None:
    click.echo(f"{path}  {size} bytes, checked")
