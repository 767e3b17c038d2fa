"""`quarterdeck status`: what the running bot is doing, asked through its admin socket."""

import asyncio
import json
import sys
from collections.abc import Mapping

import click

from bot.cli.loading import file_option, load
from bot.store.lockfile import holder
from bot.web.admin import ask, path_beside


@click.command(help="What the running bot is doing, asked through its admin socket.")
@file_option
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def command(file: str, as_json: bool) -> None:  # noqa: FBT001 (click's)
    """Exit 1 where no bot answers."""
    configuration = load(file)
    answer = asyncio.run(ask(path_beside(configuration.store), {"verb": "status"}))
    if answer is None:
        other = holder(configuration.store)
        known = f" Its lock says process {other.pid} on {other.host}." if other else ""
        click.echo(
            f"No bot answers for {configuration.store}.{known} Start it: quarterdeck run --config {file}", err=True
        )
        sys.exit(1)
    click.echo(json.dumps(answer, indent=2) if as_json else _shown(answer))


def _shown(answer: Mapping[str, object]) -> str:
    degraded = answer.get("degraded") or ["nothing"]
    return "\n".join(
        [
            f"deliveries are {'taken' if answer.get('intake_open') else 'not taken yet'}; Slack connections: {answer.get('connections')}",
            f"operations by state: {answer.get('operations') or 'none'}",
            f"messages owed: {answer.get('outbox_waiting')}; deliveries worked on: {answer.get('inbox_waiting')}",
            f"out of reach: {', '.join(map(str, degraded))}",  # type: ignore[call-overload]  # a JSON list
        ]
    )
