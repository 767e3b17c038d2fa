"""`quarterdeck restore`: a backup takes the database's place, which is kept aside."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.cli.loading import file_option, load
from bot.store import backups
from bot.store.backups import Restored
from bot.store.lockfile import instance_lock


@click.command(help="Put a backup in the database's place. The bot must not run; the present database is kept.")
@click.argument("backup")
@file_option
def command(backup: str, file: str) -> None:
    """Exit 1, with nothing changed, where the bot runs or the file is not a sound backup."""
    configuration = load(file)
    database, now = configuration.store, time.time_ns() // 1_000_000
    chosen = Path(backup)
    if not chosen.exists() and (configuration.backup_folder / backup).exists():
        chosen = configuration.backup_folder / backup
    database.parent.mkdir(parents=True, exist_ok=True)
    with instance_lock(database, since=now):
        done = backups.restore(chosen, database, now)
    click.echo("\n".join(_lines(chosen, database, done)))


def _lines(chosen: Path, database: Path, done: Restored) -> Iterator[str]:
    made = f", made {datetime.fromtimestamp(done.made_at / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC" if done.made_at else ""
    yield f"Restored {database} from {chosen}{made}."
    if done.aside is not None:
        yield f"The database from before is kept: {done.aside}"
    yield ""
    yield "It is in the past. What follows:"
    yield "  1. Start the bot. It says that it was restored: in its log, in the audit, and in the admin channel."
    yield "  2. Before you deploy: /ops status asks every target what it serves; compare it with what you know."
    yield "  3. Record what is live and good: quarterdeck adopt"
    yield "What holds after a restore, and what does not: docs/backup.md"
