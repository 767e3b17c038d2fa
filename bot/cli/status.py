"""`quarterdeck status`: what the bot does, asked through its admin socket; where it does not run, what it left behind."""

import asyncio
import json
import socket
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from bot.cli.loading import file_option, load
from bot.situation import left_behind
from bot.store.lockfile import holder
from bot.web.admin import ask, path_beside

Json = Mapping[str, Any]


@click.command(help="What the bot is doing; where it does not run, what it left unfinished.")
@file_option
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def command(file: str, as_json: bool) -> None:  # noqa: FBT001 (click's)
    """Exit 1 where no bot answers; what is said then comes from its rows."""
    configuration = load(file)
    answer = asyncio.run(ask(path_beside(configuration.store), {"verb": "status"}))
    found: Json = (
        {"running": True, **answer} if answer else {"running": False, **(left_behind(configuration.store) or {})}
    )
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        click.echo("\n".join(_lines(found)))
    if answer is None:
        click.echo(f"No bot answers for {configuration.store}. {_fix(configuration.store, file)}", err=True)
    sys.exit(0 if answer and answer.get("ok") else 1)


def _fix(database: Path, file: str) -> str:
    other = holder(database)
    if other is not None and (other.host != socket.gethostname() or Path(f"/proc/{other.pid}").exists()):
        return f"Its lock names process {other.pid} on {other.host}: it may be starting or stopping; try again."
    return f"Start it: quarterdeck run --config {file}"


def _lines(found: Json) -> Iterator[str]:
    if found["running"]:
        taken = "taken" if found.get("intake_open") else "not taken yet"
        yield f"deliveries are {taken}; Slack connections: {found.get('connections')}"
        yield f"out of reach: {', '.join(found.get('degraded') or ['nothing'])}"
    if "operations" in found:
        states = ", ".join(f"{count} {state}" for state, count in found["operations"].items())
        yield f"operations: {states or 'none'}"
        yield f"messages owed: {found['outbox_waiting']}; deliveries worked on: {found['inbox_waiting']}"
    for each in found.get("unfinished", ()):
        note = f" ({each['note']})" if each["note"] else ""
        target = f"{each['service']} → {each['environment']}"
        yield f"  #{each['id']} {each['action']} {target} {each['revision'][:7]}: {each['state']}{note}"
