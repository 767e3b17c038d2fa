"""`quarterdeck doctor`: examine the installation from this machine."""

import asyncio
import json
import sys
from dataclasses import asdict

import click

from bot.app import findings
from bot.cli.loading import file_option, known, load
from bot.cli.rehearsing import rehearsed
from bot.ports import Finding, Severity

SIGNS = {Severity.FINE: "ok     ", Severity.WARNING: "warning", Severity.PROBLEM: "PROBLEM"}


@click.command(
    help="Examine the installation: tokens, scopes, clock, database, channels, integrations; every finding with its fix."
)
@file_option
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
@click.option(
    "--claim", nargs=2, metavar="SERVICE ENVIRONMENT", help="Rehearse the claim of a target instead (docs/claim)."
)
def command(file: str, as_json: bool, claim: tuple[str, str] | None) -> None:  # noqa: FBT001 (click's)
    """Exit 1 where there is a problem."""
    configuration = load(file)
    looking = rehearsed(configuration, *known(configuration, *claim)) if claim else findings(configuration)
    found = asyncio.run(looking)
    click.echo(json.dumps([asdict(each) for each in found], indent=2) if as_json else "\n".join(map(line, found)))
    sys.exit(1 if any(each.severity is Severity.PROBLEM for each in found) else 0)


def line(finding: Finding) -> str:
    """One finding, and its fix under it."""
    fix = f"\n         → {finding.fix}" if finding.fix else ""
    return f"{SIGNS[finding.severity]}  {finding.subject}: {finding.sentence}{fix}"
