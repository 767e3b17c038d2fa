"""What an operator types: `quarterdeck …`. Each command is a file of its own, imported only when it is called."""

import importlib
from typing import Any

import click

COMMANDS = {
    "demo": "The bot in its playground, in your browser.",
    "init": "Set up a real workspace: asks a few questions, writes the file.",
    "check": "Validate the configuration.",
    "doctor": "Examine the installation; every finding with its fix.",
    "run": "Run the bot.",
    "status": "What the bot is doing, from this machine.",
    "adopt": "Record what is live now as known to be good.",
    "audit": "Show, export and verify who did what.",
    "metrics": "How delivery goes: for people, as JSON or CSV.",
    "backup": "Make a checked copy of the database now.",
    "restore": "Put a backup in the database's place.",
    "claim": "Ask whether this run may deploy (for pipelines).",
    "config": "Show each effective value and its line.",
    "manifest": "Print the Slack app manifest.",
    "schema": "Print the configuration's JSON Schema.",
    "preview": "Print every message with sample words.",
    "playground": "A local Slack for any app.",
}


class Lazy(click.Group):
    """Imports a command's module only when that command is used, so that --help is quick; expected errors become a sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"bot.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table itself: nothing is imported for it."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what can go wrong outside of us is told without a traceback, and ends with status 1."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as error:
            words = importlib.import_module("bot.cli.mistakes").said(error)
            if words is None:
                raise
            click.echo(f"quarterdeck: {words}", err=True)
            ctx.exit(1)


@click.group(cls=Lazy)
@click.version_option(package_name="quarterdeck")
def main() -> None:
    """A self-hosted Slack bot from which a team deploys, rolls back and sees what is live."""
