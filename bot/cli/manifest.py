"""`quarterdeck manifest`: the Slack app manifest, from the configuration and the commands."""

import json
from pathlib import Path

import click

from bot import config
from bot.cli.loading import file_option, load, wrong
from bot.commanding.reference import shortcut_hint, usage_hint
from bot.discovering import all_commands
from bot.slack.manifest import BadManifest, Description, create_link, manifest


def app_manifest(configuration: config.Configuration | None) -> dict[str, object]:
    """The manifest for a configuration; without one, the defaults (Socket Mode, /ops)."""
    commands = all_commands()
    slack = configuration.slack if configuration else None
    command = slack.command if slack else "/ops"
    shortcuts = slack.shortcuts if slack else ()
    public = configuration.web.public if configuration else None
    says = {command: Description(says="Deploy, roll back, and see what is live.", usage=usage_hint(commands.values()))}
    for name in shortcuts:
        verb = commands[name.removeprefix("/")]
        says[name] = Description(says=verb.summary, usage=shortcut_hint(verb))
    mode = slack.mode if slack else config.Mode.SOCKET
    return dict(manifest(command, shortcuts, mode, public.url if public else "", says))


@click.command(help="Print the Slack app manifest, or a link that creates the app from it.")
@file_option
@click.option("--link", is_flag=True, help="A link to Slack's page for a new app, filled in.")
def command(file: str, link: bool) -> None:  # noqa: FBT001 (click's)
    """Needs no configuration; uses one where it is there."""
    configuration = load(file) if Path(file).exists() else None
    try:
        made = app_manifest(configuration)
    except (BadManifest, KeyError) as error:
        wrong(str(error))
    click.echo(create_link(made) if link else json.dumps(made, indent=2, ensure_ascii=False))  # type: ignore[arg-type]  # JSON
