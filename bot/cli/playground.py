"""`quarterdeck playground`: the local Slack alone, for any app."""

import asyncio
import json
from pathlib import Path
from typing import Any

import click

from bot.cli.loading import wrong
from bot.playground.alone import serve_forever


@click.command(help="A local Slack for any app: prints where it is and the tokens.")
@click.option(
    "--port", default=8555, show_default=True, type=click.IntRange(0, 65535), help="Where it listens on this machine."
)
@click.option(
    "--manifest", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The app's manifest, as JSON."
)
@click.option("--http", "http_url", help="Deliver by signed HTTP to this address instead of Socket Mode.")
def command(port: int, manifest: Path | None, http_url: str | None) -> None:
    """Serve until Ctrl-C."""
    if http_url is not None and not http_url.startswith(("http://", "https://")):
        wrong(f"--http {http_url}: an address begins with http:// or https://")
    try:
        asyncio.run(serve_forever(port=port, manifest=_read(manifest), http_url=http_url))
    except KeyboardInterrupt:
        click.echo("Stopped.")


def _read(manifest: Path | None) -> dict[str, Any] | None:
    if manifest is None:
        return None
    try:
        found = json.loads(manifest.read_text(encoding="utf-8"))
    except ValueError as error:
        wrong(
            f"{manifest} is not JSON ({error}). `quarterdeck manifest` prints one; YAML manifests have to be converted."
        )
    if not isinstance(found, dict):
        wrong(f"{manifest} is not a manifest: a JSON object was expected.")
    return found
