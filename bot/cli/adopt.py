"""`quarterdeck adopt`: what targets serve now is recorded as known to be good."""

import asyncio
import sys
from collections.abc import Mapping
from typing import Any

import click

from bot.app import adopting
from bot.cli.loading import file_option, known, load
from bot.config import Configuration, Environment
from bot.web.admin import ask, path_beside


@click.command(help="Record what targets serve now as known to be good, so that a rollback can return to it.")
@click.argument("service", default="")
@click.argument("environment", default="")
@click.option("--release", is_flag=True, help="After a restore: also free targets that cannot say what they serve.")
@file_option
def command(service: str, environment: str, file: str, *, release: bool) -> None:
    """All targets, or those of a service, or one; exit 1 where nothing was recorded, 2 for a target that there is not."""
    configuration = load(file)
    service, environment = known(configuration, service, environment)
    lines = asyncio.run(_adopt(configuration, service, environment, release=release))
    for line in lines:
        click.echo(line["text"])
    sys.exit(0 if any(line["adopted"] for line in lines) else 1)


async def _adopt(
    configuration: Configuration, service: str, environment: str, *, release: bool
) -> list[Mapping[str, Any]]:
    lines: list[Mapping[str, Any]] = []
    for target in _targets(configuration, service, environment):
        request = {"verb": "adopt", "service": target.service, "environment": target.name, "release": release}
        answer = await ask(path_beside(configuration.store), request)
        if answer is None:  # no bot answers: the lock lets us do it ourselves, or names who holds it
            return [*lines, *await adopting(configuration, service, environment, release=release)]
        if answer["ok"]:
            lines += answer["lines"]
        else:
            lines.append({"text": f"{target.service} → {target.name}: {answer['error']}", "adopted": False})
    return lines


def _targets(configuration: Configuration, service: str, environment: str) -> list[Environment]:
    services = [each for each in configuration.services.values() if service in {"", each.name}]
    return [place for each in services for place in each.environments if environment in {"", place.name}]
