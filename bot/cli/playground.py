"""`quarterdeck playground`: the local Slack alone, for any app."""

import asyncio
import json
import sys
from pathlib import Path

import click

from bot.playground.alone import serve_forever
from bot.playground.errors import PlaygroundError


@click.command(help="A local Slack for any app: prints where it is and the tokens.")
@click.option("--port", default=8555, show_default=True, help="Where it listens on this machine.")
@click.option("--manifest", type=click.Path(exists=True, path_type=Path), help="The app's manifest, as JSON.")
@click.option("--http", "http_url", help="Deliver by signed HTTP to this address instead of Socket Mode.")
def command(port: int, manifest: Path | None, http_url: str | None) -> None:
    """Serve until Ctrl-C."""
    made = json.loads(manifest.read_text()) if manifest else None
    try:
        asyncio.run(serve_forever(port=port, manifest=made, http_url=http_url))
    except (PlaygroundError, OSError) as error:
        click.echo(f"quarterdeck playground: {error}. Choose another --port, or mend the manifest.", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        click.echo("Stopped.")
