"""`quarterdeck check`: every problem and warning of the configuration."""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

import click

from bot import config
from bot.cli.loading import file_option
from bot.discovering import integration_models, integration_modules


@click.command(help="Validate the configuration: every problem at once, with its line and its fix.")
@file_option
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def command(file: str, as_json: bool) -> None:  # noqa: FBT001 (click's)
    """Exit 0 where it can be used, 2 where not."""
    report = config.check(Path(file), integration_models(integration_modules()), os.environ)
    if as_json:
        found = {
            "problems": [asdict(each) for each in report.problems],
            "warnings": [asdict(each) for each in report.warnings],
        }
        click.echo(json.dumps(found, indent=2, default=str))
    else:
        for title, found_here in (("", report.problems), ("warnings:\n", report.warnings)):
            if found_here:
                click.echo(title + config.render_problems(found_here))
        if not report.problems:
            click.echo(f"{file} is fine.")
    sys.exit(2 if report.problems else 0)
